"""What a PDF says of itself beside its pages: title, author, program, dates. Read in a worker, without its pages.

A second, short job instead of more in the reading: documents that were read already need not be read again. It opens
the file and reads its information dictionary only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from nlp.limits import Limits
from nlp.warm_server import start_worker
from nlp.worker import limit_process

MAX_MESSAGE = 1_000_000  # bytes
MAX_CHARACTERS = 1_000  # of each field
_CPU_SECONDS = 10.0
_WALL_SECONDS = 60.0  # the first start of the server takes several on a busy machine
_FIELDS = ("title", "author", "subject", "producer", "creator")
# ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSSOHH'mm. Writers leave the prefix and everything after the year out at will.
_PDF_DATE = re.compile(r"\s*(?:D:)?(\d{4})(?:[-/:]?(\d{2}))?(?:[-/:]?(\d{2}))?")
_FIRST_YEAR = 1990  # PDF is of 1993: a year before is rubbish


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMetadata:
    """The information dictionary of a PDF; every field may be empty, and none can be trusted.

    Attributes
    ----------
    created, modified : str
        ISO 8601 day.
    problem : str
        Why nothing could be read; empty where it could.
    """

    title: str = ""
    author: str = ""
    subject: str = ""
    producer: str = ""
    creator: str = ""
    created: str = ""
    modified: str = ""
    problem: str = ""


def file_metadata(path: str, limits: Limits) -> FileMetadata:
    """Read the metadata of one PDF in a limited worker of its own.

    A file that cannot be opened gives metadata with a ``problem``; nothing is raised for it.
    """
    process, ours = start_worker(send_metadata, path, limits)
    try:
        if not ours.poll(_WALL_SECONDS):
            return FileMetadata(problem="its metadata could not be read in time")
        return msgspec.msgpack.decode(ours.recv_bytes(MAX_MESSAGE), type=FileMetadata)
    except (EOFError, OSError, msgspec.MsgspecError, RecursionError) as error:
        return FileMetadata(problem=f"its metadata could not be read: its worker ended ({type(error).__name__})")
    finally:
        ours.close()
        process.kill()
        process.join()


def send_metadata(path: str, limits: Limits, out: Connection) -> None:
    """Read the metadata inside a worker and send them."""
    from nlp.reader import NotReadableError, one_line, open_pdf

    limit_process(limits, _CPU_SECONDS)
    try:
        said = open_pdf(Path(path)).metadata or {}
        fields = {name: _plain(said.get(name)) for name in _FIELDS}
        dates = {"created": day_of(said.get("creationDate")), "modified": day_of(said.get("modDate"))}
        found = FileMetadata(**fields, **dates)
    except NotReadableError as error:
        found = FileMetadata(problem=error.reason)
    except (RuntimeError, ValueError, TypeError, OSError, MemoryError) as error:
        found = FileMetadata(problem=f"its metadata cannot be read: {one_line(error)}")
    out.send_bytes(msgspec.msgpack.encode(found))


def day_of(value: object) -> str:
    """Return the day that a PDF date names in ISO form, empty if it names none that can be."""
    found = _PDF_DATE.match(str(value or "")[:40])
    if found is None:
        return ""
    year, month, day = (int(part or 1) for part in found.groups())
    try:
        return date(year, month, day).isoformat() if year >= _FIRST_YEAR else ""
    except ValueError:
        return ""


def _plain(value: object) -> str:
    # Lone surrogates come from broken strings, and no store keeps them.
    text = str(value or "")[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
