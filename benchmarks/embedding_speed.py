"""Passages per core-second of our encoder against torch, on the same texts, interleaved in one process, one thread.

Torch gets what makes it fast on a processor: inference mode, texts sorted by length, batches of one budget. It is left
out where it is not installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.backbone import Backbone, find_backbone
from models.encoder import Encoder

Encode = Callable[[Sequence[str]], Any]


def main() -> None:
    """Measure every way of encoding in turn, again and again, and print rates, ratios and losses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path, help="JSON lines with id and text")
    parser.add_argument("--backbone", default="minilm")
    parser.add_argument("--passages", type=int, default=400)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    texts = sampled(options.labels, options.passages)
    backbone = find_backbone(options.backbone)
    ways: dict[str, Encode] = {name: Encoder(backbone, name).encode for name in ("fp32", "int8")}
    if importlib.util.find_spec("torch") is not None:
        for batch_tokens in (512, 4_096):
            ways[f"torch fp32, batches of {batch_tokens} tokens"] = torch_encode(backbone, batch_tokens)
    rates = measured(ways, texts, options.repeats)
    vectors = {name: np.asarray(encode(texts)) for name, encode in ways.items()}
    answer = {
        "backbone": options.backbone,
        "passages": len(texts),
        "repeats": options.repeats,
        "passages per core-second": {name: spread(values) for name, values in rates.items()},
        "ratios within a repeat": ratios(rates),
        "against fp32": {name: loss(vectors["fp32"], found) for name, found in vectors.items() if name != "fp32"},
    }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def sampled(path: Path, count: int) -> list[str]:
    """Return texts at equal steps through the file, by order of their identifiers."""
    rows = sorted(
        (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()), key=lambda row: row["id"]
    )
    return [rows[index]["text"] for index in np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]


def torch_encode(backbone: Backbone, batch_tokens: int) -> Encode:
    """Return the usual way with transformers: sorted by length, padded, mean of the tokens, length one."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    import transformers

    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(backbone.folder))
    model = transformers.AutoModel.from_pretrained(str(backbone.folder)).eval()

    def encode(texts: Sequence[str]) -> Any:
        ids = tokenizer(list(texts), truncation=True, max_length=backbone.config.max_tokens)["input_ids"]
        order = sorted(range(len(ids)), key=lambda index: -len(ids[index]))
        vectors: list[Any] = [None] * len(ids)
        while order:
            size = max(1, batch_tokens // len(ids[order[0]]))
            batch, order = order[:size], order[size:]
            padded = tokenizer.pad({"input_ids": [ids[index] for index in batch]}, return_tensors="pt")
            with torch.inference_mode():
                states = model(**padded)[0]
                mask = padded["attention_mask"][..., None].float()
                mean = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1).numpy()
            for row, index in enumerate(batch):
                vectors[index] = mean[row]
        return np.array(vectors)

    return encode


def measured(ways: dict[str, Encode], texts: Sequence[str], repeats: int) -> dict[str, list[float]]:
    """Return passages per second of processor time, one value per repeat; the first round only warms up."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for repeat in range(repeats + 1):
        for name, encode in ways.items():
            start = time.process_time()
            encode(texts)
            if repeat:
                rates[name].append(len(texts) / (time.process_time() - start))
    return rates


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the median, the least and the most."""
    return {
        "median": round(statistics.median(values), 2),
        "least": round(min(values), 2),
        "most": round(max(values), 2),
    }


def ratios(rates: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Compare our two precisions with every other way, repeat by repeat."""
    return {
        f"{ours} / {other}": spread([mine / theirs for mine, theirs in zip(rates[ours], rates[other], strict=True)])
        for ours in ("int8", "fp32")
        for other in rates
        if other not in {ours, "int8"}
    }


def loss(exact: Any, found: Any) -> dict[str, float]:
    """Return how far vectors lie from the exact ones, and similarities of pairs from the exact similarities."""
    cosine = (exact * found).sum(axis=1)
    pairs = np.triu_indices(len(exact), 1)
    exact_pairs, found_pairs = (exact @ exact.T)[pairs], (found @ found.T)[pairs]
    return {
        "mean cosine": round(float(cosine.mean()), 6),
        "least cosine": round(float(cosine.min()), 6),
        "correlation of pair similarities": round(float(np.corrcoef(exact_pairs, found_pairs)[0, 1]), 6),
        "root mean square difference of pair similarities": round(
            float(np.sqrt(((exact_pairs - found_pairs) ** 2).mean())), 5
        ),
    }


if __name__ == "__main__":
    main()
