"""Our own parts of a page: Streamlit components whose code stands in files beside this one."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import streamlit as st


def asset(name: str) -> str:
    """Return the text of a file of this package, with a line break at its end.

    The line break matters: Streamlit takes a script or style of one line that holds ``*``, ``/`` or a bracket for the
    path of a file.
    """
    text = (files("streamlit_app") / name).read_text(encoding="utf-8")
    return text if text.endswith("\n") else text + "\n"


def frame() -> None:
    """Draw nothing, but take away the blank above every page."""
    st.components.v2.component("careatlas_frame", css=asset("frame.css"), isolate_styles=False)(key="frame", height=1)


def part(name: str, html: str) -> Any:
    """Return the mounting function of the component ``name``, whose code is ``name.js`` and ``name.css``.

    Registering the same component again is free; it is done on each run because a runtime may be a new one.
    """
    return st.components.v2.component(f"careatlas_{name}", html=html, css=asset(f"{name}.css"), js=asset(f"{name}.js"))
