"""The run ledger's row: what ran, on which inputs, with which settings and code, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from careatlas.identifiers import RunId, Sha256, sha256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKey:
    """What decides whether a run would give the same again.

    Attributes
    ----------
    stage, subject : str
        The stage, and what it worked on (a document's identifier, or ``all``).
    inputs, config : Mapping
        Plain data: digests of the inputs, and the settings that bear on the result.
    code_version : str
        Version of the code that does the work.
    """

    stage: str
    subject: str
    inputs: Mapping[str, str]
    config: Mapping[str, object] = field(default_factory=dict)
    seed: int = 0
    code_version: str

    @property
    def fingerprint(self) -> Sha256:
        """Digest of everything in the key: equal keys, equal results."""
        parts = [self.stage, self.subject, self.inputs, self.config, self.seed, self.code_version]
        return sha256_of(msgspec.json.encode(parts, order="deterministic"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run as it ended. ``outcome`` is ``ok`` or the name of what went wrong; ``seconds`` is wall time."""

    run_id: RunId
    key: RunKey
    outcome: str
    reason: str
    started_at: datetime
    seconds: float
    counts: Mapping[str, float]

    def as_dict(self) -> dict[str, str | float]:
        """Return the row as plain data, as it is listed."""
        return {
            "started": self.started_at.isoformat(timespec="seconds"),
            "stage": self.key.stage,
            "subject": self.key.subject,
            "outcome": self.outcome,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
        }
