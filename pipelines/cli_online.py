"""The commands of those who serve; part of the `deepimage` command."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_makers import Set, tell

app = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="Who may use the service; it asks for a key once there is one.")

State = Annotated[Path, typer.Option(help="Folder of the service, its setting `state`.")]


@app.command()
def serve(
    config: Annotated[Path | None, typer.Option("--config", help="Settings of the service, YAML.")] = None,
    set: Set = None,
    model: Annotated[
        list[str] | None, typer.Option(help="What may be asked for; repeatable, the first is the default.")
    ] = None,
    scale: Annotated[float | None, typer.Option(help="Where a request names no size.")] = None,
    format: Annotated[str | None, typer.Option(help="Where a request names none.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen at; beyond loopback it asks for keys.")] = None,
    port: Annotated[int | None, typer.Option(help="0 = any free one.")] = None,
    engine: Annotated[str | None, typer.Option(help="ray or local")] = None,
    address: Annotated[str | None, typer.Option(help="Ray cluster to join; none starts an embedded one.")] = None,
) -> None:
    """Restore pictures over HTTP, with a page for people."""
    from deepimage.serving.config import load
    from pipelines.serve import serve as answer

    shortcuts = {
        "host": host,
        "port": port,
        "address": address,
        "models": model,
        "recipe.runtime.engine": engine,
        "recipe.scale": scale,
        "recipe.output.format": format,
    }
    answer(load(config, set or [], shortcuts))


@keys.command()
def create(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="Whose; two live keys each, so that one can follow.")],
    scope: Annotated[list[str] | None, typer.Option(help="restore (if none is given) or metrics; repeatable.")] = None,
    quota: Annotated[
        int | None, typer.Option(min=0, metavar="MP", help="Megapixels a day, all keys together; 0 = unlimited.")
    ] = None,
    expires_days: Annotated[int | None, typer.Option(min=1, max=36_500, help="Never by default.")] = None,
    state: State = Path("runs/serve"),
) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    from pipelines.keys import create as make

    tell(make(state, client, scope or ["restore"], quota, expires_days))


@keys.command("list")
def list_keys(state: State = Path("runs/serve")) -> None:
    """All keys there ever were, without their secrets."""
    from pipelines.keys import listing

    tell("\n".join(listing(state)))


@keys.command()
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` shows it.")],
    state: State = Path("runs/serve"),
) -> None:
    """Shut a key out, at once."""
    from pipelines.keys import revoke as shut_out

    shut_out(state, id)


app.add_typer(keys, name="keys")
