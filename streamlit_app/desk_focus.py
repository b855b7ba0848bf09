"""Where the keyboard stands after a move to another passage, and how the rows of the desk look."""

from __future__ import annotations

import streamlit as st

from streamlit_app.part import asset


def desk_focus(desk: str, moves: int) -> None:
    """Draw nothing, but put the keyboard at the first field of a form, once for each move to another passage.

    Parameters
    ----------
    desk : str
        Key of the container that holds the form.
    moves : int
        How often the person moved in this session; 0 leaves the keyboard where it is.
    """
    mounted = st.components.v2.component(
        "careatlas_deskfocus", css=asset("adjudicate.css"), js=asset("deskfocus.js"), isolate_styles=False
    )
    mounted(key="deskfocus", data={"desk": f"st-key-{desk}", "moves": moves}, height=1)
