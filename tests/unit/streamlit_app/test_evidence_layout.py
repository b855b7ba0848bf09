from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.codebook_file import shipped
from careatlas.document import Page, PageStatus
from careatlas.geometry import Box
from careatlas.identifiers import AnswerId, Code, CodebookId, DocumentId, JudgementId, PassageId
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import PassageKind
from careatlas.project import open_project
from streamlit_app.evidence_layout import box_rows, judgement_lines, list_rows, percentages, state_of, visible
from streamlit_app.evidence_query import PageContent, page_content

BOOK = shipped("care-home-integration")
PAGE = Page(
    document_id=DocumentId("d1"),
    number=1,
    width=595.0,
    height=842.0,
    rotation=0,
    status=PageStatus.TEXT,
    glyph_count=1,
    tagged_share=0.0,
    text_start=0,
    text_end=1,
)


@pytest.fixture
def content(root: Path, first: DocumentId) -> Iterator[PageContent]:
    with open_project(root) as project:
        yield page_content(project, BOOK, first, 1)


def a_judgement(passage: str, verdict: Verdict = Verdict.PRESENT, code: str = "discharge") -> Judgement:
    return Judgement(
        judgement_id=JudgementId("j1"),
        passage_id=PassageId(passage),
        codebook_id=CodebookId("care-home-integration"),
        codebook_version="0.3.0",
        code=Code(code),
        verdict=verdict,
        person="Ada \u202e",
        made_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        origin=Origin.MANUAL,
        note="so",
    )


numbers = st.floats(0, 800, allow_nan=False)


@given(numbers, numbers, numbers, numbers)
def test_percentages_lead_back_to_the_points(x: float, y: float, width: float, height: float) -> None:
    box = Box(x0=x, y0=y, x1=x + width, y1=y + height)
    found = percentages(box, PAGE)
    assert found["left"] * PAGE.width / 100 == pytest.approx(box.x0, abs=0.001)
    assert found["top"] * PAGE.height / 100 == pytest.approx(box.y0, abs=0.001)
    assert found["width"] * PAGE.width / 100 == pytest.approx(width, abs=0.001)
    assert found["height"] * PAGE.height / 100 == pytest.approx(height, abs=0.001)


def test_furniture_is_hidden_unless_asked_for_or_selected(content: PageContent) -> None:
    kinds = [one.kind for one in visible(content, furniture=False)]
    assert PassageKind.FURNITURE not in kinds
    assert len(visible(content, furniture=True)) == len(kinds) + 1
    assert len(visible(content, furniture=False, selected=content.passages[0].passage_id)) == len(kinds) + 1


def test_a_box_inside_another_lies_on_top(content: PageContent) -> None:
    outer = Box(x0=0, y0=0, x1=500, y1=500)
    inner = replace(content.passages[3], boxes=(Box(x0=10, y0=10, x1=20, y1=20), outer))
    rows = box_rows([inner, content.passages[2]], PAGE, content)
    assert [row["area"] for row in rows] == sorted((row["area"] for row in rows), reverse=True)
    assert [row["first"] for row in rows if row["id"] == inner.passage_id] == [False, True]


def test_states(content: PageContent) -> None:
    heading, accepted, plain = content.passages[1:4]
    assert [state_of(one, content) for one in (heading, accepted, plain)] == ["plain", "accepted", "plain"]
    said = a_judgement(plain.passage_id)
    judged = replace(content, judgements={plain.passage_id: (said,)})
    assert state_of(plain, judged) == "judged"
    back = replace(
        said, judgement_id=JudgementId("j2"), verdict=Verdict.WITHDRAWN, made_at=said.made_at.replace(hour=6)
    )
    assert state_of(plain, replace(content, judgements={plain.passage_id: (said, back)})) == "plain"


def test_list_rows_show_the_top_and_no_direction_marks(content: PageContent) -> None:
    rows = list_rows(content.passages[1:], content, BOOK)
    assert rows[0]["suggestions"] == []
    assert [one["score"] for one in rows[1]["suggestions"]] == ["0.80", "0.15", "0.10"]
    assert [one["accepted"] for one in rows[1]["suggestions"]] == [True, False, False]
    assert rows[1]["headings"] == "Our plan"
    assert "\u202e" not in rows[2]["text"]
    assert "<script>" in rows[2]["text"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (a_judgement("p1"), "present \u2013 Ada"),
        (a_judgement("p1", Verdict.NOTHING_HERE, ""), "read, nothing here \u2013 Ada"),
        (a_judgement("p1", Verdict.ABSENT, "gone"), "gone: absent \u2013 Ada"),
        (a_judgement("p1", Verdict.WITHDRAWN), "Discharge from hospital: withdrawn \u2013 Ada"),
        (a_judgement("p1", Verdict.WITHDRAWN, ""), "what was said before is withdrawn \u2013 Ada"),
    ],
)
def test_judgement_lines_say_what_who_and_when(row: Judgement, words: str) -> None:
    (line,) = judgement_lines([row], BOOK)
    assert words in line
    assert "04 Mar 2026 05:06 UTC" in line
    assert '"so"' in line
    assert "\u202e" not in line


def test_an_answer_on_the_whole_codebook_is_one_line_and_a_decision_says_that_it_is_one() -> None:
    said = {code.id: Verdict.ABSENT for code in BOOK.codes} | {
        Code("discharge"): Verdict.PRESENT,
        Code("home-quality"): Verdict.PRESENT,
        Code("primary-care"): Verdict.UNSURE,
    }
    answer = [
        replace(a_judgement("p1", verdict, code), judgement_id=JudgementId(f"j-{code}"), answer_id=AnswerId("a1"))
        for code, verdict in reversed(said.items())
    ]
    decision = [
        replace(row, person="Cat", answer_id=AnswerId("a2"), origin=Origin.ADJUDICATED, note="") for row in answer
    ]
    click = a_judgement("p1", Verdict.ABSENT, "gone")
    first, second, third = judgement_lines([*answer, *decision, click], BOOK)
    verdicts = (
        "Care quality within the home, Discharge from hospital: present; 12 other codes: absent;"
        " Primary care to the home: unsure"
    )
    assert first.startswith(f"{verdicts} \u2013 Ada")
    assert second == f"decision between coders \u2013 {verdicts} \u2013 Cat, 04 Mar 2026 05:06 UTC"
    assert third.startswith("gone: absent")


def test_an_answer_that_ticks_nothing_counts_its_codes() -> None:
    answer = [
        replace(a_judgement("p1", Verdict.ABSENT, code.id), judgement_id=JudgementId(code.id), answer_id=AnswerId("a1"))
        for code in BOOK.codes
    ]
    (line,) = judgement_lines(answer, BOOK)
    assert line.startswith("15 codes: absent")
