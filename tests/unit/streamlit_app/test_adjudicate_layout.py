from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from annotation.adjudication import Case, Standing, case_of
from annotation.adjudication_queue import Disputed
from annotation.reviewing import Shown
from careatlas.adjudication_event import AdjudicationAction, AdjudicationEvent
from careatlas.codebook_file import shipped
from careatlas.identifiers import AnswerId, Code, DocumentId, JudgementId, ModelId, PassageId
from careatlas.judgement import AttributeJudgement, Judgement, Origin, Verdict
from careatlas.suggestion import CodeScore
from streamlit_app.adjudicate_layout import (
    NOT_SAID,
    attribute_rows,
    coder_lines,
    coders_of,
    event_line,
    list_row,
    majority_of,
    proposal_line,
    table_of,
)
from streamlit_app.rowtable import Link

BOOK = shipped("care-home-integration")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
P, A, U = Verdict.PRESENT, Verdict.ABSENT, Verdict.UNSURE
_numbers = count()


def answer(person: str, *codes: str, passage: str = "p1", **facts: object) -> list[Judgement]:
    said = {code.id: P if code.id in codes else A for code in BOOK.codes} if codes else {"": Verdict.NOTHING_HERE}
    return [
        Judgement(
            **{
                "judgement_id": JudgementId(f"j{next(_numbers)}"),
                "passage_id": PassageId(passage),
                "codebook_id": BOOK.id,
                "codebook_version": BOOK.version,
                "code": Code(code),
                "verdict": verdict,
                "person": person,
                "made_at": NOON,
                "origin": Origin.MANUAL,
                **facts,
            }
        )
        for code, verdict in said.items()
    ]


def case(*answers: list[Judgement], passage: str = "p1") -> Case:
    return case_of(BOOK, PassageId(passage), [row for one in answers for row in one])


TWO = case(answer("ann", "discharge", "primary-care"), answer("ben", "discharge"))
THREE = case(answer("ann", "discharge"), answer("ben", "discharge"), answer("eve"))


def given(person: str, name: str, value: str) -> AttributeJudgement:
    return AttributeJudgement(
        attribute_judgement_id=JudgementId(f"x{next(_numbers)}"),
        answer_id=AnswerId(person),
        passage_id=PassageId("p1"),
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        name=name,
        value=value,
        person=person,
        made_at=NOON,
    )


def test_coders_stand_under_letters_until_names_are_asked_for() -> None:
    blind, named = coders_of(TWO, names=False), coders_of(TWO, names=True)
    assert [one.label for one in blind] == ["Coder A", "Coder B"]
    assert {one.label for one in named} == {"ann", "ben"}
    assert [one.voice for one in blind] == [one.voice for one in named]  # nobody changes places


def test_coder_a_is_not_always_the_same_person() -> None:
    firsts = set()
    for number in range(20):
        name = f"p{number}"
        found = case(answer("ann", "discharge", passage=name), answer("ben", passage=name), passage=name)
        firsts.add(coders_of(found, names=True)[0].label)
    assert firsts == {"ann", "ben"}


def test_hostile_names_are_written_plainly() -> None:
    found = case(answer("ann\u202e", "discharge"), answer("ben"))
    assert "ann\\u202e" in {one.label for one in coders_of(found, names=True)}


def test_the_table_shows_differing_codes_first_then_what_is_agreed_and_ticks_that() -> None:
    table = table_of(TWO, BOOK, coders_of(TWO, names=True), {}, None)
    assert table.coders == 2
    assert set(table.head) == {"ann", "ben"}
    assert [(row.code, row.differs, row.ticked) for row in table.rows] == [
        ("primary-care", True, False),
        ("discharge", False, True),
        ("", False, False),
    ]
    ann = table.head.index("ann")
    assert table.rows[0].cells[ann] == "\u25cf present"
    assert table.rows[0].cells[1 - ann] == "\u25cb absent"
    assert len(table.quiet) == len(BOOK.codes) - 2
    assert not any(row.ticked or row.differs for row in table.quiet)


def test_nothing_here_against_codes_is_a_row_that_differs() -> None:
    found = case(answer("ann", "discharge"), answer("ben"))
    table = table_of(found, BOOK, coders_of(found, names=True), {}, None)
    nothing = table.rows[-1]
    assert (nothing.code, nothing.differs, nothing.ticked) == ("", True, False)
    assert nothing.cells[table.head.index("ben")] == "\u25cf said so"


def test_a_code_that_one_did_not_judge_says_so_and_is_not_ticked() -> None:
    one_click = answer("ben", "discharge")[:3]  # three codes only
    found = case(answer("ann", "primary-care"), [row for row in one_click if row.code != "primary-care"])
    table = table_of(found, BOOK, coders_of(found, names=True), {}, None)
    row = next(row for row in (*table.rows, *table.quiet) if row.code == "primary-care")
    assert NOT_SAID in row.cells
    assert not row.ticked


