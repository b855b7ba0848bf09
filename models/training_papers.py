"""The papers of a trained stack: its record and its card, written into its folder in one go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from numpy.typing import ArrayLike

from careatlas.codebook import Codebook
from models.cluster_bootstrap import RESAMPLES
from models.examples import Examples
from models.held_out import held_out
from models.model_card import NO_LICENCE, write_card
from models.record_files import save_record
from models.stack_training import TrainedStack
from models.training_record import TrainingRecord, training_record


def write_papers(
    trained: TrainedStack,
    examples: Examples,
    codebook: Codebook,
    folder: Path,
    *,
    others: Mapping[str, ArrayLike] | None = None,
    uncalibrated: ArrayLike | None = None,
    licence: str = NO_LICENCE,
    resamples: int = RESAMPLES,
) -> TrainingRecord:
    """Measure a trained stack by its held-out scores and write what was found, and the card, into its folder.

    Parameters
    ----------
    trained : TrainedStack
    examples : Examples
        All that it was trained on; ``trained.out_of_fold.rows`` are n of them.
    codebook : Codebook
    folder : Path
        In which ``model.json`` stands already.
    others : mapping of str to array, shape (n, codes) or (n, codes + 1), optional
        Held-out scores of simpler ways, in the order of ``trained.out_of_fold.rows``, by the name that the card calls
        them: the word tier alone.
    uncalibrated : array of float, shape (n, codes), optional
        Held-out probabilities before calibration.
    licence : str
        Of the model: an SPDX identifier in lower case, or ``other``.
    resamples : int
        Of the intervals.

    Raises
    ------
    InputError
        If there is no ``model.json``.
    UsageError
        If shapes do not fit.
    MissingDependencyError
        If cleanlab is not installed.
    """
    found = trained.out_of_fold
    readout = trained.readouts[max(trained.readouts, key=len)]
    held = held_out(examples, found.rows, found.folds, found.probabilities, found.initiative, goal=readout.cut_off_goal)
    record = training_record(
        examples,
        found.rows,
        held,
        codebook,
        synthetic=not trained.on_real_labels,
        folds=trained.folds,
        seed=trained.config.seed,
        cut_offs=readout.cut_offs,
        others=others,
        uncalibrated=uncalibrated,
        resamples=resamples,
    )
    save_record(record, folder)
    write_card(folder, codebook, licence=licence)
    return record
