"""The reference labels beside the repository: they are read whole, and no seed was written from them.

No sentence of them stands here or is printed: only counts and identifiers.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from careatlas.codebook_file import shipped
from careatlas.shingles import shingle_sets, words_of
from models.examples import Examples, joined
from models.label_report import LabelReport, label_report
from models.labels_file import label_file, read_labels
from models.seed_examples import seed_examples
from models.seed_passages import seed_passages
from models.splits import grouped_folds

pytestmark = pytest.mark.corpus

BOOK = shipped("care-home-integration")
MOST_SHARED = 0.2  # of the five-word shingles of the shorter of a seed and a gold passage
LONGEST_RUN = 8  # words that no seed may share with a gold passage
STOCK = (  # an idiom, a post, a group of people and an Act, which every plan names by these words
    "in the right place at the right time",
    "member for adult social care and public health",
    "people with a learning disability and autistic people",
    "the Health and Care Act 2022 the ICB",
)


@pytest.fixture(scope="module")
def path(shared: Path) -> Path:
    return shared / "gold" / "labels.jsonl"


@pytest.fixture(scope="module")
def gold(path: Path) -> Examples:
    return read_labels(path, BOOK)


@pytest.fixture(scope="module")
def report(path: Path) -> LabelReport:
    return label_report(label_file(path, BOOK), BOOK)


def test_the_labels_are_those_that_their_readme_describes(report: LabelReport) -> None:
    assert (report.problem_count, report.rows, report.with_code, report.without_code) == (0, 1_117, 268, 849)
    assert report.sources == 40
    assert 60 <= report.words_median <= 75
    support = {one.code: one.present for one in report.codes}
    assert (support["home-quality"], support["primary-care"], support["transfer-to-hospital"]) == (4, 0, 0)
    assert sum(present >= 10 for present in support.values()) == 12
    assert (report.weights.known, report.repetition.rows) == (1_117, 0)


def test_the_annotators_agree_as_well_as_on_the_whole_set(report: LabelReport) -> None:
    # The README's figures are for 1,703 passages, of which these are a part: near, not equal.
    found = report.agreement
    assert found.rows == 1_117
    assert found.exact == pytest.approx(0.93, abs=0.02)


def test_no_passage_has_two_answers(report: LabelReport) -> None:
    assert report.repetition.differing_labels == 0


def test_no_seed_is_a_near_duplicate_of_a_gold_passage(gold: Examples) -> None:
    from scipy.sparse import csr_matrix

    seeds = seed_passages(BOOK)
    sets = shingle_sets([*seeds.texts, *gold.texts])
    matrix = csr_matrix((np.ones(len(sets.shingles)), sets.shingles, sets.starts))
    sizes = np.diff(sets.starts)
    smaller = np.minimum(sizes[: len(seeds), None], sizes[None, len(seeds) :])
    shared = (matrix[: len(seeds)] @ matrix[len(seeds) :].T).toarray() / smaller
    assert [(seeds.ids[seed], gold.ids[other]) for seed, other in np.argwhere(shared >= MOST_SHARED)] == []


@pytest.mark.parametrize("origin", [seed_passages, seed_examples])
def test_no_seed_shares_a_run_of_words_with_a_gold_passage(gold: Examples, origin: Callable[..., Examples]) -> None:
    seeds = origin(BOOK)
    stock = {run for phrase in STOCK for run in runs_of(phrase)}
    owners = {run: name for name, text in zip(gold.ids, gold.texts, strict=True) for run in runs_of(text) - stock}
    found = {
        (name, owners[run])
        for name, text in zip(seeds.ids, seeds.texts, strict=True)
        for run in runs_of(text)
        if run in owners
    }
    assert found == set()


def runs_of(text: str) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[start : start + LONGEST_RUN]) for start in range(len(words) - LONGEST_RUN + 1)}


def test_the_labels_split_without_a_leak(gold: Examples) -> None:
    found = grouped_folds(joined(gold, seed_passages(BOOK), seed_examples(BOOK)))
    assert found.count == 5
    assert found.components >= 25  # of 40 documents: some of one council repeat each other
    assert found.largest_share < 0.3
    for train, test in found.splits():
        assert len(test) >= 100
        assert not {gold.groups[index] for index in test} & {gold.groups[index] for index in train if index < len(gold)}


def test_no_seed_says_what_a_gold_passage_says(gold: Examples, unavailable: Callable[[str], object]) -> None:
    from careatlas.errors import MissingDependencyError
    from models.backbone import find_backbone
    from models.encoder import Encoder

    try:
        encoder = Encoder(find_backbone("minilm"), threads=2)
    except MissingDependencyError as error:
        unavailable(str(error))
    seeds = seed_passages(BOOK)
    nearest = (encoder.encode(seeds.texts) @ encoder.encode(gold.texts).T).max(axis=1)
    assert nearest.max() < 0.85, seeds.ids[int(nearest.argmax())]
    assert nearest.max() > 0.5  # the same subject: vectors that say nothing would pass the line above
