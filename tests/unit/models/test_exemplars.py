"""Exemplars: near to what the codebook says of a code, whatever else it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.exemplars import Exemplars, exemplar_texts


def unit(*angles: float) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


@pytest.fixture
def exemplars() -> Exemplars:
    return Exemplars(unit(0.0, 0.1, 0.2, 3.0, 1.5), np.array([0, 0, 0, 0, 1]))


def test_the_definition_is_the_first_text_of_a_code(exemplars):
    near = exemplars.definition_similarity(unit(0.0, 1.5))
    assert near == pytest.approx(np.cos([[0.0, 1.5], [1.5, 0.0]]), abs=1e-6)


def test_similarity_is_the_mean_of_the_three_nearest(exemplars):
    found = exemplars.similarity(unit(0.1))
    assert found[0] == pytest.approx([np.cos([0.1, 0.0, 0.1]).mean(), np.cos(1.4)], abs=1e-6)


def test_a_far_text_of_a_code_is_of_no_account(exemplars):
    without = Exemplars(exemplars.vectors[[0, 1, 2, 4]], exemplars.owners[[0, 1, 2, 4]])
    rows = unit(0.0, 0.3, 1.2)
    np.testing.assert_allclose(exemplars.similarity(rows), without.similarity(rows), rtol=1e-6)


def test_the_order_of_a_codes_other_texts_does_not_matter(exemplars):
    order = [0, 3, 1, 2, 4]
    other = Exemplars(exemplars.vectors[order], exemplars.owners[order])
    rows = unit(0.0, 0.3, 2.2)
    np.testing.assert_allclose(exemplars.similarity(rows), other.similarity(rows), rtol=1e-6)
    np.testing.assert_array_equal(exemplars.definition_similarity(rows), other.definition_similarity(rows))


def test_no_passage_is_fine(exemplars):
    assert exemplars.similarity(np.zeros((0, 2))).shape == (0, 2)
    assert exemplars.definition_similarity(np.zeros((0, 2))).shape == (0, 2)


def test_what_is_stored_is_rounded_once(exemplars):
    again = Exemplars.from_arrays(exemplars.to_arrays())
    np.testing.assert_allclose(again.vectors, exemplars.vectors, atol=5e-4)
    thrice = Exemplars.from_arrays(again.to_arrays())
    np.testing.assert_array_equal(thrice.vectors, again.vectors)
    np.testing.assert_array_equal(again.owners, exemplars.owners)


def test_texts_of_every_code_stand_in_the_order_of_the_codebook(small_codebook):
    texts, owners = exemplar_texts(small_codebook)
    assert len(texts) == len(owners)
    assert owners.tolist() == sorted(owners.tolist())
    for column, code in enumerate(small_codebook.codes):
        own = [text for text, owner in zip(texts, owners, strict=True) if owner == column]
        assert own == [f"{code.label}. {code.definition}", *code.include, *code.positive]


def test_what_a_code_is_not_is_no_exemplar(small_codebook):
    texts, _ = exemplar_texts(small_codebook)
    others = [*(text for code in small_codebook.codes for text in code.negative), *small_codebook.background]
    assert not set(texts) & set(others)


def test_a_code_without_examples_has_its_definition(small_codebook):
    bare = replace(small_codebook, codes=tuple(replace(code, include=(), positive=()) for code in small_codebook.codes))
    texts, owners = exemplar_texts(bare)
    assert owners.tolist() == [0, 1, 2]
    assert len(texts) == 3


def test_definitions_alone_say_no_more_than_the_offset_does(exemplars):
    assert exemplars.say_more
    assert not Exemplars(exemplars.vectors[[0, 4]], exemplars.owners[[0, 4]]).say_more
