"""Systems judged side by side: every system restores every picture under every degradation, and is measured.

    plan -> judge -> cells.parquet, table.md, report.html, crops.jpg

A cell that an earlier run has filled is not filled again, so a killed evaluation goes on where it stopped.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from deepimage.batch.ledger import record
from deepimage.batch.tables import Table, to_table
from deepimage.config import read
from deepimage.evaluation.cells import CELLS, SETTLED, plan
from deepimage.evaluation.config import Evaluation
from deepimage.evaluation.judge import Judge
from deepimage.metrics.catalog import open_metrics
from deepimage.models.catalog import Model
from deepimage.report.evaluation import markdown, page
from deepimage.report.evaluation_rows import Outcome
from deepimage.report.evaluation_sheet import sheet
from deepimage.report.progress import Progress
from deepimage.runtime import open_engine
from deepimage.runtime.engine import placed
from deepimage.stages.opening import find_model
from deepimage.storage.lock import exclusive
from deepimage.storage.roots import check_roots
from deepimage.storage.store import Store

PARQUET, MARKDOWN, PAGE, CROPS = "cells.parquet", "table.md", "report.html", "crops.jpg"


@dataclass(frozen=True)
class Verdict:
    """How an evaluation ended: cells by status, and where its results are."""

    done: int
    quarantined: int
    failed: int
    output: str
    crops: bool
    """Whether there are pictures to show."""

    @property
    def complete(self) -> bool:
        return not self.quarantined and not self.failed

    def lines(self) -> list[str]:
        """For a person."""
        return [
            f"cells        {self.done} done, {self.quarantined} quarantined, {self.failed} failed",
            *(f"{name:<12} {self.output}/{file}" for name, file in (("table", MARKDOWN), ("page", PAGE))),
            *([f"crops        {self.output}/{CROPS}"] if self.crops else []),
            f"every cell   {self.output}/{PARQUET}",
        ]


def evaluate(
    path: Path | None, overrides: Iterable[str] = (), quiet: bool = False, against_hr: str | None = None
) -> Verdict:
    """Judge what the file at `path` says. Raises UsageError before any work for what cannot be meant.

    `against_hr`: the pictures are dirty ones, and their originals are there.
    """
    pairs = {"against_hr": against_hr, "degradations": []} if against_hr else None
    return run(read(Evaluation, path, overrides, pairs), quiet)


def run(config: Evaluation, quiet: bool = False) -> Verdict:
    """Fill the cells that are not filled yet, then tell. Raises UsageError before any work."""
    for url in filter(None, (*config.pictures, config.against_hr)):
        check_roots(url, config.output, config.storage)
    open_metrics(config.measured, config.files)  # a wrong file is refused here, not by every worker
    models = {system.name: find_model(system.model_copy(update={"scale": config.scale})) for system in config.systems}
    store = Store.open(config.output, config.storage)
    with exclusive(store), open_engine(config.runtime) as engine:
        run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        planned, filled = (Table(store, name, CELLS, run_id) for name in ("evaluation-plan", "evaluation-cells"))
        planned.replace(to_table(rows, CELLS) for rows in plan(config, models))
        pick = Unfilled(_settled(filled))
        total = sum(pick(part).num_rows for part in planned.scan())
        with Progress(total, phase="judge", quiet=quiet) as progress:
            if total:
                width = engine.width
                judge = placed(Judge(config, width.workers, width.threads, width.gpus), width)
                for rows in record(filled, engine.run(planned, pick, [judge])):
                    progress.update(rows)
        return _tell(config, models, store, _in_order(planned, filled))


class Unfilled:
    """Picks the cells of a plan that are still to be filled."""

    def __init__(self, settled: pa.Array) -> None:
        self._settled = settled

    def __call__(self, table: pa.Table) -> pa.Table:
        known = pc.is_in(table["cell"], value_set=self._settled)
        return table.filter(pc.and_(pc.is_null(table["status"]), pc.invert(known)))


def _settled(filled: Table) -> pa.Array:
    """Cells that need not be filled again."""
    cells = [
        part.filter(pc.is_in(part["status"], value_set=pa.array(SETTLED)))["cell"]
        for part in filled.latest(["cell", "status"], key=("cell",))
    ]
    return pa.concat_arrays([chunk for column in cells for chunk in column.chunks] or [pa.array([], pa.string())])


def _in_order(planned: Table, filled: Table) -> pa.Table:
    """The plan's cells, filled, in the plan's order."""
    plan = pa.concat_tables(planned.scan())
    found = {row["cell"]: row for part in filled.latest(key=("cell",)) for row in part.to_pylist()}
    return to_table([row if row["status"] else found.get(row["cell"], row) for row in plan.to_pylist()], CELLS)


def _tell(config: Evaluation, models: dict[str, Model], store: Store, cells: pa.Table) -> Verdict:
    outcome = Outcome(tuple(cells.to_pylist()), config.measured, config.ranked_by, _focus(config, models))
    sink = io.BytesIO()
    pq.write_table(cells.drop_columns(["exhibit"]), sink, compression="zstd")
    store.write(PARQUET, sink.getvalue())
    store.write(MARKDOWN, markdown(outcome).encode())
    store.write(PAGE, page(outcome, _settings(config, models), config.exhibits).encode())
    crops = sheet(outcome, config.exhibits)
    if crops:
        store.write(CROPS, crops)
    counts = {name: pc.sum(pc.equal(cells["status"], name)).as_py() or 0 for name in ("done", "quarantined", "failed")}
    return Verdict(output=store.url, crops=bool(crops), **counts)


def _focus(config: Evaluation, models: dict[str, Model]) -> str:
    nets = [name for name, model in models.items() if model.path]
    return config.focus or next(iter(nets), config.systems[0].name)


def _settings(config: Evaluation, models: dict[str, Model]) -> dict[str, str]:
    """What the page tells of how it came about."""
    told = {
        "pictures": ", ".join(config.pictures),
        "scale": str(config.scale),
        "degradations": ", ".join(config.degradations) or "given",
        "originals": config.against_hr or ("hr" if config.degradations else "none"),
        "crop": f"{config.crop} lr pixels" if config.crop else "none",
    }
    return told | {name: model.sha256[:16] for name, model in models.items()}
