from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from careatlas.document import Document
from careatlas.identifiers import DocumentId, sha256_of
from careatlas.project import Project, open_project
from careatlas.store.documents import DocumentFilter
from streamlit_app.documents_query import (
    CSV_HEADER,
    HEADER,
    all_documents,
    cells,
    csv_cells,
    document_count,
    document_page,
    facets_of,
    page_count,
    unknown_values,
)
from streamlit_app.rowtable import Link


@pytest.fixture
def project(root: Path) -> Iterator[Project]:
    with open_project(root) as opened:
        yield opened


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (50, 1), (51, 2), (101, 3)])
def test_page_count(total: int, pages: int) -> None:
    assert page_count(total) == pages


@pytest.mark.parametrize(("asked", "number"), [(0, 1), (1, 1), (99, 1)])
def test_a_page_that_is_not_there_is_the_nearest(project: Project, asked: int, number: int) -> None:
    shown = document_page(project, DocumentFilter(), asked, 3)
    assert (shown.number, len(shown.items)) == (number, 3)


def test_filters(project: Project) -> None:
    assert document_count(project, DocumentFilter(words="synthetic manchester")) == 1
    assert document_count(project, DocumentFilter(outcome="malformed")) == 1
    assert [one.name for one in all_documents(project, DocumentFilter(year="2019"))] == ["plan-2.pdf"]
    assert facets_of(project).doc_types == ("better care fund", "local plan")


def test_cells_and_csv_have_a_cell_for_each_heading() -> None:
    digest = sha256_of(b"x")
    item = Document(document_id=DocumentId("d1"), sha256=digest, byte_count=1, name="n.pdf", reason="why")
    row = cells(item)
    assert len(row) == len(HEADER)
    assert row[0] == Link(text="n.pdf", page="evidence", query={"document": "d1"})
    assert row[-1] == "why"
    assert len(csv_cells(item)) == len(CSV_HEADER)


def test_stale_filters_are_named() -> None:
    known = {"area": ("E1",), "type": ()}
    asked = [("area", "E2"), ("area", "E1"), ("type", ""), ("other", "x")]
    assert unknown_values(asked, known) == [("area", "E2")]
