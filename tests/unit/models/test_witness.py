"""Witnesses: a model never speaks freshly of a passage that it learned from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from careatlas.errors import InputError
from models.classifier import ModelInfo, Prediction
from models.examples import joined
from models.held_out import held_out
from models.record_files import FINGERPRINTS
from models.text_fingerprints import text_fingerprints
from models.witness import Witness, usable_examples


class Asked:
    """A classifier that counts what it is asked."""

    codes = ("beds", "falls", "pay")
    cut_offs = np.full(3, 0.5)
    info = ModelInfo(model_id="asked", codebook_id="tiny", codebook_version="1", card={})

    def __init__(self):
        self.texts = []

    def predict(self, passages):
        self.texts += [one.text for one in passages]
        scores = np.full((len(passages), 3), 0.75)
        return Prediction(probabilities=scores, none_probability=np.full(len(passages), 0.125), accepted=scores > 0.5)


@pytest.fixture
def trained(labelled, scores_of):
    """Return the 60 passages that a model learned from, half of them tested, with what it keeps of them."""
    learned = labelled(rows=60)
    rows = np.arange(30)
    scores = scores_of(learned, 1.0)[:30]
    held = held_out(learned, rows, rows % 3, scores, scores.max(axis=1), goal="micro-f1")
    return learned, held, text_fingerprints(learned.texts)


def test_tested_passages_are_known_seen_ones_are_not_usable_new_ones_are_fresh(trained, labelled):
    learned, held, fingerprints = trained
    examples = joined(labelled(rows=5, seed=7, prefix="new"), learned.subset([40, 3, 50, 1]))
    witness = Witness.knowing(examples, held, fingerprints)
    assert witness.rows.tolist() == [-1] * 6 + [3, -1, 1]
    assert witness.usable.tolist() == [True] * 5 + [False, True, False, True]
    asked = Asked()
    scores = witness.scores(lambda: asked, examples, witness.usable)
    assert asked.texts == list(examples.texts[:5])
    assert (scores.probabilities[:5] == 0.75).all()
    assert (scores.probabilities[5:] == held.probabilities[[3, 1]]).all()
    assert (scores.initiative[:5] == 0.875).all()
    assert (scores.accepted[5:] == held.accepted[[3, 1]]).all()
    assert scores.accepted.dtype == scores.initiative_accepted.dtype == np.bool_


def test_a_tested_passage_whose_words_were_changed_a_little_is_not_usable(trained):
    learned, held, fingerprints = trained
    changed = replace(learned.subset([3]), texts=(learned.texts[3] + " and more",))
    witness = Witness.knowing(changed, held, fingerprints)
    assert witness.rows.tolist() == [-1]
    assert not witness.usable.any()
    with pytest.raises(InputError, match="nothing to compare on"):
        usable_examples(changed, witness.usable, where="labels")


def test_the_model_is_not_opened_where_it_has_spoken_already(trained):
    learned, held, fingerprints = trained
    tested = learned.subset(np.arange(30))
    witness = Witness.knowing(tested, held, fingerprints)

    def opened():
        raise AssertionError

    scores = witness.scores(opened, tested, witness.usable)
    assert (scores.probabilities == held.probabilities).all()


def test_only_the_usable_ones_are_scored(trained, labelled):
    _, held, fingerprints = trained
    examples = labelled(rows=4, seed=7, prefix="new")
    asked = Asked()
    scores = Witness.knowing(examples, held, fingerprints).scores(
        lambda: asked, examples, np.array([False, True, False, True])
    )
    assert scores.probabilities.shape == (2, 3)
    assert asked.texts == [examples.texts[1], examples.texts[3]]


def test_other_codes_are_refused(trained, labelled):
    learned, held, fingerprints = trained
    other = replace(held, codes=("x", "y", "z"))
    witness = Witness.knowing(learned, other, fingerprints)
    with pytest.raises(InputError, match="tested on other codes"):
        witness.scores(Asked, learned, witness.usable)


def test_what_is_left_out_is_counted(labelled):
    examples = labelled(rows=4)
    kept, said = usable_examples(examples, np.array([True, False, True, True]), where="")
    assert kept.ids == ("p0", "p2", "p3")
    assert said[0].startswith("1 passages are left out")
    assert usable_examples(examples, np.ones(4, dtype=bool), where="")[1] == []


def test_a_folder_must_say_what_its_model_learned_from(made_model, labelled, tmp_path):
    folder = made_model(tmp_path / "model")
    examples = labelled()
    witness = Witness.of(folder, examples)
    assert witness.rows.tolist() == list(range(120))
    (folder / FINGERPRINTS).unlink()
    with pytest.raises(InputError, match="does not say what it was trained on"):
        Witness.of(folder, examples)
