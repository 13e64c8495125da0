"""A true run passes; every way of being untrue is found and named."""

from collections.abc import Callable

import pytest

from deepimage.report.verify import Finding, verify

from .conftest import Run, decode, photo


def check(run: Run, has_success: bool = True, listed: bool = True, extra: tuple[str, ...] = ()) -> list[Finding]:
    """Judge the run; `extra` inputs are listed besides those that have rows."""
    listing = [*dict.fromkeys(row["input"] for row in run.rows), *extra] if listed else None
    private = ["_deepimage/_SUCCESS", "_deepimage/manifest/a.parquet"]
    outputs = iter([*run.outputs, *private])
    return list(verify(listing, outputs, run.manifest, run.read_output, decode, has_success))


def test_a_true_run_has_no_findings(run: Run) -> None:
    assert check(run) == []
    assert check(run, listed=False) == []


def edit(name: str, **changes: object) -> Callable[[Run], None]:
    return lambda run: run.named(name).update(changes)


def half_written(run: Run) -> None:
    content = run.outputs["shop/001.jpg.out.jpg"]
    run.outputs["shop/001.jpg.out.jpg"] = content[: len(content) // 2]


def gone(run: Run) -> None:
    del run.outputs["shop/001.jpg.out.jpg"]


def stray(run: Run) -> None:
    run.outputs["shop/tmp-001.jpg"] = b""


def twice(run: Run) -> None:
    run.rows.append(run.named("gone/1.jpg"))


def odd_private(run: Run) -> None:
    run.named("shop/001.jpg").update(output="_deepimage/x.jpg")
    run.outputs["_deepimage/x.jpg"] = run.outputs.pop("shop/001.jpg.out.jpg")


@pytest.mark.parametrize(
    ("damage", "rule", "name"),
    [
        (gone, "missing-output", "shop/001.jpg.out.jpg"),
        (stray, "stray-output", "shop/tmp-001.jpg"),
        (twice, "double-row", "gone/1.jpg"),
        (odd_private, "bad-output", "shop/001.jpg"),
        (edit("shop/001.jpg", output_sha256="0" * 64), "wrong-bytes", "shop/001.jpg.out.jpg"),
        (edit("shop/001.jpg", output_width=241), "wrong-bytes", "shop/001.jpg.out.jpg"),
        (edit("gone/1.jpg", status="adopted"), "bad-status", "gone/1.jpg"),
        (edit("gone/1.jpg", status=None), "bad-status", "gone/1.jpg"),
        (edit("gone/1.jpg", status="done", error=None), "bad-output", "gone/1.jpg"),
        (edit("broken/00.jpg", error_code="E_ODD"), "bad-error", "broken/00.jpg"),
        (edit("broken/00.jpg", error_code=None), "bad-error", "broken/00.jpg"),
        (edit("broken/00.jpg", error=None), "bad-error", "broken/00.jpg"),
        (edit("gone/1.jpg", error=""), "bad-error", "gone/1.jpg"),
        (edit("large/0.jpg", error_code="E_BOMB"), "bad-error", "large/0.jpg"),
        (edit("again/00.jpg", duplicate_of="large/0.jpg"), "bad-copy", "again/00.jpg"),
        (edit("again/00.jpg", duplicate_of="again/01.jpg"), "bad-copy", "again/00.jpg"),
        (edit("again/00.jpg", duplicate_of=None), "bad-copy", "again/00.jpg"),
        (edit("again/00.jpg", duplicate_of="shop/001.jpg"), "bad-copy", "again/00.jpg"),
        (edit("again/00.jpg", input_sha256="0" * 64), "bad-copy", "again/00.jpg"),
    ],
)
def test_every_damage_is_found_once_and_named(run: Run, damage: Callable[[Run], None], rule: str, name: str) -> None:
    damage(run)
    (finding,) = check(run)
    assert (finding.rule, finding.name) == (rule, name)
    assert finding.message


def test_half_a_file_is_found(run: Run) -> None:
    half_written(run)
    assert {finding.rule for finding in check(run)} == {"wrong-bytes"}


def test_trouble_must_not_name_an_output(run: Run) -> None:
    run.named("broken/00.jpg").update(output="shop/001.jpg.out.jpg", output_sha256="?")
    assert {finding.rule for finding in check(run)} == {"bad-output", "shared-output", "wrong-bytes"}


def test_two_rows_never_share_an_output(run: Run) -> None:
    first, second = run.named("shop/001.jpg"), run.named("shop/017.jpg")
    del run.outputs[second["output"]]
    second.update(output=first["output"], output_sha256=first["output_sha256"])
    (finding,) = check(run)
    assert (finding.rule, finding.name) == ("shared-output", "shop/017.jpg")


def test_an_output_outside_is_never_read(run: Run) -> None:
    for name, key in (("shop/001.jpg", "../../etc/passwd"), ("shop/002.jpg", "/etc/passwd")):
        run.outputs.pop(run.named(name)["output"])
        run.named(name).update(output=key)
    asked: list[str] = []

    def read(key: str) -> bytes:
        asked.append(key)
        return run.read_output(key)

    findings = list(verify(None, [], run.manifest, read, decode, True))
    assert [finding.rule for finding in findings] == ["bad-output", "bad-output"]
    assert not any("passwd" in key for key in asked)


def test_a_near_copy_may_share_a_result_of_other_bytes() -> None:
    run = Run()
    first = run.restore("a.jpg", photo(1))
    copy = run.restore("b.jpg", photo(2), "aliased", near_duplicate_of="a.jpg", output_sha256=first["output_sha256"])
    run.outputs[copy["output"]] = run.outputs[first["output"]]
    assert check(run) == []


def test_every_input_has_a_row_and_rows_of_inputs_that_are_gone_may_stay(run: Run) -> None:
    assert [(f.rule, f.name) for f in check(run, extra=("new.jpg",), has_success=False)] == [("missing-row", "new.jpg")]
    assert list(verify([], iter(run.outputs), run.manifest, run.read_output, decode, True)) == []


def test_success_stands_exactly_beside_a_complete_run(run: Run) -> None:
    assert [f.rule for f in check(run, has_success=False)] == ["bad-success"]
    assert [f.rule for f in check(run, has_success=False, listed=False)] == ["bad-success"]
    assert [f.rule for f in check(run, extra=("new.jpg",))] == ["missing-row", "bad-success"]


def test_a_listing_of_odd_bytes_is_no_obstacle(run: Run) -> None:
    assert [f.rule for f in check(run, extra=("caf\udce9.jpg",), has_success=False)] == ["missing-row"]


def test_a_finding_is_one_harmless_line() -> None:
    text = str(Finding("stray-output", "a\n\x1b[31m.jpg", "no row\nnames it"))
    assert text == r"stray-output: a\n\x1b[31m.jpg: no row\nnames it"
