"""The suggesting stage: what fails is a row, what is wrong with the store ends the run."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from careatlas.errors import StoreError
from careatlas.progress import NoProgress
from careatlas.project import Project
from careatlas.stage import StageReport
from careatlas.store import runs, suggestions
from models import suggesting
from models.stacked_model import StackedModel
from models.suggesting import passage_texts, scorable, suggest_stage, suggestions_for
from models.tiers import classifier_of


@pytest.fixture
def plans(project: Project, document_of, reading_of, keep) -> Project:
    """Give a project of two plans, one of which is called bad, and a model that needs no weights."""
    for name in ("bad.pdf", "good.pdf"):
        item = document_of(name)
        text = f"A trusted assessor works at the discharge hub of {name}."
        keep(project.store, item, reading_of(item, [[text]]))
    settings = project.settings.model_copy(
        update={"suggest": project.settings.suggest.model_copy(update={"model": "cues-tfidf"})}
    )
    return Project(project.root, settings, project.store, project.blobs)


def run(project: Project, *, again: bool = False) -> StageReport:
    return suggest_stage(project, NoProgress(), again=again)


def break_scoring(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    whole = suggesting.suggestions_for

    def sometimes(classifier, items, store=None):
        if "bad.pdf" in items[0].text:
            raise error
        return whole(classifier, items, store)

    monkeypatch.setattr(suggesting, "suggestions_for", sometimes)


def test_a_document_that_fails_is_a_row_until_it_is_asked_for_again(plans, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        break_scoring(patch, ValueError("no such thing"))
        report = run(plans)
        assert (report.done, report.unchanged, report.failed) == (1, 0, 1)
        assert report.problems == ("bad.pdf: failed: ValueError: no such thing",)
        assert report.counts["passages scored"] == 1
        with plans.store.read() as connection:
            rows = {row.outcome: row.reason for row in runs.listed(connection, stage="suggest")}
            (model,) = suggestions.models(connection)
            assert suggestions.scored_count(connection, model.model_id) == 1
        assert rows == {"ok": "", "failed": "ValueError: no such thing"}
    # Nothing has changed, so that it is not tried again of itself.
    assert (run(plans).unchanged, run(plans).failed) == (2, 0)
    report = run(plans, again=True)
    assert (report.done, report.unchanged, report.failed) == (1, 1, 0)
    assert run(plans, again=True).unchanged == 2


def test_a_store_that_refuses_ends_the_run(plans, monkeypatch) -> None:
    break_scoring(monkeypatch, StoreError("the disk is full"))
    with pytest.raises(StoreError, match="full"):
        run(plans)


# --- passages and what is said of them


@pytest.fixture
def items(project, document_of, reading_of, keep):
    """Return the passages of a plan that is in the project's store."""
    item = document_of()
    texts = [
        ["gp round practice resident", "the bus road map", "gp round practice resident"],
        ["fall strength balance"],
    ]
    keep(project.store, item, reading_of(item, texts))
    return scorable(project.store, item)


@pytest.fixture
def model(small_model, small_codebook, hashed_encoder) -> StackedModel:
    return StackedModel(small_model, small_codebook)


def test_each_passage_is_the_neighbour_of_the_next(items):
    texts = passage_texts(items)
    assert [one.text for one in texts] == [item.text for item in items]
    assert [one.before for one in texts] == ["", *(item.text for item in items[:-1])]
    assert [one.after for one in texts] == [*(item.text for item in items[1:]), ""]
    assert texts[3].heading_path == items[3].heading_path == ("Our plan", "Part 2")
    assert passage_texts([]) == []


def test_every_passage_has_all_codes_the_likeliest_first(model, items):
    made = suggestions_for(model, items)
    prediction = model.predict(passage_texts(items))
    assert [one.passage_id for one in made] == [item.passage_id for item in items]
    for row, one in enumerate(made):
        assert {score.code for score in one.scores} == set(model.codes)
        probabilities = [score.probability for score in one.scores]
        assert probabilities == sorted(probabilities, reverse=True)
        assert one.none_probability == prediction.none_probability[row]
        for score in one.scores:
            column = model.codes.index(score.code)
            assert score.probability == prediction.probabilities[row, column]
            assert score.accepted == prediction.accepted[row, column]
        assert (one.model_id, one.codebook_id) == (model.info.model_id, "small")
    assert made[0].scores[0].code == "gp-round"


def test_embeddings_are_kept_and_change_nothing(model, items, project, hashed_words, monkeypatch):
    without = suggestions_for(model, items)
    first = suggestions_for(model, items, project.store)
    monkeypatch.setattr(type(hashed_words), "encode", lambda *_: pytest.fail("computed once more"))
    again = suggestions_for(model, items, project.store)
    assert without == first == again


def test_vectors_of_another_form_are_not_mistaken_for_these(model, items, project, monkeypatch):
    suggestions_for(model, items, project.store)
    model.config = replace(model.config, context="neighbours")
    asked: list[str] = []
    encode = type(model.encoder).encode

    def noted(self, texts, progress=None):
        asked.extend(texts)
        return encode(self, texts, progress)

    monkeypatch.setattr(type(model.encoder), "encode", noted)
    suggestions_for(model, items, project.store)
    assert len(asked) == len(items)


def test_a_tier_without_an_encoder_needs_no_store_of_vectors(items, project, small_codebook):
    plain = classifier_of("cues-tfidf", small_codebook)
    assert suggestions_for(plain, items, project.store) == suggestions_for(plain, items)


UNCHANGED = """
import sys
from pathlib import Path
from careatlas.progress import NoProgress
from careatlas.project import Project, open_project
from models.suggesting import suggest_stage
with open_project(Path(sys.argv[1])) as opened:
    suggest = opened.settings.suggest.model_copy(update={"model": "cues-tfidf"})
    settings = opened.settings.model_copy(update={"suggest": suggest})
    report = suggest_stage(Project(opened.root, settings, opened.store, opened.blobs), NoProgress())
print(report.done, report.unchanged, *{"numpy", "scipy", "sklearn", "onnxruntime", "safetensors"} & set(sys.modules))
"""


def test_a_run_with_nothing_to_do_imports_nothing_heavy(plans) -> None:
    assert run(plans).done == 2
    command = [sys.executable, "-c", UNCHANGED, str(plans.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "2"]
