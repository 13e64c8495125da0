from collections.abc import Callable

import torch
from torch.nn.functional import avg_pool2d

from deepimage.models.discriminator import Discriminator
from deepimage.training.losses import more_real


def test_one_logit_for_every_cell_and_features_on_the_way() -> None:
    logits, features = Discriminator(8)(torch.rand(2, 3, 32, 48), torch.rand(2, 3, 32, 48))
    assert logits.shape == (2, 1, 16, 24)
    assert [f.shape[1] for f in features] == [8, 16, 32, 16, 8]


def taught(of: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor, torch.Tensor]]) -> float:
    """The share of cells that one is right in after a little learning, on (real, fake, beside) that are new to it."""
    torch.manual_seed(0)
    critic = Discriminator(8)
    optimizer = torch.optim.Adam(critic.parameters(), lr=5e-3)
    for _ in range(150):
        real, fake, beside = of(torch.rand(4, 3, 32, 32))
        optimizer.zero_grad()
        more_real(critic(real, beside)[0], critic(fake, beside)[0]).backward()
        optimizer.step()
    real, fake, beside = of(torch.rand(4, 3, 32, 32))
    return (critic(real, beside)[0] > critic(fake, beside)[0]).float().mean().item()


def test_it_learns_to_tell_rough_from_smooth() -> None:
    assert taught(lambda x: (x, avg_pool2d(x, 5, 1, 2), torch.zeros_like(x))) > 0.9


def test_it_learns_which_is_an_enlargement_of_what_it_is_shown() -> None:
    """Both look alike; only beside lr one of them is wrong."""
    assert taught(lambda x: (x, x.flip(0), x)) > 0.9


def test_its_answer_to_a_small_change_is_bounded() -> None:
    """Spectral norms: every convolution but the first and the last stretches no direction more than once or so."""
    critic = Discriminator(8)
    for _ in range(20):
        critic(torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32))  # the norms are found by iteration while training
    for layer in (critic.down1, critic.up1):
        weight = layer.weight.flatten(1)
        assert torch.linalg.matrix_norm(weight, 2) < 1.05
