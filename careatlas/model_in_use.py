"""The codebook of a project, and the model whose suggestions count in it."""

from __future__ import annotations

from collections.abc import Iterable

from careatlas.codebook import Codebook
from careatlas.codebook_shelf import find_codebook
from careatlas.ledger import RunRow
from careatlas.project import Project
from careatlas.store.suggestions import StoredModel


def project_codebook(project: Project) -> Codebook:
    """Return the codebook that the project's settings name."""
    return find_codebook(project.settings.suggest.codebook, project.root)


def model_in_use(
    models: Iterable[StoredModel], codebook: Codebook, last_run: Iterable[RunRow] = ()
) -> StoredModel | None:
    """Return the model whose suggestions are shown and counted.

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
