"""Status and setting of initiatives as the rules read them, against reference labels; two pipelines compared.

The reference labels of the development data were made by language models working as coders; no person has checked
them. Whatever is printed here is agreement with them, not accuracy against human judgement. The rules were written
with the part "train" in view; the part "test" was not looked at.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score, precision_recall_fscore_support

from careatlas.errors import MissingDependencyError
from careatlas.initiative import InitiativeStatus
from models import cluster_bootstrap
from nlp.language import BLANK, TRAINED, pipeline, read_texts
from nlp.setting_cues import SETTINGS, setting_of
from nlp.status_cues import status_of

CLASSES = {"status": tuple(str(one) for one in InitiativeStatus), "setting": SETTINGS}
RESAMPLES = 2_000
RARE = 20  # below it a class's own figures say little

Read = dict[str, list[str]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.labels.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["final"]["codes"] != ["none"]]
    by_pipeline = {}
    for name in (BLANK, TRAINED):
        try:
            by_pipeline[name] = read(rows, name)
        except MissingDependencyError as error:
            print(f"{name}: not measured: {error}")
    for part in ("train", "test", "all"):
        chosen = [number for number, row in enumerate(rows) if part in {row["part"], "all"}]
        for what in CLASSES:
            report(part, what, [rows[number] for number in chosen], pick(by_pipeline, what, chosen))


def read(rows: Sequence[dict[str, Any]], name: str) -> Read:
    """Return what the rules read of every passage, and print how fast."""
    begun = time.perf_counter()
    nlp = pipeline(name)
    next(read_texts(["Load what is loaded on first use."], nlp))
    loaded = time.perf_counter()
    found: Read = {"status": [], "setting": []}
    docs = list(read_texts([row["text"] for row in rows], nlp))
    parsed = time.perf_counter()
    for row, doc in zip(rows, docs, strict=True):
        heading = (row["locator"],) if isinstance(row["locator"], str) else ()
        found["status"].append(str(status_of(doc, heading).status))
        found["setting"].append(setting_of(doc, heading).value)
    done = time.perf_counter()
    print(
        f"{name}: loaded in {loaded - begun:.1f} s; {len(rows)} passages: {len(rows) / (parsed - loaded):.0f} parsed a "
        f"second, {len(rows) / (done - parsed):.0f} read a second, {len(rows) / (done - loaded):.0f} both"
    )
    return found


def pick(by_pipeline: dict[str, Read], what: str, chosen: Sequence[int]) -> dict[str, list[str]]:
    """Return one attribute's readings of some passages, by pipeline."""
    return {name: [found[what][number] for number in chosen] for name, found in by_pipeline.items()}


def report(part: str, what: str, rows: Sequence[dict[str, Any]], by_pipeline: dict[str, list[str]]) -> None:
    """Print agreement as a whole and by class for each pipeline, and their difference."""
    truth = [row["final"][what] for row in rows]
    groups = [row["source"] for row in rows]
    (likeliest, count), *_ = Counter(truth).most_common(1)
    print(f"\n{what}, {part}: n = {len(rows)} passages of {len(set(groups))} documents")
    print(f"  baseline, always {likeliest}: {count / len(rows):.3f}")
    hits = {}
    for name, found in by_pipeline.items():
        hits[name] = np.array([one == other for one, other in zip(found, truth, strict=True)], dtype=float)
        shown = cluster_bootstrap.interval(share(hits[name]), groups, resamples=RESAMPLES)
        kappa = cohen_kappa_score(truth, found)
        print(f"  {name}: accuracy {shown.value:.3f} [{shown.low:.3f}, {shown.high:.3f}], kappa {kappa:.3f}")
        by_class(truth, found, CLASSES[what])
    if len(hits) == 2:
        compare(hits[BLANK], hits[TRAINED], groups)


def share(hits: NDArray[np.float64]) -> cluster_bootstrap.Statistic:
    """Return the share of hits as a statistic of weights."""
    return lambda weights: weights @ hits / weights.sum(axis=1)


def by_class(truth: Sequence[str], found: Sequence[str], classes: Sequence[str]) -> None:
    """Print precision, recall and F1 of each class with how many passages have it."""
    figures = precision_recall_fscore_support(truth, found, labels=classes, zero_division=0.0)
    for name, precision, recall, f1, count in zip(classes, *figures, strict=True):
        rare = "  (too few to say)" if count < RARE else ""
        print(f"    {name:18} n {count:4}  precision {precision:.2f}  recall {recall:.2f}  F1 {f1:.2f}{rare}")


def compare(old: NDArray[np.float64], new: NDArray[np.float64], groups: Sequence[str]) -> None:
    """Print the paired difference of the pipelines: by drawing documents, and McNemar's exact test of passages."""
    found = cluster_bootstrap.interval(share(new - old), groups, resamples=RESAMPLES)
    gained, lost = int(((new == 1) & (old == 0)).sum()), int(((new == 0) & (old == 1)).sum())
    chance = binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    print(
        f"  {TRAINED} less {BLANK}: {found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}]; McNemar {gained} won, "
        f"{lost} lost, p = {chance:.3f}"
    )


if __name__ == "__main__":
    main()
