"""Which page of which document a link means, and what stands on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from careatlas.codebook import Codebook
from careatlas.document import Document, Page
from careatlas.errors import UsageError
from careatlas.identifiers import ModelId, PassageId
from careatlas.judgement import Judgement
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.store import documents, judgements, passages, readings, runs, suggestions
from careatlas.suggestion import Suggestion
from streamlit_app.model_in_use import model_in_use
from streamlit_app.plain import in_markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a link leads.

    Attributes
    ----------
    document : Document or None
        ``None`` where the link names none that is here; ``said`` then says why.
    pages : tuple of Page
        Empty where the document was not read.
    number : int
        The page to show, 1 for the first.
    passage : Passage or None
        The passage to select.
    said : tuple of str
        What in the link was wrong or has changed, as Markdown-safe sentences.
    """

    document: Document | None
    pages: tuple[Page, ...] = ()
    number: int = 1
    passage: Passage | None = None
    said: tuple[str, ...] = ()

    @property
    def page(self) -> Page | None:
        """The page to show, ``None`` where the document has none."""
        return self.pages[self.number - 1] if self.pages else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContent:
    """All that is known of one page: its passages in order, what the model and people say of them."""

    passages: tuple[Passage, ...]
    suggestions: Mapping[PassageId, Suggestion]
    judgements: Mapping[PassageId, tuple[Judgement, ...]]
    model_id: ModelId | None


def place_of(project: Project, query: Mapping[str, str]) -> Place:
    """Return where ``document``, ``page`` and ``passage`` of an address lead.

    A passage that a new reading gave another identifier is followed to its successor. Whatever does not fit is said,
    never passed over.
    """
    said: list[str] = []
    passage = _passage(project, query.get("passage", ""), said)
    asked = query.get("document", "") or (passage.document_id if passage else "")
    if not asked:
        return Place(document=None, said=tuple(said))
    with project.store.read() as connection:
        try:
            document = documents.get(connection, asked)
        except UsageError:
            said.append(f"There is no document {in_markdown(asked)} in this project.")
            return Place(document=None, said=tuple(said))
        pages = tuple(readings.pages(connection, asked))
    if passage and passage.document_id != document.document_id:
        said.append(f"Passage {in_markdown(passage.passage_id)} stands in another document; it is not selected.")
        passage = None
    number = _number(query.get("page", ""), len(pages), passage, said)
    return Place(document=document, pages=pages, number=number, passage=passage, said=tuple(said))


def _passage(project: Project, asked: str, said: list[str]) -> Passage | None:
    if not asked:
        return None
    try:
        with project.store.read() as connection:
            found = passages.get(connection, asked)
    except UsageError as error:
        said.append(f"{in_markdown(error.what[:1].upper() + error.what[1:], limit=300)}.")
        return None
    if found.passage_id != asked:
        said.append("The document was read anew since this link was made; the passage was found again.")
    return found


def _number(asked: str, page_count: int, passage: Passage | None, said: list[str]) -> int:
    default = passage.page if passage else 1
    if not asked or not page_count:
        return default
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= page_count and len(asked) < 10):
        said.append(f"There is no page {in_markdown(asked, limit=20)}: the document has {page_count:,}.")
        return default
    if passage and int(asked) != passage.page:
        said.append(f"The passage stands on page {passage.page}, not on page {int(asked)}.")
        return default
    return int(asked)


def page_content(project: Project, codebook: Codebook, document_id: str, number: int) -> PageContent:
    """Return what stands on a page, page furniture included."""
    with project.store.read() as connection:
        found = tuple(passages.of_page(connection, document_id, number))
        ids = [passage.passage_id for passage in found]
        model = model_in_use(
            suggestions.models(connection), codebook, runs.listed(connection, stage="suggest", limit=1)
        )
        suggested = suggestions.of_passages(connection, model.model_id, ids) if model else {}
        judged: dict[PassageId, tuple[Judgement, ...]] = {}
        for row in judgements.of_passages(connection, ids):
            judged[row.passage_id] = (*judged.get(row.passage_id, ()), row)
    return PageContent(
        passages=found, suggestions=suggested, judgements=judged, model_id=model.model_id if model else None
    )
