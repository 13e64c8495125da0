"""Which device and number format the generator runs in."""

from functools import lru_cache

import torch

from deepimage.errors import UsageError

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def choose_device(device: str) -> torch.device:
    """auto = the GPU where there is one. Raises UsageError for cuda without a GPU."""
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("device cuda: this machine has no usable NVIDIA GPU; use --set runtime.device=cpu")
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")


def choose_dtype(precision: str, device: torch.device, allowed: tuple[str, ...]) -> torch.dtype:
    """auto = the fastest that both device and checkpoint allow: fp16 or bf16 on a GPU, bf16 on a CPU made for it."""
    if precision != "auto":
        if precision not in allowed:
            raise UsageError(f"precision {precision}: this checkpoint allows {', '.join(allowed)}")
        return _DTYPES[precision]
    fast = ("fp16", "bf16") if device.type == "cuda" else ("bf16",) if is_made_for_bf16(device) else ()
    return _DTYPES[next((name for name in fast if name in allowed), "fp32")]


def is_made_for_bf16(device: torch.device) -> bool:
    """Whether bfloat16 is faster than float32 there: a CPU without the instructions takes four times as long."""
    return device.type == "cuda" or _cpu_has_bf16()


@lru_cache(maxsize=1)
def _cpu_has_bf16() -> bool:
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
