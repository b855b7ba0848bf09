"""Pushes: every reading once on the server, whatever breaks off, and nothing asked that need not be."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.pushing import BATCH, Pusher, PushOrder
from annotation.server_error import Aftermath, ServerError
from careatlas.errors import UsageError
from careatlas.identifiers import task_key
from careatlas.sample import Assignment
from careatlas.store import samples


def test_every_reading_arrives_once_in_the_coders_order(work, studio):
    report = work.push()
    assert [(one.coder, one.asked, one.sent) for one in report.coders] == [("ann", 12, 12), ("bob", 12, 12)]
    assert work.on_server("ann") == work.keys("ann")
    assert work.on_server("bob") == work.keys("bob")
    assert set(work.states("ann")) == {"confirmed"}
    assert not report.is_in_trouble
    assert len(studio.projects_there) == 2


def test_a_server_that_makes_every_project_twice_is_left_with_one_each(work, studio, monkeypatch):
    """Label Studio on SQLite begins a request anew that met a lock, after it has made the project."""
    make = studio.create_project

    def twice(**what):
        make(**what)
        return make(**what)

    monkeypatch.setattr(studio, "create_project", twice)
    work.push()
    assert len(studio.projects_there) == 2
    assert Counter(work.on_server("ann")) == Counter(work.keys("ann"))


def test_a_second_project_that_holds_tasks_is_left_alone(work_of, studio, fakes):
    work = work_of(coders=("ann",))

    def killed(number, name, when):
        if (name, when) == ("create_project", "after"):
            raise fakes.Killed

    studio.fault = killed
    with pytest.raises(fakes.Killed):
        work.push()
    studio.fault = lambda *_: None
    (number,) = studio.projects_there
    studio.projects_there[number + 100] = dict(studio.projects_there[number])
    studio.tasks_there[9_999] = {"id": 9_999, "project": number + 100, "updated_at": studio.time, "data": {}}
    work.push()
    assert set(studio.projects_there) == {number, number + 100}


def test_nothing_to_do_is_one_request(work, studio):
    work.push()
    studio.calls.clear()
    report = work.push()
    assert studio.calls == ["projects"]
    assert [one.sent for one in report.coders] == [0, 0]


def test_a_blind_task_says_nothing_of_the_model(work, studio, made):
    work.push()
    tasks = [task for task in studio.tasks_there.values() if task["project"] == work.project_of("ann")]
    blind = [task for task in tasks if not task["data"]["model_id"]]
    assert len(blind) == 1
    assert (blind[0]["predictions"], blind[0]["data"]["top"]) == ([], "")
    shown = next(task for task in tasks if task["data"]["model_id"])
    assert shown["data"]["model_id"] == made.MODEL == shown["predictions"][0]["model_version"]
    assert shown["data"]["passage"] == work.passages[0].text
    assert shown["data"]["after"] == work.passages[1].text
    assert studio.projects_there[work.project_of("ann")]["model_version"] == made.MODEL


def test_many_are_sent_in_batches(work_of, studio, monkeypatch):
    monkeypatch.setattr("annotation.pushing.BATCH", 5)
    work = work_of(passages=12, coders=("ann",))
    work.push()
    assert studio.calls.count("import_tasks") == 3
    assert work.on_server("ann") == work.keys("ann")
    assert BATCH >= 500


def test_readings_that_were_added_later_are_sent_alone(work, studio, project):
    work.push()
    name = work.passages[0].passage_id
    again = Assignment(
        task_key=task_key("spring", name, "ann", 1),
        sample_id="spring",
        passage_id=name,
        coder="ann",
        blind=True,
        repeat=1,
        position=12,
    )
    with project.store.write() as connection:
        samples.assign(connection, [again])
    assert [one.sent for one in work.push().coders] == [1, 0]
    assert work.on_server("ann") == work.keys("ann")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 10))
def test_a_process_killed_at_any_request_is_made_good_by_the_next(work, studio, fakes, number, when):
    def fault(now, name, moment):
        if (now, moment) == (number, when):
            raise fakes.Killed

    studio.fault = fault
    with suppress(fakes.Killed):
        work.push()
    studio.fault = lambda *_: None
    report = work.push()
    assert work.on_server("ann") == work.keys("ann")
    assert work.on_server("bob") == work.keys("bob")
    assert len(studio.projects_there) == 2
    assert not report.is_in_trouble
    studio.calls.clear()
    assert [one.sent for one in work.push().coders] == [0, 0]
    assert studio.calls == ["projects"]


FAULTS = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["before", "after"]), st.sampled_from([*Aftermath, "killed"])),
    max_size=4,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=FAULTS)
def test_any_row_of_faults_ends_with_every_task_once(work_of, project, faults, fakes, made):
    # One project for all examples: each example is a server that knows nothing yet.
    work = _work(work_of, project, fakes)
    studio = work.server
    for number, when, kind in faults:
        studio.calls.clear()

        def fault(now, name, moment, number=number, when=when, kind=kind):
            if (now, moment) == (number, when):
                raise fakes.Killed if kind == "killed" else fakes.broken(kind)

        studio.fault = fault
        with suppress(fakes.Killed, ServerError):
            work.push()
    studio.fault = lambda *_: None
    work.push()
    for coder in ("ann", "bob"):
        assert Counter(work.on_server(coder)) == Counter(work.keys(coder))
        assert set(work.states(coder)) == {"confirmed"}


_made = {}
_servers = iter(range(10_000))


def _work(work_of, project, fakes):
    if project.root not in _made:
        _made.clear()
        _made[project.root] = work_of(passages=5)
    server = fakes.FakeStudio()
    server.url = f"http://127.0.0.1:9/{next(_servers)}"
    return replace(_made[project.root], server=server)


def test_a_broken_connection_is_looked_up_at_once(work_of, studio, fakes):
    work = work_of(coders=("ann",))
    broke = []

    def fault(number, name, when):
        if name == "import_tasks" and when == "after" and not broke:
            broke.append(number)
            raise fakes.broken()

    studio.fault = fault
    report = work.push()
    assert broke
    assert report.coders[0].sent == 12
    assert work.on_server("ann") == work.keys("ann")
    assert studio.calls.count("import_tasks") == 1


def test_an_import_that_may_be_under_way_is_not_repeated(work_of, studio, fakes):
    work = work_of(coders=("ann",))

    def fault(number, name, when):
        if name == "import_tasks" and when == "before":
            raise fakes.broken(Aftermath.PENDING)

    studio.fault = fault
    with pytest.raises(ServerError):
        work.push()
    assert studio.calls.count("import_tasks") == 1
    assert set(work.states("ann")) == {"sent"}


def test_doubles_that_nobody_opened_are_removed(work_of, studio):
    work = work_of(coders=("ann",))
    work.push()
    first, second, third, *_ = work.numbers("ann")
    copies = [studio.copy_task(number) for number in (first, second, third)]
    kept = studio.answer(copies[1], [])
    studio.answer(first, [])
    report = work.push()
    assert report.coders[0].removed == 3
    assert copies[0] not in studio.tasks_there  # the newer one: the older one is answered
    assert second not in studio.tasks_there  # the older one: the newer one is answered
    assert copies[2] not in studio.tasks_there
    assert third in studio.tasks_there
    assert kept in studio.answers_there
    assert sorted(work.on_server("ann")) == sorted(work.keys("ann"))


def test_doubles_that_were_both_opened_stay(work_of, studio):
    work = work_of(coders=("ann",))
    work.push()
    number = work.numbers("ann")[0]
    copy = studio.copy_task(number)
    studio.answer(number, [])
    studio.tasks_there[copy]["drafts"] = [{"result": []}]
    report = work.push()
    assert (report.coders[0].removed, report.coders[0].doubled) == (0, 1)
    assert report.is_in_trouble
    assert {number, copy} <= studio.tasks_there.keys()


def test_a_deleted_task_is_told_of_and_restored_only_when_asked(work_of, studio):
    work = work_of(coders=("ann",))
    work.push()
    del studio.tasks_there[work.numbers("ann")[3]]
    report = work.push()
    assert (report.coders[0].sent, report.coders[0].gone) == (0, 1)
    assert report.is_in_trouble
    assert work.states("ann")[3] == "gone"
    studio.calls.clear()
    work.push()
    assert studio.calls == ["projects"]
    report = work.push(check=True)
    assert (report.coders[0].sent, report.coders[0].restored, report.coders[0].gone) == (1, 1, 0)
    assert sorted(work.on_server("ann")) == sorted(work.keys("ann"))


def test_a_deleted_project_is_made_again_only_when_asked(work_of, studio):
    work = work_of(coders=("ann",))
    work.push()
    studio.projects_there.clear()
    studio.tasks_there.clear()
    report = work.push()
    assert report.coders[0].project_is_gone
    assert not studio.projects_there
    report = work.push(check=True)
    assert report.coders[0].sent == 12
    assert work.on_server("ann") == work.keys("ann")


def test_another_project_of_the_same_number_is_not_taken_for_ours(work_of, studio):
    work = work_of(coders=("ann",))
    work.push()
    number = work.project_of("ann")
    studio.tasks_there.clear()
    studio.projects_there[number] |= {"title": "Somebody else's", "description": "A server set up anew"}
    work.push(check=True)
    assert work.project_of("ann") != number
    assert not [task for task in studio.tasks_there.values() if task["project"] == number]


def test_a_renamed_project_is_still_ours(work_of, studio):
    work = work_of(coders=("ann",))
    work.push()
    studio.projects_there[work.project_of("ann")]["title"] = "My pile"
    work.push()
    assert len(studio.projects_there) == 1


def test_foreign_tasks_are_left_alone(work_of, studio):
    work = work_of(coders=("ann",))
    work.push()
    studio.import_tasks(work.project_of("ann"), [{"data": {"passage": "hers"}, "predictions": []}])
    report = work.push()
    assert report.coders[0].foreign == 1
    assert not report.is_in_trouble
    assert len(studio.tasks_there) == 13


def test_a_changed_screen_is_told_of_and_nothing_is_sent_until_it_is_put_back(work_of, studio):
    work = work_of(coders=("ann",))
    work.push()
    number = work.project_of("ann")
    ours = studio.projects_there[number]["label_config"]
    del studio.tasks_there[work.numbers("ann")[0]]
    studio.projects_there[number]["label_config"] = "<View/>"
    report = work.push(check=True)
    assert report.coders[0].screen_changed
    assert report.is_in_trouble
    assert len(studio.tasks_there) == 11
    assert studio.projects_there[number]["label_config"] == "<View/>"
    report = work.push(check=True, restore_screen=True)
    assert not report.is_in_trouble
    assert studio.projects_there[number]["label_config"] == ours
    assert len(studio.tasks_there) == 12


def test_a_passage_that_a_new_reading_lost_is_told_of(work_of, studio, project, document_of, reading_of, keep):
    work = work_of(coders=("ann",))
    item = document_of("plan.pdf", title="A synthetic plan", page_count=2)
    keep(project.store, item, reading_of(item, [["Nothing of what stood there before."]], version="test-2"))
    report = work.push()
    assert (report.coders[0].sent, report.coders[0].lost) == (0, 12)
    assert not studio.tasks_there


def test_an_unknown_sample_is_refused(work):
    with pytest.raises(UsageError, match="no sample 'autumn'"):
        Pusher(work.project, work.server, PushOrder(sample_id="autumn"))


def test_the_report_is_plain_data(work):
    report = work.push()
    assert json.loads(json.dumps(report.as_dict()))["coders"][0]["sent"] == 12
