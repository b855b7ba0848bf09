"""Labels that are worth a second look: those the model disagrees with most, by confident learning.

Method, what was measured, and limits: ``docs/methods/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, zip_longest
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from careatlas.errors import MissingDependencyError, UsageError
from models.label_matrix import PRESENT, UNKNOWN, Floats, Targets, checked

LEAST_POSITIVES = 5  # below, the mean probability of a code's positives says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelErrorCandidate:
    """A label to read again.

    Attributes
    ----------
    id : str
        The passage.
    code : str
        The code.
    given : {"present", "absent"}
        What the label says.
    probability : float
        Of the code being present, by a model that has not seen the passage.
    score : float
        Probability of the label given, between 0 and 1: the lower, the more suspicious (self-confidence).
    reason : str
        In words.
    """

    id: str
    code: str
    given: Literal["present", "absent"]
    probability: float
    score: float
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def label_error_candidates(
    probabilities: ArrayLike,
    targets: ArrayLike,
    *,
    ids: Sequence[str],
    codes: Sequence[str],
    limit: int = 100,
    least_positives: int = LEAST_POSITIVES,
) -> tuple[LabelErrorCandidate, ...]:
    """Rank the labels that confident learning (Northcutt, Jiang & Chuang 2021; cleanlab) finds doubtful.

    Parameters
    ----------
    probabilities, targets : arrays, shape (n, codes)
        Out-of-fold calibrated probabilities; 1 present, 0 absent, -1 unknown (left out).
    ids : sequence of str, length n
        The passages.
    codes : sequence of str
        Names of the columns.
    limit : int
        How many rows to return at most.
    least_positives : int
        Codes with fewer are left out.

    Returns
    -------
    tuple of LabelErrorCandidate
        Labels given that look wrong and labels that look missing in turn, each from the most suspicious down: one list
        by score alone would hold nothing but the rare codes' positives.

    Raises
    ------
    UsageError
        If shapes do not fit.
    MissingDependencyError
        If cleanlab is not installed.
    """
    scores, truth = checked(probabilities, targets)
    if truth.shape != (len(ids), len(codes)):
        raise UsageError(f"{len(ids)} passages and {len(codes)} codes do not go with targets of {truth.shape}")
    found = [
        LabelErrorCandidate(id=ids[row], code=code, **fields)
        for at, code in enumerate(codes)
        if (truth[:, at] == PRESENT).sum() >= least_positives and (truth[:, at] == 0).any()
        for row, fields in _doubtful(scores[:, at].astype(float), truth[:, at])
    ]
    found.sort(key=lambda one: (one.score, one.code, one.id))
    wrong = [one for one in found if one.given == "present"]
    missing = [one for one in found if one.given == "absent"]
    turns = chain.from_iterable(zip_longest(wrong, missing))
    return tuple(one for one in turns if one is not None)[:limit]


def _doubtful(scores: Floats, truth: Targets) -> Iterator[tuple[int, dict[str, Any]]]:
    known = np.nonzero(truth != UNKNOWN)[0]
    given, chance = truth[known].astype(int), scores[known]
    usual = {label: float(chance[given == label].mean()) for label in (0, 1)}
    for place in np.nonzero(_confident_issues(given, chance))[0]:
        label, probability = int(given[place]), float(chance[place])
        other = "present" if label == 0 else "absent"
        yield (
            int(known[place]),
            {
                "given": "present" if label else "absent",
                "probability": probability,
                "score": probability if label else 1 - probability,
                "reason": f"the model says {probability:.3f}; where the code is {other} it says "
                f"{usual[1 - label]:.3f} on average",
            },
        )


def _confident_issues(given: Any, chance: Floats) -> Any:
    try:
        from cleanlab.filter import find_label_issues  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingDependencyError(
            "label errors are found with cleanlab, which is not installed", mend="python -m pip install 'cleanlab>=2.9'"
        ) from error
    # One process: the work is a few thousand rows, and forking a program with threads is not safe.
    return find_label_issues(given, np.column_stack([1 - chance, chance]), filter_by="prune_by_noise_rate", n_jobs=1)
