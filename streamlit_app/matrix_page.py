"""The heat matrix: which codes are at work in which areas in one year."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from careatlas.errors import CareAtlasError
from careatlas.identifiers import AreaCode, Code
from careatlas.project import Project
from evaluation.policy_map import MapCell, PolicyMap
from streamlit_app.csv_file import csv_bytes
from streamlit_app.heatmatrix import MatrixRow, show_matrix
from streamlit_app.initiative_data import initiatives_shown
from streamlit_app.json_file import json_bytes
from streamlit_app.map_filters import asked_for, query_of
from streamlit_app.map_page import has_any, show_unplaced
from streamlit_app.map_query import CODE_HEADER, MapAsked, code_cells, policy_map_of
from streamlit_app.model_in_use import project_codebook
from streamlit_app.plain import in_markdown

_CSV_HEADER = (
    "area_code",
    "area_name",
    "layer",
    "period",
    "codebook",
    "status",
    "setting",
    "confirmed_only",
    *CODE_HEADER,
)


def show_matrix_page(project: Project, follow: Callable[[str, Mapping[str, str]], None]) -> None:
    """Draw the matrix.

    Parameters
    ----------
    follow : callable
        Opens a page of the app with a query.
    """
    st.title("Matrix", anchor=False)
    book = project_codebook(project)
    shown = initiatives_shown(project, book)
    asked = asked_for(project, book, shown, one_code=False) if has_any(shown) else None
    if asked is None:
        return
    try:
        found = policy_map_of(shown, asked, every_code=True)
    except CareAtlasError as error:
        st.warning(f"{in_markdown(error.what, limit=500)}; {in_markdown(error.mend, limit=300)}")
        return
    # The list of initiatives knows our own codes alone; the area's page holds it against another codebook.
    own = asked.codes.codebook_id == book.id
    query = {"period": asked.period.name, **query_of(asked)} if own else {"against": asked.codes.codebook_id}
    rows = matrix_rows(found, query)
    if rows:
        columns = tuple(asked.codes.labels.items())
        caption = _caption(found, asked, len(rows))
        show_matrix("matrix", caption, columns, rows, follow, "initiatives" if own else "area")
    else:
        st.info(f"Nothing is known of {asked.period.name} under these filters.")
    st.caption(in_markdown(asked.codes.said, limit=400))
    with st.container(horizontal=True):
        lines = [_csv_cells(cell, asked) for cell in found.cells]
        data = csv_bytes(_CSV_HEADER, lines)
        st.download_button("Download as CSV", data, "matrix.csv", "text/csv", key="matrix-csv")
        plain = [dict(zip(_CSV_HEADER, line, strict=True)) for line in lines]
        st.download_button("Download as JSON", json_bytes(plain), "matrix.json", "application/json", key="matrix-json")
    show_unplaced(found.unplaced, follow)


def matrix_rows(found: PolicyMap, query: Mapping[str, str]) -> list[MatrixRow]:
    """Return the rows of the matrix by name, areas of which nothing is known left out."""
    counts: dict[AreaCode, dict[Code, int | None]] = {}
    for cell in found.cells:
        counts.setdefault(cell.area_code, {})[cell.code] = cell.count
    columns = tuple(found.codes.labels)
    rows = []
    for area in sorted(found.areas, key=lambda one: (one.name, one.code)):
        cells = tuple(counts.get(area.code, {}).get(code) for code in columns)
        if any(cell is not None for cell in cells):
            rows.append(MatrixRow(name=area.name, query={**query, "area": area.code}, cells=cells))
    return rows


def _caption(found: PolicyMap, asked: MapAsked, known: int) -> str:
    return (
        f"Initiatives in {asked.period.name}: {known:,} of {len(found.areas):,} areas (as of {asked.on}); of the others"
        " no document was read, which is missing, not zero. An initiative with several codes stands in each of them."
    )


def _csv_cells(cell: MapCell, asked: MapAsked) -> list[str | int | float | None]:
    return [
        cell.area_code,
        cell.area_name,
        asked.layer.value,
        cell.period,
        f"{asked.codes.codebook_id} {asked.codes.codebook_version}",
        asked.status,
        asked.setting,
        str(asked.confirmed_only).lower(),
        *code_cells(cell),
    ]
