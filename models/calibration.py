"""Probabilities that mean what they say: one monotone map per code, drawn towards the map of all codes together.

Fit it on out-of-fold probabilities only: those of a model that has seen the passage are too sure. Formula, source,
check and limits: ``docs/methods/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.errors import InputError, UsageError
from models.document_folds import document_folds
from models.label_matrix import PRESENT, UNKNOWN, Floats, Mask, Targets, checked
from models.measures import brier, expected_calibration_error

SHRINKAGE = 100.0  # positives at which a code's own data weigh as much as the map of all codes; measured, see the page
ISOTONIC_FROM = 50  # positives; below, isotonic regression overfits (Niculescu-Mizil & Caruana 2005 say about 1,000)
LEAST_SLOPE = 0.05  # above nought, so that the order of passages within a code never changes
EDGE = 1e-9  # probabilities are kept this far from 0 and 1 before their logit is taken

Method = Literal["platt", "isotonic"]


class ProbabilityCalibrator:
    """Platt's map per code, shrunk towards the pooled map; with isotonic regression on top where positives abound.

    ``expit(slope * logit(p) + intercept)`` per code. Slope and intercept maximise the likelihood with a normal prior
    around the pooled ones, worth ``shrinkage`` positives: a code with three positives stays near the pooled map.

    Parameters
    ----------
    method : {"platt", "isotonic"}
        With "isotonic", codes with at least ``isotonic_from`` positives mix in their isotonic regression with weight
        positives / (positives + isotonic_from). The rest of the mixture keeps the map strictly rising.
    shrinkage : float
        Weight of the pooled map, in positives.
    isotonic_from : int
        Fewest positives for isotonic regression.

    Attributes
    ----------
    slopes_, intercepts_ : arrays of float, shape (codes,)
        Of the logit.
    pooled_ : array of float, shape (2,)
        Slope and intercept of all codes together.
    positives_ : array of int, shape (codes,)
        What each code was calibrated on.
    knots_ : array of float, shape (knots, 3)
        Code number, probability in, isotonic probability out; empty for Platt alone.
    """

    def __init__(
        self,
        *,
        method: Method = "platt",
        shrinkage: float = SHRINKAGE,
        isotonic_from: int = ISOTONIC_FROM,
    ) -> None:
        self.method = method
        self.shrinkage = shrinkage
        self.isotonic_from = isotonic_from

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002  scikit-learn's signature
        """Return the settings by name."""
        return {"method": self.method, "shrinkage": self.shrinkage, "isotonic_from": self.isotonic_from}

    def set_params(self, **params: Any) -> Self:
        """Change settings by name.

        Raises
        ------
        UsageError
            If a setting is unknown.
        """
        for name, value in params.items():
            if name not in self.get_params():
                raise UsageError(f"a calibrator has no setting {name!r}", mend=f"one of {sorted(self.get_params())}")
            setattr(self, name, value)
        return self

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803  scikit-learn's names
        """Learn the maps from out-of-fold probabilities and targets, both of shape (n, codes).

        Raises
        ------
        UsageError
            If settings make no sense, shapes differ, a score is no probability, or no code is present or absent
            anywhere.
        """
        if self.method not in ("platt", "isotonic") or not self.shrinkage > 0:
            raise UsageError(f"no calibration by {self.method!r} with shrinkage {self.shrinkage:g}")
        scores, truth = _probabilities(X, y)
        known = truth != UNKNOWN
        if not (truth == PRESENT).any() or not (truth == 0).any():
            raise UsageError(
                "there is nothing to calibrate on: the labels hold no positive, or nothing but positives",
                mend="label passages with and without codes",
            )
        logits = _logit(scores)
        self.positives_ = (truth == PRESENT).sum(axis=0)
        self.pooled_ = _fit_line(logits[known], truth[known] == PRESENT, np.array([1.0, 0.0]), 1.0, (0.0, 1.0))
        lines = [self._line(logits[rows, code], truth[rows, code]) for code, rows in enumerate(known.T)]
        self.slopes_, self.intercepts_ = np.array(lines).T
        self.knots_ = self._isotonic(scores, truth)
        return self

    def transform(self, X: ArrayLike) -> Floats:  # noqa: N803  scikit-learn's name
        """Return calibrated probabilities, shape (n, codes).

        Raises
        ------
        UsageError
            If it was not fitted, or on other codes, or a score is no probability.
        """
        if not hasattr(self, "slopes_"):
            raise UsageError("the calibrator was not fitted")
        scores, _ = _probabilities(X, np.zeros(np.shape(X), dtype=int))
        if scores.shape[1] != len(self.slopes_):
            raise UsageError(f"{scores.shape[1]} codes do not go with a calibrator of {len(self.slopes_)}")
        mapped = _expit(self.slopes_ * _logit(scores) + self.intercepts_)
        for code in np.unique(self.knots_[:, 0]).astype(int):
            _, into, out = self.knots_[self.knots_[:, 0] == code].T
            weight = self.positives_[code] / (self.positives_[code] + self.isotonic_from)
            mapped[:, code] += weight * (np.interp(scores[:, code], into, out) - mapped[:, code])
        return mapped

    def fit_transform(self, X: ArrayLike, y: ArrayLike) -> Floats:  # noqa: N803  scikit-learn's names
        """Learn the maps and apply them to the same probabilities: too good to be measured on, see ``cross_fitted``."""
        return self.fit(X, y).transform(X)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return what was learned as arrays, for a safetensors or npz file."""
        return {
            "slopes": self.slopes_,
            "intercepts": self.intercepts_,
            "pooled": self.pooled_,
            "positives": self.positives_.astype(np.int64),
            "knots": self.knots_,
            "settings": np.array([self.method == "isotonic", self.shrinkage, self.isotonic_from], dtype=float),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> ProbabilityCalibrator:
        """Make a fitted calibrator again from ``to_arrays``.

        Raises
        ------
        InputError
            If an array is missing or they do not fit each other.
        """
        try:
            isotonic, shrinkage, isotonic_from = arrays["settings"].tolist()
            made = cls(
                method="isotonic" if isotonic else "platt", shrinkage=shrinkage, isotonic_from=int(isotonic_from)
            )
            made.slopes_, made.intercepts_, made.pooled_ = arrays["slopes"], arrays["intercepts"], arrays["pooled"]
            made.positives_, made.knots_ = arrays["positives"], arrays["knots"].reshape(-1, 3)
        except (KeyError, ValueError) as error:
            raise InputError(f"this is no stored calibration: {error}", mend="train the model again") from error
        if not made.slopes_.shape == made.intercepts_.shape == made.positives_.shape or not (made.slopes_ > 0).all():
            raise InputError("the stored calibration does not fit together", mend="train the model again")
        return made

    def _line(self, logits: Floats, truth: Targets) -> Floats:
        scale = _scale(logits, self.pooled_)
        return _fit_line(logits, truth == PRESENT, self.pooled_, self.shrinkage, scale)

    def _isotonic(self, scores: Floats, truth: Targets) -> Floats:
        enough = (self.positives_ >= self.isotonic_from) & (self.method == "isotonic")
        if not enough.any():
            return np.zeros((0, 3))
        from sklearn.isotonic import IsotonicRegression

        parts = []
        for code in np.nonzero(enough)[0]:
            rows = truth[:, code] != UNKNOWN
            model = IsotonicRegression(y_min=0.0, y_max=1.0).fit(scores[rows, code], truth[rows, code])
            knots = (model.X_thresholds_, model.y_thresholds_)
            parts.append(np.column_stack([np.full(len(knots[0]), float(code)), *knots]))
        return np.concatenate(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCheck:
    """What calibration changes, each document mapped by a calibrator that has not seen it.

    Attributes
    ----------
    ece_before, ece_after : float
        Expected calibration error over all known cells.
    brier_before, brier_after : float
        Brier score over all known cells.
    documents, folds : int
        How many documents were dealt into how many folds.
    """

    ece_before: float
    ece_after: float
    brier_before: float
    brier_after: float
    documents: int
    folds: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def cross_fitted(
    calibrator: ProbabilityCalibrator,
    probabilities: ArrayLike,
    targets: ArrayLike,
    groups: Sequence[str],
    *,
    folds: int = 5,
    seed: int = 0,
) -> Floats:
    """Calibrate each passage by what the passages of other documents say, shape (n, codes).

    Thresholds are chosen on these: on probabilities calibrated with their own labels any promise would be too good.
    """
    scores, truth = _probabilities(probabilities, targets)
    fold = document_folds(groups, folds=folds, load=(truth == PRESENT).sum(axis=1) + 0.05, seed=seed)
    mapped = np.empty_like(scores)
    for one in np.unique(fold):
        out = fold == one
        apart = ProbabilityCalibrator(**calibrator.get_params()).fit(scores[~out], truth[~out])
        mapped[out] = apart.transform(scores[out])
    return mapped


def calibration_check(
    calibrator: ProbabilityCalibrator,
    probabilities: ArrayLike,
    targets: ArrayLike,
    groups: Sequence[str],
    *,
    folds: int = 5,
    seed: int = 0,
) -> CalibrationCheck:
    """Measure what calibration changes on documents that the calibrator has not seen."""
    after = cross_fitted(calibrator, probabilities, targets, groups, folds=folds, seed=seed)
    documents = len(set(groups))
    return CalibrationCheck(
        ece_before=float(expected_calibration_error(probabilities, targets)),
        ece_after=float(expected_calibration_error(after, targets)),
        brier_before=float(brier(probabilities, targets)),
        brier_after=float(brier(after, targets)),
        documents=documents,
        folds=min(folds, documents),
    )


def _fit_line(logits: Floats, present: Mask, prior: Floats, weight: float, scale: tuple[float, float]) -> Floats:
    """Slope and intercept with the highest posterior; the prior is round ``prior`` and worth ``weight`` positives.

    Logits are standardised by ``scale`` (centre, spread) first, so that slope and intercept can be shrunk alike.
    """
    from scipy.optimize import minimize

    centre, spread = scale
    inside = (logits - centre) / spread
    start = np.array([prior[0] * spread, prior[1] + prior[0] * centre])

    def loss(line: Floats) -> tuple[float, Floats]:
        value = line[0] * inside + line[1]
        wrong = _expit(value) - present
        away = line - start
        total = float((np.logaddexp(0.0, value) - present * value).sum() + 0.5 * weight * (away @ away))
        return total, np.array([wrong @ inside, wrong.sum()]) + weight * away

    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(LEAST_SLOPE * spread, None), (None, None)])
    slope = best.x[0] / spread
    return np.array([slope, best.x[1] - slope * centre])


def _scale(logits: Floats, pooled: Floats) -> tuple[float, float]:
    """Centre and spread of the logits where it is undecided whether the code is present."""
    sure = _expit(pooled[0] * logits + pooled[1])
    doubt = sure * (1 - sure) + 1e-12
    if not len(logits):
        return 0.0, 1.0
    centre = float(np.average(logits, weights=doubt))
    spread = float(np.sqrt(np.average((logits - centre) ** 2, weights=doubt)))
    return centre, spread if spread > 1e-6 else 1.0


def _probabilities(scores: ArrayLike, targets: ArrayLike) -> tuple[Floats, Targets]:
    found, truth = checked(scores, targets)
    if found.size and not ((found >= 0) & (found <= 1)).all():
        raise UsageError("a score is no probability: it lies outside 0 to 1")
    return found.astype(float), truth


def _logit(probabilities: Floats) -> Floats:
    inside = np.clip(probabilities, EDGE, 1 - EDGE)
    odds: Floats = np.log(inside) - np.log1p(-inside)
    return odds


def _expit(values: Floats) -> Floats:
    # Above -709 the exponential does not overflow.
    inside: Floats = 1.0 / (1.0 + np.exp(-np.maximum(values, -700.0)))
    return inside
