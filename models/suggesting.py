"""The suggesting stage: every passage of a project that could carry a statement."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from careatlas.codebook_shelf import find_codebook
from careatlas.document import Document
from careatlas.errors import CareAtlasError
from careatlas.identifiers import Code, CodebookId, PassageId
from careatlas.ledger import RunKey
from careatlas.passage import Passage, PassageKind
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.stage import StageReport
from careatlas.store import documents, embeddings, passages, runs, suggestions
from careatlas.store.engine import Store
from careatlas.suggestion import CodeScore, Suggestion
from models.classifier import Classifier, ModelInfo, PassageText, Prediction
from models.model_order import ModelOrder, model_order
from models.tiers import info_of

STAGE_NAME = "suggest"
SCORED_KINDS = tuple(kind for kind in PassageKind if kind.is_evidence)
FAILED = "failed"  # the outcome of a document that could not be scored
_SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredDocument:
    """What became of one document; with an ``error`` there is nothing else.

    Attributes
    ----------
    vectors_key, vectors
        Embeddings that were computed and are to be kept with the suggestions, under this key.
    """

    item: Document
    seconds: float
    suggestions: Sequence[Suggestion] = ()
    error: str = ""
    vectors_key: str = ""
    vectors: Mapping[PassageId, bytes] = field(default_factory=dict)


Scoring = Callable[[Project, ModelOrder, Sequence[Document]], Iterator[ScoredDocument]]


def suggest_stage(
    project: Project, progress: Progress, *, again: bool = False, scoring: Scoring | None = None
) -> StageReport:
    """Score the passages of every document that was read anew, or not yet by this model.

    A document's suggestions are kept in one transaction with its ledger row. One that cannot be scored is a row with
    its error.

    Parameters
    ----------
    again : bool
        Whether to try once more what failed.
    scoring : callable, optional
        Where documents are scored; in this process by default. It has no part in the ledger's fingerprint.
    """
    started = time.monotonic()
    codebook = find_codebook(project.settings.suggest.codebook, project.root)
    info = info_of(project.settings.suggest.model, codebook, project.root)
    with project.store.read() as connection:
        read = {one.document_id: one for one in documents.listed(connection) if one.passage_count}
        parsed = runs.latest(connection, "parse")
        last = runs.latest(connection, STAGE_NAME)
    keys = {name: _key(name, info, parsed) for name in read}
    retried = (FAILED,) if again else ()
    todo = [item for name, item in read.items() if runs.waiting(last, keys[name], again=retried)]
    progress.start("suggesting", len(todo))
    counts = {"passages scored": 0, "suggestions accepted": 0}
    problems = []
    if todo:
        order = model_order(project.settings.suggest.model, codebook, project.root, info.model_id)
        for done in (scoring or scored_here)(project, order, todo):
            counts["passages scored"] += len(done.suggestions)
            counts["suggestions accepted"] += _keep(project, info, keys[done.item.document_id], done)
            problems += [f"{done.item.name}: {FAILED}: {done.error}"] if done.error else []
            progress.advance(done.item.name)
    return StageReport(
        stage=STAGE_NAME,
        done=len(todo) - len(problems),
        unchanged=len(read) - len(todo),
        failed=len(problems),
        seconds=time.monotonic() - started,
        counts=counts if todo else {},
        problems=tuple(problems[:_SHOWN_PROBLEMS]),
    )


def scored_here(project: Project, order: ModelOrder, todo: Sequence[Document]) -> Iterator[ScoredDocument]:
    """Score documents in this process, one after the other."""
    classifier = order.opened(threads=os.cpu_count() or 1)
    for item in todo:
        started = time.monotonic()
        found = scorable(project.store, item)
        made: Sequence[Suggestion] = ()
        error = ""
        try:
            made = suggestions_for(classifier, found, project.store)
        except CareAtlasError:
            raise  # the store, or a model that cannot answer at all
        except Exception as failure:  # noqa: BLE001  the failure of one document is its row, never the end of the run
            error = f"{type(failure).__name__}: {failure}"
        yield ScoredDocument(item=item, suggestions=made, error=error, seconds=time.monotonic() - started)


def scorable(store: Store, item: Document) -> list[Passage]:
    """Return the passages of a document that could carry a statement, in their order."""
    which = passages.PassageFilter(document_id=item.document_id, kinds=SCORED_KINDS)
    with store.read() as connection:
        return list(passages.stream(connection, which))


def suggestions_for(classifier: Classifier, items: Sequence[Passage], store: Store | None = None) -> list[Suggestion]:
    """Score passages and return a suggestion for each, its codes from the likeliest to the least likely.

    Parameters
    ----------
    items : sequence of Passage
        In the order of their document: each is the neighbour of the next.
    store : Store, optional
        Where embeddings are kept, so that a new model with the same encoder need not compute them again.
    """
    return ranked(classifier.info, classifier.codes, items, _prediction(classifier, items, store))


def ranked(
    info: ModelInfo, codes: Sequence[Code], items: Sequence[Passage], prediction: Prediction
) -> list[Suggestion]:
    """Return a prediction as suggestions, the codes of each passage from the likeliest to the least likely."""
    order = (-prediction.probabilities).argsort(axis=1, kind="stable")
    return [
        Suggestion(
            passage_id=item.passage_id,
            codebook_id=info.codebook_id,
            codebook_version=info.codebook_version,
            model_id=info.model_id,
            scores=tuple(
                CodeScore(
                    code=codes[column],
                    probability=float(prediction.probabilities[row, column]),
                    accepted=bool(prediction.accepted[row, column]),
                )
                for column in order[row].tolist()
            ),
            none_probability=float(prediction.none_probability[row]),
        )
        for row, item in enumerate(items)
    ]


def _prediction(classifier: Classifier, items: Sequence[Passage], store: Store | None) -> Prediction:
    texts = passage_texts(items)
    encoder = getattr(classifier, "encoder", None)
    if store is None or encoder is None:
        return classifier.predict(texts)
    from models.embedding_cache import embedded
    from models.stacked_model import StackedModel

    assert isinstance(classifier, StackedModel)  # noqa: S101  no other has an encoder
    named = [(item.passage_id, form) for item, form in zip(items, classifier.forms(texts), strict=True)]
    return classifier.predict(texts, embeddings=embedded(store, encoder, named, form=classifier.form))


def passage_texts(items: Sequence[Passage]) -> list[PassageText]:
    """Return what a classifier reads of passages that stand one after the other."""
    texts = [item.text for item in items]
    return [
        PassageText(text=item.text, heading_path=item.heading_path, before=before, after=after)
        for item, before, after in zip(items, ["", *texts], [*texts[1:], ""], strict=False)
    ]


def _key(document_id: str, info: ModelInfo, parsed: Mapping[str, runs.LastRun]) -> RunKey:
    # The very run that read the document: even an equal reading puts new passages in place of the scored ones.
    inputs = {"reading": parsed[document_id].run_id if document_id in parsed else ""}
    config = {"model": info.model_id, "kinds": sorted(SCORED_KINDS)}
    return RunKey(stage=STAGE_NAME, subject=document_id, inputs=inputs, config=config, code_version="1")


def _keep(project: Project, info: ModelInfo, key: RunKey, done: ScoredDocument) -> int:
    """Put what became of a document into the store, and return how many suggestions were accepted."""
    model = suggestions.StoredModel(
        model_id=info.model_id,
        codebook_id=CodebookId(info.codebook_id),
        codebook_version=info.codebook_version,
        made_at="",
        card=info.card,
    )
    kept = 0
    with project.store.write() as connection:
        if not done.error:
            suggestions.keep_model(connection, model)
            kept = suggestions.replace(connection, info.model_id, done.item.document_id, done.suggestions)
            embeddings.put_many(connection, done.vectors_key, done.vectors)
        outcome = FAILED if done.error else "ok"
        counts = {"passages": len(done.suggestions), "accepted": kept}
        runs.append(connection, key, outcome=outcome, reason=done.error, seconds=done.seconds, counts=counts)
    return kept
