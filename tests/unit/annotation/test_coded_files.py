"""Files of answers: the three forms, "nothing here", and every way of being wrong with its line."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.coded_files import MAX_LINE, MAX_NAME, read_coded_passages
from careatlas.errors import InputError

ROW = {"id": "p1", "codes": ["beds"], "status": "planned", "setting": "care-home", "document": "plan.pdf"}


def written(folder: Path, name: str, *rows: object) -> Path:
    path = folder / name
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def problems(folder: Path, *rows: object) -> str:
    with pytest.raises(InputError) as caught:
        read_coded_passages([written(folder, "A.jsonl", *rows)])
    return caught.value.what


def test_one_file_per_coder(tmp_path: Path) -> None:
    first, second = written(tmp_path, "ann.jsonl", ROW), written(tmp_path, "ben.jsonl", {"id": "p1", "codes": []})
    ann, ben = read_coded_passages([first, second])
    assert (ann.id, ann.document, ann.annotator, ann.codes) == ("p1", "plan.pdf", "ann", {"beds"})
    assert ann.attributes == {"status": "planned", "setting": "care-home"}
    assert (ann.suggestion_shown, ann.accepted_codes, ann.repeat, ann.made_at) == (None, None, 0, None)
    assert (ben.annotator, ben.codes, ben.attributes, ben.document) == ("ben", frozenset(), {}, "")


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = []
    for coder in ("x", "y"):
        (tmp_path / coder).mkdir()
        paths.append(written(tmp_path / coder, "codes.jsonl", ROW))
    assert [one.annotator for one in read_coded_passages(paths)] == [str(path) for path in paths]


def test_one_file_with_a_field_for_the_coder(tmp_path: Path) -> None:
    rows = [{**ROW, "annotator": coder} for coder in ("ann", "ben")]
    assert [one.annotator for one in read_coded_passages([written(tmp_path, "all.jsonl", *rows)])] == ["ann", "ben"]


def test_the_gold_form(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "source": "plan.pdf",
        "text": "Words.",
        "final": {"codes": ["x"]},
        "annotator_a": {"codes": ["beds", "falls"], "status": "planned"},
        "annotator_b": {"codes": ["none"], "status": "not-applicable"},
        "annotator_c": None,
    }
    first, second = read_coded_passages([written(tmp_path, "labels.jsonl", row)])
    assert (first.id, first.document, first.annotator, first.codes) == (
        "7",
        "plan.pdf",
        "annotator_a",
        {"beds", "falls"},
    )
    assert (second.annotator, second.codes, second.attributes) == ("annotator_b", set(), {"status": "not-applicable"})


def test_what_was_on_the_screen_and_when(tmp_path: Path) -> None:
    facts = {"suggestion_shown": True, "model_id": "m1", "accepted_codes": ["none"], "repeat": 2}
    row = {**ROW, **facts, "made_at": "2025-05-01T09:00:00+00:00"}
    (one,) = read_coded_passages([written(tmp_path, "A.jsonl", row)])
    assert (one.suggestion_shown, one.model_id, one.accepted_codes, one.repeat) == (True, "m1", frozenset(), 2)
    assert one.made_at == datetime(2025, 5, 1, 9, tzinfo=UTC)


def test_other_attributes_are_read_where_they_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, "A.jsonl", {**ROW, "partner": "council"})
    assert read_coded_passages([path], {"partner"})[0].attributes == {"partner": "council"}


def test_a_row_that_stands_twice_is_one_answer(tmp_path: Path) -> None:
    path = written(tmp_path, "A.jsonl", ROW, b"", ROW, {**ROW, "repeat": 1, "codes": []})
    assert [len(one.codes) for one in read_coded_passages([path])] == [1, 0]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (b"{", "not a JSON object of one line"),
        (b"[1]", "not a JSON object of one line"),
        (b"\xff", "not UTF-8"),
        (b'{"id": "p", "codes": [], "codes": ["beds"]}', "the key 'codes' stands twice"),
        (b"[" * 100_000, "not a JSON object of one line"),
        (b" " * (MAX_LINE + 1), "more than 1,000,000 bytes"),
        ({"codes": []}, "'id' is missing"),
        ({**ROW, "id": " "}, "'id' is not a text"),
        ({**ROW, "id": "x" * (MAX_NAME + 1)}, "'id' is not a text of at most 500 characters"),
        ({**ROW, "id": True}, "'id' is not a text"),
        ({"id": "p"}, "'codes' is not a list of codes"),
        ({"id": "p", "codes": None}, "'codes' is not a list of codes"),  # blank is never negative
        ({"id": "p", "codes": "beds"}, "'codes' is not a list of codes"),
        ({"id": "p", "codes": [1]}, "a code is not a text"),
        ({"id": "p", "codes": [""]}, "a code is not a text"),
        ({"id": "p", "codes": ["c"] * 1_001}, "'codes' is not a list of codes"),
        ({"id": "p", "codes": ["none", "beds"]}, "'none' stands beside other codes"),
        ({**ROW, "status": ["planned"]}, "'status' is not a text"),
        ({**ROW, "suggestion_shown": "yes"}, "'suggestion_shown' is true, false or absent"),
        ({**ROW, "accepted_codes": "beds"}, "'accepted_codes' is not a list of codes"),
        ({**ROW, "repeat": -1}, "'repeat' is a number from 0"),
        ({**ROW, "repeat": True}, "'repeat' is a number from 0"),
        ({**ROW, "made_at": "yesterday"}, "'made_at' is not a time"),
        ({**ROW, "made_at": "2025-05-01T09:00:00"}, "'made_at' has no time zone"),
        ({"id": "p", "annotator_a": ["beds"]}, "'annotator_a' is not an object"),
        ({"id": "p", "annotator_a": {}}, "'codes' is not a list of codes"),
        ({**ROW, "annotator_a": {"codes": []}}, "a row is of one form"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, row: object, what: str) -> None:
    said = problems(tmp_path, {**ROW, "id": "sound"}, row)
    assert said.startswith("1 problems in the answers of coders:\nA.jsonl, line 2: ")
    assert what in said


def test_two_different_answers_to_one_passage_are_a_contradiction(tmp_path: Path) -> None:
    assert "'A' answered 'p1' otherwise before" in problems(tmp_path, ROW, {**ROW, "codes": []})


def test_ten_problems_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    said = problems(tmp_path, *[{"codes": []}] * 25)
    assert said.startswith("25 problems in the answers of coders, the first 10 of them:")
    assert said.count("'id' is missing") == 10


def test_problems_of_all_files_are_listed_together(tmp_path: Path) -> None:
    paths = [written(tmp_path, name, b"{") for name in ("A.jsonl", "B.jsonl")]
    with pytest.raises(InputError, match=r"2 problems.*\nA\.jsonl, line 1.*\nB\.jsonl, line 1"):
        read_coded_passages(paths)


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_coded_passages([tmp_path / "absent.jsonl"])


def test_a_byte_order_mark_is_not_part_of_the_first_row(tmp_path: Path) -> None:
    path = written(tmp_path, "A.jsonl", b"\xef\xbb\xbf" + json.dumps(ROW).encode())
    assert read_coded_passages([path])[0].id == "p1"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "codes", "annotator_a"]), inner),
)


@given(st.binary(max_size=60), JSON)
def test_any_bytes_end_in_answers_or_in_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, value: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    for content in (raw, json.dumps(value).encode()):
        path.write_bytes(content)
        with suppress(InputError):
            assert all(one.id.strip() for one in read_coded_passages([path]))
