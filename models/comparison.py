"""Two models on the same passages: which is better, or that it cannot be told.

Both are measured on the same draws of documents (``models.cluster_bootstrap.difference``). Method and limits:
``docs/methods/models.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from careatlas.errors import UsageError
from models import cluster_bootstrap
from models.baselines import PRIMARY
from models.cluster_bootstrap import Difference, Statistic
from models.examples import Examples
from models.held_out import HeldOut
from models.label_evaluation import ModelScores
from models.label_matrix import Targets, any_code, with_positives
from models.measure_report import code_statistics, initiative_statistics
from models.training_record import LEAST_POSITIVES

Better = Literal["first", "second", "cannot be told"]

COMPARED = (
    *(PRIMARY, "macro_average_precision", "micro_f1", "macro_f1"),
    *("initiative_f1", "initiative_average_precision", "expected_calibration_error"),
)
_ERRORS = ("expected_calibration_error",)  # of which less is better


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDifference:
    """One measure of both models.

    Attributes
    ----------
    first, second : float or None
        Its values; None where it is undefined.
    difference : Difference
        The second less the first.
    """

    name: str
    first: float | None
    second: float | None
    difference: Difference

    @property
    def better(self) -> Better:
        """Which model is better, if the whole interval of the difference lies on one side of nought."""
        low, high = self.difference.interval.low, self.difference.interval.high
        if low is None or high is None or low <= 0 <= high:
            return "cannot be told"
        return "second" if (low > 0) != (self.name in _ERRORS) else "first"

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        interval = self.difference.as_dict()
        return {"first": self.first, "second": self.second, "difference": interval, "better": self.better}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two models on the same passages.

    Attributes
    ----------
    first, second : str
        Their identifiers.
    basis : str
        What was compared on, in words.
    passages, documents : int
        How many passages, and areas or documents.
    codes : tuple of str
        The codes that count.
    measures : dict of str to MeasureDifference
    notes : tuple of str
        What a reader must know.
    """

    first: str
    second: str
    basis: str
    passages: int
    documents: int
    codes: tuple[str, ...]
    measures: dict[str, MeasureDifference]
    notes: tuple[str, ...] = ()

    @property
    def primary(self) -> MeasureDifference:
        """The measure that decides: micro average precision, which needs no cut-off."""
        return self.measures[PRIMARY]

    @property
    def verdict(self) -> str:
        """Which model is better by the measure that decides, in words."""
        named = {"first": f"{self.first} is better", "second": f"{self.second} is better"}
        return named.get(self.primary.better, "it cannot be told which is better")

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "first": self.first,
            "second": self.second,
            "basis": self.basis,
            "passages": self.passages,
            "documents": self.documents,
            "codes": list(self.codes),
            "measures": {name: one.as_dict() for name, one in self.measures.items()},
            "decided_by": PRIMARY,
            "verdict": self.verdict,
            "notes": list(self.notes),
        }


def compared_held_out(
    names: tuple[str, str],
    first: HeldOut,
    second: HeldOut,
    *,
    notes: Sequence[str] = (),
    resamples: int = cluster_bootstrap.RESAMPLES,
) -> Comparison:
    """Compare two models on the passages that both were tested on and neither had seen.

    Passages are known again by identifier and text. Where labels or groups differ, those of the second model count.

    Parameters
    ----------
    names : pair of str
        The models.
    first, second : HeldOut
        Their held-out scores.
    notes : sequence of str
        To be passed on.
    resamples : int
        Of the intervals.

    Raises
    ------
    UsageError
        If they share no passage or no code.
    """
    rows, codes = _common(names, first, second)
    one, other = (_part(held, rows[:, at], codes) for at, held in enumerate((first, second)))
    targets, before = (_columns(held.targets[rows[:, at]], held, codes) for at, held in ((1, second), (0, first)))
    changed = int((targets != before).any(axis=1).sum())
    said = [f"{changed:,} passages have other labels now: those of {names[1]} count"] if changed else []
    return _compared(
        names,
        (one, other),
        targets,
        [second.groups[row] for row in rows[:, 1]],
        codes,
        basis="passages that both were tested on, held out fold by fold",
        notes=(*notes, *said),
        resamples=resamples,
    )


def compared_on(
    names: tuple[str, str],
    scores: tuple[ModelScores, ModelScores],
    examples: Examples,
    *,
    basis: str,
    notes: Sequence[str] = (),
    resamples: int = cluster_bootstrap.RESAMPLES,
) -> Comparison:
    """Compare two models on labelled passages that neither has seen. Parameters as for ``compared_held_out``."""
    codes = tuple(map(str, examples.codes))
    return _compared(
        names, scores, examples.targets, examples.groups, codes, basis=basis, notes=notes, resamples=resamples
    )


def _common(names: tuple[str, str], first: HeldOut, second: HeldOut) -> tuple[Any, tuple[str, ...]]:
    known = first.keys()
    pairs = [(known[key], row) for key, row in second.keys().items() if key in known]
    codes = tuple(code for code in second.codes if code in first.codes)
    if not pairs or not codes:
        raise UsageError(
            f"{names[0]} and {names[1]} were tested on no {'passage' if codes else 'code'} in common",
            mend="compare them on a file of labels: --labels FILE",
        )
    return np.array(sorted(pairs, key=lambda pair: pair[1])), codes


def _part(held: HeldOut, rows: Any, codes: tuple[str, ...]) -> ModelScores:
    return ModelScores(
        probabilities=_columns(held.probabilities[rows], held, codes),
        initiative=held.initiative[rows],
        accepted=_columns(held.accepted[rows], held, codes),
        initiative_accepted=held.initiative_accepted[rows],
    )


def _columns(values: Any, held: HeldOut, codes: tuple[str, ...]) -> Any:
    return values[:, [held.codes.index(code) for code in codes]]


def _compared(
    names: tuple[str, str],
    scores: tuple[ModelScores, ModelScores],
    targets: Targets,
    groups: Sequence[str],
    codes: tuple[str, ...],
    *,
    basis: str,
    notes: Sequence[str],
    resamples: int,
) -> Comparison:
    enough = with_positives(targets, LEAST_POSITIVES)
    kept = enough if enough.any() else with_positives(targets)
    first, second = (_statistics(one, targets, kept) for one in scores)
    measures = {}
    for name in COMPARED:
        found = cluster_bootstrap.difference(second[name], first[name], groups, resamples=resamples)
        measures[name] = MeasureDifference(
            name=name, first=_value(first[name], targets), second=_value(second[name], targets), difference=found
        )
    return Comparison(
        first=names[0],
        second=names[1],
        basis=basis,
        passages=len(targets),
        documents=len(set(groups)),
        codes=tuple(code for code, keep in zip(codes, kept, strict=True) if keep),
        measures=measures,
        notes=tuple(notes),
    )


def _statistics(scores: ModelScores, targets: Targets, kept: Any) -> Mapping[str, Statistic]:
    return {
        **code_statistics(scores.probabilities[:, kept], targets[:, kept], scores.accepted[:, kept]),
        **initiative_statistics(scores.initiative, any_code(targets), scores.initiative_accepted),
    }


def _value(statistic: Statistic, targets: Targets) -> float | None:
    value = float(statistic(np.ones((1, len(targets))))[0])
    return None if np.isnan(value) else value
