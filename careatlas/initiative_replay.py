"""What stands after people's events: a pure replay of them over what the machine proposes now.

The same proposals, events and standing give the same result, whatever the order of the proposals. No evidence is lost
or doubled: each stands in one initiative, or is named in the trace of the one that let it go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from careatlas.errors import InputError
from careatlas.evidence_standing import EvidenceStanding
from careatlas.identifiers import EvidenceId, InitiativeId, initiative_id
from careatlas.initiative import Evidence, Initiative
from careatlas.initiative_event import InitiativeAction, InitiativeEvent
from careatlas.initiative_fields import FIELDS, plain_fields, typed_fields
from careatlas.initiative_state import InitiativeState, shown
from careatlas.reviewed_initiative import Provenance, Replay, ReviewedInitiative, StatusOn, Vanished

__all__ = ["Provenance", "Replay", "ReviewedInitiative", "StatusOn", "Vanished", "events_in_force", "replayed"]


def replayed(proposals: Iterable[Initiative], events: Sequence[InitiativeEvent], standing: EvidenceStanding) -> Replay:
    """Return what stands after all events.

    Parameters
    ----------
    proposals : iterable of Initiative
        As the last build made them, in any order.
    events : sequence of InitiativeEvent
        In the order in which they came.
    standing : EvidenceStanding
        What became of evidence since it was read.

    Notes
    -----
    What an event is about is found by its identifier, else by its evidence: a build may name an initiative otherwise.
    Evidence that a person confirmed or edited an initiative on stays with it although the machine proposes it no more.
    What people say of passages comes last: evidence that they rejected falls, and with it what was confirmed on it.
    """
    table = _Table.of(proposals, standing)
    force, unapplied = events_in_force(events)
    for event in force:
        if event.action is InitiativeAction.UNDONE:
            continue
        try:
            why = _ACTS[event.action](table, event)
        except (InputError, msgspec.ValidationError, KeyError) as error:
            why = f"its content cannot be read: {error}"
        if why:
            unapplied[event.event_id] = why
    return table.result([(event, unapplied[event.event_id]) for event in events if event.event_id in unapplied])


def events_in_force(events: Sequence[InitiativeEvent]) -> tuple[list[InitiativeEvent], dict[str, str]]:
    """Return the events that were not undone, and why an undoing finds nothing to undo, by its identifier."""
    place = {event.event_id: number for number, event in enumerate(events)}
    undone: set[str] = set()
    force, astray = [], {}
    for number in range(len(events) - 1, -1, -1):  # from the last: whether an undoing stands is known before its aim
        event = events[number]
        if event.event_id in undone:
            continue
        force.append(event)
        if event.action is InitiativeAction.UNDONE:
            aim = str(event.content.get("event", ""))
            if place.get(aim, number) >= number:
                astray[event.event_id] = f"there is no earlier event {aim!r} to undo"
            undone.add(aim)
    return force[::-1], astray


class _Other(msgspec.Struct):
    """What an event of merging says of an initiative that became part of another."""

    initiative_id: str
    evidence: tuple[str, ...]


@dataclass(slots=True)
class _Table:
    """All initiatives during a replay, and where each piece of evidence is."""

    standing: EvidenceStanding
    states: dict[InitiativeId, InitiativeState] = field(default_factory=dict)
    owner: dict[EvidenceId, InitiativeId] = field(default_factory=dict)

    @classmethod
    def of(cls, proposals: Iterable[Initiative], standing: EvidenceStanding) -> _Table:
        table = cls(standing)
        for proposal in sorted(proposals, key=lambda one: one.initiative_id):
            # Two passages with the same words may have become one: it tells once.
            rows = tuple({row.evidence_id: row for row in map(standing.now, proposal.evidence)}.values())
            state = InitiativeState(initiative_id=proposal.initiative_id, evidence={})
            table.states[proposal.initiative_id] = state
            if table.take(state, rows) == len(rows):
                state.proposal = replace(proposal, evidence=rows) if rows != proposal.evidence else proposal
        return table

    def take(self, state: InitiativeState, evidence: Iterable[Evidence]) -> int:
        """Give an initiative the evidence that no other one has; return how much that was."""
        free = [one for one in evidence if one.evidence_id not in self.owner]
        for one in free:
            self.owner[one.evidence_id] = state.initiative_id
            state.evidence[one.evidence_id] = one
        return len(free)

    def move(self, evidence: Iterable[EvidenceId], old: InitiativeState, new: InitiativeState) -> None:
        """Give evidence of one initiative to another."""
        for name in tuple(evidence):
            new.evidence[name] = old.evidence.pop(name)
            self.owner[name] = new.initiative_id
            old.stood_on.discard(name)

    def names(self, evidence: Iterable[str]) -> list[EvidenceId]:
        """Return evidence by the names it has now."""
        return [self.standing.name_now(EvidenceId(one)) for one in evidence]

    def find(self, name: str, evidence: Iterable[str]) -> InitiativeState | None:
        """Return an initiative by its identifier, else the one that holds more of the evidence than any other."""
        named = self.states.get(InitiativeId(name))
        if named is not None and named.evidence:
            return named
        held = Counter(self.owner[one] for one in self.names(evidence) if one in self.owner).most_common(2)
        if not held or (len(held) == 2 and held[0][1] == held[1][1]):
            return None
        return self.states[held[0][0]]

    def target(self, event: InitiativeEvent) -> InitiativeState | None:
        """Return what an event is about."""
        return self.find(event.initiative_id, event.evidence)

    def revived(self, event: InitiativeEvent, kept: Iterable[Evidence]) -> InitiativeState | None:
        """Return what an event is about, made of the evidence kept with the event where nobody proposes it any more."""
        state = self.target(event)
        if state is not None:
            return state
        free = [one for one in kept if one.evidence_id not in self.owner]
        if not free:
            return None
        state = InitiativeState(initiative_id=event.initiative_id, evidence={})
        state = self.states.setdefault(event.initiative_id, state)  # one of which all evidence left keeps its trace
        self.take(state, free)
        state.trace.append("the machine proposes it no more; it is here because of what people said of it")
        return state

    def missing(self, event: InitiativeEvent) -> str:
        """Return why nothing was found that an event is about."""
        owners = {self.owner[one] for one in self.names(event.evidence) if one in self.owner}
        if owners:
            return f"its evidence is now spread over {len(owners)} initiatives: {', '.join(sorted(owners))}"
        return f"there is no initiative {event.initiative_id}, and none stands on its evidence"

    def result(self, unapplied: Sequence[tuple[InitiativeEvent, str]]) -> Replay:
        """Let fallen evidence go and return what stands."""
        stand, gone = [], []
        for state in self.states.values():
            before = dict(state.evidence)
            last = state.drop_fallen(self.standing)
            if state.evidence:
                stand.append(state.reviewed())
            else:
                gone.append(state.vanished(before, last))
        stand.sort(key=lambda one: (one.initiative.area_code, one.initiative.initiative_id))
        gone.sort(key=lambda one: one.initiative_id)
        return Replay(initiatives=tuple(stand), vanished=tuple(gone), unapplied=tuple(unapplied))


def kept_evidence(event: InitiativeEvent, standing: EvidenceStanding) -> list[Evidence]:
    """Return the evidence that an event keeps beside what it says, by the names it has now."""
    rows = msgspec.convert(event.content.get("kept", []), list[Evidence])
    return [standing.now(one) for one in rows]


def _fields(event: InitiativeEvent) -> dict[str, Any]:
    return typed_fields({name: value for name, value in event.content.items() if name in FIELDS})


def _confirm(table: _Table, event: InitiativeEvent) -> str:
    fields, kept = _fields(event), kept_evidence(event, table.standing)
    state = table.revived(event, kept)
    if state is None:
        return table.missing(event)
    table.take(state, kept)
    state.say(event, fields, is_edit=False)
    state.decide(event, Provenance.CONFIRMED, table.names(event.evidence))
    state.note(event, "confirmed")
    state.events.append(event)
    return ""


def _edit(table: _Table, event: InitiativeEvent) -> str:
    fields, kept = _fields(event), kept_evidence(event, table.standing)
    state = table.revived(event, kept)
    if state is None:
        return table.missing(event)
    table.take(state, kept)
    before = plain_fields(state.now())
    state.say(event, fields, is_edit=True)
    if state.provenance is not Provenance.REJECTED:  # only confirming ends that
        state.decide(event, Provenance.EDITED, table.names(event.evidence))
    after = plain_fields(state.now())
    changed = [f"{name} from {shown(before[name])} to {shown(after[name])}" for name in FIELDS if name in fields]
    state.note(event, f"edited {'; '.join(changed)}")
    state.events.append(event)
    return ""


def _reject(table: _Table, event: InitiativeEvent) -> str:
    state = table.revived(event, kept_evidence(event, table.standing))
    if state is None:
        return table.missing(event)
    state.decide(event, Provenance.REJECTED, ())
    state.note(event, "rejected")
    state.events.append(event)
    return ""


def _merge(table: _Table, event: InitiativeEvent) -> str:
    others = msgspec.convert(event.content["others"], list[_Other])
    state = table.target(event)
    if state is None:
        return table.missing(event)
    joined = 0
    for told in others:
        other = table.find(told.initiative_id, told.evidence)
        joined += other is not None
        if other is None or other is state:
            why = "is part of it already" if other else "was not found"
            state.note(event, f"merged {told.initiative_id}, which {why}")
            continue
        table.move(other.evidence, other, state)
        was = "" if other.provenance is Provenance.MACHINE else f", {other.provenance} by {other.person},"
        state.trace += [f"{other.initiative_id}: {line}" for line in other.trace]
        state.note(event, f"merged {other.initiative_id}{was} into it")
        state.events += other.events
        del table.states[other.initiative_id]
    if not joined:
        return "none of the initiatives that were merged into it was found"
    state.events.append(event)
    return ""


def _split(table: _Table, event: InitiativeEvent) -> str:
    state = table.target(event)
    if state is None:
        return table.missing(event)
    wanted = dict.fromkeys(table.names(msgspec.convert(event.content["evidence"], list[str])))
    leaving = [one for one in wanted if one in state.evidence]
    if not leaving:
        return "its evidence is no longer part of the initiative that it was split from"
    name = initiative_id("split", event.event_id)
    new = InitiativeState(initiative_id=name, evidence={})
    table.states[name] = new
    table.move(leaving, state, new)
    state.note(event, f"split {len(leaving)} passage{'s' * (len(leaving) > 1)} off, now {name}")
    new.note(event, f"split off {state.initiative_id}")
    for one in (state, new):
        one.events.append(event)
    return ""


_ACTS: Mapping[InitiativeAction, Callable[[_Table, InitiativeEvent], str]] = {
    InitiativeAction.CONFIRMED: _confirm,
    InitiativeAction.EDITED: _edit,
    InitiativeAction.REJECTED: _reject,
    InitiativeAction.MERGED: _merge,
    InitiativeAction.SPLIT: _split,
}
