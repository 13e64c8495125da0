"""The commands that send work to a cluster and look after it; part of the `deepimage` command."""

import sys
from typing import Annotated

import typer

from pipelines.cli_makers import Set, tell
from pipelines.options import AsJson, Config, DryRun, Format, Input, Model, Output, Quiet, Scale

app = typer.Typer()
jobs = typer.Typer(no_args_is_help=True, help="What was submitted to a cluster.")

Address = Annotated[
    str, typer.Option(envvar="RAY_API_SERVER_ADDRESS", help="The cluster's dashboard; its token is RAY_AUTH_TOKEN.")
]
Id = Annotated[str, typer.Argument(metavar="ID", help="As `submit` and `jobs list` show it.")]
_HEAD = "http://127.0.0.1:8265"


@app.command()
def submit(
    input: Input,
    output: Output,
    config: Config = None,
    set: Set = None,
    model: Model = None,
    scale: Scale = None,
    format: Format = None,
    address: Address = _HEAD,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it to its end, or only print its id.")] = True,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """`run` on a distant cluster; ends with the run's own exit code. Ctrl-C leaves it running."""
    from deepimage.config import load
    from deepimage.runtime.jobs import Jobs
    from pipelines.submit import submit as send

    recipe = load(config, set or [], {"model": model, "scale": scale, "output.format": format})
    wished = {"--dry-run": dry_run, "--json": as_json, "--quiet": quiet or as_json}
    head = Jobs(address)
    id = send(head, input, output, recipe, [flag for flag, given in wished.items() if given])
    if not wait:
        tell(id)
        return
    sys.stderr.write(f"job {id}; deepimage jobs logs {id} --follow, deepimage jobs stop {id}\n")
    raise typer.Exit(head.follow(id, _pass_on))


@jobs.command("list")
def list_jobs(address: Address = _HEAD) -> None:
    """Every run that was submitted, oldest first."""
    from deepimage.runtime.jobs import Jobs

    tell("\n".join(job.line for job in Jobs(address).list()) or "no jobs")


@jobs.command()
def logs(
    id: Id,
    address: Address = _HEAD,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="To its end; with its exit code.")] = False,
) -> None:
    """What a run has said."""
    from deepimage.runtime.jobs import Jobs

    if follow:
        raise typer.Exit(Jobs(address).follow(id, _pass_on))
    _pass_on(Jobs(address).logs(id))


@jobs.command()
def stop(id: Id, address: Address = _HEAD) -> None:
    """Interrupt a run; submitted again it goes on."""
    from deepimage.runtime.jobs import Jobs

    tell("stopping" if Jobs(address).stop(id) else "it has ended already")


def _pass_on(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


app.add_typer(jobs, name="jobs")
