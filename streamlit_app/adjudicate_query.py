"""What adjudicators look at: the passages on which people differ, and one of them with all that is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from annotation.adjudication import Case, Standing, no_adjudicator
from annotation.adjudication_queue import Disputed, DisputeFilter, Disputes, disputes, filtered, presence, with_locks
from annotation.adjudication_record import open_case
from careatlas.adjudication_event import AdjudicationEvent
from careatlas.codebook import Codebook
from careatlas.document import Document, Page
from careatlas.identifiers import Code, PassageId
from careatlas.judgement import AttributeJudgement
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.store import (
    adjudication_events,
    attribute_judgements,
    documents,
    passages,
    readings,
    runs,
    suggestions,
)
from careatlas.suggestion import Suggestion
from streamlit_app.model_in_use import model_in_use


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The disputed passages that pass a filter.

    Attributes
    ----------
    listed : tuple of Disputed
    decided, disputed : int
        How many of those that pass the filter of sample and code, whatever their standing; the locked are decided.
    locked : int
    """

    listed: tuple[Disputed, ...]
    decided: int
    disputed: int
    locked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One passage as it lies on the adjudicator's desk.

    Attributes
    ----------
    before, after : str
        The neighbouring passages that can carry a statement, empty at the ends of a document.
    attributes : tuple of AttributeJudgement
        What everybody says beside the codes, in force, the adjudicator's own included.
    suggestion : Suggestion or None
        Of the model that coders saw, else of the model in use.
    likely : Mapping
        By a Dawid-Skene model, the probability that a code is present; empty where there is none.
    no_model : str
        Why there is none.
    """

    passage: Passage
    case: Case
    document: Document
    page: Page | None
    page_count: int
    before: str
    after: str
    attributes: tuple[AttributeJudgement, ...]
    events: tuple[AdjudicationEvent, ...]
    suggestion: Suggestion | None
    likely: Mapping[Code, float]
    no_model: str


def disputed(project: Project, codebook: Codebook) -> list[Disputed]:
    """Return the passages on which people differ, in the order of documents and pages."""
    with project.store.read() as connection:
        return with_locks(connection, codebook, _disputes(project, connection, codebook).disputed)


def queue(every: Iterable[Disputed], which: DisputeFilter) -> Queue:
    """Return those that pass a filter, with how far they are."""
    scope = filtered(every, DisputeFilter(sample=which.sample, code=which.code))
    standings = Counter(one.standing for one in scope)
    return Queue(
        listed=tuple(filtered(scope, which)),
        decided=len(scope) - standings[Standing.OPEN],
        disputed=len(scope),
        locked=standings[Standing.LOCKED],
    )


def matter(project: Project, codebook: Codebook, passage_id: str) -> Matter:
    """Return a passage with all that is known of it.

    Raises
    ------
    UsageError
        If there is no such passage.
    """
    with project.store.read() as connection:
        passage, case = open_case(connection, codebook, passage_id)
        ids = [passage.passage_id]
        pages = readings.pages(connection, passage.document_id)
        before, after = _neighbours(connection, passage)
        likely, no_model = _presence(project, connection, codebook)
        return Matter(
            passage=passage,
            case=case,
            document=documents.get(connection, passage.document_id),
            page=pages[passage.page - 1] if len(pages) >= passage.page else None,
            page_count=len(pages),
            before=before,
            after=after,
            attributes=tuple(
                one
                for one in attribute_judgements.current(attribute_judgements.of_passages(connection, ids))
                if one.codebook_id == codebook.id
            ),
            events=tuple(
                one for one in adjudication_events.of_passages(connection, ids) if one.codebook_id == codebook.id
            ),
            suggestion=_suggestion(connection, codebook, case),
            likely=likely.get(passage.passage_id, {}),
            no_model=no_model,
        )


def next_open(listed: Sequence[Disputed], passage_id: str, person: str) -> str:
    """Return the next passage that is open and that this person may decide on, from the start again at the end.

    Empty where there is none.
    """
    names = [one.passage_id for one in listed]
    start = names.index(PassageId(passage_id)) + 1 if passage_id in names else 0
    turned = [*listed[start:], *listed[:start]]
    return next(
        (
            one.passage_id
            for one in turned
            if one.standing is Standing.OPEN
            and one.passage_id != passage_id
            and not (person and no_adjudicator(one.coders, person))
        ),
        "",
    )


def _neighbours(connection: Any, passage: Passage) -> tuple[str, str]:
    near = [
        one
        for number in (passage.page - 1, passage.page, passage.page + 1)
        for one in passages.of_page(connection, passage.document_id, number)
        if one.kind.is_evidence or one.passage_id == passage.passage_id
    ]
    here = next(index for index, one in enumerate(near) if one.passage_id == passage.passage_id)
    before = near[here - 1].text if here else ""
    return before, near[here + 1].text if here + 1 < len(near) else ""


def _suggestion(connection: Any, codebook: Codebook, case: Case) -> Suggestion | None:
    seen = Counter(row.shown_model_id for one in case.voices for row in one.rows if row.shown_model_id)
    stored = suggestions.models(connection)
    model = model_in_use(stored, codebook, runs.listed(connection, stage="suggest", limit=1))
    name = seen.most_common(1)[0][0] if seen else model.model_id if model else ""
    return suggestions.of_passages(connection, name, [case.passage_id]).get(case.passage_id)


# --- kept for all sessions: judgements are only ever added, so that only what is new is read again


def _disputes(project: Project, connection: Any, codebook: Codebook) -> Disputes:
    kept = _kept_disputes(*_book(project, codebook))
    if kept:
        kept[:] = [disputes(connection, codebook, kept[0])]
    else:
        with st.spinner("Looking for what people differ on"):
            kept[:] = [disputes(connection, codebook)]
    return kept[0]


def _presence(
    project: Project, connection: Any, codebook: Codebook
) -> tuple[Mapping[PassageId, Mapping[Code, float]], str]:
    found = _disputes(project, connection, codebook)
    return _kept_presence((*_book(project, codebook), found.coded), found, codebook)


def _book(project: Project, codebook: Codebook) -> tuple[str, str, str, tuple[str, ...]]:
    return str(project.root), codebook.id, codebook.version, tuple(code.id for code in codebook.codes)


@st.cache_resource(show_spinner=False, max_entries=4)
def _kept_disputes(root: str, book: str, version: str, codes: tuple[str, ...]) -> list[Disputes]:  # noqa: ARG001
    return []  # filled by whoever asks


@st.cache_resource(show_spinner="Estimating how often each coder is right", max_entries=2)
def _kept_presence(
    state: tuple[object, ...],  # noqa: ARG001 - what the cache goes by
    _found: Disputes,
    _codebook: Codebook,
) -> tuple[Mapping[PassageId, Mapping[Code, float]], str]:
    return presence(_found, _codebook)
