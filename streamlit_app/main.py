"""The script that Streamlit runs for each session: navigation, the page asked for, the footer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import streamlit as st

from careatlas.errors import CareAtlasError
from careatlas.project import Project
from streamlit_app.adjudicate_page import show_adjudication
from streamlit_app.area_page import show_area
from streamlit_app.codebook_page import show_codebook
from streamlit_app.documents_page import show_documents
from streamlit_app.evidence_page import show_evidence
from streamlit_app.footer import show_footer
from streamlit_app.identity import Reader, current_reader
from streamlit_app.initiative_page import show_initiative
from streamlit_app.initiatives_page import show_initiatives
from streamlit_app.map_page import show_map_page
from streamlit_app.matrix_page import show_matrix_page
from streamlit_app.opened import opened_project
from streamlit_app.overview_page import show_overview
from streamlit_app.part import frame
from streamlit_app.plain import in_markdown


def main() -> None:
    """Draw the app for one session."""
    # No Material icon for the tab: the browser would ask fonts.gstatic.com for it.
    st.set_page_config(page_title="CareAtlas", layout="wide")
    reader = current_reader()
    if reader.must_log_in:
        _ask_to_log_in()
        return
    try:
        project = opened_project()
    except CareAtlasError as error:
        _say(error)
        return
    frame()
    page = st.navigation(_pages(project, reader), position="top")
    try:
        page.run()
    except CareAtlasError as error:
        _say(error)
    show_footer(project)


def _pages(project: Project, reader: Reader) -> list[st.Page]:
    named: dict[str, st.Page] = {}

    def follow(name: str, query: Mapping[str, str]) -> None:
        st.switch_page(named[name], query_params=dict(query))

    def page(title: str, name: str, draw: Callable[[], None], *, default: bool = False, listed: bool = True) -> st.Page:
        # The default page lives at "/": its own name is no address, and a link to it would find nothing.
        shown: Literal["visible", "hidden"] = "visible" if listed else "hidden"
        named[name] = st.Page(draw, title=title, url_path=name, default=default, visibility=shown)
        return named[name]

    return [
        page("Overview", "overview", lambda: show_overview(project), default=True),
        page("Map", "map", lambda: show_map_page(project, follow)),
        page("Matrix", "matrix", lambda: show_matrix_page(project, follow)),
        page("Area", "area", lambda: show_area(project, follow)),
        page("Initiatives", "initiatives", lambda: show_initiatives(project, follow)),
        page("Initiative", "initiative", lambda: show_initiative(project, reader, follow), listed=False),
        page("Documents", "documents", lambda: show_documents(project, follow)),
        page("Evidence", "evidence", lambda: show_evidence(project, reader, follow)),
        page("Adjudication", "adjudication", lambda: show_adjudication(project, reader, follow)),
        page("Codebook", "codebook", lambda: show_codebook(project)),
    ]


def _ask_to_log_in() -> None:
    st.title("CareAtlas", anchor=False)
    st.info("This server is open to a network: log in to read and review.")
    st.button("Log in", on_click=st.login, type="primary")


def _say(error: CareAtlasError) -> None:
    st.error(in_markdown(error.what, limit=500))
    for name, value in (("Where", error.where), ("What to do", error.mend)):
        if value:
            st.text(f"{name}: {value}")


if __name__ == "__main__":
    main()
