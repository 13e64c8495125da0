"""What the service is, may be asked for, and how it feels."""

from typing import Any

from fastapi import APIRouter, Request, Response

from deepimage import __version__
from deepimage.models.catalog import INTERPOLATORS, find, twin
from deepimage.serving import metrics
from deepimage.serving.api.callers import caller_of
from deepimage.serving.api.documented import problems
from deepimage.serving.api.negotiate import MEDIA_TYPES
from deepimage.serving.api.parts import Parts
from deepimage.serving.problems import Problem

_SECURITY = "Contact: https://deepimage.invalid/security\nExpires: 2027-12-31T23:59:59Z\nPreferred-Languages: en\n"


def router(parts: Parts) -> APIRouter:
    """Routes that change nothing, and, but for the metrics, need no key."""
    routes = APIRouter()
    models = [_model(name) for name in parts.config.models]

    @routes.get("/v1/models")
    async def list_models() -> dict[str, Any]:
        """What may stand in `model`; the first is the default."""
        return {"models": models}

    @routes.get("/v1/limits")
    async def limits() -> dict[str, Any]:
        """What one request may cost."""
        return _limits(parts)

    @routes.get("/livez")
    @routes.get("/v2/health/live")
    async def live() -> dict[str, Any]:
        """This process answers."""
        return {"live": True}

    @routes.get("/readyz", responses=problems(503))
    @routes.get("/v2/health/ready", responses=problems(503))
    async def ready() -> dict[str, Any]:
        """Models are loaded and have restored a known picture as they should."""
        if not await parts.ready():
            raise Problem("not-ready", "the models are being loaded", headers={"Retry-After": "5"})
        return {"ready": True}

    @routes.get("/v2/models/{name}/ready", responses=problems(404, 503))
    async def model_ready(name: str) -> dict[str, Any]:
        """Of one model."""
        if name not in parts.config.models:
            raise Problem("not-found", "no such model here; see /v1/models")
        return await ready()

    @routes.get("/v2")
    async def server() -> dict[str, Any]:
        """KServe's server metadata."""
        return {"name": "deepimage", "version": __version__, "extensions": []}

    @routes.get("/.well-known/security.txt", response_class=Response)
    async def security() -> Response:
        """RFC 9116."""
        return Response(_SECURITY, media_type="text/plain")

    @routes.get("/metrics", response_class=Response, responses=problems(400, 401, 403, 503))
    async def prometheus(request: Request) -> Response:
        """Of this replica; a key needs the scope `metrics`."""
        await caller_of(request, parts, "metrics")
        return Response(parts.metrics.text(), media_type=metrics.CONTENT_TYPE)

    return routes


def _model(name: str) -> dict[str, Any]:
    model = find(name)
    return {
        "name": name,
        "sha256": model.sha256,
        "scale": model.facts.scale,
        "licence": model.facts.licence,
        "interpolator": name in INTERPOLATORS,
        "fidelity": twin(name, "fidelity") is not None,
        "denoise": twin(name, "denoise") is not None,
    }


def _limits(parts: Parts) -> dict[str, Any]:
    config = parts.config
    kept = ("max_bytes", "max_megapixels", "max_side", "max_output_megapixels", "decode_seconds")
    return {
        "picture": {name: getattr(config.recipe.limits, name) for name in kept},
        "request": config.requests.model_dump(),
        "queue": config.queue.model_dump(),
        "jobs": config.jobs.model_dump(),
        "formats": list(MEDIA_TYPES),
        "urls": config.urls.enabled,
    }
