"""Embeddings of a project's passages, each computed once and kept in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from careatlas.identifiers import PassageId
from careatlas.progress import Progress
from careatlas.store import embeddings
from careatlas.store.engine import Store

# Passages between two writes: what an interrupted run loses, and what the memory must hold at once.
_SLICE = 2_000
# Half precision, little-endian: an error of 0.05 % per number, a twentieth of what 8-bit weights cost already.
_KEPT = np.dtype("<f2")


class TextEncoder(Protocol):
    """What the cache needs of an encoder; :class:`models.encoder.Encoder` is one."""

    dim: int
    key: str

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return one vector per text, shape (texts, dim)."""


def cache_key(encoder: TextEncoder, form: str) -> str:
    """Return the key of an encoder's vectors of passages that are put to it in one form."""
    return f"{encoder.key}-{form}"


def embedded(
    store: Store,
    encoder: TextEncoder,
    passages: Sequence[tuple[PassageId, str]],
    *,
    form: str = "text",
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return one vector per passage, shape (passages, dim), computing only those that the store does not have.

    What comes out does not depend on what was in the cache: new vectors too are rounded as the store keeps them.

    Parameters
    ----------
    store : Store
        No connection is held while vectors are computed: others can write meanwhile.
    encoder : TextEncoder
    passages : sequence of (PassageId, str)
        Identifier and the text that is put to the encoder.
    form : str
        Names how that text was made of the passage: its own words (``text``), or with its headings, and so on. It is
        part of the key, together with the backbone, the version of its graph and the precision.
    progress : Progress, optional
        Told of every text that is computed.
    """
    vectors = np.empty((len(passages), encoder.dim), dtype=np.float32)
    for start in range(0, len(passages), _SLICE):
        some = passages[start : start + _SLICE]
        vectors[start : start + len(some)] = _slice(store, encoder, some, cache_key(encoder, form), progress)
    return vectors


def _slice(
    store: Store,
    encoder: TextEncoder,
    passages: Sequence[tuple[PassageId, str]],
    key: str,
    progress: Progress | None,
) -> NDArray[np.float32]:
    with store.read() as connection:
        kept = embeddings.get_many(connection, key, [name for name, _ in passages])
    known = {name: vector for name, vector in kept.items() if len(vector) == encoder.dim * _KEPT.itemsize}
    missing = {name: text for name, text in passages if name not in known}
    if missing:
        computed = encoder.encode(list(missing.values()), progress).astype(_KEPT)
        new = {name: vector.tobytes() for name, vector in zip(missing, computed, strict=True)}
        with store.write() as connection:
            embeddings.put_many(connection, key, new)
        known |= new
    if not passages:
        return np.empty((0, encoder.dim), dtype=np.float32)
    rows = np.frombuffer(b"".join(known[name] for name, _ in passages), dtype=_KEPT)
    return rows.reshape(len(passages), encoder.dim).astype(np.float32)
