"""Judgements carried over from one version of a codebook to the next: which are, as what, and which are not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from careatlas.codebook_succession import CodeOrigin, Fate, Succession
from careatlas.identifiers import Code, JudgementId, judgement_id
from careatlas.judgement import Judgement, Verdict
from careatlas.store.judgements import current

MAX_NOTE = 2_000  # characters
_TICK = timedelta(microseconds=1)
_NO_CODE = Code("")
_NOTHING = "nothing here"  # in a note; no code has a space
_NOTE = re.compile(r"carried over from (\S+) (\d+\.\d+\.\d+) \(([^()]*)\)(?:: |$)")

_Said = Mapping[Code, tuple[Verdict, Judgement]]


class Passing(StrEnum):
    """What becomes of a judgement."""

    CARRIED = "carried"
    LOOK = "look"  # somebody has to look at the passage again
    ANEW = "anew"  # the same person has judged the passage with the new version since
    ASIDE = "aside"  # that a code is absent, which is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A judgement in force, what becomes of it, and why it needs another look if it does."""

    row: Judgement
    passing: Passing
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedFrom:
    """Where a carried judgement comes from; the code is empty for "nothing here"."""

    codebook_id: str
    version: str
    codes: frozenset[Code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """What comes of the judgements on one passage.

    Attributes
    ----------
    rows : tuple of Judgement
        To be added, with the new version.
    there : int
        How many more were added before and stand.
    withdrawn : tuple of Judgement
        To be added: they end what was carried over before and no longer follows from what people say.
    handovers : tuple of Handover
        One for each judgement in force with the old version.
    """

    rows: tuple[Judgement, ...]
    there: int
    withdrawn: tuple[Judgement, ...]
    handovers: tuple[Handover, ...]


def carried_from(row: Judgement) -> CarriedFrom | None:
    """Return where a judgement was carried over from; ``None`` if a person made it as it is."""
    found = _NOTE.match(row.note)
    if found is None:
        return None
    codes = {_NO_CODE if one == _NOTHING else Code(one) for one in found[3].split(", ")}
    return CarriedFrom(codebook_id=found[1], version=found[2], codes=frozenset(codes))


def left_behind(in_force: Iterable[Judgement], rows: Iterable[Judgement], version: str) -> list[Judgement]:
    """Return the judgements in force of other versions than this one that were carried over to no later version.

    Parameters
    ----------
    in_force, rows : iterable of Judgement
        Of one codebook and one passage; ``rows`` holds all there are.
    """
    gone = [(row.person, row.made_at, origin) for row in rows if (origin := carried_from(row))]
    return [
        row
        for row in in_force
        if row.codebook_version != version
        and not any(
            (person, origin.codebook_id, origin.version) == (row.person, row.codebook_id, row.codebook_version)
            and row.code in origin.codes
            and made_at >= row.made_at
            for person, made_at, origin in gone
        )
    ]


def succeeded(rows: Sequence[Judgement], plan: Succession, now: datetime) -> Succeeded:
    """Return what comes of the judgements on one passage.

    Parameters
    ----------
    rows : sequence of Judgement
        All of the passage, of whatever codebook and version.
    plan : Succession
    now : datetime
        With a time zone. New rows are made then, or just after the latest of ``rows`` where its clock was ahead.
    """
    ours = [row for row in rows if row.codebook_id in {plan.old.id, plan.new.id}]
    earlier = {row.judgement_id for row in ours if _is_new(row, plan) and _is_carried(row, plan)}
    in_force = current(row for row in ours if row.judgement_id not in earlier).values()
    made_at = max([now, *(row.made_at + _TICK for row in ours)])
    made: list[Judgement] = []
    handovers: list[Handover] = []
    for person in sorted({row.person for row in in_force}):
        old = {row.code: row for row in in_force if row.person == person and _is_old(row, plan)}
        anew = {row.code: row for row in in_force if row.person == person and _is_new(row, plan)}
        derived = _derived(old, plan)
        made += [
            _judgement(code, *one, plan, made_at + _TICK)
            for code, one in derived.items()
            if not _is_anew(code, one[1], anew)
        ]
        handovers += [_handover(row, derived, anew, plan) for row in old.values()]
    standing = _standing(ours, earlier, plan)
    alive = {row.judgement_id for row in current(ours).values()}
    there = {(row.person, row.code): row for row in standing if row.judgement_id in alive}
    fresh = [row for row in made if not _same(row, there.get((row.person, row.code)))]
    own = {row.person for row in in_force if _is_new(row, plan)}
    known = {row.judgement_id for row in ours}
    return Succeeded(
        rows=tuple(_unlike(row, known) for row in fresh),
        there=len(made) - len(fresh),
        withdrawn=tuple(_withdrawal(row, made_at) for row in standing if not _stands(row, made, own)),
        handovers=tuple(handovers),
    )


def _is_old(row: Judgement, plan: Succession) -> bool:
    return (row.codebook_id, row.codebook_version) == (plan.old.id, plan.old.version)


def _is_new(row: Judgement, plan: Succession) -> bool:
    return (row.codebook_id, row.codebook_version) == (plan.new.id, plan.new.version)


def _is_carried(row: Judgement, plan: Succession) -> bool:
    origin = carried_from(row)
    return origin is not None and (origin.codebook_id, origin.version) == (plan.old.id, plan.old.version)


# --- from old codes to new ones


def _derived(old: Mapping[Code, Judgement], plan: Succession) -> dict[Code, tuple[Verdict, list[Judgement]]]:
    """Return what follows for new codes from what one person says of old ones, each with the rows it follows from."""
    nothing = old.get(_NO_CODE)
    said = dict.fromkeys(plan.fates, (Verdict.ABSENT, nothing)) if nothing else {}
    said |= {code: (row.verdict, row) for code, row in old.items() if code}
    found = {code: one for code, origin in plan.origins.items() if (one := _verdict(origin, said))}
    if nothing and plan.same_nothing and len(found) == len(plan.origins):
        return {_NO_CODE: (Verdict.NOTHING_HERE, [nothing])}
    return found


def _verdict(origin: CodeOrigin, said: _Said) -> tuple[Verdict, list[Judgement]] | None:
    exact = [said.get(code) for code in origin.exact]
    present = [one[1] for one in exact if one and one[0] is Verdict.PRESENT]
    if present:
        return Verdict.PRESENT, present
    if origin.wider or origin.is_new:
        return None
    known = [one for one in (*exact, *(said.get(code) for code in origin.wholes)) if one]
    wholes = [said[code][0] for code in origin.wholes if code in said]
    # A part of what is absent is absent; a part of what is present may be there or not.
    if len(known) < len(origin.exact) + len(origin.wholes) or any(one is not Verdict.ABSENT for one in wholes):
        return None
    unsure = any(verdict is Verdict.UNSURE for verdict, _ in known)
    return (Verdict.UNSURE if unsure else Verdict.ABSENT), [row for _, row in known]


def _is_anew(code: Code, sources: Iterable[Judgement], anew: Mapping[Code, Judgement]) -> bool:
    since = max(row.made_at for row in sources)
    return any(row.made_at >= since and (not code or row.code in {code, _NO_CODE}) for row in anew.values())


def _judgement(
    code: Code, verdict: Verdict, sources: Sequence[Judgement], plan: Succession, made_at: datetime
) -> Judgement:
    base = max(sources, key=lambda row: (row.made_at, row.judgement_id))
    old = sorted({row.code or _NOTHING for row in sources})
    notes = dict.fromkeys(_own_note(row) for row in sources if _own_note(row))
    note = f"carried over from {plan.old.id} {plan.old.version} ({', '.join(old)})"
    alone = len(sources) == 1 and base.verdict is verdict
    parts = [plan.new.id, plan.new.version, code, verdict, *sorted(row.judgement_id for row in sources)]
    return replace(
        base,
        judgement_id=judgement_id("carried", *parts),
        codebook_id=plan.new.id,
        codebook_version=plan.new.version,
        code=code,
        verdict=verdict,
        made_at=made_at,
        shown_probability=base.shown_probability if alone else None,
        note=": ".join([note, *(["; ".join(notes)] if notes else [])])[:MAX_NOTE],
    )


def _own_note(row: Judgement) -> str:
    """Return what the person noted, of a row that was itself carried over too."""
    found = _NOTE.match(row.note)
    return row.note[found.end() :] if found else row.note


def _standing(ours: Sequence[Judgement], earlier: Collection[JudgementId], plan: Succession) -> list[Judgement]:
    """Return what was carried over before and is in force among the rows of the new version."""
    found = current(row for row in ours if _is_new(row, plan)).values()
    return [row for row in found if row.judgement_id in earlier]


def _same(row: Judgement, other: Judgement | None) -> bool:
    return other is not None and replace(row, judgement_id=other.judgement_id, made_at=other.made_at) == other


def _unlike(row: Judgement, known: Collection[JudgementId]) -> Judgement:
    """Return a row with an identifier that none has: the same may have been carried over, ended, and follow again."""
    if row.judgement_id not in known:
        return row
    return replace(row, judgement_id=judgement_id(row.judgement_id, row.made_at.isoformat()))


def _stands(row: Judgement, made: Iterable[Judgement], own: Collection[str]) -> bool:
    """Tell whether a row that was carried over before follows still, or something takes its place."""
    if any(one.person == row.person and one.code in {row.code, _NO_CODE} for one in made):
        return True
    # To withdraw "nothing here" is to withdraw everything: not where the person has judged by themselves since.
    return not row.code and row.person in own


def _withdrawal(row: Judgement, made_at: datetime) -> Judgement:
    return replace(
        row,
        judgement_id=judgement_id("withdrawn", row.judgement_id, made_at.isoformat()),
        verdict=Verdict.WITHDRAWN,
        made_at=made_at,
        shown_probability=None,
        seconds=None,
    )


# --- what becomes of each old judgement


def _handover(row: Judgement, derived: Collection[Code], anew: Mapping[Code, Judgement], plan: Succession) -> Handover:
    fate = plan.fates.get(row.code)
    targets = fate.targets if fate else ()
    if not row.code and _NO_CODE not in derived:
        targets = tuple(code for code in plan.origins if code not in derived or not plan.same_nothing)
    if anew and all(_is_anew(code, [row], anew) for code in targets or (_NO_CODE,)):
        return Handover(row=row, passing=Passing.ANEW)
    why = _why_not(row, derived, plan)
    if why:
        return Handover(row=row, passing=Passing.LOOK, why=why)
    aside = fate is not None and fate.fate is Fate.REMOVED
    return Handover(row=row, passing=Passing.ASIDE if aside else Passing.CARRIED)


def _why_not(row: Judgement, derived: Collection[Code], plan: Succession) -> str:
    """Return why a judgement needs another look, empty if it does not."""
    if _NO_CODE in derived:
        return ""
    if not row.code:
        unsaid = ", ".join(code for code in plan.origins if code not in derived)
        return f'"nothing here" says nothing of {unsaid}' if unsaid else '"nothing here" is defined otherwise'
    fate = plan.fates.get(row.code)
    if fate is None:
        return f"{plan.old.id} {plan.old.version} has no such code"
    absent = row.verdict is Verdict.ABSENT
    match fate.fate:
        case Fate.CHANGED:
            return f"changed: {', '.join(fate.changed)}"
        case Fate.REMOVED:
            return "" if absent else "the code is gone"
        case Fate.SPLIT if not absent:
            return f"split into {', '.join(fate.targets)}"
    missing = ", ".join(code for code in fate.targets if code not in derived)
    return f"not enough is known of {missing}" if missing else ""
