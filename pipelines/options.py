"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[Path | None, typer.Option("--config", help="Recipe, YAML.")]
Model = Annotated[str | None, typer.Option(help="Shipped name, checkpoint file, or interpolator.")]
Scale = Annotated[float | None, typer.Option(help="Enlargement; the model's own by default.")]
Format = Annotated[str | None, typer.Option(help="auto jpeg png webp avif tiff")]
Input = Annotated[str, typer.Argument(metavar="INPUT", help="Folder, s3://..., archive, or list of URIs.")]
Output = Annotated[str, typer.Argument(metavar="OUTPUT", help="Folder or s3://...")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Plan and price; restore nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
