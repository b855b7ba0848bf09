"""Vectors of passages, by which texts that are alike can be told: those that a model stored, or their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation.diversity_order import Vectors
from careatlas.identifiers import PassageId
from careatlas.store import embeddings
from careatlas.store.engine import Store

COMPONENTS = 32  # directions in which most of the difference lies; with all 384 of an encoder, cuts follow noise
_WORD_FEATURES = 1 << 16
_KEPT = "<f2"  # half precision, as the suggesting stage keeps them


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextVectors:
    """One vector per passage, shape (N, components), and what they are made from."""

    vectors: Vectors
    source: str


def text_vectors(store: Store, passages: Sequence[PassageId], texts: Sequence[str]) -> TextVectors:
    """Return vectors of passages: stored embeddings if every one of them has one, else from their words."""
    return _stored(store, passages) or TextVectors(
        vectors=word_vectors(texts), source="words (hashed TF-IDF, singular vectors)"
    )


def word_vectors(texts: Sequence[str], components: int = COMPONENTS) -> Vectors:
    """Return the leading singular vectors of the texts' words, shape (texts, components or fewer).

    Words are hashed, so that no vocabulary is kept; rows are TF-IDF of length 1 (latent semantic analysis, Deerwester
    et al. 1990).
    """
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
    from sklearn.utils.extmath import randomized_svd

    if len(texts) < 2:
        return np.zeros((len(texts), 1), dtype=np.float32)
    hashing = HashingVectorizer(n_features=_WORD_FEATURES, alternate_sign=False, norm=None, dtype=np.float32)
    rows = TfidfTransformer(sublinear_tf=True).fit_transform(hashing.transform(texts))
    # Not TruncatedSVD, which divides by the variance: 0 where all texts are equal.
    _, _, directions = randomized_svd(rows, min(components, len(texts) - 1), n_iter=2, random_state=0)
    return np.asarray(rows @ directions.T, dtype=np.float32)


def principal_components(vectors: Vectors, components: int = COMPONENTS) -> Vectors:
    """Return the vectors along the directions in which they differ most, shape (N, components or fewer)."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)  # ascending
    return np.asarray(centred @ directions[:, ::-1][:, :components], dtype=np.float32)


def _stored(store: Store, passages: Sequence[PassageId]) -> TextVectors | None:
    with store.read() as connection:
        for key in embeddings.keys_of(connection, passages[0]) if passages else ():
            kept = embeddings.get_many(connection, key, passages)
            if len(kept) < len(passages) or len({len(one) for one in kept.values()}) != 1:
                continue
            data = b"".join(kept[name] for name in passages)
            if not data or len(data) % (2 * len(passages)):
                continue
            rows = np.frombuffer(data, dtype=_KEPT).reshape(len(passages), -1).astype(np.float32)
            if np.isfinite(rows).all():
                return TextVectors(vectors=principal_components(rows), source=f"embeddings {key}")
    return None
