"""The describing stage: what each document is, and which documents and passages are copies."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from careatlas.areas.package_tables import tables_digest
from careatlas.document import Document
from careatlas.document_fact import DocumentFact, FactName, KnownFact
from careatlas.errors import CareAtlasError
from careatlas.identifiers import AreaCode, DocumentId, sha256_of
from careatlas.ledger import RunKey
from careatlas.passage import PassageKind
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.stage import StageReport
from careatlas.store import document_facts as fact_store
from careatlas.store import documents, passages, runs
from careatlas.store import near_copies as copy_store
from nlp.document_facts import FACTS_VERSION, ReadDocument, document_facts
from nlp.file_metadata import file_metadata
from nlp.limits import Limits
from nlp.near_copies import COPIES_VERSION, ComparedDocument, near_copies

STAGE_NAME = "describe"
FAILED = "failed"  # the outcome of a document that could not be described
COPIES = "copies"  # the subject of the ledger row that is about all documents
_EVERY_KIND = tuple(PassageKind)
_EVIDENCE_KINDS = tuple(kind for kind in PassageKind if kind.is_evidence)
_SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What became of one document; with an ``error`` there are no facts."""

    item: Document
    seconds: float
    facts: tuple[DocumentFact, ...] = ()
    error: str = ""


def describe_stage(project: Project, progress: Progress, *, again: bool = False) -> StageReport:
    """Propose facts of every document that was read anew, and look for copies if documents or their facts changed.

    A document's proposals are kept in one transaction with its ledger row. One that cannot be described is a row with
    its error. What people and registers say of documents is never touched.

    Parameters
    ----------
    again : bool
        Whether to try once more what failed.
    """
    started = time.monotonic()
    with project.store.read() as connection:
        read = [one for one in documents.listed(connection) if one.page_count]
        parsed = runs.latest(connection, "parse")
        last = runs.latest(connection, STAGE_NAME)
    keys = {one.document_id: run_key(one, parsed) for one in read}
    retried = (FAILED,) if again else ()
    todo = [one for one in read if runs.waiting(last, keys[one.document_id], again=retried)]
    progress.start("describing", len(todo))
    problems, counts = [], {"proposals": 0}
    for done in described(project, todo):
        _keep(project, keys[done.item.document_id], done)
        counts["proposals"] += len(done.facts)
        problems += [f"{done.item.name}: {FAILED}: {done.error}"] if done.error else []
        progress.advance(done.item.name)
    found = mark_copies(project, read, parsed, last)
    return StageReport(
        stage=STAGE_NAME,
        done=len(todo) - len(problems),
        unchanged=len(read) - len(todo),
        failed=len(problems),
        seconds=time.monotonic() - started,
        counts={**(counts if todo else {}), **found},
        problems=tuple(problems[:_SHOWN_PROBLEMS]),
    )


def run_key(item: Document, parsed: Mapping[str, runs.LastRun]) -> RunKey:
    """Return what decides whether a document must be described again."""
    areas = tables_digest()  # of other areas, other ones are proposed
    inputs = {"reading": _reading(item, parsed), "name": item.name, "title": item.title, "areas": areas}
    code = f"{FACTS_VERSION}, spacy {version('spacy')}"
    return RunKey(stage=STAGE_NAME, subject=item.document_id, inputs=inputs, code_version=code)


def described(project: Project, todo: Sequence[Document]) -> Iterator[Described]:
    """Describe documents one after the other; the files are opened in workers, never in this process."""
    limits = Limits.of(project.settings.parse)
    for item in todo:
        started = time.monotonic()
        facts: tuple[DocumentFact, ...] = ()
        error = ""
        try:
            metadata = file_metadata(project.blobs.path(item.sha256), limits)
            which = passages.PassageFilter(document_id=item.document_id, kinds=_EVERY_KIND)
            with project.store.read() as connection:
                found = list(passages.stream(connection, which))
            facts = document_facts(ReadDocument(item=item, passages=found, metadata=metadata))
        except CareAtlasError:
            raise  # the store
        except Exception as failure:  # noqa: BLE001  the failure of one document is its row, never the end of the run
            error = f"{type(failure).__name__}: {failure}"
        yield Described(item=item, facts=facts, error=error, seconds=time.monotonic() - started)


def mark_copies(
    project: Project,
    read: Sequence[Document],
    parsed: Mapping[str, runs.LastRun],
    last: Mapping[str, runs.LastRun],
) -> dict[str, int]:
    """Find copies among all documents and keep them in place of those known, unless nothing has changed.

    Returns
    -------
    dict of str to int
        How many there are; empty if nothing was done.
    """
    started = time.monotonic()
    with project.store.read() as connection:
        known = fact_store.known(connection)
    rows = [(one.document_id, _reading(one, parsed), *_area_and_date(known, one.document_id)) for one in read]
    digest = sha256_of("\n".join("\t".join(row) for row in sorted(rows)).encode())
    key = RunKey(stage=STAGE_NAME, subject=COPIES, inputs={"documents": digest}, code_version=COPIES_VERSION)
    if not runs.waiting(last, key):
        return {}
    with project.store.read() as connection:
        compared = [_compared(connection, one.document_id, known) for one in read]
    copies, shared = near_copies(compared)
    counts = {"copies of documents": len(copies), "passages several areas share": len(shared)}
    with project.store.write() as connection:
        copy_store.replace(connection, copies, shared)
        seconds = time.monotonic() - started
        runs.append(connection, key, outcome="ok", reason="", seconds=seconds, counts=counts)
    return counts


def _reading(item: Document, parsed: Mapping[str, runs.LastRun]) -> str:
    # The very run that read the document: even an equal reading puts new passages in place of the old ones.
    return parsed[item.document_id].run_id if item.document_id in parsed else ""


def _area_and_date(
    known: Mapping[DocumentId, Mapping[FactName, KnownFact]], document_id: DocumentId
) -> tuple[str, str]:
    facts = known.get(document_id, {})
    area, published = facts.get(FactName.AREA), facts.get(FactName.PUBLISHED)
    return area.value if area else "", published.value if published else ""


def _compared(
    connection: Any, document_id: DocumentId, known: Mapping[DocumentId, Mapping[FactName, KnownFact]]
) -> ComparedDocument:
    which = passages.PassageFilter(document_id=document_id, kinds=_EVIDENCE_KINDS)
    texts = tuple((one.passage_id, one.text) for one in passages.stream(connection, which))
    area, published = _area_and_date(known, document_id)
    return ComparedDocument(document_id=document_id, area_code=AreaCode(area), published=published, passages=texts)


def _keep(project: Project, key: RunKey, done: Described) -> None:
    with project.store.write() as connection:
        if not done.error:
            fact_store.replace(connection, done.item.document_id, done.facts)
        outcome = FAILED if done.error else "ok"
        counts = {"proposals": len(done.facts)}
        runs.append(connection, key, outcome=outcome, reason=done.error, seconds=done.seconds, counts=counts)
