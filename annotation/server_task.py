"""A task as one coder's project on the server takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from annotation.coder_project import CoderProject
from annotation.labelling_layout import PAGE
from annotation.labelling_task import PLACE_VERSION, labelling_task
from annotation.page_pictures import NONE_ADDRESS, PagePictures
from annotation.passage_work import labelling_works
from careatlas.codebook import Codebook
from careatlas.identifiers import TaskKey
from careatlas.sample import Assignment
from careatlas.store.engine import Store


def server_tasks(
    store: Store,
    project: CoderProject,
    asked: Sequence[Assignment],
    codebook: Codebook,
    *,
    model_id: str,
    pictures: PagePictures | None,
) -> Iterator[tuple[TaskKey, dict[str, Any]]]:
    """Yield the tasks for these readings in their order, each with its key. Lost passages are left out.

    Every pre-label goes under the model's name, also where it shows no more than the place on the page: the server
    shows those of one version only.

    Parameters
    ----------
    model_id : str
        Whose suggestions go along, except with blind readings; empty for none.
    pictures : PagePictures or None
        Where page images come from.
    """
    with store.read() as connection:
        shown = pictures if project.has_pictures else None
        for work in labelling_works(connection, asked, model_id, shown):
            task = labelling_task(work, codebook, layout=project.layout, config_hash=project.known.config_hash)
            if project.has_pictures:
                task["data"].setdefault(PAGE, NONE_ADDRESS)  # without it the server refuses the task
            for prediction in task["predictions"]:
                prediction["model_version"] = model_id or PLACE_VERSION
            yield work.task_key, task
