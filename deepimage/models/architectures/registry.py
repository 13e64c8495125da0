"""Every architecture that deepimage builds itself, by the name that stands in a checkpoint's facts."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from torch import nn

from deepimage.errors import CheckpointError
from deepimage.models.architectures.rrdb import RRDBNet
from deepimage.models.architectures.srvgg import SRVGGNetCompact
from deepimage.models.facts import Facts
from deepimage.models.generator import TRUNKS, Generator
from deepimage.models.published.community import PREFIX, open_community
from deepimage.models.published.files import weights
from deepimage.models.published.names import plain


def _trained(facts: Facts) -> nn.Module:
    return Generator(
        facts.arch, facts.scale, facts.features, facts.blocks, facts.inner, facts.unshuffle, facts.channels
    )


def _srvgg(facts: Facts) -> nn.Module:
    return SRVGGNetCompact(facts.scale, facts.features, facts.blocks, facts.channels)


def _rrdb(facts: Facts) -> nn.Module:
    return RRDBNet(facts.scale, facts.features, facts.blocks, facts.inner, facts.unshuffle, facts.channels)


ARCHITECTURES: Mapping[str, Callable[[Facts], nn.Module]] = MappingProxyType(
    {**dict.fromkeys(TRUNKS, _trained), "srvgg": _srvgg, "rrdb": _rrdb}
)


def build(path: Path, facts: Facts) -> nn.Module:
    """The generator that `facts` describe with the weights in the file, float32 on the CPU. Raises CheckpointError."""
    found = weights(path)
    if facts.arch.startswith(PREFIX):
        return open_community(path, found)[0]
    try:
        generator = ARCHITECTURES[facts.arch](facts)
        generator.load_state_dict(plain(found))  # copies into float32 whatever the precision of the file
    except (KeyError, RuntimeError, TypeError, ValueError):
        raise CheckpointError(f"model {path}: its weights are not those of a {facts.arch} generator") from None
    return generator.eval()
