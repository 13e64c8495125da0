"""What the discriminator adds to the gradient at sr, and how it learns.

The adversarial gradient is given a share of the other losses' gradient at the image, so its weight adapts by itself
(the idea of VQGAN, Esser et al. 2021, taken at the image instead of the last layer); the less the discriminator knows,
the smaller the share.
"""

import torch
from torch import Tensor, nn

from deepimage.training import losses
from deepimage.training.config import Losses, Training
from deepimage.training.share import Share
from deepimage.training.state import Critic, Values
from deepimage.training.window import window_of


def criticise(
    critic: Critic, step: int, sr: Tensor, genuine: Tensor, blame: Tensor, config: Training, share: Share
) -> tuple[Values, Tensor]:
    """Scores, and what the discriminator adds to the gradient at sr; then it learns from the same two looks."""
    window = window_of(sr, step, config)
    with nn.utils.parametrize.cached():
        real, real_features = critic.discriminator(genuine[window])
        fake, fake_features = critic.discriminator(sr[window])
        right = ((real > 0).float().mean() + (fake < 0).float().mean()).item() / 2
        push = _push(sr, fake, fake_features, real_features, blame, config.losses, heard=max(2 * right - 1, 0))
        loss = losses.told_apart(real.float(), fake.float())
        critic.optimizer.zero_grad()
        loss.backward()
    share(critic.discriminator.parameters())
    critic.optimizer.step()
    ramp = min(max(step - config.discriminator.alone, 0) / max(config.discriminator.ramp, 1), 1.0)
    return {"discriminator": loss.item(), "told_apart": right}, ramp * push


def _push(
    sr: Tensor, fake: Tensor, features: list[Tensor], real: list[Tensor], blame: Tensor, weights: Losses, heard: float
) -> Tensor:
    """Adversarial and feature-matching gradients at sr, each a share of the other losses' gradient.

    `heard` is 0 for logits of one that guesses and 1 for one that is always right: a guess has a direction, too, and
    the generator would follow it into patterns.
    """
    push = torch.zeros_like(sr)
    for share, loss in (
        (weights.adversarial * heard, lambda: losses.fooled(fake.float())),
        (weights.features, lambda: losses.feature_matching(features, real)),
    ):
        if share:
            (direction,) = torch.autograd.grad(loss(), sr, retain_graph=True)
            push += direction * (share * blame.norm() / direction.norm().clamp(min=1e-12))
    return push
