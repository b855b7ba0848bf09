"""A newer model's suggestions: for open tasks only, once, and never for blind ones."""

from __future__ import annotations

import fcntl
from contextlib import suppress

import pytest

from annotation.server_folder import server_folder
from annotation.suggestion_push import push_suggestions
from careatlas.errors import UsageError
from careatlas.store import suggestions
from careatlas.store.suggestions import StoredModel


@pytest.fixture
def newer(work_of, project, studio, made, document_of):
    """Give ann's work, two tasks of which she has answered, when a newer model has read the plan."""
    work = work_of(coders=("ann",))
    work.push()
    for number in work.numbers("ann")[:2]:
        studio.answer(number, made.result_of(made.CODE[0]))
    made.suggest(project, document_of("plan.pdf", title="A synthetic plan", page_count=2), work.passages, made.NEWER)
    return work


def test_open_tasks_get_the_newer_models_word_and_answered_ones_keep_theirs(newer, project, studio, made):
    (done,) = push_suggestions(project, studio, made.SAMPLE)
    assert (done.open_tasks, done.pre_labels, done.changed) == (10, 9, 9)  # one of the ten is blind
    tasks = [studio.tasks_there[number] for number in newer.numbers("ann")]
    assert [task["data"]["model_id"] for task in tasks[:3]] == [made.MODEL, made.MODEL, made.NEWER]
    assert made.BOOK.code(made.CODE[-1]).label in tasks[2]["data"]["top"]
    assert [one["model_version"] for one in tasks[2]["predictions"]] == [made.MODEL, made.NEWER]
    blind = tasks[made.BLIND_EVERY - 1]
    assert (blind["data"]["model_id"], blind["data"]["top"], blind["predictions"]) == ("", "", [])
    assert studio.projects_there[newer.project_of("ann")]["model_version"] == made.NEWER


def test_an_answer_names_the_model_that_was_on_the_screen(newer, project, studio, made):
    push_suggestions(project, studio, made.SAMPLE)
    studio.answer(newer.numbers("ann")[2], made.result_of(made.CODE[-1]))
    newer.pull()
    assert [one.shown_model_id for one in newer.answers()] == [made.MODEL, made.MODEL, made.NEWER]
    rows = {row.code: row for row in newer.judgements(newer.passages[2])}
    assert (rows[made.CODE[-1]].origin, rows[made.CODE[-1]].shown_probability) == ("accepted", 0.9)


@pytest.mark.parametrize("shown", ["newer", "a backend", "of another codebook"])
def test_tasks_that_are_sent_later_go_under_the_model_that_the_project_shows(newer, project, studio, made, shown):
    push_suggestions(project, studio, made.SAMPLE)
    if shown != "newer":
        studio.projects_there[newer.project_of("ann")]["model_version"] = shown
    if shown == "of another codebook":
        other = StoredModel(model_id=shown, codebook_id=made.BOOK.id, codebook_version="0", made_at="2026", card={})
        with project.store.write() as connection:
            suggestions.keep_model(connection, other)
    del studio.tasks_there[newer.numbers("ann")[2]]
    newer.push(check=True)
    sent = studio.tasks_there[newer.numbers("ann")[2]]
    model = made.NEWER if shown == "newer" else made.MODEL
    assert (sent["data"]["model_id"], [one["model_version"] for one in sent["predictions"]]) == (model, [model])


def test_nobody_else_pushes_meanwhile(newer, project, studio, made):
    free = []

    def fault(*_):
        with (server_folder(project.root).root / "push.lock").open("a") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free.append(lock)

    studio.fault = fault
    studio.calls.clear()
    push_suggestions(project, studio, made.SAMPLE)
    assert studio.calls
    assert not free


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 8))
def test_what_broke_off_is_finished_by_the_next(newer, project, studio, made, fakes, number, when):
    studio.calls.clear()

    def fault(now, name, moment):
        if (now, moment) == (number, when):
            raise fakes.Killed

    studio.fault = fault
    with suppress(fakes.Killed):
        push_suggestions(project, studio, made.SAMPLE)
    studio.fault = lambda *_: None
    push_suggestions(project, studio, made.SAMPLE)
    (done,) = push_suggestions(project, studio, made.SAMPLE)
    assert (done.pre_labels, done.changed) == (0, 0)
    tasks = [studio.tasks_there[number] for number in newer.numbers("ann")[2:]]
    assert [len(task["predictions"]) for task in tasks] == [2, 2, 2, 2, 2, 0, 2, 2, 2, 2]
    assert studio.projects_there[newer.project_of("ann")]["model_version"] == made.NEWER


def test_without_a_model_there_is_nothing_to_send(work, project, studio, made, monkeypatch):
    monkeypatch.setattr("annotation.scoring_model.suggestions.models", lambda _: [])
    with pytest.raises(UsageError, match="no model has read"):
        push_suggestions(project, studio, made.SAMPLE)
