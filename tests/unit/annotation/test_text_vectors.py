"""Vectors by which alike texts can be told, from words; stored embeddings are tested with the stores."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from annotation.text_vectors import COMPONENTS, principal_components, word_vectors

FALLS = "a falls service visits every care home"
MONEY = "the pooled budget pays for step down beds"


def test_texts_of_the_same_words_are_near_and_others_far() -> None:
    vectors = word_vectors([FALLS, MONEY, f"{FALLS} weekly", f"{MONEY} now", "oxygen"])
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    assert max(apart[0, 2], apart[1, 3]) < 0.7 * apart[0, 1]
    assert (word_vectors([FALLS, MONEY, "oxygen"]) == word_vectors([FALLS, MONEY, "oxygen"])).all()


@pytest.mark.parametrize(
    ("texts", "shape"), [([], (0, 1)), ([FALLS], (1, 1)), (["", "", ""], (3, 2)), ([FALLS] * 3, (3, 2))]
)
def test_few_equal_and_empty_texts_are_no_trouble(texts: list[str], shape: tuple[int, int]) -> None:
    vectors = word_vectors(texts)
    assert vectors.shape == shape
    assert np.isfinite(vectors).all()
    assert_allclose(vectors, np.broadcast_to(vectors[:1], shape), atol=1e-6)


def test_hostile_texts_are_only_words(hostile_texts: tuple[str, ...]) -> None:
    assert np.isfinite(word_vectors(hostile_texts)).all()


def test_principal_components_keep_distances_and_the_widest_comes_first() -> None:
    generator = np.random.default_rng(0)
    flat = generator.normal(size=(50, 3)) * [1, 5, 0.2]
    turned = (flat @ np.linalg.qr(generator.normal(size=(3, 3)))[0] + 7).astype(np.float32)
    found = principal_components(turned)
    assert found.shape == (50, 3)
    assert_allclose(np.linalg.norm(found[0] - found[1:], axis=1), np.linalg.norm(flat[0] - flat[1:], axis=1), rtol=1e-4)
    spread = found.std(axis=0)
    assert spread[0] > 3 * spread[1] > 9 * spread[2]
    assert principal_components(generator.normal(size=(50, 100)).astype(np.float32)).shape == (50, COMPONENTS)
