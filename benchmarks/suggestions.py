"""The first tier of suggestions against reference labels, with baselines and intervals.

The reference labels of the development data were made by language models working as coders; no person has checked them.
Whatever is printed here is agreement with them, not accuracy against human judgement.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score

from careatlas.codebook_file import shipped
from models.classifier import PassageText
from models.cues import CueCounter
from models.tiers import classifier_of

DRAWS = 1_000
Scores = Callable[[NDArray[np.intp]], float]


def main() -> None:
    """Score, draw whole documents again and again, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--part", default="test", choices=("test", "train", "all"))
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.labels.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if options.part in {"all", row["part"]}]
    codebook = shipped("care-home-integration")
    codes = [code.id for code in codebook.codes]
    truth = np.array([[code in row["final"]["codes"] for code in codes] for row in rows])
    texts = [row["text"] for row in rows]
    classifier = classifier_of("cues-tfidf", codebook)
    prediction = classifier.predict([PassageText(text=text) for text in texts])
    cues = CueCounter(codebook).counts(texts)
    answer = {
        "part": options.part,
        "passages": len(rows),
        "documents": len({row["source"] for row in rows}),
        "passages with a code": int(truth.any(axis=1).sum()),
        "reference": "labels made by language models, not checked by people",
        "model": classifier.info.model_id,
        "cues-tfidf": _measured(rows, truth, prediction.probabilities, prediction.accepted),
        "baseline: any cue": _measured(rows, truth, cues, cues > 0),
        "baseline: majority (no code)": _measured(
            rows, truth, np.zeros(truth.shape), np.zeros(truth.shape, dtype=bool)
        ),
        "support": {code: int(n) for code, n in zip(codes, truth.sum(axis=0), strict=True)},
    }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def _measured(rows: list[Any], truth: NDArray[Any], scores: NDArray[Any], accepted: NDArray[Any]) -> dict[str, Any]:
    there = np.flatnonzero(truth.sum(axis=0))
    found: dict[str, Scores] = {
        "micro F1": lambda at: f1_score(truth[at], accepted[at], average="micro", zero_division=0),
        f"macro F1 over the {len(there)} codes present": lambda at: f1_score(
            truth[at][:, there], accepted[at][:, there], average="macro", zero_division=0
        ),
        "micro precision": lambda at: (truth[at] & accepted[at]).sum() / max(accepted[at].sum(), 1),
        "micro recall": lambda at: (truth[at] & accepted[at]).sum() / max(truth[at].sum(), 1),
        "average precision, any code": lambda at: average_precision_score(
            truth[at].any(axis=1), scores[at].max(axis=1)
        ),
    }
    return {name: _with_interval(rows, measure) for name, measure in found.items()}


def _with_interval(rows: list[Any], measure: Scores) -> dict[str, Any]:
    """Give the value and a 95 % interval from drawing whole documents with replacement."""
    chance = np.random.default_rng(7)
    sources = np.array([row["source"] for row in rows])
    groups = [np.flatnonzero(sources == source) for source in np.unique(sources)]
    draws = []
    for _ in range(DRAWS):
        at = np.concatenate([groups[index] for index in chance.integers(0, len(groups), len(groups))])
        draws.append(measure(at))
    low, high = np.percentile(draws, [2.5, 97.5])
    whole = measure(np.arange(len(rows)))
    return {"value": round(float(whole), 3), "95 % interval": [round(float(low), 3), round(float(high), 3)]}


if __name__ == "__main__":
    main()
