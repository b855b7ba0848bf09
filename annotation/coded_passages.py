"""What one coder said of one passage, as agreement is measured on it, wherever it is from: the store or a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedPassage:
    """A whole answer: each code that is not among ``codes`` was said to be absent.

    Attributes
    ----------
    id : str
        The passage.
    document : str
        Where it is from; empty where nobody says.
    annotator : str
        The coder.
    codes : frozenset of str
        Empty for "read, nothing here".
    attributes : mapping of str to str
        Status, setting and the like, only those that were given.
    suggestion_shown : bool or None
        Whether a suggestion was on the screen; None where nobody says.
    model_id : str
        Whose suggestion ``accepted_codes`` are.
    accepted_codes : frozenset of str or None
        What the model pre-labelled or, where the coder was blind, would have pre-labelled. None where it is unknown.
    repeat : int
        0 for the first time that the coder was given the passage, 1 for the next.
    made_at : datetime or None
        With a time zone.
    """

    id: str
    document: str
    annotator: str
    codes: frozenset[str]
    attributes: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    suggestion_shown: bool | None = None
    model_id: str = ""
    accepted_codes: frozenset[str] | None = None
    repeat: int = 0
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingTable:
    """Answers set side by side: those of one row are compared with each other.

    Attributes
    ----------
    coders : tuple of str
        The columns: coders, or "first" and "second", or "coder" and "model".
    rows : tuple of tuples of CodedPassage or None
        None where that coder gave no answer.
    clusters : array of int, shape (rows,)
        The document of each row, from 0.
    documents : int
        How many there are. A passage without a document stands for itself.
    alone : int
        Rows whose document nobody says.
    """

    coders: tuple[str, ...]
    rows: tuple[tuple[CodedPassage | None, ...], ...]
    clusters: NDArray[np.intp]
    documents: int
    alone: int

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, kept: NDArray[np.bool_]) -> CodingTable:
        """Return some of the rows; documents keep their numbers, so that both can be measured on the same draws."""
        rows = tuple(row for row, keep in zip(self.rows, kept, strict=True) if keep)
        return CodingTable(
            coders=self.coders,
            rows=rows,
            clusters=self.clusters[kept],
            documents=self.documents,
            alone=sum(not _document(row) for row in rows),
        )


def between_coders(passages: Iterable[CodedPassage]) -> CodingTable:
    """Return the passages that two coders or more answered, each with the first answer of each of them."""
    first: dict[str, dict[str, CodedPassage]] = {}
    coders: dict[str, None] = {}
    for one in sorted(passages, key=_order):
        first.setdefault(one.id, {}).setdefault(one.annotator, one)
        coders.setdefault(one.annotator)
    names = tuple(sorted(coders))
    compared = [answers for answers in first.values() if len(answers) > 1]
    return side_by_side(names, [tuple(answers.get(name) for name in names) for answers in compared])


def of_the_same_coder(passages: Iterable[CodedPassage]) -> CodingTable:
    """Return the passages that a coder answered twice, once per coder: the first answer and the one after it."""
    answers: dict[tuple[str, str], list[CodedPassage]] = {}
    for one in sorted(passages, key=_order):
        answers.setdefault((one.annotator, one.id), []).append(one)
    return side_by_side(("first", "second"), [tuple(of[:2]) for of in answers.values() if len(of) > 1])


def side_by_side(coders: tuple[str, ...], rows: Iterable[tuple[CodedPassage | None, ...]]) -> CodingTable:
    """Return a table of answers with its documents numbered."""
    kept = tuple(rows)
    numbers: dict[tuple[str, str], int] = {}
    documents = [_document(row) for row in kept]
    keys = [
        ("document", name) if name else ("passage", _passage(row)) for name, row in zip(documents, kept, strict=True)
    ]
    places = [numbers.setdefault(key, len(numbers)) for key in keys]
    return CodingTable(
        coders=coders,
        rows=kept,
        clusters=np.array(places, dtype=np.intp),
        documents=len(numbers),
        alone=sum(not name for name in documents),
    )


def _order(one: CodedPassage) -> tuple[int, float]:
    return one.repeat, one.made_at.timestamp() if one.made_at else 0.0


def _document(row: tuple[CodedPassage | None, ...]) -> str:
    return next((one.document for one in row if one is not None and one.document), "")


def _passage(row: tuple[CodedPassage | None, ...]) -> str:
    return next(one.id for one in row if one is not None)
