"""A request's order: its options, its picture, and the format that its Accept header wishes."""

from fastapi import Request

from deepimage.image.codec.magic import sniff
from deepimage.serving.api.bodies import read_body
from deepimage.serving.api.negotiate import negotiate
from deepimage.serving.api.options import read_options, recipe_of
from deepimage.serving.api.parts import Parts
from deepimage.serving.order import Order
from deepimage.stages.shape import written_as


async def read_order(request: Request, parts: Parts, beside: tuple[str, ...] = ()) -> Order:
    """What to restore, and how; `beside` are names in the query that are no options of the picture.

    Raises Problem, ImageError; options are judged before the body is read.
    """
    options = [(name, value) for name, value in request.query_params.multi_items() if name not in beside]
    recipe = recipe_of(read_options(options), parts.config)
    with parts.receiving.place(request):
        upload = await read_body(request, parts.config)
    if recipe.output.format == "auto":
        format = negotiate(request.headers.get("accept"), written_as(sniff(upload.data)))
        recipe = recipe.model_copy(update={"output": recipe.output.model_copy(update={"format": format})})
    return Order(upload.data, recipe, upload.name)
