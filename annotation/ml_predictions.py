"""Pre-labels for tasks that the annotation server asks about, from what the store holds: no model is waited for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from annotation.labelling_config import config_hash
from annotation.labelling_layout import PAGE, Layout
from annotation.labelling_task import PLACE_VERSION, LabellingWork, labelling_task
from annotation.page_pictures import NONE_ADDRESS
from annotation.passage_work import labelling_works
from annotation.sample_codebook import sample_codebook
from annotation.scoring_model import NEWEST_MODEL, scoring_model
from careatlas.codebook import Codebook
from careatlas.codebook_shelf import find_codebook
from careatlas.errors import UsageError
from careatlas.project import Project
from careatlas.sample import Sample
from careatlas.store import samples
from careatlas.suggestion import Suggestion


class Outcome(StrEnum):
    """What a task was answered with."""

    SUGGESTED = "with a suggestion"
    BLIND = "blind, without one"
    NOT_SCORED = "not scored by the model yet"
    OTHER_SCREEN = "on a screen that it was not made for"
    UNKNOWN = "not known here"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTask:
    """What is used of a task as a server sends it. Anybody may have changed it there.

    Attributes
    ----------
    page : str
        Address of the image on the screen; empty for none.
    """

    task_key: str = ""
    config_hash: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A labelling screen as a server has it."""

    config: str

    @property
    def digest(self) -> str:
        """By which a task says that it was made for this screen."""
        return config_hash(self.config)

    @property
    def layout(self) -> Layout:
        """How the codes stand on it."""
        return Layout.TAXONOMY if "<Taxonomy" in self.config else Layout.GRID

    @property
    def has_pictures(self) -> bool:
        """Whether it shows the image of a page."""
        return "<Image" in self.config


@dataclass(frozen=True, slots=True, kw_only=True)
class MlPredictions:
    """The answer to a request.

    Attributes
    ----------
    results : tuple of list
        For each task, in their order, its pre-labels in the form of Label Studio; empty where there is none to give.
    outcomes : Counter of Outcome
        How many tasks were answered how.
    """

    results: tuple[list[dict[str, Any]], ...]
    outcomes: Counter[Outcome]


class StoredPredictions:
    """What the newest model said of passages, for the tasks of the project's samples.

    Whether a reading is blind, and what passage it is of, the store says; the task's data are not believed.

    Parameters
    ----------
    project : Project
        Open for as long as this is used. Threads may share it.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._codebooks: dict[tuple[str, str], Codebook] = {}

    def model_version(self) -> str:
        """Return what pre-labels are called now: the model's identifier, or what is said where there is no model."""
        codebook = find_codebook(self._project.settings.suggest.codebook, self._project.root)
        return scoring_model(self._project, NEWEST_MODEL, codebook) or PLACE_VERSION

    def answer(self, tasks: Sequence[Any], config: str) -> MlPredictions:
        """Return the pre-labels for tasks on a labelling screen.

        Parameters
        ----------
        tasks : sequence
            As the server sends them, unchecked.
        config : str
            The screen, as the server sends it.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        asked = [asked_task(task) for task in tasks]
        version, screen = self.model_version(), Screen(config=config)
        with self._project.store.read() as connection:
            known = samples.assignments_by_key(connection, sorted({one.task_key for one in asked} - {""}))
            drawn = {str(one.sample_id): one for one in samples.listed(connection)}
            works = {str(one.task_key): one for one in labelling_works(connection, list(known.values()), version, None)}
        results: list[list[dict[str, Any]]] = []
        outcomes = Counter[Outcome]()
        for one in asked:
            work = works.get(one.task_key)
            codebook = self._codebook(drawn[work.design]) if work else None
            made, outcome = (
                pre_labels(one, work, codebook, screen, version) if work and codebook else ([], Outcome.UNKNOWN)
            )
            results.append(made)
            outcomes[outcome] += 1
        return MlPredictions(results=tuple(results), outcomes=outcomes)

    def _codebook(self, sample: Sample) -> Codebook | None:
        key = (sample.codebook_id, sample.codebook_version)  # content never changes under a version
        if key not in self._codebooks:
            try:
                self._codebooks[key] = sample_codebook(self._project.root, sample)
            except UsageError:
                return None
        return self._codebooks[key]


def pre_labels(
    asked: AskedTask, work: LabellingWork, codebook: Codebook, screen: Screen, version: str
) -> tuple[list[dict[str, Any]], Outcome]:
    """Return the pre-labels of one task, made as those are that are sent with tasks.

    All go under the model's name, also where they show no more than the place on the page: the server asks once for
    each model, and shows what goes under one name only.

    Parameters
    ----------
    work : LabellingWork
        What the store knows of the reading.
    codebook : Codebook
        Of its sample.
    version : str
        The model's identifier.
    """
    if asked.config_hash != screen.digest:
        return (
            [],
            Outcome.OTHER_SCREEN,
        )  # the server would refuse what the screen has no place for, and the task with it
    fits = _fits(work.suggestion, codebook)
    shown = replace(
        work,
        suggestion=work.suggestion if fits and not work.blind else None,
        page_address=asked.page if screen.has_pictures and asked.page != NONE_ADDRESS else None,
    )
    made = labelling_task(shown, codebook, layout=screen.layout, config_hash=screen.digest)["predictions"]
    outcome = Outcome.BLIND if work.blind else Outcome.SUGGESTED if fits else Outcome.NOT_SCORED
    return [{**prediction, "model_version": version} for prediction in made], outcome


def asked_task(task: Any) -> AskedTask:
    """Return what is used of a task from a request, whatever it is."""
    data = task.get("data") if isinstance(task, Mapping) else None
    if not isinstance(data, Mapping):
        return AskedTask()
    return AskedTask(
        task_key=_text(data, "task_key"),
        config_hash=_text(data, "config_hash"),
        page=_text(data, PAGE),
    )


def _fits(suggestion: Suggestion | None, codebook: Codebook) -> bool:
    if suggestion is None:
        return False
    return (suggestion.codebook_id, suggestion.codebook_version) == (codebook.id, codebook.version)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
