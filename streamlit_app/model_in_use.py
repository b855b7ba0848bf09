"""The model whose suggestions the app shows, and what its card says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from careatlas.codebook import Codebook
from careatlas.errors import CareAtlasError
from careatlas.model_in_use import model_in_use, project_codebook

__all__ = ["MACHINE_ONLY", "calibration_line", "card_rows", "label_of", "model_in_use", "project_codebook"]

MACHINE_ONLY = "machine, not checked"


def calibration_line(card: Mapping[str, Any]) -> str:
    """Return one sentence on whether the model's probabilities can be taken at their word."""
    if card.get("calibrated") is True:
        return "Its probabilities were calibrated; see its card for the data."
    if card.get("calibrated") is False:
        return "Its probabilities are not calibrated: use them to rank, not as the chance of being right."
    return "Its card does not say whether its probabilities are calibrated: use them to rank only."


def card_rows(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a card as names and values, the nested parts as text."""
    return [(str(name).replace("_", " "), str(value)) for name, value in card.items()]


def label_of(codebook: Codebook, code: str) -> str:
    """Return the label of a code, or its identifier where the codebook has it not (any more)."""
    try:
        return codebook.code(code).label
    except CareAtlasError:
        return code
