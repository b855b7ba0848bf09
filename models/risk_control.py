"""Thresholds with a promise: how many codes are missed below one, how many are wrong above one.

Documents are the units: passages of one document resemble each other, so that they are not exchangeable, while
documents drawn for labelling are. What exactly is promised, sources, simulations: ``docs/methods/decisions.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.errors import UsageError
from models.label_matrix import PRESENT, UNKNOWN, Floats, checked

MISS_RISK = 0.10
FALSE_ACCEPT_RISK = 0.20
CONFIDENCE = 0.90
HIGHEST, LOWEST, STEP = 98, 2, 2  # per cent: the grid of accept thresholds, fixed before any label is seen

Kind = Literal["miss", "false-accept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskBound:
    """A threshold with what is promised of it, or why nothing can be.

    Attributes
    ----------
    kind : {"miss", "false-accept"}
        Which risk is bounded: true codes below the threshold, or wrong codes above it.
    threshold : float or None
        None where nothing can be promised.
    risk : float
        The bound that was asked for.
    confidence : float or None
        None for "miss", of which the expected risk is bounded.
    observed : float or None
        The risk on the labelled documents at this threshold.
    items, documents : int
        Positives and documents with one ("miss"); accepted cells and documents with one ("false-accept").
    documents_needed : int
        The fewest documents with which the promise can be made at all.
    reason : str
        In words.
    """

    kind: Kind
    threshold: float | None
    risk: float
    confidence: float | None
    observed: float | None
    items: int
    documents: int
    documents_needed: int
    reason: str

    @property
    def guaranteed(self) -> bool:
        """Whether anything is promised."""
        return self.threshold is not None

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {**asdict(self), "guaranteed": self.guaranteed}


def miss_bound(
    probabilities: ArrayLike, targets: ArrayLike, groups: Sequence[str], *, risk: float = MISS_RISK
) -> RiskBound:
    """Return the highest threshold below which at most ``risk`` of a document's true codes are expected to fall.

    Conformal risk control (Angelopoulos, Bates, Fisch, Lei & Schuster 2024) of the missed share per document, over the
    documents with at least one true code: the highest threshold with ``(sum of shares + 1) / (documents + 1) <= risk``.

    Parameters
    ----------
    probabilities, targets : arrays, shape (n,) or (n, codes)
        Of one code, or of all together, made without the labels of the same document; 1, 0, -1 (unknown, left out).
    groups : sequence of str, length n
        The document of each passage.
    risk : float
        Largest expected share that is missed, above 0 and below 1.

    Raises
    ------
    UsageError
        If shapes do not fit or the risk is no share.
    """
    _check_share(risk)
    needed = math.ceil(1 / risk - 1 - 1e-9)
    cells = _Cells.of(probabilities, targets, groups)
    falls, document = cells.scores[cells.present], cells.documents[cells.present]
    sizes = np.bincount(document) if len(document) else np.zeros(0, dtype=np.intp)
    documents = int((sizes > 0).sum())
    if documents < needed:
        return _no_miss_bound(risk, len(falls), documents, needed)
    order = np.argsort(falls, kind="stable")
    rising, shares = falls[order], 1.0 / sizes[document[order]]
    # At a threshold equal to a positive's score, all positives strictly below it are missed.
    missed = np.concatenate([[0.0], np.cumsum(shares)])[np.searchsorted(rising, rising, side="left")]
    allowed = np.nonzero(missed + 1 <= risk * (documents + 1) + 1e-9)[0][-1]
    threshold, observed = float(rising[allowed]), float(missed[allowed]) / documents
    return RiskBound(
        kind="miss",
        threshold=threshold,
        risk=risk,
        confidence=None,
        observed=observed,
        items=len(falls),
        documents=documents,
        documents_needed=needed,
        reason=f"guaranteed: of the true codes of a further document at most {risk:.0%} are expected below "
        f"{threshold:.3f} ({len(falls)} positives in {documents} documents)",
    )


def false_accept_bound(
    probabilities: ArrayLike,
    targets: ArrayLike,
    groups: Sequence[str],
    *,
    risk: float = FALSE_ACCEPT_RISK,
    confidence: float = CONFIDENCE,
) -> RiskBound:
    """Return the lowest threshold above which, with ``confidence``, at most ``risk`` of what is accepted is wrong.

    Learn then Test (Angelopoulos, Bates, Candès, Jordan & Lei 2025): the thresholds of a fixed grid are tested from the
    highest down until one fails. The loss is the wrong share of what is accepted in a document, over documents in which
    anything is; its p-value is the Hoeffding-Bentkus one. Testing begins where enough documents have anything accepted,
    which looks at scores and not at labels.

    Parameters
    ----------
    probabilities, targets, groups
        As for ``miss_bound``; probabilities calibrated, since the grid is fixed.
    risk : float
        Largest mean wrong share.
    confidence : float
        In how many of hundred draws of labelled documents the bound holds at least.

    Raises
    ------
    UsageError
        If shapes do not fit or risk or confidence is no share.
    """
    _check_share(risk)
    _check_share(confidence)
    needed = math.ceil(math.log(1 - confidence) / math.log(1 - risk) - 1e-9)
    cells = _Cells.of(probabilities, targets, groups)
    best: _Accepted | None = None
    most = 0
    for threshold in grid():
        accepted = _Accepted.of(cells, threshold)
        most = max(most, accepted.documents)
        if accepted.documents < needed:
            continue
        if hoeffding_bentkus_p_value(accepted.loss, accepted.documents, risk) > 1 - confidence:
            if best is None:
                return _no_accept_bound(risk, confidence, accepted, most, needed)
            break
        best = accepted
    if best is None:
        return _no_accept_bound(risk, confidence, None, most, needed)
    return RiskBound(
        kind="false-accept",
        threshold=best.threshold,
        risk=risk,
        confidence=confidence,
        observed=best.loss,
        items=best.items,
        documents=best.documents,
        documents_needed=needed,
        reason=f"guaranteed with confidence {confidence:.0%}: of what is accepted in a document from "
        f"{best.threshold:.2f} on, at most {risk:.0%} is wrong on average ({best.items} accepted in "
        f"{best.documents} documents, {best.loss:.0%} wrong)",
    )


def grid() -> tuple[float, ...]:
    """Return the accept thresholds that are tested, from the highest down: .98, .96, ... .02."""
    return tuple(per_cent / 100 for per_cent in range(HIGHEST, LOWEST - 1, -STEP))


def hoeffding_bentkus_p_value(mean_loss: float, n: int, risk: float) -> float:
    """P-value of "the mean of a loss between 0 and 1 is above ``risk``" (Bates et al. 2021).

    The smaller of Hoeffding's bound in its Kullback-Leibler form and Bentkus' bound, e times a binomial tail.
    """
    from scipy.stats import binom

    if not n:
        return 1.0
    below = min(mean_loss, risk)
    divergence = _xlog(below, risk) + _xlog(1 - below, 1 - risk)
    hoeffding = math.exp(-n * divergence)
    bentkus = math.e * float(binom.cdf(math.ceil(n * mean_loss - 1e-9), n, risk))
    return min(1.0, hoeffding, bentkus)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Known cells: score, truth and number of the document."""

    scores: Floats
    present: NDArray[np.bool_]
    documents: NDArray[np.intp]

    @classmethod
    def of(cls, probabilities: ArrayLike, targets: ArrayLike, groups: Sequence[str]) -> _Cells:
        scores, truth = checked(probabilities, targets)
        if len(groups) != len(truth):
            raise UsageError(f"{len(groups)} documents do not go with {len(truth)} passages")
        number = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
        known = truth != UNKNOWN
        return cls(
            scores=scores[known].astype(float),
            present=truth[known] == PRESENT,
            documents=np.broadcast_to(number[:, None], truth.shape)[known],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Accepted:
    """What a threshold accepts: cells, documents, and the mean over documents of the wrong share."""

    threshold: float
    items: int
    documents: int
    loss: float

    @classmethod
    def of(cls, cells: _Cells, threshold: float) -> _Accepted:
        took = cells.scores >= threshold
        taken = np.bincount(cells.documents[took], minlength=1)
        wrong = np.bincount(cells.documents[took & ~cells.present], minlength=len(taken))
        some = taken > 0
        loss = float((wrong[some] / taken[some]).mean()) if some.any() else 0.0
        return cls(threshold=threshold, items=int(took.sum()), documents=int(some.sum()), loss=loss)


def _no_miss_bound(risk: float, positives: int, documents: int, needed: int) -> RiskBound:
    return RiskBound(
        kind="miss",
        threshold=None,
        risk=risk,
        confidence=None,
        observed=None,
        items=positives,
        documents=documents,
        documents_needed=needed,
        reason=f"no guarantee: {positives} positives in {documents} documents; at least {needed} documents with a "
        f"positive would be needed for a miss risk of {risk:.0%}",
    )


def _no_accept_bound(
    risk: float, confidence: float, failed: _Accepted | None, documents: int, needed: int
) -> RiskBound:
    if failed is None:
        why = f"at most {documents} documents have anything accepted; at least {needed} would be needed"
    else:
        why = (
            f"from {failed.threshold:.2f} on {failed.loss:.0%} is wrong, in {failed.documents} documents: that does "
            f"not show the risk to be below {risk:.0%} (with nothing wrong {needed} documents would do)"
        )
    return RiskBound(
        kind="false-accept",
        threshold=None,
        risk=risk,
        confidence=confidence,
        observed=failed.loss if failed else None,
        items=failed.items if failed else 0,
        documents=failed.documents if failed else documents,
        documents_needed=needed,
        reason=f"no guarantee with confidence {confidence:.0%}: {why}",
    )


def _xlog(part: float, whole: float) -> float:
    return part * math.log(part / whole) if part > 0 else 0.0


def _check_share(value: float) -> None:
    if not 0 < value < 1:
        raise UsageError(f"{value:g} is no share above 0 and below 1")
