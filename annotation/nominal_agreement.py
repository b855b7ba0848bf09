"""Agreement on one nominal variable: a code that is given or not, or a property with several values.

Six measures at once, because no single one can be read alone: where a code is rare, raw agreement is high whatever
coders do, kappa and alpha fall, and AC1 hardly moves (Feinstein & Cicchetti 1990). Formulae: docs/methods/agreement.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from annotation.agreement_bootstrap import Floats
from annotation.krippendorff_alpha import beyond_chance

MISSING = -1
MOST_CODERS = 20  # 190 pairs: above, the mean kappa of pairs is left undefined

Ratings = NDArray[np.int64]
"""Values from 0, shape (units, coders); MISSING where a coder gave none. Of a code: 1 given, 0 not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NominalCells:
    """What a variable's measures need, summed within each document.

    Attributes
    ----------
    columns : array of float, shape (documents, columns)
        In blocks of the widths ``[1, 1, values, values, values]`` and then ``2 + 2 * values`` for each pair
        of coders; :meth:`measures` names them.
    values : int
        How many values the variable has.
    pairs : int
        Pairs of coders.
    """

    columns: Floats
    values: int
    pairs: int

    def measures(self, weights: Floats) -> dict[str, Floats]:
        """Return the measures under given weights of documents, undefined as NaN.

        Parameters
        ----------
        weights : array of float, shape (draws, documents)

        Returns
        -------
        dict of str to array of float, shape (draws,)
            ``raw, kappa, fleiss, ac1, alpha``, and for two values ``prevalence, positive, negative``.
        """
        widths = [1, 1, *[self.values] * 3]
        totals = np.split(weights @ self.columns, np.cumsum(widths), axis=1)
        units, agreeing = (block[:, 0] for block in totals[:2])
        paired, matched, shares = totals[2:5]
        raw = ratio(agreeing, units)
        chance = ratio(shares, shares.sum(axis=1, keepdims=True))
        spread = 1 - (chance**2).sum(axis=1)  # 0 where only one value was ever given: then nothing below is defined
        given = paired.sum(axis=1)
        found = {
            "raw": raw,
            "kappa": self._kappa(totals[5]),
            "fleiss": beyond_chance(1 - raw, spread),
            "ac1": np.where(spread > 0, beyond_chance(1 - raw, 1 - spread / max(self.values - 1, 1)), np.nan),
            "alpha": beyond_chance((given - matched.sum(axis=1)) * (given - 1), given**2 - (paired**2).sum(axis=1)),
        }
        if self.values == 2:
            specific = ratio(matched, paired)
            found |= {"prevalence": ratio(paired[:, 1], given), "positive": specific[:, 1], "negative": specific[:, 0]}
        return found

    def _kappa(self, cells: Floats) -> Floats:
        """Cohen's kappa, the mean over the pairs of coders for which it is defined."""
        tables = cells.reshape(len(cells), self.pairs, 2 + 2 * self.values)
        units, agreeing = tables[..., 0], tables[..., 1]
        first, second = np.split(tables[..., 2:], 2, axis=-1)
        kappas = beyond_chance((units - agreeing) * units, units**2 - (first * second).sum(axis=-1))
        return ratio(np.nansum(kappas, axis=1), (~np.isnan(kappas)).sum(axis=1))


def nominal_cells(ratings: Ratings, values: int, clusters: NDArray[np.intp], documents: int) -> NominalCells:
    """Return the cells of values given by known coders.

    Parameters
    ----------
    ratings : array of int, shape (units, coders)
        From 0 to ``values - 1``, or MISSING.
    values : int
    clusters : array of int, shape (units,)
        The document of each unit, from 0.
    documents : int
    """
    given = ratings[:, :, None] == np.arange(values)
    pairs = list(combinations(range(ratings.shape[1]), 2)) if ratings.shape[1] <= MOST_CODERS else []
    columns = _columns(given.sum(axis=1).astype(np.float64))
    columns += [column for first, second in pairs for column in _pair_columns(given[:, first], given[:, second])]
    return NominalCells(columns=summed(columns, clusters, documents), values=values, pairs=len(pairs))


def _columns(counts: Floats) -> list[Floats]:
    coders = counts.sum(axis=1)
    paired = coders > 1
    others = np.where(paired, coders - 1, 1.0)
    matched = counts * (counts - 1) / others[:, None]
    agreeing = matched.sum(axis=1) / np.maximum(coders, 1)
    blocks = [counts * paired[:, None], matched, ratio(counts, coders[:, None], empty=0.0)]
    return [paired.astype(np.float64), agreeing, *(column for block in blocks for column in block.T)]


def _pair_columns(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> list[Floats]:
    both = (first.sum(axis=1) > 0) & (second.sum(axis=1) > 0)
    agreeing = (first & second).sum(axis=1) > 0
    flags = [both, agreeing, *(first & both[:, None]).T, *(second & both[:, None]).T]
    return [flag.astype(np.float64) for flag in flags]


def summed(columns: Sequence[Floats], clusters: NDArray[np.intp], documents: int) -> Floats:
    """Return the sums of columns of units within each document, shape (documents, columns)."""
    return np.stack([np.bincount(clusters, weights=column, minlength=documents) for column in columns], axis=1)


def ratio(part: Floats | NDArray[np.intp], whole: Floats | NDArray[np.intp], *, empty: float = np.nan) -> Floats:
    """Return part / whole, ``empty`` where the whole is 0."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), empty)
