"""How long it takes until 50 new labels are in the heads, beside a full training; embeddings are given.

Passages are made up: each carries no code or a few, its words are drawn from the seeds of these codes, and its vector
lies near the codes' centres. Only times are measured here, and they depend on sizes alone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from careatlas.codebook_file import shipped
from models.examples import Example, Examples, examples_of, joined
from models.exemplars import Exemplars, exemplar_texts
from models.label_matrix import PRESENT
from models.seed_examples import seed_examples
from models.seed_passages import seed_passages
from models.stack import Inputs
from models.stack_config import StackConfig
from models.stack_training import TrainedStack, refitted, train_stack

DIM = 384
DOCUMENTS = 60
NOISE = 1.2  # length of what is added to a centre of length 1: similarities are then like those of real passages


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What was made, and how long it took: on the clock, and of the processor alone (others may use it too)."""

    made: TrainedStack
    seconds: float
    processor: float


def main() -> None:
    """Train on all but the new labels, add these, print the seconds of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=5_000, help="labelled passages before the new ones")
    parser.add_argument("--new", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3, help="refits, each after as many new labels again")
    options = parser.parse_args()
    codebook = shipped("care-home-integration")
    written = joined(seed_passages(codebook), seed_examples(codebook))
    chance = np.random.default_rng(0)
    centres = _unit(chance.normal(size=(len(codebook.codes), DIM)))
    labelled = _made_up(options.passages + options.new * options.repeats, written, codebook, chance)
    examples = joined(labelled, written)
    vectors = _vectors(examples.targets, centres, chance)
    exemplars = Exemplars(*_exemplars(codebook, centres, chance))
    inputs = Inputs(texts=list(examples.texts), embeddings=vectors)

    def part(count: int) -> tuple[Examples, Inputs]:
        rows = np.concatenate([np.arange(count), np.arange(len(labelled), len(examples))])
        return examples.subset(rows), inputs.rows(rows)

    before = part(options.passages)
    whole = _timed(lambda: train_stack(*before, codebook, exemplars, StackConfig()))
    trained, refits = whole.made, []
    for repeat in range(1, options.repeats + 1):
        more = part(options.passages + repeat * options.new)
        refits.append(_timed(lambda: refitted(trained, *more)))  # noqa: B023  called at once
    answer = {
        "labelled passages": options.passages,
        "new labels": options.new,
        "written examples": len(written),
        "codes": len(codebook.codes),
        "terms": len(trained.tiers.words.terms),
        "full training, s": round(whole.seconds, 2),
        "full training, processor s": round(whole.processor, 2),
        "refit, s": [round(one.seconds, 2) for one in refits],
        "refit, processor s": [round(one.processor, 2) for one in refits],
        "full training / refit, median of processor s": round(
            whole.processor / statistics.median(one.processor for one in refits), 1
        ),
        "n": options.repeats,
    }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def _timed(make: Callable[[], TrainedStack]) -> Timed:
    clock, processor = time.perf_counter(), time.process_time()
    made = make()
    return Timed(made=made, seconds=time.perf_counter() - clock, processor=time.process_time() - processor)


def _made_up(count: int, written: Examples, codebook: Codebook, chance: np.random.Generator) -> Examples:
    texts = np.array(written.texts, dtype=object)
    words = [_words(texts[column == PRESENT]) for column in written.targets.T]
    words.append(_words(texts[written.initiative() != PRESENT]))
    codes = [code.id for code in codebook.codes]
    rows = []
    for index in range(count):
        chosen = chance.choice(len(codes), size=chance.choice(4, p=[0.72, 0.18, 0.07, 0.03]), replace=False).tolist()
        pool = np.concatenate([words[topic] for topic in chosen or [len(codes)]])
        rows.append(
            Example(
                id=f"made-up-{index}",
                text=" ".join(pool[chance.integers(len(pool), size=chance.integers(20, 110))]),
                present=frozenset(codes[column] for column in chosen),
                absent=frozenset(codes) - {codes[column] for column in chosen},
                group=f"document-{index % DOCUMENTS}",
                origin="judgement",
            )
        )
    return examples_of(codes, rows)


def _words(texts: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.array(" ".join(texts).split(), dtype=object)


def _vectors(
    targets: NDArray[np.int8], centres: NDArray[np.float64], chance: np.random.Generator
) -> NDArray[np.float32]:
    return _unit(_unit((targets == PRESENT) @ centres) + _noise(len(targets), chance)).astype(np.float32)


def _exemplars(
    codebook: Codebook, centres: NDArray[np.float64], chance: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    _, owners = exemplar_texts(codebook)
    return _unit(centres[owners] + _noise(len(owners), chance)), owners


def _noise(count: int, chance: np.random.Generator) -> NDArray[np.float64]:
    return NOISE * _unit(chance.normal(size=(count, DIM)))


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


if __name__ == "__main__":
    main()
