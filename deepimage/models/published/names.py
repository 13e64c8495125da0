"""One set of names for the tensors of published files, however their tool named and wrapped them; needs no torch."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")

_WRAPPERS = (
    "params_ema",
    "params-ema",
    "params",
    "state_dict",
    "model_state_dict",
    "model",
    "net",
)  # the average first
_PREFIXES = ("module.", "netG.")
_OLD_TRUNK = re.compile(r"(?:model\.1\.sub|RRDB_trunk)\.(\d+)\.RDB(\d)\.conv(\d)(?:\.0)?\.(weight|bias)")
_BSRGAN = {"trunk_conv": "conv_body", "HRconv": "conv_hr"} | {f"upconv{step}": f"conv_up{step}" for step in (1, 2, 3)}


def unwrap(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tensors by name inside what a training tool saved round them."""
    for wrapper in _WRAPPERS:
        if isinstance(content.get(wrapper), Mapping):
            return unwrap(content[wrapper])
    for prefix in _PREFIXES:
        if content and all(str(name).startswith(prefix) for name in content):
            return {name.removeprefix(prefix): value for name, value in content.items()}
    return content


def plain(named: Mapping[str, T]) -> dict[str, T]:
    """The same values under the names that Real-ESRGAN gives RRDBNet; other architectures keep theirs."""
    tail = _old_tail(named)
    return {_plain(name, tail): value for name, value in named.items()}


def _plain(name: str, tail: Mapping[str, str]) -> str:
    if match := _OLD_TRUNK.fullmatch(name):
        return "body.{}.rdb{}.conv{}.{}".format(*match.groups())
    layer, _, kind = name.rpartition(".")
    return f"{tail[layer]}.{kind}" if layer in tail else name


def _old_tail(named: Mapping[str, object]) -> Mapping[str, str]:
    """Layers of RRDBNet outside its blocks: ESRGAN (2018) numbers them, BSRGAN has names of its own."""
    if "trunk_conv.weight" in named:
        return _BSRGAN
    numbers = sorted({int(match[1]) for name in named if (match := re.fullmatch(r"model\.(\d+)\.weight", name))})
    trunk = [match[1] for name in named if (match := re.fullmatch(r"(model\.1\.sub\.\d+)\.weight", name))]
    if len(numbers) < 3 or not trunk:
        return {}
    first, *doublings, before, last = (f"model.{number}" for number in numbers)
    doubled = {layer: f"conv_up{step}" for step, layer in enumerate(doublings, 1)}
    return {first: "conv_first", trunk[0]: "conv_body", **doubled, before: "conv_hr", last: "conv_last"}
