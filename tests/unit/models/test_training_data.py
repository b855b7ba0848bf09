"""What a training learns from: nothing twice, nothing contradicted, nothing that gives an answer away."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from careatlas.errors import InputError
from models import training_data as module
from models.examples import SYNTHETIC_ORIGINS
from models.judged_examples import JudgedExamples
from models.seed_examples import seed_examples
from models.training_data import training_data


@pytest.fixture
def labels(tmp_path):
    """Return ``labels(name, (id, text, code, ...), ...)``, which writes a file of labels."""

    def write(name, *rows):
        path = tmp_path / name
        lines = [
            json.dumps({"id": one, "text": text, "codes": codes or ["none"], "group": f"plan-{one}"})
            for one, text, *codes in rows
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def judged(monkeypatch, made_up):
    """Let a project hold judgements: ``judged(disagreements=..., unsure=..., lost=...)``."""

    def put(examples=None, **counts):
        found = made_up(2, 4, origin="judgement") if examples is None else examples
        facts = {"people": 2, "disagreements": 0, "unsure": 0, "lost": 0, "outdated": 0} | counts
        monkeypatch.setattr(module, "judged_examples", lambda *_: JudgedExamples(examples=found, **facts))
        return found

    return put


def test_without_labels_there_are_the_codebooks_own_texts(small_codebook):
    data = training_data(small_codebook)
    assert data.examples.digest() == seed_examples(small_codebook).digest()
    assert data.counts == {"codebook": len(data.examples)}
    assert data.notes == ()


def test_seeds_take_part_unless_they_are_not_wanted(small_codebook, made_up, monkeypatch):
    seeds = made_up(2, 5, origin="seed")
    monkeypatch.setattr(module, "seed_passages", lambda _: seeds)
    assert training_data(small_codebook).counts["seed"] == 10
    assert "seed" not in training_data(small_codebook, seeds=False).counts


def test_labelled_passages_stand_first(small_codebook, labels, judged):
    judged()
    path = labels("a.jsonl", ("1", "a fall on a slipper", "falls"), ("2", "nothing of the kind"))
    data = training_data(small_codebook, store=object(), files=[path])
    origins = list(data.examples.origins)
    assert origins[:10] == ["judgement"] * 8 + ["file"] * 2
    assert set(origins[10:]) == {"codebook"}
    assert data.counts == {"judgement": 8, "file": 2, "codebook": len(origins) - 10}


def test_what_is_lost_or_disputed_is_said(small_codebook, judged):
    judged(disagreements=1_234, unsure=2, lost=0, outdated=1_000)
    notes = training_data(small_codebook, store=object()).notes
    assert notes == (
        "1,234 codes of passages on which people disagree count as unknown",
        "2 codes of passages of which nobody was sure count as unknown",
        f"1,000 judgements with other versions of {small_codebook.id} are left out: see careatlas codebook migrate",
    )


def test_a_project_without_judgements_is_none_at_all(small_codebook, judged, made_up):
    judged(made_up(1, 1).subset([]))
    assert training_data(small_codebook, store=object()).counts.keys() == {"codebook"}


def test_written_examples_that_repeat_a_label_are_left_out(small_codebook, labels):
    text = small_codebook.codes[0].positive[0]
    path = labels("a.jsonl", ("1", f"{text.upper()}!", "gp-round"), ("2", "nothing of the kind"))
    data = training_data(small_codebook, files=[path])
    written = [
        text for text, origin in zip(data.examples.texts, data.examples.origins, strict=True) if origin != "file"
    ]
    assert text not in written
    assert len(written) == len(seed_examples(small_codebook)) - 1
    assert data.notes == ("1 written examples repeat a labelled passage and are left out",)


def test_a_passage_of_two_files_is_taken_once(small_codebook, labels):
    row = ("1", "a fall on a slipper", "falls")
    data = training_data(small_codebook, files=[labels("a.jsonl", row), labels("b.jsonl", row, ("2", "nothing"))])
    assert data.counts["file"] == 2
    assert data.examples.ids[:2] == ("1", "2")


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (("1", "a fall on a slipper", "gp-round"), "'1' has other labels in two sources"),
        (("1", "a fall on a slipper"), "'1' has other labels in two sources"),
        (("1", "quite another passage", "falls"), "'1' has another text in two sources"),
    ],
)
def test_sources_that_contradict_each_other_are_refused(small_codebook, labels, other, what):
    files = [labels("a.jsonl", ("1", "a fall on a slipper", "falls")), labels("b.jsonl", other)]
    with pytest.raises(InputError, match=what) as caught:
        training_data(small_codebook, files=files)
    assert caught.value.mend


def test_an_unknown_code_is_refused_with_its_line(small_codebook, labels):
    with pytest.raises(InputError, match="line 2") as caught:
        training_data(small_codebook, files=[labels("a.jsonl", ("1", "a"), ("2", "b", "no-such-code"))])
    assert "no-such-code" in caught.value.what


def test_nothing_at_all_is_refused(small_codebook):
    bare = replace(small_codebook, codes=(), background=())
    with pytest.raises(InputError, match="nothing to learn from") as caught:
        training_data(bare)
    assert "label passages" in caught.value.mend


def test_no_written_example_is_a_near_duplicate_of_a_label(small_codebook, labels, made_up, monkeypatch):
    seeds = made_up(4, 10, origin="seed")
    monkeypatch.setattr(module, "seed_passages", lambda _: seeds)
    rows = [(str(at), seeds.texts[at] + " more") for at in range(0, 40, 7)]
    data = training_data(small_codebook, files=[labels("a.jsonl", *rows)])
    written = np.isin(np.array(data.examples.origins), SYNTHETIC_ORIGINS)
    kept = {text for text, own in zip(data.examples.texts, written, strict=True) if own}
    assert not kept & {seeds.texts[at] for at in range(0, 40, 7)}
    assert data.counts["seed"] == 34
