"""Training examples: passages with what is known of each code. Blank is not negative."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError
from careatlas.identifiers import Code, Sha256, sha256_of
from models.label_matrix import ABSENT, PRESENT, UNKNOWN, Targets, any_code

ORIGINS = ("seed", "file", "judgement", "codebook")
SYNTHETIC_ORIGINS = ("seed", "codebook")  # written for training: never part of a test

_ROW_WISE = ("ids", "texts", "headings", "before", "after", "targets", "groups", "origins", "inclusion")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One passage with its labels; codes that are neither present nor absent are unknown.

    Attributes
    ----------
    group : str
        What must stay on one side of a split: the area or the document. Empty stands for the passage alone.
    origin : str
        One of :data:`ORIGINS`.
    inclusion : float
        The probability with which a sampling design drew the passage; NaN where it is unknown.
    """

    id: str
    text: str
    present: frozenset[Code]
    absent: frozenset[Code]
    origin: str
    heading: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    group: str = ""
    inclusion: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Examples:
    """Passages with their labels, column-wise.

    Two of them are the same if their digests are; ``==`` compares identity, because NumPy compares cell by cell.

    Attributes
    ----------
    ids, texts : tuple of str, length n
        Identifiers are those of their origin and need not be unique once several origins are joined.
    headings : tuple of tuple of str, length n
        The headings above each passage, the topmost first.
    before, after : tuple of str, length n
        The neighbouring passages; empty where unknown.
    codes : tuple of Code, length k
        The columns of ``targets``.
    targets : array of int8, shape (n, k)
        1 present, 0 absent, -1 unknown.
    groups : tuple of str, length n
        What must stay together in a split.
    origins : tuple of str, length n
        Each one of :data:`ORIGINS`.
    inclusion : array of float, shape (n,)
        Inclusion probability; NaN where unknown.

    Raises
    ------
    ValueError
        If the columns do not fit together, or a value is none of those agreed.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    headings: tuple[tuple[str, ...], ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    codes: tuple[Code, ...]
    targets: Targets
    groups: tuple[str, ...]
    origins: tuple[str, ...]
    inclusion: NDArray[np.float64]

    def __post_init__(self) -> None:
        rows = len(self.ids)
        for name in _ROW_WISE:
            if len(getattr(self, name)) != rows:
                raise ValueError(f"{name} has {len(getattr(self, name))} rows, ids have {rows}")
        if self.targets.shape != (rows, len(self.codes)):
            raise ValueError(f"targets have shape {self.targets.shape}, not {(rows, len(self.codes))}")
        if self.targets.dtype != np.int8 or not np.isin(self.targets, (PRESENT, ABSENT, UNKNOWN)).all():
            raise ValueError("targets are int8: 1 present, 0 absent, -1 unknown")
        if not set(self.origins) <= set(ORIGINS):
            raise ValueError(f"an origin is one of {', '.join(ORIGINS)}")

    def __repr__(self) -> str:
        return f"<Examples: {len(self)} passages, {len(self.codes)} codes>"

    def __len__(self) -> int:
        return len(self.ids)

    def subset(self, indices: Sequence[int] | NDArray[Any]) -> Examples:
        """Return the rows at these indices, in that order and as often as they are named; or those of a mask."""
        chosen = np.arange(len(self))[np.asarray(indices, dtype=None if len(indices) else np.intp)]
        parts: dict[str, Any] = {}
        for name in _ROW_WISE:
            column = getattr(self, name)
            parts[name] = column[chosen] if isinstance(column, np.ndarray) else tuple(column[i] for i in chosen)
        return Examples(codes=self.codes, **parts)

    def labelled(self) -> NDArray[np.bool_]:
        """Return which examples are labelled passages, and not written for training; shape (n,)."""
        return ~np.isin(np.array(self.origins, dtype=object), SYNTHETIC_ORIGINS)

    def weights(self, written: float) -> NDArray[np.float64]:
        """Return the weight of each example, shape (n,): labelled passages 1, written ones less where there are both.

        Parameters
        ----------
        written : float
            Of one written example beside one labelled passage.
        """
        labelled = self.labelled()
        return np.where(labelled, 1.0, written if labelled.any() else 1.0)

    def initiative(self) -> Targets:
        """Return, per passage, 1 if any code is present, 0 if all are absent, -1 otherwise; shape (n,)."""
        return any_code(self.targets)

    def digest(self) -> Sha256:
        """Return the SHA-256 digest of the content, which does not depend on the order of the rows."""
        rows = []
        for index in range(len(self)):
            inclusion = float(self.inclusion[index])
            row = [getattr(self, name)[index] for name in _ROW_WISE if name not in {"targets", "inclusion"}]
            row += [self.targets[index].tolist(), None if math.isnan(inclusion) else inclusion]
            rows.append(sha256_of(json.dumps(row).encode("ascii")))
        return sha256_of(json.dumps([self.codes, sorted(rows)]).encode("ascii"))


def examples_of(codes: Sequence[Code], rows: Iterable[Example]) -> Examples:
    """Put examples together, one row each.

    Parameters
    ----------
    codes : sequence of Code
        The columns.
    rows : iterable of Example
        None is fine: a set of examples may be empty.

    Raises
    ------
    ValueError
        If a row names a code that is no column, or one code as both present and absent.
    """
    listed = list(rows)
    columns = {code: column for column, code in enumerate(codes)}
    targets = np.full((len(listed), len(columns)), UNKNOWN, dtype=np.int8)
    for index, row in enumerate(listed):
        if row.present & row.absent or not row.present | row.absent <= columns.keys():
            raise ValueError(f"{row.id}: a code is unknown, or both present and absent")
        targets[index, [columns[code] for code in row.present]] = PRESENT
        targets[index, [columns[code] for code in row.absent]] = ABSENT
    return Examples(
        ids=tuple(row.id for row in listed),
        texts=tuple(row.text for row in listed),
        headings=tuple(row.heading for row in listed),
        before=tuple(row.before for row in listed),
        after=tuple(row.after for row in listed),
        codes=tuple(codes),
        targets=targets,
        groups=tuple(row.group or f"{row.origin}:{row.id}" for row in listed),
        origins=tuple(row.origin for row in listed),
        inclusion=np.array([row.inclusion for row in listed], dtype=np.float64),
    )


def joined(first: Examples, *others: Examples) -> Examples:
    """Return the rows of several sets of examples, one after the other.

    Raises
    ------
    InputError
        If they are labelled with different codes.
    """
    for other in others:
        if other.codes != first.codes:
            differing = sorted(set(first.codes) ^ set(other.codes))
            raise InputError(
                f"examples of different codes cannot be joined: {', '.join(differing[:10]) or 'their order differs'}",
                mend="read them all with one codebook",
            )
    parts: dict[str, Any] = {}
    for name in _ROW_WISE:
        columns = [getattr(one, name) for one in (first, *others)]
        is_array = isinstance(columns[0], np.ndarray)
        parts[name] = np.concatenate(columns) if is_array else tuple(value for column in columns for value in column)
    return Examples(codes=first.codes, **parts)
