"""Agreement: speed against NLTK, time of a whole report, coverage of intervals, and real many-coder codes.

Speed: passages of two coders with a code each at least, because NLTK's MASI distance divides by zero on two empty sets.
Codes: sentences of British manifestos as experts and a crowd coded them (Benoit et al. 2016, doi
10.1017/S0003055416000058). Only how many codes a sentence got on each scale is published, and their mean. What these
determine is measured: counts of "economic" against "social" exactly, agreement of positions between two bounds.
"""

from __future__ import annotations

import argparse
import csv
import gc
import gzip
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotation.agreement_bootstrap import Estimate, Measure, estimates
from annotation.agreement_report import agreement_report
from annotation.coded_passages import CodedPassage
from annotation.krippendorff_alpha import Level, beyond_chance, krippendorff_alpha
from annotation.nominal_agreement import MISSING, MOST_CODERS, nominal_cells
from annotation.set_agreement import set_cells, set_ratings

Floats = NDArray[np.float64]
SHOWN = ("raw", "prevalence", "positive", "negative", "kappa", "fleiss", "ac1", "alpha")
ECONOMIC, SOCIAL = 0, 1
FURTHEST = 2  # positions are -2, -1, 0, 1, 2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="the folder with the labelled sets; none: no real codes")
    options = parser.parse_args()
    for codes in (16, 30):
        against_nltk(codes=codes)
    whole_report()
    coverage()
    if options.folder:
        for line in many_coders(options.folder):
            print(line)


