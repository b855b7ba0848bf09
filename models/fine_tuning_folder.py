"""The folder of a fine-tuned encoder: what transformers and our own graph builder read, nothing pickled."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError
from models.backbone import Backbone
from models.backbone_files import WEIGHTS
from models.fine_tuning_config import ANY_CODE, FineTuningConfig
from models.transformer_config import HEAD_KEY

FACTS = "fine_tuning.json"
_TOKENISER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
_POOLING = "1_Pooling/config.json"
# Of the backbone, not of what is made of it: where it lay, and with which version it was saved.
_NOT_KEPT = ("_name_or_path", "transformers_version", "torch_dtype", "dtype", "auto_map")
_CLASSIFIERS = {"bert": "BertForSequenceClassification", "mpnet": "MPNetForSequenceClassification"}
_ENCODERS = {"bert": "BertModel", "mpnet": "MPNetModel"}


def save_fine_tuned(
    folder: Path,
    backbone: Backbone,
    tensors: Mapping[str, NDArray[np.float32]],
    codes: Sequence[str],
    config: FineTuningConfig,
    facts: Mapping[str, Any],
) -> None:
    """Write a fine-tuned encoder, whole or not at all; one that is there already is replaced.

    Parameters
    ----------
    folder : Path
        Gets ``config.json``, ``model.safetensors``, ``tokenizer.json``, ``sentence_bert_config.json`` (the window),
        and ``fine_tuning.json`` with the settings and the facts.
    backbone : Backbone
        What was fine-tuned: its tokeniser and pooling are copied.
    tensors : mapping of str to array
    codes : sequence of str
        The columns; "any code" comes after them.
    config : FineTuningConfig
    facts : mapping
        Data digest, losses: plain data.
    """
    from safetensors.numpy import save_file

    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)  # of a run that was killed
    draft.mkdir(parents=True)
    for name in _TOKENISER:
        if (backbone.folder / name).is_file():
            shutil.copyfile(backbone.folder / name, draft / name)
    if (backbone.folder / _POOLING).is_file():
        (draft / _POOLING).parent.mkdir()
        shutil.copyfile(backbone.folder / _POOLING, draft / _POOLING)
    _write(draft / "config.json", _config(backbone, codes, config))
    _write(draft / "sentence_bert_config.json", {"max_seq_length": min(config.max_length, backbone.config.max_tokens)})
    libraries = {name: version(name) for name in ("torch", "transformers")}
    _write(draft / FACTS, {"settings": config.as_dict(), "backbone": backbone.digest, "libraries": libraries, **facts})
    save_file(dict(tensors), draft / WEIGHTS, metadata={"format": "pt"})
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def labels_of(folder: Path) -> tuple[str, ...]:
    """Return the names of a fine-tuned encoder's scores, "any code" last.

    Raises
    ------
    InputError
        If the folder says none.
    """
    path = folder / "config.json"
    try:
        labels = json.loads(path.read_text(encoding="utf-8"))["id2label"]
        return tuple(str(labels[str(number)]) for number in range(len(labels)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the folder does not say which codes it scores: {type(error).__name__}",
            where=str(path),
            mend="give a folder that careatlas fine-tuned",
        ) from error


def facts_of(folder: Path) -> dict[str, Any]:
    """Return what is known of a training: settings, libraries, losses; nothing where the folder holds no model."""
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _config(backbone: Backbone, codes: Sequence[str], config: FineTuningConfig) -> dict[str, Any]:
    values = json.loads((backbone.folder / "config.json").read_text(encoding="utf-8"))
    values = {name: value for name, value in values.items() if name not in {*_NOT_KEPT, HEAD_KEY}}
    labels = [*codes, ANY_CODE]
    is_first = config.head == "first"
    # A head on the embedding is ours: transformers reads such a folder as the encoder that it is.
    values["architectures"] = [(_CLASSIFIERS if is_first else _ENCODERS)[backbone.config.kind]]
    values |= {} if is_first else {HEAD_KEY: config.head}
    values["problem_type"] = "multi_label_classification"
    values["id2label"] = {str(number): label for number, label in enumerate(labels)}
    values["label2id"] = {label: number for number, label in enumerate(labels)}
    return values


def _write(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
