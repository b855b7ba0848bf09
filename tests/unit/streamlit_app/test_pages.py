from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from careatlas.codebook_file import shipped
from careatlas.identifiers import DocumentId
from careatlas.project import open_project
from careatlas.store import judgements, passages

App = Any
Start = Callable[..., App]
BOOK = shipped("care-home-integration")
DISCHARGE = BOOK.code("discharge").label


@pytest.fixture
def ids(root: Path, first: DocumentId) -> list[str]:
    with open_project(root) as project, project.store.read() as connection:
        return [one.passage_id for number in (1, 2) for one in passages.of_page(connection, first, number)]


def kept(root: Path, passage_id: str) -> list[Any]:
    with open_project(root) as project, project.store.read() as connection:
        return judgements.of_passages(connection, [passage_id])


# Overview


def test_overview_counts_and_marks_what_only_a_machine_said(app_of: Start) -> None:
    app = app_of()
    shown = {item.label: item.value for item in app.test.metric}
    assert shown["Documents"] == "3"
    assert shown["Passages"] == "5"
    tables = app.parts("rowtable")
    assert any("out of 3 that it scored" in table["caption"] for table in tables)
    assert "not calibrated" in app.words()
    badges = [item.value for item in app.test.markdown if "machine, not checked" in item.value]
    assert len(badges) == 3  # the model, the codes, the areas
    assert "1 of 3 documents name no area" in app.words()


def test_overview_has_a_missing_share_where_nothing_was_read(app_of: Start) -> None:
    tables = {table["header"][0]: table for table in app_of().parts("rowtable")}
    assert "An area that no document names has no row" in tables["Area"]["caption"]
    kent = next(row for row in tables["Area"]["rows"] if row[0]["text"] == "Kent")
    assert [cell["text"] for cell in kent[4:7]] == ["\u2013", "\u2013", "\u2013"]
    assert kent[7]["text"] == "not read"


def test_every_page_says_what_it_is(app_of: Start) -> None:
    app = app_of()
    names = ("map", "matrix", "area", "initiatives", "initiative", "documents", "evidence", "adjudication", "codebook")
    for name in ("", *names):
        app.open(name)
        assert "AGPL-3.0-or-later" in app.words()
        assert "describe nothing real" in app.words()
        assert "No person's label" in app.words()


# Documents


def test_documents_lists_links_and_reasons(app_of: Start, first: DocumentId) -> None:
    app = app_of()
    app.open("documents")
    (table,) = app.parts("rowtable")
    assert len(table["rows"]) == 3
    links = {row[0]["text"]: row[0]["href"] for row in table["rows"]}
    assert links["A synthetic plan"] == f"evidence?document={first}"
    assert any(row[-1]["text"] == "it is no PDF" for row in table["rows"])
    assert any(title.startswith("=HYPERLINK") for title in links)


def test_documents_filters_come_from_the_address(app_of: Start) -> None:
    app = app_of()
    app.open("documents", outcome="malformed")
    (table,) = app.parts("rowtable")
    assert [row[0]["text"] for row in table["rows"]] == ["plan-2.pdf"]
    app = app_of()
    app.open("documents", words="synthetic", year="2023", area="E08000003", type="better care fund")
    (table,) = app.parts("rowtable")
    assert [row[0]["text"] for row in table["rows"]] == ["A synthetic plan"]


def test_documents_are_searched_by_words(app_of: Start) -> None:
    app = app_of()
    test = app.open("documents")
    test.text_input(key="words").set_value("synthetic").run()
    assert len(app.parts("rowtable")[0]["rows"]) == 1
    test.text_input(key="words").set_value("nowhere").run()
    assert "No document passes these filters" in app.words()


def test_documents_says_a_stale_filter(app_of: Start) -> None:
    app = app_of()
    app.open("documents", area="E99999999")
    assert "which is not in this project" in app.words()
    assert len(app.parts("rowtable")[0]["rows"]) == 3


def test_documents_are_paged(app_of: Start, root: Path) -> None:
    with sqlite3.connect(root / "store.sqlite") as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(document)")]
        taken = ", ".join(columns[2:])
        for number in range(60):
            connection.execute(
                f"INSERT INTO document ({', '.join(columns)}) SELECT ?, ?, {taken} FROM document"
                " WHERE name = 'plan-2.pdf' AND document_id NOT LIKE 'x%'",
                (f"x{number}", f"x{number}"),
            )
    connection.close()
    app = app_of()
    app.open("documents")
    assert len(app.parts("rowtable")[0]["rows"]) == 50
    app = app_of()
    app.open("documents", list="2")
    (table,) = app.parts("rowtable")
    assert len(table["rows"]) == 13
    assert table["caption"].startswith("51 to 63 of 63")


