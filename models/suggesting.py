"""The suggesting stage: every passage of a project that could carry a statement."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence

from careatlas.codebook_shelf import find_codebook
from careatlas.document import Document
from careatlas.identifiers import CodebookId
from careatlas.ledger import RunKey
from careatlas.passage import Passage, PassageKind
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.stage import StageReport
from careatlas.store import documents, passages, runs, suggestions
from careatlas.store.engine import Store
from careatlas.suggestion import CodeScore, Suggestion
from models.classifier import Classifier, ModelInfo, PassageText, Prediction
from models.tiers import classifier_of, info_of

STAGE_NAME = "suggest"
SCORED_KINDS = tuple(kind for kind in PassageKind if kind.is_evidence)


def suggest_stage(project: Project, progress: Progress, *, again: bool = False) -> StageReport:
    """Score the passages of every document that was read anew, or not yet by this model.

    A document's suggestions are kept in one transaction with its ledger row.
    """
    del again  # scoring either works or raises: there is no failed work to try once more
    started = time.monotonic()
    codebook = find_codebook(project.settings.suggest.codebook, project.root)
    info = info_of(project.settings.suggest.model, codebook, project.root)
    with project.store.read() as connection:
        read = {one.document_id: one for one in documents.listed(connection) if one.passage_count}
        parsed = runs.latest(connection, "parse")
        last = runs.latest(connection, STAGE_NAME)
    keys = {name: _key(name, info, parsed) for name in read}
    todo = [item for name, item in read.items() if runs.waiting(last, keys[name])]
    progress.start("suggesting", len(todo))
    scored = accepted = 0
    if todo:
        threads = os.cpu_count() or 1
        classifier = classifier_of(project.settings.suggest.model, codebook, project.root, threads=threads)
        for item in todo:
            count, kept = _suggest(project, item, classifier, keys[item.document_id])
            scored, accepted = scored + count, accepted + kept
            progress.advance(item.name)
    return StageReport(
        stage=STAGE_NAME,
        done=len(todo),
        unchanged=len(read) - len(todo),
        failed=0,
        seconds=time.monotonic() - started,
        counts={"passages scored": scored, "suggestions accepted": accepted} if todo else {},
    )


def suggestions_for(classifier: Classifier, items: Sequence[Passage], store: Store | None = None) -> list[Suggestion]:
    """Score passages and return a suggestion for each, its codes from the likeliest to the least likely.

    Parameters
    ----------
    items : sequence of Passage
        In the order of their document: each is the neighbour of the next.
    store : Store, optional
        Where embeddings are kept, so that a new model with the same encoder need not compute them again.
    """
    info = classifier.info
    prediction = _prediction(classifier, items, store)
    order = (-prediction.probabilities).argsort(axis=1, kind="stable")
    return [
        Suggestion(
            passage_id=item.passage_id,
            codebook_id=info.codebook_id,
            codebook_version=info.codebook_version,
            model_id=info.model_id,
            scores=tuple(
                CodeScore(
                    code=classifier.codes[column],
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


def _suggest(project: Project, item: Document, classifier: Classifier, key: RunKey) -> tuple[int, int]:
    started = time.monotonic()
    which = passages.PassageFilter(document_id=item.document_id, kinds=SCORED_KINDS)
    with project.store.read() as connection:
        found = list(passages.stream(connection, which))
    made = suggestions_for(classifier, found, project.store)
    info = classifier.info
    model = suggestions.StoredModel(
        model_id=info.model_id,
        codebook_id=CodebookId(info.codebook_id),
        codebook_version=info.codebook_version,
        made_at="",
        card=info.card,
    )
    with project.store.write() as connection:
        suggestions.keep_model(connection, model)
        kept = suggestions.replace(connection, info.model_id, item.document_id, made)
        seconds = time.monotonic() - started
        counts = {"passages": len(found), "accepted": kept}
        runs.append(connection, key, outcome="ok", reason="", seconds=seconds, counts=counts)
    return len(found), kept
