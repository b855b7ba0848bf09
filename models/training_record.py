"""What a training leaves beside its model: measures on held-out passages, and what is needed to judge them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.codebook import Codebook
from models.baselines import Baseline, baselines
from models.cluster_bootstrap import RESAMPLES
from models.cues import CueCounter
from models.examples import Examples
from models.held_out import HeldOut
from models.label_errors import LabelErrorCandidate, label_error_candidates
from models.label_matrix import PRESENT, with_positives
from models.measure_report import MeasureReport, measure_report
from models.measures import brier, expected_calibration_error
from models.reliability import Reliability, reliability
from models.splits import GroupedFolds
from models.text_fingerprints import TextFingerprints, text_fingerprints

LEAST_POSITIVES = 10  # of a code that counts in totals, where any code has as many


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingRecord:
    """What a training knows of its model.

    Attributes
    ----------
    data, split, calibration : dict
        Plain data: what was trained and tested on, how it was split, calibration error and Brier score before and
        after calibration (``None`` where scores before it were not given).
    label_errors : tuple of LabelErrorCandidate
        Labels to read again; none of written examples.
    fingerprints : TextFingerprints
        Of every text that was trained on, written ones included.
    """

    held_out: HeldOut
    data: dict[str, Any]
    split: dict[str, Any]
    report: MeasureReport
    baselines: dict[str, Baseline]
    calibration: dict[str, float | None]
    reliability: Reliability
    label_errors: tuple[LabelErrorCandidate, ...]
    fingerprints: TextFingerprints

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, without the rows."""
        return {
            "data": self.data,
            "split": self.split,
            "report": self.report.as_dict(),
            "baselines": {name: one.as_dict() for name, one in self.baselines.items()},
            "calibration": self.calibration,
            "reliability": self.reliability.as_dict(),
            "label_errors": len(self.label_errors),
        }


def training_record(
    examples: Examples,
    rows: NDArray[np.intp],
    held: HeldOut,
    codebook: Codebook,
    *,
    synthetic: bool,
    folds: GroupedFolds,
    seed: int,
    cut_offs: ArrayLike,
    others: Mapping[str, ArrayLike] | None = None,
    uncalibrated: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> TrainingRecord:
    """Measure a model by its held-out scores, with simpler ways beside it.

    Parameters
    ----------
    examples : Examples
        All that it was trained on.
    rows : array of int, shape (n,)
        Which of them were tested, in the order of ``held``.
    held : HeldOut
        Of the n tested passages (``models.held_out.held_out``).
    codebook : Codebook
        Its cues are a baseline.
    synthetic : bool
        Whether the tested passages were written for training: then nothing here speaks of real plans.
    folds : GroupedFolds
        The split.
    seed : int
        Of the split.
    cut_offs : array of float, shape (codes,)
        Of the finished model, for the table of codes. Measures are by cut-offs chosen on the other folds.
    others : mapping of str to array, optional
        Further baselines, see :func:`models.baselines.baselines`.
    uncalibrated : array of float, shape (n, codes), optional
        Held-out probabilities before calibration.
    resamples : int
        Of the intervals.

    Raises
    ------
    UsageError
        If shapes do not fit.
    MissingDependencyError
        If cleanlab is not installed.
    """
    tested = examples.subset(rows)
    least = LEAST_POSITIVES if with_positives(held.targets, LEAST_POSITIVES).any() else 1
    report = measure_report(
        held.probabilities,
        held.targets,
        held.groups,
        codes=held.codes,
        cut_offs=cut_offs,
        accepted=held.accepted,
        initiative=held.initiative,
        initiative_accepted=held.initiative_accepted,
        least_positives=least,
        resamples=resamples,
    )
    simpler = baselines(
        held,
        with_positives(held.targets, least),
        cues=CueCounter(codebook).counts(tested.texts),
        others=others or {},
        resamples=resamples,
    )
    return TrainingRecord(
        held_out=held,
        data=_data(examples, held, synthetic),
        split=_split(folds, seed),
        report=report,
        baselines=simpler,
        calibration=_calibration(held, uncalibrated),
        reliability=reliability(held.probabilities, held.targets, held.groups, resamples=resamples),
        label_errors=() if synthetic else _label_errors(held),
        fingerprints=text_fingerprints(examples.texts),
    )


def _data(examples: Examples, held: HeldOut, synthetic: bool) -> dict[str, Any]:
    real = examples.labelled().tolist()
    # A passage without a group stands alone, under a name of its own that says nothing.
    alone = {f"{origin}:{name}" for origin, name in zip(examples.origins, examples.ids, strict=True)}
    groups = {group for group, use in zip(examples.groups, real, strict=True) if use}
    positives = (examples.targets == PRESENT).sum(axis=0)
    return {
        "digest": examples.digest(),
        "passages": len(examples),
        "origins": {origin: examples.origins.count(origin) for origin in sorted(set(examples.origins))},
        "positives": {str(code): int(count) for code, count in zip(examples.codes, positives, strict=True)},
        "groups": sorted(groups - alone),
        "synthetic": synthetic,
        "tested_passages": len(held),
        "tested_groups": len(set(held.groups)),
        "tested_with_a_code": int((held.known_initiative == PRESENT).sum()),
    }


def _split(folds: GroupedFolds, seed: int) -> dict[str, Any]:
    return {
        "folds": folds.count,
        "seed": seed,
        "components": folds.components,
        "largest_share": folds.largest_share,
        "warning": folds.warning,
    }


def _label_errors(held: HeldOut) -> tuple[LabelErrorCandidate, ...]:
    return label_error_candidates(held.probabilities, held.targets, ids=held.ids, codes=held.codes)


def _calibration(held: HeldOut, uncalibrated: ArrayLike | None) -> dict[str, float | None]:
    before = (None, None) if uncalibrated is None else _errors(uncalibrated, held)
    after = _errors(held.probabilities, held)
    return {"ece_before": before[0], "brier_before": before[1], "ece_after": after[0], "brier_after": after[1]}


def _errors(probabilities: ArrayLike, held: HeldOut) -> tuple[float | None, float | None]:
    found = [float(measure(probabilities, held.targets)) for measure in (expected_calibration_error, brier)]
    ece, mean_square = (None if math.isnan(value) else value for value in found)
    return ece, mean_square
