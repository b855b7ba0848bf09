"""The rows that an adjudicator's acts make: answers, judgements, attribute judgements, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from annotation.adjudication import Case, Ruling
from annotation.reviewing import Click, Setting, Shown, judged
from annotation.stored_codings import ADJUDICATION
from careatlas.adjudication_event import AdjudicationAction, AdjudicationEvent
from careatlas.answer import NO_TASK, Answer, AnswerState
from careatlas.codebook import Codebook
from careatlas.identifiers import AnswerId, Code, PassageId, answer_id, event_id, judgement_id
from careatlas.judgement import AttributeJudgement, Judgement, Origin, Verdict

PLACE = "app"
_NO_CODE = Code("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something to which passage, and when (with a time zone)."""

    codebook: Codebook
    passage_id: PassageId
    person: str
    made_at: datetime


def answer_key(act: Act) -> str:
    """Return what a person's decision on a passage is called; a later one is a further state of the same answer."""
    return " ".join((act.passage_id, act.codebook.id, act.person))


def ruling_answer(act: Act, key: str, case: Case, ruling: Ruling, shown: Shown | None) -> Answer:
    """Return a decision as an answer, with everything that leads to the answers it was taken between."""
    between = {one.person: sorted({row.answer_id for row in one.rows if row.answer_id}) for one in case.voices}
    content = {
        "codes": sorted(ruling.codes),
        "nothing": ruling.nothing,
        "attributes": {name: value for name, value in sorted(ruling.attributes.items()) if value},
        "reason": ruling.reason.strip(),
        "disputed": list(case.disputed),
        "between": between,
    }
    return replace(_answer(act, key, content), shown_model_id=shown.model_id if shown else None)


def withdrawal_answer(act: Act, key: str) -> Answer:
    """Return the state of an answer in which its decision is taken back."""
    return replace(_answer(act, key, {"undone": True}), state=AnswerState.DELETED)


def _answer(act: Act, key: str, content: Mapping[str, object]) -> Answer:
    return Answer(
        answer_id=answer_id(ADJUDICATION, PLACE, key, act.made_at.isoformat()),
        source=ADJUDICATION,
        place=PLACE,
        key=key,
        task_key=NO_TASK,
        passage_id=act.passage_id,
        codebook_id=act.codebook.id,
        codebook_version=act.codebook.version,
        person=act.person,
        made_at=act.made_at,
        seen_at=act.made_at,
        content=msgspec.json.encode(content).decode(),
        state=AnswerState.KEPT,
    )


def ruling_judgements(act: Act, case: Case, ruling: Ruling, shown: Shown | None, answer: AnswerId) -> list[Judgement]:
    """Return a decision as judgements: one for every code of the codebook, or one for "read, nothing here"."""
    if ruling.nothing:
        said = {_NO_CODE: Verdict.NOTHING_HERE}
    else:
        codes = [code.id for code in act.codebook.codes]
        said = {code: Verdict.PRESENT if code in ruling.codes else Verdict.ABSENT for code in codes}
    return [_judgement(act, case, code, verdict, shown, answer, ruling.reason) for code, verdict in said.items()]


def withdrawal(act: Act, case: Case, answer: AnswerId) -> Judgement:
    """Return the judgement by which nothing that a person decided on a passage stands any more."""
    row = _judgement(act, case, _NO_CODE, Verdict.NOTHING_HERE, None, answer, "")
    return replace(row, judgement_id=judgement_id(answer, Verdict.WITHDRAWN), verdict=Verdict.WITHDRAWN)


def _judgement(
    act: Act, case: Case, code: Code, verdict: Verdict, shown: Shown | None, answer: AnswerId, note: str
) -> Judgement:
    click = Click(
        passage_id=act.passage_id,
        codebook_id=act.codebook.id,
        codebook_version=act.codebook.version,
        code=code,
        verdict=verdict,
        person=act.person,
        note=note,
    )
    drawn_by, chance = drawing(case)
    setting = Setting(drawn_by=drawn_by, inclusion_probability=chance, answer_id=answer)
    return replace(judged(click, shown, act.made_at, setting), origin=Origin.ADJUDICATED)


def drawing(case: Case) -> tuple[str, float | None]:
    """Return the sample of a decision and the chance with which it drew the passage: those of the coders' rows.

    Where one sample drew them, estimates from that sample take the decision in place of the coders' rows; rows found by
    browsing beside it do not matter. Where they name several chances, or none, the decision has none.
    """
    rows = [row for one in case.voices for row in one.rows]
    drawn = {(row.drawn_by, row.inclusion_probability) for row in rows if row.inclusion_probability is not None}
    if len(drawn) == 1:
        return drawn.pop()
    names = {row.drawn_by for row in rows}
    return names.pop() if len(names) == 1 else ADJUDICATION, None


def ruling_attributes(act: Act, given: Mapping[str, str], answer: AnswerId) -> list[AttributeJudgement]:
    """Return a row for every attribute of the codebook; an empty value ends what an earlier decision gave."""
    return [
        AttributeJudgement(
            attribute_judgement_id=judgement_id(answer, one.name),
            answer_id=answer,
            passage_id=act.passage_id,
            codebook_id=act.codebook.id,
            codebook_version=act.codebook.version,
            name=one.name,
            value=given.get(one.name, ""),
            person=act.person,
            made_at=act.made_at,
        )
        for one in act.codebook.attributes
    ]


def event(act: Act, action: AdjudicationAction, note: str = "") -> AdjudicationEvent:
    """Return what an adjudicator did beside deciding."""
    return AdjudicationEvent(
        event_id=event_id(act.passage_id, act.codebook.id, act.person, action, act.made_at.isoformat()),
        passage_id=act.passage_id,
        codebook_id=act.codebook.id,
        codebook_version=act.codebook.version,
        person=act.person,
        made_at=act.made_at,
        action=action,
        note=note,
    )
