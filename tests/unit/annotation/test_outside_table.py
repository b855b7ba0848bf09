"""Tables from outside: every row with its number, and nothing that was meant otherwise taken for something else."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation import outside_table
from annotation.outside_table import OutsideTable, RowError, folded, read_csv, read_json_lines
from careatlas.errors import InputError


def table(folder: Path, content: str | bytes, **options: str) -> OutsideTable:
    path = folder / "table.csv"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return read_csv(path, **options)


def lines(folder: Path, *rows: object) -> OutsideTable:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return read_json_lines(path)


def test_rows_are_numbered_as_they_stand(tmp_path: Path) -> None:
    found = table(tmp_path, 'a, b ,\n1,"two\nlines",\n\n ,,\n3,4\n')
    assert found.columns == ("a", "b")
    assert [(row.number, dict(row.cells)) for row in found.rows] == [
        (1, {"a": "1", "b": "two\nlines"}),
        (4, {"a": "3", "b": "4"}),
    ]
    assert found.name == "table.csv"
    assert len(found.digest) == 64


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("name;place\nZoë;Ä\n".encode("utf-8-sig"), {"delimiter": ";"}),
        ("name;place\nZoë;Ä\n".encode("utf-16"), {"delimiter": ";"}),
        ("name;place\nZoë;Ä\n".encode("windows-1252"), {"delimiter": ";", "encoding": "windows-1252"}),
        (b"name\tplace\nZo\xc3\xab\t\xc3\x84\n", {"delimiter": "\t"}),
    ],
)
def test_encodings_and_delimiters(tmp_path: Path, content: bytes, options: dict[str, str]) -> None:
    (row,) = table(tmp_path, content, **options).rows
    assert dict(row.cells) == {"name": "Zoë", "place": "Ä"}


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"a,b\n\xe4,1\n", {}, "not utf-8 text"),
        (b"a,b\n", {"encoding": "martian"}, "not martian text"),
        (b"", {}, "no header"),
        (b"\n1,2\n", {}, "no header"),
        (b"a,b, a\n1,2,3\n", {}, "columns stand twice: 'a'"),
        (b'a,b\n1,"2\n', {}, "not a table"),
        (b'a,b\n1,"2"3\n', {}, "line 2: it is not a table"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", {}, "field larger than field limit"),
        (b",".join(b"c%d" % number for number in range(3_000)), {}, "3,000 columns"),
    ],
)
def test_what_is_no_table_is_bad_input(tmp_path: Path, content: bytes, options: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        table(tmp_path, content, **options)


def test_a_file_that_is_too_large_or_absent_is_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_csv(tmp_path / "absent.csv")
    monkeypatch.setattr(outside_table, "MAX_BYTES", 3)
    with pytest.raises(InputError, match="at most 3 bytes"):
        table(tmp_path, "a,b\n")


def test_a_row_with_too_many_cells_is_a_problem_of_that_row(tmp_path: Path) -> None:
    long, padded, short = table(tmp_path, "a,b\n1,2,3\n4,5,,\n6\n").rows
    assert long.problem == "the row has 3 cells, the header 2"
    assert padded.problem == short.problem == ""
    assert short.text("b") == ""


def test_hostile_cells_stay_text(tmp_path: Path, hostile_texts: tuple[str, ...]) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([["said"], *([text] for text in hostile_texts), ["zero\x00"]])
    found = table(tmp_path, file.getvalue())
    assert [row.cells["said"] for row in found.rows] == [*hostile_texts, "zero\ufffd"]


def test_json_lines_are_flattened(tmp_path: Path) -> None:
    found = lines(tmp_path, {"meta": {"id": 7, "ok": True}, "label": ["a", 2], "none": None}, "", {"x": 1.5})
    assert [(row.number, dict(row.cells)) for row in found.rows] == [
        (1, {"meta.id": "7", "meta.ok": "true", "label": ("a", "2"), "none": ""}),
        (3, {"x": "1.5"}),
    ]
    assert found.columns == ("meta.id", "meta.ok", "label", "none", "x")
    with pytest.raises(RowError, match="'label' is a list"):
        found.rows[0].text("label")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "the line is not JSON"),
        ("[1]", "the line is not an object"),
        ('{"a": 1, "a": 2}', "the line has a key twice"),
        ('{"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}', "the line is nested too deep"),
        ("[" * 100_000, "the line is not JSON"),
        ('{"a": ' + "9" * 5_000 + "}", "the line is not JSON"),
    ],
)
def test_a_line_that_is_none_is_a_problem_of_that_line(tmp_path: Path, line: str, said: str) -> None:
    bad, good = lines(tmp_path, line, {"a": 1}).rows
    assert (bad.number, bad.problem) == (1, said)
    assert good.problem == ""


def test_what_no_store_takes_is_replaced(tmp_path: Path) -> None:
    (row,) = lines(tmp_path, '{"a\\u0000": "\\ud800x"}').rows
    assert dict(row.cells) == {"a\ufffd": "\ufffdx"}


def test_columns_that_are_not_there_are_named_with_those_that_are(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b\n")
    found.require(["a", "", "b"], "map.toml")
    with pytest.raises(InputError) as caught:
        found.require(["c", "a", "d", "c"], "map.toml")
    assert caught.value.what == "table.csv has no column 'c', 'd'"
    assert caught.value.mend == "its columns: 'a', 'b'"


def test_words_are_compared_without_case_and_white_space() -> None:
    assert folded("  Don't\u00a0 KNOW\n") == "don't know"


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), max_size=6))
def test_what_a_csv_writer_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    plain = [[cell.replace("\x00", "").encode("utf-8", "ignore").decode() for cell in row] for row in rows]
    file = io.StringIO()
    csv.writer(file).writerows([["a", "b"], *plain])
    found = table(tmp_path_factory.mktemp("csv"), file.getvalue())
    assert [list(row.cells.values()) for row in found.rows] == [row for row in plain if any(map(str.strip, row))]
