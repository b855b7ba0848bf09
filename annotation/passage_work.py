"""From readings asked for to work for the screen: each passage with its page, what stands around it, a suggestion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from annotation.labelling_task import LabellingWork
from annotation.page_pictures import PagePictures
from careatlas.document import Document, Page
from careatlas.identifiers import PassageId
from careatlas.passage import Passage, PassageKind
from careatlas.sample import Assignment
from careatlas.store import documents, passages, readings, suggestions
from careatlas.store.passage_successors import names_now

AROUND = 600  # characters of the text before and after a passage
_BATCH = 400  # passages asked for at once: databases bound the values of a query


def labelling_works(
    connection: Any, asked: Sequence[Assignment], model_id: str, pictures: PagePictures | None
) -> Iterator[LabellingWork]:
    """Yield the work for each reading, in their order. Passages that a new reading lost are left out.

    Parameters
    ----------
    asked : sequence of Assignment
        Of any samples.
    model_id : str
        Whose suggestions go along; empty for none.
    pictures : PagePictures or None
        Where page images come from.
    """
    pages = _Pages(connection)
    for start in range(0, len(asked), _BATCH):
        batch = asked[start : start + _BATCH]
        now = names_now(connection, sorted({one.passage_id for one in batch}))
        wanted = [now[one.passage_id] for one in batch]
        found = {item.passage_id: item for item in passages.now(connection, sorted({*wanted} - {PassageId("")}))}
        scored = suggestions.of_passages(connection, model_id, sorted(found))
        if pictures:
            pictures.draw((item.document_id, item.page) for item in found.values())
        for one, name in zip(batch, wanted, strict=True):
            passage = found.get(name)
            if passage is None:
                continue
            document = pages.document(passage.document_id)
            before, after = pages.around(passage)
            yield LabellingWork(
                task_key=one.task_key,
                design=one.sample_id,
                passage=passage,
                document=document,
                page=pages.page(passage.document_id, passage.page),
                before=before,
                after=after,
                page_address=pictures.address(document, passage.page) if pictures else None,
                suggestion=scored.get(passage.passage_id),
                blind=one.blind,
            )


class _Pages:
    """Documents, sizes and texts of pages, each read once."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._documents: dict[str, Document] = {}
        self._sizes: dict[str, dict[int, Page]] = {}
        self._texts: dict[tuple[str, int], list[Passage]] = {}

    def document(self, name: str) -> Document:
        if name not in self._documents:
            self._documents[name] = documents.get(self._connection, name)
        return self._documents[name]

    def page(self, name: str, number: int) -> Page:
        if name not in self._sizes:
            self._sizes[name] = {page.number: page for page in readings.pages(self._connection, name)}
        return self._sizes[name][number]

    def texts(self, name: str, number: int) -> list[Passage]:
        if (name, number) not in self._texts:
            found = passages.of_page(self._connection, name, number)
            self._texts[name, number] = [item for item in found if item.kind is not PassageKind.FURNITURE]
        return self._texts[name, number]

    def around(self, passage: Passage) -> tuple[str, str]:
        """Return what stands before and after a passage, on its page or on the ones beside it."""
        here = self.texts(passage.document_id, passage.page)
        before = [item.text for item in here if item.position < passage.position]
        after = [item.text for item in here if item.position > passage.position]
        before = before or [item.text for item in self.texts(passage.document_id, passage.page - 1)]
        after = after or [item.text for item in self.texts(passage.document_id, passage.page + 1)]
        return _end(before[-1] if before else ""), _start(after[0] if after else "")


def _end(text: str) -> str:
    return text if len(text) <= AROUND else f"…{text[-AROUND:]}"


def _start(text: str) -> str:
    return text if len(text) <= AROUND else f"{text[:AROUND]}…"
