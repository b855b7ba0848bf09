"""The classifier against reference labels: five-fold cross-validation by document, seeds alone, and baselines.

The reference labels of the development data were made by language models working as coders; no person has checked
them. Whatever is printed here is agreement with them, not accuracy against human judgement.

Every model is measured with one global cut-off at which it predicts as many labels per passage as the labels have, and
the stack also with the cut-offs that it chose itself on its training documents.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from careatlas.codebook_shelf import find_codebook
from models import cluster_bootstrap, measures, ranking_measures
from models.backbone import find_backbone
from models.cues import CueCounter
from models.encoder import Encoder
from models.examples import Examples, joined
from models.exemplars import Exemplars, exemplar_texts
from models.label_matrix import PRESENT, any_code
from models.labels_file import read_labels
from models.reading_form import example_forms
from models.seed_examples import seed_examples
from models.seed_passages import seed_passages
from models.splits import grouped_folds
from models.stack import Inputs
from models.stack_config import StackConfig
from models.stack_training import TrainedStack, train_stack
from models.text_embeddings import text_embeddings
from models.word_tier import WordTier

LEAST_POSITIVES = 10
CODEBOOK = find_codebook("care-home-integration")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--backbone", default="minilm")
    parser.add_argument("--reads", default="text", choices=("text", "headings", "neighbours"))
    parser.add_argument("--mask", action="store_true")
    parser.add_argument("--splits", type=int, default=3, help="how many partitions into five folds")
    parser.add_argument("--quick", action="store_true", help="only the cross-validation with seeds")
    parser.add_argument("--without-pages", action="store_true", help="only the first set of seeds")
    parser.add_argument("--out", type=Path, help="keep the probabilities of the first partition here (npz)")
    options = parser.parse_args()
    config = StackConfig(backbone=options.backbone, context=options.reads, mask=options.mask)
    coders = annotators(options.labels)
    bed = Bed(read_labels(options.labels, CODEBOOK), config, coders, pages=not options.without_pages)
    print(f"{bed.count} passages, {int(bed.initiative.sum())} with a code, {len(set(bed.labelled.groups))} documents")
    if not options.quick:
        bed.baselines()
    if not options.quick or options.without_pages:
        bed.seeds_alone()
    for number in range(options.splits):
        found = bed.cross_validated(f"seeds + other folds, split {number}", bed.by_source(number))
        if options.out and not number:
            np.savez(options.out, **found)
    if options.quick:
        return
    bed.cross_validated("other folds alone, split 0", bed.by_source(0), seeds=False)
    strict = grouped_folds(bed.labelled, 5, 0)
    bed.cross_validated("seeds + other folds, near-duplicates kept together", strict.index)


class Bed:
    """The labelled passages with what the tiers read of them."""

    def __init__(
        self, labelled: Examples, config: StackConfig, coders: list[NDArray[np.int8]], *, pages: bool = True
    ) -> None:
        self.labelled, self.config, self.coders = labelled, config, coders
        self.count = len(labelled)
        self.initiative = any_code(labelled.targets)
        self.kept = (labelled.targets == PRESENT).sum(axis=0) >= LEAST_POSITIVES
        seeds = seed_passages(CODEBOOK)
        if not pages:
            seeds = seeds.subset([at for at, name in enumerate(seeds.ids) if not name.startswith("pages-")])
        written = joined(seeds, seed_examples(CODEBOOK))
        self.examples = joined(labelled, written)
        encoder = Encoder(find_backbone(config.backbone), config.precision, threads=2)
        texts = example_forms(self.examples, config)
        known, owners = exemplar_texts(CODEBOOK)
        self.exemplars = Exemplars(text_embeddings(encoder, known), owners)
        parts = [text_embeddings(encoder, texts[: self.count]), text_embeddings(encoder, texts[self.count :])]
        self.inputs = Inputs(texts=texts, embeddings=np.concatenate(parts))
        self.real, self.written = np.arange(self.count), np.arange(self.count, len(self.examples))

    def by_source(self, seed: int) -> NDArray[np.intp]:
        """Return five folds that keep documents together."""
        splitter = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        index = np.zeros(self.count, dtype=np.intp)
        for fold, (_, test) in enumerate(splitter.split(index, self.initiative, self.labelled.groups)):
            index[test] = fold
        return index

    def trained(self, rows: NDArray[np.intp]) -> TrainedStack:
        """Return the stack trained on these examples."""
        return train_stack(self.examples.subset(rows), self.inputs.rows(rows), CODEBOOK, self.exemplars, self.config)

    def cross_validated(self, name: str, folds: NDArray[np.intp], *, seeds: bool = True) -> dict[str, Any]:
        """Train on four folds, score the fifth; print and return the probabilities."""
        probabilities, accepted = np.zeros(self.labelled.targets.shape), np.zeros(self.labelled.targets.shape, bool)
        initiative, chosen = np.zeros(self.count), np.zeros(self.count, bool)
        for fold in range(5):
            train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            stack = self.trained(np.concatenate([train, self.written]) if seeds else train)
            readout = list(stack.readouts.values())[-1]
            probabilities[test], initiative[test] = readout.probabilities(stack.tiers.scores(self.inputs.rows(test)))
            accepted[test] = probabilities[test] >= readout.cut_offs
            chosen[test] = initiative[test] >= readout.initiative_cut_off
        self.say(name, probabilities, initiative=initiative)
        self.say("  with its own cut-offs", probabilities, accepted, initiative, chosen)
        return {"probabilities": probabilities, "initiative": initiative, "folds": folds}

    def seeds_alone(self) -> None:
        """Train on written examples; no label of a real passage takes part."""
        stack = self.trained(self.written)
        for tiers, readout in stack.readouts.items():
            scores = stack.tiers.scores(self.inputs.rows(self.real)).only(tiers)
            probabilities, initiative = readout.probabilities(scores)
            chosen = initiative >= readout.initiative_cut_off
            self.say(f"seeds alone: {', '.join(tiers)}", probabilities, initiative=initiative)
            self.say("  with its own cut-offs", probabilities, probabilities >= readout.cut_offs, initiative, chosen)

    def baselines(self) -> None:
        """Measure what is simpler, and the annotators with each other."""
        if self.coders:
            first, second = self.coders
            self.say("annotators with each other", second.astype(float), second > 0, None, None, truth=first)
        texts = self.inputs.texts[: self.count]
        cues = CueCounter(CODEBOOK).counts(texts)
        self.say("any cue", cues, cues > 0)
        near = self.inputs.rows(self.real).embeddings
        assert near is not None
        self.say("zero-shot by definition", self.exemplars.definition_similarity(near))
        self.say("zero-shot by nearest codebook texts", self.exemplars.similarity(near))
        logits = np.zeros(self.labelled.targets.shape)
        folds = self.by_source(0)
        for fold in range(5):
            train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            tier = WordTier().fit([texts[at] for at in train], self.labelled.targets[train], np.ones(len(train)))
            logits[test] = tier.logits([texts[at] for at in test])
        self.say("TF-IDF on the other folds", logits)
        unread = ranking_measures.unread_share_at_random(self.initiative)
        print(f"majority (no code): all F1 0; unread by chance {unread:.2f}")

    def say(
        self,
        name: str,
        scores: NDArray[np.float64],
        accepted: NDArray[np.bool_] | None = None,
        initiative: NDArray[np.float64] | None = None,
        chosen: NDArray[np.bool_] | None = None,
        truth: NDArray[np.int8] | None = None,
    ) -> None:
        """Print the measures with their intervals over documents."""
        targets = (self.labelled.targets if truth is None else truth)[:, self.kept]
        kept = scores[:, self.kept]
        whole = any_code(self.labelled.targets if truth is None else truth)
        if accepted is None:
            accepted = scores >= measures.cardinality_cut_off(kept, float((targets == PRESENT).sum(axis=1).mean()))
        ranked = scores.max(axis=1) if initiative is None else initiative
        if chosen is None:
            chosen = accepted.any(axis=1) if initiative is None else ranked >= np.sort(ranked)[-int(whole.sum())]
        statistics = {
            "microF1": partial(measures.micro_f1, accepted[:, self.kept], targets),
            "macroF1": partial(measures.macro_f1, accepted[:, self.kept], targets),
            "microAP": partial(ranking_measures.micro_average_precision, kept, targets),
            "macroAP": partial(ranking_measures.macro_average_precision, kept, targets),
            "r@3": partial(measures.recall_at, kept, targets),
            "initF1": partial(measures.micro_f1, chosen, whole),
            "initAP": partial(ranking_measures.micro_average_precision, ranked, whole),
            "unread": partial(ranking_measures.unread_share, ranked, whole, recall=0.95),
        }
        if kept.min() >= 0 and kept.max() <= 1:
            statistics["ECE"] = partial(measures.expected_calibration_error, kept, targets)
        found = cluster_bootstrap.intervals(statistics, self.labelled.groups, resamples=500)
        cells = [f"{key} {one.value:.3f} ({one.low:.2f}-{one.high:.2f})" for key, one in found.items()]
        print(f"{name}\n    " + "  ".join(cells), flush=True)


def annotators(path: Path) -> list[NDArray[np.int8]]:
    """Return the labels of the two annotators, where the file has them."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    who = [name for name in ("annotator_a", "annotator_b") if name in rows[0]]
    return [np.array(list(_labels(rows, name)), dtype=np.int8) for name in who]


def _labels(rows: list[dict[str, Any]], who: str) -> Iterator[list[bool]]:
    for row in rows:
        yield [code.id in row[who]["codes"] for code in CODEBOOK.codes]


if __name__ == "__main__":
    main()
