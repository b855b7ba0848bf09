"""From an answer as the server holds it to the rows that are kept: the answer itself, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from annotation.answer_context import AnswerContext
from annotation.labelling_answer import AnswerError, ReadAnswer, Span, read_answer
from annotation.labelling_layout import NOTE
from annotation.labelling_task import TOP
from annotation.observed_answer import SOURCE, TICK, ObservedAnswer, dated, digest_of, people_of, state_digest
from annotation.reviewing import Click, Setting, Shown, judged, shown_of
from careatlas.answer import NO_PASSAGE, NO_TASK, Answer, AnswerState
from careatlas.errors import UsageError
from careatlas.identifiers import Code, ModelId, TaskKey, answer_id, judgement_id
from careatlas.judgement import AttributeJudgement, Judgement, Verdict
from careatlas.passage import Passage
from careatlas.sample import Assignment
from careatlas.store import answers, judgements, passages, suggestions
from careatlas.store.passage_hold import hold

_NO_CODE = Code("")
NOT_OUR_SCREEN = "answered while the screen was not ours"
_NO_SUGGESTION = "what the model said is not in the project any more, so that nobody can say what was agreed with"
_LATER = "it is dated after what the same person was seen to say before it"
NO_NOTE = (NOTE, "")  # said where nothing is said beside the codes, so that what was said before stands no more


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRows:
    """What is kept of one state of an answer.

    Attributes
    ----------
    passage : Passage or None
        The passage that it is about, as it is now; ``None`` where that is not known.
    """

    answer: Answer
    judgements: tuple[Judgement, ...] = ()
    attributes: tuple[AttributeJudgement, ...] = ()
    passage: Passage | None = None


def answer_rows(
    connection: Any, seen: ObservedAnswer, context: AnswerContext, place: str, last: Answer | None, now: datetime
) -> AnswerRows:
    """Return what is kept of an answer that was not seen in this state before, or could not be read then.

    Every code of the codebook gets a judgement: present or absent, or unsure for the ticked ones where the coder was
    not sure; a code that was not on the screen is not said to be absent. An answer that cannot be read is kept all the
    same, in quarantine.

    Parameters
    ----------
    place : str
        The project on the server.
    last : Answer or None
        The state of this answer that was seen before.
    now : datetime
        Our time.
    """
    asked = context.asked.get(TaskKey(seen.task_key))
    passage = _passage(connection, asked)
    if passage is not None:
        hold(connection, passage.passage_id)
    answer = _answer(seen, context, place, last, now)
    if asked is None or passage is None:
        why = "its passage is not in this project any more" if asked else "it belongs to no task that we sent"
        return AnswerRows(answer=_with(answer, AnswerState.QUARANTINED, why))
    shown_model = "" if asked.blind else seen.model_id
    answer = replace(
        answer,
        task_key=asked.task_key,
        passage_id=passage.passage_id,
        shown_model_id=ModelId(storable(shown_model)) if shown_model else None,
        reason=_joined(answer.reason, _about_people(answer, asked)),
    )
    if seen.skipped:
        return AnswerRows(answer=_with(answer, AnswerState.SKIPPED), passage=passage)
    try:
        said = _read(seen, context, asked, passage)
    except AnswerError as error:
        return AnswerRows(answer=_with(answer, AnswerState.QUARANTINED, error.what), passage=passage)
    answer = _in_order(connection, answer, last) if context.is_live else answer
    shown = _shown(connection, shown_model, passage)
    return AnswerRows(
        answer=answer if shown or not shown_model else _with(answer, answer.state, _NO_SUGGESTION),
        judgements=tuple(_judgements(answer, said, context, asked, shown)),
        attributes=tuple(_attributes(answer, said, seen.passage_text == passage.text)),
        passage=passage,
    )


def said_of_codes(
    answer: Answer, verdicts: Mapping[Code, Verdict], shown: Shown | None, setting: Setting
) -> list[Judgement]:
    """Return what an answer says of codes, beside what was on the screen."""
    return [
        judged(
            Click(
                passage_id=answer.passage_id,
                codebook_id=answer.codebook_id,
                codebook_version=answer.codebook_version,
                code=code,
                verdict=verdict,
                person=answer.editor or answer.person,
            ),
            shown,
            answer.made_at,
            setting,
        )
        for code, verdict in verdicts.items()
    ]


def said_beside(
    answer: Answer, name: str, value: str, start: int | None = None, end: int | None = None
) -> AttributeJudgement:
    """Return something that an answer says beside the codes."""
    person = answer.editor or answer.person
    return AttributeJudgement(
        attribute_judgement_id=judgement_id(answer.answer_id, person, name, value, str(start), str(end)),
        answer_id=answer.answer_id,
        passage_id=answer.passage_id,
        codebook_id=answer.codebook_id,
        codebook_version=answer.codebook_version,
        name=name,
        value=storable(value),
        person=person,
        made_at=answer.made_at,
        char_start=start,
        char_end=end,
    )


def is_same_state(seen: ObservedAnswer, last: Answer) -> bool:
    """Whether an answer is as it was when it was kept last."""
    return digest_of(last.content) == state_digest(seen.annotation)


def storable(text: str) -> str:
    """Return text that every store can hold: no half characters, and no zeros, which PostgreSQL refuses."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def _passage(connection: Any, asked: Assignment | None) -> Passage | None:
    try:
        return passages.get(connection, asked.passage_id) if asked else None
    except UsageError:
        return None


