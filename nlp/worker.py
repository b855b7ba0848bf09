"""What runs inside a worker: one forked process per document, under limits, that answers in bytes.

The parent never unpickles anything from here: what a worker that a hostile file has taken over sends either decodes to
the agreed types or is refused. (It still runs as the user: limits are not a sandbox.) Messages are one letter and a
body: ``o`` opened (pages), ``p`` page begun, ``r`` the reading, ``e`` an expected refusal (outcome and reason).
"""

from __future__ import annotations

import gc
import math
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from careatlas.document import DocumentOutcome
from nlp.limits import Limits

OPENED, PAGE, READING, REFUSED = b"o", b"p", b"r", b"e"


def read_document(path: str, sha256: str, limits: Limits, skip: Sequence[int], password: str, out: Connection) -> None:
    """Read one document and send its reading."""
    from nlp.assemble import assemble
    from nlp.reader import NotReadableError, one_line, open_pdf, read_pages

    limit_process(limits, limits.base_seconds)
    try:
        document = open_pdf(Path(path), password)
        count = int(document.page_count)
        if count > limits.max_pages:
            raise NotReadableError(
                "too_big", f"it has {count:,} pages, more than parse.max_pages = {limits.max_pages:,}"
            )
        _allow_seconds(limits.seconds(count))
        out.send_bytes(OPENED + str(count).encode())
        pages = read_pages(document, sha256, skip=skip, max_glyphs=limits.max_page_glyphs, on_page=_page_sender(out))
        reading = replace(assemble(pages), seconds=time.process_time(), peak_mb=peak_mb())
        out.send_bytes(READING + msgspec.msgpack.encode(reading))
    except NotReadableError as error:
        _refuse(out, error.outcome, error.reason)
    except MemoryError:
        _refuse(out, DocumentOutcome.TOO_BIG, f"reading it needs more than parse.memory_mb = {limits.memory_mb:,}")
    except OSError as error:
        _refuse(out, DocumentOutcome.MISSING, f"its file cannot be read: {error.strerror or one_line(error)}")
    except (RuntimeError, ValueError, TypeError, IndexError, KeyError, RecursionError) as error:
        _refuse(out, DocumentOutcome.MALFORMED, f"{type(error).__name__}: {one_line(error)}")


def peak_mb() -> float:
    """Return the largest resident size of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _page_sender(out: Connection) -> Callable[[int], None]:
    def send(number: int) -> None:
        out.send_bytes(PAGE + str(number).encode())

    return send


def _refuse(out: Connection, outcome: str, reason: str) -> None:
    out.send_bytes(REFUSED + msgspec.msgpack.encode((str(outcome), reason)))


def limit_process(limits: Limits, seconds: float) -> None:
    """Put this process under limits: memory, CPU seconds, no core files, no files written."""
    gc.disable()  # the process is short-lived, and its memory is limited
    memory = limits.memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # a reader writes no files
    _allow_seconds(seconds)


def _allow_seconds(seconds: float) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used + seconds), hard))
