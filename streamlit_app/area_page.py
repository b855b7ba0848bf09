"""The profile of one area: what is at work, since when, and the gaps against another codebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import streamlit as st

from careatlas.areas.area_register import area_register
from careatlas.codebook import Codebook
from careatlas.project import Project
from evaluation.map_codes import MapCodes
from streamlit_app.address import choose
from streamlit_app.area_query import (
    ABSENT,
    CSV_HEADER,
    DOCUMENT_HEADER,
    HEADER,
    UNREACHED,
    AreaProfile,
    area_choices,
    area_profile,
    cells,
    csv_cells,
    document_cells,
)
from streamlit_app.csv_file import csv_bytes
from streamlit_app.initiative_data import Shown, initiatives_shown
from streamlit_app.json_file import json_bytes
from streamlit_app.map_filters import books_of
from streamlit_app.map_page import has_any
from streamlit_app.model_in_use import project_codebook
from streamlit_app.plain import in_markdown
from streamlit_app.rowtable import show_table

Follow = Callable[[str, Mapping[str, str]], None]
GAPS = "ehch-v2"  # the framework for health in care homes: what an area is held against unless another is chosen


def show_area(project: Project, follow: Follow) -> None:
    """Draw the profile of the area that the address means.

    Parameters
    ----------
    follow : callable
        Opens a page of the app with a query.
    """
    st.title("Area", anchor=False)
    book = project_codebook(project)
    shown = initiatives_shown(project, book)
    if not has_any(shown):
        return
    code = _chosen(shown)
    books = books_of(project, book)
    profile = area_profile(shown, books[book.id], code)
    _head(profile)
    _codes("At work", profile, book, follow)
    if len(books) > 1:
        _gaps(shown, books, book, code, follow)
    _documents(profile, follow)


def _chosen(shown: Shown) -> str:
    choices = area_choices(shown)
    asked = st.query_params.get("area", "")
    # An area of which nothing was read is a fair question, and a code that is none is said to be none.
    if asked and asked not in choices:
        known = area_register().has(asked)
        choices = {**choices, asked: area_register().get(asked).name if known else asked}
        if not known:
            st.warning(f"The link asks for {in_markdown(asked)}, which is no area code that we know.")
    names = {one: f"{name} ({one})" for one, name in choices.items()}
    return choose(st, "Area", names, "area")


def _head(profile: AreaProfile) -> None:
    st.subheader(in_markdown(f"{profile.name} ({profile.code})"), anchor=False)
    area = profile.area
    facts = [f"{area.kind.value}, {area.years}"] if area else []
    people = sum(one.is_confirmed for one in profile.initiatives)
    facts.append(f"{len(profile.initiatives):,} initiatives, {people:,} confirmed by people")
    facts.append(f"{profile.documents_counted:,} documents read")
    st.caption(in_markdown("; ".join(facts), limit=400))
    if not profile.documents_counted:
        st.warning(
            "No document of this area was read: nothing is known of it, which is not the same as nothing being done."
        )


def _codes(title: str, profile: AreaProfile, book: Codebook, follow: Follow) -> None:
    st.subheader(title, anchor=False)
    own = profile.codes.codebook_id == book.id
    rows = [
        cells(cell, profile, {"area": profile.code, **({"code": cell.code} if own else {})}) for cell in profile.cells
    ]
    if not rows:
        return
    key = f"codes-{profile.codes.codebook_id}"
    show_table(key, profile.codes.said, HEADER, rows, follow=follow)
    lines = [csv_cells(cell, profile) for cell in profile.cells]
    with st.container(horizontal=True):
        st.download_button("Download as CSV", csv_bytes(CSV_HEADER, lines), "area.csv", "text/csv", key=f"{key}-csv")
        data = json_bytes([dict(zip(CSV_HEADER, line, strict=True)) for line in lines])
        st.download_button("Download as JSON", data, "area.json", "application/json", key=f"{key}-json")


def _gaps(shown: Shown, books: Mapping[str, MapCodes], book: Codebook, code: str, follow: Follow) -> None:
    others = sorted((name for name in books if name != book.id), key=lambda one: (one != GAPS, one))
    name = choose(st, "Held against", {one: one for one in others}, "against")
    profile = area_profile(shown, books[name], code)
    states = Counter(profile.state_of(cell) for cell in profile.cells)
    st.caption(
        f"{states[ABSENT]:,} of {len(profile.cells):,} elements were not found in what was read. To"
        f" {states[UNREACHED]:,} of them no code of ours leads, so that they can never be found."
    )
    _codes(f"Held against {name}", profile, book, follow)


def _documents(profile: AreaProfile, follow: Follow) -> None:
    st.subheader("Documents read", anchor=False)
    if profile.documents:
        show_table(
            "area-documents", "", DOCUMENT_HEADER, [document_cells(one) for one in profile.documents], follow=follow
        )
    else:
        st.info("None.")
