"""The tier of neighbours: what the nearest training passages carry. It takes part where labels of real passages do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.label_matrix import PRESENT, UNKNOWN, Floats, Targets

_NEAREST = 12
_TEMPERATURE = 0.05  # of the cosine similarity: a neighbour 0.05 further counts 1/e
_SMOOTHING = 0.02  # keeps the logit finite where all neighbours agree
_ROWS = 2_000  # passages compared at once: bounds the memory


class Neighbours:
    """Weighted votes of the twelve nearest training passages.

    A passage's vote for a code is that of its label, weighted by similarity and by the passage's training weight;
    unknown labels have none.

    Parameters
    ----------
    vectors : array of shape (n, dim)
        Embeddings of length 1.
    targets : array of int8, shape (n, columns)
        1 present, 0 absent, -1 unknown.
    weights : array of shape (n,)
    """

    def __init__(self, vectors: NDArray[Any], targets: Targets, weights: Floats) -> None:
        self.vectors = np.asarray(vectors, dtype=np.float32)
        self.targets = np.asarray(targets, dtype=np.int8)
        self.weights = np.asarray(weights, dtype=np.float64)

    def logits(self, embeddings: NDArray[Any]) -> Floats:
        """Return the logit of each column's share of the votes, shape (rows, columns)."""
        parts = [self._logits(embeddings[start : start + _ROWS]) for start in range(0, len(embeddings), _ROWS)]
        return np.concatenate(parts) if parts else np.zeros((0, self.targets.shape[1]))

    def _logits(self, embeddings: NDArray[Any]) -> Floats:
        similarity = np.asarray(embeddings, dtype=np.float32) @ self.vectors.T
        count = min(_NEAREST, len(self.vectors))
        nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        near = np.take_along_axis(similarity, nearest, axis=1).astype(np.float64)
        votes = np.exp((near - near.max(axis=1, keepdims=True)) / _TEMPERATURE) * self.weights[nearest]
        labels = self.targets[nearest]
        known = votes[:, :, None] * (labels != UNKNOWN)
        share = (known * (labels == PRESENT)).sum(axis=1) / np.maximum(known.sum(axis=1), 1e-12)
        return np.asarray(np.log((share + _SMOOTHING) / (1 - share + _SMOOTHING)))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the passages' vectors and labels; no texts."""
        return {"vectors": self.vectors.astype(np.float16), "targets": self.targets, "weights": self.weights}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Neighbours:
        """Make the tier from its arrays."""
        return cls(arrays["vectors"], arrays["targets"], arrays["weights"])
