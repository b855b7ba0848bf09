"""The variance that comes from having drawn these passages and not others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.labelled_sample import Floats, LabelledSample


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Weights of a sample and the algebra of its weighted means.

    Attributes
    ----------
    sample : LabelledSample
        What was drawn, without replacement, and labelled.
    """

    sample: LabelledSample

    @property
    def weights(self) -> Floats:
        """The share of the population that each label stands for, shape (n,); they sum to 1 (Hajek)."""
        inverse = 1.0 / self.sample.inclusion
        return np.asarray(inverse / inverse.sum())

    def mean(self, values: Floats) -> float:
        """Return the weighted mean of one value per label."""
        return float(self.weights @ values)

    @property
    def degrees_of_freedom(self) -> int:
        """Of the variance: clusters less one, or labels less the number of strata."""
        if self.sample.clusters is not None:
            return int(self.sample.clusters.max())
        strata = 1 if self.sample.strata is None else int(self.sample.strata.max()) + 1
        return self.sample.n_labelled - strata

    @property
    def effective_n(self) -> float:
        """How many labels of a simple random sample of an endless population weigh as much as these (Kish)."""
        spent = float(np.sum(self._scale() ** 2))
        return 1.0 / spent if spent > 0 else np.inf

    @property
    def thinning(self) -> Floats:
        """``sqrt(1 - pi)`` of each label, or its mean in each cluster: what drawing without replacement leaves."""
        left = np.sqrt(1.0 - self.sample.inclusion)
        if self.sample.clusters is None:
            return left
        return _sums(self.sample.clusters, left) / np.bincount(self.sample.clusters)

    def terms(self, values: Floats) -> Floats:
        """Return what each label (or cluster) adds to the error of a weighted mean; their squares add to its variance.

        Notes
        -----
        Linearised Hajek mean: deviations from the weighted mean times ``w sqrt(1 - pi)`` (Saerndal, Swensson & Wretman
        1992, Model Assisted Survey Sampling, section 5.7), times ``sqrt(n / (n - 1))``. Equal probabilities give the
        ``(1 - n/N) s2 / n`` of simple random sampling. Without strata the passages are taken as drawn one by one, which
        is safe for stratified samples; with strata, deviations are taken within each. With clusters, they are added up
        within each first.
        """
        terms: Floats = self._scale() * (values - self.mean(values))
        clusters, strata = self.sample.clusters, self.sample.strata
        if clusters is not None:
            terms = _sums(clusters, terms)
        if strata is None:
            return np.asarray(terms * np.sqrt(terms.size / (terms.size - 1)))
        size = np.bincount(strata)
        within = terms - (_sums(strata, terms) / size)[strata]
        return np.asarray(within * np.sqrt(size / (size - 1))[strata])

    def covariance(self, one: Floats, other: Floats) -> float:
        """Return the design covariance of the weighted means of two values per label, shape (n,) each."""
        return float(self.terms(one) @ self.terms(other))

    def concentration(self, values: Floats) -> float:
        """Return on how many of the labels (or clusters) the variance of a weighted mean effectively rests.

        ``(sum v)^2 / sum v^2`` of the squared terms v of the variance: about the number of positives where they are
        rare, and few where some labels stand for very many passages. 0 where there is no variance.
        """
        squares = self.terms(values) ** 2
        total = float(squares.sum())
        # Rounding leaves traces where all values are the same.
        nothing = 1e-24 * float(self._scale() @ self._scale()) * float(np.max(np.abs(values))) ** 2
        return total**2 / float(squares @ squares) if total > nothing else 0.0

    def _scale(self) -> Floats:
        return np.asarray(self.weights * np.sqrt(1.0 - self.sample.inclusion))


def _sums(groups: NDArray[np.intp], values: Floats) -> Floats:
    return np.bincount(groups, values).astype(np.float64)
