"""The tiers that can be named in the settings."""

from __future__ import annotations

from careatlas.codebook import Codebook
from careatlas.errors import UsageError
from models.classifier import Classifier, ModelInfo
from models.cues_tfidf_identity import NAME, model_info


def info_of(name: str, codebook: Codebook) -> ModelInfo:
    """Return which model a tier makes of a codebook, without making it.

    Raises
    ------
    UsageError
        If there is no such tier; the message lists those there are.
    """
    _known(name)
    return model_info(codebook)


def classifier_of(name: str, codebook: Codebook) -> Classifier:
    """Make the classifier of a tier for a codebook.

    Raises
    ------
    UsageError
        If there is no such tier; the message lists those there are.
    """
    from models.cues_tfidf import CuesTfidfClassifier

    _known(name)
    return CuesTfidfClassifier(codebook)


def _known(name: str) -> None:
    if name != NAME:
        raise UsageError(f"there is no model tier {name!r}", where="suggest.model", mend=f"one of: {NAME}")
