"""What a newer model says, sent for the tasks that nobody has answered yet."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from annotation.coder_project import CoderProject, open_projects
from annotation.file_lock import locked
from annotation.label_studio import LabelStudio
from annotation.outbox import Outbox
from annotation.page_pictures import PagePictures
from annotation.sample_codebook import sample_codebook
from annotation.scoring_model import sample_models
from annotation.server_folder import server_folder
from annotation.server_task import server_tasks
from careatlas.codebook import Codebook
from careatlas.errors import UsageError
from careatlas.identifiers import ModelId, TaskKey
from careatlas.project import Project
from careatlas.sample import Assignment, Sample
from careatlas.store import samples
from careatlas.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionPush:
    """What became of one coder's tasks.

    Attributes
    ----------
    open_tasks : int
        Tasks without an answer.
    pre_labels : int
        Pre-labels sent now.
    changed : int
        Tasks whose screen now names the newer model's likeliest codes. Blind ones name none.
    """

    coder: str
    model_id: ModelId
    open_tasks: int
    pre_labels: int
    changed: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def push_suggestions(
    project: Project, studio: LabelStudio, sample_id: str, pictures: PagePictures | None = None
) -> list[SuggestionPush]:
    """Send the newest model's suggestions for the open tasks of a sample, and let the server show them.

    Run again after it broke off, it sends what is missing. Answers name the model that was on the screen when they
    were given, so that older ones keep theirs.

    Raises
    ------
    UsageError
        If no model has read passages against the sample's codebook.
    """
    folder = server_folder(project.root)
    folder.make()
    with locked(folder.root / "push.lock", "the tasks"):
        return _pushed(project, studio, sample_id, pictures)


def _pushed(
    project: Project, studio: LabelStudio, sample_id: str, pictures: PagePictures | None
) -> list[SuggestionPush]:
    with project.store.read() as connection:
        sample = samples.get(connection, sample_id)
        asked = samples.assignments_of(connection, sample.sample_id)
        models = sample_models(connection, sample)
    if not models:
        made_for = f"{sample.codebook_id} {sample.codebook_version}"
        raise UsageError(f"no model has read the passages against {made_for}", mend="careatlas suggest")
    codebook = sample_codebook(project.root, sample)
    by_coder: dict[str, dict[TaskKey, Assignment]] = {}
    for one in asked:
        by_coder.setdefault(one.coder, {})[one.task_key] = one
    order = _Order(project.store, studio, sample, codebook, models[0], pictures)
    there = open_projects(studio, project.store, sample, by_coder)
    return [order.sent(there[coder], readings) for coder, readings in by_coder.items() if coder in there]


@dataclass(frozen=True, slots=True)
class _Order:
    store: Store
    studio: LabelStudio
    sample: Sample
    codebook: Codebook
    model_id: ModelId
    pictures: PagePictures | None

    def sent(self, project: CoderProject, asked: dict[TaskKey, Assignment]) -> SuggestionPush:
        there = Outbox(self.studio, self.store, project, asked).reconcile().tasks
        still_open = {key: task for key, task in there.items() if task.answers == 0}
        have = self.studio.pre_labelled(project.id, self.model_id)
        predictions: list[dict[str, Any]] = []
        changed: list[tuple[int, dict[str, Any]]] = []
        for key, made in self._tasks(project, [one for key, one in asked.items() if key in still_open]):
            task = still_open[key]
            if task.id not in have:
                predictions += [{**prediction, "task": task.id} for prediction in made["predictions"]]
            if made["data"]["model_id"] != task.model_id:
                changed.append((task.id, made["data"]))
        if predictions:
            # All at once: for each such request the server counts the whole project anew.
            self.studio.import_predictions(project.id, predictions)
        for number, data in changed:
            self.studio.change_task(number, data)
        if project.live.model_version != self.model_id:
            self.studio.set_model_version(project.id, self.model_id)
        return SuggestionPush(
            coder=project.coder,
            model_id=self.model_id,
            open_tasks=len(still_open),
            pre_labels=len(predictions),
            changed=len(changed),
        )

    def _tasks(self, project: CoderProject, asked: list[Assignment]) -> list[tuple[TaskKey, dict[str, Any]]]:
        made = server_tasks(self.store, project, asked, self.codebook, model_id=self.model_id, pictures=self.pictures)
        return list(made)
