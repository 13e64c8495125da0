"""Untrusted bytes are handled in child processes that can be limited, killed and replaced."""

from deepimage.sandbox.pool import Sandbox

__all__ = ["Sandbox"]
