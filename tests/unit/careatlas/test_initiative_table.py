"""Initiatives as tables: every evidence leads back to its document, page, boxes, characters, model and people."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from careatlas.errors import InputError, UsageError
from careatlas.evidence_standing import EvidenceStanding
from careatlas.identifiers import sha256_of
from careatlas.initiative import Basis, InitiativeStatus, Span
from careatlas.initiative_export import write_initiatives
from careatlas.initiative_replay import replayed
from careatlas.initiative_table import (
    EVIDENCE_COLUMNS,
    INITIATIVE_COLUMNS,
    InitiativeTables,
    chosen,
    initiative_tables,
)
from careatlas.judgement import Verdict
from careatlas.period import financial_year
from careatlas.reviewed_initiative import Provenance
from careatlas.store import judgements
from tests.made_coded_project import BOOK, MODEL
from tests.made_initiatives import evidence, initiative, judgement


def seen(*proposals):
    return list(replayed(proposals, (), EvidenceStanding()).initiatives)


@pytest.fixture
def tables(store, keep, synthetic_reading):
    item, reading = synthetic_reading
    keep(store, item, reading)
    first, second = reading.passages[:2]
    with store.write() as connection:
        judgements.append(connection, judgement(second.passage_id, Verdict.PRESENT, 1, "ann"), second)
    span = Span(name="area", value="E08000003", words="Care", char_start=0, char_end=4)
    parts = [
        evidence(first.passage_id, document_id=item.document_id, period=financial_year(2023), spans=(span,)),
        evidence(second.passage_id, document_id=item.document_id, basis=Basis.JUDGED, said_on="2024"),
        evidence("plost", document_id="dlost", said_on="2025"),
    ]
    with store.read() as connection:
        made = initiative_tables(connection, seen(initiative("i1", *parts)), BOOK, MODEL)
    return made, item, (first, second)


def test_evidence_leads_back_to_the_page(tables):
    made, item, (first, _) = tables
    row = made.evidence[0]
    assert (row["document_sha256"], row["source_name"], row["page"]) == (item.sha256, item.name, 1)
    assert row["boxes"] == [box.as_list() for box in first.boxes]
    assert (row["char_start"], row["char_end"]) == (first.char_start, first.char_end)
    assert row["quote_sha256"] == sha256_of(first.text.encode())
    assert (row["start"], row["end"], row["status"]) == ("2023-04-01", "2024-04-01", "planned")
    assert row["spans"] == [
        {"name": "area", "value": "E08000003", "words": "Care", "char_start": 0, "char_end": 4, "person": ""}
    ]


def test_model_and_people_stand_beside_what_they_say(tables):
    made, _, _ = tables
    assert [(row["basis"], row["model_id"], row["people"]) for row in made.evidence[:2]] == [
        ("accepted", MODEL.model_id, []),
        ("judged", "", ["ann"]),
    ]


def test_evidence_of_a_passage_that_is_gone_is_still_a_row(tables):
    made, _, _ = tables
    assert (made.evidence[2]["page"], made.evidence[2]["quote_sha256"], made.evidence[2]["source_name"]) == (
        None,
        "",
        "",
    )


def test_the_initiative_is_one_row_with_its_history(tables):
    made, _, _ = tables
    (row,) = made.initiatives
    assert row["history"] == ["2023 planned", "2024 planned", "2025 planned"]
    assert (row["provenance"], row["evidence_count"], row["document_count"]) == ("machine", 3, 2)
    assert list(row) == [column.name for column in INITIATIVE_COLUMNS]
    assert all(list(one) == [column.name for column in EVIDENCE_COLUMNS] for one in made.evidence)


def test_filters():
    parts = (
        evidence("a"),
        evidence("b", area_code="E08000006", area_name="Salford"),
        evidence("c", status=InitiativeStatus.STOPPED),
        evidence("d"),
    )
    said = {"i3": Provenance.REJECTED, "i4": Provenance.EDITED}
    everything = [
        replace(one, provenance=said.get(one.initiative.initiative_id, one.provenance))
        for one in seen(*(initiative(f"i{at}", part) for at, part in enumerate(parts, start=1)))
    ]

    def names(**filters):
        return [one.initiative.initiative_id for one in chosen(everything, **filters)]

    assert names() == ["i1", "i4", "i2"]
    assert names(rejected=True, status="stopped") == ["i3"]
    assert names(area="SALFORD") == names(area="e08000006") == ["i2"]
    assert names(code="discharge") == ["i1", "i4", "i2"]
    assert names(confirmed=True) == ["i4"]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".json"])
def test_what_is_written_is_what_was_given(tables, tmp_path, ending):
    made, _, _ = tables
    files = write_initiatives(made, tmp_path / f"out{ending}", {"codebook": "b"})
    dictionary = json.loads(files[-1].read_text())
    assert dictionary["rows"] == {"initiatives": 1, "evidence": 3}
    assert {column["name"] for column in dictionary["evidence"]} == {column.name for column in EVIDENCE_COLUMNS}
    if ending == ".json":
        (row,) = json.loads(files[0].read_text())["initiatives"]
        assert row.pop("evidence") == list(made.evidence)
        assert row == made.initiatives[0]
        return
    if ending == ".csv":
        with files[1].open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = pq.read_table(files[1]).to_pylist()
    assert [row["evidence_id"] for row in rows] == [row["evidence_id"] for row in made.evidence]
    assert json.loads(rows[0]["boxes"]) == made.evidence[0]["boxes"]


def test_a_formula_is_text_in_csv(tmp_path):
    blank = {column.name: "" for column in INITIATIVE_COLUMNS}
    made = InitiativeTables(initiatives=({**blank, "title": '=HYPERLINK("x")'},), evidence=())
    files = write_initiatives(made, tmp_path / "out.csv", {})
    assert "'=HYPERLINK" in files[0].read_text(encoding="utf-8-sig")


def test_no_half_file_is_left(tmp_path):
    made = InitiativeTables(initiatives=(), evidence=())
    with pytest.raises(InputError, match="cannot be written"):
        write_initiatives(made, tmp_path / "nowhere" / "out.csv", {})
    with pytest.raises(UsageError, match="no format"):
        write_initiatives(made, tmp_path / "out.xlsx", {})
    assert list(tmp_path.iterdir()) == []