# Evidence


def test_evidence_deep_link_selects_the_passage(app_of: Start, first: DocumentId, ids: list[str]) -> None:
    app = app_of("Ada")
    app.open("evidence", document=first, page="1", passage=ids[2])
    (page,), (rows,) = app.parts("pagebox"), app.parts("passagelist")
    assert (page["selected"], rows["selected"], page["key"]) == (ids[2], ids[2], f"{first}/1")
    assert page["image"].endswith(".png")
    assert [row["id"] for row in rows["rows"]] == ids[1:4]
    box = next(row for row in page["boxes"] if row["id"] == ids[2])
    assert (box["left"], box["width"], box["height"]) == (10.0, 40.0, 5.0)
    assert "A joint discharge team" in app.words()
    assert f"0.80 {DISCHARGE}, accepted by the model" in app.words()


def test_evidence_shows_furniture_on_request(app_of: Start, first: DocumentId, ids: list[str]) -> None:
    app = app_of()
    app.open("evidence", document=first, furniture="true")
    assert [row["id"] for row in app.parts("passagelist")[0]["rows"]] == ids[:4]


def test_evidence_turns_pages(app_of: Start, first: DocumentId, ids: list[str]) -> None:
    app = app_of()
    test = app.open("evidence", document=first, page="1", passage=ids[2])
    test.button(key="turn-right").click().run()
    assert app.parts("pagebox")[0]["key"] == f"{first}/2"
    assert "passage" not in test.query_params
    assert test.button(key="turn-right").disabled
    assert not test.button(key="turn-left").disabled


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"document": "dgone"}, "There is no document dgone"),
        ({"passage": "pgone"}, "is not in this project"),
        ({"document": "<script>[x](javascript:1)"}, "There is no document"),
        ({}, "Choose a document"),
    ],
)
def test_evidence_says_what_it_cannot_show(app_of: Start, query: dict[str, str], words: str) -> None:
    app = app_of()
    app.open("evidence", **query)
    assert words in app.words()
    assert "[x](" not in app.words()
    assert not app.parts("pagebox")


def test_evidence_says_a_stale_page_or_passage(app_of: Start, first: DocumentId) -> None:
    app = app_of()
    app.open("evidence", document=first, page="77", passage="pgone")
    assert "There is no page 77" in app.words()
    assert "is not in this project" in app.words()
    assert app.parts("pagebox")


def test_evidence_of_a_document_that_was_not_read_gives_the_reason(app_of: Start, root: Path) -> None:
    with open_project(root) as project, project.store.read() as connection:
        from careatlas.store import documents

        broken = documents.listed(connection, documents.DocumentFilter(outcome="malformed"))[0]
    app = app_of()
    app.open("evidence", document=broken.document_id)
    assert "it is no PDF" in app.words()


