"""The combiner: a few shared weights that turn what the tiers say into one probability per passage and code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.joint_head import JointHead
from models.label_matrix import UNKNOWN, Floats, Targets
from models.tier_scores import PairFeatures

_WEIGHT_RIDGE = 10.0  # on a tier's weight, towards the weight it has before any label speaks
# A feature that hardly differs in training (every passage carries a code, say) is left out: divided by its spread, it
# would become the loudest later.
_LEAST_SPREAD = 0.02
_MOST = 10.0  # standard deviations
_CODE_RIDGE = 4.0  # on a code's own intercept, towards the one of all codes
_LEAST_SCALE = 0.1  # of weights that only their common scale is learned for: below nought it would turn the order round


class Combiner:
    """One logistic regression over all pairs of passage and code.

    The weights are shared by all codes, so that a code with two positives is combined as well as the others; each code
    has an intercept of its own. Weights are drawn to those of :class:`models.tier_scores.PairFeatures`: with few labels
    the stack is little more than a weighted mean of its tiers.

    Attributes
    ----------
    names : tuple of str
        The features.
    means, scales : array of shape (features,)
        By which features are standardised.
    """

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.means: Floats = np.zeros(0)
        self.scales: Floats = np.zeros(0)
        self._head = JointHead()

    def fit(self, features: PairFeatures, targets: Targets, *, learn_weights: bool = True) -> Combiner:
        """Learn the weights and intercepts on out-of-fold features; cells of ``targets`` that are -1 have no part.

        Parameters
        ----------
        features : PairFeatures, values of shape (n, codes, features)
        targets : array of int8, shape (n, codes)
        learn_weights : bool
            Where false, the weights stay as they are before any label speaks, and only their common scale and the
            intercept are learned: for written examples, on which every tier looks better than it is.

        Raises
        ------
        ValueError
            If no pair is present, or none is absent.
        """
        flat = features.values.reshape(-1, len(features.names))
        self.names = features.names
        spread = flat.std(axis=0)
        self.means, self.scales = flat.mean(axis=0), np.where(spread < _LEAST_SPREAD, np.inf, spread)
        if learn_weights:
            self._head = self._fitted(self._design(features), targets, features.prior)
            return self
        mean = (self._standardised(features) @ features.prior)[:, :, None]
        scaled = JointHead(ridge=1e-3).fit(*_known(mean.reshape(-1, 1), targets))
        codes = targets.shape[1]
        scale = max(float(scaled.coef_[0, 0]), _LEAST_SCALE)
        weights = np.concatenate([features.prior * scale, np.zeros(codes)])
        self._head = JointHead().restore(weights[None, :], scaled.intercept_)
        return self

    def logits(self, features: PairFeatures) -> Floats:
        """Return combined logits, shape (n, codes)."""
        count, codes, _ = features.values.shape
        return self._head.decision_function(self._design(features)).reshape(count, codes)

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each feature in units of its standard deviation."""
        return {name: float(value) for name, value in zip(self.names, self._head.coef_[0], strict=False)}

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return what was learned."""
        coef, intercept = self._head.coef_, self._head.intercept_
        return {"means": self.means, "scales": self.scales, "coef": coef, "intercept": intercept}

    @classmethod
    def from_arrays(cls, names: tuple[str, ...], arrays: Mapping[str, NDArray[Any]]) -> Combiner:
        """Make the combiner from the names of its features and its arrays."""
        made = cls()
        made.names, made.means, made.scales = names, arrays["means"], arrays["scales"]
        made._head = JointHead().restore(arrays["coef"], arrays["intercept"])
        return made

    def _fitted(self, design: Floats, targets: Targets, prior: Floats) -> JointHead:
        codes = targets.shape[1]
        ridge = np.concatenate([np.full(len(prior), _WEIGHT_RIDGE), np.full(codes, _CODE_RIDGE)])
        return JointHead(ridge=ridge, prior=np.concatenate([prior, np.zeros(codes)])).fit(*_known(design, targets))

    def _standardised(self, features: PairFeatures) -> Floats:
        return np.asarray(np.clip((features.values - self.means) / self.scales, -_MOST, _MOST))

    def _design(self, features: PairFeatures) -> Floats:
        count, codes, _ = features.values.shape
        which = np.broadcast_to(np.eye(codes), (count, codes, codes))
        return np.concatenate([self._standardised(features), which], axis=2).reshape(count * codes, -1)


def _known(design: Floats, targets: Targets) -> tuple[Floats, NDArray[np.int64]]:
    flat = np.asarray(targets).ravel()
    known = flat != UNKNOWN
    return design[known], flat[known].astype(np.int64)
