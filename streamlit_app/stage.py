"""The browser app as the base finds it: no stage of the chain, only the ``app`` command."""

from __future__ import annotations

from careatlas.stage import Stage

STAGE = Stage(
    name="app",
    order=1_000,
    summary="Open the browser app.",
    commands="streamlit_app.commands:register",
    serve="streamlit_app.server:serve",
)
