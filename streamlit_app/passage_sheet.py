"""The picture of the page that one passage stands on, with a box over every passage there."""

from __future__ import annotations

import streamlit as st

from careatlas.codebook import Codebook
from careatlas.errors import CareAtlasError
from careatlas.page_images import page_image
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.store import readings
from streamlit_app.evidence_layout import box_rows, visible
from streamlit_app.evidence_query import page_content
from streamlit_app.pagebox import draw_page, image_url, page_data
from streamlit_app.plain import in_markdown


def draw_sheet(project: Project, codebook: Codebook, passage: Passage, *, furniture: bool) -> str:
    """Draw the page of a passage, which is selected there; return the passage that was just clicked, if any.

    Parameters
    ----------
    furniture : bool
        Whether running heads and feet have a box.
    """
    with project.store.read() as connection:
        pages = readings.pages(connection, passage.document_id)
    page = pages[passage.page - 1] if len(pages) >= passage.page else None
    if page is None or not (page.width > 0 and page.height > 0):
        st.info("There is no picture of this page: its size is not known.")
        return ""
    try:
        with st.spinner("Drawing the page"):
            image, media_type = page_image(project, page.document_id, page.number, len(pages))
    except CareAtlasError as error:
        st.error(f"The image of this page is not there: {in_markdown(error.what)}.")
        return ""
    content = page_content(project, codebook, page.document_id, page.number)
    shown = visible(content, furniture=furniture, selected=passage.passage_id)
    url = image_url(image, media_type, f"{page.document_id}-{page.number}")
    return draw_page("initiative-page", page_data(page, url, box_rows(shown, page, content), passage.passage_id))
