import torch

from deepimage.models.discriminator import Discriminator


def test_one_logit_for_every_cell_and_features_on_the_way() -> None:
    logits, features = Discriminator(8)(torch.rand(2, 3, 32, 48))
    assert logits.shape == (2, 1, 16, 24)
    assert [f.shape[1] for f in features] == [8, 16, 32, 16, 8]


def test_it_learns_to_tell_smooth_from_rough() -> None:
    torch.manual_seed(0)
    critic = Discriminator(8)
    optimizer = torch.optim.Adam(critic.parameters(), lr=2e-3)
    for _ in range(60):
        rough = torch.rand(4, 3, 32, 32)
        smooth = torch.nn.functional.avg_pool2d(rough, 5, 1, 2)
        loss = (
            torch.nn.functional.softplus(-critic(rough)[0]).mean()
            + torch.nn.functional.softplus(critic(smooth)[0]).mean()
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert critic(rough)[0].mean() > 0.5
    assert critic(smooth)[0].mean() < -0.5


def test_its_answer_to_a_small_change_is_bounded() -> None:
    """Spectral norms: every convolution but the first and the last stretches no direction more than once or so."""
    critic = Discriminator(8)
    for _ in range(20):
        critic(torch.rand(1, 3, 32, 32))  # the norms are found by iteration while training
    for layer in (critic.down1, critic.up1):
        weight = layer.weight.flatten(1)
        assert torch.linalg.matrix_norm(weight, 2) < 1.05
