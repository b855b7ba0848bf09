"""Coders' answers out of a project: what was in force, what was shown, and what the model would have said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from annotation.reviewing import Click, Setting, judged
from annotation.stored_codings import ADJUDICATION, stored_codings
from careatlas.answer import Answer, AnswerState
from careatlas.codebook_file import shipped
from careatlas.identifiers import NO_ANSWER, AnswerId, JudgementId, ModelId, SampleId, TaskKey, answer_id
from careatlas.judgement import AttributeJudgement, Verdict
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store import answers, attribute_judgements, judgements, readings, samples, suggestions
from careatlas.suggestion import CodeScore, Suggestion

BOOK = shipped("care-home-integration")
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
MODEL = ModelId("m1")
Say = Callable[..., Answer]


@pytest.fixture
def passages(project: Project, keep, synthetic_reading) -> tuple[Passage, ...]:
    """Four passages of one plan, the first of which the model labels ``discharge``; all were drawn, ann was asked."""
    item, reading = synthetic_reading
    keep(project.store, item, reading)
    scored = Suggestion(
        passage_id=reading.passages[0].passage_id,
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        model_id=MODEL,
        scores=(
            CodeScore(code=BOOK.codes[0].id, probability=0.9, accepted=True),
            CodeScore(code=BOOK.codes[1].id, probability=0.1, accepted=False),
        ),
        none_probability=0.1,
    )
    stored = suggestions.StoredModel(
        model_id=MODEL, codebook_id=BOOK.id, codebook_version=BOOK.version, made_at="2025", card={}
    )
    sample = Sample(
        sample_id=SampleId("first"),
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        model_id=MODEL,
        seed=0,
        made_at=NOON,
        population=4,
        design={},
    )
    drawn = [
        (
            SampledPassage(sample_id=sample.sample_id, passage_id=one.passage_id, stratum="", inclusion_probability=1),
            one,
        )
        for one in reading.passages
    ]
    asked = [
        Assignment(
            task_key=TaskKey(f"t{repeat}"),
            sample_id=sample.sample_id,
            passage_id=reading.passages[0].passage_id,
            coder="ann",
            blind=repeat > 0,
            repeat=repeat,
            position=repeat,
        )
        for repeat in (0, 1)
    ]
    with project.store.write() as connection:
        suggestions.keep_model(connection, stored)
        suggestions.replace(connection, MODEL, item.document_id, [scored])
        samples.add(connection, sample, drawn, asked)
    return reading.passages


@pytest.fixture
def say(project: Project) -> Say:
    """Give ``say(passage, *codes, person=..., **facts of the answer)``; without codes nothing was there."""
    numbers = count()

    def keep_one(
        passage: Passage, *codes: str, person: str = "ann", verdict: Verdict = Verdict.PRESENT, **facts: object
    ) -> Answer:
        number = next(numbers)
        made = Answer(
            answer_id=answer_id(str(number)),
            source="label-studio",
            place="here",
            key=str(number),
            task_key=TaskKey(""),
            passage_id=passage.passage_id,
            codebook_id=BOOK.id,
            codebook_version=BOOK.version,
            person=person,
            made_at=NOON + timedelta(minutes=number),
            seen_at=NOON,
            content="{}",
            state=AnswerState.KEPT,
        )
        answer = replace(made, **facts)
        said = {code.id: verdict if code.id in codes else Verdict.ABSENT for code in BOOK.codes}
        said = said if codes else {"": Verdict.NOTHING_HERE}
        rows = [
            judged(
                Click(
                    passage_id=passage.passage_id,
                    codebook_id=BOOK.id,
                    codebook_version=answer.codebook_version,
                    code=code,
                    verdict=what,
                    person=answer.editor or person,
                ),
                None,
                answer.made_at,
                Setting(answer_id=answer.answer_id),
            )
            for code, what in said.items()
        ]
        with project.store.write() as connection:
            answers.append(connection, [answer])
            if answer.state is AnswerState.KEPT:
                judgements.append_many(connection, rows, passage)
        return answer

    return keep_one


def test_an_answer_is_a_coding_with_its_codes(project: Project, passages: tuple[Passage, ...], say: Say) -> None:
    say(passages[0], BOOK.codes[0].id, BOOK.codes[2].id)
    say(passages[1], person="ben")
    say(passages[2], BOOK.codes[1].id, verdict=Verdict.UNSURE)
    one, none, unsure = stored_codings(project, BOOK)
    assert (one.id, one.annotator, one.codes) == (
        passages[0].passage_id,
        "ann",
        {BOOK.codes[0].id, BOOK.codes[2].id},
    )
    assert one.document == passages[0].document_id
    assert (none.annotator, none.codes) == ("ben", frozenset())
    assert unsure.codes == {BOOK.codes[1].id}
    assert one.suggestion_shown is False
    assert one.accepted_codes is None


def test_what_was_shown_and_what_a_blind_coder_would_have_seen(
    project: Project, passages: tuple[Passage, ...], say: Say
) -> None:
    say(passages[0], BOOK.codes[0].id, shown_model_id=MODEL, task_key=TaskKey("t0"))
    say(passages[0], BOOK.codes[0].id, task_key=TaskKey("t1"))
    shown, blind = stored_codings(project, BOOK)
    assert (shown.suggestion_shown, shown.repeat, shown.model_id) == (True, 0, MODEL)
    assert (blind.suggestion_shown, blind.repeat, blind.model_id) == (False, 1, MODEL)
    assert shown.accepted_codes == blind.accepted_codes == {BOOK.codes[0].id}


def test_only_the_last_state_of_an_answer_counts(project: Project, passages: tuple[Passage, ...], say: Say) -> None:
    say(passages[0], BOOK.codes[0].id, key="7")
    say(passages[0], BOOK.codes[1].id, key="7")
    say(passages[1], key="8")
    say(passages[1], key="8", state=AnswerState.DELETED)
    say(passages[2], key="9")
    say(passages[2], key="9", state=AnswerState.SKIPPED)
    (found,) = stored_codings(project, BOOK)
    assert found.codes == {BOOK.codes[1].id}


@pytest.mark.parametrize("after", [AnswerState.QUARANTINED, AnswerState.TASK_GONE])
def test_what_still_stands_is_still_a_coding(
    project: Project, passages: tuple[Passage, ...], say: Say, after: AnswerState
) -> None:
    say(passages[0], BOOK.codes[0].id, key="7")
    say(passages[0], key="7", state=after)
    (found,) = stored_codings(project, BOOK)
    assert found.codes == {BOOK.codes[0].id}


def test_another_person_who_skips_takes_nothing_back(project: Project, passages: tuple[Passage, ...], say: Say) -> None:
    say(passages[0], BOOK.codes[0].id, key="7")
    say(passages[0], key="7", editor="eve", state=AnswerState.SKIPPED)
    (found,) = stored_codings(project, BOOK)
    assert found.annotator == "ann"


def test_after_an_edit_by_another_person_both_have_spoken(
    project: Project, passages: tuple[Passage, ...], say: Say
) -> None:
    say(passages[0], BOOK.codes[0].id, key="7", task_key=TaskKey("t0"))
    say(passages[0], BOOK.codes[1].id, key="7", task_key=TaskKey("t0"), editor="ben")
    say(passages[0], BOOK.codes[2].id, key="8", person="ben")
    ann, ben = sorted(stored_codings(project, BOOK), key=lambda one: one.annotator)
    assert (ann.annotator, ann.codes) == ("ann", {BOOK.codes[0].id})
    assert (ben.annotator, ben.codes) == ("ben", {BOOK.codes[2].id})


def test_one_answer_that_came_by_two_ways_is_one_coding_and_no_drift(
    project: Project, passages: tuple[Passage, ...], say: Say
) -> None:
    say(passages[0], BOOK.codes[0].id, place="exported files", task_key=TaskKey("t0"))
    say(passages[0], BOOK.codes[0].id, place="a server", task_key=TaskKey("t0"))
    say(passages[0], BOOK.codes[1].id, place="a server", task_key=TaskKey("t1"))
    first, second = stored_codings(project, BOOK)
    assert (first.repeat, second.repeat) == (0, 1)


def test_who_edited_an_answer_gave_it(project: Project, passages: tuple[Passage, ...], say: Say) -> None:
    say(passages[0], BOOK.codes[0].id, editor="eve")
    say(passages[1], BOOK.codes[0].id, key="7")
    say(passages[1], BOOK.codes[1].id, key="7", editor="eve")
    assert [one.annotator for one in stored_codings(project, BOOK)] == ["eve", "ann", "eve"]


def test_decisions_clicks_and_other_versions_are_no_codings(
    project: Project, passages: tuple[Passage, ...], say: Say
) -> None:
    say(passages[0], BOOK.codes[0].id, source=ADJUDICATION)
    say(passages[1], BOOK.codes[0].id, codebook_version="0.1.0")
    click = judged(
        Click(
            passage_id=passages[2].passage_id,
            codebook_id=BOOK.id,
            codebook_version=BOOK.version,
            code=BOOK.codes[0].id,
            verdict=Verdict.PRESENT,
            person="ann",
        ),
        None,
        NOON,
    )
    assert click.answer_id == NO_ANSWER
    with project.store.write() as connection:
        judgements.append(connection, click, passages[2])
    assert stored_codings(project, BOOK) == []


def test_attributes_of_the_codebook_go_with_the_answer(
    project: Project, passages: tuple[Passage, ...], say: Say
) -> None:
    answer = say(passages[0], BOOK.codes[0].id)
    base = AttributeJudgement(
        attribute_judgement_id=JudgementId("x1"),
        answer_id=answer.answer_id,
        passage_id=passages[0].passage_id,
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        name="status",
        value="planned",
        person="ann",
        made_at=NOON,
    )
    rows = [
        base,
        replace(base, attribute_judgement_id=JudgementId("x2"), name="note", value="to be looked at"),
        replace(base, attribute_judgement_id=JudgementId("x3"), name="area", value="Bury", char_start=0, char_end=4),
        replace(base, attribute_judgement_id=JudgementId("x4"), answer_id=AnswerId("other"), value="stopped"),
    ]
    with project.store.write() as connection:
        attribute_judgements.append(connection, rows)
    (found,) = stored_codings(project, BOOK)
    assert found.attributes == {"status": "planned"}


def test_a_coding_follows_its_passage_to_a_new_reading(
    project: Project, passages: tuple[Passage, ...], say: Say, synthetic_reading, reading_of
) -> None:
    say(passages[0], BOOK.codes[0].id)
    say(passages[1], BOOK.codes[0].id)
    item = synthetic_reading[0]
    newer = reading_of(item, [["Something new.", passages[0].text]], version="test-2")
    with project.store.write() as connection:
        readings.save(connection, item, newer)
    (found,) = stored_codings(project, BOOK)
    assert found.id == newer.passages[1].passage_id


def test_an_answer_that_is_silent_on_codes_is_no_whole_coding(
    project: Project, passages: tuple[Passage, ...], say: Say
) -> None:
    say(passages[0], BOOK.codes[0].id)
    answer = say(passages[1], BOOK.codes[0].id)
    with project.store.write() as connection:
        connection.exec_driver_sql(
            f"DELETE FROM judgement WHERE answer_id = '{answer.answer_id}' AND code = '{BOOK.codes[3].id}'"
        )
    (found,) = stored_codings(project, BOOK)
    assert found.id == passages[0].passage_id


def test_rows_carried_over_to_a_later_version_are_not_counted_again(
    project: Project, passages: tuple[Passage, ...], say: Say
) -> None:
    answer = say(passages[0], BOOK.codes[0].id)
    with project.store.write() as connection:
        row = judgements.of_passages(connection, [passages[0].passage_id])[0]
        carried = replace(
            row, judgement_id=JudgementId("carried"), codebook_version="9.0.0", code="new", verdict=Verdict.PRESENT
        )
        judgements.append(connection, carried, passages[0])
    (found,) = stored_codings(project, BOOK)
    assert found.codes == {BOOK.codes[0].id}
    assert answer.answer_id == row.answer_id
