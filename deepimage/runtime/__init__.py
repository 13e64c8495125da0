"""Where stages run: a plain loop, or Ray Data."""

from deepimage.config import Runtime
from deepimage.runtime.engine import Engine
from deepimage.runtime.local import LocalEngine


def open_engine(runtime: Runtime) -> Engine:
    """The engine that the recipe names; Ray is imported only when it is wanted."""
    if runtime.engine == "local":
        return LocalEngine(runtime)
    from deepimage.runtime.ray_data import RayEngine

    return RayEngine(runtime)
