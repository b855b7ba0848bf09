"""A plain table: real rows and cells, text shown as text, links to other pages of the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from streamlit_app.part import part
from streamlit_app.plain import plain

_HTML = '<div class="frame">\n<table><caption></caption><thead><tr></tr></thead><tbody></tbody></table>\n</div>\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cell that leads to a page of the app."""

    text: str
    page: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is already written as text (``12.5%``)."""

    text: str


Cell = str | int | float | None | Link | Figure


def table_data(caption: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    """Return a table as the data that its component draws.

    Numbers are aligned to the right; ``None`` is shown as a dash: it stands for what is not known.
    """
    return {"caption": plain(caption), "header": list(header), "rows": [[_cell(cell) for cell in row] for row in rows]}


def show_table(
    key: str,
    caption: str,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    follow: Callable[[str, Mapping[str, str]], None] | None = None,
) -> None:
    """Draw a table.

    Parameters
    ----------
    follow : callable, optional
        Opens a page of the app with a query when a link is clicked. Without it, links load the page anew.
    """
    mounted = part("rowtable", _HTML)(
        key=key, data={**table_data(caption, header, rows), "follow": follow is not None}, on_opened_change=lambda: None
    )
    opened = mounted.opened
    if follow and opened:
        follow(str(opened["page"]), {str(name): str(value) for name, value in opened["query"].items()})


def _cell(cell: Cell) -> dict[str, Any]:
    if isinstance(cell, Link):
        query = dict(cell.query)
        return {"text": plain(cell.text), "href": f"{cell.page}?{urlencode(query)}", "page": cell.page, "query": query}
    if cell is None:
        return {"text": "\u2013", "number": True}
    if isinstance(cell, Figure):
        return {"text": plain(cell.text), "number": True}
    if isinstance(cell, int | float):
        return {"text": f"{cell:,}", "number": True}
    return {"text": plain(cell)}
