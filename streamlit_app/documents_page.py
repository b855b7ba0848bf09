"""The list of documents, with search and filters that are kept in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from careatlas.project import Project
from careatlas.store.documents import DocumentFacets, DocumentFilter
from streamlit_app.csv_file import csv_bytes
from streamlit_app.documents_query import (
    CSV_HEADER,
    HEADER,
    PER_PAGE,
    all_documents,
    cells,
    csv_cells,
    document_count,
    document_page,
    facets_of,
    page_count,
    unknown_values,
)
from streamlit_app.plain import in_markdown
from streamlit_app.rowtable import show_table


def show_documents(project: Project, follow: Callable[[str, Mapping[str, str]], None]) -> None:
    """Draw the list of documents.

    Parameters
    ----------
    follow : callable
        Opens a page of the app with a query.
    """
    st.title("Documents", anchor=False)
    facets = facets_of(project)
    _say_stale(facets)
    which = _filters(facets)
    total = document_count(project, which)
    if not total:
        st.info("No document passes these filters." if which != DocumentFilter() else "There are no documents yet.")
        return
    pages = page_count(total)
    number = st.pagination(pages, key="list", bind="query-params") if pages > 1 else 1
    shown = document_page(project, which, number, total)
    first = (shown.number - 1) * PER_PAGE + 1
    caption = f"{first:,} to {first + len(shown.items) - 1:,} of {total:,}. A title opens its pages."
    show_table("documents", caption, HEADER, [cells(item) for item in shown.items], follow=follow)
    st.download_button(
        f"Download the whole list as CSV ({total:,})",
        lambda: csv_bytes(CSV_HEADER, map(csv_cells, all_documents(project, which))),
        "documents.csv",
        "text/csv",
        key="documents-csv",
    )


def _choices(facets: DocumentFacets) -> dict[str, tuple[str, ...]]:
    return {
        "area": tuple(code for code, _ in facets.areas),
        "type": facets.doc_types,
        "year": facets.years,
        "outcome": facets.outcomes,
    }


def _say_stale(facets: DocumentFacets) -> None:
    # A bound widget takes a wrong value out of the address on its first run: this must come before the widgets.
    for name, value in unknown_values(list(st.query_params.items()), _choices(facets)):
        st.warning(f"The link asks for {name} {in_markdown(value)}, which is not in this project. It was left out.")


def _filters(facets: DocumentFacets) -> DocumentFilter:
    choices = _choices(facets)
    words, *columns = st.columns([2, 1.4, 1.4, 1, 1])
    with words:
        asked = st.text_input("Words in title, file name or area", key="words", bind="query-params", max_chars=200)
    chosen = {}
    for column, (name, values) in zip(columns, choices.items(), strict=True):
        with column:
            chosen[name] = st.selectbox(
                name.capitalize(), ["", *values], format_func=_shown, key=name, bind="query-params"
            )
    area_names = dict(facets.areas)
    if chosen["area"]:
        st.text(f"Area {chosen['area']}: {area_names.get(chosen['area'], '')}")
    return DocumentFilter(
        words=asked or "",
        area_code=chosen["area"] or "",
        doc_type=chosen["type"] or "",
        year=chosen["year"] or "",
        outcome=chosen["outcome"] or "",
    )


def _shown(value: str) -> str:
    return value or "all"
