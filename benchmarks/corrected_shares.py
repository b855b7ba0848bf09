"""Whether intervals of corrected shares hold the truth, how wide they are, and what raw counts would have said.

Two populations whose truth is known: texts of a labelled corpus with scores of a model trained on 512 other texts, and
a synthetic one. Samples are drawn again and again, each code with its own draws, and all methods see the same samples.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.corrected_share import CorrectedShare, ShareMethod, corrected_share
from evaluation.coverage import wilson_interval
from evaluation.labelled_sample import LabelledSample

Floats = NDArray[np.float64]
TRAINING, SEED = 512, 7
SYNTHETIC_TOTAL, PREVALENCES, SENSITIVITY, SPECIFICITY = 5_000, (0.02, 0.05, 0.12, 0.3), 0.85, 0.93
BANDS, BAND_SHARE = (0.7, 0.9), 1 / 3  # of the ranks of scores: three strata, a third of the sample from each


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """One code: what is true of each passage, and what the machine says."""

    name: str
    truth: Floats
    scores: Floats
    accepted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One method on one code over all samples: covered how often, mean width, mean error relative to the truth."""

    covered: int
    width: float
    error: float


Draw = Callable[[Population, int, np.random.Generator], LabelledSample]


def main() -> None:
    """Draw, estimate, print one table per population."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path, help="nhs_patient_feedback_multilabel.csv")
    parser.add_argument("--resamples", type=int, default=400)
    parser.add_argument("--each", action="store_true", help="also one line per code")
    options = parser.parse_args()
    designs: dict[str, Draw] = {
        "all alike": _all_alike,
        "by score band": _by_band,
        "band not told": lambda *given: _by_band(*given, told=False),
        "one by one": _one_by_one,
    }
    for title, codes in (("feedback texts", _feedback(options.labels)), ("synthetic", _synthetic())):
        print(
            f"\n{title}: {len(codes)} codes, {codes[0].truth.size:,} passages, {options.resamples} samples per code\n"
        )
        print(
            "| sample | n | method | coverage (95 % interval) | lowest code | width | : alone | bias: mean, absolute |"
        )
        print("|---|---|---|---|---|---|---|---|")
        _print_raw(codes)
        for name, draw in designs.items():
            for n in (200, 100):
                _print(name, n, _measured(codes, draw, n, options.resamples), codes, options)


# --- populations


def _feedback(path: Path) -> list[Population]:
    """Return the test texts' labels of more than 2 %, with scores of a model that was trained on 512 other texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts, labels = _merged(path)
    frequent = sorted(label for label, n in Counter(one for row in labels for one in row).items() if n >= 25)
    kept = [at for at, row in enumerate(labels) if row & set(frequent)]
    texts, labels = [texts[at] for at in kept], [labels[at] for at in kept]
    test = np.array([int(hashlib.sha256(text.encode()).hexdigest(), 16) % 100 < 35 for text in texts])
    training = np.random.default_rng(SEED).permutation(np.flatnonzero(~test))[:TRAINING]
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    seen = words.fit_transform([texts[at] for at in training])
    rest = words.transform([text for text, is_test in zip(texts, test, strict=True) if is_test])
    found = []
    for label in frequent:
        carries = np.array([label in row for row in labels])
        if carries[test].mean() > 0.02 and carries[training].any():
            model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1_000)
            scores = model.fit(seen, carries[training]).predict_proba(rest)[:, 1]
            truth = carries[test].astype(float)
            found.append(Population(name=label, truth=truth, scores=scores, accepted=scores >= 0.5))
    return found


def _merged(path: Path) -> tuple[list[str], list[set[str]]]:
    """Return each text once, as first met, with the labels of all its copies."""
    first: dict[str, str] = {}
    labels: defaultdict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = " ".join(row["text"].lower().split())
            first.setdefault(key, row["text"])
            labels[key].update(label for one in row["labels"].split("|") if (label := one.strip()))
    return list(first.values()), [labels[key] for key in first]


def _synthetic() -> list[Population]:
    """Return codes that a machine of known sensitivity and specificity scores as if each had a prevalence of 12 %."""
    from scipy.special import expit, logit, ndtri

    chance = np.random.default_rng(SEED)
    cut, distance = ndtri(SPECIFICITY), ndtri(SENSITIVITY) + ndtri(SPECIFICITY)
    found = []
    for prevalence in PREVALENCES:
        truth = (np.arange(SYNTHETIC_TOTAL) < prevalence * SYNTHETIC_TOTAL).astype(float)
        seen = chance.normal(size=SYNTHETIC_TOTAL) + distance * truth
        scores = expit(distance * seen - distance**2 / 2 + logit(0.12))
        found.append(Population(name=f"{prevalence:.0%}", truth=truth, scores=scores, accepted=seen >= cut))
    return found


