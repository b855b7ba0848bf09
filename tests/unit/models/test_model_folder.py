"""Model folders: what is read is what was saved, and anything that was changed is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from careatlas.errors import InputError
from careatlas.identifiers import sha256_of
from models.model_folder import ARRAYS, FINE_TUNED, WORD_ARRAYS, WORDS, read_stack, save_stack
from models.model_meta import META, identity_of, read_meta
from models.stack_training import train_stack

FILES = (ARRAYS, WORD_ARRAYS, WORDS)
# The word tier is kept at half precision: a weight is wrong by up to 2 ** -11 of itself, a logit of three by 0.003, and
# a probability by a quarter of that times the scale of the combiner and of the calibration.
ROUNDING = 0.01


def opened(folder, codebook):
    return read_stack(folder, read_meta(folder), codebook)


def answers(tiers, readouts, inputs):
    return {names: readout.probabilities(tiers.scores(inputs).only(names)) for names, readout in readouts.items()}


@pytest.fixture
def probe(made_up, inputs_of):
    return inputs_of(made_up(3, 20, seed=7))


def test_what_is_read_answers_as_what_was_saved(small_model, small_stack, small_codebook, probe):
    tiers, readouts = opened(small_model, small_codebook)
    expected = answers(small_stack.tiers, small_stack.readouts, probe)
    for names, found in answers(tiers, readouts, probe).items():
        for got, was in zip(found, expected[names], strict=True):
            assert got == pytest.approx(was, abs=ROUNDING)
    for names, readout in readouts.items():
        assert readout.cut_offs.tolist() == small_stack.readouts[names].cut_offs.tolist()
        assert readout.rules == small_stack.readouts[names].rules
        assert readout.initiative_cut_off == small_stack.readouts[names].initiative_cut_off


def test_saved_once_more_it_is_the_same_model(small_model, small_stack, small_codebook, tmp_path):
    tiers, readouts = opened(small_model, small_codebook)
    again = tmp_path / "again"
    again.mkdir()
    meta = read_meta(small_model)
    reread = replace(small_stack, tiers=tiers, readouts=readouts)
    assert save_stack(reread, small_codebook, again, encoder_key=meta["encoder"], facts={}) == meta["model_id"]
    for name in FILES:
        assert (again / name).read_bytes() == (small_model / name).read_bytes()


def test_a_folder_holds_nothing_that_could_run(small_model):
    names = {path.name for path in small_model.iterdir()}
    assert names == {META, *FILES}
    assert {path.suffix for path in small_model.iterdir()} == {".json", ".safetensors"}
    assert len(json.loads((small_model / WORDS).read_bytes())) > 10


def test_the_identity_is_that_of_what_was_learned(small_stack, small_codebook, tmp_path):
    made = []
    for facts, key in (({"made_at": "1"}, "a"), ({"made_at": "2"}, "a"), ({}, "b")):
        folder = tmp_path / f"{len(made)}"
        folder.mkdir()
        made.append(save_stack(small_stack, small_codebook, folder, encoder_key=key, facts=facts))
    assert made[0] == made[1] != made[2]
    assert read_meta(tmp_path / "0")["facts"] == {"made_at": "1"}


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_refused(small_model, small_codebook, name):
    content = bytearray((small_model / name).read_bytes())
    content[len(content) // 2] ^= 1
    (small_model / name).write_bytes(bytes(content))
    with pytest.raises(InputError, match="a file of the model was changed") as caught:
        opened(small_model, small_codebook)
    assert caught.value.where == str(small_model / name)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(small_model, small_codebook, name):
    (small_model / name).unlink()
    with pytest.raises(InputError, match="a file of the model is missing") as caught:
        opened(small_model, small_codebook)
    assert caught.value.where == str(small_model / name)
    assert caught.value.mend


def forged(folder, **changes):
    """Change ``model.json`` and name it by its content again, as a later version or a clumsy hand might."""
    meta = read_meta(folder) | changes
    core = {name: value for name, value in meta.items() if name not in {"model_id", "facts"}}
    (folder / META).write_text(json.dumps(meta | {"model_id": identity_of(core)}), encoding="utf-8")


@pytest.mark.parametrize(
    "changes",
    [
        {"readouts": [{"tiers": ["cues", "words"]}]},
        {"readouts": [None]},
        {"digests": {}},
    ],
)
def test_a_folder_that_does_not_fit_together_is_refused(small_model, small_codebook, changes):
    forged(small_model, **changes)
    with pytest.raises(InputError, match="does not hold what it should"):
        opened(small_model, small_codebook)


def test_settings_of_a_later_version_are_refused(small_model, small_codebook):
    forged(small_model, config={"backbone": "", "a_later_setting": 1})
    with pytest.raises(InputError, match="a_later_setting") as caught:
        opened(small_model, small_codebook)
    assert "version" in caught.value.mend


def test_words_that_do_not_go_with_their_weights_are_refused(small_model, small_codebook):
    content = json.dumps(["one", "word"]).encode()
    (small_model / WORDS).write_bytes(content)
    forged(small_model, digests=read_meta(small_model)["digests"] | {WORDS: sha256_of(content)})
    with pytest.raises(InputError, match="does not hold what it should"):
        opened(small_model, small_codebook)


def test_without_an_encoder_there_is_one_readout(small_data, inputs_of, small_codebook, small_config, tmp_path):
    inputs = inputs_of(small_data, embedded=False)
    trained = train_stack(small_data, inputs, small_codebook, None, small_config)
    save_stack(trained, small_codebook, tmp_path, encoder_key="", facts={})
    tiers, readouts = opened(tmp_path, small_codebook)
    assert tuple(readouts) == (("cues", "words"),)
    assert tiers.exemplars is tiers.neighbours is None
    assert np.isfinite(readouts["cues", "words"].probabilities(tiers.scores(inputs))[0]).all()


def test_a_model_of_written_examples_has_no_rules(made_up, inputs_of, small_codebook, small_config, tmp_path):
    seeds = made_up(origin="seed")
    trained = train_stack(seeds, inputs_of(seeds, embedded=False), small_codebook, None, small_config)
    save_stack(trained, small_codebook, tmp_path, encoder_key="", facts={})
    assert opened(tmp_path, small_codebook)[1]["cues", "words"].rules is None
    assert read_meta(tmp_path)["on_real_labels"] is False


def test_a_fine_tuned_transformer_is_part_of_the_identity_and_checked(small_stack, small_codebook, tmp_path):
    home = tmp_path / FINE_TUNED / "parts"
    home.mkdir(parents=True)
    (home / "model.safetensors").write_bytes(b"weights")
    first = save_stack(small_stack, small_codebook, tmp_path, encoder_key="", facts={})
    assert f"{FINE_TUNED}/parts/model.safetensors" in read_meta(tmp_path)["digests"]
    opened(tmp_path, small_codebook)
    (home / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(InputError, match="was changed"):
        opened(tmp_path, small_codebook)
    assert save_stack(small_stack, small_codebook, tmp_path, encoder_key="", facts={}) != first
