from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.labelling_config import labelling_config
from annotation.labelling_layout import Layout
from annotation.labelling_task import PLACE_VERSION, labelling_task
from annotation.ml_predictions import MlPredictions, Outcome, Screen, StoredPredictions, asked_task
from annotation.page_pictures import NONE_ADDRESS
from annotation.passage_work import labelling_works
from careatlas.codebook_file import shipped
from careatlas.document import Document
from careatlas.identifiers import Code, CodebookId, ModelId, SampleId, task_key
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.reading import Reading
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store import samples, suggestions
from careatlas.suggestion import CodeScore, Suggestion

BOOK = shipped("care-home-integration")
SAMPLE = SampleId("first")
SCREEN = Screen(config=labelling_config(BOOK, layout=Layout.GRID, page_image=False))
WITH_PICTURES = Screen(config=labelling_config(BOOK, layout=Layout.TAXONOMY, page_image=True))
OPEN, BLIND, UNSCORED = 0, 1, 3  # places of passages in the reading


def keep_scores(
    project: Project, model_id: str, passages: Sequence[Passage], code: str, *, made_at: str, version: str = ""
) -> None:
    version = version or BOOK.version
    model = suggestions.StoredModel(
        model_id=ModelId(model_id), codebook_id=CodebookId(BOOK.id), codebook_version=version, made_at=made_at, card={}
    )
    made = [
        Suggestion(
            passage_id=passage.passage_id,
            codebook_id=CodebookId(BOOK.id),
            codebook_version=version,
            model_id=model.model_id,
            scores=(CodeScore(code=Code(code), probability=0.9, accepted=True),),
            none_probability=0.05,
        )
        for passage in passages
    ]
    with project.store.write() as connection:
        suggestions.keep_model(connection, model)
        suggestions.replace(connection, model.model_id, passages[0].document_id, made)


@dataclass(frozen=True, slots=True)
class Pilot:
    """A project with a sample of four passages, the second of them read blind, the last without a score."""

    project: Project
    document: Document
    reading: Reading

    @property
    def passages(self) -> tuple[Passage, ...]:
        return self.reading.passages

    def key(self, place: int) -> str:
        return task_key(SAMPLE, self.passages[place].passage_id, "ada", 0)

    def task(self, place: int, screen: Screen = SCREEN, **data: object) -> dict[str, Any]:
        facts = {"task_key": self.key(place), "config_hash": screen.digest}
        return {"id": place, "data": {**facts, **data}, "predictions": []}

    def answer(self, *tasks: Any, screen: Screen = SCREEN) -> MlPredictions:
        return StoredPredictions(self.project).answer(tasks, screen.config)


@pytest.fixture
def pilot(project: Project, synthetic_reading: tuple[Document, Reading], keep: Callable[..., object]) -> Pilot:
    document, reading = synthetic_reading
    keep(project.store, document, reading)
    made = Pilot(project, document, reading)
    keep_scores(project, "model-1", reading.passages[:UNSCORED], "discharge", made_at="2024-01-01T00:00:00+00:00")
    sample = Sample(
        sample_id=SAMPLE,
        codebook_id=CodebookId(BOOK.id),
        codebook_version=BOOK.version,
        model_id=ModelId("model-1"),
        seed=0,
        made_at=datetime.now(UTC),
        population=4,
        design={},
    )
    drawn = [
        (SampledPassage(sample_id=SAMPLE, passage_id=one.passage_id, stratum="", inclusion_probability=1.0), one)
        for one in reading.passages
    ]
    asked = [
        Assignment(
            task_key=task_key(SAMPLE, one.passage_id, "ada", 0),
            sample_id=SAMPLE,
            passage_id=one.passage_id,
            coder="ada",
            blind=place == BLIND,
            repeat=0,
            position=place,
        )
        for place, one in enumerate(reading.passages)
    ]
    with project.store.write() as connection:
        samples.add(connection, sample, drawn, asked)
    return made


def codes(found: MlPredictions) -> list[list[Any]]:
    """The codes that each task is pre-labelled with."""
    return [
        [code for one in made for result in one["result"] if result["from_name"] == "codes" for code in _values(result)]
        for made in found.results
    ]


def _values(result: dict[str, Any]) -> list[Any]:
    return result["value"][result["type"]]


def test_a_task_gets_what_the_newest_model_said(pilot: Pilot) -> None:
    keep_scores(
        pilot.project, "model-2", pilot.passages[:UNSCORED], "primary-care", made_at="2024-02-01T00:00:00+00:00"
    )
    found = pilot.answer(pilot.task(OPEN))
    assert codes(found) == [["primary-care"]]
    assert [(one["model_version"], one["score"]) for one in found.results[0]] == [("model-2", pytest.approx(0.8))]
    assert found.outcomes == Counter({Outcome.SUGGESTED: 1})


