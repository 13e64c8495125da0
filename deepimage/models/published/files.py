"""Files of weights that others published, read without running anything that stands in them."""

import pickle
import re
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from deepimage.errors import CheckpointError
from deepimage.models.published.deduction import Shapes
from deepimage.models.published.names import unwrap

if TYPE_CHECKING:
    from torch import Tensor


def shapes(path: Path) -> Shapes:
    """Names and shapes of a file's tensors; of a .safetensors file without torch. Raises CheckpointError."""
    if path.suffix != ".safetensors":
        return {name: tuple(tensor.shape) for name, tensor in weights(path).items()}
    try:
        with safe_open(path, "np") as file:
            names = file.keys()
            return {name: tuple(file.get_slice(name).get_shape()) for name in names}
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, error) from None


def weights(path: Path) -> "dict[str, Tensor]":
    """The tensors of a .safetensors, .pth or .ckpt file by name, on the CPU. Raises CheckpointError."""
    from safetensors.torch import load_file

    try:
        return load_file(path) if path.suffix == ".safetensors" else _pickled(path)
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, error) from None


def _pickled(path: Path) -> "dict[str, Tensor]":
    import torch  # a second and a half: who only plans with a .safetensors file does without

    zipped = zipfile.is_zipfile(path)
    if zipped and _is_torchscript(path):
        raise CheckpointError(f"model {path}: a TorchScript archive, which is a program; give its weights as .pth")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a refusal is one line
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
        tensors = {str(name): value for name, value in unwrap(content).items() if isinstance(value, torch.Tensor)}
    except pickle.UnpicklingError as error:
        raise _refused(path, error) from None
    except Exception as error:  # a damaged pickle fails in any way
        raise _unreadable(path, error) from None
    if not tensors:
        raise CheckpointError(f"model {path}: holds no weights by name; expected a generator's")
    return tensors


def _is_torchscript(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name or name.endswith("/constants.pkl") for name in archive.namelist())


def _refused(path: Path, error: pickle.UnpicklingError) -> CheckpointError:
    """A plain sentence for what torch tells in twenty lines."""
    if wanted := re.search(r"GLOBAL (\S+)", str(error)):
        return CheckpointError(
            f"model {path}: refused, for it asks to run {wanted[1]} where only weights belong; "
            "ask for a .safetensors file"
        )
    return CheckpointError(
        f"model {path}: not a readable file of weights: damaged, or more than weights; ask for a .safetensors file"
    )


def _unreadable(path: Path, error: Exception) -> CheckpointError:
    reason = re.split(r"\. |\n", str(error).strip())[0] or type(error).__name__
    return CheckpointError(f"model {path}: not a readable file of weights ({reason}); fetch it again")
