"""The project that the app shows, opened once for all sessions."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from careatlas.project import Project, find_project, open_project


@dataclass(frozen=True, slots=True)
class OpenProject:
    """An open project with what closes it."""

    project: Project
    stack: ExitStack


def opened_project() -> Project:
    """Return the project named by ``CAREATLAS_PROJECT``, opening it the first time.

    Raises
    ------
    UsageError
        If there is none.
    """
    return _opened(str(find_project(None).resolve())).project


def _close(opened: OpenProject) -> None:
    opened.stack.close()


@st.cache_resource(show_spinner=False, on_release=_close)
def _opened(root: str) -> OpenProject:
    stack = ExitStack()
    return OpenProject(stack.enter_context(open_project(Path(root))), stack)
