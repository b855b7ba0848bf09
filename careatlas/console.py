"""What the command line says: data on standard output, everything else on standard error."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from careatlas.errors import CareAtlasError
from careatlas.plain_text import for_terminal


def say(text: str = "") -> None:
    """Write one line of data."""
    sys.stdout.write(for_terminal(text) + "\n")


def say_json(data: Any) -> None:
    """Write data as one JSON document, with every non-ASCII character escaped so that it acts on no terminal."""
    sys.stdout.write(json.dumps(data, indent=2, default=str) + "\n")


def say_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as an aligned table; the last column is not cut or padded."""
    lines = [tuple(header), *(tuple(for_terminal(str(cell)).replace("\n", " ") for cell in row) for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(header))]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
        sys.stdout.write("  ".join((*cells, line[-1])).rstrip() + "\n")


def say_mapping(values: Mapping[str, object]) -> None:
    """Write named values, one a line."""
    width = max(map(len, values), default=0)
    for name, value in values.items():
        say(f"{name.ljust(width)}  {value}")


def report_error(error: CareAtlasError, *, as_json: bool) -> None:
    """Write an error: what, where, how to mend."""
    if as_json:
        say_json(error.as_dict())
        return
    lines = [f"error: {error.what}"]
    lines += [f"  where: {error.where}"] if error.where else []
    lines += [f"  mend:  {error.mend}"] if error.mend else []
    sys.stderr.write("\n".join(map(for_terminal, lines)) + "\n")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        made = datetime.fromtimestamp(record.created, UTC).isoformat()
        return json.dumps({"at": made, "level": record.levelname.lower(), "message": record.getMessage()})


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return for_terminal(super().format(record))


def set_up_logging(*, quiet: bool, verbose: bool, as_json: bool) -> None:
    """Send the log to standard error: plain lines, or one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    as_json = as_json or os.environ.get("CAREATLAS_LOG_JSON") == "1"
    handler.setFormatter(_JsonLines() if as_json else _Plain("%(asctime)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("careatlas")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO)
