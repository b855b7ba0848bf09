"""A heat matrix: areas down, codes across, in each cell how many initiatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from streamlit_app.part import part
from streamlit_app.plain import plain

_HTML = '<div class="frame" tabindex="0" role="region" aria-label="Heat matrix">\n'
_HTML += "<table><caption></caption><thead><tr></tr></thead><tbody></tbody></table>\n</div>\n"
BOUNDS = (1, 2, 4, 8, 16)  # lowest number of initiatives of each step of colour


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One area.

    Attributes
    ----------
    query : Mapping
        What the area's page, and the list of its initiatives, are asked for.
    cells : tuple of int or None
        One per column; ``None`` where no document was read, which is not zero.
    """

    name: str
    query: Mapping[str, str]
    cells: tuple[int | None, ...]


def matrix_data(
    caption: str, columns: Sequence[tuple[str, str]], rows: Sequence[MatrixRow], opens: str = "initiatives"
) -> dict[str, Any]:
    """Return a matrix as the data that its component draws.

    Parameters
    ----------
    columns : sequence of (str, str)
        Code and label.
    opens : str
        The page that a cell opens, with the query of its row and its code.
    """
    return {
        "opens": opens,
        "caption": plain(caption),
        "bounds": BOUNDS,
        "columns": [{"code": code, "label": plain(label)} for code, label in columns],
        "rows": [
            {
                "name": plain(row.name),
                "href": f"area?{urlencode(dict(row.query))}",
                "query": dict(row.query),
                "cells": list(row.cells),
            }
            for row in rows
        ],
    }


def show_matrix(
    key: str,
    caption: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[MatrixRow],
    follow: Callable[[str, Mapping[str, str]], None],
    opens: str = "initiatives",
) -> None:
    """Draw a matrix; a click on a name opens the area, on a cell the list of its initiatives or another page."""
    mounted = part("heatmatrix", _HTML)(
        key=key, data=matrix_data(caption, columns, rows, opens), on_opened_change=lambda: None
    )
    if mounted.opened:
        query = {str(name): str(value) for name, value in mounted.opened["query"].items()}
        follow(str(mounted.opened["page"]), query)
