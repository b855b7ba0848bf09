"""All measures of one model on one labelled sample: totals with their intervals, and a row per code."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from careatlas.errors import UsageError
from models import cluster_bootstrap, measures, ranking_measures
from models.cluster_bootstrap import Interval, Statistic
from models.label_matrix import PRESENT, UNKNOWN, Floats, any_code, checked, with_positives


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMeasures:
    """One code: how often it is present, known and accepted, and its measures. None is "undefined", not 0."""

    code: str
    support: int
    known: int
    accepted: int
    cut_off: float
    average_precision: float | None
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureReport:
    """Measures of one model on one sample.

    Attributes
    ----------
    totals : dict of str to Interval
        ``micro_f1`` and so on, each with its interval over documents.
    macro_codes : tuple of str
        The codes that macro measures average over: those present at least ``least_positives`` times.
    left_out : tuple of str
        The codes that no macro measure contains.
    codes : tuple of CodeMeasures
        Every code.
    """

    totals: dict[str, Interval]
    macro_codes: tuple[str, ...]
    left_out: tuple[str, ...]
    least_positives: int
    codes: tuple[CodeMeasures, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def measure_report(
    probabilities: ArrayLike,
    targets: ArrayLike,
    groups: Sequence[str],
    *,
    codes: Sequence[str],
    cut_offs: ArrayLike,
    accepted: ArrayLike | None = None,
    initiative: ArrayLike | None = None,
    initiative_accepted: ArrayLike | None = None,
    least_positives: int = 10,
    resamples: int = cluster_bootstrap.RESAMPLES,
    seed: int = 0,
) -> MeasureReport:
    """Measure one model on one labelled sample.

    Parameters
    ----------
    probabilities, targets : arrays, shape (n, codes)
        Out-of-fold or held-out probabilities; 1 present, 0 absent, -1 unknown.
    groups : sequence of str, length n
        The document of each passage.
    codes : sequence of str
        Names of the columns.
    cut_offs : array of float, shape () or (codes,)
        A code is accepted at or above its cut-off.
    accepted : array of bool, shape (n, codes), optional
        What was accepted, where something else than ``cut_offs`` decided it.
    initiative : array of float, shape (n,), optional
        Score of "carries any code"; the likeliest code's probability by default.
    initiative_accepted : array of bool, shape (n,), optional
        Whether the passage is taken for an initiative; whether any code is accepted by default.
    least_positives : int
        Codes with fewer stand in the table but in no micro or macro total.
    resamples, seed : int
        Of the intervals.

    Raises
    ------
    UsageError
        If shapes do not fit each other.
    """
    score, truth = checked(probabilities, targets)
    if len(codes) != truth.shape[1] or len(groups) != len(truth):
        raise UsageError(f"{len(codes)} codes and {len(groups)} documents do not go with targets of {truth.shape}")
    took = (
        score >= np.asarray(cut_offs, dtype=float) if accepted is None else checked(accepted, targets)[0].astype(bool)
    )
    kept = with_positives(truth, least_positives)
    statistics = {
        **code_statistics(score[:, kept], truth[:, kept], took[:, kept]),
        **initiative_statistics(
            score.max(axis=1) if initiative is None else initiative,
            any_code(truth),
            took.any(axis=1) if initiative_accepted is None else initiative_accepted,
        ),
    }
    return MeasureReport(
        totals=cluster_bootstrap.intervals(statistics, groups, resamples=resamples, seed=seed),
        macro_codes=tuple(code for code, keep in zip(codes, kept, strict=True) if keep),
        left_out=tuple(code for code, keep in zip(codes, kept, strict=True) if not keep),
        least_positives=least_positives,
        codes=code_table(score, truth, codes=codes, cut_offs=cut_offs, accepted=took),
    )


def code_statistics(probabilities: ArrayLike, targets: ArrayLike, accepted: ArrayLike) -> dict[str, Statistic]:
    """Return the measures of codes, by name, as functions of passage weights."""
    return {
        "micro_f1": partial(measures.micro_f1, accepted, targets),
        "micro_precision": partial(measures.micro_precision, accepted, targets),
        "micro_recall": partial(measures.micro_recall, accepted, targets),
        "macro_f1": partial(measures.macro_f1, accepted, targets),
        "macro_precision": partial(measures.macro_precision, accepted, targets),
        "macro_recall": partial(measures.macro_recall, accepted, targets),
        "micro_average_precision": partial(ranking_measures.micro_average_precision, probabilities, targets),
        "macro_average_precision": partial(ranking_measures.macro_average_precision, probabilities, targets),
        "recall_at_3": partial(measures.recall_at, probabilities, targets, k=3),
        "expected_calibration_error": partial(measures.expected_calibration_error, probabilities, targets),
        "brier": partial(measures.brier, probabilities, targets),
    }


def initiative_statistics(scores: ArrayLike, targets: ArrayLike, accepted: ArrayLike) -> dict[str, Statistic]:
    """Return the measures of "is an initiative", all arrays of shape (n,), by name, as functions of passage weights."""
    return {
        "initiative_f1": partial(measures.micro_f1, accepted, targets),
        "initiative_average_precision": partial(ranking_measures.micro_average_precision, scores, targets),
        "initiative_auc": partial(ranking_measures.area_under_curve, scores, targets),
        "unread_share_at_95": partial(ranking_measures.unread_share, scores, targets, recall=0.95),
    }


def code_table(
    probabilities: ArrayLike,
    targets: ArrayLike,
    *,
    codes: Sequence[str],
    cut_offs: ArrayLike,
    accepted: ArrayLike | None = None,
) -> tuple[CodeMeasures, ...]:
    """Return a row per code, in the order of the columns. Parameters as for ``measure_report``."""
    score, truth = checked(probabilities, targets)
    limits = np.broadcast_to(np.asarray(cut_offs, dtype=float), (truth.shape[1],))
    took = (score >= limits if accepted is None else checked(accepted, targets)[0].astype(bool)) & (truth != UNKNOWN)
    hits, false, missed = measures.counts(took, truth)
    precision, recall = measures.ratio(hits, hits + false), measures.ratio(hits, hits + missed)
    columns = (
        ranking_measures.average_precisions(score, truth),
        precision,
        recall,
        measures.f1_of(hits, false, missed),
    )
    return tuple(
        CodeMeasures(
            code=code,
            support=int((truth[:, at] == PRESENT).sum()),
            known=int((truth[:, at] != UNKNOWN).sum()),
            accepted=int(took[:, at].sum()),
            cut_off=float(limits[at]),
            average_precision=_number(columns[0], at),
            precision=_number(columns[1], at),
            recall=_number(columns[2], at),
            f1=_number(columns[3], at),
        )
        for at, code in enumerate(codes)
    )


def _number(values: Floats, at: int) -> float | None:
    return None if math.isnan(values[at]) else float(values[at])
