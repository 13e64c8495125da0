"""API keys: who may ask, for what, and for how many megapixels a day."""

from deepimage.serving.keys.allowance import Allowance
from deepimage.serving.keys.book import KeyBook
from deepimage.serving.keys.caller import ANONYMOUS, SCOPES, Caller

__all__ = ["ANONYMOUS", "SCOPES", "Allowance", "Caller", "KeyBook"]
