"""The form that says that other initiatives are the same one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from careatlas.initiative_reviewing import MAX_NOTE, merged
from careatlas.reviewed_initiative import Provenance, Replay, ReviewedInitiative
from streamlit_app.initiative_acts import Acts
from streamlit_app.initiative_likeness import MOST, Candidate, candidates
from streamlit_app.initiative_words import option_words

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
    options: dict[str, Candidate] = {item.one.initiative.initiative_id: item for item in found}
    with st.form(key, enter_to_submit=False, border=False):
        st.multiselect(
            f"The same initiative as this one (the {MOST} most alike)" if len(found) == MOST else "The same initiative",
            list(options),
            format_func=lambda name: _option(options, name),
            key=f"{key}-others",
            select_all=False,
        )
        if across:
            st.checkbox("They are one initiative although their areas differ", key=f"{key}-sure")
        st.text_input("Note kept with the merger", key=f"{key}-note", max_chars=MAX_NOTE)
        st.form_submit_button(
            "Merge into this one", on_click=_keep, args=(acts, one, options, key), key=f"{key}-submit"
        )


def _option(options: Mapping[str, Candidate], name: str) -> str:
    if name not in options:
        return name
    item = options[name]
    rejected = ", rejected" if item.one.provenance is Provenance.REJECTED else ""
    return f"{option_words(item.one.initiative)}{rejected} \u2013 likeness {item.likeness:.2f} \u2013 {name}"


def _keep(acts: Acts, one: ReviewedInitiative, options: Mapping[str, Candidate], key: str) -> None:
    chosen = [options[name].one for name in st.session_state.get(f"{key}-others") or [] if name in options]
    make = partial(
        merged,
        one,
        chosen,
        acts.reader.person,
        across_areas=bool(st.session_state.get(f"{key}-sure")),
        note=str(st.session_state.get(f"{key}-note") or ""),
    )
    acts.keep(make, "Merged")
