"""A run in figures: one pass over the manifest gives the closing summary, summary.json and the exit code."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.compute as pc
from rich.table import Table
from rich.text import Text

from deepimage.report import figures
from deepimage.report.rows import STATUSES, STEPS, TROUBLED, Manifest, having
from deepimage.report.terminal import Terminal


@dataclass(frozen=True)
class Summary:
    """What a manifest says in figures. Megapixels are those of `done` rows; output bytes of all that have an output."""

    run_id: str
    model: str | None
    recipe_digest: str | None
    statuses: dict[str, int]
    """Rows by status, every status present."""
    errors: dict[str, int]
    """Quarantined and failed rows by error code, most frequent first; a row without a code counts under its status."""
    exact_duplicates: int
    near_duplicates: int
    megapixels_in: float
    megapixels_out: float
    output_bytes: int
    seconds_wall: float
    """This run's own time; the other figures cover what earlier runs left, too."""
    seconds: dict[str, float]
    """Step -> seconds, summed over all workers."""
    megapixels_per_second: float
    """Output megapixels that this run made, by its wall time."""

    @property
    def images(self) -> int:
        return sum(self.statuses.values())

    @property
    def troubled(self) -> int:
        return sum(self.statuses[status] for status in TROUBLED)

    @property
    def exit_code(self) -> int:
        """0 when every input is accounted for without trouble, else 3."""
        return 3 if self.troubled else 0

    def to_json(self) -> str:
        """The content of summary.json."""
        facts = asdict(self) | {"images": self.images, "exit_code": self.exit_code}
        return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"

    def lines(self) -> list[str]:
        """The closing summary as plain text."""
        return [f"{label:<12} {figure:>10}  {note}".rstrip() for label, figure, note in _entries(self)]


def summarize(manifest: Manifest, run_id: str, seconds_wall: float) -> Summary:
    """Read the manifest once, a batch at a time; `run_id` and `seconds_wall` are those of the run that just ended."""
    counts: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for batch in manifest():
        counts.update(_counts(batch.column("status")))
        troubled = having(batch, "status", *TROUBLED)
        errors.update(_counts(pc.coalesce(troubled.column("error_code"), troubled.column("status"))))
        sums.update(_sums(batch, run_id))
        labels.update(
            {name: value for name in ("model", "recipe_digest") if (value := pc.max(batch.column(name)).as_py())}
        )
    return Summary(
        run_id=run_id,
        model=labels.get("model"),
        recipe_digest=labels.get("recipe_digest"),
        statuses={status: counts[status] for status in STATUSES},
        errors=dict(sorted(errors.items(), key=lambda item: (-item[1], item[0]))),
        exact_duplicates=int(sums["exact"]),
        near_duplicates=int(sums["near"]),
        megapixels_in=sums["megapixels_in"],
        megapixels_out=sums["megapixels_out"],
        output_bytes=int(sums["output_bytes"]),
        seconds_wall=seconds_wall,
        seconds={step: sums[step] for step in STEPS},
        megapixels_per_second=sums["megapixels_run"] / seconds_wall if seconds_wall > 0 else 0.0,
    )


def show(summary: Summary, stream: TextIO) -> None:
    """Write the closing summary: a table on a terminal, plain lines elsewhere."""
    terminal = Terminal(stream)
    if not terminal.isatty():
        terminal.write("\n".join([*summary.lines(), ""]))
        terminal.flush()
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim", overflow="fold")
    for entry in _entries(summary):
        table.add_row(*map(Text, entry))
    terminal.console().print(table)


def _counts(values: pa.Array) -> dict[str, int]:
    return {
        item["values"]: item["counts"] for item in pc.value_counts(values).to_pylist() if item["values"] is not None
    }


def _sums(batch: pa.RecordBatch, run_id: str) -> dict[str, Any]:
    done = having(batch, "status", "done")
    totals = {step: _total(batch.column(f"seconds_{step}")) for step in STEPS}
    return totals | {
        "megapixels_in": _total(done.column("megapixels")),
        "megapixels_out": _output_megapixels(done),
        "megapixels_run": _output_megapixels(having(done, "run_id", run_id)),
        "output_bytes": _total(batch.column("output_bytes")),
        "exact": pc.count(batch.column("duplicate_of")).as_py(),
        "near": pc.count(batch.column("near_duplicate_of")).as_py(),
    }


def _output_megapixels(batch: pa.RecordBatch) -> float:
    width = pc.cast(batch.column("output_width"), pa.float64())  # 32-bit products would overflow
    return _total(pc.multiply(width, batch.column("output_height"))) / 1e6


def _total(values: pa.Array) -> float:
    return float(pc.sum(values).as_py() or 0)


def _entries(summary: Summary) -> list[tuple[str, str, str]]:
    """(label, figure, note) of every line that has something to say."""
    s = summary
    into = f"{figures.megapixels(s.megapixels_in)} MP -> {figures.megapixels(s.megapixels_out)} MP"
    notes = {
        "done": f"{into}, {figures.size(s.output_bytes)}",
        "aliased": "copies that share the result of another picture",
        "skipped": "left alone, as the recipe says",
        "quarantined": "cannot be restored as they are",
        "failed": "not the pictures' fault: the next run tries them again",
    }
    entries = [
        (
            "pictures",
            figures.count(s.images),
            f"model {figures.shown(s.model or 'none')}, run {figures.shown(s.run_id)}",
        )
    ]
    entries += [(name, figures.count(s.statuses[name]), notes[name]) for name in STATUSES if s.statuses[name]]
    if s.errors:
        codes = ", ".join(f"{figures.shown(code)} {figures.count(number)}" for code, number in s.errors.items())
        entries.append(("reasons", "", codes))
    if s.near_duplicates:
        entries.append(("near copies", figures.count(s.near_duplicates), "look like another picture of this run"))
    steps = ", ".join(f"{step} {figures.duration(s.seconds[step])}" for step in STEPS if s.seconds[step])
    speed = f"{figures.megapixels(s.megapixels_per_second)} output MP/s"
    return [*entries, ("time", figures.duration(s.seconds_wall), f"{speed}; all workers: {steps}" if steps else speed)]
