"""The adjudication page without a browser: the queue, the desk, what pressing does, and who may press."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from annotation.adjudication import Ruling
from annotation.adjudication_record import decide, open_case
from annotation.adjudication_rows import Act
from careatlas.codebook_file import shipped
from careatlas.identifiers import Code, DocumentId
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.project import open_project
from careatlas.store import adjudication_events, judgements, passages

App = Any
Start = Callable[..., App]
BOOK = shipped("care-home-integration")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOSTILE_NOTE = "**bold** [a](javascript:1) <script>"


def rows_of(root: Path, passage: Passage) -> list[Judgement]:
    with open_project(root) as project, project.store.read() as connection:
        rows = judgements.of_passages(connection, [passage.passage_id])
    return [row for row in rows if row.origin is Origin.ADJUDICATED]


def desk(app: App, name: str) -> Any:
    """Return the widget of the desk whose key starts so."""
    kinds = (app.test.checkbox, app.test.button, app.test.selectbox, app.test.text_area, app.test.toggle)
    found = [one for kind in kinds for one in kind if one.key and one.key.startswith(name)]
    assert len(found) == 1, (name, [one.key for kind in kinds for one in kind])
    return found[0]


def test_without_disputes_there_is_nothing_to_do(app_of: Start) -> None:
    app = app_of("Cat")
    app.open("adjudication")
    assert "No two people differ" in app.words()


def test_the_first_open_passage_lies_on_the_desk(app_of: Start, coded: list[Passage]) -> None:
    app = app_of("Cat")
    app.open("adjudication")
    (page,) = app.parts("pagebox")
    assert page["selected"] == coded[0].passage_id
    assert [box["id"] for box in page["boxes"]] == [coded[0].passage_id]
    words = app.words()
    assert coded[0].text in words
    assert "Passage 1 of 2" in words
    assert "judged with the suggestion of cues-test" in words
    assert "ann" not in [line.split()[0] for line in words.splitlines() if line]
    assert desk(app, "tick-discharge").value
    assert not desk(app, "tick-home-quality").value
    assert desk(app, "machine").value  # a coder saw the suggestion too
    assert "No Dawid-Skene proposal" in words.replace("\\", "")


def test_a_deep_link_opens_its_passage_and_a_wrong_one_is_said(app_of: Start, coded: list[Passage]) -> None:
    app = app_of("Cat")
    app.open("adjudication", passage=coded[1].passage_id)
    assert app.parts("pagebox")[0]["selected"] == coded[1].passage_id
    app.open("adjudication", passage="[x](javascript:1)")
    assert "The link leads nowhere" in app.words()
    assert "[x](" not in app.words()


def test_a_passage_that_nobody_disputes_is_shown_closed(
    app_of: Start, root: Path, coded: list[Passage], first: DocumentId
) -> None:
    with open_project(root) as project, project.store.read() as connection:
        heading = passages.of_page(connection, first, 1)[1]
    app = app_of("Cat")
    app.open("adjudication", passage=heading.passage_id)
    assert "does not pass the filters" in app.words()
    assert "people do not differ" in app.words().replace("\\", "")
    assert desk(app, "submit-0").disabled


def test_filters_stand_in_the_address(app_of: Start, coded: list[Passage]) -> None:
    app = app_of("Cat")
    test = app.open("adjudication", sample="second")
    assert "Passage 1 of 1" in app.words()
    assert app.parts("pagebox")[0]["selected"] == coded[1].passage_id
    test.selectbox(key="filter-sample").select("").run()
    assert "sample" not in test.query_params
    test.selectbox(key="filter-code").select("home-quality").run()
    assert test.query_params["code"] == "home-quality"
    assert "Passage 1 of 1" in app.words()
    app.open("adjudication", sample="gone", state="locked")
    assert "asks for sample gone" in app.words()
    assert "No passage passes these filters" in app.words()


def test_deciding_keeps_rows_and_opens_the_next(app_of: Start, root: Path, coded: list[Passage]) -> None:
    app = app_of("Cat")
    test = app.open("adjudication", passage=coded[0].passage_id)
    desk(app, "tick-home-quality").check()
    desk(app, "says-status").select("planned")
    desk(app, "reason").set_value("it says so")
    desk(app, "submit-0").click().run()
    assert not test.exception
    rows = rows_of(root, coded[0])
    assert {row.code for row in rows if row.verdict is Verdict.PRESENT} == {"discharge", "home-quality"}
    assert {(row.person, row.note, row.drawn_by, row.inclusion_probability) for row in rows} == {
        ("Cat", "it says so", "first", 0.5)
    }
    shown = {row.code: row.shown_probability for row in rows if row.shown_model_id}
    assert shown["discharge"] == 0.8  # what was on the adjudicator's screen
    assert test.query_params["passage"] == coded[1].passage_id
    assert app.parts("pagebox")[0]["selected"] == coded[1].passage_id
    (focus,) = app.parts("deskfocus")
    assert focus == {"desk": f"st-key-desk-{coded[1].passage_id}", "moves": 1}


def test_a_suggestion_that_is_not_on_the_screen_is_not_kept(app_of: Start, root: Path, coded: list[Passage]) -> None:
    app = app_of("Cat")
    app.open("adjudication", passage=coded[0].passage_id)
    desk(app, "machine").set_value(False).run()
    desk(app, "submit-0").click().run()
    assert {row.shown_model_id for row in rows_of(root, coded[0])} == {None}


def test_without_a_reason_nothing_is_kept_and_the_ticks_stay(app_of: Start, root: Path, coded: list[Passage]) -> None:
    app = app_of("Cat")
    app.open("adjudication", passage=coded[0].passage_id)
    desk(app, "tick-discharge").uncheck()
    desk(app, "tick-nothing here").check()
    desk(app, "submit-0").click().run()
    assert "Nothing was kept: a reason is needed" in app.words().replace("\\", "")
    assert rows_of(root, coded[0]) == []
    assert desk(app, "tick-nothing here").value
    desk(app, "reason").set_value("a heading")
    desk(app, "submit-1").click().run()
    (row,) = rows_of(root, coded[0])
    assert (row.verdict, row.note) == (Verdict.NOTHING_HERE, "a heading")


def test_what_is_pressed_while_the_page_moves_on_is_not_kept(app_of: Start, root: Path, coded: list[Passage]) -> None:
    """The old desk stays on the screen until the new one is drawn; a quick hand must not decide on it."""
    app = app_of("Cat")
    app.open("adjudication", passage=coded[0].passage_id)
    desk(app, "submit-0").click()
    app.test.query_params["passage"] = coded[1].passage_id
    app.test.run()
    assert "still moving to another passage" in app.words().replace("\\", "")
    assert rows_of(root, coded[0]) == rows_of(root, coded[1]) == []


def test_the_passage_on_the_desk_stands_in_the_address(app_of: Start, coded: list[Passage]) -> None:
    app = app_of("Cat")
    test = app.open("adjudication")
    assert test.query_params["passage"] == coded[0].passage_id


def test_lock_unlock_undo_and_comment(app_of: Start, root: Path, coded: list[Passage]) -> None:
    app = app_of("Cat")
    test = app.open("adjudication", passage=coded[0].passage_id)
    desk(app, "submit-1").click().run()
    app.open("adjudication", passage=coded[0].passage_id)
    assert desk(app, "tick-discharge").disabled
    buttons = {one.label: one for one in test.button}
    assert buttons["Undo the decision"].disabled
    buttons["Unlock"].click().run()
    next(one for one in test.button if one.label == "Undo the decision").click().run()
    assert [row.verdict for row in rows_of(root, coded[0])][-1] is Verdict.WITHDRAWN
    assert not desk(app, "tick-discharge").disabled
    test.text_input(key=f"comment-{coded[0].passage_id}").set_value(HOSTILE_NOTE)
    next(one for one in test.button if one.label == "Keep the comment").click().run()
    assert not test.exception
    with open_project(root) as project, project.store.read() as connection:
        events = adjudication_events.of_passages(connection, [coded[0].passage_id])
    assert [one.action for one in events] == ["locked", "unlocked", "commented"]
    assert HOSTILE_NOTE in next(item.value for item in test.text if item.value.startswith('"'))
    assert test.text_input(key=f"comment-{coded[0].passage_id}").value == ""


@pytest.mark.parametrize(("reviewer", "words"), [("Ann", "coded this passage"), ("", "needs a person")])
def test_a_coder_or_a_reader_cannot_press(app_of: Start, coded: list[Passage], reviewer: str, words: str) -> None:
    app = app_of(reviewer)
    test = app.open("adjudication", passage=coded[0].passage_id)
    assert words in app.words().replace("\\", "")
    assert all(one.disabled for one in test.checkbox)
    assert desk(app, "submit-0").disabled
    assert desk(app, "submit-1").disabled
    assert not test.text_input


def test_what_another_decided_meanwhile_is_said(app_of: Start, root: Path, coded: list[Passage]) -> None:
    app = app_of("Cat")
    app.open("adjudication", passage=coded[0].passage_id)
    with open_project(root) as project:
        with project.store.read() as connection:
            seen = open_case(connection, BOOK, coded[0].passage_id)[1].seen
        act = Act(codebook=BOOK, passage_id=coded[0].passage_id, person="Dan", made_at=datetime.now(UTC))
        decide(project.store, act, Ruling(codes=frozenset({Code("discharge")})), seen=seen)
    desk(app, "submit-0").click().run()
    assert "Nothing was kept: Dan decided on this passage" in app.words().replace("\\", "")
    assert {row.person for row in rows_of(root, coded[0])} == {"Dan"}
    assert "Decided by Dan" in app.words()


def test_names_and_hostile_notes(app_of: Start, coded: list[Passage]) -> None:
    app = app_of("Cat")
    test = app.open("adjudication", passage=coded[0].passage_id)
    assert any(HOSTILE_NOTE in item.value for item in test.text)
    interpreted = [*test.markdown, *test.caption, *test.warning, *test.info, *test.error]
    assert not any(HOSTILE_NOTE in item.value for item in interpreted)
    test.toggle(key="names").set_value(True).run()
    assert "ben saw no suggestion." in app.words()


def test_the_list_at_the_end_links_to_every_passage(app_of: Start, coded: list[Passage]) -> None:
    app = app_of("Cat")
    app.open("adjudication")
    (table,) = app.parts("rowtable")
    assert [row[0]["query"]["passage"] for row in table["rows"]] == [one.passage_id for one in coded]


def test_who_decided_does_not_take_pieces_out_of_it_on_the_evidence_page(
    app_of: Start, coded: list[Passage], first: DocumentId
) -> None:
    app = app_of("Cat")
    app.open("adjudication", passage=coded[0].passage_id)
    desk(app, "submit-0").click().run()
    test = app.open("evidence", document=first, page="1", passage=coded[0].passage_id)
    assert "You decided between coders here" in app.words()
    assert not [one for one in test.button if one.key and one.key.startswith("judge-")]
    assert "decision between coders" in app.words()
