"""A table of answers measured: each code, "none", each attribute and its values, and whole sets of codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.agreement_bootstrap import Estimate, Measure, estimates
from annotation.coded_passages import CodingTable
from annotation.nominal_agreement import MISSING, Ratings, nominal_cells
from annotation.set_agreement import SetRatings, set_cells, set_ratings

NO_CODE = "none"
NOT_APPLICABLE = "not-applicable"
LEAST_POSITIVES = 10
_OF_ONE_VALUE = ("prevalence", "positive", "negative")


class RowKind(StrEnum):
    """What a row of the report is about."""

    CODE = "code"
    NONE = "none"  # that no code applies
    ATTRIBUTE = "attribute"  # all its values
    VALUE = "value"  # one value of an attribute against the others


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """Agreement on one variable, over the answers that can be paired.

    Attributes
    ----------
    kind : RowKind
    name : str
        A code, an attribute, or "attribute = value".
    passages, documents : int
        With two answers or more, of an attribute: two answers that give it.
    given_by_any, given_by_all : int
        Passages where it was given by at least one, and by all who answered; of an attribute all that have a value.
    few : bool
        Whether fewer than ten passages have it by anybody: such figures carry little.
    measures : mapping of str to Estimate
        ``raw, kappa, fleiss, ac1, alpha`` and, but for attributes, ``prevalence, positive, negative``.
    """

    kind: RowKind
    name: str
    passages: int
    documents: int
    given_by_any: int
    given_by_all: int
    few: bool
    measures: Mapping[str, Estimate]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSection:
    """Agreement over one table of answers.

    Attributes
    ----------
    coders : tuple of str
    passages, documents : int
        Compared ones, and their documents.
    alone : int
        Passages whose document nobody says: each stands for itself, which makes intervals too short.
    given_by_any : int
        Passages to which anybody gave a code.
    sets : mapping of str to Estimate
        ``exact, exact_of_either, positive, alpha_masi, alpha_jaccard``.
    rows : tuple of AgreementRow
    """

    coders: tuple[str, ...]
    passages: int
    documents: int
    alone: int
    given_by_any: int
    sets: Mapping[str, Estimate]
    rows: tuple[AgreementRow, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variable:
    kind: RowKind
    name: str
    ratings: Ratings
    values: int


def sets_of(table: CodingTable, codes: Sequence[str], domains: Mapping[str, str] | None = None) -> SetRatings:
    """Return the sets of codes of a table of answers.

    Parameters
    ----------
    table : CodingTable
    codes : sequence of str
        All that may occur.
    domains : mapping of str to str, optional
        From each code to what stands for it, as its topmost parent.
    """
    stand = domains or {}
    names: dict[frozenset[str], frozenset[str]] = {}  # few distinct sets
    for one in (one for row in table.rows for one in row if one is not None):
        if one.codes not in names:
            names[one.codes] = frozenset(stand.get(code, code) for code in one.codes)
    sets = [[None if one is None else names[one.codes] for one in row] for row in table.rows]
    return set_ratings(sets, codes)


def agreement_section(
    table: CodingTable,
    ratings: SetRatings,
    attributes: Mapping[str, Sequence[str]],
    *,
    resamples: int,
    seed: int = 0,
) -> AgreementSection:
    """Measure a table of answers.

    Parameters
    ----------
    table : CodingTable
        At least one row.
    ratings : SetRatings
        Its sets, by ``sets_of``.
    attributes : mapping of str to sequence of str
        Attributes to report, with their possible values.
    resamples, seed : int
        Draws of documents, all measures on the same.
    """
    variables = [*_codes(ratings), *_attributes(table, attributes)]
    measures: dict[str, Measure] = {
        str(at): nominal_cells(one.ratings, one.values, table.clusters, table.documents).measures
        for at, one in enumerate(variables)
    }
    measures["sets"] = set_cells(ratings, table.clusters, table.documents).measures
    found = estimates(measures, table.documents, resamples=resamples, seed=seed)
    return AgreementSection(
        coders=table.coders,
        passages=len(table),
        documents=table.documents,
        alone=table.alone,
        given_by_any=int((ratings.none() == 0).any(axis=1).sum()),
        sets=found["sets"],
        rows=tuple(_row(one, table.clusters, found[str(at)]) for at, one in enumerate(variables)),
    )


def _codes(ratings: SetRatings) -> Iterator[_Variable]:
    for code in ratings.codes:
        yield _Variable(kind=RowKind.CODE, name=code, ratings=ratings.code(code), values=2)
    yield _Variable(kind=RowKind.NONE, name=NO_CODE, ratings=ratings.none(), values=2)


def _attributes(table: CodingTable, attributes: Mapping[str, Sequence[str]]) -> Iterator[_Variable]:
    for name, possible in attributes.items():
        values = [value for value in possible if value != NOT_APPLICABLE]
        ratings = _attribute(table, name, values)
        if not (ratings != MISSING).any():
            continue
        yield _Variable(kind=RowKind.ATTRIBUTE, name=name, ratings=ratings, values=max(len(values), 2))
        for at, value in enumerate(values):
            one = np.where(ratings == MISSING, MISSING, (ratings == at).astype(np.int64))
            yield _Variable(kind=RowKind.VALUE, name=f"{name} = {value}", ratings=one, values=2)


def _attribute(table: CodingTable, name: str, values: Sequence[str]) -> Ratings:
    """Return the values of an attribute where a coder gave a code and a value; what cannot be paired is missing."""
    places = {value: at for at, value in enumerate(values)}
    said = [
        [places.get(one.attributes.get(name, ""), MISSING) if one is not None and one.codes else MISSING for one in row]
        for row in table.rows
    ]
    ratings = np.array(said, dtype=np.int64)
    ratings[(ratings != MISSING).sum(axis=1) < 2] = MISSING
    return ratings


def _row(variable: _Variable, clusters: NDArray[np.intp], measures: Mapping[str, Estimate]) -> AgreementRow:
    answered = variable.ratings != MISSING
    paired = answered.sum(axis=1) > 1
    attribute = variable.kind is RowKind.ATTRIBUTE
    given = answered if attribute else variable.ratings == 1
    by_any = int(given[paired].any(axis=1).sum())
    return AgreementRow(
        kind=variable.kind,
        name=variable.name,
        passages=int(paired.sum()),
        documents=len(np.unique(clusters[paired])),
        given_by_any=by_any,
        given_by_all=int((given | ~answered)[paired].all(axis=1).sum()),
        few=by_any < LEAST_POSITIVES,
        measures={name: one for name, one in measures.items() if not (attribute and name in _OF_ONE_VALUE)},
    )
