"""The linear head of a tier: one ridge logistic model for all codes at once, with offsets that others bring."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from models.label_matrix import Floats

_INTERCEPT_RIDGE = 1e-3  # keeps the intercept of a code without any positive finite
_OFFSET_RIDGE = 1e-2  # towards 1: an offset is believed until labels speak against it


class JointHead(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Ridge logistic regressions of all codes, fitted together by L-BFGS.

    Parameters
    ----------
    ridge : float or array of shape (features,)
        Weight of half the squared distance of the coefficients from ``prior``.
    prior : array of shape (features,), optional
        What the coefficients are drawn to; nought by default.
    offsets : int
        How many offset blocks stand at the right end of ``X``. Each has one column per code; the logit of a code is
        its linear form plus the sum of its offsets, each block times one learned scalar.
    warm_start : bool
        Start from the last fit if its shape fits. A refit after a few new labels is then a few steps.
    max_iter : int
        Most steps of L-BFGS.

    Attributes
    ----------
    coef_ : array of shape (codes, features)
    intercept_ : array of shape (codes,)
    offset_weights_ : array of shape (offsets,)
    classes_ : array
        For one-dimensional ``y`` its classes (one regression each, or one for two classes); for two-dimensional ``y``
        the column numbers.

    Notes
    -----
    The joint head with the similarity to each code's description as offset is the design that won the measurements on
    policy passages. The loss is not weighted by class: balanced weights destroy calibration. Cells of a two-dimensional
    ``y`` that are -1 are unknown and have no part in the loss.
    """

    def __init__(
        self,
        *,
        ridge: float | Floats = 1.0,
        prior: Floats | None = None,
        offsets: int = 0,
        warm_start: bool = False,
        max_iter: int = 200,
    ) -> None:
        self.ridge = ridge
        self.prior = prior
        self.offsets = offsets
        self.warm_start = warm_start
        self.max_iter = max_iter

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> JointHead:
        """Fit all codes.

        Parameters
        ----------
        X : array or CSR matrix of shape (n, features + offsets * codes)
        y : array of shape (n,) or (n, codes)
            Two-dimensional: 1 present, 0 absent, -1 unknown.
        sample_weight : array of shape (n,), optional

        Raises
        ------
        ValueError
            If the shapes do not fit, or ``y`` has a single class.
        """
        labels = np.asarray(y)
        matrix = labels.ndim == 2 and labels.shape[1] > 1
        X, labels = validate_data(self, X, labels, accept_sparse="csr", dtype=np.float64, multi_output=matrix)
        targets = self._targets(labels, matrix=matrix)
        weights = _check_sample_weight(sample_weight, X)
        features, offsets = self._split(X, targets.shape[1])
        known = (targets >= 0) * weights[:, None]
        self._solve(features, offsets, np.maximum(targets, 0), known)
        return self

    def restore(self, coef: ArrayLike, intercept: ArrayLike, offset_weights: ArrayLike = ()) -> JointHead:
        """Set what an earlier fit on a matrix of codes, or on two classes, had learned."""
        self.coef_ = np.asarray(coef, dtype=np.float64)
        self.intercept_ = np.asarray(intercept, dtype=np.float64)
        self.offset_weights_ = np.asarray(offset_weights, dtype=np.float64)
        self.n_features_in_ = self.coef_.shape[1] + self.offsets * len(self.intercept_)
        self._kind = "multilabel" if len(self.intercept_) > 1 else "binary"
        self.classes_, self._label_type = np.arange(max(2, len(self.intercept_))), np.dtype(np.int8)
        return self

    def decision_function(self, X: Any) -> Floats:
        """Return the logits, shape (n, codes), or (n,) for two classes."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        features, offsets = self._split(X, len(self.intercept_))
        logits: Floats = np.asarray(features @ self.coef_.T) + self.intercept_ + offsets @ self.offset_weights_
        return logits[:, 0] if self._kind == "binary" else logits

    def predict_proba(self, X: Any) -> Floats:
        """Return probabilities: of each code, shape (n, codes); of exclusive classes, rows that sum to 1."""
        probabilities = expit(self.decision_function(X))
        if self._kind == "binary":
            return np.column_stack([1 - probabilities, probabilities])
        if self._kind == "multilabel":
            return probabilities
        total = probabilities.sum(axis=1, keepdims=True)
        return np.where(total > 0, probabilities / np.where(total > 0, total, 1), 1 / probabilities.shape[1])

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest class, or for several codes a matrix of 0 and 1 (cut at 0.5)."""
        logits = self.decision_function(X)
        if self._kind == "multilabel":
            return (logits >= 0).astype(self._label_type)
        chosen = (logits >= 0).astype(int) if self._kind == "binary" else logits.argmax(axis=1)
        return np.asarray(self.classes_[chosen])

    def __sklearn_tags__(self) -> Any:
        """Say that sparse input and several labels are fine."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_label = True
        return tags

    def _targets(self, labels: NDArray[Any], *, matrix: bool) -> NDArray[np.int8]:
        if matrix:
            if not np.isin(labels, (-1, 0, 1)).all():
                raise ValueError("targets are 1 present, 0 absent, -1 unknown")
            self._kind, self.classes_ = "multilabel", np.arange(labels.shape[1])
            self._label_type = labels.dtype
            return labels.astype(np.int8)
        check_classification_targets(labels)
        if "multioutput" in type_of_target(labels):
            raise ValueError("several outputs are a matrix of 1, 0 and -1")
        labels = labels.ravel()
        binarizer = LabelBinarizer().fit(labels)
        self.classes_ = binarizer.classes_
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        self._kind = "binary" if len(self.classes_) == 2 else "multiclass"
        return np.asarray(binarizer.transform(labels), dtype=np.int8)

    def _split(self, X: Any, codes: int) -> tuple[Any, Floats]:
        width = X.shape[1] - self.offsets * codes
        if width < 0:
            raise ValueError(f"{self.offsets} offsets of {codes} codes need more than {X.shape[1]} columns")
        if not self.offsets:
            return X, np.zeros((X.shape[0], codes, 0))
        right = np.asarray(X[:, width:].todense() if hasattr(X, "todense") else X[:, width:])
        return X[:, :width], right.reshape(len(right), self.offsets, codes).transpose(0, 2, 1)

    def _solve(self, features: Any, offsets: Floats, targets: Floats, known: Floats) -> None:
        from scipy.optimize import minimize

        codes, width = targets.shape[1], features.shape[1]
        split = codes * width, codes * width + codes
        ridge, prior = np.asarray(self.ridge), np.zeros(width) if self.prior is None else np.asarray(self.prior)

        def loss(parameters: Floats) -> tuple[float, Floats]:
            coef = parameters[: split[0]].reshape(codes, width)
            intercept, scale = parameters[split[0] : split[1]], parameters[split[1] :]
            logits = np.asarray(features @ coef.T) + intercept + offsets @ scale
            error = (expit(logits) - targets) * known
            value = ((np.logaddexp(0, logits) - targets * logits) * known).sum()
            apart = coef - prior
            value += (ridge * apart**2).sum() / 2 + _INTERCEPT_RIDGE * (intercept**2).sum() / 2
            value += _OFFSET_RIDGE * ((scale - 1) ** 2).sum() / 2
            gradient = (
                np.asarray((features.T @ error).T + ridge * apart).ravel(),
                error.sum(axis=0) + _INTERCEPT_RIDGE * intercept,
                np.einsum("nc,nck->k", error, offsets) + _OFFSET_RIDGE * (scale - 1),
            )
            return float(value), np.concatenate(gradient)

        start = self._start(codes, width, targets, known)
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": self.max_iter, "ftol": 1e-7})
        self.n_iter_ = max(1, int(found.nit))
        self.coef_ = found.x[: split[0]].reshape(codes, width)
        self.intercept_, self.offset_weights_ = found.x[split[0] : split[1]], found.x[split[1] :]

    def _start(self, codes: int, width: int, targets: Floats, known: Floats) -> Floats:
        if self.warm_start and getattr(self, "coef_", np.empty(0)).shape == (codes, width):
            return np.concatenate([self.coef_.ravel(), self.intercept_, self.offset_weights_])
        seen = known.sum(axis=0)
        rate = ((targets * known).sum(axis=0) + 0.5) / (seen + 1)
        coef = np.zeros(width) if self.prior is None else np.asarray(self.prior)
        return np.concatenate([np.tile(coef, codes), np.log(rate / (1 - rate)), np.ones(self.offsets)])


def expit(logits: Floats) -> Floats:
    """Return the logistic function of ``logits`` without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(np.asarray(logits) / 2)))
