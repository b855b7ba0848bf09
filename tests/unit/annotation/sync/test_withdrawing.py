"""What a deletion leaves in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from annotation.reviewing import Click, judged
from careatlas.identifiers import task_key
from careatlas.judgement import Verdict
from careatlas.sample import Assignment
from careatlas.store import judgements, samples


@pytest.fixture
def pushed(work_of, project):
    """Give work of ann's in which the first passage is read twice."""
    work = work_of(coders=("ann",))
    name = work.passages[0].passage_id
    again = Assignment(
        task_key=task_key("spring", name, "ann", 1),
        sample_id="spring",
        passage_id=name,
        coder="ann",
        blind=True,
        repeat=1,
        position=12,
    )
    with project.store.write() as connection:
        samples.assign(connection, [again])
    work.push()
    return work


@pytest.fixture
def twice(pushed, studio, made):
    """Give the two answers to the passage that is read twice."""
    first = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    second = studio.answer(pushed.numbers("ann")[12], made.result_of(made.CODE[1]))
    pushed.pull()
    return first, second


def now(pushed):
    return pushed.in_force(pushed.passages[0], "ann")


def test_the_first_reading_counts_again_when_the_second_is_deleted(pushed, studio, made, twice):
    assert now(pushed) == {made.CODE[1]: "present"}
    studio.delete_answer(twice[1])
    pushed.pull()
    assert now(pushed) == {made.CODE[0]: "present"}
    studio.delete_answer(twice[0])
    pushed.pull()
    assert now(pushed) == {}


def test_the_second_reading_goes_on_counting_when_the_first_is_deleted(pushed, studio, made, twice):
    studio.delete_answer(twice[0])
    pushed.pull()
    assert now(pushed) == {made.CODE[1]: "present"}
    studio.delete_answer(twice[1])
    pushed.pull()
    assert now(pushed) == {}


def test_what_was_clicked_while_browsing_counts_again(pushed, studio, made, project):
    passage = pushed.passages[1]
    click = Click(
        passage_id=passage.passage_id,
        codebook_id=made.BOOK.id,
        codebook_version=made.BOOK.version,
        code=made.CODE[7],
        verdict=Verdict.PRESENT,
        person="ann",
    )
    row = judged(click, None, datetime(2025, 1, 1, tzinfo=UTC))
    with project.store.write() as connection:
        judgements.append(connection, row, passage)
    number = studio.answer(pushed.numbers("ann")[1], made.result_of())
    pushed.pull()
    assert pushed.in_force(passage, "ann") == {"": "nothing-here"}
    studio.delete_answer(number)
    pushed.pull()
    assert pushed.in_force(passage, "ann") == {made.CODE[7]: "present"}
    again = pushed.judgements(passage)[-1]
    assert replace(again, judgement_id=row.judgement_id, made_at=row.made_at) == row


