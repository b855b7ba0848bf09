from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from careatlas.codebook_file import shipped
from careatlas.document import DocumentOutcome
from careatlas.identifiers import ModelId
from careatlas.ledger import RunKey
from careatlas.project import Project, open_project
from careatlas.store import runs, suggestions
from evaluation.coverage import CoverageStatus
from streamlit_app.model_in_use import MACHINE_ONLY
from streamlit_app.overview_query import area_cells, area_csv, area_rows, code_cells, code_csv, overview
from streamlit_app.rowtable import Figure

BOOK = shipped("care-home-integration")


@pytest.fixture
def project(root: Path) -> Iterator[Project]:
    with open_project(root) as opened:
        yield opened


def test_totals_by_outcome(project: Project) -> None:
    seen = overview(project, BOOK)
    found = {row.outcome: (row.documents, row.pages, row.passages) for row in seen.totals}
    assert found == {
        DocumentOutcome.OK: (1, 2, 5),
        DocumentOutcome.MALFORMED: (1, 0, 0),
        DocumentOutcome.WAITING: (1, 0, 0),
    }
    assert (seen.documents, seen.pages, seen.passages, seen.ocr_pages, seen.judgements) == (3, 2, 5, 0, 0)
    assert seen.unplaced_documents == 1


def test_codes_have_the_scored_passages_as_denominator(project: Project) -> None:
    seen = overview(project, BOOK)
    assert seen.scored == 3  # of 5: a heading and a page head cannot carry a code
    top = {row.code: row for row in seen.codes}
    assert (top["discharge"].passages, top["discharge"].share) == (1, pytest.approx(1 / 3))
    assert top["home-quality"].passages == 0
    assert code_cells(top["discharge"])[-1] == Figure("33.3%")
    assert code_csv(top["discharge"], "m")[-3:] == [pytest.approx(1 / 3), "m", MACHINE_ONLY]


def test_an_area_whose_plan_could_not_be_read_is_not_zero(project: Project) -> None:
    model = overview(project, BOOK).model
    kent, manchester = area_rows(project, model, "discharge")
    assert (kent.area_name, kent.status, kent.share) == ("Kent", CoverageStatus.NOT_READ, None)
    assert area_cells(kent)[4:7] == [None, None, None]
    assert (manchester.passages, manchester.suggested) == (3, 1)
    assert area_cells(manchester)[5] == Figure("33.3%")
    assert area_csv(manchester, "discharge", "m")[5:8] == ["discharge", 1, pytest.approx(1 / 3)]


def test_any_code_counts_a_passage_once(project: Project) -> None:
    rows = area_rows(project, overview(project, BOOK).model)
    assert [row.suggested for row in rows] == [None, 2]


def test_without_a_model_nothing_is_zero(project: Project) -> None:
    seen = overview(project, shipped("rainbow"))
    assert (seen.model, seen.codes) == (None, ())
    assert all(row.suggested is None for row in area_rows(project, None))


def test_counts_of_one_model_leave_out_those_of_another(project: Project) -> None:
    with project.store.read() as connection:
        assert suggestions.scored_count(connection, "another") == 0
        assert all(row.passages == 0 for row in suggestions.area_counts(connection, "another"))


def test_the_model_of_the_last_run_is_the_one_that_is_shown(project: Project) -> None:
    with project.store.write() as connection:
        (older,) = suggestions.models(connection)
        suggestions.keep_model(
            connection, replace(older, model_id=ModelId("newer"), made_at="2026-02-01T00:00:00+00:00")
        )
    for name in ("newer", older.model_id):
        key = RunKey(stage="suggest", subject="d1", inputs={}, config={"model": name}, code_version="1")
        with project.store.write() as connection:
            runs.append(connection, key, outcome="ok", reason="", seconds=1.0, counts={})
        found = overview(project, BOOK).model
        assert found
        assert found.model_id == name
