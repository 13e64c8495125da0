"""FastAPI and nothing else. `python -m pipelines.peers.plain PORT MODEL`: POST /restore with the part `image`."""

import io
import sys
from collections.abc import Callable

import numpy as np
from PIL import Image

from deepimage.config import Recipe, load
from deepimage.image.codec.encode import encode
from deepimage.image.codec.picture import Picture
from deepimage.stages.opening import open_restorer


def restorer(model: str) -> Callable[[bytes], bytes]:
    """JPEG -> JPEG, with the settings that our service has by default."""
    recipe: Recipe = load(None, shortcuts={"model": model})
    generator = open_restorer(recipe)

    def restore(data: bytes) -> bytes:
        with Image.open(io.BytesIO(data)) as photo:
            lr = np.asarray(photo.convert("RGB"))
        return encode(Picture(generator.restore(lr)), "jpeg", recipe.output)

    return restore


def serve(port: int, model: str) -> None:
    """One process; the endpoint runs in Starlette's thread pool."""
    import uvicorn
    from fastapi import FastAPI, Response, UploadFile

    app, restore = FastAPI(), restorer(model)

    @app.post("/restore")
    def answer(image: UploadFile) -> Response:
        return Response(restore(image.file.read()), media_type="image/jpeg")

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
