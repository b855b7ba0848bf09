"""The tiers that can be named in the settings."""

from __future__ import annotations

from careatlas.codebook import Codebook
from careatlas.errors import UsageError
from models import cues_tfidf
from models.classifier import Classifier, ModelInfo


def info_of(name: str, codebook: Codebook) -> ModelInfo:
    """Return which model a tier makes of a codebook, without making it.

    Raises
    ------
    UsageError
        If there is no such tier; the message lists those there are.
    """
    _known(name)
    return cues_tfidf.model_info(codebook)


def classifier_of(name: str, codebook: Codebook) -> Classifier:
    """Make the classifier of a tier for a codebook.

    Raises
    ------
    UsageError
        If there is no such tier; the message lists those there are.
    """
    _known(name)
    return cues_tfidf.CuesTfidfClassifier(codebook)


def _known(name: str) -> None:
    if name != cues_tfidf.NAME:
        raise UsageError(f"there is no model tier {name!r}", where="suggest.model", mend=f"one of: {cues_tfidf.NAME}")
