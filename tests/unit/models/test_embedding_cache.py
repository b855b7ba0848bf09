"""The cache of embeddings: each passage computed once, whatever was there before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from careatlas.identifiers import PassageId
from careatlas.store import embeddings
from careatlas.store.engine import Store, sqlite_url
from models import embedding_cache
from models.embedding_cache import cache_key, embedded


class CountingEncoder:
    """Gives vectors that half precision cannot hold exactly, and remembers what it was asked."""

    def __init__(self, key: str = "digest-1-int8", dim: int = 3) -> None:
        self.key, self.dim = key, dim
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        del progress
        self.asked += texts
        return np.array([[len(text) + 0.1234567] * self.dim for text in texts], dtype=np.float32)


@pytest.fixture
def store(tmp_path):
    opened = Store(sqlite_url(tmp_path / "store.sqlite"))
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def passages(store, keep, document_of, reading_of) -> list[tuple[PassageId, str]]:
    item = document_of()
    reading = reading_of(item, [["a", "bb", "ccc"], ["dddd", "bb"]])
    keep(store, item, reading)
    return [(one.passage_id, one.text) for one in reading.passages]


def test_only_what_is_missing_is_computed_and_the_order_is_kept(store, passages):
    encoder = CountingEncoder()
    first = embedded(store, encoder, passages[1:3])
    again = embedded(store, encoder, passages)
    assert encoder.asked == ["bb", "ccc", "a", "dddd", "bb"]
    assert again.shape == (5, 3)
    assert again.dtype == np.float32
    assert np.round(again[:, 0]).tolist() == [1, 2, 3, 4, 2]
    assert (first == again[1:3]).all()
    assert (embedded(store, encoder, passages[::-1]) == again[::-1]).all()
    assert len(encoder.asked) == 5


def test_what_comes_out_does_not_depend_on_what_was_kept(store, passages):
    fresh = embedded(store, CountingEncoder(), passages)
    kept = embedded(store, CountingEncoder(), passages)
    assert (fresh == kept).all()
    assert np.abs(fresh - CountingEncoder().encode([text for _, text in passages])).max() < 2e-3


@pytest.mark.parametrize(("key", "form"), [("digest-1-fp32", "text"), ("digest-1-int8", "headed")])
def test_another_encoder_or_form_shares_nothing(store, passages, key, form):
    embedded(store, CountingEncoder(), passages)
    other = CountingEncoder(key)
    embedded(store, other, passages, form=form)
    assert len(other.asked) == len(passages)
    with store.read() as connection:
        assert len(embeddings.get_many(connection, cache_key(other, form), [name for name, _ in passages])) == 5


def test_slices_join_without_a_seam(store, passages, monkeypatch):
    whole = embedded(store, CountingEncoder("other"), passages)
    monkeypatch.setattr(embedding_cache, "_SLICE", 2)
    assert (embedded(store, CountingEncoder(), passages) == whole).all()


def test_a_passage_that_is_not_in_the_store_is_computed_and_not_kept(store, passages):
    encoder = CountingEncoder()
    item = (PassageId("pelsewhere"), "five!")
    assert np.round(embedded(store, encoder, [item, passages[0]])[:, 0]).tolist() == [5, 1]
    embedded(store, encoder, [item])
    assert encoder.asked == ["five!", "a", "five!"]


def test_a_vector_of_the_wrong_length_is_computed_anew(store, passages):
    embedded(store, CountingEncoder(dim=2), passages)
    encoder = CountingEncoder(dim=3)
    assert embedded(store, encoder, passages).shape == (5, 3)
    embedded(store, encoder, passages)
    assert len(encoder.asked) == len(passages)


def test_no_passages_make_an_empty_array(store):
    assert embedded(store, CountingEncoder(), []).shape == (0, 3)
