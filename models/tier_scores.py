"""What the tiers say of passages, and how it becomes one row of features per passage and code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.label_matrix import Floats

_OPTIONAL = ("embedding", "exemplars", "neighbours", "fine_tuned")
_LEARNED = ("words", "embedding", "neighbours", "fine_tuned")
_LIKELIEST = 3  # codes whose logits are features of "is an initiative"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierScores:
    """What each tier says of n passages.

    Attributes
    ----------
    cues : array of shape (n, codes)
        How many different cues of each code stand in the passage.
    words : array of shape (n, codes + 1)
        Logits of the word tier; the last column is "any code".
    embedding : array of shape (n, codes + 1) or None
        Logits of the embedding tier.
    exemplars : array of shape (n, codes) or None
        Similarity to the codebook's texts of each code.
    neighbours : array of shape (n, codes + 1) or None
        Logits of what the nearest training passages carry.
    fine_tuned : array of shape (n, codes + 1) or None
        Logits of the fine-tuned transformer.
    exemplars_weight : float
        Their weight before any label speaks.
    """

    cues: Floats
    words: Floats
    embedding: Floats | None = None
    exemplars: Floats | None = None
    neighbours: Floats | None = None
    fine_tuned: Floats | None = None
    exemplars_weight: float = 1.0

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers that there are."""
        return ("cues", "words", *(name for name in _OPTIONAL if getattr(self, name) is not None))

    def only(self, tiers: tuple[str, ...]) -> TierScores:
        """Return the scores of these tiers alone; cues and words are always among them."""
        optional = {name: getattr(self, name) if name in tiers else None for name in _OPTIONAL}
        return TierScores(cues=self.cues, words=self.words, exemplars_weight=self.exemplars_weight, **optional)

    def rows(self, indices: NDArray[Any]) -> TierScores:
        """Return the scores of these passages."""
        return _each([self], lambda columns: columns[0][indices])


def stacked_rows(parts: list[TierScores]) -> TierScores:
    """Return the passages of several parts, one after the other."""
    return _each(parts, np.concatenate)


def _each(parts: list[TierScores], change: Any) -> TierScores:
    columns: dict[str, Any] = {}
    for name in ("cues", "words", *_OPTIONAL):
        values = [getattr(part, name) for part in parts]
        columns[name] = None if any(value is None for value in values) else change(values)
    return TierScores(**columns, exemplars_weight=parts[0].exemplars_weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFeatures:
    """Features of passages and codes, each with the weight it has before any label speaks.

    Attributes
    ----------
    values : array of shape (n, codes, features)
    names : tuple of str
    prior : array of shape (features,)
        Weight of each feature in units of its standard deviation.
    """

    values: Floats
    names: tuple[str, ...]
    prior: Floats


def pair_features(scores: TierScores) -> PairFeatures:
    """Return one row of features per passage and code.

    Of every learned tier: its logit of the code, its logit of "any code", and how far the code lies behind the
    tier's likeliest code for the passage. Of the exemplars: their similarity to the code and to the nearest code.
    Of the cues: those of the code (logarithm of one more), and how many codes have any.

    Before any label speaks, the learned tiers share one half and the exemplars have the other: the learned ones know
    more of what an initiative is, the exemplars less of how the written examples sound. Neighbours wait for labels.
    """
    codes = scores.cues.shape[1]
    there = {name: getattr(scores, name) for name in _LEARNED if getattr(scores, name) is not None}
    heads = len(there.keys() - {"neighbours"})
    found: list[tuple[str, Floats, float]] = []
    for name, logits in there.items():
        own = logits[:, :codes]
        found.append((name, own, 0.0 if name == "neighbours" else 1.0 / heads))
        found.append((f"{name}: any code", _across(logits[:, codes], codes), 0.0))
        found.append((f"{name}: behind the likeliest", own - own.max(axis=1, keepdims=True), 0.0))
    if scores.exemplars is not None:
        found.append(("exemplars", scores.exemplars, scores.exemplars_weight))
        found.append(("exemplars: nearest code", _across(scores.exemplars.max(axis=1), codes), 0.0))
    found.append(("cues", np.log1p(scores.cues), 0.2))
    found.append(("cues: codes with any", _across((scores.cues > 0).sum(axis=1), codes), 0.0))
    return PairFeatures(
        values=np.stack([values for _, values, _ in found], axis=2),
        names=tuple(name for name, _, _ in found),
        prior=np.array([weight for _, _, weight in found]),
    )


def initiative_features(scores: TierScores, logits: Floats) -> PairFeatures:
    """Return the features of "is an initiative", shape (n, 1, features).

    The combined logits of the likeliest codes, each learned tier's logit of "any code", and the similarity of the
    nearest code. Before any label speaks, the likeliest code decides.
    """
    likeliest = np.sort(logits, axis=1)[:, ::-1][:, :_LIKELIEST]
    found = [(f"code {rank + 1}", likeliest[:, rank], float(rank == 0)) for rank in range(likeliest.shape[1])]
    codes = scores.cues.shape[1]
    for name in _LEARNED:
        values = getattr(scores, name)
        if values is not None:
            found.append((f"{name}: any code", values[:, codes], 0.0))
    if scores.exemplars is not None:
        found.append(("exemplars: nearest code", scores.exemplars.max(axis=1), 0.0))
    return PairFeatures(
        values=np.stack([values for _, values, _ in found], axis=1)[:, None, :],
        names=tuple(name for name, _, _ in found),
        prior=np.array([weight for _, _, weight in found]),
    )


def _across(column: NDArray[Any], codes: int) -> Floats:
    return np.repeat(np.asarray(column, dtype=np.float64)[:, None], codes, axis=1)
