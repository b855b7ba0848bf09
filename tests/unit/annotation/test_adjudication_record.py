"""Acts of adjudicators in a store: what is added, what is refused, and that nothing is kept then."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from annotation.adjudication import Case, Ruling, Standing
from annotation.adjudication_record import comment, decide, lock, open_case, undo, unlock
from annotation.adjudication_rows import Act
from annotation.reviewing import Click, Setting, Shown, judged
from careatlas.adjudication_event import AdjudicationAction
from careatlas.answer import Answer, AnswerState
from careatlas.codebook_file import shipped
from careatlas.errors import UsageError
from careatlas.identifiers import AnswerId, Code, ModelId
from careatlas.judgement import AttributeJudgement, Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.store import adjudication_events, answers, attribute_judgements, judgements, readings
from careatlas.suggestion import CodeScore

BOOK = shipped("care-home-integration")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
BOTH = Ruling(codes=frozenset({Code("discharge"), Code("primary-care")}), attributes={"status": "planned"}, reason="so")
Say = Callable[..., None]


@pytest.fixture
def passage(project: Project, keep, synthetic_reading) -> Passage:
    item, reading = synthetic_reading
    keep(project.store, item, reading)
    return reading.passages[0]


@pytest.fixture
def say(project: Project, passage: Passage) -> Say:
    """Give ``say(person, *codes, **facts of the setting)``: a whole answer on the passage."""

    def keep_one(person: str, *codes: str, made_at: datetime = NOON, **facts: object) -> None:
        said = {code.id: Verdict.PRESENT if code.id in codes else Verdict.ABSENT for code in BOOK.codes}
        setting = Setting(answer_id=AnswerId(f"answer-{person}"), **{"drawn_by": "first", **facts})
        rows = [
            judged(click(passage, person, code, verdict), None, made_at, setting)
            for code, verdict in (said if codes else {Code(""): Verdict.NOTHING_HERE}).items()
        ]
        with project.store.write() as connection:
            judgements.append_many(connection, rows, passage)

    return keep_one


@pytest.fixture
def disputed(passage: Passage, say: Say) -> Passage:
    say("ann", "discharge", inclusion_probability=0.25)
    say("ben", "discharge", "primary-care", inclusion_probability=0.25)
    return passage


def click(passage: Passage, person: str, code: Code, verdict: Verdict) -> Click:
    return Click(
        passage_id=passage.passage_id,
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        code=code,
        verdict=verdict,
        person=person,
    )


def act(passage: Passage, person: str = "cat", minutes: float = 10) -> Act:
    return Act(codebook=BOOK, passage_id=passage.passage_id, person=person, made_at=NOON + timedelta(minutes=minutes))


def seen(project: Project, passage: Passage) -> Case:
    with project.store.read() as connection:
        return open_case(connection, BOOK, passage.passage_id)[1]


def rows_of(project: Project, passage: Passage, person: str = "cat") -> list[Judgement]:
    with project.store.read() as connection:
        rows = judgements.of_passages(connection, [passage.passage_id])
    return [row for row in rows if row.person == person]


def given(project: Project, passage: Passage) -> list[AttributeJudgement]:
    with project.store.read() as connection:
        return attribute_judgements.of_passages(connection, [passage.passage_id])


def kept_answers(project: Project, states: Sequence[AnswerState] = ()) -> list[Answer]:
    with project.store.read() as connection:
        return answers.listed(connection, states=states)


def settle(project: Project, passage: Passage, ruling: Ruling = BOTH, person: str = "cat", minutes: float = 10) -> None:
    decide(project.store, act(passage, person, minutes), ruling, seen=seen(project, passage).seen)


def test_a_decision_is_a_row_for_every_code_and_leads_back(project: Project, disputed: Passage) -> None:
    settle(project, disputed)
    rows = rows_of(project, disputed)
    assert {row.code for row in rows if row.verdict is Verdict.PRESENT} == BOTH.codes
    assert {row.code for row in rows if row.verdict is Verdict.ABSENT} == {c.id for c in BOOK.codes} - BOTH.codes
    assert {(row.origin, row.note, row.drawn_by, row.inclusion_probability, row.shown_model_id) for row in rows} == {
        (Origin.ADJUDICATED, "so", "first", 0.25, None)
    }
    (answer,) = kept_answers(project)
    assert {row.answer_id for row in rows} == {answer.answer_id}
    assert (answer.source, answer.place, answer.person, answer.state) == ("adjudication", "app", "cat", "kept")
    assert answer.key == f"{disputed.passage_id} {BOOK.id} cat"
    content = json.loads(answer.content)
    assert content["codes"] == ["discharge", "primary-care"]
    assert content["between"] == {"ann": ["answer-ann"], "ben": ["answer-ben"]}
    assert (content["disputed"], content["attributes"]) == (["primary-care"], {"status": "planned"})


def test_a_decision_settles_the_passage(project: Project, disputed: Passage) -> None:
    settle(project, disputed)
    with project.store.read() as connection:
        settled = judgements.settled(judgements.of_passages(connection, [disputed.passage_id]))
    assert {row.person for row in settled} == {"cat"}
    assert seen(project, disputed).standing is Standing.DECIDED


def test_nothing_here_is_one_row(project: Project, disputed: Passage) -> None:
    settle(project, disputed, Ruling(codes=frozenset(), nothing=True, reason="a heading"))
    (row,) = rows_of(project, disputed)
    assert (row.code, row.verdict, row.note) == ("", Verdict.NOTHING_HERE, "a heading")


def test_every_attribute_has_a_row_so_that_a_later_decision_replaces_all(project: Project, disputed: Passage) -> None:
    settle(project, disputed)
    assert {(one.name, one.value) for one in given(project, disputed)} == {("status", "planned"), ("setting", "")}
    settle(project, disputed, Ruling(codes=BOTH.codes, attributes={"setting": "care-home"}), minutes=20)
    in_force = attribute_judgements.current(given(project, disputed))
    assert [(one.name, one.value) for one in in_force] == [("setting", "care-home")]


def test_a_changed_decision_is_a_further_state_of_the_same_answer(project: Project, disputed: Passage) -> None:
    settle(project, disputed)
    settle(project, disputed, Ruling(codes=frozenset({Code("discharge")})), minutes=20)
    first, second = kept_answers(project)
    assert first.key == second.key
    found = seen(project, disputed).decision
    assert found is not None
    assert (found.codes, found.answer_id) == ({"discharge"}, second.answer_id)
    assert len(rows_of(project, disputed)) == 2 * len(BOOK.codes)  # nothing is overwritten


def test_what_the_adjudicator_saw_of_the_machine_is_kept(project: Project, disputed: Passage) -> None:
    score = CodeScore(code=Code("discharge"), probability=0.8, accepted=True)
    shown = Shown(model_id=ModelId("m1"), scores=(score,), none_probability=0.1)
    decide(project.store, act(disputed), BOTH, seen=seen(project, disputed).seen, shown=shown)
    by_code = {row.code: row for row in rows_of(project, disputed)}
    assert (by_code["discharge"].shown_model_id, by_code["discharge"].shown_probability) == ("m1", 0.8)
    assert by_code["primary-care"].shown_model_id is None  # it was not on the screen
    assert {row.origin for row in by_code.values()} == {Origin.ADJUDICATED}
    assert kept_answers(project)[0].shown_model_id == "m1"


@pytest.mark.parametrize(
    ("ann", "ben", "drawing"),
    [
        (("first", 0.25), ("first", 0.25), ("first", 0.25)),
        (("first", 0.25), ("review", None), ("first", 0.25)),  # browsing beside the sample
        (("first", 0.25), ("first", 0.5), ("first", None)),
        (("first", 0.25), ("second", 0.25), ("adjudication", None)),
        (("review", None), ("review", None), ("review", None)),
        (("review", None), ("file", None), ("adjudication", None)),
    ],
)
def test_the_sample_and_its_chance_come_from_the_coders(
    project: Project,
    passage: Passage,
    say: Say,
    ann: tuple[str, float | None],
    ben: tuple[str, float | None],
    drawing: tuple[str, float | None],
) -> None:
    say("ann", "discharge", drawn_by=ann[0], inclusion_probability=ann[1])
    say("ben", drawn_by=ben[0], inclusion_probability=ben[1])
    settle(project, passage)
    assert {(row.drawn_by, row.inclusion_probability) for row in rows_of(project, passage)} == {drawing}


def test_undoing_adds_rows_and_brings_the_coders_back(project: Project, disputed: Passage) -> None:
    settle(project, disputed)
    undo(project.store, act(disputed, minutes=20))
    rows = rows_of(project, disputed)
    assert len(rows) == len(BOOK.codes) + 1
    assert (rows[-1].verdict, rows[-1].code, rows[-1].origin) == (Verdict.WITHDRAWN, "", Origin.ADJUDICATED)
    assert seen(project, disputed).standing is Standing.OPEN
    assert attribute_judgements.current(given(project, disputed)) == []
    kept, deleted = kept_answers(project)
    assert (kept.state, deleted.state, kept.key == deleted.key) == (AnswerState.KEPT, AnswerState.DELETED, True)
    settle(project, disputed, minutes=30)
    assert seen(project, disputed).standing is Standing.DECIDED


def test_a_clock_that_goes_back_upsets_nothing(project: Project, disputed: Passage) -> None:
    settle(project, disputed, minutes=60)
    undo(project.store, act(disputed, minutes=30))
    assert seen(project, disputed).decision is None
    settle(project, disputed, minutes=20)
    lock(project.store, act(disputed, minutes=10))
    unlock(project.store, act(disputed, minutes=5))
    found = seen(project, disputed)
    assert (found.standing, found.decision is not None) == (Standing.DECIDED, True)


# --- what is refused


def count_rows(project: Project) -> tuple[int, int]:
    with project.store.read() as connection:
        return judgements.count(connection), sum(answers.count(connection).values())


@pytest.mark.parametrize("person", ["ann", "BEN ", ""])
def test_a_coder_or_nobody_cannot_decide_whatever_the_page_did(
    project: Project, disputed: Passage, person: str
) -> None:
    before = count_rows(project)
    with pytest.raises(UsageError, match=r"coded this passage|needs a person"):
        settle(project, disputed, person=person)
    with pytest.raises(UsageError):
        comment(project.store, act(disputed, person), "hello")
    assert count_rows(project) == before


def test_the_second_of_two_adjudicators_learns_that_the_first_decided(project: Project, disputed: Passage) -> None:
    looked_at = seen(project, disputed).seen  # by both
    decide(project.store, act(disputed, "cat"), BOTH, seen=looked_at)
    before = count_rows(project)
    with pytest.raises(UsageError, match="cat decided on this passage"):
        decide(project.store, act(disputed, "dan", 11), BOTH, seen=looked_at)
    assert count_rows(project) == before


def test_pressing_twice_decides_once(project: Project, disputed: Passage) -> None:
    looked_at = seen(project, disputed).seen
    decide(project.store, act(disputed), BOTH, seen=looked_at)
    with pytest.raises(UsageError, match="while you looked at it"):
        decide(project.store, act(disputed, minutes=11), BOTH, seen=looked_at)
    assert len(rows_of(project, disputed)) == len(BOOK.codes)


def test_a_coder_who_answers_meanwhile_is_looked_at_first(project: Project, disputed: Passage, say: Say) -> None:
    looked_at = seen(project, disputed).seen
    say("eve", made_at=NOON + timedelta(minutes=5))
    with pytest.raises(UsageError, match="somebody judged"):
        decide(project.store, act(disputed), BOTH, seen=looked_at)


def test_a_locked_passage_refuses_everything_but_comments(project: Project, disputed: Passage) -> None:
    decide(project.store, act(disputed), BOTH, seen=seen(project, disputed).seen, lock=True)
    assert seen(project, disputed).standing is Standing.LOCKED
    before = count_rows(project)
    with pytest.raises(UsageError, match="locked"):
        settle(project, disputed, minutes=20)
    with pytest.raises(UsageError, match="locked"):
        undo(project.store, act(disputed, minutes=20))
    with pytest.raises(UsageError, match="locked"):
        lock(project.store, act(disputed, "dan", 20))
    assert count_rows(project) == before
    comment(project.store, act(disputed, "dan", 21), " why? ")
    unlock(project.store, act(disputed, "dan", 22))
    settle(project, disputed, Ruling(codes=frozenset({Code("discharge")})), minutes=23)
    with project.store.read() as connection:
        events = adjudication_events.of_passages(connection, [disputed.passage_id])
    assert [(one.action, one.person, one.note) for one in events] == [
        (AdjudicationAction.LOCKED, "cat", ""),
        (AdjudicationAction.COMMENTED, "dan", "why?"),
        (AdjudicationAction.UNLOCKED, "dan", ""),
    ]


def test_a_decision_that_cannot_be_is_not_kept_in_part(project: Project, disputed: Passage) -> None:
    before = count_rows(project)
    for wrong in (
        Ruling(codes=frozenset()),
        Ruling(codes=frozenset({Code("z")})),
        Ruling(codes=frozenset(), nothing=True),
    ):
        with pytest.raises(UsageError):
            settle(project, disputed, wrong)
    assert count_rows(project) == before
    assert given(project, disputed) == []


def test_only_whoever_decided_can_undo(project: Project, disputed: Passage) -> None:
    settle(project, disputed)
    with pytest.raises(UsageError, match="only cat"):
        undo(project.store, act(disputed, "dan", 20))


@pytest.mark.parametrize("words", ["", "  ", "x" * 2_001])
def test_a_comment_has_words(project: Project, disputed: Passage, words: str) -> None:
    with pytest.raises(UsageError, match="characters"):
        comment(project.store, act(disputed), words)


def test_a_time_without_zone_and_an_unknown_passage_are_refused(project: Project, disputed: Passage) -> None:
    naive = Act(codebook=BOOK, passage_id=disputed.passage_id, person="cat", made_at=NOON.replace(tzinfo=None))
    with pytest.raises(UsageError, match="time zone"):
        undo(project.store, naive)
    with pytest.raises(UsageError, match="not in this project"):
        undo(project.store, Act(codebook=BOOK, passage_id="gone", person="cat", made_at=NOON))


def test_a_decision_is_followed_through_a_new_reading(
    project: Project, disputed: Passage, synthetic_reading, reading_of
) -> None:
    settle(project, disputed)
    item = synthetic_reading[0]
    newer = reading_of(item, [["Something new.", disputed.text]], version="test-2")
    with project.store.write() as connection:
        readings.save(connection, item, newer)
    found = seen(project, disputed)
    assert (found.passage_id, found.standing) == (newer.passages[1].passage_id, Standing.DECIDED)
    undo(project.store, act(disputed, minutes=20))  # by a page that was opened before
    assert seen(project, newer.passages[1]).standing is Standing.OPEN
    kept, deleted = kept_answers(project)
    assert kept.key == deleted.key
