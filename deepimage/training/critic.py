"""What the discriminator adds to the gradient at sr, and how it learns.

The adversarial gradient is given a share of the other losses' gradient at the image, so its weight adapts by itself
(the idea of VQGAN, Esser et al. 2021, taken at the image instead of the last layer); the less the discriminator knows,
the smaller the share.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from deepimage.training import losses
from deepimage.training.config import Losses, Training
from deepimage.training.share import Share
from deepimage.training.state import Critic, Values
from deepimage.training.window import window_of

Look = tuple[Tensor, list[Tensor]]
"""Logits of a discriminator, and its features."""


def criticise(
    critic: Critic, step: int, sr: Tensor, lr: Tensor, genuine: Tensor, blame: Tensor, config: Training, share: Share
) -> tuple[Values, Tensor]:
    """Scores, and what the discriminator adds to the gradient at sr; then it learns from the same two looks."""
    window = window_of(sr, step, config)
    beside = interpolate(lr, sr.shape[-2:], mode="bilinear")
    with nn.utils.parametrize.cached():
        real, fake = (critic.discriminator(image[window], beside[window]) for image in (genuine, sr))
        right = (real[0] > fake[0]).float().mean().item()
        push = _push(sr, fake, real, blame, config.losses, heard=max(2 * right - 1, 0))
        loss = losses.more_real(real[0], fake[0])
        critic.discriminator.zero_grad()
        loss.backward()
    share(critic.discriminator.parameters())
    critic.optimizers.step()
    ramp = min(max(step - config.discriminator.alone, 0) / max(config.discriminator.ramp, 1), 1.0)
    return {"discriminator": loss.item(), "told_apart": right}, ramp * push


def _push(sr: Tensor, fake: Look, real: Look, blame: Tensor, weights: Losses, heard: float) -> Tensor:
    """Adversarial and feature-matching gradients at sr, each a share of the other losses' gradient.

    `heard` is 0 for one that guesses and 1 for one that is always right: a guess has a direction, too, and the
    generator would follow it into patterns.
    """
    push = torch.zeros_like(sr)
    for share, loss in (
        (weights.adversarial * heard, lambda: losses.more_real(fake[0], real[0])),
        (weights.features, lambda: losses.feature_matching(fake[1], real[1])),
    ):
        if share:
            (direction,) = torch.autograd.grad(loss(), sr, retain_graph=True)
            push += direction * (share * blame.norm() / direction.norm().clamp(min=1e-12))
    return push
