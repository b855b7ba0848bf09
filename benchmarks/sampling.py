"""Drawn samples: how often passages come up against their stated chances, totals made from them, spread, and time.

The population is synthetic: 5,000 passages in a space of eight dimensions, codes that a machine of known sensitivity
and specificity scores, each code in a part of the space. With a project's folder, spread and time are measured on it as
well; nothing is kept there.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotation.diversity_order import near_neighbour_order
from annotation.inclusion import drawn
from annotation.sampling import plan_sample
from annotation.sampling_design import DEFAULT_SHARES, Part, Population, SamplingOrder, union_sample
from annotation.sampling_frame import read_frame
from annotation.text_vectors import text_vectors, word_vectors
from annotation.work_assignment import assigned
from careatlas.progress import NoProgress
from careatlas.project import open_project
from evaluation.corrected_share import CorrectedShare, ShareMethod, corrected_share
from evaluation.coverage import wilson_interval
from evaluation.labelled_sample import LabelledSample

Floats = NDArray[np.float64]
PREVALENCES, SENSITIVITY, SPECIFICITY, SEED = (0.02, 0.05, 0.12, 0.3), 0.85, 0.93, 7
TOTAL, SIZE, LARGE = 5_000, 200, 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Passages of which one code's truth is known."""

    truth: Floats
    scores: Floats
    population: Population