# --- samples


def _sample(
    of: Population, at: NDArray[np.intp], inclusion: Floats, strata: NDArray[np.intp] | None = None
) -> LabelledSample:
    return LabelledSample(
        scores=of.scores,
        accepted=of.accepted,
        position=at,
        labels=of.truth[at],
        inclusion=inclusion,
        strata=strata,
    )


def _all_alike(of: Population, n: int, chance: np.random.Generator) -> LabelledSample:
    return _sample(of, chance.permutation(of.truth.size)[:n], np.full(n, n / of.truth.size))


def _by_band(of: Population, n: int, chance: np.random.Generator, *, told: bool = True) -> LabelledSample:
    """Draw a third each from the lower 70 %, the next 20 % and the upper 10 % of scores."""
    ranks = np.argsort(np.argsort(of.scores, kind="stable")) / of.truth.size
    band = np.digitize(ranks, BANDS)
    size, wanted = np.bincount(band), round(n * BAND_SHARE)
    at = np.concatenate([chance.permutation(np.flatnonzero(band == one))[:wanted] for one in range(3)])
    return _sample(of, at, (np.minimum(wanted, size) / size)[band[at]], band[at] if told else None)


def _one_by_one(of: Population, n: int, chance: np.random.Generator) -> LabelledSample:
    """Draw each passage by itself with a chance that grows with its score (Poisson sampling)."""
    size = of.scores + 0.3 * of.scores.mean()
    inclusion = size
    for _ in range(20):  # until those that are certain are taken out of the scaling
        inclusion = np.minimum(1.0, inclusion * n / np.minimum(1.0, inclusion).sum())
    at = np.flatnonzero(chance.random(size.size) < inclusion)
    return _sample(of, at, inclusion[at])


# --- measuring


def _measured(codes: list[Population], draw: Draw, n: int, resamples: int) -> dict[str, list[Measured]]:
    chance = np.random.default_rng(SEED)
    found: defaultdict[str, list[Measured]] = defaultdict(list)
    for code in codes:
        runs: defaultdict[str, list[CorrectedShare]] = defaultdict(list)
        for _ in range(resamples):
            for name, estimate in _estimates(draw(code, n, chance)):
                runs[name].append(estimate)
        for name, estimates in runs.items():
            found[name].append(_over(estimates, float(code.truth.mean())))
    return found


def _estimates(sample: LabelledSample) -> Iterator[tuple[str, CorrectedShare]]:
    yield "labels alone", corrected_share(sample, method=ShareMethod.HUMAN_ONLY)
    if sample.is_equal_probability and sample.strata is None:
        yield "PPI++ as published", corrected_share(sample, method=ShareMethod.PPI)
    yield "corrected", corrected_share(sample)


def _over(estimates: list[CorrectedShare], truth: float) -> Measured:
    return Measured(
        covered=sum(one.low <= truth <= one.high for one in estimates),
        width=float(np.mean([one.high - one.low for one in estimates])),
        error=float(np.mean([one.estimate for one in estimates])) / truth - 1,
    )


def _print(
    name: str, n: int, found: dict[str, list[Measured]], codes: list[Population], options: argparse.Namespace
) -> None:
    alone = [one.width for one in found["labels alone"]]
    for method, rows in found.items():
        covered = sum(row.covered for row in rows)
        low, high = wilson_interval(covered, len(rows) * options.resamples)
        ratios = [row.width / width for row, width in zip(rows, alone, strict=True)]
        errors = np.array([row.error for row in rows])
        print(
            f"| {name} | {n} | {method} | {covered / len(rows) / options.resamples:.3f} ({low:.3f} to {high:.3f})"
            f" | {min(row.covered for row in rows) / options.resamples:.3f}"
            f" | {np.mean([row.width for row in rows]):.4f} | {np.mean(ratios):.3f}"
            f" | {errors.mean():+.1%}, {np.abs(errors).mean():.1%} |"
        )
        for code, row, ratio in zip(codes, rows, ratios, strict=True) if options.each else ():
            what, coverage = f"{code.name} ({code.truth.mean():.1%})", row.covered / options.resamples
            print(f"| | | {what} | {coverage:.3f} | | {row.width:.4f} | {ratio:.3f} | {row.error:+.1%} |")


def _print_raw(codes: list[Population]) -> None:
    truth = np.array([code.truth.mean() for code in codes])
    for name, found in (
        ("raw count at the cut-off", np.array([code.accepted.mean() for code in codes])),
        ("raw mean score", np.array([code.scores.mean() for code in codes])),
    ):
        errors = found / truth - 1
        print(f"| - | 0 | {name} | no interval | - | - | - | {errors.mean():+.1%}, {np.abs(errors).mean():.1%} |")


if __name__ == "__main__":
    main()
