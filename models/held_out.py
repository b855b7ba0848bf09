"""What a model says of passages that it was not trained on: kept beside it, so that later models can be compared.

No words are kept: identifiers, labels, scores, and a digest of each text, by which the same passage is known again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.errors import InputError, UsageError
from careatlas.identifiers import sha256_of
from models.cut_offs import Goal, cut_offs
from models.examples import Examples
from models.label_matrix import Floats, Mask, Targets, any_code, checked

ARRAYS, ROWS = "held_out.safetensors", "held_out.json"

_DIGITS = 16  # of a text's digest: 64 bits
_MEND = "train the model again"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """Held-out scores of n passages.

    Attributes
    ----------
    ids, groups : tuple of str, length n
        Passages, and the area or document of each.
    digests : tuple of str, length n
        Of their texts.
    codes : tuple of str, length k
    targets : array of int8, shape (n, k)
        1 present, 0 absent, -1 unknown.
    folds : array of int, shape (n,)
        In which fold a passage was tested.
    probabilities : array of float, shape (n, k)
    initiative : array of float, shape (n,)
        Probability of carrying any code.
    accepted : array of bool, shape (n, k)
        By cut-offs that were chosen on the other folds.
    initiative_accepted : array of bool, shape (n,)
        Likewise.
    """

    ids: tuple[str, ...]
    groups: tuple[str, ...]
    digests: tuple[str, ...]
    codes: tuple[str, ...]
    targets: Targets
    folds: NDArray[np.intp]
    probabilities: Floats
    initiative: Floats
    accepted: Mask
    initiative_accepted: Mask

    def __post_init__(self) -> None:
        rows, shape = len(self.ids), (len(self.ids), len(self.codes))
        wrong = [name for name in ("groups", "digests") if len(getattr(self, name)) != rows]
        wrong += [
            name for name in ("folds", "initiative", "initiative_accepted") if getattr(self, name).shape != (rows,)
        ]
        wrong += [name for name in ("targets", "probabilities", "accepted") if getattr(self, name).shape != shape]
        if wrong:
            raise UsageError(f"{', '.join(wrong)} do not go with {rows} passages and {len(self.codes)} codes")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def known_initiative(self) -> Targets:
        """Whether a passage carries any code, shape (n,): 1, 0 or -1."""
        return any_code(self.targets)

    def keys(self) -> dict[tuple[str, str], int]:
        """Return the row of each passage by its identifier and the digest of its text.

        An identifier alone is not enough: two files may both number their passages from 1.
        """
        return {key: row for row, key in reversed(list(enumerate(zip(self.ids, self.digests, strict=True))))}


def held_out(
    examples: Examples,
    rows: NDArray[np.intp],
    folds: NDArray[np.intp],
    probabilities: ArrayLike,
    initiative: ArrayLike,
    *,
    goal: str,
    initiative_goal: str = "expected-micro-f1",
) -> HeldOut:
    """Put together what a training knows of the passages it was tested on.

    Parameters
    ----------
    examples : Examples
        All that it was trained on.
    rows, folds : arrays of int, shape (n,)
        Which of the examples were tested, and in which fold.
    probabilities : array of float, shape (n, codes)
        Calibrated, made and calibrated without the passage's own fold.
    initiative : array of float, shape (n,)
        Likewise, of carrying any code.
    goal, initiative_goal : str
        For what the cut-offs are chosen (``models.cut_offs``): here for each fold on the others, so that F1 is that of
        cut-offs which have not seen the passage.

    Raises
    ------
    UsageError
        If shapes do not fit, or a goal is unknown.
    """
    tested = examples.subset(rows)
    scores, targets = checked(probabilities, tested.targets)
    passage = np.asarray(initiative, dtype=np.float64)
    return HeldOut(
        ids=tested.ids,
        groups=tested.groups,
        digests=tuple(text_digest(text) for text in tested.texts),
        codes=tuple(map(str, examples.codes)),
        targets=targets,
        folds=np.asarray(folds),
        probabilities=scores.astype(np.float64),
        initiative=passage,
        accepted=accepted_across(scores, targets, tested.groups, folds, goal),
        initiative_accepted=accepted_across(
            passage[:, None], any_code(targets)[:, None], tested.groups, folds, initiative_goal
        )[:, 0],
    )


def accepted_across(
    scores: NDArray[Any], targets: Targets, groups: Sequence[str], folds: NDArray[np.intp], goal: str
) -> Mask:
    """Return what is accepted, shape (n, codes), each fold by the cut-offs that serve a goal on the other folds."""
    accepted = np.zeros(targets.shape, dtype=np.bool_)
    for fold in np.unique(folds):
        inside, others = folds == fold, np.flatnonzero(folds != fold)
        known = [groups[index] for index in others]
        chosen = cut_offs(scores[others], targets[others], known, goal=cast("Goal", goal))
        accepted[inside] = scores[inside] >= np.array(chosen.values)
    return accepted


def text_digest(text: str) -> str:
    """Return the digest by which a text is known again, 16 hexadecimal characters."""
    return sha256_of(text.encode("utf-8", "surrogatepass"))[:_DIGITS]


def save_held_out(found: HeldOut, folder: Path) -> None:
    """Write held-out scores into a model's folder; probabilities are kept to seven digits."""
    from safetensors.numpy import save

    arrays = {
        "targets": found.targets.astype(np.int8),
        "folds": found.folds.astype(np.int16),
        "probabilities": found.probabilities.astype(np.float32),
        "initiative": found.initiative.astype(np.float32),
        "accepted": found.accepted.astype(np.uint8),
        "initiative_accepted": found.initiative_accepted.astype(np.uint8),
    }
    rows = {"codes": found.codes, "ids": found.ids, "groups": found.groups, "digests": found.digests}
    (folder / ARRAYS).write_bytes(save({name: np.ascontiguousarray(value) for name, value in arrays.items()}))
    (folder / ROWS).write_text(json.dumps(rows, indent=1), encoding="utf-8")


def read_held_out(folder: Path) -> HeldOut:
    """Read the held-out scores of a model.

    Raises
    ------
    InputError
        If there are none, or they are not what they should be.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        rows = json.loads((folder / ROWS).read_text(encoding="utf-8"))
        arrays = load((folder / ARRAYS).read_bytes())
        return HeldOut(
            **{name: tuple(map(str, rows[name])) for name in ("codes", "ids", "groups", "digests")},
            targets=arrays["targets"],
            folds=arrays["folds"].astype(np.intp),
            probabilities=arrays["probabilities"].astype(np.float64),
            initiative=arrays["initiative"].astype(np.float64),
            accepted=arrays["accepted"].astype(np.bool_),
            initiative_accepted=arrays["initiative_accepted"].astype(np.bool_),
        )
    except OSError as error:
        raise InputError(
            f"the model has no held-out scores: {error.strerror}", where=str(folder / ROWS), mend=_MEND
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError, SafetensorError, UsageError) as error:
        raise InputError(f"these are no held-out scores: {error}", where=str(folder), mend=_MEND) from error