def main() -> None:
    """Measure and print one table after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path, nargs="?")
    parser.add_argument("--resamples", type=int, default=500)
    options = parser.parse_args()
    _chances(options.resamples)
    _totals(options.resamples)
    _stopped(options.resamples)
    vectors = np.random.default_rng(SEED).normal(size=(TOTAL, 8)).astype(np.float32)
    _spread("synthetic, 8 dimensions", vectors)
    _time()
    if options.project:
        _project(options.project)


def _worlds(total: int = TOTAL) -> Iterator[tuple[float, World]]:
    from scipy.special import expit, logit, ndtri

    chance = np.random.default_rng(SEED)
    distance = ndtri(SENSITIVITY) + ndtri(SPECIFICITY)
    vectors = chance.normal(size=(total, 8))
    neighbours = near_neighbour_order(vectors.astype(np.float32))
    for at, prevalence in enumerate(PREVALENCES):
        place = vectors[:, at] + chance.normal(size=total)
        truth = (place > np.quantile(place, 1 - prevalence)).astype(float)
        scores = expit(distance * (chance.normal(size=total) + distance * truth) - distance**2 / 2 + logit(0.12))
        entropy = -(scores * np.log2(scores) + (1 - scores) * np.log2(1 - scores))
        strata = np.digitize(scores, np.quantile(scores, [0.5, 0.8, 0.95]))
        yield (
            prevalence,
            World(
                truth=truth,
                scores=scores,
                population=Population(strata=strata, uncertainty=entropy, neighbours=neighbours),
            ),
        )


def _chances(resamples: int) -> None:
    """Compare frequencies with chances over all passages of one population."""
    world = dict(_worlds(500))[0.12]
    counts, sizes = np.zeros(500), []
    for seed in range(20 * resamples):
        found = union_sample(world.population, DEFAULT_SHARES, 100, seed)
        counts += found.drawn
        sizes.append(found.drawn.sum())
    error = (counts / (20 * resamples) - found.chances) / np.sqrt(
        found.chances * (1 - found.chances) / (20 * resamples)
    )
    print(f"chances, {20 * resamples:,} samples of 100 expected out of 500 passages")
    print(
        f"  frequency less chance, in standard errors: mean square {np.mean(error**2):.3f},"
        f" largest {abs(error).max():.2f}"
    )
    print(f"  size: mean {np.mean(sizes):.3f}, from {min(sizes)} to {max(sizes)}")
    ratio = (counts / (20 * resamples)).sum() / found.chances.sum()
    print(f"  all frequencies over all chances: {ratio:.5f}")


def _totals(resamples: int) -> None:
    print(f"\ntotals, {SIZE} of {TOTAL:,} passages, {resamples} samples for each of {len(PREVALENCES)} codes")
    print("| sample | estimate | coverage (95 % interval) | lowest code | width | bias |")
    print("|---|---|---|---|---|---|")
    runs: dict[tuple[str, str], list[tuple[float, list[CorrectedShare]]]] = {}
    for _, world in _worlds():
        truth = float(world.truth.mean())
        for name, draw in _DESIGNS.items():
            estimates: dict[str, list[CorrectedShare]] = {}
            for seed in range(resamples):
                places, inclusion = draw(world, seed)
                for what, chances in (
                    ("corrected", inclusion),
                    ("chances ignored", np.full(places.size, SIZE / TOTAL)),
                ):
                    estimates.setdefault(what, []).append(corrected_share(_sample(world, places, chances)))
                alone = corrected_share(_sample(world, places, inclusion), method=ShareMethod.HUMAN_ONLY)
                estimates.setdefault("labels alone", []).append(alone)
            for what, found in estimates.items():
                runs.setdefault((name, what), []).append((truth, found))
    for (name, what), rows in runs.items():
        _print(name, what, rows)


def _stopped(resamples: int) -> None:
    """Stop the first coder after half and the second after a fifth of the work, of a sample that is most passages."""
    print(f"\nstopped early: 400 of 500 passages drawn, two coders, {resamples} samples of each code")
    print("| sample | estimate | coverage (95 % interval) | lowest code | width | bias |")
    print("|---|---|---|---|---|---|")
    runs: dict[str, list[tuple[float, list[CorrectedShare]]]] = {}
    for _, world in _worlds(500):
        estimates: dict[str, list[CorrectedShare]] = {}
        for seed in range(resamples):
            found = union_sample(world.population, DEFAULT_SHARES, 400, seed)
            names = [str(at) for at in np.flatnonzero(found.drawn)]
            work = assigned("s", names, ("ana", "ben"), blind=0.12, double=0.2, seed=seed)
            limit = {"ana": len(names) * 0.6 * 0.5, "ben": len(names) * 0.6 * 0.2}
            places = np.array(sorted({int(row.passage_id) for row in work if row.position < limit[row.coder]}))
            chances = found.chances[places]
            for what, given in (("as drawn", chances), ("times read / drawn", chances * places.size / len(names))):
                estimates.setdefault(what, []).append(corrected_share(_sample(world, places, given)))
        for what, made in estimates.items():
            runs.setdefault(what, []).append((float(world.truth.mean()), made))
    for what, rows in runs.items():
        _print("stopped", f"chances {what}", rows)


def _all_alike(world: World, seed: int) -> tuple[NDArray[np.intp], Floats]:
    places = np.random.default_rng(seed).permutation(world.truth.size)[:SIZE]
    return places, np.full(SIZE, SIZE / world.truth.size)


def _union(**shares: float) -> Callable[[World, int], tuple[NDArray[np.intp], Floats]]:
    parts = {Part(name): share for name, share in shares.items()}

    def draw(world: World, seed: int) -> tuple[NDArray[np.intp], Floats]:
        found = union_sample(world.population, parts, SIZE, seed)
        places = np.flatnonzero(found.drawn)
        return places, found.chances[places]

    return draw


_DESIGNS = {
    "all alike": _all_alike,
    "random, stratified": _union(random=1.0),
    "uncertainty": _union(uncertainty=1.0),
    "diversity": _union(diversity=1.0),
    "union (40 / 30 / 30)": _union(random=0.4, uncertainty=0.3, diversity=0.3),
}


def _sample(world: World, places: NDArray[np.intp], chances: Floats) -> LabelledSample:
    return LabelledSample(
        scores=world.scores,
        accepted=world.scores >= 0.5,
        position=places,
        labels=world.truth[places],
        inclusion=chances,
    )


def _print(name: str, what: str, rows: list[tuple[float, list[CorrectedShare]]]) -> None:
    covered = [sum(one.low <= truth <= one.high for one in found) for truth, found in rows]
    resamples = len(rows[0][1])
    low, high = wilson_interval(sum(covered), resamples * len(rows))
    width = np.mean([one.high - one.low for _, found in rows for one in found])
    bias = np.mean([np.mean([one.estimate for one in found]) / truth - 1 for truth, found in rows])
    print(
        f"| {name} | {what} | {sum(covered) / resamples / len(rows):.3f} ({low:.3f} to {high:.3f})"
        f" | {min(covered) / resamples:.3f} | {width:.4f} | {bias:+.1%} |"
    )


def _spread(name: str, vectors: NDArray[np.float32], size: int = 150, resamples: int = 40) -> None:
    """Print Voronoi balance (Stevens & Olsen 2004) and mean distance to the nearest drawn passage, against random."""
    chance = np.random.default_rng(SEED)
    chances = np.full(len(vectors), size / len(vectors))
    along = near_neighbour_order(vectors)
    measured = []
    for order in (lambda: along, lambda: chance.permutation(len(vectors))):
        rows = []
        for _ in range(resamples):
            places = np.flatnonzero(drawn(chances, order(), chance))
            apart = (vectors[places] ** 2).sum(axis=1) - 2 * vectors @ vectors[places].T
            weight = np.bincount(apart.argmin(axis=1), chances, minlength=places.size)
            distance = np.sqrt(np.maximum(apart.min(axis=1) + (vectors**2).sum(axis=1), 0)).mean()
            rows.append((np.mean((weight - 1) ** 2), distance))
        measured.append(np.mean(rows, axis=0))
    ratio = measured[0] / measured[1]
    print(
        f"\nspread, {name}: {size} of {len(vectors):,}, {resamples} samples: Voronoi balance {ratio[0]:.2f} and"
        f" distance to the nearest drawn passage {ratio[1]:.3f} of simple random sampling's"
    )


def _time() -> None:
    chance = np.random.default_rng(SEED)
    with _timed(f"\nneighbour order of {LARGE:,} vectors of 32 numbers"):
        neighbours = near_neighbour_order(chance.normal(size=(LARGE, 32)).astype(np.float32))
    here = Population(
        strata=chance.integers(0, 400, LARGE), uncertainty=chance.exponential(size=LARGE), neighbours=neighbours
    )
    with _timed(f"union of three parts, 500 of {LARGE:,} in 400 strata"):
        union_sample(here, DEFAULT_SHARES, 500, 0)
    with _timed("work of 5,000 passages for six coders"):
        assigned("s", [str(at) for at in range(5_000)], "abcdef", blind=0.12, double=0.2, seed=0)


def _project(folder: Path) -> None:
    with open_project(folder) as project:
        order = SamplingOrder(name="benchmark", size=500, coders=("a", "b"), shares=DEFAULT_SHARES, double=0.2)
        with _timed("a whole plan of 500 passages"):
            made = plan_sample(project, order, NoProgress())
        print(f"  of {made.sample.population:,} passages; drawn {len(made.drawn)}")
        frame = read_frame(project, order, made.sample.codebook_id, made.sample.model_id, NoProgress())
        found = text_vectors(project.store, frame.passages, frame.texts)
        _spread(found.source, found.vectors)
        with _timed("vectors from words"):
            words = word_vectors(frame.texts)
        _spread("words", words)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    start, cpu = time.perf_counter(), time.process_time()
    yield
    print(f"{what}: {time.perf_counter() - start:.2f} s, {time.process_time() - cpu:.2f} s of processor time")


if __name__ == "__main__":
    main()
