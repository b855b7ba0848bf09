"""Measuring on a file of labels: what the model has seen is left out, and the reader is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from careatlas.errors import InputError
from models.classifier import ModelInfo, Prediction
from models.label_evaluation import label_evaluation, model_scores, unseen
from models.text_fingerprints import text_fingerprints


@dataclass
class Stub:
    """A classifier that finds each code by its name among the words."""

    codes: tuple[str, ...] = ("beds", "falls", "pay")
    card: Any = None

    @property
    def info(self):
        return ModelInfo(model_id="stub", codebook_id="tiny", codebook_version="1", card=self.card or {})

    @property
    def cut_offs(self):
        return np.full(len(self.codes), 0.5)

    def predict(self, passages):
        found = np.array([[code in item.text.split() for code in self.codes] for item in passages], dtype=float)
        found = found.reshape(len(passages), len(self.codes)) * 0.8 + 0.1
        none = 1 - found.max(axis=1, initial=0.0)
        return Prediction(probabilities=found, none_probability=none, accepted=found >= 0.5)


NOTHING = text_fingerprints([])


def test_a_perfect_model_is_measured_so(labelled):
    found = label_evaluation(Stub(), labelled(), NOTHING, labels="labels.jsonl", resamples=20)
    assert (found.model_id, found.passages, found.documents, found.seen) == ("stub", 120, 12, ())
    assert found.report.totals["micro_f1"].value == found.report.totals["initiative_f1"].value == 1.0
    assert found.report.totals["expected_calibration_error"].value == pytest.approx(0.1)
    assert found.warnings == ()
    assert found.as_dict()["report"]["totals"]["micro_f1"]["n"] == 120


def test_what_it_learned_from_is_left_out_by_its_words_whatever_it_is_called(labelled):
    examples = labelled()
    learned = [text.upper() + "!" for text in examples.texts[:30]]
    renamed = replace(examples, ids=tuple(f"x{name}" for name in examples.ids))
    found = label_evaluation(Stub(), renamed, text_fingerprints(learned), labels="file", resamples=20)
    assert found.passages == 90
    assert found.seen == renamed.ids[:30]
    assert found.warnings[0].startswith("30 passages are left out")


def test_another_passage_of_the_same_name_stays(labelled):
    examples, others = labelled(), labelled(seed=4)
    assert examples.ids == others.ids
    found = label_evaluation(Stub(), examples, text_fingerprints(others.texts), labels="file", resamples=20)
    assert found.seen == ()


def test_known_areas_are_told_and_stay(labelled):
    found = label_evaluation(
        Stub(), labelled(), NOTHING, labels="file", trained_groups=["plan-0", "plan-1", "elsewhere"], resamples=20
    )
    assert found.known_documents == 20
    assert "20 of 120 passages are of areas or documents that the model learned from" in found.warnings[0]


def test_one_document_gives_no_interval_and_says_so(labelled):
    found = label_evaluation(Stub(), labelled(documents=1), NOTHING, labels="file", resamples=20)
    assert found.report.totals["micro_f1"].low is None
    assert "there is no interval" in found.warnings[0]


def test_if_it_has_seen_everything_nothing_is_measured(labelled):
    examples = labelled()
    with pytest.raises(InputError, match="learned from all 120 passages") as caught:
        unseen(examples, text_fingerprints(examples.texts), where="labels.jsonl")
    assert caught.value.where == "labels.jsonl"


def test_other_codes_are_refused(labelled):
    with pytest.raises(InputError, match="scores other codes"):
        model_scores(Stub(codes=("beds", "pay", "falls")), labelled())


def test_the_models_own_cut_off_of_any_code_is_used_if_it_has_one(labelled):
    examples = labelled()
    plain = model_scores(Stub(), examples)
    assert (plain.initiative_accepted == plain.accepted.any(axis=1)).all()
    assert plain.initiative == pytest.approx(plain.probabilities.max(axis=1))
    assert not model_scores(Stub(card={"initiative_cut_off": 0.95}), examples).initiative_accepted.any()
    assert model_scores(Stub(card={"initiative_cut_off": 0.05}), examples).initiative_accepted.all()


def test_the_whole_passage_is_put_to_the_model(labelled):
    examples = replace(labelled(rows=1), headings=(("A", "B"),), before=("x",), after=("y",))
    seen = []

    class Listening(Stub):
        def predict(self, passages):
            seen.extend(passages)
            return super().predict(passages)

    model_scores(Listening(), examples)
    assert [(one.heading_path, one.before, one.after) for one in seen] == [(("A", "B"), "x", "y")]


def test_few_labels_are_measured_over_all_codes_present(labelled):
    found = label_evaluation(Stub(), labelled(rows=8, documents=4), NOTHING, labels="file", resamples=20)
    assert found.report.least_positives == 1
