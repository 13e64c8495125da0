"""The plan: every row ends in one action, decided from facts alone, and a settled row is kept."""

from typing import Any

from deepimage.batch.plan import Planner, ToRestore, Twins
from deepimage.batch.tables import to_table
from deepimage.config import Recipe, validate
from deepimage.stages.base import Row
from deepimage.storage.schema import PLAN

STAMP = {"model": "m", "model_sha256": "s", "recipe_digest": "r", "run_id": "1"}


def fact(name: str, width: int = 600, height: int = 400, format: str = "jpeg", **more: Any) -> Row:
    base = {"input": name, "input_sha256": f"sha-{name}", "width": width, "height": height, "format": format}
    ends = {"status": None, "error_code": None, "error": None}
    return base | {"megapixels": width * height / 1e6} | ends | more


def planner(previous: dict[str, Row] | None = None, twins: Twins | None = None, **recipe: Any) -> Planner:
    previous = previous or {}
    standing = {row["output"] for row in previous.values() if row["output"]}
    formats = {"a.png": "png", "a.jpg": "jpeg"}
    return Planner(validate(Recipe, recipe), 4, STAMP, twins or Twins(), previous, standing, formats=formats)


def one(row: Row, **context: Any) -> Row:
    return next(planner(**context).plan([row]))


def test_a_good_picture_is_restored_in_its_own_format() -> None:
    row = one(fact("a.jpg"))
    assert (row["action"], row["output"], row["output_format"]) == ("restore", "a.jpg", "jpeg")
    assert (row["output_width"], row["output_height"], row["strips"]) == (2400, 1600, False)
    assert one(fact("a.gif", format="gif"))["output"] == "a.png"


def test_size_wishes() -> None:
    assert one(fact("a.jpg"), scale=2)["output_width"] == 1200
    assert one(fact("a.jpg"), width=1000)["output_height"] == 667
    assert one(fact("a.jpg"), max_side=900)["output_width"] == 900


def test_what_a_format_cannot_hold_is_refused_by_name() -> None:
    row = one(fact("big.jpg", 6000, 5000), output={"format": "webp"})
    assert (row["status"], row["error_code"], row["action"]) == ("quarantined", "E_ENCODE", "record")
    assert "16383" in row["error"].replace(",", "")
    assert one(fact("big.jpg", 6000, 5000), output={"format": "tiff"})["strips"]


def test_a_picture_too_large_for_one_worker_goes_in_bands_of_what_one_holds() -> None:
    limits = {"max_actor_megapixels": 10, "max_strip_megapixels": 25}
    sizes = [(2000, 2000), (5000, 5000), (6000, 5000)]
    rows = [one(fact("a.tif", *size, format="tiff"), limits=limits) for size in sizes]
    assert [(row["strips"], row["bands"]) for row in rows] == [(False, None), (True, None), (True, 3)]
    tiny = one(fact("a.jpg"), limits={"max_strip_megapixels": 0.1})
    assert (tiny["strips"], tiny["bands"]) == (False, None)


def test_limits_and_policy() -> None:
    assert one(fact("a.jpg"), limits={"max_output_megapixels": 1})["error_code"] == "E_BOMB"
    assert one(fact("a.jpg"), skip_larger_than=0.2)["status"] == "skipped"
    large = one(fact("a.jpg"), max_side=600, skip_large_enough=True)
    assert (large["status"], large["action"]) == ("skipped", "record")
    assert large["error"] == "600x400, already as large as 600x400"
    assert one(fact("a.jpg"), max_side=601, skip_large_enough=True)["action"] == "restore"


def test_rows_that_ended_in_the_probe_are_recorded() -> None:
    row = one(fact("a.jpg", status="quarantined", error_code="E_EMPTY", error="empty"))
    assert (row["action"], row.get("output")) == ("record", None)


def test_copies() -> None:
    exact = Twins(exact={"b.jpg": "a.jpg"})
    rows = list(planner(twins=exact).plan([fact("a.jpg"), fact("b.jpg")]))
    assert [row["action"] for row in rows] == ["restore", "alias"]
    assert rows[1]["output"] == "b.jpg"
    near = Twins(near={"b.jpg": ("a.jpg", 4)})
    assert one(fact("b.jpg"), twins=near)["action"] == "restore"
    assert one(fact("b.jpg"), twins=near)["near_duplicate_of"] == "a.jpg"
    assert one(fact("b.jpg"), twins=near, near_duplicates="skip")["status"] == "skipped"
    pair = [fact("a.png", format="png"), fact("b.jpg")]
    alias = list(planner(twins=Twins(near={"b.jpg": ("a.png", 4)}), near_duplicates="alias").plan(pair))[1]
    assert (alias["action"], alias["duplicate_of"], alias["output"]) == ("alias", None, "b.png")


def test_a_copy_of_a_near_copy_shares_its_fate() -> None:
    twins = Twins(exact={"c.jpg": "b.jpg"}, near={"b.jpg": ("a.jpg", 4)})
    three = [fact("a.jpg"), fact("b.jpg"), fact("c.jpg")]
    alias, skip = (list(planner(twins=twins, near_duplicates=policy).plan(three))[2] for policy in ("alias", "skip"))
    assert (alias["action"], alias["duplicate_of"], alias["near_duplicate_of"]) == ("alias", None, "a.jpg")
    assert skip["status"] == "skipped"


def settled(row: Row, status: str = "done") -> dict[str, Row]:
    return {row["input"]: {"duplicate_of": None, "near_duplicate_of": None} | row | {"status": status, "attempt": 1}}


def test_a_settled_row_is_kept_until_something_changes() -> None:
    done = settled(one(fact("a.jpg")))
    assert one(fact("a.jpg"), previous=done)["action"] == "keep"
    changed = fact("a.jpg") | {"input_sha256": "other"}
    assert one(changed, previous=done)["action"] == "restore"
    assert one(changed, previous=done)["attempt"] == 2
    gone = planner(previous=done)
    gone.standing.clear()
    assert next(gone.plan([fact("a.jpg")]))["action"] == "restore"


def test_a_failed_row_is_tried_again_and_a_hopeless_one_is_not() -> None:
    row = one(fact("a.jpg"))
    assert one(fact("a.jpg"), previous=settled(row, "failed"))["action"] == "restore"
    hopeless = settled(row | {"output": None, "error_code": "E_CRASH", "error": "died"}, "quarantined")
    again = one(fact("a.jpg"), previous=hopeless)
    assert (again["action"], again["status"], again["error_code"]) == ("keep", "quarantined", "E_CRASH")


def test_a_new_collision_does_not_take_a_name_that_was_given() -> None:
    webp = {"output": {"format": "webp"}}
    before = settled(one(fact("b.png", format="png"), **webp))
    rows = list(planner(previous=before, **webp).plan([fact("b.jpg"), fact("b.png", format="png")]))
    assert [row["output"] for row in rows] == ["b.jpg.webp", "b.webp"]


def test_picks() -> None:
    rows = [fact("a.jpg"), fact("b.jpg", 6000, 5000), fact("c.jpg", status="failed", error="gone")]
    table = to_table(list(planner().plan([*rows, fact("d.tif", 9000, 9000, format="tiff")])), PLAN)
    assert ToRestore()(table)["input"].to_pylist() == ["a.jpg", "b.jpg", "d.tif"]
    assert ToRestore(strips=True, bands=False)(table)["input"].to_pylist() == ["b.jpg"]
    assert ToRestore(strips=False)(table)["input"].to_pylist() == ["a.jpg"]
    assert ToRestore(bands=True)(table)["input"].to_pylist() == ["d.tif"]
