"""What a training learns from: labelled passages of a project and of files, and the written examples beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.store.engine import Store
from models.examples import Examples, joined
from models.families import families
from models.judged_examples import judged_examples
from models.labels_file import read_labels
from models.seed_examples import seed_examples
from models.seed_passages import seed_passages


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """The examples of a training, with what is to be said of them.

    Attributes
    ----------
    examples : Examples
        The labelled passages first, then the written examples.
    counts : dict of str to int
        How many passages came from where.
    notes : tuple of str
        What a person should know: disagreements, lost judgements, written examples left out.
    """

    examples: Examples
    counts: dict[str, int]
    notes: tuple[str, ...]


def training_data(
    codebook: Codebook, *, store: Store | None = None, files: Sequence[Path] = (), seeds: bool = True
) -> TrainingData:
    """Gather the examples of a training.

    Parameters
    ----------
    store : Store, optional
        Its judgements are used.
    files : sequence of Path
        Label files.
    seeds : bool
        Whether the shipped seeds take part. The codebook's own texts always do.

    Raises
    ------
    InputError
        If a file is wrong, a passage stands in two sources with another text or other labels, or there is nothing to
        learn from.
    """
    labelled: list[Examples] = []
    notes: list[str] = []
    if store is not None:
        judged = judged_examples(store, codebook)
        labelled.append(judged.examples)
        notes += _told(judged.disagreements, "codes of passages on which people disagree count as unknown")
        notes += _told(judged.unsure, "codes of passages of which nobody was sure count as unknown")
        notes += _told(judged.lost, "judgements are on passages that a new reading did not find again")
        notes += _told(
            judged.outdated,
            f"judgements with other versions of {codebook.id} are left out: see careatlas codebook migrate",
        )
    labelled += [read_labels(path, codebook) for path in files]
    written = joined(seed_passages(codebook), seed_examples(codebook)) if seeds else seed_examples(codebook)
    real = _once(joined(labelled[0], *labelled[1:])) if labelled else written.subset([])
    kept = _without_repeats(real, written)
    notes += _told(len(written) - len(kept), "written examples repeat a labelled passage and are left out")
    examples = joined(real, kept)
    if not len(examples):
        raise InputError("there is nothing to learn from", mend="label passages, or use the shipped seeds")
    counts = {origin: examples.origins.count(origin) for origin in dict.fromkeys(examples.origins)}
    return TrainingData(examples=examples, counts=counts, notes=tuple(notes))


def _told(count: int, what: str) -> list[str]:
    return [f"{count:,} {what}"] if count else []


def _once(examples: Examples) -> Examples:
    """Keep the first of passages that several sources name; another text or other labels for it are an error."""
    first: dict[str, int] = {}
    for index, name in enumerate(examples.ids):
        before = first.setdefault(name, index)
        if examples.texts[before] != examples.texts[index]:
            raise InputError(
                f"passage {name!r} has another text in two sources", mend="give every passage an identifier of its own"
            )
        if (examples.targets[before] != examples.targets[index]).any():
            raise InputError(
                f"passage {name!r} has other labels in two sources", mend="settle it, or train with one of the sources"
            )
    return examples.subset(sorted(first.values())) if len(first) < len(examples) else examples


def _without_repeats(real: Examples, written: Examples) -> Examples:
    if not len(real) or not len(written):
        return written
    family = families([*real.texts, *written.texts])
    return written.subset(np.flatnonzero(~np.isin(family[len(real) :], family[: len(real)])))
