"""The desk of an initiative: confirm, reject, edit, merge, split and undo, for somebody who may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import streamlit as st

from careatlas.initiative_event import InitiativeAction, InitiativeEvent
from careatlas.initiative_reviewing import MAX_NOTE, confirmed, rejected, undone
from careatlas.reviewed_initiative import Replay, ReviewedInitiative
from streamlit_app.initiative_acts import Acts
from streamlit_app.initiative_edit_form import EditForm
from streamlit_app.initiative_merge_form import show_merge_form
from streamlit_app.initiative_query import EvidenceView, Logged, last_in_force
from streamlit_app.initiative_split_form import show_split_form
from streamlit_app.initiative_words import event_words
from streamlit_app.plain import in_markdown, plain

Make = Callable[..., InitiativeEvent]


def show_desk(
    acts: Acts, one: ReviewedInitiative, replay: Replay, views: Sequence[EvidenceView], log: Sequence[Logged]
) -> None:
    """Draw what a person may do with an initiative; who only reads sees why."""
    if not acts.reader.person:
        st.info(f"You can read but not review: {in_markdown(acts.reader.why)}.")
        return
    _decide(acts, one, log)
    with st.expander("Edit", key=f"open-edit-{acts.stamp}"):
        EditForm(acts, one).draw()
    with st.expander("Merge with others", key=f"open-merge-{acts.stamp}"):
        show_merge_form(acts, one, replay)
    with st.expander("Split", key=f"open-split-{acts.stamp}"):
        show_split_form(acts, one, views)
    st.caption(f"You review as {in_markdown(acts.reader.person)} ({in_markdown(acts.reader.why)}).")


def _decide(acts: Acts, one: ReviewedInitiative, log: Sequence[Logged]) -> None:
    key = f"decide-{acts.stamp}"
    last = last_in_force(log)
    with st.form(key, enter_to_submit=False, border=False):
        st.text_input("Note kept with what you decide", key=f"{key}-note", max_chars=MAX_NOTE)
        with st.container(horizontal=True):
            buttons: tuple[tuple[str, str, Make], ...] = (
                ("Confirm", "Alt+Y", confirmed),
                ("Reject", "Alt+X", rejected),
            )
            for name, shortcut, make in buttons:
                st.form_submit_button(
                    name,
                    type="primary" if make is confirmed else "secondary",
                    shortcut=shortcut,
                    on_click=_keep_decision,
                    args=(acts, one, make, key),
                    key=f"{key}-{name}",
                )
            st.form_submit_button(
                "Undo the last",
                shortcut="Alt+U",
                disabled=last is None,
                on_click=_keep_undoing,
                args=(acts, last, f"{key}-note"),
                key=f"{key}-undo",
            )


def _keep_decision(acts: Acts, one: ReviewedInitiative, make: Make, key: str) -> None:
    note = str(st.session_state.get(f"{key}-note") or "")
    acts.keep(partial(make, one, acts.reader.person, note=note), "Confirmed" if make is confirmed else "Rejected")


def _keep_undoing(acts: Acts, event: InitiativeEvent | None, note_key: str = "") -> None:
    if event is None:
        return
    note = str(st.session_state.get(note_key) or "") if note_key else ""

    def make(now: datetime) -> InitiativeEvent:
        return undone(event, acts.one, acts.reader.person, now, note=note)

    acts.keep(make, "Undone", look=False)


def show_log(acts: Acts, log: Sequence[Logged]) -> None:
    """Draw everything that was done to an initiative, each with a button that undoes it."""
    if not log:
        st.text("Nothing yet.")
        return
    for one in reversed(log):
        words, button = st.columns([5, 2], vertical_alignment="center")
        mark = "" if one.in_force else " (undone)"
        astray = f" (no effect: {plain(one.astray)})" if one.astray else ""
        words.text(event_words(one.event, log, acts.codebook) + mark + astray)
        if one.in_force and acts.reader.person:
            again = one.event.action is InitiativeAction.UNDONE
            button.button(
                "Take back the undoing" if again else f"Undo: {one.event.action.value}",
                key=f"undo-{one.event.event_id}",
                on_click=_keep_undoing,
                args=(acts, one.event),
            )
