"""A trained stack as files: safetensors and JSON, named by their content.

``model.json`` holds what a person may want to read, ``words.json`` and ``words.safetensors`` the vocabulary with its
weights, ``model.safetensors`` every other array. The identity of a model is the digest of these; nothing is unpickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import ModelId, sha256_of
from models.calibration import ProbabilityCalibrator
from models.combiner import Combiner
from models.decisions import DecisionRules
from models.exemplars import Exemplars
from models.model_codebook import codebook_facts
from models.model_meta import FORMAT, MEND, META, identity_of
from models.neighbours import Neighbours
from models.stack import Combination, Tiers
from models.stack_config import StackConfig
from models.stack_training import Readout, TrainedStack
from models.word_tier import WordTier

WORDS, WORD_ARRAYS, ARRAYS, FINE_TUNED = "words.json", "words.safetensors", "model.safetensors", "fine_tuned"

Arrays = dict[str, NDArray[Any]]


def save_stack(
    trained: TrainedStack, codebook: Codebook, folder: Path, *, encoder_key: str, facts: Mapping[str, Any]
) -> ModelId:
    """Write a trained stack into a folder that is there, and return the model's identity.

    Parameters
    ----------
    encoder_key : str
        Names the encoder and everything its numbers depend on; empty for none.
    facts : Mapping
        Plain data for people (what it was trained on, when); not part of the identity.
    """
    arrays, readouts = _arrays(trained)
    content = {ARRAYS: _packed(arrays, words=False), WORD_ARRAYS: _packed(arrays, words=True)}
    content[WORDS] = json.dumps(trained.tiers.words.terms, ensure_ascii=False).encode()
    core = {
        "format": FORMAT,
        "codebook": codebook_facts(codebook),
        "config": asdict(trained.config),
        "encoder": encoder_key,
        "on_real_labels": trained.on_real_labels,
        "readouts": readouts,
        "digests": {**{name: sha256_of(data) for name, data in content.items()}, **_fine_tuned_digests(folder)},
    }
    model_id = identity_of(core)
    for name, data in content.items():
        (folder / name).write_bytes(data)
    meta = {"model_id": model_id, **core, "facts": dict(facts)}
    (folder / META).write_text(json.dumps(meta, indent=1, ensure_ascii=False), encoding="utf-8")
    return model_id


def read_stack(
    folder: Path, meta: Mapping[str, Any], codebook: Codebook
) -> tuple[Tiers, dict[tuple[str, ...], Readout]]:
    """Return the tiers and readouts of a model.

    Raises
    ------
    InputError
        If a file is missing or was changed, or does not hold what it should.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    content = dict.fromkeys((ARRAYS, WORD_ARRAYS, WORDS), b"")
    for name, digest in meta["digests"].items():
        checked = _checked(folder, name, digest)
        if name in content:  # a fine-tuned transformer is checked here and read elsewhere
            content[name] = checked
    try:
        arrays, terms = load(content[ARRAYS]) | load(content[WORD_ARRAYS]), json.loads(content[WORDS])
        readouts = {
            tuple(one["tiers"]): _readout(one, _under(arrays, f"readout{at}."))
            for at, one in enumerate(meta["readouts"])
        }
        return _tiers(config_of(meta), codebook, terms, arrays), readouts
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"the model does not hold what it should: {error}", where=str(folder), mend=MEND) from error


def config_of(meta: Mapping[str, Any]) -> StackConfig:
    """Return the settings that a model was trained with.

    Raises
    ------
    InputError
        If this version of CareAtlas does not know one of them.
    """
    try:
        return StackConfig(**meta["config"])
    except TypeError as error:
        raise InputError(
            f"the model has settings that this version of CareAtlas does not know: {error}",
            where=str(meta.get("model_id", "")),
            mend="use the version that it was trained with, or train it again",
        ) from error


def _packed(arrays: Arrays, *, words: bool) -> bytes:
    from safetensors.numpy import save

    chosen = {name: value for name, value in arrays.items() if name.startswith("words.") is words}
    return bytes(save({name: np.ascontiguousarray(value) for name, value in chosen.items()}))


