"""Judgements are only ever added; the latest of each person is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from careatlas.errors import StoreError
from careatlas.identifiers import judgement_id
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.store import judgements
from careatlas.store.engine import Store

NOON = datetime(2025, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def passage(store: Store, keep, synthetic_reading) -> Passage:
    item, reading = synthetic_reading
    keep(store, item, reading)
    return reading.passages[0]


@pytest.fixture
def passage_of_two(synthetic_reading) -> tuple[Passage, Passage]:
    first, second, *_ = synthetic_reading[1].passages
    return first, second


def judged(passage: Passage, **changes: object) -> Judgement:
    made = Judgement(
        judgement_id=judgement_id(passage.passage_id, *map(str, changes.items())),
        passage_id=passage.passage_id,
        codebook_id="care-home-integration",
        codebook_version="0.3.0",
        code="discharge",
        verdict=Verdict.PRESENT,
        person="ann",
        made_at=NOON,
        origin=Origin.MANUAL,
    )
    return replace(made, **changes)


def add(store: Store, passage: Passage, *items: Judgement) -> None:
    with store.write() as connection:
        for item in items:
            judgements.append(connection, item, passage)


def of(store: Store, passage: Passage) -> list[Judgement]:
    with store.read() as connection:
        return judgements.of_passages(connection, [passage.passage_id])


def test_a_judgement_comes_back_as_it_was_made(store: Store, passage: Passage, hostile_texts):
    full = judged(
        passage,
        verdict=Verdict.UNSURE,
        person=hostile_texts[5],
        made_at=NOON + timedelta(microseconds=1),
        origin=Origin.CHANGED,
        shown_model_id="m1",
        shown_probability=0.625,
        seconds=12.5,
        drawn_by="stratified",
        inclusion_probability=0.125,
        note=" | ".join(hostile_texts),
    )
    nothing = judged(passage, verdict=Verdict.NOTHING_HERE, code="")
    add(store, passage, full, nothing)
    assert of(store, passage) == [nothing, full]
    found = of(store, passage)[0]
    assert (found.verdict, found.origin) == (Verdict.NOTHING_HERE, Origin.MANUAL)
    assert found.shown_model_id is found.shown_probability is found.inclusion_probability is None


def test_the_words_and_the_place_are_kept_as_they_were_judged(store: Store, passage: Passage):
    add(store, passage, judged(passage))
    with store.read() as connection:
        row = connection.execute(text("SELECT document_id, page, text, boxes FROM judgement")).one()
    assert tuple(row)[:3] == (passage.document_id, passage.page, passage.text)
    assert row.boxes == "[[72.0,100.0,292.0,112.0]]"


def test_the_same_judgement_cannot_be_added_twice(store: Store, passage: Passage):
    add(store, passage, judged(passage))
    with pytest.raises(StoreError, match="refused"):
        add(store, passage, replace(judged(passage), verdict=Verdict.ABSENT))
    assert [item.verdict for item in of(store, passage)] == [Verdict.PRESENT]


def test_a_change_of_mind_leaves_both_and_the_later_is_in_force(store: Store, passage: Passage):
    first = judged(passage)
    second = judged(passage, verdict=Verdict.ABSENT, made_at=NOON + timedelta(seconds=1))
    other = judged(passage, person="bob")
    code = judged(passage, code="primary-care")
    add(store, passage, second, other, code, first)
    rows = of(store, passage)
    assert len(rows) == 4
    key = (passage.passage_id, "care-home-integration", "discharge")
    force = judgements.current(rows)
    assert force[*key, "ann"] == second
    assert force[*key, "bob"] == other
    assert len(force) == 3
    assert judgements.current(reversed(rows)) == force
    with store.read() as connection:
        assert judgements.count(connection) == 4


def test_the_oldest_comes_first_whatever_clock_it_was_made_by(store: Store, passage: Passage):
    east, west = timezone(timedelta(hours=5)), timezone(timedelta(hours=-7))
    made = [
        judged(passage, made_at=datetime(2025, 3, 1, 15, tzinfo=east)),  # 10:00 in UTC
        judged(passage, made_at=datetime(2025, 3, 1, 11, tzinfo=UTC)),
        judged(passage, made_at=datetime(2025, 3, 1, 5, tzinfo=west)),  # 12:00
        judged(passage, made_at=datetime(2025, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        judged(passage, made_at=datetime(2025, 3, 1, 12, 0, 1, tzinfo=UTC)),
    ]
    add(store, passage, *reversed(made))
    assert of(store, passage) == made
    (force,) = judgements.current(of(store, passage)).values()
    assert force == made[-1]


def test_of_no_passages_there_are_no_judgements(store: Store, passage: Passage):
    add(store, passage, judged(passage))
    with store.read() as connection:
        assert judgements.of_passages(connection, []) == []
        assert judgements.of_passages(connection, ["pnowhere"]) == []
        many = [f"p{number}" for number in range(2_000)]
        assert len(judgements.of_passages(connection, [*many, passage.passage_id])) == 1


def test_nothing_in_the_store_changes_a_judgement():
    public = {name for name in vars(judgements) if not name.startswith("_")}
    assert not {name for name in public if name.startswith(("update", "delete", "replace", "remove"))}
    assert {"append", "of_passages", "current", "count"} <= public


def in_force(passage: Passage, *verdicts: tuple[str, Verdict]) -> dict[str, Verdict]:
    rows = [
        judged(passage, judgement_id=f"j{at}", code=code, verdict=verdict, made_at=NOON + timedelta(seconds=at))
        for at, (code, verdict) in enumerate(verdicts)
    ]
    return {code: row.verdict for (_, _, code, _), row in judgements.current(rows).items()}


def test_nothing_here_ends_what_was_said_of_codes_before(passage: Passage):
    said = (("falls", Verdict.PRESENT), ("discharge", Verdict.ABSENT), ("", Verdict.NOTHING_HERE))
    assert in_force(passage, *said) == {"": Verdict.NOTHING_HERE}


@pytest.mark.parametrize("verdict", [Verdict.PRESENT, Verdict.UNSURE])
def test_a_code_that_may_be_there_ends_nothing_here(passage: Passage, verdict: Verdict):
    assert in_force(passage, ("", Verdict.NOTHING_HERE), ("falls", verdict)) == {"falls": verdict}


def test_an_absent_code_agrees_with_nothing_here(passage: Passage):
    both = {"": Verdict.NOTHING_HERE, "falls": Verdict.ABSENT}
    assert in_force(passage, *both.items()) == both


def test_nothing_here_ends_only_what_this_person_said_of_this_passage_and_codebook(passage: Passage):
    before = [
        judged(passage, judgement_id="j1", person="bob"),
        judged(passage, judgement_id="j2", codebook_id="rainbow"),
        judged(passage, judgement_id="j3", passage_id="p2"),
    ]
    nothing = judged(passage, judgement_id="j4", code="", verdict=Verdict.NOTHING_HERE, made_at=NOON + timedelta(1))
    assert list(judgements.current([nothing, *before]).values()) == [*before, nothing]


def test_what_is_withdrawn_is_not_in_force_and_stays_in_the_store(store: Store, passage: Passage):
    one, other = judged(passage), judged(passage, code="finance-incentives")
    back = judged(passage, verdict=Verdict.WITHDRAWN, made_at=NOON + timedelta(minutes=1))
    add(store, passage, one, other, back)
    assert [row.code for row in judgements.current(of(store, passage)).values()] == ["finance-incentives"]
    assert len(of(store, passage)) == 3


def test_withdrawing_without_a_code_takes_back_all_that_this_person_said(store: Store, passage: Passage):
    mine, nothing = judged(passage), judged(passage, person="ben", verdict=Verdict.NOTHING_HERE, code="")
    back = judged(passage, code="", verdict=Verdict.WITHDRAWN, made_at=NOON + timedelta(minutes=1))
    assert list(judgements.current([mine, nothing, back]).values()) == [nothing]
    again = judged(passage, made_at=NOON + timedelta(minutes=2))
    assert set(judgements.current([mine, nothing, back, again]).values()) == {nothing, again}


def test_a_decision_prevails_over_the_coders_until_it_is_withdrawn(passage_of_two: tuple[Passage, Passage]):
    here, elsewhere = passage_of_two
    ann, ben = judged(here), judged(here, person="ben", verdict=Verdict.ABSENT)
    other = judged(elsewhere)
    decision = judged(here, person="cat", origin=Origin.ADJUDICATED, made_at=NOON + timedelta(minutes=1))
    assert set(judgements.settled([ann, ben, decision, other])) == {decision, other}
    undone = judged(
        here,
        person="cat",
        code="",
        verdict=Verdict.WITHDRAWN,
        origin=Origin.ADJUDICATED,
        made_at=NOON + timedelta(minutes=2),
    )
    assert set(judgements.settled([ann, ben, decision, other, undone])) == {ann, ben, other}


def test_a_decision_of_one_codebook_says_nothing_of_another(passage: Passage):
    decision = judged(passage, origin=Origin.ADJUDICATED, codebook_id="selfie", person="cat")
    ann = judged(passage)
    assert set(judgements.settled([ann, decision])) == {ann, decision}


def test_the_judged_passages_of_a_sample(store: Store, passage: Passage, synthetic_reading):
    second = synthetic_reading[1].passages[1]
    add(store, passage, judged(passage, drawn_by="first"))
    add(store, second, judged(second), judged(second, codebook_id="selfie"))
    with store.read() as connection:
        ours = judgements.judged_passages(connection, "care-home-integration")
        assert set(ours) == {passage.passage_id, second.passage_id}
        assert judgements.judged_passages(connection, "care-home-integration", "first") == [passage.passage_id]
        assert judgements.judged_passages(connection, "rainbow") == []


def test_a_decision_on_one_code_leaves_the_others_to_the_coders(passage: Passage):
    on_both = [judged(passage), judged(passage, code="digital-data"), judged(passage, person="ben")]
    nothing = judged(passage, person="eve", verdict=Verdict.NOTHING_HERE, code="")
    decision = judged(passage, person="cat", origin=Origin.ADJUDICATED)
    assert set(judgements.settled([*on_both, nothing, decision])) == {on_both[1], decision}
    empty = judged(passage, person="cat", origin=Origin.ADJUDICATED, verdict=Verdict.NOTHING_HERE, code="")
    assert judgements.settled([*on_both, nothing, empty]) == [empty]


def test_what_an_adjudicator_says_as_a_coder_supersedes_no_decision(passage: Passage):
    decision = judged(passage, person="cat", origin=Origin.ADJUDICATED)
    later = judged(passage, person="cat", verdict=Verdict.ABSENT, made_at=NOON + timedelta(hours=1))
    assert judgements.settled([decision, later]) == [decision]
