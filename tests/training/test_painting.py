import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepimage.training.config import Target
from deepimage.training.painting import Painter, toned

LR, HR = torch.zeros(2, 3, 12, 12), torch.linspace(0, 1, 48).expand(2, 3, 48, 48)


def painter(teacher: nn.Module, cleaner: nn.Module | None = None, **target: object) -> Painter:
    names = {"teacher": "x"} | ({"cleaner": "y"} if cleaner else {})
    return Painter(Target.model_validate(names | target), teacher, cleaner)


def watched(scale: int = 4) -> tuple[nn.Module, list[Tensor]]:
    """A teacher that enlarges, and the list of what it has seen."""
    teacher, seen = nn.Upsample(scale_factor=scale, mode="bicubic"), list[Tensor]()
    teacher.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    return teacher, seen


def test_a_painting_keeps_its_strokes_and_takes_the_photo_s_tones() -> None:
    torch.manual_seed(0)
    tones = F.interpolate(torch.rand(2, 3, 2, 2) * 0.4, (64, 64), mode="bilinear") + 0.3
    strokes = 0.1 * torch.tensor([1.0, -1.0]).repeat(32).expand(2, 3, 64, 64)
    painted = toned(strokes + 0.5, tones, cell=16)
    assert (painted - (tones + strokes)).abs().mean() < 0.02
    assert toned(painted[..., :12, :12], tones[..., :12, :12], 16).shape == (2, 3, 12, 12)  # smaller than a cell


def test_a_teacher_sees_our_input_where_nothing_else_is_said() -> None:
    teacher, seen = watched()
    lr = torch.rand(2, 3, 12, 12)
    painter(teacher).paint(lr, HR)
    assert seen[0] is lr


@pytest.mark.parametrize(("scale", "clean"), [(4, 0.25), (4, 1.0), (8, 1.0)])
def test_a_teacher_may_paint_from_what_the_generator_cannot_see(scale: int, clean: float) -> None:
    """Also one that enlarges more than the generator: its painting is reduced."""
    teacher, seen = watched(scale)
    painted = painter(teacher, teacher_sees_clean=clean).paint(LR, HR)
    assert painted.shape == HR.shape
    assert clean < 1 or (painted - HR).abs().mean() < 0.01
    assert (seen[0] - clean * F.avg_pool2d(HR, 4)).abs().mean() < 0.01  # lr is black


@pytest.mark.parametrize("cleaner_scale", [1, 4])
def test_a_teacher_may_paint_from_what_another_net_makes_of_the_input(cleaner_scale: int) -> None:
    class White(nn.Module):
        def forward(self, lr: Tensor) -> Tensor:
            return torch.ones(len(lr), 3, *(cleaner_scale * side for side in lr.shape[2:]))

    teacher, seen = watched()
    painter(teacher, White(), teacher_sees_clean=0.25).paint(LR, HR)
    assert torch.allclose(seen[0], torch.full_like(LR, 0.25))


@pytest.mark.parametrize("clean_share", [0, 0.25])
def test_on_flat_ground_a_teacher_sees_none_of_our_noise(clean_share: float) -> None:
    class Halves(nn.Module):
        """Left grey, right a board of black and white."""

        def forward(self, lr: Tensor) -> Tensor:
            board = (torch.arange(12)[:, None] + torch.arange(12)) % 2
            return torch.where(torch.arange(12) < 6, 0.5, board.float()).expand_as(lr)

    teacher, seen = watched()
    lr = torch.rand(LR.shape)
    painter(teacher, Halves(), teacher_sees_clean=clean_share, calm=0.05).paint(lr, HR)
    clean = Halves()(lr)
    assert torch.allclose(seen[0][..., :4], clean[..., :4])  # two pixels further the window meets the board
    assert torch.allclose(seen[0][..., 6:], torch.lerp(lr, clean, clean_share)[..., 6:])
