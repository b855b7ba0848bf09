"""What a file of labels holds, told before anything is trained on it: support, repetition, weights, agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from models.examples import Examples
from models.families import families
from models.label_matrix import ABSENT, PRESENT, UNKNOWN
from models.label_row import LabelledRow
from models.labels_file import LabelFile

NAMED = 10  # families that are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSupport:
    """In how many passages a code is present, absent and unknown, and in how many documents it is present."""

    code: str
    present: int
    absent: int
    unknown: int
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """Passages that say what another says.

    Attributes
    ----------
    rows : int
        Rows that repeat an earlier one, identifier and all; they are counted once everywhere else.
    same_text : int
        Passages whose words an earlier passage has, but for white space.
    differing_labels : int
        Of those, the ones with other labels than the earlier passage.
    families, in_families : int
        Families of near-duplicates, and passages in them.
    across_sources : int
        Families with members in several documents: split by document, they leak.
    across : tuple of tuple of str
        The identifiers of the first ten of these families.
    """

    rows: int
    same_text: int
    differing_labels: int
    families: int
    in_families: int
    across_sources: int
    across: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What is known of how passages were drawn.

    Attributes
    ----------
    known : int
        Passages with an inclusion probability.
    lowest : float or None
        The smallest of them.
    represented : float
        The sum of the inverse probabilities: how many passages these stand for.
    effective : float
        Kish's effective sample size, (sum w)**2 / sum w**2.
    """

    known: int
    lowest: float | None
    represented: float
    effective: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two annotators gave the same codes. Measures beyond chance: ``careatlas agreement``.

    Attributes
    ----------
    rows : int
        Passages that both labelled.
    exact : float
        The share of them with the very same set of codes.
    either : int
        Passages to which at least one of them gave a code.
    exact_of_either : float or None
        The share of these with the same set.
    adjudicated : int
        Passages that a third decided.
    """

    rows: int
    exact: float
    either: int
    exact_of_either: float | None
    adjudicated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReport:
    """What a file of labels holds.

    Attributes
    ----------
    with_code, without_code : int
        Passages with at least one code, and those that are known to have none; of the rest it is unknown.
    sources : int
        Documents, or what else groups the passages.
    unsure : int
        Passages of which those who decided were not sure.
    problems : tuple of str
        What is wrong, with its line; at most a thousand. ``problem_count`` counts them all.
    """

    path: str
    codebook: str
    rows: int
    with_code: int
    without_code: int
    sources: int
    words_median: float | None
    unsure: int
    codes: tuple[CodeSupport, ...]
    repetition: Repetition
    weights: Weights
    agreement: Agreement | None
    problem_count: int
    problems: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def label_report(file: LabelFile, codebook: Codebook) -> LabelReport:
    """Describe a file of labels.

    Parameters
    ----------
    file : LabelFile
        Rows that are wrong are in its problems and nowhere else.
    codebook : Codebook
        The one it was read with.
    """
    examples = file.examples(codebook)
    sources = [row.source or group for row, group in zip(file.rows, examples.groups, strict=True)]
    initiative = examples.initiative()
    return LabelReport(
        path=str(file.path),
        codebook=f"{codebook.id} {codebook.version}",
        rows=len(examples),
        with_code=int((initiative == PRESENT).sum()),
        without_code=int((initiative == ABSENT).sum()),
        sources=len(set(sources)),
        words_median=median(len(text.split()) for text in examples.texts) if len(examples) else None,
        unsure=sum(row.sure is False for row in file.rows),
        codes=_support(examples, sources),
        repetition=_repetition(file, examples, sources),
        weights=_weights(examples.inclusion),
        agreement=_agreement(file.rows),
        problem_count=file.problem_count,
        problems=tuple(map(str, file.problems)),
    )


def _support(examples: Examples, sources: Sequence[str]) -> tuple[CodeSupport, ...]:
    where = np.array(sources, dtype=object)
    return tuple(
        CodeSupport(
            code=code,
            present=int((column == PRESENT).sum()),
            absent=int((column == ABSENT).sum()),
            unknown=int((column == UNKNOWN).sum()),
            sources=len(set(where[column == PRESENT])),
        )
        for code, column in zip(examples.codes, examples.targets.T, strict=True)
    )


def _repetition(file: LabelFile, examples: Examples, sources: Sequence[str]) -> Repetition:
    first: dict[str, int] = {}
    earlier = [first.setdefault(" ".join(text.split()), index) for index, text in enumerate(examples.texts)]
    again = [(index, known) for index, known in enumerate(earlier) if known != index]
    members: dict[int, list[int]] = {}
    for index, family in enumerate(families(examples.texts).tolist()):
        members.setdefault(family, []).append(index)
    repeated = [rows for rows in members.values() if len(rows) > 1]
    across = [rows for rows in repeated if len({sources[row] for row in rows}) > 1]
    return Repetition(
        rows=file.repeated,
        same_text=len(again),
        differing_labels=sum(bool((examples.targets[a] != examples.targets[b]).any()) for a, b in again),
        families=len(repeated),
        in_families=sum(map(len, repeated)),
        across_sources=len(across),
        across=tuple(tuple(examples.ids[row] for row in rows) for rows in across[:NAMED]),
    )


def _weights(inclusion: NDArray[np.float64]) -> Weights:
    known = inclusion[~np.isnan(inclusion)]
    weights = 1 / known
    return Weights(
        known=len(known),
        lowest=float(known.min()) if len(known) else None,
        represented=float(weights.sum()),
        effective=float(weights.sum() ** 2 / (weights**2).sum()) if len(known) else 0.0,
    )


def _agreement(rows: Sequence[LabelledRow]) -> Agreement | None:
    coded = [row for row in rows if row.annotators is not None]
    said = [row.annotators for row in coded if row.annotators is not None]
    if not said:
        return None
    same = np.array([first == second for first, second in said])
    either = np.array([bool(first | second) for first, second in said])
    return Agreement(
        rows=len(said),
        exact=float(same.mean()),
        either=int(either.sum()),
        exact_of_either=float(same[either].mean()) if either.any() else None,
        adjudicated=sum(row.adjudicated for row in coded),
    )
