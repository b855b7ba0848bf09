"""Built graphs on disk: used when whole, built anew when not, done without where nothing can be written."""

from __future__ import annotations

import logging

import pytest

from models import graph_cache
from models.backbone import find_backbone
from models.graph_cache import graph_of
from models.model_cache import model_cache
from models.quantised_dense import Precision


@pytest.fixture
def built(monkeypatch):
    """Return the list of precisions that were built."""
    calls = []
    real = graph_cache.build_graph

    def build(config, weights, precision):
        calls.append(precision)
        return real(config, weights, precision)

    monkeypatch.setattr(graph_cache, "build_graph", build)
    return calls


@pytest.fixture
def backbone(tiny_backbone):
    return find_backbone(str(tiny_backbone("bert")))


def test_a_graph_is_built_once_per_precision(backbone, tmp_path, built):
    first = graph_of(backbone, Precision.INT8, cache=tmp_path)
    assert graph_of(backbone, Precision.INT8, cache=tmp_path) == first
    assert graph_of(backbone, Precision.FP32, cache=tmp_path) != first
    assert built == ["int8", "fp32"]
    assert len(list((tmp_path / "graphs").iterdir())) == 2


def test_another_backbone_or_builder_shares_nothing(backbone, tiny_backbone, tmp_path, built, monkeypatch):
    graph_of(backbone, Precision.INT8, cache=tmp_path)
    graph_of(find_backbone(str(tiny_backbone("bert", seed=1))), Precision.INT8, cache=tmp_path)
    monkeypatch.setattr(graph_cache, "BUILDER_VERSION", "next")
    graph_of(backbone, Precision.INT8, cache=tmp_path)
    assert len(built) == 3


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_is_built_anew(backbone, tmp_path, built, damage):
    whole = graph_of(backbone, Precision.INT8, cache=tmp_path)
    (path,) = (tmp_path / "graphs").iterdir()
    content = bytearray(path.read_bytes())
    content[1_000] ^= 1
    path.write_bytes(bytes(content) if damage is None else damage)
    assert graph_of(backbone, Precision.INT8, cache=tmp_path) == whole
    assert graph_of(backbone, Precision.INT8, cache=tmp_path) == whole
    assert len(built) == 2


def test_without_a_place_to_write_it_is_built_each_time(backbone, tmp_path, built, caplog):
    (tmp_path / "graphs").write_text("a file where the folder should be")
    caplog.set_level(logging.INFO, "careatlas")
    assert graph_of(backbone, Precision.INT8, cache=tmp_path) == graph_of(backbone, Precision.INT8, cache=tmp_path)
    assert len(built) == 2
    assert "is not kept" in caplog.text


def test_the_model_cache_is_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert model_cache() == tmp_path / ".cache" / "careatlas"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert model_cache() == tmp_path / ".cache" / "careatlas"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert model_cache() == tmp_path / "xdg" / "careatlas"
    monkeypatch.setenv("CAREATLAS_MODEL_CACHE", "~/elsewhere")
    assert model_cache() == tmp_path / "elsewhere"
