"""One document's passages as bytes that travel to a worker, and what the model says of them as bytes that come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from careatlas.identifiers import PassageId
from models.classifier import Classifier, PassageText, Prediction
from models.embedding_cache import completed
from models.stacked_model import StackedModel


class _Request(msgspec.Struct, frozen=True):
    """Names and texts of passages, in the order of their document, and the vectors that are kept of them."""

    names: list[PassageId]
    texts: list[PassageText]
    kept: dict[PassageId, bytes]


class _Scores(msgspec.Struct, frozen=True):
    """A prediction's arrays, row by row, and the vectors that were computed anew."""

    probabilities: bytes
    none_probability: bytes
    accepted: bytes
    vectors: dict[PassageId, bytes]


def request_of(names: Sequence[PassageId], texts: Sequence[PassageText], kept: Mapping[PassageId, bytes]) -> bytes:
    """Return what a worker needs of a document.

    Parameters
    ----------
    names : sequence of PassageId
        Identifiers of its passages, in their order.
    texts : sequence of PassageText
    kept : Mapping
        Vectors of these passages that the store has.
    """
    return msgspec.msgpack.encode(_Request(names=list(names), texts=list(texts), kept=dict(kept)))


def scored(classifier: Classifier, request: bytes) -> bytes:
    """Score a document. A pure function: the same as in the suggesting stage, without a store."""
    asked = msgspec.msgpack.decode(request, type=_Request)
    vectors: dict[PassageId, bytes] = {}
    if isinstance(classifier, StackedModel) and classifier.encoder is not None:
        named = list(zip(asked.names, classifier.forms(asked.texts), strict=True))
        embeddings, vectors = completed(classifier.encoder, named, asked.kept)
        prediction = classifier.predict(asked.texts, embeddings=embeddings)
    else:
        prediction = classifier.predict(asked.texts)
    return msgspec.msgpack.encode(
        _Scores(
            probabilities=np.ascontiguousarray(prediction.probabilities, dtype="<f8").tobytes(),
            none_probability=np.ascontiguousarray(prediction.none_probability, dtype="<f8").tobytes(),
            accepted=np.ascontiguousarray(prediction.accepted, dtype=bool).tobytes(),
            vectors=vectors,
        )
    )


def prediction_of(answer: bytes, passages: int, codes: int) -> tuple[Prediction, dict[PassageId, bytes]]:
    """Return the prediction for a number of passages and codes, and the vectors to keep."""
    found = msgspec.msgpack.decode(answer, type=_Scores)
    shape = (passages, codes)
    prediction = Prediction(
        probabilities=np.frombuffer(found.probabilities, dtype="<f8").reshape(shape),
        none_probability=np.frombuffer(found.none_probability, dtype="<f8"),
        accepted=np.frombuffer(found.accepted, dtype=bool).reshape(shape),
    )
    return prediction, found.vectors
