"""Training of the stack: out-of-fold scores first, then the combiner, the calibration and the thresholds on them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.progress import NoProgress, Progress
from models.calibration import ProbabilityCalibrator, cross_fitted
from models.cut_offs import cut_offs
from models.decisions import DecisionRules, decision_rules
from models.examples import Examples
from models.exemplars import Exemplars
from models.families import Components, families
from models.joint_head import expit
from models.label_matrix import PRESENT, Floats, Targets, any_code
from models.splits import ALWAYS_TRAINING, GroupedFolds, grouped_folds
from models.stack import Combination, Inputs, Tiers, combination, has_both
from models.stack_config import WORDS_ALONE, StackConfig
from models.tier_scores import TierScores, stacked_rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutOfFold:
    """What the stack says of passages that it was not trained on.

    Attributes
    ----------
    rows : array of int, shape (n,)
        Which of the training examples these are.
    folds : array of int, shape (n,)
    probabilities : array of shape (n, codes)
        Calibrated on the other documents.
    initiative : array of shape (n,)
        Likewise.
    uncalibrated, words : arrays of shape (n, codes)
        Probabilities before calibration; logits of the word tier alone, as a baseline.
    """

    rows: NDArray[np.intp]
    folds: NDArray[np.intp]
    probabilities: Floats
    initiative: Floats
    uncalibrated: Floats
    words: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readout:
    """From the scores of one set of tiers to probabilities and thresholds.

    Attributes
    ----------
    rules : DecisionRules or None
        ``None`` where no label of a real passage was there to choose them on.
    """

    combination: Combination
    calibrator: ProbabilityCalibrator
    initiative_calibrator: ProbabilityCalibrator
    cut_offs: Floats
    initiative_cut_off: float
    cut_off_goal: str
    rules: DecisionRules | None

    def probabilities(self, scores: TierScores) -> tuple[Floats, Floats]:
        """Return calibrated probabilities of codes, shape (n, codes), and of "is an initiative", shape (n,)."""
        codes, initiative = self.combination.logits(scores)
        calibrated = self.initiative_calibrator.transform(expit(initiative)[:, None])[:, 0]
        return self.calibrator.transform(expit(codes)), calibrated


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainedStack:
    """A trained stack: its tiers, and a readout for each set of them.

    Attributes
    ----------
    on_real_labels : bool
        Whether weights, calibration and thresholds come from labelled passages; otherwise from written pages alone.
    out_of_fold : OutOfFold
        Of the whole set of tiers.
    folds : GroupedFolds
    """

    config: StackConfig
    tiers: Tiers
    readouts: dict[tuple[str, ...], Readout]
    on_real_labels: bool
    out_of_fold: OutOfFold
    folds: GroupedFolds


def train_stack(
    examples: Examples,
    inputs: Inputs,
    codebook: Codebook,
    exemplars: Exemplars | None,
    config: StackConfig,
    progress: Progress | None = None,
    *,
    folds: GroupedFolds | None = None,
) -> TrainedStack:
    """Train the stack.

    The labelled passages, or without any the written pages, are scored by tiers trained on the other folds. On these
    scores the combiners, the calibration and the thresholds are learned. Last the tiers are trained on everything.

    Parameters
    ----------
    examples : Examples, length n
        Labelled passages together with the written examples; the latter are never tested on where there are labels.
    inputs : Inputs of the same n passages
    exemplars : Exemplars or None
        ``None`` without an encoder.
    progress : Progress, optional
        Told of each fold.
    folds : GroupedFolds, optional
        Those of :func:`training_folds`, where they are known already.

    Raises
    ------
    InputError
        If there is nothing present, or nothing absent, to learn from.
    StageError
        If the labels are of too few separate areas or documents, or a label repeats a written example.
    """
    progress = progress or NoProgress()
    folds = folds or training_folds(examples, config)
    real, weights = bool(examples.labelled().any()), examples.weights(config.seed_weight)
    progress.start("training", folds.count + 1)
    parts, rows = [], []
    for train, test in folds.splits():
        tiers = Tiers(codebook, exemplars, config)
        tiers.fit(inputs.rows(train), examples.targets[train], weights[train], neighbours=real)
        parts.append(tiers.scores(inputs.rows(test)))
        rows.append(test)
        progress.advance()
    order = np.concatenate(rows)
    scores = stacked_rows(parts)
    readouts, out_of_fold = _readouts(scores, examples.subset(order), folds.index[order], real)
    tiers = Tiers(codebook, exemplars, config)
    tiers.fit(inputs, examples.targets, weights, neighbours=real)
    progress.advance()
    return TrainedStack(
        config=config,
        tiers=tiers,
        readouts=readouts,
        on_real_labels=real,
        out_of_fold=replace(out_of_fold, rows=order),
        folds=folds,
    )


def training_folds(examples: Examples, config: StackConfig) -> GroupedFolds:
    """Return the folds that the stack is trained with: of the labelled passages, or without any of the written pages.

    Raises
    ------
    InputError, StageError
        As :func:`train_stack`.
    """
    tested = examples if examples.labelled().any() else _pages_as_labelled(examples)
    _check(tested)
    folds = grouped_folds(tested, _fold_count(tested, config.folds), config.seed)
    _check_folds(tested, folds)
    return folds


def refitted(trained: TrainedStack, examples: Examples, inputs: Inputs) -> TrainedStack:
    """Return the stack with its heads fitted to more labels, in a moment; combiner and thresholds stay as they are.

    For the next suggestions between two trainings. The vocabulary stays too, and the heads start from where they were:
    the tiers of ``trained`` are changed.
    """
    weights = examples.weights(trained.config.seed_weight)
    trained.tiers.fit(inputs, examples.targets, weights, again=True, neighbours=bool(examples.labelled().any()))
    return trained


def _readouts(
    scores: TierScores, examples: Examples, folds: NDArray[np.intp], real: bool
) -> tuple[dict[tuple[str, ...], Readout], OutOfFold]:
    """Learn a readout for each set of tiers; the out-of-fold probabilities are those of the last, the whole set."""
    found: dict[tuple[str, ...], Readout] = {}
    out_of_fold: OutOfFold | None = None
    for names in dict.fromkeys((WORDS_ALONE, scores.tiers)):
        found[names], out_of_fold = _readout(scores.only(names), examples, folds, real)
    assert out_of_fold is not None  # noqa: S101  words and cues are always there
    return found, out_of_fold


def _readout(scores: TierScores, examples: Examples, folds: NDArray[np.intp], real: bool) -> tuple[Readout, OutOfFold]:
    targets, groups = examples.targets, examples.groups
    raw = np.empty(targets.shape)
    raw_initiative = np.empty(len(examples))
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        learned = combination(scores.rows(outside), targets[outside], learn_weights=real)
        raw[inside], raw_initiative[inside] = learned.logits(scores.rows(inside))
    probabilities, initiative = expit(raw), expit(raw_initiative)[:, None]
    known = any_code(targets)[:, None]
    fitted = cross_fitted(ProbabilityCalibrator(), probabilities, targets, groups)
    fitted_initiative = cross_fitted(ProbabilityCalibrator(), initiative, known, groups)
    chosen = cut_offs(fitted, targets, groups)
    rules = None
    if real:
        codes = [str(code) for code in examples.codes]
        rules = decision_rules(fitted, targets, groups, codes=codes, initiative=fitted_initiative[:, 0])
    readout = Readout(
        combination=combination(scores, targets, learn_weights=real),
        calibrator=ProbabilityCalibrator().fit(probabilities, targets),
        initiative_calibrator=ProbabilityCalibrator().fit(initiative, known),
        cut_offs=np.array(chosen.values),
        initiative_cut_off=cut_offs(fitted_initiative, known, groups, goal="expected-micro-f1").values[0],
        cut_off_goal=chosen.goal,
        rules=rules,
    )
    held_out = OutOfFold(
        rows=np.arange(len(examples)),
        folds=folds,
        probabilities=fitted,
        initiative=fitted_initiative[:, 0],
        uncalibrated=probabilities,
        words=scores.words[:, : targets.shape[1]],
    )
    return readout, held_out


def _pages_as_labelled(examples: Examples) -> Examples:
    """Return the examples with the written pages taken for labelled passages: they have natural shares of codes.

    Passages written one by one do not: most of them carry a code. Where nothing was written page by page (an own
    codebook), every written example stands in.
    """
    paged = np.array([bool(before or after) for before, after in zip(examples.before, examples.after, strict=True)])
    chosen = paged if paged.any() else np.ones(len(examples), dtype=bool)
    origins = tuple("file" if take else origin for take, origin in zip(chosen, examples.origins, strict=True))
    return replace(examples, origins=origins)


def _check(tested: Examples) -> None:
    targets = tested.targets[tested.labelled()]
    if not has_both(targets):
        raise InputError(
            f"the labels hold no {_missing(targets)}: {len(targets):,} passages,"
            f" {int((targets == PRESENT).sum()):,} codes present",
            mend="label passages with and without codes, or train on the written examples alone (no labels)",
        )


def _check_folds(tested: Examples, folds: GroupedFolds) -> None:
    """Refuse labels that are all in one fold: what is learned for it would be learned from nothing."""
    for fold in range(folds.count):
        targets = tested.targets[(folds.index != fold) & (folds.index != ALWAYS_TRAINING)]
        if not has_both(targets):
            raise InputError(
                f"every labelled {_missing(targets)} is in one area, document or family of copied text",
                mend="label passages with and without codes in two areas or documents at least",
            )


def _missing(targets: Targets) -> str:
    return "positive" if not (targets == PRESENT).any() else "passage without any code"


def _fold_count(tested: Examples, wanted: int) -> int:
    """Return how many folds there can be: what is connected by an area, a document or copied text is in one of them."""
    labelled = tested.subset(tested.labelled())
    connected = Components(len(labelled))
    connected.join_equal(labelled.groups)
    connected.join_equal(families(labelled.texts).tolist())
    return max(2, min(wanted, len(np.unique(connected.labels))))
