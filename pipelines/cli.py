"""The `deepimage` command: arguments in, exit codes out; the work is in the pipelines."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from deepimage import __version__
from deepimage.config import Recipe, load, read
from deepimage.errors import DeepimageError, UsageError
from pipelines import cli_cluster, cli_makers, cli_online
from pipelines.cli_makers import Set, tell
from pipelines.options import AsJson, Config, DryRun, Format, Input, Model, Output, Quiet, Scale

BROKE, USAGE, TROUBLED, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Restores and enlarges photos that the web has ruined.",
)


@app.command()
def run(
    input: Input,
    output: Output,
    config: Config = None,
    set: Set = None,
    model: Model = None,
    scale: Scale = None,
    format: Format = None,
    engine: Annotated[str | None, typer.Option(help="ray or local")] = None,
    address: Annotated[str | None, typer.Option(help="Ray cluster to join; none starts an embedded one.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Restore a whole catalogue; the same command again resumes."""
    recipe = _recipe(config, set, model, scale, format, {"runtime.engine": engine, "runtime.address": address})
    from pipelines import catalog, price

    with catalog.opened(input, output, recipe) as (job, engine_):
        if dry_run:
            forecast = price.forecast(job, engine_, quiet)
            tell(forecast.to_json() if as_json else "\n".join(forecast.lines()))
            return
        summary = catalog.run(job, engine_, quiet)
    if as_json:
        tell(summary.to_json())
    else:
        catalog.show(job, summary)
    raise typer.Exit(summary.exit_code)


@app.command()
def instagram(
    exports: Annotated[list[str], typer.Argument(metavar="EXPORT...", help="All parts: .zip files, or a folder.")],
    output: Output,
    use: Annotated[str | None, typer.Option("--for", help="screen, screen:3840, post, print:20x30cm@300")] = None,
    pattern: Annotated[str | None, typer.Option(help="Of the results' names; see README.")] = None,
    gps: Annotated[bool | None, typer.Option("--gps/--no-gps", help="Write the place where it is known.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Of posts whose time is UTC, such as Europe/Warsaw.")] = None,
    config: Config = None,
    set: Set = None,
    model: Model = None,
    scale: Scale = None,
    format: Format = None,
    engine: Annotated[str | None, typer.Option(help="ray or local")] = None,
    address: Annotated[str | None, typer.Option(help="Ray cluster to join; none starts an embedded one.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Restore an Instagram export into a dated, captioned library with a page; the same command again resumes."""
    from deepimage.instagram.settings import Archive
    from pipelines import instagram as archive
    from pipelines import price

    layout = {"use": use, "pattern": pattern, "gps": gps, "timezone": timezone}
    shortcuts = {"model": model, "scale": scale, "output.format": format, "runtime.engine": engine}
    shortcuts |= {"runtime.address": address} | {f"layout.{key}": value for key, value in layout.items()}
    recipe = read(Archive, config, set or [], shortcuts)
    with archive.opened(exports, output, recipe) as opened:
        if dry_run:
            forecast = price.forecast(opened.job, opened.engine, quiet)
            tell(forecast.to_json() if as_json else "\n".join(forecast.lines()))
            return
        summary = archive.run(opened, quiet)
    if as_json:
        tell(summary.to_json())
    else:
        archive.show(opened, summary)
    raise typer.Exit(summary.exit_code)


@app.command()
def restore(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder; a file when there is one photo.")],
    config: Config = None,
    set: Set = None,
    model: Model = None,
    scale: Scale = None,
    format: Format = None,
    as_json: AsJson = False,
) -> None:
    """Restore a few photos, without a cluster."""
    recipe = _recipe(config, set, model, scale, format, {})
    from pipelines.restore import restore as restore_photos

    troubled = False
    for row in restore_photos(photos, output, recipe):
        troubled |= row["status"] != "done"
        tell(json.dumps(row, default=str) if as_json else _line(row))
    raise typer.Exit(TROUBLED if troubled else 0)


@app.command()
def verify(
    output: Annotated[str, typer.Argument(metavar="OUTPUT", help="What `run` wrote.")],
    input: Annotated[str | None, typer.Option("--input", help="Check against a fresh listing of INPUT, too.")] = None,
    config: Config = None,
    set: Set = None,
) -> None:
    """Check a finished run from its outputs and manifest alone."""
    from pipelines.verify import verify as verify_output

    findings = 0
    for finding in verify_output(output, input, _recipe(config, set, None, None, None, {})):
        findings += 1
        tell(f"{finding.rule}: {finding.name!r}: {finding.message}")
    tell(f"{findings} findings" if findings else "every input accounted for, every output sound")
    raise typer.Exit(TROUBLED if findings else 0)


@app.command()
def demo(
    output: Annotated[Path, typer.Argument(help="A new folder.")] = Path("demo-output"),
    instagram: Annotated[bool, typer.Option("--instagram", help="An Instagram export instead.")] = False,
) -> None:
    """The main job on sample photos, beside Lanczos and the known originals."""
    if instagram:
        from pipelines.demo_instagram import demo as show
    else:
        from pipelines.demo import demo as show
    show(output)


app.add_typer(cli_makers.app)
app.add_typer(cli_online.app)
app.add_typer(cli_cluster.app)
app.add_typer(cli_makers.models, name="models")


@app.callback(invoke_without_command=True)
def version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Options of the command itself."""
    if version:
        tell(__version__)
        raise typer.Exit


def main() -> None:
    """Entry point: every expected error is one line and an exit code, never a traceback."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _exit_codes():
        app()


@contextmanager
def _exit_codes() -> Iterator[None]:
    try:
        yield
    except SystemExit as end:  # typer turns an interrupt into this code, without a word
        if end.code == INTERRUPTED:
            _fail("interrupted; the same command goes on where it stopped", INTERRUPTED)
        raise
    except UsageError as error:
        _fail(str(error), USAGE)
    except DeepimageError as error:
        _fail(str(error), BROKE)


def _recipe(
    config: Path | None,
    overrides: list[str] | None,
    model: str | None,
    scale: float | None,
    format: str | None,
    more: dict[str, Any],
) -> Recipe:
    shortcuts = {"model": model, "scale": scale, "output.format": format} | more
    return load(config, overrides or [], shortcuts)


def _line(row: dict[str, Any]) -> str:
    if row["status"] != "done":
        return f"{row['input']}: {row['status']} {row['error_code'] or ''} {row['error']}"
    size = f"{row['width']}x{row['height']} -> {row['output_width']}x{row['output_height']}"
    return f"{row['input']} -> {row['output']}  {size}  {row['seconds_restore']:.1f} s"


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"deepimage: {message}\n")
    sys.exit(code)
