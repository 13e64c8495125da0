"""LitServe. `python -m pipelines.peers.lit PORT MODEL`: POST /restore with the part `image`."""

import sys
from typing import Any

import litserve
from fastapi import Request, Response

from pipelines.peers.plain import restorer


class Api(litserve.LitAPI):
    """The Restorer behind LitServe's hooks."""

    def __init__(self, model: str) -> None:
        super().__init__(api_path="/restore")
        self._model = model

    def setup(self, device: str) -> None:
        """In the worker."""
        self._restore = restorer(self._model)

    def decode_request(self, request: Request) -> bytes:
        """The upload."""
        upload: Any = request  # LitServe hands over the form of what it calls a request
        data: bytes = upload["image"].file.read()
        return data

    def predict(self, data: bytes) -> bytes:
        """JPEG to JPEG."""
        return self._restore(data)

    def encode_response(self, output: bytes) -> Response:
        """As an image."""
        return Response(output, media_type="image/jpeg")


if __name__ == "__main__":
    # one worker: the Restorer uses all cores by itself
    server = litserve.LitServer(Api(sys.argv[2]), accelerator="cpu", workers_per_device=1, timeout=600)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="error")
