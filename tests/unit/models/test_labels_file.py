"""Files of labels: read whole or not at all, with every problem and its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from careatlas.codebook_file import shipped
from careatlas.errors import InputError
from models import labels_file
from models.labels_file import label_file, read_labels

BOOK = shipped("care-home-integration")


def row(name: str, *codes: str, **changes: Any) -> str:
    return json.dumps({"id": name, "text": f"Text {name}.", "codes": codes or ["none"], **changes})


def written(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "labels.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\n")
    return path


def problems(folder: Path, *lines: str | bytes) -> list[str]:
    return list(map(str, label_file(written(folder, *lines), BOOK).problems))


def test_both_forms_may_stand_in_one_file(tmp_path: Path) -> None:
    gold = json.dumps({"id": "g", "source": "s", "text": "Gold.", "final": {"codes": ["discharge"]}})
    found = read_labels(written(tmp_path, row("a", "discharge", "digital-data"), "", gold, row("b")), BOOK)
    assert found.ids == ("a", "g", "b")
    assert found.targets.sum(axis=1).tolist() == [2, 1, 0]
    assert found.groups == ("file:a", "s", "file:b")
    assert set(found.origins) == {"file"}


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + row("a").encode() + b"\r", row("b").encode() + b"\r")
    assert read_labels(path, BOOK).ids == ("a", "b")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ("null", "not a JSON object"),
        ("[" * 100_000, "not a JSON object"),
        ("1" * 5_000, "not a JSON object"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (row("é").encode("utf-16"), "not UTF-8"),
        (json.dumps({"id": "é", "text": "é", "codes": ["none"]}, ensure_ascii=False).encode("latin-1"), "not UTF-8"),
        ('{"id": "x", "text": "x", "codes": ["none"], "codes": ["discharge"]}', "the key 'codes' stands twice"),
        ('{"id": "x", "text": "\\ud800", "codes": ["none"]}', "surrogate"),
        (row("x", "zzz"), "has codes that"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_wrong_line_is_a_problem_with_its_number(tmp_path: Path, line: str | bytes, reason: str) -> None:
    (problem,) = problems(tmp_path, row("a"), line, row("b"))
    assert problem.startswith("line 2: ")
    assert reason in problem


def test_a_line_that_is_too_long_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels_file, "MAX_LINE", 100)
    just = row("a").ljust(99)  # with its line end, 100 bytes
    found = label_file(written(tmp_path, just, row("b").ljust(100), row("c").ljust(1_000), row("d")), BOOK)
    assert [one.example.id for one in found.rows] == ["a", "d"]
    assert [one.line for one in found.problems] == [2, 3]
    assert "more than 100 bytes" in found.problems[0].what
    assert found.rows[1].line == 4


def test_the_same_passage_may_stand_twice_but_not_with_other_labels(tmp_path: Path) -> None:
    same = label_file(written(tmp_path, row("a", "discharge"), row("a", "discharge")), BOOK)
    assert (len(same.rows), same.repeated, same.problem_count) == (1, 1, 0)
    (labels,) = problems(tmp_path, row("a", "discharge"), row("b"), row("a"))
    assert labels == "line 3: 'a' stands in line 1 already, with other labels"
    (text,) = problems(tmp_path, row("a"), row("a", text="Other."))
    assert text.endswith("with another text")
    (unknown,) = problems(tmp_path, row("a", "discharge"), row("a", "discharge", absent=["digital-data"]))
    assert unknown.endswith("with other labels")


def test_an_error_names_ten_problems_and_how_many_there_are(tmp_path: Path) -> None:
    path = written(tmp_path, row("a"), *["{"] * 25)
    with pytest.raises(InputError) as caught:
        read_labels(path, BOOK)
    assert caught.value.what.startswith("25 problems in the labels, the first 10 of them:\nline 2: ")
    assert caught.value.what.count("line ") == 10
    assert "line 11:" in caught.value.what
    assert caught.value.where == str(path)
    assert "gold validate" in caught.value.mend


def test_problems_are_counted_beyond_those_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels_file, "KEPT", 3)
    found = label_file(written(tmp_path, *["{"] * 5), BOOK)
    assert (len(found.problems), found.problem_count) == (3, 5)


@pytest.mark.parametrize("content", ["", "\n\n", " "])
def test_a_file_without_passages_is_wrong(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="no labelled passage"):
        read_labels(written(tmp_path, content), BOOK)


def test_a_file_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.jsonl", tmp_path):
        with pytest.raises(InputError, match="cannot be read") as caught:
            read_labels(path, BOOK)
        assert caught.value.where == str(path)


def test_a_line_of_many_keys_is_quick(tmp_path: Path) -> None:
    keys = ", ".join(f'"k{number}": 1' for number in range(100_000))
    (problem,) = problems(tmp_path, f'{{{keys}, "k99999": 2}}')  # comparing each key with all takes minutes
    assert "'k99999' stands twice" in problem
