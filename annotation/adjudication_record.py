"""What adjudicators do, in the store: each act is one transaction that reads the passage again before it adds rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from annotation.adjudication import (
    Case,
    Ruling,
    case_of,
    check_ruling,
    no_adjudicator,
    no_decision,
    no_locking,
    no_undoing,
    no_unlocking,
)
from annotation.adjudication_rows import (
    Act,
    answer_key,
    event,
    ruling_answer,
    ruling_attributes,
    ruling_judgements,
    withdrawal,
    withdrawal_answer,
)
from annotation.reviewing import MAX_NOTE, Shown
from careatlas.adjudication_event import AdjudicationAction
from careatlas.codebook import Codebook
from careatlas.errors import UsageError
from careatlas.identifiers import JudgementId
from careatlas.passage import Passage
from careatlas.store import adjudication_events, answers, attribute_judgements, judgements, passages
from careatlas.store.engine import Store
from careatlas.store.passage_hold import hold

_TICK = timedelta(microseconds=1)


def open_case(connection: Any, codebook: Codebook, passage_id: str) -> tuple[Passage, Case]:
    """Return a passage, by the identifier it has now, and what everybody said of it.

    Raises
    ------
    UsageError
        If there is no such passage, or a new reading lost it.
    """
    passage = passages.get(connection, passage_id)
    return passage, _case(connection, codebook, passage)


def decide(
    store: Store,
    act: Act,
    ruling: Ruling,
    *,
    seen: frozenset[JudgementId],
    shown: Shown | None = None,
    lock: bool = False,
) -> None:
    """Keep a decision.

    Parameters
    ----------
    seen : frozenset of JudgementId
        The judgements that the adjudicator saw (``Case.seen``).
    shown : Shown or None
        The suggestion that was on the adjudicator's screen.
    lock : bool
        Whether the passage is done with that.

    Raises
    ------
    UsageError
        If this person may not decide, the decision is none or lacks a reason, the passage is locked, or anything was
        said of it since it was looked at. Nothing is kept then.
    """
    with _desk(store, act) as desk:
        _refuse(no_decision(desk.case, act.person))
        _check_unchanged(desk.case, seen)
        check_ruling(desk.case, act.codebook, ruling)
        answer = ruling_answer(desk.act, desk.key(), desk.case, ruling, shown)
        answers.append(desk.connection, [answer])
        rows = ruling_judgements(desk.act, desk.case, ruling, shown, answer.answer_id)
        judgements.append_many(desk.connection, rows, desk.passage)
        values = ruling_attributes(desk.act, ruling.attributes, answer.answer_id)
        attribute_judgements.append(desk.connection, values)
        if lock:
            desk.keep(AdjudicationAction.LOCKED)


def undo(store: Store, act: Act) -> None:
    """Take a person's own decision back: rows are added that say so.

    Raises
    ------
    UsageError
        If there is no decision, it is somebody else's, or the passage is locked.
    """
    with _desk(store, act) as desk:
        _refuse(no_undoing(desk.case, act.person))
        answer = withdrawal_answer(desk.act, desk.key())
        answers.append(desk.connection, [answer])
        judgements.append(desk.connection, withdrawal(desk.act, desk.case, answer.answer_id), desk.passage)
        attribute_judgements.append(desk.connection, ruling_attributes(desk.act, {}, answer.answer_id))


def lock(store: Store, act: Act) -> None:
    """Say that a passage is done: no decision on it is taken or undone until it is unlocked.

    Raises
    ------
    UsageError
        If there is no decision yet, it is locked already, or this person coded the passage.
    """
    with _desk(store, act) as desk:
        _refuse(no_locking(desk.case, act.person))
        desk.keep(AdjudicationAction.LOCKED)


def unlock(store: Store, act: Act) -> None:
    """Open a passage again.

    Raises
    ------
    UsageError
        If it is not locked, or this person coded the passage.
    """
    with _desk(store, act) as desk:
        _refuse(no_unlocking(desk.case, act.person))
        desk.keep(AdjudicationAction.UNLOCKED)


def comment(store: Store, act: Act, words: str) -> None:
    """Keep a comment on a passage, locked or not.

    Raises
    ------
    UsageError
        If it is empty or too long, or this person coded the passage.
    """
    said = words.strip()
    if not 0 < len(said) <= MAX_NOTE:
        raise UsageError(f"a comment has between 1 and {MAX_NOTE:,} characters")
    with _desk(store, act) as desk:
        _refuse(no_adjudicator(desk.case.coders, act.person))
        desk.keep(AdjudicationAction.COMMENTED, said)


@dataclass(frozen=True, slots=True)
class _Desk:
    """A passage that nobody else can change until the transaction ends."""

    connection: Any
    passage: Passage
    case: Case
    act: Act

    def key(self) -> str:
        """Return the name of this person's answer, the one it had before a new reading if there is one."""
        mine = [one.answer_id for one in self.case.decisions if one.person == self.act.person]
        earlier = answers.of_ids(self.connection, mine).values()
        return next((one.key for one in earlier), answer_key(self.act))

    def keep(self, action: AdjudicationAction, note: str = "") -> None:
        """Add an event."""
        adjudication_events.append(self.connection, event(self.act, action, note))


@contextmanager
def _desk(store: Store, act: Act) -> Iterator[_Desk]:
    if act.made_at.tzinfo is None:
        raise UsageError("the time of a decision needs a time zone")
    with store.write() as connection:
        passage = passages.get(connection, act.passage_id)
        hold(connection, passage.passage_id)
        case = _case(connection, act.codebook, passage)
        # Of one person the latest counts: what is done now comes after all that was done, whatever a clock says.
        late = case.latest is not None and case.latest >= act.made_at
        now = case.latest + _TICK if late and case.latest else act.made_at
        yield _Desk(
            connection,
            passage,
            case,
            replace(act, passage_id=passage.passage_id, person=act.person.strip(), made_at=now),
        )


def _case(connection: Any, codebook: Codebook, passage: Passage) -> Case:
    ids = [passage.passage_id]
    rows = judgements.of_passages(connection, ids)
    return case_of(codebook, passage.passage_id, rows, adjudication_events.of_passages(connection, ids))


def _refuse(refused: UsageError | None) -> None:
    if refused is not None:
        raise refused


def _check_unchanged(case: Case, seen: frozenset[JudgementId]) -> None:
    if case.seen == seen:
        return
    who = f"{case.decision.person} decided" if case.decision else "somebody judged"
    raise UsageError(f"{who} on this passage while you looked at it", mend="look at it again, then decide")
