"""Adding documents: their bytes into the blobs, their facts into the store."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from careatlas.document_correcting import vintage_warning
from careatlas.errors import InputError
from careatlas.plain_text import for_store
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.register import Candidate, candidates
from careatlas.store import documents

_log = logging.getLogger("careatlas")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """How many documents were new or already there, and what could not be added, with the reason."""

    new: int
    known: int
    failed: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        failed = [{"path": path, "reason": reason} for path, reason in self.failed]
        return {"new": self.new, "already_there": self.known, "not_added": failed}


def add_documents(project: Project, paths: Sequence[Path], progress: Progress) -> AddReport:
    """Add every plan found under ``paths``; one that cannot be read is reported and the rest go on.

    Raises
    ------
    InputError
        If a path given by the user is not there or a register is wrong; nothing is added then.
    StoreError
        If the disk is full. What was added until then stays.
    """
    found = candidates(paths)
    progress.start("adding", len(found))
    outcomes: list[bool] = []
    failed: list[tuple[str, str]] = []
    for candidate in found:
        try:
            outcomes.append(_add(project, candidate))
        except InputError as error:
            reason = f"line {candidate.line} of the register: {error.what}" if candidate.line else error.what
            failed.append((str(candidate.path), reason))
            _log.warning("not added: %s: %s", candidate.path, reason)
        progress.advance(candidate.path.name)
    return AddReport(new=sum(outcomes), known=len(outcomes) - sum(outcomes), failed=tuple(failed))


def _add(project: Project, candidate: Candidate) -> bool:
    limit = project.settings.parse.max_bytes
    try:
        size = candidate.path.stat().st_size
        if size > limit:
            raise InputError(f"it has {size:,} bytes, more than parse.max_bytes = {limit:,}")
        data = candidate.path.read_bytes()
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}") from error
    facts = candidate.facts
    if warning := vintage_warning(facts.get("area_code", ""), facts.get("published", "")):
        _log.warning("%s: %s", candidate.path.name, warning)
    sha256 = project.blobs.put(data)
    with project.store.write() as connection:
        return documents.add(connection, candidate.document(sha256, len(data)), for_store(candidate.path))
