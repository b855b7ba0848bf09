"""Adjudication: on which passages people differ, who may settle them, and when a decision needs a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from annotation.reviewing import MAX_NOTE
from careatlas.adjudication_event import AdjudicationEvent
from careatlas.codebook import Codebook
from careatlas.errors import UsageError
from careatlas.identifiers import NO_ANSWER, AnswerId, Code, CodebookId, JudgementId, PassageId
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.store.adjudication_events import locked
from careatlas.store.judgements import current, of_version


class Standing(StrEnum):
    """How far a disputed passage is."""

    OPEN = "open"
    DECIDED = "decided"
    LOCKED = "locked"  # done: no further decision until it is unlocked


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one coder says of a passage.

    Attributes
    ----------
    verdicts : Mapping
        By code; "read, nothing here" is an absent for every code. A code of which the coder said nothing is not there.
    nothing : bool
        Whether the coder said "read, nothing here".
    rows : tuple of Judgement
        In force.
    """

    person: str
    verdicts: Mapping[Code, Verdict]
    nothing: bool
    rows: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an adjudicator decided, in force.

    Attributes
    ----------
    codes : frozenset of Code
        Those that are present; empty for "read, nothing here".
    """

    person: str
    codes: frozenset[Code]
    made_at: datetime
    reason: str
    answer_id: AnswerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A passage as an adjudicator finds it, for one codebook at one version.

    Attributes
    ----------
    voices : tuple of Voice
        Of every coder with a judgement in force, in the order of their names.
    coders : frozenset of str
        Everybody who ever coded the passage with any version of the codebook: none of them may decide.
    disputed : tuple of Code
        The codes on which the voices differ, in the order of the codebook.
    decisions : tuple of Decision
        In force: one, unless a store was filled from elsewhere.
    seen : frozenset of JudgementId
        Every judgement there is, by which a later look tells whether anything was added.
    latest : datetime or None
        When the last of them, or the last event, was made.
    """

    passage_id: PassageId
    codebook_id: CodebookId
    codebook_version: str
    voices: tuple[Voice, ...]
    coders: frozenset[str]
    disputed: tuple[Code, ...]
    decisions: tuple[Decision, ...]
    locked: bool
    seen: frozenset[JudgementId]
    latest: datetime | None

    @property
    def decision(self) -> Decision | None:
        """The decision in force, the latest if there are several."""
        return max(self.decisions, key=lambda one: one.made_at, default=None)

    @property
    def standing(self) -> Standing:
        """How far the passage is."""
        if self.locked:
            return Standing.LOCKED
        return Standing.DECIDED if self.decisions else Standing.OPEN

    @property
    def coded_since(self) -> bool:
        """Whether a coder said something after the decision, which still prevails."""
        since = self.decision
        return since is not None and any(row.made_at > since.made_at for one in self.voices for row in one.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What an adjudicator wants to decide.

    Attributes
    ----------
    codes : frozenset of Code
        Those that are present; every other code of the codebook is absent.
    nothing : bool
        "Read, nothing here": then no code is.
    attributes : Mapping
        Values of the codebook's attributes, only those that are given.
    """

    codes: frozenset[Code]
    nothing: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def case_of(
    codebook: Codebook, passage_id: PassageId, rows: Iterable[Judgement], events: Iterable[AdjudicationEvent] = ()
) -> Case:
    """Return a passage as an adjudicator finds it.

    Parameters
    ----------
    rows : iterable of Judgement
        All judgements on the passage, superseded ones and those of other codebooks included.
    events : iterable of AdjudicationEvent
        All events of the passage, oldest first.
    """
    mine = [row for row in rows if row.codebook_id == codebook.id]
    acts = [one for one in events if one.codebook_id == codebook.id]
    coded = [row for row in mine if row.origin is not Origin.ADJUDICATED]
    voices = _voices(codebook, coded)
    return Case(
        passage_id=passage_id,
        codebook_id=codebook.id,
        codebook_version=codebook.version,
        voices=voices,
        coders=frozenset(row.person for row in coded),
        disputed=tuple(code.id for code in codebook.codes if _differ(voices, code.id)),
        decisions=_decisions(codebook, [row for row in mine if row.origin is Origin.ADJUDICATED]),
        locked=bool(locked(acts)),
        seen=frozenset(row.judgement_id for row in mine),
        latest=max([*(row.made_at for row in mine), *(one.made_at for one in acts)], default=None),
    )


def _voices(codebook: Codebook, rows: Iterable[Judgement]) -> tuple[Voice, ...]:
    said: dict[str, list[Judgement]] = {}
    for row in _in_force(codebook, rows):
        said.setdefault(row.person, []).append(row)
    return tuple(_voice(codebook, person, said[person]) for person in sorted(said))


def _in_force(codebook: Codebook, rows: Iterable[Judgement]) -> Iterable[Judgement]:
    return current(of_version(rows, codebook.id, codebook.version)).values()


def _voice(codebook: Codebook, person: str, rows: list[Judgement]) -> Voice:
    nothing = any(row.verdict is Verdict.NOTHING_HERE for row in rows)
    verdicts = {code.id: Verdict.ABSENT for code in codebook.codes} if nothing else {}
    verdicts |= {row.code: row.verdict for row in rows if row.code}
    return Voice(person=person, verdicts=verdicts, nothing=nothing, rows=tuple(rows))


def _differ(voices: Iterable[Voice], code: Code) -> bool:
    """Tell whether two or more spoke of a code and are not all sure of the same."""
    verdicts = [one.verdicts[code] for one in voices if code in one.verdicts]
    return len(verdicts) > 1 and (len(set(verdicts)) > 1 or Verdict.UNSURE in verdicts)


def _decisions(codebook: Codebook, rows: Iterable[Judgement]) -> tuple[Decision, ...]:
    said: dict[str, list[Judgement]] = {}
    for row in _in_force(codebook, rows):
        said.setdefault(row.person, []).append(row)
    return tuple(
        Decision(
            person=person,
            codes=frozenset(row.code for row in mine if row.verdict is Verdict.PRESENT),
            made_at=max(row.made_at for row in mine),
            reason=mine[0].note,
            answer_id=mine[0].answer_id or NO_ANSWER,
        )
        for person, mine in sorted(said.items())
    )


# --- who may do what: each returns why not, or None


def no_adjudicator(coders: Iterable[str], person: str) -> UsageError | None:
    """Say why a person may not adjudicate what these coded: nobody is named, or they are one of them."""
    if not person.strip():
        return UsageError("a decision needs a person", mend="start the app with --reviewer NAME, or log in")
    if person.strip().casefold() in {one.strip().casefold() for one in coders}:
        return UsageError(
            f"{person.strip()} coded this passage and cannot decide on it", mend="let somebody else adjudicate it"
        )
    return None


def no_decision(case: Case, person: str) -> UsageError | None:
    """Say why a person may not decide on a passage as it is now."""
    if refused := no_adjudicator(case.coders, person) or _is_locked(case):
        return refused
    others = [one.person for one in case.decisions if one.person != person.strip()]
    if others:
        return UsageError(f"{others[0]} decided on this passage", mend=f"{others[0]} can undo that decision")
    if not case.disputed:
        return UsageError("people do not differ on this passage: there is nothing to decide")
    return None


def no_undoing(case: Case, person: str) -> UsageError | None:
    """Say why a person may not take a decision back: only their own, and not once it is locked."""
    if not person.strip():
        return no_adjudicator(case.coders, person)
    if refused := _is_locked(case):
        return refused
    if not case.decisions:
        return UsageError("there is no decision to undo")
    if person.strip() not in {one.person for one in case.decisions}:
        return UsageError(f"only {case.decisions[0].person} can undo this decision")
    return None


def no_locking(case: Case, person: str) -> UsageError | None:
    """Say why a person may not lock a passage."""
    if refused := no_adjudicator(case.coders, person) or _is_locked(case):
        return refused
    return None if case.decisions else UsageError("there is no decision to lock", mend="decide first")


def no_unlocking(case: Case, person: str) -> UsageError | None:
    """Say why a person may not unlock a passage."""
    refused = no_adjudicator(case.coders, person)
    return refused if refused or case.locked else UsageError("this passage is not locked")


def _is_locked(case: Case) -> UsageError | None:
    return UsageError("this passage is done and locked", mend="unlock it first") if case.locked else None


# --- what may be decided


def check_ruling(case: Case, codebook: Codebook, ruling: Ruling) -> None:
    """Refuse a decision that is none, that names what the codebook has not, or that lacks a reason it needs.

    Raises
    ------
    UsageError
        If it must be refused.
    """
    if ruling.nothing == bool(ruling.codes):
        what = "codes and 'read, nothing here' exclude each other" if ruling.nothing else "nothing is decided yet"
        raise UsageError(what, mend="tick the codes that are there, or 'read, nothing here'")
    for code in sorted(ruling.codes):
        codebook.code(code)
    known = {one.name: one.values for one in codebook.attributes}
    for name, value in ruling.attributes.items():
        if value and value not in known.get(name, ()):
            raise UsageError(f"codebook {codebook.id} {codebook.version} has no {name} {value!r}")
    if len(ruling.reason.strip()) > MAX_NOTE:
        raise UsageError(f"a reason has {MAX_NOTE:,} characters at most")
    against = overruled(case, ruling)
    if against and not ruling.reason.strip():
        names = ", ".join(codebook.code(code).label for code in against)
        raise UsageError(f"a reason is needed: this goes against the coders on {names}", mend="say why")


def overruled(case: Case, ruling: Ruling) -> tuple[Code, ...]:
    """Return the codes on which a decision goes against most of the coders who are sure.

    To side with one of two coders who differ overrules no majority, and where nobody is sure nobody is overruled.
    """
    spoken = dict.fromkeys(code for one in case.voices for code in one.verdicts)
    return tuple(code for code in spoken if _against(case, code, present=code in ruling.codes))


def _against(case: Case, code: Code, *, present: bool) -> bool:
    most = majority(one.verdicts[code] for one in case.voices if code in one.verdicts)
    return most is not None and most is not (Verdict.PRESENT if present else Verdict.ABSENT)


def majority(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return what most of those who are sure say, ``None`` where they are even or nobody is sure."""
    votes = Counter(verdicts)
    ahead = votes[Verdict.PRESENT] - votes[Verdict.ABSENT]
    if not ahead:
        return None
    return Verdict.PRESENT if ahead > 0 else Verdict.ABSENT
