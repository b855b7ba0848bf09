"""Embeddings of training texts: computed once, and the same whether they were kept or not."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from models.text_embeddings import text_embeddings


class Asked:
    """Gives vectors that half precision cannot hold exactly, and remembers what it was asked."""

    def __init__(self, key: str = "digest-1-int8", dim: int = 3) -> None:
        self.key, self.dim = key, dim
        self.asked: list[list[str]] = []

    def encode(self, texts, progress=None):
        del progress
        self.asked.append(list(texts))
        return np.array([[len(text) + 0.1234567] * self.dim for text in texts], dtype=np.float32).reshape(-1, self.dim)


def test_the_same_texts_are_computed_once(tmp_path):
    encoder = Asked()
    first = text_embeddings(encoder, ["a", "bb"], cache=tmp_path)
    again = text_embeddings(encoder, ("a", "bb"), cache=tmp_path)
    assert encoder.asked == [["a", "bb"]]
    np.testing.assert_array_equal(first, again)
    assert first.dtype == np.float32
    assert (first.astype(np.float16) == first).all()


def test_other_texts_another_order_and_another_encoder_are_computed_anew(tmp_path):
    encoder = Asked()
    text_embeddings(encoder, ["a", "bb"], cache=tmp_path)
    assert text_embeddings(encoder, ["bb", "a"], cache=tmp_path)[:, 0].round().tolist() == [2, 1]
    text_embeddings(encoder, ["a bb"], cache=tmp_path)
    assert len(encoder.asked) == 3
    for other in (Asked(key="other"), Asked(dim=4)):
        assert text_embeddings(other, ["a", "bb"], cache=tmp_path).shape == (2, other.dim)
        assert other.asked == [["a", "bb"]]


@pytest.mark.parametrize("content", [b"", b"junk", b"\x00" * 1_000])
def test_a_broken_cache_is_computed_anew_and_mended(tmp_path, content):
    encoder = Asked()
    first = text_embeddings(encoder, ["a"], cache=tmp_path)
    (kept,) = (tmp_path / "embeddings").iterdir()
    kept.write_bytes(content)
    np.testing.assert_array_equal(text_embeddings(encoder, ["a"], cache=tmp_path), first)
    text_embeddings(encoder, ["a"], cache=tmp_path)
    assert len(encoder.asked) == 2


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, caplog):
    (tmp_path / "file").write_bytes(b"")
    with caplog.at_level(logging.INFO, logger="careatlas"):
        found = text_embeddings(Asked(), ["a"], cache=tmp_path / "file")
    assert found.shape == (1, 3)
    assert "are not kept" in caplog.text


def test_no_half_written_file_is_left(tmp_path):
    text_embeddings(Asked(), ["a"], cache=tmp_path)
    assert [path.suffix for path in (tmp_path / "embeddings").iterdir()] == [".safetensors"]
    assert not [path for path in (tmp_path / "embeddings").iterdir() if path.name.startswith(".")]


def test_the_usual_cache_is_that_of_models(tmp_path, monkeypatch):
    monkeypatch.setenv("CAREATLAS_MODEL_CACHE", str(tmp_path / "models"))
    text_embeddings(Asked(), ["half \ud800 a pair"])
    assert (tmp_path / "models" / "embeddings").is_dir()


def test_no_text_is_fine(tmp_path):
    assert text_embeddings(Asked(), [], cache=tmp_path).shape == (0, 3)
