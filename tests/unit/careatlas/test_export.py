"""Passages as files: whole or not at all, and hostile words stay words."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from careatlas.errors import InputError, StoreError
from careatlas.export import FIELDS, export_passages, passage_row, whole_file, write_rows
from careatlas.passage import PassageKind
from careatlas.progress import NoProgress

FORMATS = ("jsonl", "csv", "parquet")


def read_back(path: Path, export_format: str) -> list[dict]:
    if export_format == "parquet":
        return pq.read_table(path).to_pylist()
    if export_format == "jsonl":
        # Not splitlines(): a passage may hold characters that it takes for line ends.
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def rows(hostile_reading) -> list[dict]:
    item, reading = hostile_reading
    return [passage_row(passage, item.name, item.sha256) for passage in reading.passages]


@pytest.fixture
def nul_rows(rows: list[dict]) -> list[dict]:
    return [{**rows[0], "text": "a\x00b \u202ec\u200f\u2028d\x85e"}]


def test_a_row_has_every_field_and_its_place(synthetic_reading):
    item, reading = synthetic_reading
    row = passage_row(reading.passages[2], item.name, item.sha256)
    assert tuple(row) == FIELDS
    assert (row["page"], row["kind"], row["source_name"]) == (2, "paragraph", "greendale.pdf")
    assert row["document_sha256"] == item.sha256
    assert row["boxes"] == [[72.0, 100.0, 267.0, 112.0]]
    assert row["heading_path"] == ["Our plan", "Part 2"]
    assert reading.text[row["char_start"] : row["char_end"]] == row["text"]


@pytest.mark.parametrize("export_format", ["jsonl", "parquet"])
def test_json_lines_and_parquet_give_back_exactly_what_went_in(rows, nul_rows, tmp_path: Path, export_format: str):
    out = tmp_path / "out"
    assert write_rows(rows + nul_rows, out, export_format) == len(rows) + 1
    assert read_back(out, export_format) == rows + nul_rows


def test_a_table_gives_back_every_word_with_formulas_disarmed(rows, nul_rows, tmp_path: Path):
    out = tmp_path / "out.csv"
    assert write_rows(rows + nul_rows, out, "csv") == len(rows) + 1
    back = read_back(out, "csv")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf"), "a spreadsheet takes the file for UTF-8"
    for given, got in zip(rows + nul_rows, back, strict=True):
        armed = given["text"][0] in "=+-@"
        assert got["text"] == ("'" if armed else "") + given["text"]
        assert json.loads(got["boxes"]) == given["boxes"]
        assert json.loads(got["heading_path"]) == given["heading_path"]
        assert (int(got["page"]), float(got["confidence"])) == (given["page"], given["confidence"])
    assert {row["source_name"][0] for row in back} == {"'"}
    assert sum(row["text"].startswith("'=") for row in back) == 1


def test_no_cell_of_a_table_starts_like_a_formula(rows, tmp_path: Path):
    write_rows(rows, tmp_path / "out.csv", "csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_numbers_below_nought_stay_numbers_in_a_table(rows, tmp_path: Path):
    write_rows([{**rows[0], "char_start": -5}], tmp_path / "out.csv", "csv")
    assert read_back(tmp_path / "out.csv", "csv")[0]["char_start"] == "-5"


@pytest.mark.parametrize("export_format", FORMATS)
def test_no_rows_give_a_file_that_can_be_read(tmp_path: Path, export_format: str):
    assert write_rows(iter(()), tmp_path / "out", export_format) == 0
    assert read_back(tmp_path / "out", export_format) == []


def test_parquet_has_one_schema_however_many_rows(rows, tmp_path: Path):
    many = [{**rows[0], "char_start": n} for n in range(4_500)]
    assert write_rows(iter(many), tmp_path / "many", "parquet") == 4_500
    assert [row["char_start"] for row in read_back(tmp_path / "many", "parquet")] == list(range(4_500))
    write_rows([], tmp_path / "none", "parquet")
    assert pq.read_schema(tmp_path / "many") == pq.read_schema(tmp_path / "none")


@pytest.mark.parametrize("export_format", FORMATS)
def test_an_error_among_the_rows_leaves_the_old_file_and_no_part(rows, tmp_path: Path, export_format: str):
    out = tmp_path / "out"
    out.write_text("the last export")

    def broken() -> Iterator[dict]:
        yield rows[0]
        raise StoreError("the store went away")

    with pytest.raises(StoreError):
        write_rows(broken(), out, export_format)
    assert out.read_text() == "the last export"
    assert [item.name for item in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("export_format", FORMATS)
def test_a_place_that_cannot_be_written_is_named(rows, tmp_path: Path, export_format: str):
    (tmp_path / "folder").mkdir()
    for out in (tmp_path / "absent" / "out", tmp_path / "folder"):
        with pytest.raises(InputError, match="cannot be written") as caught:
            write_rows(rows, out, export_format)
        assert caught.value.where == str(out)
    assert list((tmp_path / "folder").iterdir()) == []
    assert [item.name for item in tmp_path.iterdir()] == ["folder"]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a tiny disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("export_format", FORMATS)
def test_a_full_disk_is_said_and_leaves_no_part(rows, tiny_disk: Path, export_format: str):
    noise = [{**rows[0], "text": os.urandom(2_000).hex()} for _ in range(100)]
    with pytest.raises(InputError, match=r"cannot be written: .*[Nn]o space left on device") as caught:
        write_rows(noise, tiny_disk / "out", export_format)
    assert caught.value.where == str(tiny_disk / "out")
    assert list(tiny_disk.iterdir()) == []


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path):
    out = tmp_path / "out"
    with whole_file(out) as partial:
        partial.write_text("half")
        assert not out.exists()
    assert out.read_text() == "half"
    assert not partial.exists()


def test_a_project_is_exported_in_the_order_of_its_documents(project, keep, document_of, reading_of, tmp_path: Path):
    for name, area in (("b.pdf", "Bolton"), ("a.pdf", "Wigan"), ("c.pdf", "Bolton")):
        item = document_of(name, area_name=area)
        keep(project.store, item, reading_of(item, [[f"{name} one", f"{name} two"], [f"{name} three"]]))
    out = tmp_path / "out.jsonl"
    assert export_passages(project, out, "jsonl", NoProgress()) == 9
    assert [row["text"] for row in read_back(out, "jsonl")] == [
        f"{name} {number}" for name in ("b.pdf", "c.pdf", "a.pdf") for number in ("one", "two", "three")
    ]


@pytest.mark.parametrize(("furniture", "number"), [(False, 0), (True, 2)])
def test_running_heads_are_exported_only_on_demand(
    project, keep, document_of, reading_of, tmp_path: Path, furniture: bool, number: int
):
    item = document_of()
    keep(project.store, item, reading_of(item, [["Page 1 of 2"], ["Page 2 of 2"]], kind=PassageKind.FURNITURE))
    out = tmp_path / "out.jsonl"
    assert export_passages(project, out, "jsonl", NoProgress(), furniture=furniture) == number
