"""The commands of those who make and judge generators; part of the `deepimage` command."""

import logging
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

_UNSOUND = 3
_ADAPT = Path("configs/train/adapted.yaml")

app = typer.Typer()
models = typer.Typer(no_args_is_help=True, help="What there is to choose from; proof, calibration, export.")

Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override one key of the recipe.")]
Name = Annotated[str, typer.Argument(metavar="MODEL", help="Shipped name, checkpoint file, or interpolator.")]


def tell(text: str) -> None:
    """One thing to stdout."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def _log_to_stderr() -> None:
    """What training says of its progress."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


@app.command()
def study(
    input: Annotated[str, typer.Argument(metavar="INPUT", help="Folder, s3://..., archive, or list of URIs.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The profile, .yaml; a page is written beside it.")],
    config: Annotated[Path | None, typer.Option("--config", help="Recipe, YAML: limits, storage, runtime.")] = None,
    set: Set = None,
    engine: Annotated[str | None, typer.Option(help="ray or local")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Pictures that are looked at, drawn evenly.")] = 2000,
    seed: Annotated[int, typer.Option()] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Learn, blindly, what a customer's pictures have been through."""
    from deepimage.config import load
    from pipelines.study import study as look

    findings = look(input, output, load(config, set or [], {"runtime.engine": engine}), limit, seed, quiet)
    tell("\n".join(findings.lines()))


@app.command()
def train(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="Training recipe, YAML; none = a short one that adapts --from.")
    ] = _ADAPT,
    set: Set = None,
    start: Annotated[str | None, typer.Option("--from", help="Checkpoint to go on from.")] = None,
    profile: Annotated[str | None, typer.Option(help="What `deepimage study` made of a customer's pictures.")] = None,
    run: Annotated[Path | None, typer.Option(help="Folder of the run; runs/NAME by default.")] = None,
    workers: Annotated[int | None, typer.Option(help="Ray Train workers; none = this process alone.")] = None,
    address: Annotated[str | None, typer.Option(help="Ray cluster to join; none starts an embedded one.")] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; none = all.")] = None,
) -> None:
    """Train a generator; the same command again resumes."""
    from pipelines.train import main as train_generator

    _log_to_stderr()
    shortcuts = {"start": start, "data.profile": profile, "workers": workers}
    tell(f"checkpoint   {train_generator(config, set or [], shortcuts, run, threads, address)}")


@app.command()
def evaluate(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="Systems, pictures, degradations, metrics; YAML.")],
    set: Set = None,
    against_hr: Annotated[str | None, typer.Option(help="Folder of originals, by the pictures' own names.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Systems x pictures x degradations: a table and a page; the same command again goes on."""
    from pipelines.evaluate import evaluate as judge

    verdict = judge(config, set or [], quiet, against_hr)
    tell("\n".join(verdict.lines()))
    raise typer.Exit(0 if verdict.complete else _UNSOUND)


@app.command()
def blind(
    models: Annotated[list[str], typer.Argument(metavar="MODEL MODEL", help="The two that are compared.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A new folder for sheets and key.")],
    photos: Annotated[list[str], typer.Option(help="Folder of hr photos (repeatable).")],
    degradation: Annotated[list[str], typer.Option(help="Fixed degradation (repeatable).")],
    count: Annotated[int, typer.Option(help="Sheets.")] = 30,
    seed: Annotated[int, typer.Option()] = 0,
) -> None:
    """Numbered sheets for a blind comparison; `tally` counts the answers."""
    from pipelines.blind import sheets

    sheets(models, photos, degradation, output, count, seed=seed)
    tell(
        f"sheets       {output}; write lines of NUMBER,A or NUMBER,B or NUMBER,= and run: deepimage tally {output} FILE"
    )


@app.command()
def tally(
    sheets: Annotated[Path, typer.Argument(metavar="SHEETS", help="Folder that `blind` wrote.")],
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="CSV of number and A, B or =.")],
) -> None:
    """How often each of the two was preferred."""
    from pipelines.blind import tally as count

    tell("\n".join(count(sheets, answers)))