def made_sets(passages: int, codes: int, seed: int = 0) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return what two coders gave: a true set, of which each code is drawn anew with chance .1 by each coder."""
    rng = np.random.default_rng(seed)
    names = np.array([f"c{at:02d}" for at in range(codes)])
    chances = 0.3 / np.arange(1, codes + 1) ** 0.7
    truth = rng.random((passages, codes)) < chances
    said = [np.where(rng.random(truth.shape) < 0.1, rng.random(truth.shape) < chances, truth) for _ in range(2)]
    return [
        (frozenset(names[first].tolist()), frozenset(names[second].tolist()))
        for first, second in zip(*said, strict=True)
    ]


def against_nltk(passages: int = 10_000, codes: int = 16) -> None:
    """Set-valued alpha of the same answers, both from plain sets to the value."""
    from nltk.metrics import masi_distance
    from nltk.metrics.agreement import AnnotationTask

    some = frozenset(["other"])
    sets = [(first or some, second or some) for first, second in made_sets(passages, codes)]
    names = sorted(set().union(*(one for pair in sets for one in pair)))
    data = [(coder, at, one) for at, pair in enumerate(sets) for coder, one in zip("AB", pair, strict=True)]
    ours, seconds = [], []
    for _ in range(5):
        gc.collect()
        start = time.perf_counter()
        cells = set_cells(set_ratings(sets, names), np.arange(passages), passages)
        ours.append(float(cells.measures(np.ones((1, passages)))["alpha_masi"][0]))
        seconds.append(time.perf_counter() - start)
    gc.collect()
    start = time.perf_counter()
    theirs = AnnotationTask(data, distance=masi_distance).alpha()
    slow = time.perf_counter() - start
    print(f"set-valued alpha, MASI, {passages:,} passages, {codes} codes, {len(cells.ratings.members):,} distinct sets")
    print(f"  NLTK {theirs:.12f} in {slow:.2f} s; ours {ours[0]:.12f}, with Jaccard's and three shares besides")
    print(f"  first {seconds[0]:.3f} s ({slow / seconds[0]:.0f} times), median of 5 {np.median(seconds):.4f} s"
          f" ({slow / np.median(seconds):.0f} times)")  # fmt: skip


def whole_report(passages: int = 10_000, codes: int = 16, resamples: int = 1_000) -> None:
    """All measures of all codes with intervals, with 100 documents and with each passage as its own."""
    sets = made_sets(passages, codes)
    for documents in (100, passages):
        answers = [
            CodedPassage(id=str(at), document=f"d{at % documents}", annotator=coder, codes=one)
            for at, pair in enumerate(sets)
            for coder, one in zip("AB", pair, strict=True)
        ]
        start, used = time.perf_counter(), time.process_time()
        report = agreement_report(answers, resamples=resamples)
        wall, used = time.perf_counter() - start, time.process_time() - used
        assert report.between is not None
        count = sum(len(row.measures) for row in report.between.rows) + len(report.between.sets)
        print(f"{count} measures of {codes} codes and none, {passages:,} passages in {documents:,} documents,"
              f" {resamples:,} draws: {wall:.2f} s, {used:.2f} s of processor")  # fmt: skip


def coverage(repeats: int = 400, resamples: int = 400) -> None:
    """How often intervals hold the value that 4,000 documents have, of a code of prevalence .1 that clusters."""
    for documents in (10, 20, 40, 80):
        truth = _clustered(4_000, np.random.default_rng(99))
        value = {name: float(one[0]) for name, one in truth(np.ones((1, 4_000))).items()}
        names = ("alpha", "ac1", "positive")
        hits = dict.fromkeys(names, 0)
        for repeat in range(repeats):
            sample = _clustered(documents, np.random.default_rng(repeat))
            found = estimates({"": sample}, documents, resamples=resamples, seed=repeat)[""]
            for name in names:
                low, high = found[name].low, found[name].high
                hits[name] += low is not None and high is not None and low <= value[name] <= high
        said = ", ".join(f"{name} {hits[name] / repeats:.3f}" for name in names)
        print(f"coverage of 95 % intervals, {documents} documents of 25 passages, {repeats} samples: {said}")


def _clustered(documents: int, rng: np.random.Generator) -> Measure:
    prevalence = rng.beta(1, 9, documents).repeat(25)
    slips = rng.beta(1, 15, documents).repeat(25)  # chance that a coder says the other thing
    truth = rng.random(len(prevalence)) < prevalence
    said = np.stack([truth ^ (rng.random(len(truth)) < slips * np.where(truth, 2, 0.5)) for _ in range(2)], axis=1)
    return nominal_cells(said.astype(np.int64), 2, np.arange(documents).repeat(25), documents).measures


class Codes(NamedTuple):
    """Codes of one kind of coder, a row per sentence; columns are the economic and the social scale."""

    counts: Floats
    means: Floats  # NaN where there is no code


class Manifestos(NamedTuple):
    """Sentences with their manifesto, numbered, and their codes by experts and by the crowd."""

    manifestos: NDArray[np.intp]
    count: int
    experts: Codes
    crowd: Codes


def read_manifestos(folder: Path) -> Manifestos:
    """Return the published codes; sentences with which the crowd was tested have no crowd codes here."""
    with gzip.open(folder / "uk_manifesto_sentences.csv.gz", "rt", encoding="utf-8", newline="") as file:
        source = {row["sentenceid"]: row["manifestoid"] for row in csv.DictReader(file)}
    places = {sentence: at for at, sentence in enumerate(source)}
    names, numbers = np.unique(list(source.values()), return_inverse=True)
    experts, crowd = (
        Codes(np.zeros((len(source), 2)), np.full((len(source), 2), np.nan)) for _ in ("experts", "crowd")
    )
    with gzip.open(folder / "uk_manifesto_codes_expert_crowd.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["sentenceid"] not in places or row["scale"] not in {"1", "2"}:
                continue
            cell = places[row["sentenceid"]], int(row["scale"]) - 1
            for who, name, wanted in ((experts, "Experts", True), (crowd, "Crowd", row["goldCrowd"] != "1.0")):
                if wanted and row[f"code{name}"]:
                    who.counts[cell], who.means[cell] = float(row[f"Ncoded{name}"]), float(row[f"code{name}"])
    return Manifestos(numbers.astype(np.intp), len(names), experts, crowd)


def domain_agreement(data: Manifestos, codes: Codes) -> dict[str, Estimate]:
    """Agreement on economic against social, among the codes that are either; what was neither is not published."""
    cells = nominal_cells(counted_ratings(codes.counts), 2, data.manifestos, data.count)
    return estimates({"": cells.measures}, data.count)[""]


def counted_ratings(counts: Floats) -> NDArray[np.intp]:
    """Return ratings of which only the numbers are known, shape (units, values): by too many coders for a kappa."""
    ratings = np.full((len(counts), max(MOST_CODERS + 1, int(counts.sum(axis=1).max()))), MISSING)
    for row, numbers in zip(ratings, counts.astype(np.intp), strict=True):
        row[: numbers.sum()] = np.repeat(np.arange(len(numbers)), numbers)
    return ratings


def majority_agreement(data: Manifestos) -> tuple[int, dict[str, Estimate]]:
    """Agreement of the experts' majority with the crowd's; ties and sentences without codes of both are left out."""
    sides = [np.sign(codes.counts[:, SOCIAL] - codes.counts[:, ECONOMIC]) for codes in (data.experts, data.crowd)]
    ratings = np.stack([np.where(side == 0, MISSING, side > 0) for side in sides], axis=1).astype(np.int64)
    ratings = np.where((ratings == MISSING).any(axis=1, keepdims=True), MISSING, ratings)
    found = estimates({"": nominal_cells(ratings, 2, data.manifestos, data.count).measures}, data.count)[""]
    return int((ratings[:, 0] != MISSING).sum()), found


def position_bounds(codes: Codes, scale: int) -> tuple[int, float, float]:
    """Return the sentences with two positions or more, and the least and greatest alpha (interval) they may have.

    The sum of a sentence's positions is known, and so the least and greatest sum of their squares. Alpha falls as any
    of these sums rises (as long as it is above 0), so that its extremes are reached where all are least or greatest.
    """
    kept = codes.counts[:, scale] > 1
    count = codes.counts[kept, scale]
    total = np.round(count * codes.means[kept, scale])
    alphas = []
    for squares in (_least_squares(count, total), _most_squares(count, total)):
        observed = (2 * (count * squares - total**2) / (count - 1)).sum() / count.sum()
        values, all_squares, whole = count.sum(), squares.sum(), total.sum()
        expected = 2 * (values * all_squares - whole**2) / (values * (values - 1))
        alphas.append(float(beyond_chance(np.asarray(observed), np.asarray(expected))))
    return int(kept.sum()), alphas[1], alphas[0]


def _least_squares(count: Floats, total: Floats) -> Floats:
    """All positions as near to their mean as whole numbers can be."""
    below = np.floor(total / count)
    above = total - count * below
    return (count - above) * below**2 + above * (below + 1) ** 2


def _most_squares(count: Floats, total: Floats) -> Floats:
    """All positions at the ends of the scale, but for one."""
    moved = total + FURTHEST * count  # from all at the lower end
    at_the_top, rest = np.divmod(moved, 2 * FURTHEST)
    between = np.where(at_the_top < count, rest - FURTHEST, 0)
    ends = np.where(at_the_top < count, count - 1, count)
    return ends * FURTHEST**2 + between**2


def mean_positions(data: Manifestos, scale: int) -> tuple[int, float | None]:
    """Return the sentences with positions of both, and alpha (interval) of the experts' mean with the crowd's."""
    both = np.stack([data.experts.means[:, scale], data.crowd.means[:, scale]], axis=1)
    both = both[~np.isnan(both).any(axis=1)]
    return len(both), krippendorff_alpha(both, Level.INTERVAL)


def many_coders(folder: Path) -> Iterator[str]:
    """Yield lines on the codes of experts and of the crowd."""
    data = read_manifestos(folder)
    yield f"manifestos: {len(data.manifestos):,} sentences of {data.count} manifestos"
    for name, codes in (("experts", data.experts), ("crowd", data.crowd)):
        paired = codes.counts[codes.counts.sum(axis=1) > 1]
        yield (
            f"  {name}, economic or social: {len(paired):,} sentences with {paired.sum():,.0f} codes:"
            f" {_said(domain_agreement(data, codes))}"
        )
        for scale, scale_name in ((ECONOMIC, "economic"), (SOCIAL, "social")):
            sentences, least, most = position_bounds(codes, scale)
            yield f"  {name}, {scale_name} position, {sentences:,} sentences: alpha from {least:.3f} to {most:.3f}"
    sentences, found = majority_agreement(data)
    yield f"  majority of experts with that of the crowd, {sentences:,} sentences: {_said(found)}"
    for scale, scale_name in ((ECONOMIC, "economic"), (SOCIAL, "social")):
        sentences, alpha = mean_positions(data, scale)
        yield f"  mean {scale_name} positions of both, {sentences:,} sentences: alpha {alpha:.3f}"


def _said(found: dict[str, Estimate]) -> str:
    cells = []
    for name in SHOWN:
        one = found[name]
        if one.value is not None and one.low is not None:
            cells.append(f"{name} {one.value:.3f} ({one.low:.3f} to {one.high:.3f})")
    return ", ".join(cells)


if __name__ == "__main__":
    main()
