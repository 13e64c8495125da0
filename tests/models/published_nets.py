"""Small random nets under the names of every tool that publishes RRDBNet."""

import re
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from deepimage.models.architectures.rrdb import RRDBNet
from deepimage.models.architectures.srvgg import SRVGGNetCompact

Weights = dict[str, Tensor]


def rrdb(scale: int = 4, unshuffle: int = 1, blocks: int = 2, features: int = 8, growth: int = 4) -> RRDBNet:
    """Random, and loud enough for its blocks to matter."""
    torch.manual_seed(3)
    net = RRDBNet(scale, features, blocks, growth, unshuffle)
    for name, parameter in net.named_parameters():
        if name.endswith("weight"):
            nn.init.kaiming_normal_(parameter)
    nn.init.constant_(net.conv_last.bias, 0.5)  # type: ignore[arg-type]  # a Conv2d with bias has one
    return net.eval()


def srvgg(scale: int = 2, seed: int = 0) -> SRVGGNetCompact:
    torch.manual_seed(seed)
    return SRVGGNetCompact(scale, features=8, blocks=2).eval()


def as_esrgan(net: RRDBNet) -> Weights:
    """The numbered layers of ESRGAN (2018)."""
    doublings = net.doublings
    numbers = {"conv_first": "0", "conv_body": f"1.sub.{len(net.body)}"}
    numbers |= {f"conv_up{step}": str(3 * step) for step in range(1, doublings + 1)}
    numbers |= {"conv_hr": str(3 * doublings + 2), "conv_last": str(3 * doublings + 4)}
    renamed = {}
    for name, weight in net.state_dict().items():
        layer, _, kind = name.rpartition(".")
        old = re.sub(r"body\.(\d+)\.rdb(\d)\.conv(\d)", r"1.sub.\1.RDB\2.conv\3.0", layer)
        renamed[f"model.{numbers.get(layer, old)}.{kind}"] = weight
    return renamed


def as_bsrgan(net: RRDBNet) -> Weights:
    """The names of BSRGAN and RealSR."""
    words = {"conv_body": "trunk_conv", "conv_up": "upconv", "conv_hr": "HRconv", "rdb": "RDB"}
    renamed = {}
    for name, weight in net.state_dict().items():
        old = re.sub(r"^body\.", "RRDB_trunk.", name)
        for new, word in words.items():
            old = old.replace(new, word)
        renamed[old] = weight
    return renamed


def save(net: nn.Module, path: Path) -> Path:
    """As .safetensors without facts."""
    save_file({name: weight.contiguous() for name, weight in net.state_dict().items()}, path)
    return path
