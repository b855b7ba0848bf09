"""Registered models put to the test: on the passages they were tested on in training, or on a file of labels."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from careatlas.codebook import Codebook
from careatlas.codebook_shelf import find_codebook
from careatlas.errors import UsageError
from careatlas.settings import load_settings
from models.classifier import Classifier
from models.comparison import Comparison, compared_held_out, compared_on
from models.examples import Examples
from models.held_out import read_held_out
from models.label_evaluation import LabelEvaluation, label_evaluation
from models.labels_file import read_labels
from models.record_files import read_evaluation, read_fingerprints
from models.registry import ModelEntry, ModelRegistry
from models.witness import Witness, usable_examples


def codebook_for(entry: ModelEntry, root: Path | None) -> Codebook:
    """Return the codebook in use: the project's, or where there is none the shipped one that the model names.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if root is None:
        return find_codebook(entry.codebook[0])
    return find_codebook(load_settings(root).suggest.codebook, root)


def evaluated(registry: ModelRegistry, entry: ModelEntry, labels: Path, codebook: Codebook) -> LabelEvaluation:
    """Measure a model on a file of labels.

    Raises
    ------
    InputError
        If the model was changed or is for another codebook, or the labels are wrong or were all seen in training.
    """
    folder = registry.opened(entry)
    examples = read_labels(labels, codebook)
    return label_evaluation(
        _classifier(folder, codebook),
        examples,
        read_fingerprints(folder),
        labels=str(labels),
        trained_groups=read_evaluation(folder)["data"]["groups"],
    )


def compared(
    registry: ModelRegistry,
    first: ModelEntry,
    second: ModelEntry,
    codebook: Codebook,
    *,
    labels: Path | None = None,
    root: Path | None = None,
) -> Comparison:
    """Compare two models.

    On the file of labels if there is one; else on the passages that both were tested on; where there are none, on the
    project's judgements. Labels may be those that a model was trained with: it then speaks by its held-out scores.

    Raises
    ------
    UsageError
        If they are for different codebooks, or there is nothing to compare them on.
    InputError
        If a model was changed or is for another codebook, or the labels are wrong or of no use for a comparison.
    """
    if first.codebook != second.codebook:
        raise UsageError(
            f"{first.model_id} is for {' '.join(first.codebook)}, {second.model_id} for {' '.join(second.codebook)}",
            mend="models are compared on the same codes, at the same version of their codebook",
        )
    names = (str(first.model_id), str(second.model_id))
    folders = (registry.opened(first), registry.opened(second))
    if labels is not None:
        return _on_labels(names, folders, read_labels(labels, codebook), codebook, f"labels in {labels}")
    synthetic = any(read_evaluation(folder)["data"]["synthetic"] for folder in folders)
    notes = ["on passages written for training: nothing here speaks of real plans"] if synthetic else []
    try:
        return compared_held_out(names, *(read_held_out(folder) for folder in folders), notes=notes)
    except UsageError:
        examples = _judged(root, codebook)
        if examples is None:
            raise
        return _on_labels(names, folders, examples, codebook, "the project's judgements")


def _on_labels(
    names: tuple[str, str], folders: tuple[Path, Path], examples: Examples, codebook: Codebook, basis: str
) -> Comparison:
    witnesses = [Witness.of(folder, examples) for folder in folders]
    usable = witnesses[0].usable & witnesses[1].usable
    tested, notes = usable_examples(examples, usable, where=basis)
    one, other = (
        witness.scores(partial(_classifier, folder, codebook), examples, usable)
        for witness, folder in zip(witnesses, folders, strict=True)
    )
    return compared_on(names, (one, other), tested, basis=basis, notes=notes)


def _judged(root: Path | None, codebook: Codebook) -> Examples | None:
    """Return the project's judgements, ``None`` where there are none."""
    if root is None:
        return None
    from careatlas.project import open_project
    from models.judged_examples import judged_examples

    with open_project(root) as project:
        found = judged_examples(project.store, codebook).examples
    return found if len(found) else None


def _classifier(folder: Path, codebook: Codebook) -> Classifier:
    from models.stacked_model import StackedModel

    return StackedModel(folder, codebook, threads=os.cpu_count() or 1)