def test_evidence_without_an_image_still_lists_the_passages(
    app_of: Start, root: Path, first: DocumentId, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(root / "store.sqlite") as connection:
        connection.execute("DELETE FROM page_image")
    connection.close()
    app = app_of()
    app.open("evidence", document=first)
    assert "The image of this page is not there" in app.words()
    assert app.parts("passagelist")


def test_evidence_of_a_page_without_a_size_is_shown_without_a_sheet(
    app_of: Start, root: Path, first: DocumentId
) -> None:
    with sqlite3.connect(root / "store.sqlite") as connection:
        connection.execute(
            "UPDATE page SET width = 0, height = 0, status = 'failed', reason = 'broken' WHERE number = 2"
        )
        connection.execute("DELETE FROM passage WHERE page = 2")
    connection.close()
    app = app_of()
    app.open("evidence", document=first, page="2")
    assert "This page could not be read: broken" in app.words()
    assert "There is no picture of this page" in app.words()
    assert not app.parts("pagebox")


def test_hostile_text_is_shown_as_text(app_of: Start, first: DocumentId, ids: list[str]) -> None:
    app = app_of("Ada")
    test = app.open("evidence", document=first, page="1", passage=ids[3])
    text = next(item.value for item in test.text if "<script>" in item.value)
    assert "**bold** [a](javascript:1)" in text
    assert "\u202e" not in text
    interpreted = [*test.markdown, *test.caption, *test.subheader, *test.title, *test.warning, *test.info]
    assert not any("<script>" in item.value or "javascript:1" in item.value for item in interpreted)
    app.open("")
    assert not any("<script>" in item.value for item in app.test.markdown)


# Review


def press(app: App, code: str, verdict: str, passage_id: str) -> None:
    app.test.button(key=f"judge-{code}-{verdict}-{passage_id}").click().run()
    assert not app.test.exception


def test_a_reviewer_accepts_a_suggestion(app_of: Start, root: Path, first: DocumentId, ids: list[str]) -> None:
    app = app_of("Ada")
    app.open("evidence", document=first, page="1", passage=ids[2])
    app.test.text_input(key=f"note-{ids[2]}").set_value("clear")
    press(app, "discharge", "present", ids[2])
    (row,) = kept(root, ids[2])
    assert (row.code, row.verdict, row.person, row.origin) == ("discharge", "present", "Ada", "accepted")
    assert (row.shown_model_id, row.shown_probability, row.note) == ("cues-test", 0.8, "clear")
    assert (row.drawn_by, row.inclusion_probability) == ("review", None)
    assert row.made_at.tzinfo is not None
    assert (row.codebook_id, row.codebook_version) == (BOOK.id, BOOK.version)
    assert f"{DISCHARGE}: present \u2013 Ada" in app.words()
    assert "present" in app.parts("passagelist")[0]["rows"][1]["judgements"][0]


def test_a_reviewer_changes_her_mind_and_both_rows_stay(
    app_of: Start, root: Path, first: DocumentId, ids: list[str]
) -> None:
    app = app_of("Ada")
    app.open("evidence", document=first, page="1", passage=ids[2])
    press(app, "discharge", "present", ids[2])
    press(app, "discharge", "absent", ids[2])
    assert [(row.verdict, row.origin) for row in kept(root, ids[2])] == [("present", "accepted"), ("absent", "changed")]


def test_another_code_is_by_hand(app_of: Start, root: Path, first: DocumentId, ids: list[str]) -> None:
    app = app_of("Ada")
    test = app.open("evidence", document=first, page="1", passage=ids[2])
    box = test.selectbox(key=f"other-{ids[2]}")
    assert DISCHARGE not in box.options
    box.select("home-quality").run()
    press(app, "home-quality", "unsure", ids[2])
    (row,) = kept(root, ids[2])
    assert (row.code, row.verdict, row.origin, row.shown_model_id) == ("home-quality", "unsure", "manual", None)


def test_nothing_here(app_of: Start, root: Path, first: DocumentId, ids: list[str]) -> None:
    app = app_of("Ada")
    app.open("evidence", document=first, page="1", passage=ids[3])
    press(app, "none", "nothing-here", ids[3])
    (row,) = kept(root, ids[3])
    assert (row.code, row.verdict, row.origin) == ("", "nothing-here", "accepted")


def test_whoever_has_no_name_only_reads(app_of: Start, first: DocumentId, ids: list[str]) -> None:
    app = app_of("")
    test = app.open("evidence", document=first, page="1", passage=ids[2])
    assert not [button for button in test.button if button.key and button.key.startswith("judge-")]
    assert not test.selectbox
    assert "You can read but not judge" in app.words()
    assert "--reviewer NAME" in app.words()
    assert "0.80" in app.words()


def test_on_a_network_nothing_is_shown_without_a_login(app_of: Start) -> None:
    app = app_of("Ada", address="0.0.0.0")
    assert "log in to read" in app.words()
    assert not app.test.metric
    assert [button.label for button in app.test.button] == ["Log in"]


# Codebook


def test_codebook_shows_every_code_and_its_provenance(app_of: Start) -> None:
    app = app_of()
    test = app.open("codebook")
    assert len(test.expander) == len(BOOK.codes) + 1  # and the rules
    assert "must not be cited as the authors' own" in app.words()
    assert any("reconstructed, not verified" in item.value for item in test.markdown)


def test_codebook_finds_a_code(app_of: Start) -> None:
    app = app_of()
    test = app.open("codebook")
    test.text_input(key="find").set_value("discharge").run()
    assert 0 < len(test.expander) < len(BOOK.codes)
    test.text_input(key="find").set_value("no such words").run()
    assert "No code has these words" in app.words()


# The project itself


def test_a_folder_that_is_no_project_is_said(app_of: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = app_of
    app = start()
    monkeypatch.setenv("CAREATLAS_PROJECT", str(tmp_path))
    app.test.run()
    assert "is not a CareAtlas project" in app.words().replace("\\", "")