def test_an_editors_word_goes_with_the_answer_that_it_was_given_in(pushed, studio, made, fakes):
    number = studio.answer(pushed.numbers("ann")[1], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.change(number, by=fakes.BOB, result=made.result_of(made.CODE[5]))
    pushed.pull()
    studio.delete_answer(number)
    pushed.pull()
    assert pushed.in_force(pushed.passages[1], "ann") == {}
    assert pushed.in_force(pushed.passages[1], "bob@example.org") == {}
    assert len([row for row in pushed.judgements(pushed.passages[1]) if row.verdict is Verdict.WITHDRAWN]) == 2


def test_what_stood_beside_the_codes_goes_and_comes_with_them(pushed, studio, made):
    note = {"from_name": "note", "to_name": "passage", "type": "textarea", "value": {"text": ["first"]}}
    first = studio.answer(pushed.numbers("ann")[0], [*made.result_of(made.CODE[0]), note])
    pushed.pull()
    second = studio.answer(pushed.numbers("ann")[12], made.result_of(made.CODE[1]))
    pushed.pull()
    assert pushed.beside(pushed.passages[0]) == []
    studio.delete_answer(second)
    pushed.pull()
    assert [row.value for row in pushed.beside(pushed.passages[0])] == ["first"]
    studio.delete_answer(first)
    pushed.pull()
    assert pushed.beside(pushed.passages[0]) == []


def test_a_withdrawal_is_dated_after_what_it_withdraws_whatever_a_clock_did(pushed, studio, made):
    studio.time = datetime.now(UTC) + timedelta(hours=20)  # a server ahead of us, and still believed
    number = studio.answer(pushed.numbers("ann")[1], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.delete_answer(number)
    pushed.pull()
    kept, gone = pushed.answers()
    assert kept.made_at > kept.seen_at
    assert gone.made_at > kept.made_at
    assert pushed.in_force(pushed.passages[1], "ann") == {}


def test_a_skip_by_somebody_else_takes_nothing_back(pushed, studio, made, fakes):
    number = studio.answer(pushed.numbers("ann")[1], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.change(number, by=fakes.BOB, was_cancelled=True)
    pushed.pull()
    assert pushed.in_force(pushed.passages[1], "ann") == {made.CODE[0]: "present"}


def test_an_answer_after_a_withdrawal_counts_where_the_server_is_behind(pushed, studio, made):
    studio.time = datetime.now(UTC) - timedelta(seconds=20)
    task = pushed.numbers("ann")[1]
    number = studio.answer(task, made.result_of(made.CODE[0]))
    pushed.pull()
    studio.delete_answer(number)
    pushed.pull()
    number = studio.answer(task, made.result_of(made.CODE[1]))
    pushed.pull()
    assert pushed.in_force(pushed.passages[1], "ann") == {made.CODE[1]: "present"}
    assert "seen to say before it" in pushed.answers()[-1].reason
    studio.change(number, result=made.result_of(made.CODE[2]))
    pushed.pull()
    assert pushed.in_force(pushed.passages[1], "ann") == {made.CODE[2]: "present"}


def test_a_change_of_what_counts_again_counts(pushed, studio, made):
    studio.time = datetime.now(UTC) - timedelta(seconds=20)
    first = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    second = studio.answer(pushed.numbers("ann")[12], made.result_of(made.CODE[1]))
    pushed.pull()
    studio.delete_answer(second)
    pushed.pull()
    studio.change(first, result=made.result_of(made.CODE[2]))
    pushed.pull()
    assert now(pushed) == {made.CODE[2]: "present"}


def test_two_readings_seen_at_once_count_in_the_order_in_which_they_were_made(pushed, studio, made):
    studio.answer(pushed.numbers("ann")[12], made.result_of(made.CODE[1]))
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    assert now(pushed) == {made.CODE[0]: "present"}
    assert [one.reason for one in pushed.answers()] == ["", ""]


def test_a_server_whose_clock_is_put_back_does_not_bury_the_second_reading(pushed, studio, made):
    studio.time = datetime.now(UTC) + timedelta(hours=20)
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.time -= timedelta(hours=20)
    studio.answer(pushed.numbers("ann")[12], made.result_of(made.CODE[1]))
    pushed.pull()
    assert now(pushed) == {made.CODE[1]: "present"}


def test_a_later_click_while_browsing_is_not_overtaken(pushed, studio, made, project):
    studio.answer(pushed.numbers("ann")[1], made.result_of(made.CODE[0]))
    click = Click(
        passage_id=pushed.passages[1].passage_id,
        codebook_id=made.BOOK.id,
        codebook_version=made.BOOK.version,
        code=made.CODE[0],
        verdict=Verdict.ABSENT,
        person="ann",
    )
    with project.store.write() as connection:
        judgements.append(connection, judged(click, None, datetime.now(UTC)), pushed.passages[1])
    pushed.pull()
    assert pushed.in_force(pushed.passages[1], "ann") == {}
