"""Learning curves on public labelled texts: NHS patient feedback (29 labels) and the hallmarks of cancer (10 classes).

Patient feedback: texts merged by lower case and white space, labels with at least 25 texts, texts with at least one of
them; the test texts are those whose SHA-256 modulo 100 is below 35. ``n`` training texts are drawn at random from the
others. Labels are known by their names alone: there are no definitions, cues or written examples.
Hallmarks: sentences of abstracts, tested on the fifth of the abstracts whose identifier's SHA-256 modulo 5 is 0.
Everything is cut at the one probability at which as many labels are predicted as the training texts have.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook, CodeDefinition, Provenance
from careatlas.identifiers import Code, CodebookId
from models import measures, ranking_measures
from models.backbone import find_backbone
from models.combiner import Combiner
from models.encoder import Encoder
from models.exemplars import Exemplars, exemplar_texts
from models.joint_head import expit
from models.stack import Inputs, Tiers
from models.stack_config import StackConfig
from models.text_embeddings import text_embeddings
from models.tier_scores import TierScores, pair_features, stacked_rows


class Bed(NamedTuple):
    """Texts with their labels; ``groups`` stay together when folds are made, ``test`` marks the held-out ones."""

    name: str
    labels: tuple[str, ...]
    texts: list[str]
    targets: NDArray[np.int8]
    groups: NDArray[np.str_]
    test: NDArray[np.bool_]
    sizes: tuple[int, ...]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder with the labelled sets")
    parser.add_argument("--backbone", default="minilm")
    parser.add_argument("--draws", type=int, default=3)
    options = parser.parse_args()
    encoder = Encoder(find_backbone(options.backbone), threads=2)
    for bed in (patient_feedback(options.folder), hallmarks(options.folder)):
        book = named_codes(bed.labels)
        known, owners = exemplar_texts(book)
        exemplars = Exemplars(text_embeddings(encoder, known), owners)
        inputs = Inputs(texts=bed.texts, embeddings=text_embeddings(encoder, bed.texts))
        print(f"{bed.name}: {len(bed.texts)} texts, {int(bed.test.sum())} tested, {len(bed.labels)} labels")
        for size in bed.sizes:
            rows = [_measured(bed, book, exemplars, inputs, size, draw) for draw in range(options.draws)]
            for name in rows[0]:
                values = np.array([row[name] for row in rows])
                cells = [f"{m:.3f} +- {s:.3f}" for m, s in zip(values.mean(axis=0), values.std(axis=0), strict=True)]
                print(f"  n = {size:5d}  {name:22}  " + "  ".join(cells), flush=True)
    print("columns: micro F1, macro F1, micro AP, macro AP, recall at 3, ECE; mean and standard deviation of the draws")


def _measured(
    bed: Bed, book: Codebook, exemplars: Exemplars, inputs: Inputs, size: int, draw: int
) -> dict[str, list[float]]:
    pool = np.flatnonzero(~bed.test)
    rng = np.random.default_rng(draw)
    train = np.sort(rng.choice(pool, min(size, len(pool)), replace=False))
    test = np.flatnonzero(bed.test)
    parts, order = [], []
    for fold in _folds(bed.groups[train], rng):
        inside, outside = train[fold], np.setdiff1d(train, train[fold])
        parts.append(_fitted(bed, book, exemplars, inputs, outside).scores(inputs.rows(inside)))
        order.append(inside)
    combiner = Combiner().fit(pair_features(stacked_rows(parts)), bed.targets[np.concatenate(order)])
    scores = _fitted(bed, book, exemplars, inputs, train).scores(inputs.rows(test))
    cardinality = float(bed.targets[train].sum(axis=1).mean())
    found = {"stack": combiner.logits(pair_features(scores)), **_alone(scores)}
    return {name: _row(logits, bed.targets[test], cardinality) for name, logits in found.items()}


def _alone(scores: TierScores) -> dict[str, NDArray[np.float64]]:
    assert scores.embedding is not None
    words, embedding = scores.words[:, :-1], scores.embedding[:, :-1]
    mean = np.log((expit(words) + expit(embedding)) / (2 - expit(words) - expit(embedding)))
    return {"words": words, "embedding": embedding, "mean of both": mean}


def _fitted(bed: Bed, book: Codebook, exemplars: Exemplars, inputs: Inputs, rows: NDArray[np.intp]) -> Tiers:
    tiers = Tiers(book, exemplars, StackConfig())
    return tiers.fit(inputs.rows(rows), bed.targets[rows], np.ones(len(rows)), neighbours=True)


def _folds(groups: NDArray[np.str_], rng: np.random.Generator) -> list[NDArray[np.intp]]:
    names = rng.permutation(np.unique(groups))
    count = min(5, len(names))
    return [np.flatnonzero(np.isin(groups, names[fold::count])) for fold in range(count)]


def _row(logits: NDArray[np.float64], targets: NDArray[np.int8], cardinality: float) -> list[float]:
    probabilities = expit(logits)
    accepted = probabilities >= measures.cardinality_cut_off(probabilities, cardinality)
    kept = targets.any(axis=0)
    return [
        float(np.squeeze(value))
        for value in (
            measures.micro_f1(accepted, targets),
            measures.macro_f1(accepted[:, kept], targets[:, kept]),
            ranking_measures.micro_average_precision(probabilities, targets),
            ranking_measures.macro_average_precision(probabilities[:, kept], targets[:, kept]),
            measures.recall_at(probabilities, targets),
            measures.expected_calibration_error(probabilities, targets),
        )
    ]


def named_codes(labels: tuple[str, ...]) -> Codebook:
    """Return a codebook whose codes are known by their names alone."""
    codes = tuple(CodeDefinition(id=Code(f"c{at}"), label=label, definition=label) for at, label in enumerate(labels))
    return Codebook(
        id=CodebookId("bench"), version="1", title="labels", provenance=Provenance.VERIFIED, source="", codes=codes
    )


def patient_feedback(folder: Path) -> Bed:
    """Return the NHS patient feedback set by the protocol above."""
    merged: dict[str, tuple[str, set[str]]] = {}
    with (folder / "nhs_patient_feedback_multilabel.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = " ".join(row["text"].lower().split())
            merged.setdefault(key, (row["text"], set()))[1].update(
                filter(None, map(str.strip, row["labels"].split("|")))
            )
    counts = Counter(label for _, labels in merged.values() for label in labels)
    labels = tuple(sorted(label for label, count in counts.items() if count >= 25))
    kept = [(text, found & set(labels)) for text, found in merged.values() if found & set(labels)]
    texts = [text for text, _ in kept]
    test = np.array([int(hashlib.sha256(text.encode()).hexdigest(), 16) % 100 < 35 for text in texts])
    return Bed("NHS patient feedback", labels, texts, _matrix([found for _, found in kept], labels),
               np.array([str(at) for at in range(len(texts))]), test, (8, 32, 128, 512, 2_000))  # fmt: skip


def hallmarks(folder: Path) -> Bed:
    """Return the hallmarks of cancer, grouped by abstract."""
    with gzip.open(folder / "hallmarks_of_cancer_sentences.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [set(filter(None, map(str.strip, row["labels"].split("|")))) for row in rows]
    labels = tuple(sorted(set().union(*found)))
    groups = np.array([row["doc_id"] for row in rows])
    test = np.array([int(hashlib.sha256(name.encode()).hexdigest(), 16) % 5 == 0 for name in groups])
    return Bed("Hallmarks of cancer", labels, [row["text"] for row in rows], _matrix(found, labels), groups, test,
               (512, 2_000, 8_000))  # fmt: skip


def _matrix(found: list[set[str]], labels: tuple[str, ...]) -> NDArray[np.int8]:
    return np.array([[label in one for label in labels] for one in found], dtype=np.int8)


if __name__ == "__main__":
    main()