def test_it_is_the_very_pre_label_that_is_sent_with_tasks(pilot: Pilot) -> None:
    with pilot.project.store.read() as connection:
        asked = samples.assignments_of(connection, SAMPLE)
        (work, *_) = labelling_works(connection, asked[:1], "model-1", None)
    work = replace(work, page_address="/data/p1.png")
    sent = labelling_task(work, BOOK, layout=Layout.TAXONOMY, config_hash="")["predictions"]
    found = pilot.answer(pilot.task(OPEN, WITH_PICTURES, page="/data/p1.png"), screen=WITH_PICTURES)
    assert found.results == (sent,)
    assert [result["from_name"] for result in sent[0]["result"]] == ["codes", "box"]


def test_answers_come_in_the_order_of_the_questions(pilot: Pilot) -> None:
    found = pilot.answer(pilot.task(UNSCORED), "rubbish", pilot.task(OPEN), pilot.task(BLIND), pilot.task(OPEN))
    assert codes(found) == [[], [], ["discharge"], [], ["discharge"]]


@pytest.mark.parametrize("said", [{}, {"blind": False}, {"blind": 0}, {"model_id": "model-1", "top": "90% Discharge"}])
def test_a_blind_reading_gets_no_suggestion_whatever_the_task_says(pilot: Pilot, said: dict[str, object]) -> None:
    other = {"passage_id": pilot.passages[OPEN].passage_id, **said}
    found = pilot.answer(pilot.task(BLIND, WITH_PICTURES, page="/data/p1.png", **other), screen=WITH_PICTURES)
    assert codes(found) == [[]]
    assert [result["from_name"] for one in found.results[0] for result in one["result"]] == ["box"]
    assert all("score" not in one for one in found.results[0])
    assert found.outcomes == Counter({Outcome.BLIND: 1})


def test_what_is_in_no_sample_gets_nothing(pilot: Pilot) -> None:
    # Its passage is scored; but whether its reader may see that, nobody knows.
    data = {"passage_id": pilot.passages[OPEN].passage_id, "config_hash": SCREEN.digest}
    found = pilot.answer({"data": data}, {"data": {**data, "task_key": "t234567"}})
    assert found.results == ([], [])
    assert found.outcomes == Counter({Outcome.UNKNOWN: 2})


def test_a_passage_without_a_score_is_noted(pilot: Pilot) -> None:
    found = pilot.answer(pilot.task(UNSCORED))
    assert found.results == ([],)
    assert found.outcomes == Counter({Outcome.NOT_SCORED: 1})


def test_rubbish_is_answered_too(pilot: Pilot) -> None:
    rubbish = [None, 7, [], {}, {"data": []}, {"data": {"task_key": ["x"]}}, {"data": {"task_key": "x" * 100_000}}]
    found = pilot.answer(*rubbish, screen=Screen(config="<not xml"))
    assert found.results == ([],) * len(rubbish)


def test_a_screen_that_the_task_was_not_made_for_gets_nothing(pilot: Pilot) -> None:
    assert pilot.answer(pilot.task(OPEN, WITH_PICTURES)).outcomes == Counter({Outcome.OTHER_SCREEN: 1})
    assert pilot.answer(pilot.task(OPEN, config_hash="")).outcomes == Counter({Outcome.OTHER_SCREEN: 1})


def test_a_page_without_a_picture_gets_no_box(pilot: Pilot) -> None:
    tasks = [pilot.task(BLIND, WITH_PICTURES, page=page) for page in ("", NONE_ADDRESS)]
    assert pilot.answer(*tasks, screen=WITH_PICTURES).results == ([], [])


def test_everything_goes_under_the_name_of_the_model_in_use(pilot: Pilot) -> None:
    tasks = [pilot.task(place, WITH_PICTURES, page="/data/p1.png") for place in (OPEN, BLIND, UNSCORED)]
    found = pilot.answer(*tasks, screen=WITH_PICTURES)
    assert [one["model_version"] for made in found.results for one in made] == ["model-1"] * 3


def test_a_model_of_another_version_of_the_codebook_says_nothing(pilot: Pilot) -> None:
    keep_scores(
        pilot.project,
        "model-9",
        pilot.passages,
        "discharge",
        made_at="2024-09-01T00:00:00+00:00",
        version="99.0",
    )
    assert StoredPredictions(pilot.project).model_version() == "model-1"


def test_without_a_model_only_places_are_named(project: Project) -> None:
    assert StoredPredictions(project).model_version() == PLACE_VERSION


def test_a_passage_is_followed_to_its_successor(
    pilot: Pilot, reading_of: Callable[..., Reading], keep: Callable[..., object]
) -> None:
    tasks = [pilot.task(OPEN)]
    texts = [["Care homes will have a weekly round by a GP."], ["Something else."]]
    again = reading_of(pilot.document, texts, version="test-2")
    keep(pilot.project.store, pilot.document, again)
    assert again.passages[0].passage_id != pilot.passages[OPEN].passage_id
    assert pilot.answer(*tasks).outcomes == Counter({Outcome.NOT_SCORED: 1})
    keep_scores(pilot.project, "model-1", again.passages, "finance-incentives", made_at="")
    assert codes(pilot.answer(*tasks)) == [["finance-incentives"]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["data", "task_key", "page"]), inner),
    max_leaves=8,
)


@given(JSON)
def test_any_task_can_be_asked_about(task: Any) -> None:
    found = asked_task(task)
    assert isinstance(found.task_key, str)
    assert isinstance(found.page, str)
