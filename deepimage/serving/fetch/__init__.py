"""Pictures by URL, without lending a stranger this machine's place in the network."""

from deepimage.serving.fetch.download import fetch
from deepimage.serving.fetch.session import guarded_session

__all__ = ["fetch", "guarded_session"]
