"""What happens around a decision: comments, and whether the passage is done. Decisions themselves are judgements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from careatlas.identifiers import CodebookId, PassageId


class AdjudicationAction(StrEnum):
    """What an adjudicator did."""

    COMMENTED = "commented"
    LOCKED = "locked"  # done: no further decision until it is unlocked
    UNLOCKED = "unlocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjudicationEvent:
    """One such act. Rows are only ever added; the latest lock or unlock of a passage counts."""

    event_id: str
    passage_id: PassageId
    codebook_id: CodebookId
    codebook_version: str
    person: str
    made_at: datetime
    action: AdjudicationAction
    note: str = ""
