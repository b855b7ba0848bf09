"""The reading stage: every document of a project, or a single file."""

from __future__ import annotations

import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from careatlas.document import Document, DocumentOutcome
from careatlas.errors import InputError
from careatlas.identifiers import DocumentId, Sha256, sha256_of
from careatlas.ledger import RunKey
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.reading import Reading
from careatlas.settings import ParseSettings
from careatlas.stage import StageReport
from careatlas.store import documents, readings, runs
from nlp.limits import Limits
from nlp.pool import Job, read_all, read_one
from nlp.version import PARSER_VERSION

STAGE_NAME = "parse"
_FAILED = frozenset(DocumentOutcome) - {DocumentOutcome.OK, DocumentOutcome.PARTIAL, DocumentOutcome.WAITING}
_UNFINISHED = _FAILED | {DocumentOutcome.PARTIAL}
_SHOWN_PROBLEMS = 20


def run_key(item: Document, settings: ParseSettings) -> RunKey:
    """Return what decides whether a document must be read again. How many workers read does not."""
    config = settings.model_dump(exclude={"workers"})
    inputs = {"sha256": item.sha256}
    code = f"{PARSER_VERSION}, pymupdf {version('pymupdf')}"
    return RunKey(stage=STAGE_NAME, subject=item.document_id, inputs=inputs, config=config, code_version=code)


def parse_stage(project: Project, progress: Progress, *, again: bool = False) -> StageReport:
    """Read every document that is new, changed, or was not read by this version of the reader.

    Each document is kept as soon as it is read, in one transaction with its ledger row: a run that is killed goes on
    where it was.

    Parameters
    ----------
    again : bool
        Whether to try once more what failed.
    """
    started = time.monotonic()
    settings = project.settings.parse
    with project.store.read() as connection:
        everything = documents.listed(connection)
        last = runs.latest(connection, STAGE_NAME)
    # A file that was missing may be back; everything else that failed would fail again unless asked for.
    retried = {str(outcome) for outcome in _UNFINISHED} if again else {str(DocumentOutcome.MISSING)}
    todo = {one.document_id: one for one in everything if runs.waiting(last, run_key(one, settings), again=retried)}
    progress.start("reading", len(todo))
    jobs = [Job(key=one.document_id, path=project.blobs.path(one.sha256), sha256=one.sha256) for one in todo.values()]
    counts: Counter[str] = Counter()
    problems = []
    for job, reading in read_all(jobs, Limits.of(settings), settings.workers):
        item = todo[DocumentId(job.key)]
        problems += _keep(project, item, reading)
        _count(counts, reading)
        progress.advance(item.name)
    failed = sum(counts[outcome] for outcome in _FAILED)
    return StageReport(
        stage=STAGE_NAME,
        done=len(todo) - failed,
        unchanged=len(everything) - len(todo),
        failed=failed,
        seconds=time.monotonic() - started,
        counts=dict(counts),
        problems=tuple(problems[:_SHOWN_PROBLEMS]),
    )


def parse_file(path: Path, settings: ParseSettings, *, password: str = "") -> tuple[Sha256, Reading]:
    """Read one file without a project and return its digest with what was read.

    Raises
    ------
    InputError
        If the file is not there, or cannot be read as a plan.
    """
    try:
        if not path.is_file():
            raise InputError("there is no such file", where=str(path))
        size = path.stat().st_size
        if size > settings.max_bytes:
            raise InputError(
                f"it has {size:,} bytes, more than parse.max_bytes = {settings.max_bytes:,}", where=str(path)
            )
        sha256 = sha256_of(path.read_bytes())
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", where=str(path)) from error
    job = Job(key=path.name, path=str(path.resolve()), sha256=sha256, password=password)
    reading = read_one(job, Limits.of(settings))
    if reading.outcome in _FAILED:
        mend = "give the password with --password" if reading.outcome is DocumentOutcome.ENCRYPTED else ""
        raise InputError(f"{reading.outcome}: {reading.reason}", where=str(path), mend=mend)
    return sha256, reading


def _keep(project: Project, item: Document, reading: Reading) -> list[str]:
    key = run_key(item, project.settings.parse)
    said = [f"{item.name}: {reading.outcome}: {reading.reason}"] if reading.reason else []
    counts = {"pages": len(reading.pages), "passages": len(reading.passages), "peak_mb": round(reading.peak_mb, 1)}
    with project.store.write() as connection:
        if reading.outcome in _FAILED and not reading.pages:
            readings.fail(connection, item.document_id, reading.outcome, reading.reason)
        else:
            carried = readings.save(connection, item, reading)
            said += [f"{item.name}: judged passage {one} was not found again" for one in carried.lost]
        outcome = "ok" if reading.outcome is DocumentOutcome.OK else str(reading.outcome)
        runs.append(connection, key, outcome=outcome, reason=reading.reason, seconds=reading.seconds, counts=counts)
    return said


def _count(counts: Counter[str], reading: Reading) -> None:
    counts[reading.outcome] += 1
    counts["pages"] += len(reading.pages)
    counts["passages"] += len(reading.passages)
    counts["pages that need OCR"] += sum(page.status.needs_ocr for page in reading.pages)
    for drop in reading.dropped:
        counts["dropped characters"] += drop.glyph_count
