"""What is needed to read answers: who was asked for what, with which codebook, by which chance it was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotation.label_studio import LabelStudio
from annotation.sample_codebook import sample_codebook
from annotation.server_people import ServerPeople
from careatlas.codebook import Codebook
from careatlas.identifiers import Code, PassageId, TaskKey
from careatlas.project import Project
from careatlas.sample import Assignment, Sample
from careatlas.store import samples


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerContext:
    """What the answers to one sample are read with.

    Attributes
    ----------
    asked : Mapping
        Readings by their keys.
    chances : Mapping
        Inclusion probabilities, by the identifiers that passages had when they were drawn.
    on_screen : frozenset of Code or None
        The codes that could be ticked where the labelling screen is not ours; ``None`` where it is, with all of them.
    is_live : bool
        Whether answers are seen soon after they are made, as on a server, so that what is seen later was said later.
    """

    sample: Sample
    codebook: Codebook
    asked: Mapping[TaskKey, Assignment]
    chances: Mapping[PassageId, float]
    people: ServerPeople
    on_screen: frozenset[Code] | None = None
    is_live: bool = True

    @property
    def coders(self) -> tuple[str, ...]:
        """Who was asked for readings."""
        return tuple(dict.fromkeys(one.coder for one in self.asked.values()))


def answer_context(project: Project, studio: LabelStudio, sample_id: str) -> AnswerContext:
    """Return what the answers to a sample are read with.

    Raises
    ------
    UsageError
        If there is no such sample, or its codebook is not here.
    ServerError
        If the server does not say who has an account.
    """
    with project.store.read() as connection:
        sample = samples.get(connection, sample_id)
        asked, chances = _asked(connection, sample)
    codebook = sample_codebook(project.root, sample)
    people = ServerPeople(studio.users(), dict.fromkeys(one.coder for one in asked.values()))
    return AnswerContext(sample=sample, codebook=codebook, asked=asked, chances=chances, people=people)


def _asked(connection: Any, sample: Sample) -> tuple[dict[TaskKey, Assignment], dict[PassageId, float]]:
    asked = {one.task_key: one for one in samples.assignments_of(connection, sample.sample_id)}
    drawn = samples.passages_of(connection, sample.sample_id)
    return asked, {one.passage_id: one.inclusion_probability for one in drawn}
