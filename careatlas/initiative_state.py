"""One initiative while events are replayed: its evidence, what people said of it, and what happened to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from careatlas.evidence_standing import EvidenceStanding, Refusal
from careatlas.identifiers import EvidenceId, InitiativeId
from careatlas.initiative import Evidence, Initiative, InitiativeStatus
from careatlas.initiative_event import InitiativeEvent
from careatlas.initiative_fields import plain_fields, with_fields
from careatlas.initiative_values import combined, in_order, initiative_of
from careatlas.reviewed_initiative import Provenance, ReviewedInitiative, StatusOn, Vanished


class _Said(NamedTuple):
    value: Any
    by: str  # who, and when
    is_edit: bool


@dataclass(slots=True, kw_only=True)
class InitiativeState:
    """An initiative between two events.

    Attributes
    ----------
    proposal : Initiative or None
        What the machine proposed; its values count as long as the evidence is the same.
    said : dict
        Fields as people confirmed or edited them.
    stood_on : set of EvidenceId
        The evidence that the person saw who last confirmed or edited it.
    """

    initiative_id: InitiativeId
    evidence: dict[EvidenceId, Evidence]
    proposal: Initiative | None = None
    said: dict[str, _Said] = field(default_factory=dict)
    provenance: Provenance = Provenance.MACHINE
    person: str = ""
    decided_at: datetime | None = None
    stood_on: set[EvidenceId] = field(default_factory=set)
    trace: list[str] = field(default_factory=list)
    events: list[InitiativeEvent] = field(default_factory=list)

    def values(self) -> Initiative:
        """Return the initiative as its evidence says it, without what people said.

        Raises
        ------
        ValueError
            If no evidence is left.
        """
        rows = in_order(self.evidence.values())
        same = self.proposal and {one.evidence_id for one in self.proposal.evidence} == set(self.evidence)
        return self.proposal if self.proposal and same else initiative_of(self.initiative_id, rows)

    def now(self) -> Initiative:
        """Return the initiative with what people said of it. Some evidence has to be left."""
        return with_fields(self.values(), self._fields())

    def note(self, event: InitiativeEvent, words: str) -> None:
        """Add a sentence on an event to the trace."""
        self.trace.append(f"{dated(event)}: {words}{f' ({event.note})' if event.note else ''}")

    def decide(self, event: InitiativeEvent, provenance: Provenance, stood_on: Iterable[EvidenceId]) -> None:
        """Let a person's word on the whole initiative stand."""
        self.provenance = provenance
        self.person, self.decided_at = event.person, event.made_at
        self.stood_on = set(stood_on)

    def say(self, event: InitiativeEvent, fields: Mapping[str, Any], *, is_edit: bool) -> None:
        """Let typed fields stand as a person gave them. Confirming an edit leaves it an edit."""
        for name, value in fields.items():
            known = self.said.get(name)
            if is_edit or known is None or known.value != value:
                self.said[name] = _Said(value, dated(event), is_edit)

    def drop_fallen(self, standing: EvidenceStanding) -> Refusal | None:
        """Let go of evidence that stands no more, and of what was confirmed on it; return the last refusal."""
        found = {name: standing.refusal(name, one.codes) for name, one in sorted(self.evidence.items())}
        fallen = {name: refusal for name, refusal in found.items() if refusal is not None}
        for name, refusal in fallen.items():
            del self.evidence[name]
            when = f" on {refusal.refused_at.date()}" if refusal.refused_at else ""
            self.trace.append(f"evidence {name} stands no more: {refusal.why}{when}")
            if refusal.person and name in self.stood_on and self.provenance in _VOUCHED:
                self._fall_back(f"{refusal.person} rejected evidence it stood on")
        self._drop_codes(standing)
        return max(fallen.values(), key=_when, default=None)

    def _drop_codes(self, standing: EvidenceStanding) -> None:
        """Let go of codes that people say are absent from evidence that stands for others."""
        for name, one in sorted(self.evidence.items()):
            left = standing.codes_left(name, one.codes)
            if left == one.codes:
                continue
            gone = (code for code in one.codes if code not in left)
            whys = dict.fromkeys(refusal.why for code in gone if (refusal := standing.refusal(name, (code,))))
            self.trace.append(f"evidence {name} stands for {shown(list(left))} alone: {'; '.join(whys)}")
            self.evidence[name] = replace(one, codes=left)
            self.proposal = None  # its codes are those of before

    def reviewed(self) -> ReviewedInitiative:
        """Return the initiative as it stands. Some evidence has to be left."""
        read = self.values()
        self._say_what_differs(read)
        now = with_fields(read, self._fields()) if self.said else read
        return ReviewedInitiative(
            initiative=now,
            provenance=self.provenance,
            person=self.person,
            decided_at=self.decided_at,
            history=_history(now.evidence),
            trace=tuple(self.trace),
            events=tuple(self.events),
        )

    def vanished(self, held: Mapping[EvidenceId, Evidence], last: Refusal | None) -> Vanished:
        """Return what is said of the initiative now that no evidence is left, from the evidence that it had."""
        title = self.said["title"].value if "title" in self.said else combined(held.values()).title if held else ""
        return Vanished(
            initiative_id=self.initiative_id,
            title=title,
            why=last.why if last else self.trace[-1] if self.trace else "it has no evidence",
            person=last.person if last else "",
            vanished_at=last.refused_at if last else None,
            evidence=tuple(sorted(held)),
            trace=tuple(self.trace),
            events=tuple(self.events),
        )

    def _fields(self) -> dict[str, Any]:
        return {name: one.value for name, one in self.said.items()}

    def _fall_back(self, why: str) -> None:
        self.trace.append(
            f"{why}: what {self.person} {self.provenance} stands no more until somebody confirms it again"
        )
        self.said = {name: one for name, one in self.said.items() if one.is_edit}
        self.provenance, self.person, self.decided_at = Provenance.MACHINE, "", None
        self.stood_on = set()

    def _say_what_differs(self, read: Initiative) -> None:
        confirmed = {name: one for name, one in self.said.items() if not one.is_edit}
        if not confirmed:
            return
        now, stands = plain_fields(read), plain_fields(with_fields(read, {k: v.value for k, v in confirmed.items()}))
        for name, one in confirmed.items():
            if now[name] != stands[name]:
                self.trace.append(
                    f"the documents are now read otherwise: {name} {shown(now[name])};"
                    f" {shown(stands[name])} stands ({one.by})"
                )


_VOUCHED = frozenset({Provenance.CONFIRMED, Provenance.EDITED})


def _when(refusal: Refusal) -> float:
    return refusal.refused_at.timestamp() if refusal.refused_at else -math.inf


def dated(event: InitiativeEvent) -> str:
    """Return who did something and on which day."""
    return f"{event.person}, {event.made_at.date()}"


def shown(value: Any) -> str:
    """Return the value of a plain field in words."""
    return ", ".join(value) if isinstance(value, list) else str(value) or "nothing"


def _history(evidence: Iterable[Evidence]) -> tuple[StatusOn, ...]:
    return tuple(
        StatusOn(said_on=one.said_on, status=one.status, evidence_id=one.evidence_id)
        for one in in_order(evidence)
        if one.status is not InitiativeStatus.UNCLEAR
    )
