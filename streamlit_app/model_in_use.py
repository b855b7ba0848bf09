"""The model whose suggestions the app shows, and what its card says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from careatlas.codebook import Codebook
from careatlas.codebook_shelf import find_codebook
from careatlas.errors import CareAtlasError
from careatlas.ledger import RunRow
from careatlas.project import Project
from careatlas.store.suggestions import StoredModel

MACHINE_ONLY = "machine, not checked"


def project_codebook(project: Project) -> Codebook:
    """Return the codebook that the project's settings name."""
    return find_codebook(project.settings.suggest.codebook, project.root)


def model_in_use(
    models: Iterable[StoredModel], codebook: Codebook, last_run: Iterable[RunRow] = ()
) -> StoredModel | None:
    """Return the model whose suggestions are shown.

    Parameters
    ----------
    models : iterable of StoredModel
        The newest first. Those made for this very version of the codebook come before those for another version.
    last_run : iterable of RunRow
        The last run of the suggesting stage; its model comes before newer ones, which it may have been set back from.
    """
    mine = [model for model in models if model.codebook_id == codebook.id]
    same = [model for model in mine if model.codebook_version == codebook.version]
    last = {row.key.config.get("model") for row in last_run}
    return next((model for model in same or mine if model.model_id in last), next(iter(same or mine), None))


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
