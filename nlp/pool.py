"""Reading many documents at once: a warm server forks one limited worker per document.

A worker that crashes or is killed costs the page it was on: the
document is read again without that page, so that pages 1 to 39 survive a crash on page 40.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess

import msgspec

from careatlas.document import DocumentOutcome
from careatlas.reading import Reading
from nlp.limits import Limits
from nlp.warm_server import start_worker
from nlp.worker import OPENED, PAGE, READING, REFUSED, read_document

MAX_RETRIES = 3
WALL_FACTOR = 2.0  # wall seconds allowed per CPU second allowed, plus:
WALL_EXTRA = 30.0  # seconds, for a busy machine and the first start of the server
MAX_MESSAGE = 512 * 1024 * 1024
_RETRIED = frozenset({DocumentOutcome.CRASHED, DocumentOutcome.TIMED_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A document to read: where its bytes are, and their digest."""

    key: str
    path: str
    sha256: str
    password: str = ""


@dataclass(slots=True)
class _Worker:
    job: Job
    process: ForkServerProcess
    connection: Connection
    deadline: float
    skip: tuple[int, ...]
    page: int = 0  # being read; 0 before the first and after the last
    result: Reading | None = None


def read_all(jobs: Iterable[Job], limits: Limits, workers: int = 0) -> Iterator[tuple[Job, Reading]]:
    """Read documents, several at a time, and yield each with its reading as it is ready.

    A document that cannot be read yields a reading whose outcome and reason say why; nothing is raised for it.

    Parameters
    ----------
    workers : int
        How many at a time; 0 for one per core that this process may use.
    """
    slots = workers or len(os.sched_getaffinity(0))
    queue = iter(jobs)
    running: list[_Worker] = []
    try:
        while True:
            while len(running) < slots and (job := next(queue, None)) is not None:
                running.append(_start(job, limits, ()))
            if not running:
                return
            for worker in _finished(running, limits):
                running.remove(worker)
                again = _after(worker)
                if again is not None:
                    running.append(_start(worker.job, limits, again))
                elif worker.result is not None:
                    yield worker.job, worker.result
    finally:
        for worker in running:
            _end(worker)


def read_one(job: Job, limits: Limits) -> Reading:
    """Read one document in a worker of its own."""
    return next(read_all([job], limits, 1))[1]


def _start(job: Job, limits: Limits, skip: tuple[int, ...]) -> _Worker:
    process, connection = start_worker(read_document, job.path, job.sha256, limits, skip, job.password)
    return _Worker(job, process, connection, time.monotonic() + _wall(limits.base_seconds), skip)


def _wall(cpu_seconds: float) -> float:
    return WALL_EXTRA + WALL_FACTOR * cpu_seconds


def _finished(running: list[_Worker], limits: Limits) -> list[_Worker]:
    """Wait until some worker says something or runs out of time; return those that are done."""
    nearest = min(worker.deadline for worker in running)
    ready = set(wait([worker.connection for worker in running], max(0.0, nearest - time.monotonic())))
    now = time.monotonic()
    done = []
    for worker in running:
        if worker.connection in ready and not _listen(worker, limits):
            done.append(worker)
        elif now >= worker.deadline:
            worker.result = _failure(DocumentOutcome.TIMED_OUT, f"no answer within its time{_at(worker)}")
            done.append(worker)
    for worker in done:
        _end(worker)
        worker.result = worker.result or _death(worker)
    return done


def _listen(worker: _Worker, limits: Limits) -> bool:
    """Take in one message; return whether the worker is still at work."""
    try:
        message = worker.connection.recv_bytes(MAX_MESSAGE)
    except (EOFError, OSError):
        return False
    kind, body = message[:1], message[1:]
    try:
        if kind == PAGE:
            worker.page = int(body)
        elif kind == OPENED:
            worker.deadline = time.monotonic() + _wall(limits.seconds(min(int(body), limits.max_pages)))
        elif kind == REFUSED:
            outcome, reason = msgspec.msgpack.decode(body, type=tuple[DocumentOutcome, str])
            worker.result = _failure(outcome, reason)
        elif kind == READING:
            worker.result = msgspec.msgpack.decode(body, type=Reading)
        return worker.result is None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        worker.result = _failure(DocumentOutcome.CRASHED, f"its worker sent what cannot be read: {error}")
        return False


def _end(worker: _Worker) -> None:
    worker.connection.close()
    if worker.result is None and worker.process.is_alive():
        worker.process.join(0.5)  # a closed pipe and a live process: it is on its way out
    if worker.process.is_alive() and worker.result is not None and worker.result.pages:
        worker.process.join(5.0)
    if worker.process.is_alive():
        worker.process.kill()
    worker.process.join()


def _death(worker: _Worker) -> Reading:
    code = worker.process.exitcode or 0
    if code == -signal.SIGXCPU:
        return _failure(DocumentOutcome.TIMED_OUT, f"it used up its CPU time{_at(worker)}")
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return _failure(DocumentOutcome.CRASHED, f"its worker ended with {name}{_at(worker)}")


def _at(worker: _Worker) -> str:
    return f" on page {worker.page}" if worker.page else ""


def _failure(outcome: DocumentOutcome, reason: str) -> Reading:
    return Reading(outcome=outcome, reason=reason)


def _after(worker: _Worker) -> tuple[int, ...] | None:
    """Return the pages to leave out in another try, ``None`` if this was the last."""
    result = worker.result
    if result is None or result.outcome not in _RETRIED or not worker.page or len(worker.skip) >= MAX_RETRIES:
        return None
    return (*worker.skip, worker.page)
