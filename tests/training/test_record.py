from pathlib import Path

import pyarrow.parquet as pq

from deepimage.training.record import PAGE, TABLE, Record


def test_rows_come_back_and_those_of_lost_steps_do_not(tmp_path: Path) -> None:
    record = Record(tmp_path, upto=0)
    for step in (0, 10, 20):
        record.add({"step": step, "pixel": 1 / (step + 1), **({"late": 1.0} if step else {})})
    assert pq.read_table(tmp_path / TABLE)["step"].to_pylist() == [0, 10, 20]
    assert [row["step"] for row in Record(tmp_path, upto=10).rows] == [0, 10]
    assert not list(tmp_path.glob("*.part"))


def test_the_page_plots_every_number_and_needs_no_network(tmp_path: Path) -> None:
    record = Record(tmp_path, upto=0)
    record.add({"step": 0, "C2_gain": -0.5})
    record.add({"step": 10, "C2_gain": 0.25, "pixel<": 1.0})
    page = (tmp_path / PAGE).read_text()
    assert "C2_gain: 0.25 at step 10" in page
    assert "pixel&lt;" in page
    assert page.count("<polyline") == 2
    assert "http" not in page.replace("http-equiv", "")
