"""Which model the cues-and-words tier makes of a codebook: known without making it, and without importing NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from careatlas.codebook import Codebook
from careatlas.codebook_shelf import plain_codebook
from careatlas.identifiers import ModelId, sha256_of
from models.classifier import ModelInfo

NAME = "cues-tfidf"
_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CuesTfidfConfig:
    """Settings of the tier; they are part of the model's identity.

    ``cue_weight`` is the weight of one cue beside a TF-IDF row of length 1; ``regularisation`` is scikit-learn's ``C``.
    """

    cue_weight: float = 0.5
    regularisation: float = 1.0
    cut_off: float = 0.4


def model_info(codebook: Codebook, config: CuesTfidfConfig | None = None) -> ModelInfo:
    """Return which model a codebook makes, without making it: its identity is that of its inputs."""
    config = config or CuesTfidfConfig()
    parts = [NAME, _VERSION, plain_codebook(codebook), codebook.background, msgspec.to_builtins(config)]
    digest = sha256_of(msgspec.json.encode(parts, order="deterministic"))
    card = {
        "tier": NAME,
        "made_from": "the texts of the codebook alone: definitions, notes, cues and examples written for it",
        "human_labels": 0,
        "calibrated": False,
        "note": "Probabilities are for ranking only. Nobody has checked these suggestions.",
        "cut_off": config.cut_off,
        "config": msgspec.to_builtins(config),
    }
    return ModelInfo(
        model_id=ModelId(f"{NAME}-{digest[:12]}"),
        codebook_id=codebook.id,
        codebook_version=codebook.version,
        card=card,
    )
