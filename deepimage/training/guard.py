"""Stops a run that is collapsing, before it overwrites its last good state."""

from collections.abc import Mapping, Sequence

from deepimage.errors import ConfigError
from deepimage.training.config import Guard

Row = Mapping[str, object]


def check(rows: Sequence[Row], guard: Guard) -> None:
    """rows: measurements from the first to the newest. Raises ConfigError that says what went wrong and what to do."""
    if len(rows) < 2:
        return
    newest = rows[-1]
    fallen = _number(rows[0], "consistency_db") - _number(newest, "consistency_db")
    if fallen > guard.consistency_drop:
        _stop(newest, f"the reduced sr is {fallen:.1f} dB further from lr than at first", "losses.adversarial")
    if _winning(rows, guard) >= guard.winning_steps:
        _stop(newest, f"the discriminator tells {guard.winning:.0%} apart", "discriminator.learning_rate")


def _winning(rows: Sequence[Row], guard: Guard) -> float:
    """For how many steps, up to the newest, every measurement saw the discriminator win."""
    start = next((row for row in reversed(rows) if _number(row, "told_apart") < guard.winning), rows[0])
    return _number(rows[-1], "step") - _number(start, "step")


def _stop(row: Row, reason: str, key: str) -> None:
    raise ConfigError(f"step {row['step']}: the run is collapsing: {reason}; lower {key}; the last state is kept")


def _number(row: Row, key: str) -> float:
    value = row.get(key)
    return float(value) if isinstance(value, int | float) else 0.0
