"""Which model a folder holds, and which of its tiers can answer here: known without NumPy and without its arrays."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from careatlas.codebook import Codebook
from careatlas.errors import MissingDependencyError, UsageError
from careatlas.identifiers import CodebookId, ModelId
from models.classifier import ModelInfo
from models.model_codebook import check_codebook
from models.stack_config import WORDS_ALONE

_log = logging.getLogger("careatlas")


def stack_info(meta: Mapping[str, Any], codebook: Codebook, *, where: str) -> ModelInfo:
    """Return which model answers with these files on this computer.

    Raises
    ------
    InputError
        If the model is for another codebook, or the encoder's files are there but not the registered ones.
    """
    check_codebook(meta["codebook"], codebook, where=where)
    missing = _missing_encoder(meta)
    every = max((tuple(one["tiers"]) for one in meta["readouts"]), key=len)
    tiers = WORDS_ALONE if missing else every
    readout = next(one for one in meta["readouts"] if tuple(one["tiers"]) == tiers)
    name = str(meta["model_id"]) + ("-words" if missing and every != WORDS_ALONE else "")
    card = {
        **meta["facts"],
        "tier": "stack",
        "tiers": list(tiers),
        "encoder_there": bool(meta["encoder"]) and not missing,
        "calibrated": bool(meta["on_real_labels"]),
        "cut_offs": dict(zip(meta["codebook"]["codes"], readout["cut_offs"], strict=True)),
        "cut_off_goal": readout["cut_off_goal"],
        "initiative_cut_off": readout["initiative_cut_off"],
        "rules": readout["rules"],
        "config": meta["config"],
        "note": _note(meta, missing),
    }
    return ModelInfo(
        model_id=ModelId(name),
        codebook_id=CodebookId(meta["codebook"]["id"]),
        codebook_version=str(meta["codebook"]["version"]),
        card=card,
    )


def _missing_encoder(meta: Mapping[str, Any]) -> str:
    """Return why the encoder cannot be used here; empty if it can, or none is needed."""
    if not meta["encoder"]:
        return ""
    from models.backbone import find_backbone

    try:
        find_backbone(meta["config"]["backbone"])
    except (MissingDependencyError, UsageError) as error:
        # Of use is the error of a name or folder that was there at training, and is not here.
        _log.warning("suggestions come from words and cues alone: %s", error)
        return str(error)
    return ""


def _note(meta: Mapping[str, Any], missing: str) -> str:
    made = (
        "Probabilities are calibrated on labelled passages, document by document."
        if meta["on_real_labels"]
        else "Trained on written examples alone: its probabilities rank, and nobody has checked them on real plans."
    )
    return f"{made} The encoder is not here ({missing}): words and cues alone." if missing else made
