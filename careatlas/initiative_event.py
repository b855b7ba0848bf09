"""What people do with proposed initiatives. Events are only ever added; what stands is their replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from careatlas.identifiers import EvidenceId, InitiativeId


class InitiativeAction(StrEnum):
    """What was done."""

    CONFIRMED = "confirmed"  # content: the fields as they were confirmed
    REJECTED = "rejected"
    EDITED = "edited"  # content: the fields that were changed, with their new values
    MERGED = "merged"  # content: "others", a list of {"initiative_id", "evidence"} that became part of this one
    SPLIT = "split"  # content: "evidence", the evidence that left; it is a new initiative, named after the event
    UNDONE = "undone"  # content: "event", the event that stands no more; an undone undoing stands again


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeEvent:
    """One thing that one person did to one initiative.

    Attributes
    ----------
    evidence : tuple of EvidenceId
        The initiative's evidence at that time. A later build may name the initiative otherwise: it is found again by
        what it stands on.
    content : Mapping
        Plain data, what it holds depends on the action.
    """

    event_id: str
    action: InitiativeAction
    initiative_id: InitiativeId
    evidence: tuple[EvidenceId, ...]
    person: str
    made_at: datetime
    content: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