def _checked(folder: Path, name: str, digest: str) -> bytes:
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"a file of the model is missing: {error.strerror}", where=str(path), mend=MEND) from error
    if sha256_of(content) != digest:
        raise InputError("a file of the model was changed", where=str(path), mend=MEND)
    return content


def _fine_tuned_digests(folder: Path) -> dict[str, str]:
    home = folder / FINE_TUNED
    files = sorted(path for path in home.rglob("*") if path.is_file()) if home.is_dir() else []
    return {path.relative_to(folder).as_posix(): sha256_of(path.read_bytes()) for path in files}


def _arrays(trained: TrainedStack) -> tuple[Arrays, list[dict[str, Any]]]:
    arrays = {f"words.{name}": value for name, value in trained.tiers.words.to_arrays().items()}
    if trained.tiers.exemplars is not None:
        head = trained.tiers.embedding
        arrays |= {f"exemplars.{name}": value for name, value in trained.tiers.exemplars.to_arrays().items()}
        arrays |= {
            "embedding.coef": head.coef_.astype(np.float32),
            "embedding.intercept": head.intercept_,
            "embedding.offset_weights": head.offset_weights_,
        }
    if trained.tiers.neighbours is not None:
        arrays |= {f"neighbours.{name}": value for name, value in trained.tiers.neighbours.to_arrays().items()}
    plain = []
    for at, (tiers, readout) in enumerate(trained.readouts.items()):
        parts = {
            "codes": readout.combination.codes.to_arrays(),
            "initiative": readout.combination.initiative.to_arrays(),
            "calibrator": readout.calibrator.to_arrays(),
            "initiative_calibrator": readout.initiative_calibrator.to_arrays(),
        }
        for part, values in parts.items():
            arrays |= {f"readout{at}.{part}.{name}": value for name, value in values.items()}
        plain.append(_plain(tiers, readout))
    return arrays, plain


def _plain(tiers: tuple[str, ...], readout: Readout) -> dict[str, Any]:
    return {
        "tiers": list(tiers),
        "features": list(readout.combination.codes.names),
        "initiative_features": list(readout.combination.initiative.names),
        "weights": {name: round(value, 4) for name, value in readout.combination.codes.weights.items()},
        "cut_offs": [float(value) for value in readout.cut_offs],
        "initiative_cut_off": float(readout.initiative_cut_off),
        "cut_off_goal": readout.cut_off_goal,
        "rules": json.loads(json.dumps(readout.rules.as_dict())) if readout.rules else None,
    }


def _readout(plain: Mapping[str, Any], arrays: Arrays) -> Readout:
    return Readout(
        combination=Combination(
            codes=Combiner.from_arrays(tuple(plain["features"]), _under(arrays, "codes.")),
            initiative=Combiner.from_arrays(tuple(plain["initiative_features"]), _under(arrays, "initiative.")),
        ),
        calibrator=ProbabilityCalibrator.from_arrays(_under(arrays, "calibrator.")),
        initiative_calibrator=ProbabilityCalibrator.from_arrays(_under(arrays, "initiative_calibrator.")),
        cut_offs=np.array(plain["cut_offs"]),
        initiative_cut_off=float(plain["initiative_cut_off"]),
        cut_off_goal=str(plain["cut_off_goal"]),
        rules=DecisionRules.from_dict(plain["rules"]) if plain["rules"] else None,
    )


def _tiers(config: StackConfig, codebook: Codebook, terms: list[str], arrays: Arrays) -> Tiers:
    exemplars = _under(arrays, "exemplars.")
    tiers = Tiers(codebook, Exemplars.from_arrays(exemplars) if exemplars else None, config)
    tiers.words = WordTier.from_arrays(terms, _under(arrays, "words."), ridge=config.word_ridge)
    if exemplars:
        head = _under(arrays, "embedding.")
        tiers.embedding.restore(head["coef"], head["intercept"], head["offset_weights"])
    neighbours = _under(arrays, "neighbours.")
    tiers.neighbours = Neighbours.from_arrays(neighbours) if neighbours else None
    return tiers


def _under(arrays: Arrays, prefix: str) -> Arrays:
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
