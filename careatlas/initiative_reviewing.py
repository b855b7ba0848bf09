"""What people do with initiatives: each act is one event, checked against what stands before it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from careatlas.areas.area_register import area_register
from careatlas.codebook import Codebook
from careatlas.errors import InputError, UsageError
from careatlas.identifiers import EvidenceId, event_id, initiative_id
from careatlas.initiative import Initiative
from careatlas.initiative_event import InitiativeAction, InitiativeEvent
from careatlas.initiative_fields import plain_fields, typed_fields
from careatlas.initiative_replay import events_in_force, replayed
from careatlas.initiatives_now import replay_source
from careatlas.reviewed_initiative import Replay, ReviewedInitiative
from careatlas.store import initiative_events
from careatlas.store.engine import Store
from careatlas.store.passage_hold import hold

MAX_NOTE = 2_000  # characters
_LOOK_AGAIN = "look at it again, then decide"


def confirmed(one: ReviewedInitiative, person: str, now: datetime, *, note: str = "") -> InitiativeEvent:
    """Return the event that a person confirms an initiative as it is shown."""
    content = {**plain_fields(one.initiative), "kept": _kept(one.initiative)}
    return _event(InitiativeAction.CONFIRMED, one, person, now, content, note)


def rejected(one: ReviewedInitiative, person: str, now: datetime, *, note: str = "") -> InitiativeEvent:
    """Return the event that a person says that this is no initiative."""
    return _event(InitiativeAction.REJECTED, one, person, now, {"kept": _kept(one.initiative)}, note)


def edited(
    one: ReviewedInitiative, fields: Mapping[str, Any], person: str, now: datetime, *, note: str = ""
) -> InitiativeEvent:
    """Return the event that a person corrects fields.

    Parameters
    ----------
    fields : Mapping
        Plain data, as :func:`careatlas.initiative_fields.plain_fields` gives it; what is as it was is left out. With
        the code of another area goes its name, if none is given.

    Raises
    ------
    InputError
        If a value is none that its field can have.
    UsageError
        If nothing is changed, or the register has no such area.
    """
    before = plain_fields(one.initiative)
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
    if "area_code" in fields and fields["area_code"] != before["area_code"]:
        fields = {"area_name": _area_name(fields["area_code"]), **fields}
    typed_fields({**before, **fields})  # together: an end before a start that stays is wrong too
    changed = {name: value for name, value in fields.items() if value != before[name]}
    if not changed:
        raise UsageError("nothing was changed")
    if not changed.get("title", "-").strip() or not changed.get("codes", ["-"]):
        raise InputError("an initiative needs a title and a code", mend="reject it if it is none")
    return _event(InitiativeAction.EDITED, one, person, now, {**changed, "kept": _kept(one.initiative)}, note)


def merged(
    into: ReviewedInitiative,
    others: Sequence[ReviewedInitiative],
    person: str,
    now: datetime,
    *,
    across_areas: bool = False,
    note: str = "",
) -> InitiativeEvent:
    """Return the event that a person says that several are one initiative.

    Parameters
    ----------
    across_areas : bool
        Whether the person knows that they are of different areas; otherwise such a merger is refused.
    """
    told = [{"initiative_id": one.initiative.initiative_id, "evidence": list(_evidence(one))} for one in others]
    content = {"others": told, **({"across_areas": True} if across_areas else {})}
    return _event(InitiativeAction.MERGED, into, person, now, content, note)


def split(
    one: ReviewedInitiative, evidence_ids: Iterable[EvidenceId], person: str, now: datetime, *, note: str = ""
) -> InitiativeEvent:
    """Return the event that a person says that some evidence is of another initiative."""
    content = {"evidence": sorted(set(evidence_ids))}
    return _event(InitiativeAction.SPLIT, one, person, now, content, note)


def undone(
    event: InitiativeEvent, one: ReviewedInitiative | None, person: str, now: datetime, *, note: str = ""
) -> InitiativeEvent:
    """Return the event that an earlier one stands no more; undoing an undoing makes what it took back stand again.

    Parameters
    ----------
    one : ReviewedInitiative or None
        The initiative on whose page that is said; ``None`` where there is none any more.
    """
    evidence = _evidence(one) if one else event.evidence
    name = one.initiative.initiative_id if one else event.initiative_id
    return InitiativeEvent(
        event_id=event_id(InitiativeAction.UNDONE, event.event_id, person, now.isoformat()),
        action=InitiativeAction.UNDONE,
        initiative_id=name,
        evidence=evidence,
        person=person.strip(),
        made_at=now,
        content={"event": event.event_id},
        note=note.strip(),
    )


def kept(store: Store, codebook: Codebook, event: InitiativeEvent) -> Replay:
    """Keep an event, if what it is about stands as it was shown; return what stands now.

    Raises
    ------
    UsageError
        If no person is named, the initiative is not there or changed since it was shown, a merger is of one initiative
        or crosses areas without saying so, a split takes all evidence or none, a new code is none of the codebook, or
        there is nothing to undo. Nothing is kept then.
    """
    _check_form(event)
    with store.write() as connection:
        hold(connection, f"initiatives {codebook.id}")  # what two people see stays true until one of them is done
        proposals, events, standing = replay_source(connection, codebook)
        _check(replayed(proposals, events, standing), event, events, codebook)
        initiative_events.append(connection, codebook.id, event)
        return replayed(proposals, [*events, event], standing)


def _check_form(event: InitiativeEvent) -> None:
    if not event.person.strip():
        raise UsageError("what is done to an initiative needs a person", mend="say who you are")
    if event.made_at.tzinfo is None:
        raise UsageError("the time of an event needs a time zone")
    if len(event.note) > MAX_NOTE:
        raise UsageError(f"a note has at most {MAX_NOTE:,} characters")


def _check(now: Replay, event: InitiativeEvent, events: Sequence[InitiativeEvent], codebook: Codebook) -> None:
    if event.action is InitiativeAction.UNDONE:
        _check_undoing(event, events)
        return
    there = {one.initiative.initiative_id: one for one in now.initiatives}
    one = _unchanged(there, event.initiative_id, event.evidence)
    if event.action is InitiativeAction.CONFIRMED:
        _check_confirming(one, event)
    if event.action is InitiativeAction.EDITED:
        _check_editing(one, event, codebook)
    if event.action is InitiativeAction.MERGED:
        _check_merging(there, one, event)
    if event.action is InitiativeAction.SPLIT:
        _check_splitting(one, event.content["evidence"])


def _unchanged(there: Mapping[Any, ReviewedInitiative], name: str, evidence: Iterable[str]) -> ReviewedInitiative:
    one = there.get(name)
    if one is None:
        raise UsageError(
            f"there is no initiative {name!r} any more", mend="it was merged, rebuilt or lost its evidence"
        )
    if _evidence(one) != tuple(evidence):
        raise UsageError(f"the evidence of {name} changed while you looked at it", mend=_LOOK_AGAIN)
    return one


def _check_confirming(one: ReviewedInitiative, event: InitiativeEvent) -> None:
    differs = [name for name, value in plain_fields(one.initiative).items() if event.content.get(name) != value]
    if differs:
        raise UsageError(f"it changed while you looked at it: {', '.join(differs)}", mend=_LOOK_AGAIN)


def _check_editing(one: ReviewedInitiative, event: InitiativeEvent, codebook: Codebook) -> None:
    for code in event.content.get("codes", ()):
        if code not in one.initiative.codes:  # those it has may come from an earlier version
            codebook.code(code)
    known = [value for each in codebook.attributes if each.name == "setting" for value in each.values]
    setting = event.content.get("setting", "")
    if setting and known and setting not in known:
        book = f"codebook {codebook.id} {codebook.version}"
        raise UsageError(f"{book} has no setting {setting!r}", mend=f"one of: {', '.join(known)}")


def _check_merging(there: Mapping[Any, ReviewedInitiative], into: ReviewedInitiative, event: InitiativeEvent) -> None:
    others = [_unchanged(there, told["initiative_id"], told["evidence"]) for told in event.content["others"]]
    names = [one.initiative.initiative_id for one in (into, *others)]
    if not others or len(set(names)) < len(names):
        raise UsageError("a merger needs two different initiatives or more")
    areas = sorted({one.initiative.area_name or one.initiative.area_code or "no area" for one in (into, *others)})
    codes = {one.initiative.area_code or one.initiative.area_name for one in (into, *others)}
    if len(codes) > 1 and not event.content.get("across_areas"):
        raise UsageError(
            f"they are of different areas: {', '.join(areas)}",
            mend="say so if they are one all the same (--across-areas)",
        )


def _check_splitting(one: ReviewedInitiative, leaving: Sequence[str]) -> None:
    held = set(_evidence(one))
    strange = [name for name in leaving if name not in held]
    if strange:
        raise UsageError(f"this is no evidence of the initiative: {', '.join(strange)}")
    if not leaving or len(set(leaving)) == len(held):
        raise UsageError("a split takes some of the evidence, not all and not none of it")


def _check_undoing(event: InitiativeEvent, events: Sequence[InitiativeEvent]) -> None:
    aim = event.content["event"]
    known = {one.event_id: one for one in events}
    if aim not in known:
        raise UsageError(f"there is no event {aim!r} to undo")
    force = events_in_force(events)[0]
    if aim not in {one.event_id for one in force}:
        raise UsageError("it is undone already", mend=_LOOK_AGAIN)
    acts = [one for one in force if one.action is not InitiativeAction.UNDONE]
    # What was said of a part would else be said of the whole, and of the whole of one of its parts.
    name = initiative_id("split", aim)
    later = [one for one in acts if one.initiative_id == name]
    what = f"{name}, which was split off by it,"
    if known[aim].action is InitiativeAction.MERGED:
        later, what = _said_since(known[aim], events, acts), "what was merged by it"
    if later:
        raise UsageError(f"{what} was {later[-1].action} by {later[-1].person} since", mend="undo that first")


def _said_since(
    merger: InitiativeEvent, events: Sequence[InitiativeEvent], acts: Sequence[InitiativeEvent]
) -> list[InitiativeEvent]:
    """Return the acts after a merger on initiatives that held evidence which it brought in."""
    brought = {name for told in merger.content["others"] for name in told["evidence"]}
    since = {one.event_id for one in events[events.index(merger) + 1 :]}
    return [one for one in acts if one.event_id in since and brought.intersection(one.evidence)]


def _area_name(code: Any) -> str:
    """Return the name of the area of a code, empty for no code; the register refuses what it does not know."""
    return area_register().get(str(code)).name if code else ""


def _event(
    action: InitiativeAction,
    one: ReviewedInitiative,
    person: str,
    now: datetime,
    content: Mapping[str, Any],
    note: str,
) -> InitiativeEvent:
    name = one.initiative.initiative_id
    packed = msgspec.json.encode(content, order="sorted")
    return InitiativeEvent(
        event_id=event_id(action, name, person, now.isoformat(), packed.decode()),
        action=action,
        initiative_id=name,
        evidence=_evidence(one),
        person=person.strip(),
        made_at=now,
        content=msgspec.json.decode(packed),  # as the store will give it back
        note=note.strip(),
    )


def _evidence(one: ReviewedInitiative) -> tuple[EvidenceId, ...]:
    return tuple(part.evidence_id for part in one.initiative.evidence)


def _kept(item: Initiative) -> list[Any]:
    plain: list[Any] = msgspec.to_builtins(list(item.evidence))
    return plain
