"""Passages on which people differ, one after the other, for somebody who coded none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from annotation.adjudication_queue import Disputed, DisputeFilter
from careatlas.codebook import Codebook
from careatlas.errors import CareAtlasError, UsageError
from careatlas.page_images import page_image
from careatlas.project import Project
from streamlit_app.adjudicate_layout import LIST_HEADER, STANDINGS, list_row
from streamlit_app.adjudicate_panel import REFUSED, Desk
from streamlit_app.adjudicate_query import Matter, Queue, disputed, matter, next_open, queue
from streamlit_app.desk_focus import desk_focus
from streamlit_app.documents_query import unknown_values
from streamlit_app.evidence_layout import percentages, shortened
from streamlit_app.identity import Reader
from streamlit_app.model_in_use import label_of, project_codebook
from streamlit_app.pagebox import draw_page, image_url, page_data
from streamlit_app.plain import in_markdown, plain
from streamlit_app.rowtable import show_table

_MOVES = "careatlas-moves"
_LISTED = 100  # passages in the list at the end of the page

Follow = Callable[[str, Mapping[str, str]], None]


def show_adjudication(project: Project, reader: Reader, follow: Follow) -> None:
    """Draw the page.

    Parameters
    ----------
    follow : callable
        Opens a page of the app with a query.
    """
    head, *columns = st.columns([3, 2, 4, 2], vertical_alignment="center")
    head.title("Adjudication", anchor=False)
    codebook = project_codebook(project)
    every = disputed(project, codebook)
    asked = st.query_params.get("passage", "")
    if not every and not asked:
        st.info("No two people differ on a passage of the codebook in use.")
        return
    found = queue(every, _filters(every, codebook, columns))
    refused = st.session_state.pop(REFUSED, "")
    if refused:
        st.error(f"Nothing was kept: {in_markdown(refused, limit=500)}")
    here = asked or next_open(found.listed, "", reader.person) or (found.listed[0].passage_id if found.listed else "")
    if here:
        st.query_params["passage"] = here
        _one(project, codebook, reader, found, here, follow)
    else:
        _progress(found)
        st.info("No passage passes these filters.")
    _list(found, codebook)


def _filters(every: Sequence[Disputed], codebook: Codebook, columns: Sequence[DeltaGenerator]) -> DisputeFilter:
    codes = [code.id for code in codebook.codes if any(code.id in one.codes for one in every)]
    choices = {
        "sample": tuple(sorted({name for one in every for name in one.samples})),
        "code": tuple(codes),
        "state": tuple(STANDINGS),
    }
    for name, value in unknown_values(list(st.query_params.items()), choices):
        st.warning(f"The link asks for {name} {in_markdown(value)}, which is not here. It was left out.")
    shown: dict[str, str] = {code: label_of(codebook, code) for code in codes}
    shown.update(STANDINGS)
    chosen = {}
    for column, (name, values) in zip(columns, choices.items(), strict=True):
        with column:
            chosen[name] = _choice(name, values, shown)
    return DisputeFilter(sample=chosen["sample"], code=chosen["code"], standing=chosen["state"])


def _choice(name: str, values: Sequence[str], shown: Mapping[str, str]) -> str:
    # Not bound to the address by Streamlit: it would write the label of a code there instead of the code.
    key = f"filter-{name}"
    asked = st.query_params.get(name, "")
    st.session_state[key] = asked if asked in values else ""

    def keep() -> None:
        value = str(st.session_state[key] or "")
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
        st.query_params.pop("passage", None)  # the first open one of those that pass

    options = ["", *values]
    st.selectbox(
        name.capitalize(),
        options,
        format_func=lambda value: shown.get(value, value) or "all",
        key=key,
        on_change=keep,
    )
    return str(st.session_state[key] or "")


def _progress(found: Queue) -> None:
    share = found.decided / found.disputed if found.disputed else 0.0
    words = f"{found.decided:,} decided of {found.disputed:,} disputed, {found.locked:,} of them done and locked"
    st.progress(share, words)


def _one(project: Project, codebook: Codebook, reader: Reader, found: Queue, here: str, follow: Follow) -> None:
    try:
        one = matter(project, codebook, here)
    except UsageError as error:
        st.error(f"The link leads nowhere: {in_markdown(error.what, limit=300)}.")
        return
    passage_id = one.passage.passage_id
    steps, progress = st.columns([5, 6], gap="medium", vertical_alignment="center")
    with steps:
        _turning(found.listed, passage_id)
    with progress:
        _progress(found)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _words(one, follow)
    with right, st.container(border=True, key=f"desk-{passage_id}"):
        onward = next_open(found.listed, passage_id, reader.person) or passage_id
        Desk(project=project, codebook=codebook, reader=reader, found=one, address=here, move=_go, onward=onward).show()
    desk_focus(f"desk-{passage_id}", int(st.session_state.get(_MOVES, 0)))
    with left:  # after the desk: a picture that has to be made first takes a second or two
        _sheet(project, one)


def _turning(listed: Sequence[Disputed], passage_id: str) -> None:
    names = [one.passage_id for one in listed]
    at = next((number for number, name in enumerate(names) if name == passage_id), -1)
    steps = (("Previous", at - 1, "left", "Alt+P"), ("Next", at + 1, "right", "Alt+N"))
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, number, icon, shortcut in steps:
            able = 0 <= number < len(names)
            st.button(
                name,
                icon=f":material/chevron_{icon}:",
                icon_position="left" if icon == "left" else "right",
                disabled=not able,
                on_click=_go,
                args=(names[number] if able else "",),
                shortcut=shortcut,
                key=f"step-{icon}",
            )
        place = f"Passage {at + 1:,} of {len(names):,}" if at >= 0 else "This passage does not pass the filters"
        st.text(place)


def _go(passage_id: str) -> None:
    st.session_state[_MOVES] = int(st.session_state.get(_MOVES, 0)) + 1
    st.query_params["passage"] = passage_id


def _words(one: Matter, follow: Follow) -> None:
    passage = one.passage
    st.markdown(f"**{in_markdown(one.document.shown_title)}**, page {passage.page}")
    if passage.heading_path:
        st.caption(in_markdown(" \u203a ".join(passage.heading_path)))
    if one.before:
        st.caption(f"Before: {in_markdown(one.before, limit=400)}")
    with st.container(border=True, key="passage"):
        st.text(plain(passage.text))
    if one.after:
        st.caption(f"After: {in_markdown(one.after, limit=400)}")
    query = {"document": passage.document_id, "page": str(passage.page), "passage": passage.passage_id}
    if st.button("Open the page in Evidence", type="tertiary"):
        follow("evidence", query)


def _sheet(project: Project, one: Matter) -> None:
    page = one.page
    if page is None or not (page.width > 0 and page.height > 0):
        st.info("There is no picture of this page: its size is not known.")
        return
    try:
        with st.spinner("Drawing the page"):
            image, media_type = page_image(project, page.document_id, page.number, one.page_count)
    except CareAtlasError as error:
        st.error(f"The image of this page is not there: {in_markdown(error.what)}.")
        return
    url = image_url(image, media_type, f"{page.document_id}-{page.number}")
    boxes = [
        {
            "id": one.passage.passage_id,
            "first": index == 0,
            "label": shortened(one.passage.text),
            "state": "plain",
            **percentages(box, page),
        }
        for index, box in enumerate(one.passage.boxes)
    ]
    draw_page("adjudicated-page", page_data(page, url, boxes, one.passage.passage_id))


def _list(found: Queue, codebook: Codebook) -> None:
    if not found.listed:
        return
    filters = {name: value for name, value in st.query_params.items() if name != "passage"}
    with st.expander(f"The passages that pass the filters ({len(found.listed):,})"):
        shown = found.listed[:_LISTED]
        caption = "" if len(shown) == len(found.listed) else f"The first {len(shown):,}; filter to see others."
        rows = [list_row(one, codebook, filters) for one in shown]
        show_table("disputed", caption, LIST_HEADER, rows, follow=_open)


def _open(_page: str, query: Mapping[str, str]) -> None:
    _go(query["passage"])
    st.rerun()
