"""What is known of a document, on its Evidence page: sources, proposals, corrections, and who may correct."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from careatlas.document_correcting import correction_of
from careatlas.document_fact import DocumentFact, FactName
from careatlas.identifiers import DocumentId, PassageId
from careatlas.project import open_project
from careatlas.store import document_facts
from streamlit_app.document_facts_query import shown_value
from tests.made_initiatives import NOON

App = Any
Start = Callable[..., App]
HOSTILE = "<script>alert(1)</script> [a](javascript:1)"


@pytest.fixture
def read(root: Path, first: DocumentId) -> DocumentFact:
    """Let the machine propose an area that the register contradicts, a body, and a period that is no more than that."""
    area = DocumentFact(document_id=first, name=FactName.AREA, rank=0, value="E08000006", label="Salford",
                        confidence=0.7, why="named in the title", passage_id=PassageId("ptitle"))  # fmt: skip
    body = replace(area, name=FactName.BODY, value=HOSTILE, label=HOSTILE, confidence=0.9, passage_id=PassageId(""))
    covers = replace(area, name=FactName.COVERS, value="2022-04-01/2023-04-01", label="financial-year", confidence=0.3)
    with open_project(root) as project, project.store.write() as connection:
        document_facts.replace(connection, first, [area, body, covers])
    return area


def corrections(root: Path, first: DocumentId) -> list[tuple[str, str, str, str]]:
    with open_project(root) as project, project.store.read() as connection:
        rows = document_facts.corrections(connection, first).get(first, [])
    return [(one.name.value, one.value, one.person, one.note) for one in rows]


def rows_of(app: App) -> list[list[dict[str, Any]]]:
    return next(one["rows"] for one in app.parts("rowtable") if one["header"][-1] == "Words")


def field(app: App, name: str) -> Any:
    test = app.test
    (found,) = [one for kind in (test.text_input, test.selectbox, test.button) for one in kind
                if (one.key or "").startswith(f"fact-{name}-")]  # fmt: skip
    return found


def said(app: App) -> str:
    return app.words().replace("\\", "").replace("\u2060", "")


def test_each_fact_says_where_it_comes_from(app_of: Start, first: DocumentId, read: DocumentFact) -> None:
    app = app_of()
    app.open("evidence", document=first)
    rows = {row[0]["text"]: [cell["text"] for cell in row[1:5]] for row in rows_of(app)}
    assert rows["Area"] == ["Manchester (E08000003)", "register", "1.00", "given in the register"]
    assert rows["Area, proposed"] == ["Salford (E08000006)", "machine, not checked", "0.70", "named in the title"]
    assert rows["Organisation"][:2] == [HOSTILE, "machine, not checked"]
    assert rows["Covers"][0] == "not known"  # its proposal cannot be believed, but it is shown
    assert rows["Covers, proposed"][0] == "2022/23 (financial year) to 2022/23 (financial year)"
    assert rows["Published"][:2] == ["2023-04-01", "register"]
    proposed = next(row for row in rows_of(app) if row[0]["text"] == "Area, proposed")
    assert proposed[-1]["href"] == f"evidence?document={first}&passage=ptitle"
    assert "You can read but not correct" in app.words()
    assert not app.test.text_input


def test_a_correction_counts_and_can_be_taken_back(
    app_of: Start, root: Path, first: DocumentId, read: DocumentFact
) -> None:
    app = app_of("Ada")
    app.open("evidence", document=first)
    field(app, "area").set_value("Salford")
    field(app, "doc_type").select("joint-forward-plan")
    field(app, "covers").set_value("2023/24")
    field(app, "note").set_value("on the cover")
    field(app, "submit").click().run()
    assert not app.test.exception
    assert sorted(corrections(root, first)) == [
        ("area", "E08000006", "Ada", "on the cover"),
        ("covers", "2023-04-01/2024-04-01", "Ada", "on the cover"),
        ("doc_type", "joint-forward-plan", "Ada", "on the cover"),
    ]
    rows = {row[0]["text"]: [cell["text"] for cell in row[1:3]] for row in rows_of(app)}
    assert rows["Area"] == ["Salford (E08000006)", "a person: Ada"]
    assert rows["Kind"][0] == "Joint forward plan"
    assert "Area: Salford (E08000006) \u2013 Ada, " in said(app)
    field(app, "area").set_value("")
    field(app, "submit").click().run()
    assert corrections(root, first)[-1] == ("area", "", "Ada", "")
    assert rows_of(app)[0][1]["text"] == "Manchester (E08000003)"
    assert "Area: what was said before is taken back" in said(app)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("area", "E08000099", "no area has the code"),
        ("area", "", "nobody corrected this"),
        ("published", "spring", "is no date"),
        ("covers", "2023/29", "is not a period"),
        ("area", "E08000003", "nothing was changed"),
    ],
)
def test_what_cannot_be_is_refused(
    app_of: Start, root: Path, first: DocumentId, read: DocumentFact, name: str, value: str, words: str
) -> None:
    app = app_of("Ada")
    app.open("evidence", document=first)
    field(app, name).set_value(value)
    field(app, "submit").click().run()
    assert "The correction was not kept" in app.words()
    assert words in said(app)
    assert corrections(root, first) == []
    assert field(app, name).value == value


def test_an_area_that_was_not_in_force_then_is_kept_with_a_warning(
    app_of: Start, root: Path, first: DocumentId, read: DocumentFact
) -> None:
    app = app_of("Ada")
    app.open("evidence", document=first)
    field(app, "area").set_value("E10000006")  # Cumbria, until the day of this plan
    field(app, "submit").click().run()
    assert corrections(root, first)[0][:2] == ("area", "E10000006")
    assert "not in 2023-04-01" in said(app)


def test_words_of_others_are_only_words(app_of: Start, root: Path, first: DocumentId, read: DocumentFact) -> None:
    with open_project(root) as project, project.store.write() as connection:
        item = correction_of(first, FactName.BODY, HOSTILE, person=HOSTILE, note=HOSTILE, made_at=NOON)
        document_facts.correct(connection, item)
    app = app_of("Ada")
    test = app.open("evidence", document=first)
    interpreted = [*test.markdown, *test.caption, *test.warning, *test.info, *test.error]
    assert not any("<script>" in one.value or "](java" in one.value for one in interpreted)
    assert any(HOSTILE in one.value for one in test.text)


@pytest.mark.parametrize(
    ("value", "label", "words"),
    [
        ("../2024-04-01", "years", "open to 2024-03 (years)"),
        ("not a period", "", "not a period"),
        ("2023-04-01/2024-04-01", "of rubbish", "2023-04-01/2024-04-01"),
    ],
)
def test_a_period_is_shown_in_words_where_it_is_one(value: str, label: str, words: str) -> None:
    assert shown_value(FactName.COVERS, value, label) == words
