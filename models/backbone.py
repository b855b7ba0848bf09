"""Finding the backbone that one setting names: the encoder whose sentence embeddings the upper tiers stand on."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from careatlas.errors import InputError, MissingDependencyError, UsageError
from models.backbone_files import check_complete, digests, joint_digest, verify
from models.backbone_manifest import Manifest, manifests
from models.model_cache import model_cache
from models.transformer_config import TransformerConfig, read_config

_HUB = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)@(?P<revision>.*)")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backbone:
    """An encoder's files, verified where its digests are registered.

    Attributes
    ----------
    name : str
        The setting that named it.
    folder : Path
        Where ``config.json``, ``tokenizer.json`` and ``model.safetensors`` lie.
    digest : str
        SHA-256 over the digests of the files that embeddings depend on.
    config : TransformerConfig
        Its shape.
    """

    name: str
    folder: Path
    digest: str
    config: TransformerConfig


def find_backbone(setting: str = "minilm", *, cache: Path | None = None) -> Backbone:
    """Return the backbone that a setting names, its files verified.

    Parameters
    ----------
    setting : str
        A registered name (``minilm``, ``mpnet``), a folder, or ``organisation/name@commit`` on the Hugging Face hub.
    cache : Path, optional
        The model cache, if not the usual one.

    Raises
    ------
    UsageError
        If the setting names nothing.
    MissingDependencyError
        If a registered backbone is not on this computer, with the command that brings it.
    InputError
        If a file is missing, is not the registered one, or is of a kind that is not read.
    """
    found = manifests().get(setting)
    if found is not None:
        folder = _registered_folder(found, cache or model_cache())
        verify(folder, found.files, mend=found.mend)
        return _backbone(setting, folder, found.files)
    hub = _HUB.fullmatch(setting)
    if hub is not None and not Path(setting).exists():
        folder = _snapshot(hub["repository"], hub["revision"])
    elif Path(setting).is_dir():
        folder = Path(setting)
    else:
        known = ", ".join(manifests())
        raise UsageError(
            f"there is no backbone {setting!r}", mend=f"one of: {known}, a folder, or organisation/name@commit"
        )
    check_complete(folder)
    return _backbone(setting, folder, digests(folder))


def _backbone(name: str, folder: Path, parts: Mapping[str, str]) -> Backbone:
    return Backbone(name=name, folder=folder, digest=joint_digest(parts), config=read_config(folder))


def _registered_folder(manifest: Manifest, cache: Path) -> Path:
    if not manifest.package:
        folder = cache / "backbones" / manifest.name
    else:
        # Finds a top-level package without running it: no code of a weight package is ever imported.
        spec = importlib.util.find_spec(manifest.package)
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        folder = Path(places[0], manifest.folder) if places else Path(manifest.package)
    if not folder.is_dir():
        raise MissingDependencyError(
            f"the weights of {manifest.title} are not on this computer", where=str(folder), mend=manifest.mend
        )
    return folder


def _snapshot(repository: str, revision: str) -> Path:
    if not _COMMIT.fullmatch(revision):
        raise UsageError(
            f"{revision!r} is not a commit",
            where=repository,
            mend="name the 40 hexadecimal digits: branches and tags can change what they point to",
        )
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MissingDependencyError(
            "backbones from the hub need huggingface_hub", mend="pip install huggingface_hub"
        ) from error
    try:
        patterns = ["*.safetensors", "*.json", "*.txt"]
        return Path(snapshot_download(repository, revision=revision, allow_patterns=patterns))
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(
            f"the hub did not give the backbone: {type(error).__name__}",
            where=f"{repository}@{revision}",
            mend="check the name and the connection, or give a folder; HF_HUB_OFFLINE=1 uses only what is here already",
        ) from error
