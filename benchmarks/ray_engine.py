"""Classifying the same rows in this process and over a Ray of our own, in one run, with the results compared.

The rows are the shipped seeds, which are synthetic, repeated with a number in front until there are enough: no text is
the same as another, so that each is embedded.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from careatlas.codebook_file import shipped
from careatlas.progress import NoProgress
from models.classifier import Classifier
from models.classify_rows import MapsBatches, classify_file
from models.model_order import ModelOrder, model_order
from models.ray_engine import RayEngine
from models.ray_scoring import rows_by_ray
from models.seed_passages import seed_passages
from models.tiers import classifier_of

CODEBOOK, MODEL = "care-home-integration", "shipped"


def main() -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    book = shipped(CODEBOOK)
    classifier = classifier_of(MODEL, book, threads=options.workers)
    order = model_order(MODEL, book, None, classifier.info.model_id)
    with tempfile.TemporaryDirectory() as name:
        source = written(Path(name), options.rows)
        answer = {
            "rows": options.rows,
            "model": order.model_id,
            "workers": options.workers,
            **compared(classifier, order, source, options.workers, options.repeats),
        }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def written(folder: Path, count: int) -> Path:
    """Write rows to classify."""
    texts = [text for text in seed_passages(shipped(CODEBOOK)).texts if len(text) < 400]
    path = folder / "rows.jsonl"
    rows = ({"id": n, "text": f"{n}. {text}"} for n, text in enumerate(itertools.islice(itertools.cycle(texts), count)))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def compared(classifier: Classifier, order: ModelOrder, source: Path, workers: int, repeats: int) -> dict[str, Any]:
    """Time both ways in turn; the first round over Ray also starts it, the later ones only its workers."""
    local, ray, starting = [], [], 0.0
    out = {way: source.with_name(f"{way}.jsonl") for way in ("local", "ray")}
    classify = partial(classify_file, classifier, source, progress=NoProgress())
    with RayEngine(workers=workers) as engine:
        mapped: MapsBatches = partial(rows_by_ray, engine, order)
        for repeat in range(repeats + 1):
            here = seconds(partial(classify, out["local"]))
            there = seconds(partial(classify, out["ray"], mapped=mapped))
            if repeat:
                local.append(here)
                ray.append(there)
            else:
                starting = there
    return {
        "seconds, local": rounded(local),
        "seconds, ray with its workers starting": rounded(ray),
        "seconds, ray for the first time": round(starting, 2),
        "ray / local": rounded([there / here for here, there in zip(local, ray, strict=True)]),
        "seconds that starting Ray takes": round(starting - min(ray), 2),
        "same results": out["local"].read_bytes() == out["ray"].read_bytes(),
    }


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of a piece of work."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


def rounded(values: list[float]) -> list[float]:
    """Return values for printing."""
    return [round(value, 2) for value in values]


if __name__ == "__main__":
    main()
