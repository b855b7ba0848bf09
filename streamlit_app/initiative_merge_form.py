"""The form that says that other initiatives are the same one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from careatlas.initiative_reviewing import MAX_NOTE, merged
from careatlas.reviewed_initiative import Provenance, Replay, ReviewedInitiative
from streamlit_app.initiative_acts import Acts
from streamlit_app.initiative_likeness import Candidate, candidates
from streamlit_app.initiative_words import option_words
from streamlit_app.plain import in_markdown

MOST = 12  # to tick at once
_MAX_WORDS = 200


def show_merge_form(acts: Acts, one: ReviewedInitiative, replay: Replay) -> None:
    """Draw the form.

    Parameters
    ----------
    replay : Replay
        The initiatives to choose from: those of the same area, the most alike first.
    """
    key = f"merge-{acts.stamp}"
    left, right = st.columns(2, vertical_alignment="bottom")
    words = left.text_input("Words or identifier of the other", key=f"{key}-words", max_chars=_MAX_WORDS)
    across = right.toggle("Also of other areas", key=f"{key}-across")
    found = candidates(one, replay.initiatives, across=across, words=words or "")
    if not found:
        st.info("There is no other initiative to choose from here.")
        return
    shown = found[:MOST]
    with st.form(key, enter_to_submit=False, border=False):
        more = "" if len(found) <= MOST else f" These are the {MOST} most alike of {len(found):,}: words find others."
        st.text(f"Tick what is the same initiative as this one.{more}")
        for item in shown:
            st.checkbox(_option(item), key=_tick(key, item), wrap=True)
        if across:
            st.checkbox("They are one initiative although their areas differ", key=f"{key}-sure")
        st.text_input("Note kept with the merger", key=f"{key}-note", max_chars=MAX_NOTE)
        st.form_submit_button("Merge into this one", on_click=_keep, args=(acts, one, shown, key), key=f"{key}-submit")


def _tick(key: str, item: Candidate) -> str:
    return f"{key}-tick-{item.one.initiative.initiative_id}"


def _option(item: Candidate) -> str:
    rejected = ", rejected" if item.one.provenance is Provenance.REJECTED else ""
    return in_markdown(f"{option_words(item.one.initiative)}{rejected} (likeness {item.likeness:.2f})", limit=400)


def _keep(acts: Acts, one: ReviewedInitiative, shown: Sequence[Candidate], key: str) -> None:
    chosen = [item.one for item in shown if st.session_state.get(_tick(key, item))]
    make = partial(
        merged,
        one,
        chosen,
        acts.reader.person,
        across_areas=bool(st.session_state.get(f"{key}-sure")),
        note=str(st.session_state.get(f"{key}-note") or ""),
    )
    acts.keep(make, "Merged")
