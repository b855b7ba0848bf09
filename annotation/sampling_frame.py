"""The passages that a sample can be drawn from, as a project's store holds them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotation.inclusion import Floats
from annotation.sampling_design import SamplingOrder
from careatlas.document import Document
from careatlas.errors import UsageError
from careatlas.identifiers import CodebookId, ModelId, PassageId
from careatlas.passage import PassageKind
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.store import documents, judgements, passages, suggestions
from careatlas.suggestion import Suggestion

_KINDS = tuple(kind for kind in PassageKind if kind.is_evidence)
_BATCH = 2_000  # passages asked for in one query: databases bound the number of values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SamplingFrame:
    """N passages, by identifier, so that the same passages always come in the same order.

    Attributes
    ----------
    passages : tuple of PassageId
    texts : tuple of str
    areas, doc_types : tuple of str
        Of the passages' documents; empty where they are not known.
    top : array of float, shape (N,), or None
        The probability of each passage's likeliest code; ``None`` without a model.
    uncertainty : array of float, shape (N,), or None
        In bits: see :func:`entropy`.
    documents : int
    unscored, judged : int
        How many passages were left out because the model has not scored them, and because somebody has judged them.
    """

    passages: tuple[PassageId, ...]
    texts: tuple[str, ...]
    areas: tuple[str, ...]
    doc_types: tuple[str, ...]
    top: Floats | None
    uncertainty: Floats | None
    documents: int
    unscored: int
    judged: int


@dataclass(frozen=True, slots=True)
class _Row:
    passage_id: PassageId
    text: str
    area: str
    doc_type: str
    top: float
    uncertainty: float


def read_frame(
    project: Project, order: SamplingOrder, codebook_id: CodebookId, model_id: ModelId | None, progress: Progress
) -> SamplingFrame:
    """Read the passages that could carry a statement, of the documents that are asked for, scored by the model if any.

    Near-duplicates are passages like others.

    Raises
    ------
    UsageError
        If an area or a type of document is not there.
    """
    rows: list[_Row] = []
    unscored = left_out = 0
    with project.store.read() as connection:
        read = _asked_for(documents.listed(connection), order)
        judged = set(judgements.judged_passages(connection, codebook_id)) if order.exclude_judged else set()
        progress.start("reading passages", len(read))
        for document in read:
            which = passages.PassageFilter(document_id=document.document_id, kinds=_KINDS)
            found = {item.passage_id: item.text for item in passages.stream(connection, which)}
            left_out += len(found.keys() & judged)
            names = [name for name in found if name not in judged]
            for start in range(0, len(names), _BATCH):
                some = names[start : start + _BATCH]
                scored = suggestions.of_passages(connection, model_id, some) if model_id else {}
                kept = [name for name in some if name in scored] if model_id else some
                unscored += len(some) - len(kept)
                rows += [_row(name, found[name], document, scored.get(name)) for name in kept]
            progress.advance(document.name)
    rows.sort(key=lambda row: row.passage_id)
    return SamplingFrame(
        passages=tuple(row.passage_id for row in rows),
        texts=tuple(row.text for row in rows),
        areas=tuple(row.area for row in rows),
        doc_types=tuple(row.doc_type for row in rows),
        top=np.array([row.top for row in rows]) if model_id else None,
        uncertainty=np.array([row.uncertainty for row in rows]) if model_id else None,
        documents=len(read),
        unscored=unscored,
        judged=left_out,
    )


def entropy(probabilities: Sequence[float]) -> float:
    """Return how unsure a model is of a passage, in bits: the binary entropies of all its codes, added up.

    That is what reading the passage against the whole codebook tells at most, by the model's own probabilities; and
    exactly that if it takes the codes for independent. Entropy as a measure for what to label: Settles (2009), Active
    Learning Literature Survey, section 3.1.
    """
    chances = np.asarray(probabilities, dtype=np.float64)
    both = np.stack([chances, 1 - chances])
    logs = np.log2(both, where=both > 0, out=np.zeros_like(both))
    return float(-(both * logs).sum())


def _row(name: PassageId, text: str, document: Document, said: Suggestion | None) -> _Row:
    probabilities = [score.probability for score in said.scores] if said else []
    return _Row(
        passage_id=name,
        text=text,
        area=document.area_code,
        doc_type=document.doc_type,
        top=max(probabilities, default=0.0),
        uncertainty=entropy(probabilities),
    )


def _asked_for(found: Sequence[Document], order: SamplingOrder) -> list[Document]:
    """Return the documents of the areas (by code or name) and types that are asked for, that have been read."""
    names = {one.area_name.casefold(): one.area_code for one in found if one.area_code and one.area_name}
    codes = {one.area_code.casefold(): one.area_code for one in found if one.area_code}
    types = {one.doc_type.casefold(): one.doc_type for one in found if one.doc_type}
    areas = _known("area", order.areas, names | codes)
    doc_types = _known("type of document", order.doc_types, types)
    return [
        one
        for one in found
        if one.passage_count and (not areas or one.area_code in areas) and (not doc_types or one.doc_type in doc_types)
    ]


def _known(what: str, asked: Iterable[str], known: Mapping[str, str]) -> set[str]:
    """Return what is meant by names, of which several may stand in one text: some areas have commas in their names."""
    given = [name for text in asked for name in ([text] if text.casefold() in known else text.split(","))]
    found = set()
    for name in map(str.strip, given):
        if name.casefold() not in known:
            close = difflib.get_close_matches(name.casefold(), known, n=1)
            mend = f"did you mean {close[0]!r}?" if close else f"there are: {_some(known.values())}"
            raise UsageError(f"no document is of the {what} {name!r}", mend=mend)
        found.add(known[name.casefold()])
    return found


def _some(names: Iterable[str], most: int = 12) -> str:
    listed = sorted(set(names))
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more if listed else "none is known"
