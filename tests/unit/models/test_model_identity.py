"""Which model answers here: whole, in words alone, or not at all."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from careatlas.errors import InputError, MissingDependencyError, UsageError
from models.model_identity import stack_info
from models.model_meta import read_meta

EVERY = ["cues", "words", "embedding", "exemplars", "neighbours"]


def absent(error):
    def find(*_, **__):
        raise error

    return find


def test_with_its_encoder_the_whole_model_answers(small_model, small_codebook, hashed_encoder):
    meta = read_meta(small_model)
    info = stack_info(meta, small_codebook, where="")
    assert info.model_id == meta["model_id"]
    assert (info.codebook_id, info.codebook_version) == ("small", small_codebook.version)
    assert info.card["tiers"] == EVERY
    assert info.card["encoder_there"] is True
    assert info.card["calibrated"] is True
    assert info.card["human_labels"] == 96
    assert set(info.card["cut_offs"]) == {code.id for code in small_codebook.codes}
    assert info.card["rules"]["codes"]
    assert "calibrated on labelled passages" in info.card["note"]


@pytest.mark.parametrize(
    "error",
    [
        MissingDependencyError("the weights are not on this computer", mend="pip install them"),
        UsageError("there is no backbone '/gone'"),  # a folder or a name that was there at training
    ],
)
def test_without_its_encoder_it_answers_in_words_under_another_name(
    small_model, small_codebook, monkeypatch, caplog, error
):
    monkeypatch.setattr("models.backbone.find_backbone", absent(error))
    meta = read_meta(small_model)
    with caplog.at_level(logging.WARNING, logger="careatlas"):
        info = stack_info(meta, small_codebook, where="")
    assert info.model_id == f"{meta['model_id']}-words"
    assert info.card["tiers"] == EVERY[:2]
    assert info.card["encoder_there"] is False
    assert info.card["cut_offs"] == dict(zip(meta["codebook"]["codes"], meta["readouts"][0]["cut_offs"], strict=True))
    assert error.what in info.card["note"]
    (warning,) = caplog.records
    assert "words and cues alone" in warning.getMessage()
    assert error.what in warning.getMessage()


def test_an_encoder_whose_files_were_changed_is_an_error_not_a_fallback(small_model, small_codebook, monkeypatch):
    error = InputError("model.safetensors is not the file that was registered")
    monkeypatch.setattr("models.backbone.find_backbone", absent(error))
    with pytest.raises(InputError, match="not the file that was registered"):
        stack_info(read_meta(small_model), small_codebook, where="")


def test_a_model_that_never_had_an_encoder_misses_none(small_model, small_codebook, monkeypatch, caplog):
    monkeypatch.setattr("models.backbone.find_backbone", absent(AssertionError("nobody should look")))
    meta = read_meta(small_model) | {"encoder": ""}
    meta["readouts"] = meta["readouts"][:1]
    info = stack_info(meta, small_codebook, where="")
    assert info.model_id == meta["model_id"]
    assert info.card["encoder_there"] is False
    assert caplog.records == []


def test_a_model_of_written_examples_says_that_nobody_checked_it(small_model, small_codebook, hashed_encoder):
    meta = read_meta(small_model) | {"on_real_labels": False}
    info = stack_info(meta, small_codebook, where="")
    assert info.card["calibrated"] is False
    assert "written examples alone" in info.card["note"]


def test_another_codebook_is_refused_with_the_folder_named(small_model, small_codebook, hashed_encoder):
    with pytest.raises(InputError, match="another codebook") as caught:
        stack_info(read_meta(small_model), replace(small_codebook, version="2"), where="its folder")
    assert caught.value.where == "its folder"
