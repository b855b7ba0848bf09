"""The map as files: the same cells in each format, missing never zero, nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import json
from dataclasses import fields

import pyarrow.parquet as pq
import pytest

from careatlas.errors import InputError, UsageError
from careatlas.reviewed_initiative import Provenance
from evaluation.map_table import NAMES, dictionary_of, row_of, write_map
from evaluation.policy_map import MapCell, policy_map
from tests.made_map import CODES, asked, document, said, stands

HOSTILE = "=HYPERLINK(1)"


@pytest.fixture
def found():
    documents = [document("d", "2021-06", area_name=HOSTILE), document("e", "2023-06"), document("u")]
    one = stands("=i", said("a", "d"), provenance=Provenance.CONFIRMED)
    return policy_map([one], documents, CODES, asked())


def test_a_csv_is_safe_and_leaves_missing_empty(found, tmp_path):
    write_map(found, tmp_path / "map.csv")
    assert (tmp_path / "map.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "map.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == NAMES
    assert {row["area_name"] for row in rows} == {f"'{HOSTILE}"}
    counts = {(row["period"], row["code"]): row["count"] for row in rows}
    assert (counts["2021/22", "discharge"], counts["2021/22", "workforce"], counts["2022/23", "workforce"]) == (
        "1",
        "0",
        "",
    )
    (one,) = [row for row in rows if row["count"] == "1" and row["code"] == "discharge"]
    assert (one["initiative_ids"], one["confirmed_share"], one["first_seen"]) == ("'=i", "1.0", "2021-06-01")


def test_parquet_and_json_hold_what_the_csv_holds(found, tmp_path):
    write_map(found, tmp_path / "map.parquet")
    write_map(found, tmp_path / "map.json")
    table = pq.read_table(tmp_path / "map.parquet")
    assert table.column_names == list(NAMES)
    assert str(table.schema.field("count").type) == "int64"
    assert str(table.schema.field("period_start").type) == "date32[day]"
    assert b"never zero" in table.schema.metadata[b"missing"]
    data = json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))
    assert data["rows"] == [row_of(cell) for cell in found.cells]
    for row, stored in zip(data["rows"], table.to_pylist(), strict=True):
        assert row["count"] == stored["count"]
        assert row["initiative_ids"] == stored["initiative_ids"]
    assert data["rows"][0]["area_name"] == HOSTILE  # only spreadsheets run it


def test_the_dictionary_explains_every_column_and_lists_what_is_not_on_the_map(found, tmp_path):
    beside = write_map(found, tmp_path / "map.csv")
    assert beside == tmp_path / "map.dictionary.json"
    about = json.loads(beside.read_text(encoding="utf-8"))
    assert [one["name"] for one in about["columns"]] == [one.name for one in fields(MapCell)]
    assert all(one["meaning"] for one in about["columns"])
    assert "never zero" in about["missing"]
    assert about["request"]["level"] == "as-read"
    assert about["request"]["on"] == "2023-06-01"
    assert [one["name"] for one in about["unplaced"]] == ["u"]
    assert about == dictionary_of(found, "map.csv")


def test_an_empty_map_is_a_table_without_rows(tmp_path):
    nothing = policy_map([], [], CODES, asked())
    for name in ("m.csv", "m.parquet", "m.json"):
        write_map(nothing, tmp_path / name)
    assert pq.read_table(tmp_path / "m.parquet").num_rows == 0
    assert (tmp_path / "m.csv").read_text(encoding="utf-8-sig").splitlines() == [",".join(NAMES)]


def test_an_unknown_format_and_a_folder_that_is_not_there_are_refused(found, tmp_path):
    with pytest.raises(UsageError, match="names no format"):
        write_map(found, tmp_path / "map.xlsx")
    with pytest.raises(InputError, match="cannot be written"):
        write_map(found, tmp_path / "none" / "map.csv")
    assert list(tmp_path.iterdir()) == []
