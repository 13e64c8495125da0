from deepimage.dedupe.exact import COPIES, exact_duplicates

from .catalogue import index_of, shuffled


def copies(table):
    return {row["input"]: row["duplicate_of"] for row in exact_duplicates(table).to_pylist()}


def test_every_copy_names_the_first_in_canonical_order():
    table = index_of(
        {"input": "b.jpg", "input_sha256": "1"},
        {"input": "a.jpg", "input_sha256": "1"},
        {"input": "c.jpg", "input_sha256": "1"},
        {"input": "d.jpg", "input_sha256": "2"},
        {"input": "e.jpg", "input_sha256": "3"},
        {"input": "f.jpg", "input_sha256": "3"},
    )
    assert copies(table) == {"b.jpg": "a.jpg", "c.jpg": "a.jpg", "f.jpg": "e.jpg"}


def test_a_copy_whose_facts_are_unknown_is_never_the_canonical_one():
    unread = {"width": None, "height": None, "lossless": None, "jpeg_quality": None, "bits": None}
    table = index_of({"input": "a", "input_sha256": "1", **unread}, {"input": "b", "input_sha256": "1"})
    assert copies(table) == {"a": "b"}


def test_files_without_a_sha_are_no_copies_of_each_other():
    assert copies(index_of(*({"input": name, "input_sha256": None} for name in "abc"))) == {}


def test_an_empty_index_has_no_copies():
    assert exact_duplicates(index_of()).equals(COPIES.empty_table())


def test_the_result_does_not_depend_on_the_order_of_the_rows():
    table = index_of(*({"input": f"{i:03d}", "input_sha256": str(i % 37)} for i in range(300)))
    results = [exact_duplicates(shuffled(table, seed)) for seed in range(5)]
    assert len(results[0]) == 300 - 37
    assert all(result.equals(results[0]) for result in results)
