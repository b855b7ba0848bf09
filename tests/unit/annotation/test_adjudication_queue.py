"""The queue of disputed passages out of a store, and what a model of the coders makes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from annotation.adjudication import Ruling, Standing
from annotation.adjudication_queue import (
    CodedPassageState,
    Disputed,
    DisputeFilter,
    Disputes,
    disputes,
    filtered,
    presence,
    with_locks,
)
from annotation.adjudication_record import decide, open_case
from annotation.adjudication_rows import Act
from annotation.dawid_skene import MINIMUM_PASSAGES
from annotation.reviewing import Click, Setting, judged
from careatlas.codebook_file import shipped
from careatlas.identifiers import Code, PassageId
from careatlas.judgement import Verdict
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.store import judgements, readings

BOOK = shipped("care-home-integration")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
Say = Callable[..., None]


@pytest.fixture
def read(project: Project, keep, synthetic_reading) -> tuple[Passage, ...]:
    item, reading = synthetic_reading
    keep(project.store, item, reading)
    return reading.passages


@pytest.fixture
def say(project: Project) -> Say:
    """Give ``say(passage, person, *codes, drawn_by=..., verdict=...)``: a whole answer; without codes nothing."""

    def keep_one(
        passage: Passage, person: str, *codes: str, drawn_by: str = "first", verdict: Verdict = Verdict.PRESENT
    ) -> None:
        said = {code.id: verdict if code.id in codes else Verdict.ABSENT for code in BOOK.codes}
        rows = [
            judged(
                Click(
                    passage_id=passage.passage_id,
                    codebook_id=BOOK.id,
                    codebook_version=BOOK.version,
                    code=code,
                    verdict=what,
                    person=person,
                ),
                None,
                NOON,
                Setting(drawn_by=drawn_by),
            )
            for code, what in (said if codes else {Code(""): Verdict.NOTHING_HERE}).items()
        ]
        with project.store.write() as connection:
            judgements.append_many(connection, rows, passage)

    return keep_one


def found_in(project: Project, before: Disputes | None = None) -> Disputes:
    with project.store.read() as connection:
        return disputes(connection, BOOK, before)


def test_the_queue_holds_what_people_differ_on_in_the_order_of_pages(
    project: Project, read: tuple[Passage, ...], say: Say
) -> None:
    say(read[3], "ann", "discharge", drawn_by="second")
    say(read[3], "ben", drawn_by="review")
    say(read[0], "ann", "discharge", "primary-care")
    say(read[0], "ben", "discharge", "home-quality")
    say(read[1], "ann", "discharge")
    say(read[1], "ben", "discharge")
    say(read[2], "ann", "discharge")
    found = found_in(project)
    assert [one.passage_id for one in found.disputed] == [read[0].passage_id, read[3].passage_id]
    first, last = found.disputed
    assert set(first.codes) == {"primary-care", "home-quality"}
    assert (first.coders, first.samples, first.standing) == ({"ann", "ben"}, {"first"}, Standing.OPEN)
    assert (last.page, last.samples) == (2, {"second", "review"})
    compared = {name for name, one in found.passages.items() if one.votes}
    assert compared == {read[number].passage_id for number in (0, 1, 3)}
    assert found.coded == (4, 6 * len(BOOK.codes) + 1)


def test_votes_are_what_each_said_and_the_unsure_give_none(
    project: Project, read: tuple[Passage, ...], say: Say
) -> None:
    say(read[0], "ann", "discharge")
    say(read[0], "ben", "primary-care", verdict=Verdict.UNSURE)
    say(read[0], "eve")
    (one,) = found_in(project).passages.values()
    codes = [code.id for code in BOOK.codes]
    votes = {person: dict(zip(codes, given.tolist(), strict=True)) for person, given in one.votes.items()}
    assert [votes[person]["discharge"] for person in ("ann", "ben", "eve")] == [1, 0, 0]
    assert [votes[person]["primary-care"] for person in ("ann", "ben", "eve")] == [0, -1, 0]


def test_only_passages_of_which_anything_was_said_are_read_again(
    project: Project, read: tuple[Passage, ...], say: Say
) -> None:
    for passage in read[:2]:
        say(passage, "ann", "discharge")
        say(passage, "ben")
    first = found_in(project)
    assert found_in(project, first) is first
    say(read[0], "eve", "discharge")
    second = found_in(project, first)
    assert second.passages[read[1].passage_id] is first.passages[read[1].passage_id]
    assert second.passages[read[0].passage_id] is not first.passages[read[0].passage_id]
    assert second.disputed[0].coders == {"ann", "ben", "eve"}
    assert second.coded != first.coded


def test_a_decision_changes_a_passage_but_no_votes(project: Project, read: tuple[Passage, ...], say: Say) -> None:
    say(read[0], "ann", "discharge")
    say(read[0], "ben")
    first = found_in(project)
    settle(project, read[0], lock=False)
    second = found_in(project, first)
    assert [one.standing for one in second.disputed] == [Standing.DECIDED]
    assert second.coded == first.coded


def settle(project: Project, passage: Passage, *, lock: bool) -> None:
    with project.store.read() as connection:
        seen = open_case(connection, BOOK, passage.passage_id)[1].seen
    act = Act(codebook=BOOK, passage_id=passage.passage_id, person="cat", made_at=NOON.replace(hour=13))
    decide(project.store, act, Ruling(codes=frozenset({Code("discharge")})), seen=seen, lock=lock)


def test_decided_and_locked_passages_say_so(project: Project, read: tuple[Passage, ...], say: Say) -> None:
    for passage in read[:2]:
        say(passage, "ann", "discharge")
        say(passage, "ben")
        settle(project, passage, lock=passage is read[1])
    found = found_in(project)
    assert [one.standing for one in found.disputed] == [Standing.DECIDED, Standing.DECIDED]
    with project.store.read() as connection:
        marked = with_locks(connection, BOOK, found.disputed)
        other = with_locks(connection, shipped("rainbow"), found.disputed)
    assert [one.standing for one in marked] == [Standing.DECIDED, Standing.LOCKED]
    assert [one.standing for one in other] == [Standing.DECIDED, Standing.DECIDED]


def test_the_queue_follows_passages_to_a_new_reading_and_leaves_lost_ones_out(
    project: Project, read: tuple[Passage, ...], say: Say, synthetic_reading, reading_of
) -> None:
    for passage in read[:2]:
        say(passage, "ann", "discharge")
        say(passage, "ben")
    before = found_in(project)
    newer = reading_of(synthetic_reading[0], [["Something new.", read[0].text]], version="test-2")
    with project.store.write() as connection:
        readings.save(connection, synthetic_reading[0], newer)
    for found in (found_in(project), found_in(project, before)):
        assert [one.passage_id for one in found.disputed] == [newer.passages[1].passage_id]


def test_an_empty_project_has_an_empty_queue(project: Project, read: tuple[Passage, ...]) -> None:
    found = found_in(project)
    assert (found.disputed, dict(found.passages)) == ((), {})
    likely, why = presence(found, BOOK)
    assert likely == {}
    assert "there are 0" in why


def one_of(name: str, **facts: object) -> Disputed:
    made: dict[str, object] = {
        "passage_id": PassageId(name),
        "document_id": "d1",
        "page": 1,
        "position": 0,
        "text": name,
        "codes": (Code("discharge"),),
        "coders": frozenset({"ann", "ben"}),
        "samples": frozenset({"first"}),
        "standing": Standing.OPEN,
    }
    return Disputed(**{**made, **facts})


@pytest.mark.parametrize(
    ("which", "names"),
    [
        (DisputeFilter(), ["p1", "p2", "p3"]),
        (DisputeFilter(sample="second"), ["p2"]),
        (DisputeFilter(code="primary-care"), ["p3"]),
        (DisputeFilter(standing="open"), ["p1", "p2"]),
        (DisputeFilter(sample="first", standing="decided"), ["p3"]),
        (DisputeFilter(sample="nowhere"), []),
    ],
)
def test_the_filter(which: DisputeFilter, names: list[str]) -> None:
    every = [
        one_of("p1"),
        one_of("p2", samples=frozenset({"first", "second"})),
        one_of("p3", codes=(Code("discharge"), Code("primary-care")), standing=Standing.DECIDED),
    ]
    assert [one.passage_id for one in filtered(every, which)] == names


def some_votes(votes: np.ndarray) -> Disputes:
    """Return votes of shape (passages, coders, codes) as they come from a store."""
    people = ("ann", "ben", "eve")
    states = {
        PassageId(f"p{number}"): CodedPassageState(
            rows=1, coded=1, votes=dict(zip(people, one.astype(np.int8), strict=True)), disputed=None
        )
        for number, one in enumerate(votes)
    }
    return Disputes(passages=states, disputed=())


def test_three_coders_give_each_code_a_probability() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random((60, 1, len(BOOK.codes))) < 0.4
    votes = np.where(rng.random((60, 3, len(BOOK.codes))) < 0.9, truth, ~truth).astype(np.int64)
    votes[:, :, 1] = 0  # a code that nobody ever saw
    votes[5, 1, 0] = -1
    votes[7, :, 2] = -1  # nobody was sure of it
    likely, why = presence(some_votes(votes), BOOK)
    assert why == ""
    assert set(likely) == {f"p{number}" for number in range(60)}
    codes = [code.id for code in BOOK.codes]
    assert set(likely[PassageId("p0")]) == set(codes) - {codes[1]}
    assert codes[2] not in likely[PassageId("p7")]
    unanimous = votes[:, :, 3].sum(axis=1) == 3
    assert min(likely[PassageId(f"p{row}")][codes[3]] for row in np.flatnonzero(unanimous)) > 0.9


@pytest.mark.parametrize("coders", [2, 3])
def test_with_two_coders_or_few_passages_there_is_a_reason_instead(coders: int) -> None:
    votes = np.ones((MINIMUM_PASSAGES - 1 if coders == 3 else 100, 3, len(BOOK.codes)), dtype=np.int64)
    votes[:, coders:] = -1
    votes[0, 0] = 0
    likely, why = presence(some_votes(votes), BOOK)
    assert likely == {}
    assert f"there are {0 if coders == 3 else 2}" in why


def test_where_nobody_ever_saw_a_code_there_is_a_reason() -> None:
    likely, why = presence(some_votes(np.zeros((40, 3, len(BOOK.codes)), dtype=np.int64)), BOOK)
    assert (likely, why) == ({}, "no code was both seen and not seen")
