"""A page of a document with its passages: the place where every number can be walked back to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from careatlas.codebook import Codebook
from careatlas.document import Document, Page
from careatlas.errors import CareAtlasError
from careatlas.page_images import page_image
from careatlas.passage import Passage
from careatlas.project import Project
from streamlit_app.document_facts_panel import show_document_facts
from streamlit_app.evidence_layout import box_rows, list_rows, visible
from streamlit_app.evidence_query import PageContent, Place, page_content, place_of
from streamlit_app.identity import Reader
from streamlit_app.model_in_use import project_codebook
from streamlit_app.pagebox import draw_list, draw_page, image_url, page_data
from streamlit_app.plain import in_markdown
from streamlit_app.review_panel import show_passage


def show_evidence(project: Project, reader: Reader, follow: Callable[[str, Mapping[str, str]], None]) -> None:
    """Draw the page that the address means.

    Parameters
    ----------
    follow : callable
        Opens a page of the app with a query.
    """
    place = place_of(project, st.query_params.to_dict())
    if place.document is None:
        st.title("Evidence", anchor=False)
        for line in place.said:
            st.error(line)
        st.info("Choose a document on the Documents page; each title there opens its pages here.")
        if st.button("To the documents"):
            follow("documents", {})
        return
    _head(place.document, place.said)
    show_document_facts(project, place.document, reader, follow)
    refused = st.session_state.pop("careatlas-not-kept", "")
    if refused:
        st.error(f"The judgement was not kept: {in_markdown(refused, limit=500)}")
    if place.page is None:
        st.warning(f"No page of this document could be read: {in_markdown(place.document.reason or 'not read yet')}.")
        return
    _page(project, reader, place, place.document, place.page)


def _head(document: Document, said: tuple[str, ...]) -> None:
    st.title("Evidence", anchor=False)
    facts = (document.area_name, document.doc_type, document.published, document.name)
    st.subheader(in_markdown(document.shown_title), anchor=False)
    st.caption(" \u00b7 ".join(in_markdown(fact) for fact in facts if fact and fact != document.shown_title))
    for line in said:
        st.warning(line)


def _page(project: Project, reader: Reader, place: Place, document: Document, page: Page) -> None:
    codebook = project_codebook(project)
    content = page_content(project, codebook, document.document_id, page.number)
    selected = place.passage
    furniture = _turning(document, page, len(place.pages))
    shown = visible(content, furniture=furniture, selected=selected.passage_id if selected else "")
    left, right = st.columns([6, 5], gap="medium")
    with left:
        picked = _sheet(project, document, page, shown, content, selected, len(place.pages))
    with right:
        if selected:
            show_passage(project, selected, content, codebook, reader)
        elif not reader.person:
            st.info(f"You can read but not judge: {reader.why}.")
        picked = _listed(shown, content, codebook, selected) or picked
    if picked and picked != (selected.passage_id if selected else ""):
        _go(document.document_id, page.number, picked)
        st.rerun()


def _turning(document: Document, page: Page, page_count: int) -> bool:
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, number, icon in (("Previous page", page.number - 1, "left"), ("Next page", page.number + 1, "right")):
            st.button(
                name,
                icon=f":material/chevron_{icon}:",
                icon_position="left" if icon == "left" else "right",
                disabled=not 1 <= number <= page_count,
                on_click=_go,
                args=(document.document_id, number),
                key=f"turn-{icon}",
            )
        st.text(f"Page {page.number:,} of {page_count:,}")
        return st.toggle("Show running heads and feet", key="furniture", bind="query-params")


def _go(document_id: str, number: int, passage_id: str = "") -> None:
    st.query_params["document"] = document_id
    st.query_params["page"] = str(number)
    if passage_id:
        st.query_params["passage"] = passage_id
    elif "passage" in st.query_params:
        del st.query_params["passage"]


def _sheet(
    project: Project,
    document: Document,
    page: Page,
    shown: tuple[Passage, ...],
    content: PageContent,
    selected: Passage | None,
    page_count: int,
) -> str:
    if page.status.needs_ocr:
        st.warning(
            f"The words of this page are a picture ({page.status.value}): it needs OCR and has few or no passages."
        )
    elif page.reason:
        st.warning(f"This page could not be read: {in_markdown(page.reason)}.")
    if not (page.width > 0 and page.height > 0):
        st.info("There is no picture of this page: its size is not known.")
        return ""
    try:
        with st.spinner("Drawing the page"):
            image, media_type = page_image(project, document.document_id, page.number, page_count)
    except CareAtlasError as error:
        st.error(f"The image of this page is not there: {in_markdown(error.what)}. The passages are in the list.")
        return ""
    url = image_url(image, media_type, f"{document.document_id}-{page.number}")
    boxes = box_rows(shown, page, content)
    return draw_page("pagebox", page_data(page, url, boxes, selected.passage_id if selected else ""))


def _listed(shown: tuple[Passage, ...], content: PageContent, codebook: Codebook, selected: Passage | None) -> str:
    st.subheader("Passages on this page", anchor=False)
    if not shown:
        st.info("There is no passage on this page.")
        return ""
    return draw_list("passagelist", list_rows(shown, content, codebook), selected.passage_id if selected else "")