def test_a_decision_ticks_what_it_says() -> None:
    decision = answer("cat", "primary-care", "home-quality", origin=Origin.ADJUDICATED)
    found = case(answer("ann", "discharge"), answer("ben"), decision)
    table = table_of(found, BOOK, coders_of(found, names=False), {}, None)
    assert {row.code for row in table.rows if row.ticked} == {"primary-care", "home-quality"}
    nothing = case(answer("ann", "discharge"), answer("ben"), answer("cat", origin=Origin.ADJUDICATED))
    assert table_of(nothing, BOOK, coders_of(nothing, names=False), {}, None).rows[-1].ticked


def test_columns_beside_the_coders_stand_only_where_there_is_something() -> None:
    shown = Shown(
        model_id=ModelId("m1"),
        scores=(
            CodeScore(code=Code("discharge"), probability=0.8, accepted=True),
            CodeScore(code=Code("primary-care"), probability=0.2, accepted=False),
        ),
        none_probability=0.1,
    )
    likely = {Code("discharge"): 0.934}
    table = table_of(THREE, BOOK, coders_of(THREE, names=False), likely, shown)
    assert table.head == ("Coder A", "Coder B", "Coder C", "Majority", "Dawid-Skene", "Suggestion")
    assert table.rows[0].cells[3:] == ("present 2:1", "0.93", "\u25cf 0.80")
    quiet = next(row for row in table.quiet if row.code == "primary-care")
    assert quiet.cells[3:] == ("absent 3:0", "", "\u25cb 0.20")
    assert table.rows[-1].cells[3:] == ("", "", "")
    assert {len(row.cells) for row in (*table.rows, *table.quiet)} == {6}


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ([P, A], ""),
        ([P, P, A], "present 2:1"),
        ([P, A, A], "absent 2:1"),
        ([P, A, U], "tie"),
        ([P, P, A, A], "tie"),
        ([U, U, P], "present 1:0"),
    ],
)
def test_the_majority_of_three_or_more(verdicts: list[Verdict], words: str) -> None:
    assert majority_of(verdicts) == words


def test_what_rests_on_what_is_said() -> None:
    assert "no majority" in proposal_line(TWO, "there are 2", None)
    assert "No Dawid-Skene proposal: there are 2." in proposal_line(TWO, "there are 2", None)
    assert "no majority" not in proposal_line(THREE, "", None)
    assert "how often each coder is right" in proposal_line(THREE, "", None)


def test_attributes_start_from_what_all_coders_gave_alike() -> None:
    attributes = [given("ann", "status", "planned"), given("ben", "status", "in-place")]
    attributes += [given(person, "setting", "care-home") for person in ("ann", "ben")]
    coders = coders_of(TWO, names=True)
    status, setting = attribute_rows(TWO, BOOK, coders, attributes)
    assert (status.value, set(status.said)) == ("", {"planned", "in-place"})
    assert (setting.value, setting.said) == ("care-home", ("care-home", "care-home"))
    unknown = [given(person, "status", "soon") for person in ("ann", "ben")]
    assert attribute_rows(TWO, BOOK, coders, unknown)[0].value == ""  # the codebook has no such value


def test_attributes_of_a_decision_are_its_own() -> None:
    found = case(answer("ann", "discharge"), answer("ben"), answer("cat", "discharge", origin=Origin.ADJUDICATED))
    attributes = [
        given("ann", "status", "planned"),
        given("ben", "status", "planned"),
        given("cat", "status", "stopped"),
    ]
    status, setting = attribute_rows(found, BOOK, coders_of(found, names=True), attributes)
    assert (status.value, setting.value) == ("stopped", "")


def test_what_a_coder_saw_and_noted_is_told() -> None:
    noted = answer("ben", "discharge", note="a note \u202e", shown_model_id=ModelId("m1"))
    found = case(answer("ann", "primary-care"), noted)
    attributes = [given("ben", "area", "Bury"), given("ben", "status", "planned"), given("ann", "note", "seen")]
    lines = {one.label: coder_lines(one, BOOK, attributes) for one in coders_of(found, names=True)}
    assert lines["ann"] == ["ann saw no suggestion.", "note: seen"]
    assert lines["ben"] == [
        "ben judged with the suggestion of m1 on the screen.",
        "area: Bury",
        "Note: a note \\u202e",
    ]


def test_events_are_told_as_lines() -> None:
    made = AdjudicationEvent(
        event_id="e1",
        passage_id=PassageId("p1"),
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        person="cat",
        made_at=NOON,
        action=AdjudicationAction.COMMENTED,
        note="why?",
    )
    assert event_line(made) == '"why?" \u2013 cat, 04 Mar 2026 12:00 UTC'


def test_the_list_links_to_the_passage_and_keeps_the_filters() -> None:
    one = Disputed(
        passage_id=PassageId("p1"),
        document_id=DocumentId("d1"),
        page=3,
        position=0,
        text="A team " * 60,
        codes=(Code("discharge"), Code("primary-care")),
        coders=frozenset({"ann", "ben"}),
        samples=frozenset({"first"}),
        standing=Standing.LOCKED,
    )
    link, page, codes, coders, state = list_row(one, BOOK, {"sample": "first"})
    assert isinstance(link, Link)
    assert (link.page, link.query) == ("adjudication", {"sample": "first", "passage": "p1"})
    assert len(link.text) <= 120
    assert (page, coders, state) == (3, 2, "done and locked")
    assert codes == "Discharge from hospital, Primary care to the home"