def _answer(seen: ObservedAnswer, context: AnswerContext, place: str, last: Answer | None, now: datetime) -> Answer:
    made_at, odd = dated(seen.updated_at, last.made_at if last else None, now)
    if last is not None and is_same_state(seen, last):
        odd = "it could not be read before"
    names = _names(last)
    edited = seen.updated_by not in (None, seen.completed_by)
    # With the state before it: a state that comes back after another one is a further state.
    before = last.answer_id if last else ""
    return Answer(
        answer_id=answer_id(SOURCE, place, seen.key, state_digest(seen.annotation), before),
        source=SOURCE,
        place=place,
        key=seen.key,
        task_key=TaskKey(storable(seen.task_key)) if seen.task_key else NO_TASK,
        passage_id=NO_PASSAGE,
        codebook_id=context.codebook.id,
        codebook_version=context.codebook.version,
        person=names.get(seen.completed_by) or storable(context.people.name(seen.completed_by)),
        editor=(names.get(seen.updated_by) or storable(context.people.name(seen.updated_by))) if edited else "",
        made_at=made_at,
        seen_at=now,
        seconds=seen.seconds,
        content=seen.content,
        state=AnswerState.KEPT,
        reason=odd if context.on_screen is None else _joined(odd, NOT_OUR_SCREEN),
    )


def _names(last: Answer | None) -> dict[int | None, str]:
    """Return the names under which people spoke through an answer: an account that is renamed stays who it was."""
    if last is None:
        return {}
    owner, editor = people_of(last.content)
    names = {editor: last.editor} if last.editor else {}
    names[owner] = last.person
    return {number: name for number, name in names.items() if number is not None}


def _in_order(connection: Any, answer: Answer, last: Answer | None) -> Answer:
    """Return an answer dated after what the person was seen to say before it.

    What is withdrawn, and what counts again by that, is dated by our clock and not by the server's. What could not be
    read before was seen before, too: only a withdrawal since then comes before it.
    """
    person = answer.editor or answer.person
    rows = judgements.of_passages(connection, [answer.passage_id])
    mine = [row for row in rows if row.codebook_id == answer.codebook_id and row.person == person]
    kept = answers.of_ids(connection, sorted({row.answer_id for row in mine if row.answer_id}))
    is_new = last is None or digest_of(last.content) != digest_of(answer.content)
    here = {
        one.answer_id for one in kept.values() if is_new and (one.source, one.place) == (answer.source, answer.place)
    }
    before = [row.made_at for row in mine if row.verdict is Verdict.WITHDRAWN or row.answer_id in here]
    if not before or answer.made_at > max(before) + TICK:  # what counts again stands a tick after its withdrawal
        return answer
    made_at = max(row.made_at for row in mine) + TICK
    return replace(answer, made_at=made_at, reason=_joined(answer.reason, _LATER))


def _about_people(answer: Answer, asked: Assignment) -> str:
    edited = f"changed by {answer.editor}, in whose name this is kept" if answer.editor else ""
    other = f"answered by {answer.person}, where {asked.coder} was asked" if answer.person != asked.coder else ""
    return _joined(other, edited)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _with(answer: Answer, state: AnswerState, reason: str = "") -> Answer:
    return replace(answer, state=state, reason=storable(_joined(reason, answer.reason)))


def _read(seen: ObservedAnswer, context: AnswerContext, asked: Assignment, passage: Passage) -> ReadAnswer:
    text = seen.passage_text
    if text is None or (text != passage.text and passage.passage_id == asked.passage_id):
        raise AnswerError("the words of the task were changed on the server: nobody knows what was read")
    return read_answer(seen.annotation, context.codebook, text)


def _shown(connection: Any, model_id: str, passage: Passage) -> Shown | None:
    if not model_id:
        return None
    found = suggestions.of_passages(connection, model_id, [passage.passage_id]).get(passage.passage_id)
    return shown_of(found, TOP) if found else None


def _judgements(
    answer: Answer, said: ReadAnswer, context: AnswerContext, asked: Assignment, shown: Shown | None
) -> list[Judgement]:
    ticked = Verdict.UNSURE if said.unsure else Verdict.PRESENT
    every = [code.id for code in context.codebook.codes]
    asked_for = [code for code in every if context.on_screen is None or code in context.on_screen | said.codes]
    verdicts = {code: ticked if code in said.codes else Verdict.ABSENT for code in asked_for}
    if said.nothing and asked_for == every:
        verdicts = {_NO_CODE: Verdict.NOTHING_HERE}
    setting = Setting(
        drawn_by=context.sample.sample_id,
        inclusion_probability=context.chances.get(asked.passage_id),
        seconds=answer.seconds,
        answer_id=answer.answer_id,
    )
    return said_of_codes(answer, verdicts, shown, setting)


def _attributes(answer: Answer, said: ReadAnswer, is_same_text: bool) -> list[AttributeJudgement]:
    given = [said_beside(answer, name, value) for name, value in said.attributes.items()]
    given += [_spanned(answer, span, is_same_text) for span in dict.fromkeys(said.spans)]
    given += [said_beside(answer, NOTE, said.note)] if said.note else []
    # Two of a kind may be the same words once nobody knows any more where each of them stood.
    return list({one.attribute_judgement_id: one for one in given or [said_beside(answer, *NO_NOTE)]}.values())


def _spanned(answer: Answer, span: Span, is_same_text: bool) -> AttributeJudgement:
    # After a new reading the words may stand elsewhere in the passage: then only the words are kept.
    start, end = (span.start, span.end) if is_same_text else (None, None)
    return said_beside(answer, span.label, span.text, start, end)
