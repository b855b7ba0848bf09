"""A project with synthetic passages, a model's suggestions and a sample that every coder reads whole."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from annotation.coder_project import known_projects
from annotation.label_studio import LabelStudio
from annotation.labelling_layout import CODES, NOT_SURE, NOTHING, NOTHING_HERE, PASSAGE, SPAN, UNSURE
from annotation.pull_report import PullReport
from annotation.pulling import Puller
from annotation.pushing import Pusher, PushOrder, PushReport
from careatlas.answer import Answer
from careatlas.codebook_file import shipped
from careatlas.document import Document
from careatlas.identifiers import ModelId, SampleId, TaskKey, task_key
from careatlas.judgement import AttributeJudgement, Judgement
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.reading import Reading
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store import answers, attribute_judgements, judgements, remote_tasks, samples, suggestions
from careatlas.suggestion import CodeScore, Suggestion

BOOK = shipped("care-home-integration")
CODE = [code.id for code in BOOK.codes]
MODEL = ModelId("synthetic-model-1")
NEWER = ModelId("synthetic-model-2")
SAMPLE = SampleId("spring")
CHANCE = 0.25
PER_PAGE = 10
BLIND_EVERY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A project with a sample, and the server that it is pushed to: what stands for one, or the access to one."""

    project: Project
    server: Any
    sample: Sample
    passages: tuple[Passage, ...]

    def studio(self) -> AbstractContextManager[Any]:
        is_access = hasattr(self.server, "token")
        return closing(LabelStudio(self.server)) if is_access else nullcontext(self.server)

    def push(self, **order: Any) -> PushReport:
        with self.studio() as studio:
            return Pusher(self.project, studio, PushOrder(sample_id=SAMPLE, **order)).push()

    def pull(self) -> PullReport:
        with self.studio() as studio:
            return Puller(self.project, studio, SAMPLE).full()

    def project_of(self, coder: str) -> int:
        return known_projects(self.project.store, self.server.url, self.sample)[coder].project_id

    def keys(self, coder: str) -> list[TaskKey]:
        with self.project.store.read() as connection:
            return [one.task_key for one in samples.assignments_of(connection, SAMPLE, coder)]

    def numbers(self, coder: str) -> list[int]:
        """The server's numbers of a coder's tasks as our record has them, in the coder's order."""
        with self.project.store.read() as connection:
            rows = remote_tasks.tasks(connection, self.server.url, self.project_of(coder))
        return [rows[key].remote_id or 0 for key in self.keys(coder)]

    def states(self, coder: str) -> list[str]:
        with self.project.store.read() as connection:
            rows = remote_tasks.tasks(connection, self.server.url, self.project_of(coder))
        return [rows[key].state.value if key in rows else "" for key in self.keys(coder)]

    def on_server(self, coder: str) -> list[str]:
        """The keys of the tasks that really are in a coder's project, in the order of their numbers."""
        with self.studio() as studio:
            return [task.task_key for task in studio.tasks(self.project_of(coder))]

    def answers(self) -> list[Answer]:
        with self.project.store.read() as connection:
            return answers.listed(connection)

    def judgements(self, *which: Passage) -> list[Judgement]:
        ids = [one.passage_id for one in which or self.passages]
        with self.project.store.read() as connection:
            batches = [ids[start : start + 400] for start in range(0, len(ids), 400)]
            return [row for batch in batches for row in judgements.of_passages(connection, batch)]

    def in_force(self, passage: Passage, person: str) -> dict[str, str]:
        """What a person says of a passage now: verdicts by codes, the absent ones left out."""
        found = judgements.current(self.judgements(passage))
        said = {code: row.verdict.value for (_, _, code, who), row in found.items() if who == person}
        return {code: verdict for code, verdict in said.items() if verdict != "absent"}

    def beside(self, passage: Passage) -> list[AttributeJudgement]:
        with self.project.store.read() as connection:
            return attribute_judgements.current(attribute_judgements.of_passages(connection, [passage.passage_id]))


def made_work(
    project: Project, server: Any, item: Document, reading: Reading, coders: Sequence[str] = ("ann", "bob")
) -> Work:
    """Draw every passage of a document that the project has, and let every coder read all of them."""
    sample = Sample(
        sample_id=SAMPLE,
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        model_id=MODEL,
        seed=0,
        made_at=datetime.now(UTC),
        population=4 * len(reading.passages),
        design={"design": "synthetic"},
    )
    drawn = [
        (SampledPassage(sample_id=SAMPLE, passage_id=one.passage_id, stratum="", inclusion_probability=CHANCE), one)
        for one in reading.passages
    ]
    asked = [
        Assignment(
            task_key=task_key(SAMPLE, one.passage_id, coder, 0),
            sample_id=SAMPLE,
            passage_id=one.passage_id,
            coder=coder,
            blind=number % BLIND_EVERY == BLIND_EVERY - 1,
            repeat=0,
            position=number,
        )
        for coder in coders
        for number, one in enumerate(reading.passages)
    ]
    suggest(project, item, reading.passages)
    with project.store.write() as connection:
        samples.add(connection, sample, drawn, asked)
    return Work(project=project, server=server, sample=sample, passages=reading.passages)


def suggest(project: Project, item: Document, passages: Sequence[Passage], model_id: ModelId = MODEL) -> None:
    """Let a synthetic model read a document: its first code applies, its second nearly, the others do not."""
    stored = suggestions.StoredModel(
        model_id=model_id,
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        made_at="2025" if model_id == MODEL else "2026",
        card={},
    )
    codes = CODE if model_id == MODEL else CODE[::-1]
    chances = [0.9, 0.4, 0.3, *[0.05] * (len(codes) - 3)]
    made = [
        Suggestion(
            passage_id=one.passage_id,
            codebook_id=BOOK.id,
            codebook_version=BOOK.version,
            model_id=model_id,
            scores=tuple(
                CodeScore(code=code, probability=chance, accepted=chance > 0.5)
                for code, chance in zip(codes, chances, strict=True)
            ),
            none_probability=0.1,
        )
        for one in passages
    ]
    with project.store.write() as connection:
        suggestions.keep_model(connection, stored)
        suggestions.replace(connection, model_id, item.document_id, made)


def texts_of(count: int) -> list[list[str]]:
    """Return synthetic passages by page."""
    texts = [f"Synthetic passage {number}: care homes and a GP agree on a weekly round." for number in range(count)]
    return [texts[start : start + PER_PAGE] for start in range(0, count, PER_PAGE)]


def result_of(*codes: str, unsure: bool = False) -> list[dict[str, Any]]:
    """Return what the screen submits for these codes, or for "nothing here"."""
    found = [_chosen(CODES, *codes) if codes else _chosen(NOTHING, NOTHING_HERE)]
    return [*found, _chosen(UNSURE, NOT_SURE)] if unsure else found


def span_of(label: str, start: int, end: int, text: str) -> dict[str, Any]:
    """Return what the screen submits for words that were marked."""
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"id": "s1", "from_name": SPAN, "to_name": PASSAGE, "type": "labels", "value": value}


def _chosen(control: str, *values: str) -> dict[str, Any]:
    return {
        "id": control,
        "from_name": control,
        "to_name": PASSAGE,
        "type": "choices",
        "value": {"choices": list(values)},
    }