@app.command()
def benchmark(
    files: Annotated[int, typer.Option(help="Photos in the batch job.")] = 200,
    side: Annotated[int, typer.Option(help="Their side, pixels.")] = 600,
    model: Annotated[str, typer.Option()] = "fast-x4",
    training: Annotated[Path | None, typer.Option(help="Measure this training recipe instead.")] = None,
    study: Annotated[Path | None, typer.Option(help="Measure `study` on photos of this folder instead.")] = None,
    architectures: Annotated[Path | None, typer.Option(help="Compare trunks taught by this recipe instead.")] = None,
    steps: Annotated[int, typer.Option(help="Of each training of --architectures.", min=1)] = 1500,
    adapt: Annotated[Path | None, typer.Option(help="Measure what this recipe brings a made customer instead.")] = None,
    serving: Annotated[bool, typer.Option("--serving", help="Measure `serve` under load instead.")] = False,
    seconds: Annotated[float, typer.Option(help="Of each load of --serving.")] = 60,
    scaling: Annotated[
        bool, typer.Option("--scaling", help="Measure the engine with up to 16 workers instead.")
    ] = False,
    inventory: Annotated[int, typer.Option(help="Measure the books with so many keys instead.", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")] = False,
) -> None:
    """Megapixels per second of the bare model, the Restorer and the whole job, from one run."""
    if adapt or architectures:
        _log_to_stderr()
    for asked, name, arguments in (
        (training, "training", (training,)),
        (study, "study", (study,)),
        (architectures, "architectures", (architectures, Path("runs/benchmark-architectures"), steps)),
        (adapt, "adapt", (adapt, Path("runs/benchmark-adapt"))),
        (serving, "serving", (model, seconds)),
        (scaling, "scaling", (288,)),
        (inventory, "inventory", (inventory,)),
    ):
        if asked:
            for line in import_module(f"pipelines.benchmark_{name}").measure(*arguments):
                tell(line)
            return
    from pipelines.benchmark import benchmark as measure

    tell(measure(files, side, model, as_json))


@models.command("list")
def list_models() -> None:
    """Shipped generators and interpolators."""
    from pipelines.models import listing

    tell("\n".join(info.line() for info in listing()))


@models.command()
def info(
    model: Name, as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")] = False
) -> None:
    """All about one model: shape, cost, halo, training, licence."""
    from pipelines.models import info as describe

    described = describe(model)
    tell(described.to_json() if as_json else "\n".join(described.lines()))


@models.command()
def verify(names: Annotated[list[str] | None, typer.Argument(metavar="MODEL...")] = None) -> None:
    """Has each its digest, does it load, does it restore? All that are shipped by default."""
    from pipelines.models import verify as try_models

    unsound = 0
    for verdict in try_models(names or []):
        unsound += not verdict.sound
        tell(f"{'sound  ' if verdict.sound else 'UNSOUND'} {verdict.name}: {verdict.message}")
    raise typer.Exit(_UNSOUND if unsound else 0)


@models.command()
def calibrate(model: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Measure a published checkpoint's halo and precisions, and keep them beside it."""
    from pipelines.models import calibrate as measure

    facts, kept = measure(model)
    tell(f"halo {facts.halo}, precisions {', '.join(facts.dtype_ok)}; {f'kept in {kept}' if kept else 'not kept'}")


@models.command()
def export(
    model: Name,
    output: Annotated[Path, typer.Option("--output", "-o", help=".onnx, or .safetensors that spandrel reads.")],
    fidelity: Annotated[float | None, typer.Option(help="Mix with the psnr twin, 0 to 1.")] = None,
    denoise: Annotated[float | None, typer.Option(help="Mix with the twin that leaves noise, 0 to 1.")] = None,
) -> None:
    """Write a model for other tools."""
    from pipelines.models import export as write

    write(model, output, fidelity, denoise)
    tell(f"written      {output}")
