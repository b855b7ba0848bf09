"""The initiatives as the pages show them, read once for all sessions until something is added."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from careatlas.codebook import Codebook
from careatlas.initiatives_now import initiatives_seen
from careatlas.project import Project
from careatlas.reviewed_initiative import Replay
from careatlas.store import document_facts, documents, initiative_events, judgements, runs, survey_answers
from careatlas.survey import SurveyAnswer
from evaluation.documents_read import DocumentRead, documents_read

_KEPT = 4  # states in memory: one per codebook in use, and the one before


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is known at one time.

    Attributes
    ----------
    replay : Replay
        The initiatives as they stand.
    documents : tuple of DocumentRead
        What was read, copies included.
    token : str
        Another one as soon as something was added or built.
    """

    replay: Replay
    documents: tuple[DocumentRead, ...]
    surveys: tuple[SurveyAnswer, ...]
    token: str


def initiatives_shown(project: Project, codebook: Codebook) -> Shown:
    """Return the initiatives of a codebook as they stand now."""
    return _shown(f"{codebook.id} {codebook.version}", token_of(project, codebook), project, codebook)


def token_of(project: Project, codebook: Codebook) -> str:
    """Return what is another text as soon as there is anything new: rows are only added, so that counts tell."""
    with project.store.read() as connection:
        last = runs.listed(connection, limit=1)
        parts = (
            project.root,
            last[0].run_id if last else "",
            initiative_events.count(connection, codebook.id),
            judgements.count(connection),
            document_facts.correction_count(connection),
            documents.count(connection),
            sum(survey_answers.names(connection).values()),
        )
    return " ".join(map(str, parts))


@st.cache_resource(show_spinner="Reading the initiatives", max_entries=_KEPT)
def _shown(book: str, token: str, _project: Project, _codebook: Codebook) -> Shown:  # noqa: ARG001 - the key
    with _project.store.read() as connection:
        return Shown(
            replay=initiatives_seen(connection, _codebook),
            documents=documents_read(connection),
            surveys=tuple(survey_answers.listed(connection)),
            token=token,
        )
