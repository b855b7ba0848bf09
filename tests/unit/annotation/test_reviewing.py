from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from annotation.reviewing import MAX_NOTE, Click, Setting, Shown, judged, shown_of
from careatlas.errors import UsageError
from careatlas.identifiers import AnswerId, Code, CodebookId, ModelId, PassageId
from careatlas.judgement import Origin, Verdict
from careatlas.suggestion import CodeScore, Suggestion

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def score(code: str, probability: float, *, accepted: bool) -> CodeScore:
    return CodeScore(code=Code(code), probability=probability, accepted=accepted)


def suggestion(*scores: CodeScore) -> Suggestion:
    return Suggestion(
        passage_id=PassageId("p1"),
        codebook_id=CodebookId("book"),
        codebook_version="1.0.0",
        model_id=ModelId("m1"),
        scores=scores,
        none_probability=0.25,
    )


SHOWN = shown_of(
    suggestion(
        score("a", 0.9, accepted=True),
        score("b", 0.5, accepted=False),
        score("c", 0.4, accepted=False),
        score("d", 0.3, accepted=True),
        score("e", 0.2, accepted=False),
    ),
    top=3,
)


def click(code: str, verdict: Verdict, *, note: str = "", person: str = "Ada") -> Click:
    return Click(
        passage_id=PassageId("p1"),
        codebook_id=CodebookId("book"),
        codebook_version="1.0.0",
        code=Code(code),
        verdict=verdict,
        person=person,
        note=note,
    )


def test_what_is_shown_is_the_top_and_whatever_was_accepted() -> None:
    assert [one.code for one in SHOWN.scores] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("code", "verdict", "origin", "probability"),
    [
        ("a", Verdict.PRESENT, Origin.ACCEPTED, 0.9),
        ("a", Verdict.ABSENT, Origin.CHANGED, 0.9),
        ("a", Verdict.UNSURE, Origin.CHANGED, 0.9),
        ("b", Verdict.PRESENT, Origin.CHANGED, 0.5),
        ("b", Verdict.ABSENT, Origin.ACCEPTED, 0.5),
        ("b", Verdict.UNSURE, Origin.CHANGED, 0.5),
        ("e", Verdict.PRESENT, Origin.MANUAL, None),  # scored, but not on the screen
        ("new", Verdict.PRESENT, Origin.MANUAL, None),
        ("", Verdict.NOTHING_HERE, Origin.CHANGED, 0.25),
    ],
)
def test_origin_follows_from_what_was_on_the_screen(
    code: str, verdict: Verdict, origin: Origin, probability: float | None
) -> None:
    row = judged(click(code, verdict), SHOWN, NOW)
    assert (row.origin, row.shown_probability) == (origin, probability)
    assert row.shown_model_id == (None if origin is Origin.MANUAL else "m1")


def test_nothing_here_agrees_with_a_model_that_accepts_nothing() -> None:
    quiet = Shown(model_id=ModelId("m1"), scores=(score("a", 0.1, accepted=False),), none_probability=0.8)
    row = judged(click("", Verdict.NOTHING_HERE), quiet, NOW)
    assert (row.origin, row.shown_probability) == (Origin.ACCEPTED, 0.8)


@pytest.mark.parametrize(("code", "verdict"), [("a", Verdict.PRESENT), ("", Verdict.NOTHING_HERE)])
def test_without_a_suggestion_everything_is_by_hand(code: str, verdict: Verdict) -> None:
    row = judged(click(code, verdict), None, NOW)
    assert (row.origin, row.shown_model_id, row.shown_probability) == (Origin.MANUAL, None, None)


def test_a_reviewed_passage_was_not_drawn_by_design() -> None:
    row = judged(click("a", Verdict.PRESENT, note="  because  "), SHOWN, NOW)
    assert (row.drawn_by, row.inclusion_probability, row.seconds) == ("review", None, None)
    assert (row.made_at, row.note, row.person) == (NOW, "because", "Ada")


def test_two_clicks_are_two_judgements() -> None:
    first = judged(click("a", Verdict.PRESENT), SHOWN, NOW)
    later = judged(click("a", Verdict.PRESENT), SHOWN, NOW.replace(second=8))
    other = judged(click("a", Verdict.ABSENT), SHOWN, NOW)
    assert len({first.judgement_id, later.judgement_id, other.judgement_id}) == 3


def test_a_long_note_is_cut() -> None:
    assert len(judged(click("a", Verdict.PRESENT, note="x" * 9_000), SHOWN, NOW).note) == MAX_NOTE


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (click("a", Verdict.PRESENT, person="  "), "needs a person"),
        (click("a", Verdict.NOTHING_HERE), "does not go with"),
        (click("", Verdict.ABSENT), "does not go with"),
    ],
)
def test_what_cannot_be_a_judgement_is_refused(bad: Click, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        judged(bad, SHOWN, NOW)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="time zone"):
        judged(replace(click("a", Verdict.PRESENT)), SHOWN, NOW.replace(tzinfo=None))


def test_a_drawn_passage_carries_its_sample_its_chance_the_time_and_the_answer() -> None:
    setting = Setting(drawn_by="first", inclusion_probability=0.25, seconds=12.5, answer_id=AnswerId("a1"))
    row = judged(click("a", Verdict.PRESENT), SHOWN, NOW, setting)
    assert (row.drawn_by, row.inclusion_probability, row.seconds, row.answer_id) == ("first", 0.25, 12.5, "a1")
    assert row.origin is Origin.ACCEPTED


def test_two_answers_that_say_the_same_at_the_same_time_are_two_judgements() -> None:
    rows = [
        judged(click("a", Verdict.PRESENT), None, NOW, Setting(answer_id=AnswerId(name))) for name in ("a1", "a2", "")
    ]
    assert len({row.judgement_id for row in rows}) == 3
