"""The application: routers built from Parts, errors as problems."""

from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from deepimage import __version__
from deepimage.serving.api import about, faults, jobs, page, restore
from deepimage.serving.api.documented import KEYS, ProblemDocument
from deepimage.serving.api.observed import Observed
from deepimage.serving.api.parts import Parts
from deepimage.serving.doors import deep_image
from deepimage.serving.doors.fields import Fields
from deepimage.serving.edge.headers import AnswerHeaders

_ROUTERS = (restore.router, jobs.router, about.router, page.router, deep_image.router)
_EXPOSED = (
    "Content-Digest",
    "Content-Disposition",
    "Deepimage-Model",
    "ETag",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Server-Timing",
    "X-Request-Id",
)


def build(parts: Parts, lifespan: Any = None) -> FastAPI:
    """The whole API over `parts`; `lifespan` (app -> async context) starts and stops what they need."""
    app = FastAPI(
        title="deepimage",
        version=__version__,
        summary="Restores and enlarges photos that the web has ruined.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    routers = [router(parts) for router in _ROUTERS]
    for router in routers:
        app.include_router(router)
    faults.install(app, parts, [route for router in routers for route in router.routes])
    if parts.config.origins:
        origins = list(parts.config.origins)
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
        )
    app.add_middleware(Observed, metrics=parts.metrics)
    app.add_middleware(AnswerHeaders)
    _document(app)
    return app


def _document(app: FastAPI) -> None:
    """Add what all routes point at: the schema of problems, and the two ways to send a key."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        schema = plain()
        components = schema.setdefault("components", {})
        for model in (ProblemDocument, Fields):
            described = model.model_json_schema(ref_template="#/components/schemas/{model}")
            components.setdefault("schemas", {}).update(described.pop("$defs", {}), **{model.__name__: described})
        components["securitySchemes"] = KEYS
        schema["security"] = [{}, *({name: []} for name in KEYS)]
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
