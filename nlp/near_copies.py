"""Documents that are nearly the same, and passages that several areas share word for word.

Texts are compared by their sets of five-word shingles (Broder 1997, On the resemblance and containment of documents).
Nothing is hashed or sampled: the answer is exact, and the same whatever the order of the documents. Numbers count as
words here, unlike in :mod:`models.families`: "12 beds" and "15 beds" are two areas' own facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.identifiers import AreaCode, DocumentId, PassageId, sha256_of
from careatlas.near_copy import Boilerplate, DocumentCopy
from careatlas.shingles import shingle_sets, words_of

COPIES_VERSION = "1"
SHARE = 0.8  # of the smaller document's shingles: a copy
LEAST_SHINGLES = 30  # of a document that can be a copy: about a third of a page
LEAST_WORDS = 8  # of a passage that can be boilerplate
LEAST_AREAS = 3  # in which boilerplate stands
_BLOCK = 2_000  # rows compared at once


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedDocument:
    """What two documents are compared by.

    Attributes
    ----------
    area_code : AreaCode
        Empty where unknown.
    published : str
        As in :class:`careatlas.document.Document`; empty where unknown.
    passages : tuple of (PassageId, str)
        Those that can carry a statement, in their order.
    """

    document_id: DocumentId
    area_code: AreaCode
    published: str
    passages: tuple[tuple[PassageId, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Documents with their shingles.

    ``passages`` and ``documents`` are sparse matrices of 0 and 1 (passages x shingles, documents x shingles).
    """

    items: Sequence[ComparedDocument]
    names: list[tuple[PassageId, str]]
    owners: NDArray[np.intp]
    passages: Any
    documents: Any


def near_copies(
    items: Sequence[ComparedDocument],
) -> tuple[tuple[DocumentCopy, ...], tuple[Boilerplate, ...]]:
    """Return the documents that are copies of another one, and the passages that several areas share.

    **Copies.** A document with :data:`SHARE` or more of its shingles in a longer one is a copy of it, unless the two
    are known to be of different areas (each area's plan counts as read) or of different years (a later edition says
    that something still stands). The longest of a family counts; of equal length the earliest, then the first
    identifier. A copy is never a copy of a copy, so that no chain of half-alike documents makes one family.

    **Boilerplate.** A passage of :data:`LEAST_WORDS` words or more, all of whose shingles stand in documents of
    :data:`LEAST_AREAS` known areas or more.

    Parameters
    ----------
    items : sequence of ComparedDocument
        All documents of the project.
    """
    ordered = sorted(items, key=lambda one: one.document_id)
    compared = _compared(ordered)
    return tuple(_copies(compared)), tuple(_boilerplate(compared))


def _compared(items: Sequence[ComparedDocument]) -> _Compared:
    from scipy.sparse import csr_array

    names = [one for item in items for one in item.passages]
    owners = np.repeat(np.arange(len(items)), [len(item.passages) for item in items])
    sets = shingle_sets([text for _, text in names], fold_numbers=False)
    width = int(sets.shingles.max(initial=-1)) + 1
    ones = np.ones(len(sets.shingles), dtype=np.int32)
    passages = csr_array((ones, sets.shingles, sets.starts), shape=(len(names), width))
    of_document = np.repeat(owners, np.diff(sets.starts))
    pairs = np.unique(of_document * max(width, 1) + sets.shingles)
    rows, columns = np.divmod(pairs, max(width, 1))
    documents = csr_array((np.ones(len(pairs), dtype=np.int32), (rows, columns)), shape=(len(items), width))
    return _Compared(items, names, owners, passages, documents)


def _copies(compared: _Compared) -> Iterator[DocumentCopy]:
    items = compared.items
    sizes = np.diff(compared.documents.indptr)
    order = sorted(range(len(items)), key=lambda at: (-sizes[at], items[at].published or "9", at))
    place = {at: rank for rank, at in enumerate(order)}
    pairs = dict(_alike(compared, sizes))
    counts: set[int] = set()
    for at in order:
        longer = [(share, other) for share, other in pairs.get(at, ()) if other in counts]
        here = [(share, other) for share, other in longer if _may_be_one(items[at], items[other])]
        if not here:
            counts.add(at)
            continue
        share, other = max(here, key=lambda pair: (pair[0], -place[pair[1]]))
        copy_of = items[other].document_id
        yield DocumentCopy(document_id=items[at].document_id, copy_of=copy_of, similarity=share)


def _alike(compared: _Compared, sizes: NDArray[np.intp]) -> Iterator[tuple[int, list[tuple[float, int]]]]:
    """Yield each document with those, at least as long, that hold enough of its shingles, and the share they hold."""
    for start, end, shared in _overlaps(compared.documents, compared.documents):
        rows = np.arange(start, end)[shared.row]
        is_alike = (shared.data >= SHARE * sizes[rows]) & (rows != shared.col) & (sizes[shared.col] >= sizes[rows])
        is_alike &= sizes[rows] >= LEAST_SHINGLES
        found: dict[int, list[tuple[float, int]]] = {}
        for row, column, count in zip(rows[is_alike], shared.col[is_alike], shared.data[is_alike], strict=True):
            found.setdefault(int(row), []).append((round(float(count / sizes[row]), 4), int(column)))
        yield from found.items()


def _may_be_one(one: ComparedDocument, other: ComparedDocument) -> bool:
    pairs = ((one.area_code, other.area_code), (one.published[:4], other.published[:4]))
    return all(not mine or not theirs or mine == theirs for mine, theirs in pairs)


def _boilerplate(compared: _Compared) -> Iterator[Boilerplate]:
    sizes = np.diff(compared.passages.indptr)
    codes = sorted({one.area_code for one in compared.items if one.area_code})
    area_of = np.array([codes.index(one.area_code) if one.area_code else -1 for one in compared.items], dtype=np.intp)
    for start, end, shared in _overlaps(compared.passages, compared.documents):
        rows = np.arange(start, end)[shared.row]
        holds_all = shared.data == sizes[rows]
        rows, documents = rows[holds_all], shared.col[holds_all]
        counts = np.bincount(rows - start, minlength=end - start)
        areas = area_of[documents]
        pairs = np.unique((rows[areas >= 0] - start) * max(len(codes), 1) + areas[areas >= 0])
        area_counts = np.bincount(pairs // max(len(codes), 1), minlength=end - start)
        for at in np.flatnonzero(area_counts >= LEAST_AREAS).tolist():
            name, text = compared.names[start + at]
            words = words_of(text, fold_numbers=False)
            if len(words) >= LEAST_WORDS:
                yield Boilerplate(
                    passage_id=name,
                    document_id=compared.items[int(compared.owners[start + at])].document_id,
                    group=sha256_of(" ".join(words).encode("utf-8", "surrogatepass"))[:16],
                    document_count=int(counts[at]),
                    area_count=int(area_counts[at]),
                )


def _overlaps(rows: Any, columns: Any) -> Iterator[tuple[int, int, Any]]:
    """Yield blocks of rows with how many shingles each shares with each column, as (first, last, sparse matrix)."""
    turned = columns.T.tocsr()
    for start in range(0, rows.shape[0], _BLOCK):
        end = min(start + _BLOCK, rows.shape[0])
        yield start, end, (rows[start:end] @ turned).tocoo()
