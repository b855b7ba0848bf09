"""A labelled sample: machine scores of every passage, people's labels of some, and the chance that drew them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.errors import InputError

Floats = NDArray[np.float64]

# With fewer the spread that the quantile of Student's t stands on is itself a guess, and with 1 positive in 20 or rarer
# such a sample most likely holds none at all. docs/methods/valid-totals.md shows coverage from 30 labels on.
MINIMUM_LABELS = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelledSample:
    """N passages that a machine scored for one code, n of which were drawn by design and labelled by a person.

    Attributes
    ----------
    scores : array of float, shape (N,)
        What the machine says of each passage, from 0 to 1. Calibrated or not: that moves the width, not the coverage.
    accepted : array of bool, shape (N,)
        Whether the score reached the machine's cut-off: what a raw count counts.
    position : array of int, shape (n,)
        Where the labelled passages stand among the N, each once.
    labels : array of float, shape (n,)
        1 where the person found the code, 0 where not.
    inclusion : array of float, shape (n,)
        The chance with which the design drew the passage, in (0, 1].
    strata, clusters : array of int, shape (n,), or None
        The design's stratum or the document of each labelled passage, as numbers from 0; at most one of the two.
    """

    scores: Floats
    accepted: NDArray[np.bool_]
    position: NDArray[np.intp]
    labels: Floats
    inclusion: Floats
    strata: NDArray[np.intp] | None = None
    clusters: NDArray[np.intp] | None = None

    @property
    def n_total(self) -> int:
        """How many passages there are."""
        return self.scores.size

    @property
    def n_labelled(self) -> int:
        """How many of them carry a label."""
        return self.labels.size

    @property
    def labelled_scores(self) -> Floats:
        """The machine's scores of the labelled passages, shape (n,)."""
        return self.scores[self.position]

    @property
    def is_equal_probability(self) -> bool:
        """Whether every labelled passage had the same chance to be drawn."""
        return bool(np.allclose(self.inclusion, self.inclusion[0], rtol=1e-9, atol=0.0))


def labelled_sample(
    scores: ArrayLike,
    labels: Sequence[bool | int | None],
    inclusion: Sequence[float | None],
    *,
    accepted: ArrayLike | None = None,
    strata: Sequence[Hashable] | None = None,
    clusters: Sequence[Hashable] | None = None,
) -> LabelledSample:
    """Check what was scored, labelled and drawn, and return it as a sample; every argument has one entry per passage.

    Parameters
    ----------
    scores : array-like of float, shape (N,)
        Between 0 and 1, for all passages.
    labels : sequence of bool, 0, 1 or None, length N
        ``None`` where nobody labelled the passage.
    inclusion : sequence of float or None, length N
        In (0, 1] wherever there is a label. It is not read where there is none.
    accepted : array-like of bool, shape (N,), optional
        By default what scores 0.5 or more.
    strata, clusters : sequence, length N, optional
        The stratum within which each passage was drawn with simple random sampling, or its document where documents
        were drawn first (or where the question goes beyond these documents).

    Raises
    ------
    InputError
        If lengths differ, a score is not in [0, 1], a label is not 0 or 1, a label has no inclusion probability or one
        outside (0, 1], fewer than 30 passages are labelled (and not all are), a stratum has a single label, labels come
        from fewer than 10 clusters, or both strata and clusters are given.
    """
    given = np.asarray(scores, dtype=float)
    _check_lengths(given, labels, inclusion, accepted, strata, clusters)
    _check_scores(given)
    position = np.array([at for at, label in enumerate(labels) if label is not None], dtype=np.intp)
    kept = np.array([labels[at] for at in position], dtype=float)
    if not np.isin(kept, (0.0, 1.0)).all():
        raise InputError("a label is neither 0 nor 1", where=f"passage {_first(position, ~np.isin(kept, (0.0, 1.0)))}")
    chances = _chances(position, inclusion)
    if kept.size < min(MINIMUM_LABELS, given.size) or not kept.size:  # where all are labelled, nothing is unknown
        raise InputError(
            f"{kept.size} labelled passages are too few for an interval, {MINIMUM_LABELS} are needed",
            mend="label more passages of the drawn sample, or put groups together",
        )
    return LabelledSample(
        scores=given,
        accepted=given >= 0.5 if accepted is None else np.asarray(accepted, dtype=bool),
        position=position,
        labels=kept,
        inclusion=chances,
        strata=None if strata is None else _numbers([strata[at] for at in position], "stratum", each=2),
        clusters=None if clusters is None else _numbers([clusters[at] for at in position], "cluster", groups=10),
    )


def _check_lengths(scores: Floats, *others: ArrayLike | Sequence[Hashable] | None) -> None:
    if scores.ndim != 1:
        raise InputError(f"scores have {scores.ndim} dimensions: give those of one code, one per passage")
    if any(other is not None and len(other) != scores.size for other in others):  # type: ignore[arg-type]
        raise InputError(f"there are {scores.size} scores, but not as many entries of everything else")
    if others[-1] is not None and others[-2] is not None:
        raise InputError(
            "strata and clusters were both given", mend="give the clusters alone: the interval is then safe, if wider"
        )


def _check_scores(scores: Floats) -> None:
    wrong = ~((scores >= 0) & (scores <= 1))  # also where it is not a number
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise InputError(f"the score {scores[at]} is not between 0 and 1", where=f"passage {at}")


def _chances(position: NDArray[np.intp], inclusion: Sequence[float | None]) -> Floats:
    for at in position:
        chance = inclusion[at]
        if chance is None:
            raise InputError(
                "a label has no inclusion probability",
                where=f"passage {at}",
                mend="leave out what was found by browsing: only labels of a drawn sample can correct a count",
            )
        if not 0 < chance <= 1:
            raise InputError(f"the inclusion probability {chance} is not in (0, 1]", where=f"passage {at}")
    return np.array([inclusion[at] for at in position], dtype=float)


def _numbers(names: Sequence[Hashable], what: str, *, each: int = 1, groups: int = 1) -> NDArray[np.intp]:
    """Return names as numbers from 0, and refuse groups that no spread can be taken from."""
    number = {name: at for at, name in enumerate(dict.fromkeys(names))}
    found = np.array([number[name] for name in names], dtype=np.intp)
    small = np.bincount(found, minlength=1) < each
    if small.any():
        raise InputError(
            f"a {what} has a single label, {each} are needed for its spread",
            where=f"{what} {list(number)[int(np.flatnonzero(small)[0])]!r}",
            mend=f"put it together with a similar {what}",
        )
    if len(number) < groups:
        raise InputError(f"the labels come from {len(number)} {what}s, at least {groups} are needed for their spread")
    return found


def _first(position: NDArray[np.intp], where: NDArray[np.bool_]) -> int:
    return int(position[where][0])
