"""What simpler ways reach on the same passages: without it, nobody can say whether a model was worth making."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from careatlas.errors import UsageError
from models import cluster_bootstrap
from models.cluster_bootstrap import Difference, Interval
from models.held_out import HeldOut, accepted_across
from models.label_matrix import PRESENT, UNKNOWN, Floats, Mask
from models.measure_report import code_statistics, initiative_statistics
from models.ranking_measures import micro_average_precision

MAJORITY, CUES = "majority", "cues"
PRIMARY = "micro_average_precision"  # needs no cut-off, and counts every code and passage

# Scores of a baseline are no probabilities: calibration cannot be asked of them.
_MEASURES = (
    *("micro_f1", "macro_f1", PRIMARY, "macro_average_precision", "recall_at_3"),
    *("initiative_f1", "initiative_average_precision", "unread_share_at_95"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A simpler way beside the model.

    Attributes
    ----------
    totals : dict of str to Interval
        Its measures.
    ahead : Difference
        How far the model is ahead of it in micro average precision, on the same draws of documents.
    """

    totals: dict[str, Interval]
    ahead: Difference

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"totals": {name: one.as_dict() for name, one in self.totals.items()}, "ahead": self.ahead.as_dict()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scored:
    scores: Floats
    accepted: Mask
    initiative: Floats
    initiative_accepted: Mask


def baselines(
    held: HeldOut,
    kept: Mask,
    *,
    cues: ArrayLike,
    others: Mapping[str, ArrayLike],
    resamples: int = cluster_bootstrap.RESAMPLES,
) -> dict[str, Baseline]:
    """Measure simpler ways on the passages that a model was tested on.

    Parameters
    ----------
    held : HeldOut
        Of n passages and k codes.
    kept : array of bool, shape (k,)
        The codes that count in totals.
    cues : array of int, shape (n, k)
        How many cues of each code stand in a passage: a code is accepted with the first one.
    others : mapping of str to array, shape (n, k) or (n, k + 1)
        Held-out scores of other ways, the higher the likelier; a last column more is the score of "any code". Accepted
        from the one cut-off on that has the best micro F1 on the other folds, which is the most such scores can reach
        with one.
    resamples : int
        Of the intervals.

    Returns
    -------
    dict of str to Baseline
        ``majority`` (of each code the more frequent answer; its share in the other folds is its score), ``cues``, and
        the others.

    Raises
    ------
    UsageError
        If shapes do not fit.
    """
    ways = {MAJORITY: _majority(held), CUES: _cues(held, np.asarray(cues, dtype=np.float64))}
    ways |= {name: _other(held, name, np.asarray(scores, dtype=np.float64)) for name, scores in others.items()}
    return {name: _measured(held, kept, way, resamples) for name, way in ways.items()}


def _majority(held: HeldOut) -> _Scored:
    shares, of_any = np.zeros(held.targets.shape), np.zeros(len(held))
    for fold in np.unique(held.folds):
        inside, others = held.folds == fold, held.folds != fold
        shares[inside] = _share(held.targets[others])
        of_any[inside] = _share(held.known_initiative[others][:, None])[0]
    return _Scored(
        scores=shares, accepted=shares > 0.5, initiative=of_any, initiative_accepted=np.asarray(of_any > 0.5)
    )


def _share(targets: Any) -> Floats:
    known = np.maximum((targets != UNKNOWN).sum(axis=0), 1)
    share: Floats = (targets == PRESENT).sum(axis=0) / known
    return share


def _cues(held: HeldOut, counts: Floats) -> _Scored:
    if counts.shape != held.targets.shape:
        raise UsageError(f"cues of shape {counts.shape} do not go with targets of {held.targets.shape}")
    total = counts.sum(axis=1)
    return _Scored(scores=counts, accepted=counts > 0, initiative=total, initiative_accepted=np.asarray(total > 0))


def _other(held: HeldOut, name: str, scores: Floats) -> _Scored:
    rows, codes = held.targets.shape
    if scores.shape not in ((rows, codes), (rows, codes + 1)):
        raise UsageError(f"the scores of {name!r} of shape {scores.shape} do not go with targets of {(rows, codes)}")
    own = scores[:, :codes]
    passage = scores[:, codes] if scores.shape[1] > codes else own.max(axis=1)
    any_code = held.known_initiative[:, None]
    return _Scored(
        scores=own,
        accepted=accepted_across(own, held.targets, held.groups, held.folds, "micro-f1"),
        initiative=passage,
        initiative_accepted=accepted_across(passage[:, None], any_code, held.groups, held.folds, "micro-f1")[:, 0],
    )


def _measured(held: HeldOut, kept: Mask, way: _Scored, resamples: int) -> Baseline:
    targets = held.targets[:, kept]
    every = {
        **code_statistics(way.scores[:, kept], targets, way.accepted[:, kept]),
        **initiative_statistics(way.initiative, held.known_initiative, way.initiative_accepted),
    }
    return Baseline(
        totals=cluster_bootstrap.intervals({name: every[name] for name in _MEASURES}, held.groups, resamples=resamples),
        ahead=cluster_bootstrap.difference(
            partial(micro_average_precision, held.probabilities[:, kept], targets),
            every[PRIMARY],
            held.groups,
            resamples=resamples,
        ),
    )
