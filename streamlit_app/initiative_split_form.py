"""The form that says that some evidence tells of another initiative."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from careatlas.identifiers import EvidenceId
from careatlas.initiative_reviewing import MAX_NOTE, split
from careatlas.reviewed_initiative import ReviewedInitiative
from streamlit_app.evidence_list import evidence_name
from streamlit_app.initiative_acts import Acts
from streamlit_app.initiative_query import EvidenceView
from streamlit_app.plain import in_markdown


def show_split_form(acts: Acts, one: ReviewedInitiative, views: Sequence[EvidenceView]) -> None:
    """Draw the form: a tick for each piece of evidence."""
    if len(views) < 2:
        st.info("It stands on one passage: there is nothing to split off.")
        return
    key = f"split-{acts.stamp}"
    with st.form(key, enter_to_submit=False, border=False):
        st.text("Tick what tells of another initiative; it becomes one of its own.")
        for number, view in enumerate(views, 1):
            # The title first: two parts of one passage have the same words.
            words = f"{view.evidence.title}: {view.passage.text if view.passage else ''}"
            st.checkbox(
                in_markdown(f"{evidence_name(number, view)} \u2013 {words}", limit=300),
                key=f"{key}-tick-{view.evidence.evidence_id}",
                wrap=True,
            )
        st.text_input("Note kept with the split", key=f"{key}-note", max_chars=MAX_NOTE)
        names = [view.evidence.evidence_id for view in views]
        st.form_submit_button("Split off", on_click=_keep, args=(acts, one, names, key), key=f"{key}-submit")


def _keep(acts: Acts, one: ReviewedInitiative, names: Sequence[EvidenceId], key: str) -> None:
    leaving = [name for name in names if st.session_state.get(f"{key}-tick-{name}")]
    note = str(st.session_state.get(f"{key}-note") or "")
    acts.keep(partial(split, one, leaving, acts.reader.person, note=note), "Split off")
