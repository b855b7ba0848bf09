"""From which probability a code stands in a plain list: cut-offs for the best F1, wary of codes with few positives.

Choose them on out-of-fold probabilities (better: ``models.calibration.cross_fitted`` ones). Which goal won on real
passages, by how much, and why: ``docs/methods/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.errors import UsageError
from models.document_folds import document_folds
from models.label_matrix import PRESENT, UNKNOWN, Floats, Targets, checked, with_positives
from models.measures import cardinality_cut_off, macro_f1, micro_f1

SHRINKAGE = 20.0  # positives at which a code's own cut-off weighs as much as the one of all codes
EDGE = 1e-6  # cut-offs are kept this far from 0 and 1 before they are averaged as logits

Goal = Literal["cardinality", "micro-f1", "expected-micro-f1", "code-f1", "expected-code-f1"]
GOALS: tuple[Goal, ...] = (  # the simplest first
    "cardinality",
    "micro-f1",
    "expected-micro-f1",
    "code-f1",
    "expected-code-f1",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalScore:
    """What cut-offs for one goal reach on documents they were not chosen on."""

    goal: Goal
    micro_f1: float | None
    macro_f1: float | None

    @property
    def mean(self) -> float:
        """Mean of micro and macro F1: what the best goal is chosen by."""
        return ((self.micro_f1 or 0.0) + (self.macro_f1 or 0.0)) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffs:
    """Cut-offs of all codes.

    Attributes
    ----------
    values : tuple of float
        The probability from which each code is accepted, in the order of the columns.
    pooled : float
        The one cut-off of all codes for the same goal.
    goal : str
        What they were chosen for.
    scores : tuple of GoalScore
        What each goal that was tried reaches, by cross-validation over documents; empty if the goal was given.
    """

    values: tuple[float, ...]
    pooled: float
    goal: Goal
    scores: tuple[GoalScore, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def cut_offs(
    probabilities: ArrayLike,
    targets: ArrayLike,
    groups: Sequence[str],
    *,
    goal: Goal | Literal["best"] = "best",
    shrinkage: float = SHRINKAGE,
    least_positives: int = 10,
    folds: int = 5,
    seed: int = 0,
) -> CutOffs:
    """Choose the cut-off of each code.

    Parameters
    ----------
    probabilities, targets : arrays, shape (n, codes)
        Out-of-fold calibrated probabilities; 1 present, 0 absent, -1 unknown.
    groups : sequence of str, length n
        The document of each passage.
    goal : str
        "cardinality" and "micro-f1" make one cut-off for all codes: as many codes per passage as in the labels, or the
        best F1 over all cells. "code-f1" makes one per code, drawn towards "micro-f1" by the number of positives. The
        "expected" goals need no label: they take the calibrated probabilities as chances. "best" compares all on held
        out documents and takes the one with the highest mean of micro and macro F1; of equals the simplest.
    shrinkage : float
        Weight of the pooled cut-off in "code-f1", in positives.
    least_positives : int
        Codes with fewer do not count when goals are compared.
    folds, seed : int
        How documents are dealt when goals are compared.

    Raises
    ------
    UsageError
        If there is no passage, shapes differ, a goal is unknown, or documents are too few to compare goals.
    """
    scores, truth = checked(probabilities, targets)
    if not len(scores):
        raise UsageError("there is no passage to choose cut-offs on")
    if goal != "best":
        values, pooled = _chosen(goal, scores, truth, shrinkage)
        return CutOffs(values=tuple(values.tolist()), pooled=pooled, goal=goal, scores=())
    compared = compare_goals(
        scores, truth, groups, shrinkage=shrinkage, least_positives=least_positives, folds=folds, seed=seed
    )
    winner = max(compared, key=lambda one: one.mean).goal  # the first of equals
    values, pooled = _chosen(winner, scores, truth, shrinkage)
    return CutOffs(values=tuple(values.tolist()), pooled=pooled, goal=winner, scores=compared)


def compare_goals(
    probabilities: ArrayLike,
    targets: ArrayLike,
    groups: Sequence[str],
    *,
    shrinkage: float = SHRINKAGE,
    least_positives: int = 10,
    folds: int = 5,
    seed: int = 0,
) -> tuple[GoalScore, ...]:
    """Measure every goal by cross-validation over documents, simplest first. Parameters as for ``cut_offs``."""
    scores, truth = checked(probabilities, targets)
    fold = document_folds(groups, folds=folds, load=(truth == PRESENT).sum(axis=1) + 0.05, seed=seed)
    kept = with_positives(truth, least_positives)
    kept = kept if kept.any() else with_positives(truth)
    found = []
    for goal in GOALS:
        accepted = np.zeros(truth.shape, dtype=bool)
        for one in np.unique(fold):
            out = fold == one
            accepted[out] = scores[out] >= _chosen(goal, scores[~out], truth[~out], shrinkage)[0]
        micro, macro = (float(measure(accepted[:, kept], truth[:, kept])) for measure in (micro_f1, macro_f1))
        found.append(GoalScore(goal=goal, micro_f1=_number(micro), macro_f1=_number(macro)))
    return tuple(found)


def f1_cut_off(probabilities: ArrayLike, targets: ArrayLike) -> float | None:
    """Return the cut-off with the highest F1 over the known cells, half way to the next lower probability.

    None where no code is present. Of equals the highest: what is accepted less often needs less checking.
    """
    scores, truth = checked(probabilities, targets)
    known = truth != UNKNOWN
    falling, hits, ends = _falling(scores[known], truth[known] == PRESENT)
    if not len(hits) or not hits[-1]:
        return None
    return _between(falling, ends, int((2 * hits / (ends + 1 + hits[-1])).argmax()))


def pooled_f1_cut_off(probabilities: ArrayLike, targets: ArrayLike) -> float:
    """Return the one cut-off for all codes with the highest micro F1; 1 where no code is present."""
    found = f1_cut_off(probabilities, targets)
    return 1.0 if found is None else found


def expected_f1_cut_off(probabilities: ArrayLike) -> float:
    """Return the cut-off with the highest expected F1 if the probabilities are calibrated; no label is needed.

    Expected hits over expected sizes, ``2 sum(p accepted) / (accepted + sum(p))``: the plug-in form of Ye, Chai, Lee &
    Chieu (2012). Its optimum lies at half the F1 that is reached (Lipton, Elkan & Naryanaswamy 2014).
    """
    scores = np.asarray(probabilities, dtype=float).ravel()
    falling, hits, ends = _falling(scores, scores)
    if not len(hits) or hits[-1] <= 0:
        return 1.0
    return _between(falling, ends, int((2 * hits / (ends + 1 + hits[-1])).argmax()))


def shrunk(own: float | None, pooled: float, positives: float, shrinkage: float = SHRINKAGE) -> float:
    """Average two cut-offs as logits; the own one weighs positives / (positives + shrinkage)."""
    if own is None:
        return pooled
    weight = positives / (positives + shrinkage)
    inside = np.clip([own, pooled], EDGE, 1 - EDGE)
    logits = np.log(inside / (1 - inside))
    return float(1 / (1 + np.exp(-(weight * logits[0] + (1 - weight) * logits[1]))))


def _chosen(goal: Goal, scores: Floats, truth: Targets, shrinkage: float) -> tuple[Floats, float]:
    """Cut-offs of all codes, and the one that they share or are drawn towards."""
    if goal not in GOALS:
        raise UsageError(f"cut-offs have no goal {goal!r}", mend=f"one of best, {', '.join(GOALS)}")
    columns = range(truth.shape[1])
    if goal == "cardinality":
        pooled = _cardinality_cut_off(scores, truth)
    elif goal.startswith("expected"):
        pooled = expected_f1_cut_off(scores)
    else:
        pooled = pooled_f1_cut_off(scores, truth)
    if goal == "code-f1":
        own = [f1_cut_off(scores[:, code], truth[:, code]) for code in columns]
        positives = (truth == PRESENT).sum(axis=0)
        return np.array([shrunk(own[code], pooled, positives[code], shrinkage) for code in columns]), pooled
    if goal == "expected-code-f1":
        return np.array([expected_f1_cut_off(column) for column in scores.T]), pooled
    return np.full(len(columns), pooled), pooled


def _cardinality_cut_off(scores: Floats, truth: Targets) -> float:
    known = truth != UNKNOWN
    # Cells, not passages: a passage of which half the codes are unknown counts half.
    return cardinality_cut_off(scores[known], (truth == PRESENT).sum() / known.sum()) if known.any() else 1.0


def _falling(scores: Floats, gains: NDArray[Any]) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Scores from the top, what is gained down to each distinct score, and where a run of equal scores ends."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    ends = np.nonzero(np.diff(falling, append=-np.inf))[0] if len(falling) else order
    return falling, np.cumsum(gains[order].astype(float))[ends], ends


def _between(falling: Floats, ends: NDArray[np.intp], best: int) -> float:
    last = int(ends[best])
    below = falling[last + 1] if last + 1 < len(falling) else falling[last]
    middle = (falling[last] + below) / 2
    return float(middle if middle > below else falling[last])


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
