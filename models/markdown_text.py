"""Text from outside, and tables, as Markdown that shows them and does nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from careatlas.plain_text import for_terminal

_MARKUP = re.compile(r"[\\`*_{}\[\]#|~!$@]")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ADDRESS = re.compile(r"(?<=[a-zA-Z])(:)(?=//)|(?<=\bwww)(\.)", re.IGNORECASE)  # which some readers turn into a link


def markdown_text(text: str) -> str:
    """Return any text as one line of Markdown that reads as the text does: no markup, no HTML, no link, no new cell."""
    plain = for_terminal(" ".join(text.split()))
    escaped = _MARKUP.sub(lambda found: f"\\{found[0]}", plain)
    escaped = "".join(_HTML.get(one, one) for one in escaped)
    return _ADDRESS.sub(lambda found: f"\\{found[0]}", escaped)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; cells are Markdown already."""
    return [_row(header), _row(["---"] * len(header)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
