"""Documents of a project, and plain rows, scored by the workers of Ray; the store stays with this process."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from careatlas.document import Document
from careatlas.errors import StageError
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.store import embeddings
from models.classifier import Classifier
from models.classify_rows import Batch, score_rows
from models.document_partition import prediction_of, request_of, scored
from models.embedding_cache import cache_key
from models.model_order import ModelOrder
from models.ray_engine import RayEngine
from models.stacked_model import StackedModel
from models.suggesting import ScoredDocument, passage_texts, ranked, scorable


def documents_by_ray(
    engine: RayEngine, project: Project, order: ModelOrder, todo: Sequence[Document]
) -> Iterator[ScoredDocument]:
    """Score documents, each as one partition; what comes out is what :func:`models.suggesting.scored_here` gives.

    Raises
    ------
    StageError
        If Ray gives up, or a worker cannot open the model.
    """
    classifier = order.opened()  # what cannot be opened here must not start a cluster
    key = _vectors_key(classifier)
    asked: deque[tuple[Document, list[Passage]]] = deque()

    def requests() -> Iterator[bytes]:
        for item in todo:
            found = scorable(project.store, item)
            names = [one.passage_id for one in found]
            with project.store.read() as connection:
                kept = embeddings.get_many(connection, key, names) if key else {}
            asked.append((item, found))
            yield request_of(names, passage_texts(found), kept)

    for answer in engine.mapped(scored, requests(), order):
        item, found = asked.popleft()
        if answer.error:
            yield ScoredDocument(item=item, error=answer.error, seconds=answer.seconds)
            continue
        prediction, vectors = prediction_of(answer.payload, len(found), len(classifier.codes))
        yield ScoredDocument(
            item=item,
            seconds=answer.seconds,
            suggestions=ranked(classifier.info, classifier.codes, found, prediction),
            vectors_key=key,
            vectors=vectors,
        )


def rows_by_ray(engine: RayEngine, order: ModelOrder, batches: Iterable[Batch]) -> Iterator[Batch]:
    """Score batches of plain rows, each as one partition; errors as :func:`documents_by_ray`, and of a batch's work."""
    for answer in engine.mapped(_scored_rows, (json.dumps(batch).encode() for batch in batches), order):
        if answer.error:
            raise StageError(f"a worker could not score rows: {answer.error}")
        yield json.loads(answer.payload)


def _scored_rows(classifier: Classifier, batch: bytes) -> bytes:
    return json.dumps(score_rows(classifier, json.loads(batch))).encode()


def _vectors_key(classifier: Classifier) -> str:
    if isinstance(classifier, StackedModel) and classifier.encoder is not None:
        return cache_key(classifier.encoder, classifier.form)
    return ""
