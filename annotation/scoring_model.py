"""The model whose scores a sample is drawn by, and whose suggestions its coders see."""

from __future__ import annotations

from typing import Any

from careatlas.codebook import Codebook
from careatlas.errors import UsageError
from careatlas.identifiers import CodebookId, ModelId
from careatlas.project import Project
from careatlas.sample import Sample
from careatlas.store import suggestions

NO_MODEL, NEWEST_MODEL = "none", "auto"


def scoring_model(project: Project, wanted: str, codebook: Codebook) -> ModelId | None:
    """Return a model that has scored passages of the project with this version of the codebook.

    Parameters
    ----------
    wanted : str
        An identifier or its beginning, ``auto`` for the newest if there is any, or ``none``.

    Raises
    ------
    UsageError
        If there is no such model, or several have identifiers that begin so.
    """
    if wanted == NO_MODEL:
        return None
    with project.store.read() as connection:
        ours = _models(connection, codebook.id, codebook.version)
    if wanted == NEWEST_MODEL:
        return ours[0] if ours else None
    exact = [one for one in ours if one == wanted]
    found = exact or [one for one in ours if wanted and one.startswith(wanted)]
    if len(found) != 1:
        names = ", ".join(ours)
        raise UsageError(
            f"{'several models' if found else 'no model'} {wanted!r} scored passages with"
            f" {codebook.id} {codebook.version}",
            mend=f"one of: {names}" if names else "run: careatlas suggest",
        )
    return found[0]


def sample_models(connection: Any, sample: Sample) -> list[ModelId]:
    """Return the models that have scored passages with the codebook version of a sample, the newest first."""
    return _models(connection, sample.codebook_id, sample.codebook_version)


def _models(connection: Any, codebook_id: CodebookId, version: str) -> list[ModelId]:
    models = suggestions.models(connection)
    return [one.model_id for one in models if (one.codebook_id, one.codebook_version) == (codebook_id, version)]
