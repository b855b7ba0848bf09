"""Whose suggestion a person saw: the model whose codes were ticked or named on the screen, or nobody's."""

from __future__ import annotations

import pytest

from careatlas.store import suggestions


@pytest.fixture
def pushed(work_of):
    """Give work that ann has on the server."""
    work = work_of(coders=("ann",))
    work.push()
    return work


def test_a_box_on_the_page_is_no_suggestion(pushed, studio, made, project):
    # As the server gives it where there are page images and the model has not scored the passage.
    number = pushed.numbers("ann")[0]
    task = studio.tasks_there[number]
    task["data"] |= {"model_id": "", "top": ""}
    box = {"id": 900, "model_version": made.MODEL, "result": [{"from_name": "box"}]}
    task["predictions"] = [box]
    with project.store.write() as connection:
        suggestions.replace(connection, made.MODEL, pushed.passages[0].document_id, [])
    studio.answer(number, made.result_of(made.CODE[0]), parent_prediction=900, prediction=box)
    pushed.pull()
    (answer,) = pushed.answers()
    assert (answer.shown_model_id, answer.reason) == (None, "")
    studio.answer(number, made.result_of(made.CODE[0]), parent_prediction=900, prediction={})
    pushed.pull()
    assert [one.shown_model_id for one in pushed.answers()] == [None, None]


def test_a_newer_models_codes_that_were_ticked_name_that_model(pushed, studio, made, project, document_of):
    item = document_of("plan.pdf", title="A synthetic plan", page_count=2)
    made.suggest(project, item, pushed.passages, made.NEWER)
    first, second, *_ = pushed.numbers("ann")
    chosen = made.result_of(made.CODE[-1])
    studio.import_predictions(
        pushed.project_of("ann"), [{"task": first, "model_version": made.NEWER, "result": chosen}]
    )
    older, newer = (one["id"] for one in studio.tasks_there[first]["predictions"])
    studio.answer(first, chosen, parent_prediction=newer, prediction={})
    studio.answer(first, chosen, parent_prediction=older, prediction={})
    (only,) = studio.tasks_there[second]["predictions"]
    studio.answer(second, chosen, parent_prediction=only["id"], prediction={})
    pushed.pull()
    assert [one.shown_model_id for one in pushed.answers()] == [made.NEWER, made.MODEL, made.MODEL]
    assert studio.calls.count("pre_labels") == 2  # where there is but one, the task says whose it is
    pushed.pull()
    assert studio.calls.count("pre_labels") == 2
