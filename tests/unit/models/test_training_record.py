"""The record of a training: what it says of data, split and calibration, and files that come back without a word."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from careatlas.errors import InputError, UsageError
from models.examples import joined
from models.held_out import held_out
from models.measures import expected_calibration_error
from models.record_files import (
    EVALUATION,
    FINGERPRINTS,
    LABEL_ERRORS,
    read_evaluation,
    read_fingerprints,
    read_label_errors,
    save_record,
)
from models.splits import GroupedFolds
from models.text_fingerprints import near_copies
from models.training_record import training_record


@pytest.fixture(scope="module")
def examples(labelled):
    real, seeds = labelled(), labelled(rows=30, documents=30, seed=9, prefix="seed", origin="seed")
    alone = labelled(rows=4, seed=8, prefix="alone")
    alone = replace(alone, groups=tuple(f"file:{name}" for name in alone.ids))
    return joined(real, seeds, alone)


@pytest.fixture(scope="module")
def make(examples, scores_of, tiny_book):
    """Return a maker of records of the labelled passages among the examples."""

    def record(**facts):
        rows = np.array([row for row, origin in enumerate(examples.origins) if origin == "file"])
        tested = examples.subset(rows)
        scores = scores_of(tested, 1.5)
        folds = np.arange(len(rows)) % 3
        split = GroupedFolds(index=folds, count=3, families=rows, components=16, largest_share=0.6)
        settings = {"synthetic": False, "cut_offs": np.full(3, 0.5), "resamples": 20, **facts}
        held = held_out(examples, rows, folds, scores, scores.max(axis=1), goal="micro-f1")
        return training_record(examples, rows, held, tiny_book(), folds=split, seed=7, **settings)

    return record


@pytest.fixture(scope="module")
def record(make):
    return make()


def test_it_says_what_was_learned_from_and_what_was_tested(record, examples):
    assert record.data["digest"] == examples.digest()
    assert record.data["passages"] == 154
    assert record.data["origins"] == {"file": 124, "seed": 30}
    assert record.data["tested_passages"] == 124
    assert record.data["tested_with_a_code"] == int((record.held_out.known_initiative == 1).sum())
    assert record.data["positives"]["beds"] == int((examples.targets[:, 0] == 1).sum())
    # Groups by which later labels are known; a passage that stands alone has none, and written ones do not count.
    assert record.data["groups"] == sorted({f"plan-{number}" for number in range(12)})


def test_the_split_is_described_with_its_warning(record):
    assert record.split["folds"] == 3
    assert record.split["seed"] == 7
    assert record.split["warning"].startswith("60% of the passages hang together")


def test_the_table_has_the_finished_models_cut_offs_and_measures_those_of_the_folds(make, record):
    strict = make(cut_offs=np.full(3, 0.999))
    assert [one.cut_off for one in strict.report.codes] == [0.999] * 3
    assert [one.f1 for one in strict.report.codes] == [one.f1 for one in record.report.codes]
    assert strict.report.totals["micro_f1"] == record.report.totals["micro_f1"]
    assert [one.accepted for one in record.report.codes] == record.held_out.accepted.sum(axis=0).tolist()


def test_calibration_before_and_after(make, record, examples):
    assert record.calibration["ece_before"] is None
    assert record.calibration["ece_after"] == pytest.approx(record.report.totals["expected_calibration_error"].value)
    raw = np.clip(record.held_out.probabilities * 0.5, 0, 1)
    found = make(uncalibrated=raw).calibration
    assert found["ece_before"] == pytest.approx(float(expected_calibration_error(raw, record.held_out.targets)))
    assert found["ece_before"] > found["ece_after"]
    assert found["brier_before"] > found["brier_after"]


def test_simpler_ways_stand_beside_it(make):
    found = make(others={"words alone": np.zeros((124, 4))}).baselines
    assert list(found) == ["majority", "cues", "words alone"]
    # Every passage names the codes that it carries, so that cues are perfect here.
    assert found["cues"].totals["micro_f1"].value == 1.0


def test_where_no_code_is_frequent_all_count(labelled, scores_of, tiny_book):
    few = labelled(rows=20, documents=5)
    scores, rows = scores_of(few, 1.0), np.arange(20)
    split = GroupedFolds(index=rows % 2, count=2, families=rows, components=5, largest_share=0.2)
    held = held_out(few, rows, rows % 2, scores, scores.max(axis=1), goal="micro-f1")
    found = training_record(
        few, rows, held, tiny_book(), synthetic=False, folds=split, seed=0, cut_offs=0.5, resamples=5
    )
    assert found.report.least_positives == 1
    assert found.report.macro_codes == ("beds", "falls", "pay")


def test_labels_of_written_passages_are_not_doubted(make, record):
    assert make(synthetic=True).label_errors == ()
    assert {one.given for one in record.label_errors} <= {"present", "absent"}


def test_every_text_can_be_known_again(record, examples):
    assert (near_copies(examples.texts, record.fingerprints) >= 0).all()


def test_it_comes_back_from_files_and_holds_no_words(record, examples, tmp_path):
    save_record(record, tmp_path)
    plain = read_evaluation(tmp_path)
    assert plain.pop("format") == 1
    assert plain == json.loads(json.dumps(record.as_dict()))
    assert tuple(read_label_errors(tmp_path)) == record.label_errors
    assert len(read_fingerprints(tmp_path)) == len(examples)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not [text for text in examples.texts if text.split()[0].encode() in kept]


def test_json_has_no_number_that_json_does_not_know(record, tmp_path):
    save_record(record, tmp_path)

    def refuse(name):
        raise AssertionError(name)

    json.loads((tmp_path / EVALUATION).read_text(), parse_constant=refuse)


@pytest.mark.parametrize(
    ("name", "read"),
    [(EVALUATION, read_evaluation), (FINGERPRINTS, read_fingerprints), (LABEL_ERRORS, read_label_errors)],
)
@pytest.mark.parametrize(
    "content", [None, b"{", b"[1]", b"\x08\x00\x00\x00\x00\x00\x00\x00{}", b'{"format": 2}', b"\xff"]
)
def test_missing_and_broken_files_are_input_errors(record, tmp_path, name, read, content):
    save_record(record, tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert name in caught.value.where


def test_baselines_of_another_length_are_refused(make):
    with pytest.raises(UsageError, match="words alone"):
        make(others={"words alone": np.zeros((5, 3))})
