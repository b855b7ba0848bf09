"""What a model can honestly say of labelled passages: held-out scores of what it learned from, fresh ones else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError
from models.classifier import Classifier
from models.examples import Examples
from models.held_out import HeldOut, read_held_out, text_digest
from models.label_evaluation import ModelScores, model_scores
from models.label_matrix import Mask
from models.record_files import read_fingerprints
from models.text_fingerprints import TextFingerprints, near_copies

_SCORES = ("probabilities", "initiative", "accepted", "initiative_accepted")  # of ModelScores


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Witness:
    """How a model knows each of n passages.

    Attributes
    ----------
    held : HeldOut
        Its held-out scores.
    rows : array of int, shape (n,)
        The row of each passage there, -1 if it was not tested on it.
    seen : array of bool, shape (n,)
        Whether it learned from the passage, or from a near copy.
    """

    held: HeldOut
    rows: NDArray[np.intp]
    seen: Mask

    @classmethod
    def of(cls, folder: Path, examples: Examples) -> Witness:
        """Return how the model in a folder knows labelled passages.

        Raises
        ------
        InputError
            If the folder does not say what the model learned from.
        """
        return cls.knowing(examples, read_held_out(folder), read_fingerprints(folder))

    @classmethod
    def knowing(cls, examples: Examples, held: HeldOut, fingerprints: TextFingerprints) -> Witness:
        """Return how a model with these held-out scores and fingerprints knows labelled passages."""
        known = held.keys()
        keys = [(name, text_digest(text)) for name, text in zip(examples.ids, examples.texts, strict=True)]
        return cls(
            held=held,
            rows=np.array([known.get(key, -1) for key in keys], dtype=np.intp),
            seen=np.asarray(near_copies(examples.texts, fingerprints) >= 0),
        )

    @property
    def usable(self) -> Mask:
        """Of which passages it can speak, shape (n,): those that it was tested on, and those that it never saw."""
        return np.asarray((self.rows >= 0) | ~self.seen)

    def scores(self, opened: Callable[[], Classifier], examples: Examples, usable: Mask) -> ModelScores:
        """Return the scores of the usable passages, held out where there are such, fresh otherwise.

        Parameters
        ----------
        opened : callable
            Gives the model; not called where no fresh score is needed.
        examples : Examples
            The n labelled passages.
        usable : array of bool, shape (n,)
            Those of which every model compared can speak.

        Raises
        ------
        InputError
            If the model was tested on, or scores, other codes than those of the labels.
        """
        if self.held.codes != tuple(map(str, examples.codes)):
            raise InputError("the model was tested on other codes than those of the labels")
        places = np.flatnonzero(usable)
        fresh = self.rows[places] < 0
        known = self.rows[places[~fresh]]
        held = {name: getattr(self.held, name)[known] for name in _SCORES}
        if not fresh.any():
            return ModelScores(**held)
        new = model_scores(opened(), examples.subset(places[fresh]))
        parts = {name: np.empty((len(places), *values.shape[1:]), values.dtype) for name, values in held.items()}
        for name, values in parts.items():
            values[~fresh], values[fresh] = held[name], getattr(new, name)
        return ModelScores(**parts)


def usable_examples(examples: Examples, usable: Mask, *, where: str) -> tuple[Examples, list[str]]:
    """Return the usable examples, and what is to be said of the others.

    Raises
    ------
    InputError
        If none is usable.
    """
    left_out = int((~usable).sum())
    if not usable.any():
        raise InputError(
            f"there is nothing to compare on: of each of the {left_out:,} passages a model saw a near copy in training",
            where=where,
            mend="name labels that no training has seen",
        )
    said = f"{left_out:,} passages are left out: a model saw them, or near copies of them, in training"
    return examples.subset(np.flatnonzero(usable)), [said] if left_out else []
