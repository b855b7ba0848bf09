"""Pulls: every state of every answer once, what it says by the rule, and nothing that was said lost."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from annotation.pulling import Puller
from careatlas.judgement import Origin, Verdict
from careatlas.store import passages, suggestions


@pytest.fixture
def pushed(work_of):
    """Give work that ann has on the server."""
    work = work_of(coders=("ann",))
    work.push()
    return work


def test_an_answer_becomes_a_judgement_of_every_code(pushed, studio, made):
    first, second, accepted = made.CODE[2], made.CODE[1], made.CODE[0]
    studio.answer(pushed.numbers("ann")[0], made.result_of(first, accepted))
    report = pushed.pull()
    assert (report.answers, report.kept, report.judgements) == (1, 1, len(made.CODE))
    rows = {row.code: row for row in pushed.judgements()}
    assert rows.keys() == set(made.CODE)
    assert {code for code, row in rows.items() if row.verdict is Verdict.PRESENT} == {first, accepted}
    assert {row.verdict for row in rows.values()} == {Verdict.PRESENT, Verdict.ABSENT}
    assert {(row.person, row.drawn_by, row.inclusion_probability, row.seconds) for row in rows.values()} == {
        ("ann", made.SAMPLE, made.CHANCE, 12.5)
    }
    # Shown: the three likeliest. The first reached its cut-off and was agreed with; so was the second, which did not.
    assert (rows[accepted].origin, rows[accepted].shown_probability) == (Origin.ACCEPTED, 0.9)
    assert (rows[second].origin, rows[second].shown_probability) == (Origin.ACCEPTED, 0.4)
    assert rows[first].origin is Origin.CHANGED
    assert {row.origin for code, row in rows.items() if code not in made.CODE[:3]} == {Origin.MANUAL}
    (answer,) = pushed.answers()
    assert {row.answer_id for row in rows.values()} == {answer.answer_id}
    assert (answer.shown_model_id, answer.codebook_version, answer.reason) == (made.MODEL, made.BOOK.version, "")
    assert answer.made_at == studio.time


def test_nothing_here_is_one_row_and_not_sure_is_unsure(pushed, studio, made):
    one, other, *_ = pushed.numbers("ann")
    studio.answer(one, made.result_of())
    studio.answer(other, made.result_of(made.CODE[4], unsure=True))
    pushed.pull()
    (row,) = pushed.judgements(pushed.passages[0])
    assert (row.verdict, row.code, row.origin) == (Verdict.NOTHING_HERE, "", Origin.CHANGED)
    assert pushed.in_force(pushed.passages[1], "ann") == {made.CODE[4]: "unsure"}
    assert len(pushed.judgements(pushed.passages[1])) == len(made.CODE)


def test_a_blind_answer_agreed_with_nothing(pushed, studio, made):
    blind = made.BLIND_EVERY - 1
    studio.answer(pushed.numbers("ann")[blind], made.result_of(made.CODE[0]))
    pushed.pull()
    rows = pushed.judgements(pushed.passages[blind])
    assert {row.origin for row in rows} == {Origin.MANUAL}
    assert {row.shown_model_id for row in rows} == {None}
    assert pushed.answers()[0].shown_model_id is None


def test_the_same_state_again_adds_nothing(pushed, studio, made):
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    before = (pushed.answers(), pushed.judgements())
    for _ in range(3):
        report = pushed.pull()
    assert (report.answers, report.edits, report.judgements) == (0, 0, 0)
    assert (pushed.answers(), pushed.judgements()) == before


def test_a_change_of_mind_is_a_further_state(pushed, studio, made):
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.change(number, result=made.result_of(made.CODE[3]))
    report = pushed.pull()
    assert (report.answers, report.edits) == (0, 1)
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[3]: "present"}
    assert len(pushed.judgements()) == 2 * len(made.CODE)
    studio.change(number, result=made.result_of())
    pushed.pull()
    assert pushed.in_force(pushed.passages[0], "ann") == {"": "nothing-here"}
    assert [one.key for one in pushed.answers()] == [str(number)] * 3


def test_an_answer_that_cannot_be_read_is_kept_in_quarantine_and_what_was_said_before_stands(pushed, studio, made):
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.change(number, result=[{"foo": "bar"}])
    report = pushed.pull()
    assert report.quarantined == 1
    assert report.is_in_trouble
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}
    held = pushed.answers()[-1]
    assert (held.state, held.passage_id) == ("quarantined", pushed.passages[0].passage_id)
    assert "field None" in held.reason
    assert json.loads(held.content)["result"] == [{"foo": "bar"}]


@pytest.mark.parametrize("codes", [["a-code-of-nobody"], []])
def test_an_unknown_code_and_a_blank_answer_are_quarantined(pushed, studio, made, codes):
    result = made.result_of(*codes) if codes else []
    studio.answer(pushed.numbers("ann")[0], result)
    assert pushed.pull().quarantined == 1
    assert pushed.judgements() == []


def test_an_answer_to_no_task_of_ours_is_quarantined_without_a_passage(pushed, studio, made):
    (foreign,) = studio.import_tasks(
        pushed.project_of("ann"), [{"data": {"task_key": "t-unknown", "passage": "x"}, "predictions": []}]
    )
    studio.answer(foreign, made.result_of(made.CODE[0]))
    assert pushed.pull().quarantined == 1
    (held,) = pushed.answers()
    assert (held.passage_id, held.task_key, held.person) == ("", "t-unknown", "ann")
    assert "no task that we sent" in held.reason


def test_words_that_were_changed_on_the_server_are_not_what_we_asked_about(pushed, studio, made):
    number = pushed.numbers("ann")[0]
    studio.tasks_there[number]["data"]["passage"] = "Other words."
    studio.answer(number, made.result_of(made.CODE[0]))
    assert pushed.pull().quarantined == 1
    assert "changed on the server" in pushed.answers()[0].reason


def test_what_was_in_quarantine_is_tried_again(pushed, studio, made):
    number = pushed.numbers("ann")[0]
    text = studio.tasks_there[number]["data"]["passage"]
    studio.tasks_there[number]["data"]["passage"] = "Other words."
    studio.answer(number, made.result_of(made.CODE[0]))
    assert pushed.pull().quarantined == 1
    assert pushed.pull().found_something is False
    studio.tasks_there[number]["data"]["passage"] = text  # somebody mended the task
    report = pushed.pull()
    assert (report.edits, report.kept) == (1, 1)
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}
    assert pushed.answers()[-1].reason == "it could not be read before"
    assert pushed.pull().found_something is False


def test_skipping_says_nothing_and_takes_back_what_was_said(pushed, studio, made):
    one, other, *_ = pushed.numbers("ann")
    studio.answer(one, made.result_of(made.CODE[0]), was_cancelled=True)
    number = studio.answer(other, made.result_of(made.CODE[0]))
    assert pushed.pull().skipped == 1
    assert pushed.judgements(pushed.passages[0]) == []
    studio.change(number, was_cancelled=True)
    pushed.pull()
    assert pushed.in_force(pushed.passages[1], "ann") == {}
    assert len(pushed.judgements(pushed.passages[1])) == len(made.CODE) + 1


def test_a_change_by_somebody_else_is_theirs_and_the_coders_word_stands(pushed, studio, made, fakes):
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.change(number, by=fakes.BOB, result=made.result_of(made.CODE[5]))
    report = pushed.pull()
    assert (report.edited_by_others, report.mismatches) == (1, 0)
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}
    assert pushed.in_force(pushed.passages[0], "bob@example.org") == {made.CODE[5]: "present"}
    changed = pushed.answers()[-1]
    assert (changed.person, changed.editor) == ("ann", "bob@example.org")
    assert "changed by bob@example.org" in changed.reason
    studio.change(number, result=made.result_of(made.CODE[6]))
    pushed.pull()
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[6]: "present"}


def test_an_answer_by_somebody_else_is_kept_under_the_real_name(pushed, studio, made, fakes):
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]), by=fakes.CAROL)
    report = pushed.pull()
    assert report.mismatches == 1
    assert pushed.in_force(pushed.passages[0], "carol@example.org") == {made.CODE[0]: "present"}
    assert pushed.in_force(pushed.passages[0], "ann") == {}
    assert "where ann was asked" in pushed.answers()[0].reason


def test_a_deleted_answer_is_withdrawn_and_its_task_is_not(pushed, studio, made):
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.delete_answer(number)
    report = pushed.pull()
    assert (report.deleted, report.task_gone) == (1, 0)
    assert pushed.in_force(pushed.passages[0], "ann") == {}
    assert [one.state for one in pushed.answers()] == ["kept", "deleted"]
    assert pushed.pull().found_something is False


def test_a_deleted_task_leaves_what_was_said(pushed, studio, made):
    task = pushed.numbers("ann")[0]
    studio.answer(task, made.result_of(made.CODE[0]))
    pushed.pull()
    studio.delete_task(task)
    report = pushed.pull()
    assert (report.deleted, report.task_gone) == (0, 1)
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}
    assert pushed.states("ann")[0] == "gone"
    assert pushed.pull().found_something is False
    pushed.push(check=True)
    assert pushed.on_server("ann").count(pushed.keys("ann")[0]) == 1
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}


def test_an_answer_that_comes_back_counts_again(pushed, studio, made):
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    kept = studio.answers_there.pop(number)
    pushed.pull()
    studio.answers_there[number] = kept  # as from a backup
    pushed.pull()
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}
    assert [one.state for one in pushed.answers()] == ["kept", "deleted", "kept"]


def test_a_reply_that_lacks_answers_deletes_none(pushed, studio, made):
    for task in pushed.numbers("ann")[:3]:
        studio.answer(task, made.result_of(made.CODE[0]))
    pushed.pull()
    whole = studio.export
    studio.export = lambda project, ids=None: whole(project, ids) if ids is not None else whole(project)[:1]
    report = pushed.pull()
    assert (report.deleted, report.task_gone) == (0, 0)
    assert len(pushed.answers()) == 3


def test_a_deleted_project_leaves_what_was_said(pushed, studio, made):
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.projects_there.clear()
    report = pushed.pull()
    assert report.projects_gone == ["ann"]
    assert report.is_in_trouble
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}


def test_a_changed_screen_is_told_of_and_known_codes_are_still_read(pushed, studio, made):
    studio.projects_there[pushed.project_of("ann")]["label_config"] = "<View/>"
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    report = pushed.pull()
    assert report.screens_changed == ["ann"]
    assert report.is_in_trouble
    assert report.kept == 1


def test_what_the_model_said_may_be_gone(pushed, studio, made, project):
    with project.store.write() as connection:
        suggestions.replace(connection, made.MODEL, pushed.passages[0].document_id, [])
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    (answer,) = pushed.answers()
    assert answer.shown_model_id == made.MODEL
    assert "not in the project any more" in answer.reason
    assert {row.origin for row in pushed.judgements()} == {Origin.MANUAL}


def test_after_a_new_reading_the_answer_is_about_the_passage_that_took_its_place(
    pushed, studio, made, project, document_of, reading_of, keep
):
    span = made.span_of("area", 10, 17, pushed.passages[0].text)
    studio.answer(pushed.numbers("ann")[0], [*made.result_of(made.CODE[0]), span])
    studio.answer(pushed.numbers("ann")[1], [*made.result_of(made.CODE[0]), span])
    studio.answer(pushed.numbers("ann")[2], made.result_of(made.CODE[0]))
    item = document_of("plan.pdf", title="A synthetic plan", page_count=2)
    texts = made.texts_of(12)
    texts[0][0] = texts[0][0].replace("care homes", "care  homes")  # found again: the words are the same
    texts[0][2] = "Other words."
    keep(project.store, item, reading_of(item, texts, version="test-2"))
    assert pushed.pull().quarantined == 1
    assert [one.passage_id for one in pushed.answers() if "not in this project any more" in one.reason] == [""]
    with project.store.read() as connection:
        now = [passages.get(connection, one.passage_id) for one in pushed.passages[:2]]
    assert now[0].passage_id != pushed.passages[0].passage_id
    assert pushed.in_force(now[0], "ann") == {made.CODE[0]: "present"}
    (moved,) = [row for row in pushed.beside(now[0]) if row.name == "area"]
    (same,) = [row for row in pushed.beside(now[1]) if row.name == "area"]
    assert (moved.value, moved.char_start) == (same.value, None)
    assert (same.char_start, same.char_end) == (10, 17)


def test_what_is_said_beside_the_codes_is_kept_and_ends_with_the_next_answer(pushed, studio, made):
    attribute = made.BOOK.attributes[0]
    chosen = {"from_name": attribute.name, "to_name": "passage", "type": "choices"}
    chosen |= {"value": {"choices": [attribute.values[0]]}}
    note = {
        "from_name": "note",
        "to_name": "passage",
        "type": "textarea",
        "value": {"text": ["A note\x00 and \ud800."]},
    }
    number = studio.answer(pushed.numbers("ann")[0], [*made.result_of(made.CODE[0]), chosen, note])
    pushed.pull()
    said = {row.name: row.value for row in pushed.beside(pushed.passages[0])}
    assert said == {attribute.name: attribute.values[0], "note": "A note\ufffd and \ufffd."}
    studio.change(number, result=made.result_of(made.CODE[0]))
    pushed.pull()
    assert pushed.beside(pushed.passages[0]) == []


def test_clocks_that_jump_never_turn_the_order_of_states(pushed, studio, made):
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.change(number, result=made.result_of(made.CODE[1]))
    studio.answers_there[number]["updated_at"] = "2020-01-01T00:00:00Z"
    pushed.pull()
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[1]: "present"}
    studio.answers_there[number] |= {"updated_at": "2999-01-01T00:00:00Z", "result": made.result_of(made.CODE[2])}
    pushed.pull()
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[2]: "present"}
    studio.answers_there[number] |= {"updated_at": "never", "result": made.result_of(made.CODE[3])}
    pushed.pull()
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[3]: "present"}
    assert all(one.made_at <= one.seen_at + timedelta(days=1) for one in pushed.answers())


def test_a_state_that_comes_back_is_a_further_state(pushed, studio, made):
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    first = dict(studio.answers_there[number])
    pushed.pull()
    studio.answers_there[number] = {**first, "result": made.result_of(made.CODE[1])}
    pushed.pull()
    studio.answers_there[number] = first
    pushed.pull()
    assert len(pushed.answers()) == 3
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 7))
def test_a_process_killed_at_any_request_loses_and_doubles_nothing(pushed, studio, made, fakes, number, when):
    numbers = [studio.answer(task, made.result_of(made.CODE[0])) for task in pushed.numbers("ann")[:4]]
    pushed.pull()
    studio.delete_answer(numbers[0])
    studio.delete_task(pushed.numbers("ann")[1])
    studio.change(numbers[2], result=made.result_of(made.CODE[1]))
    studio.calls.clear()

    def fault(now, name, moment):
        if (now, moment) == (number, when):
            raise fakes.Killed

    studio.fault = fault
    with suppress(fakes.Killed):
        pushed.pull()
    studio.fault = lambda *_: None
    pushed.pull()
    assert [one.state for one in pushed.answers()] == ["kept"] * 5 + ["deleted", "task-gone"]
    said = [pushed.in_force(one, "ann") for one in pushed.passages[:4]]
    assert said == [{}, *({code: "present"} for code in (made.CODE[0], made.CODE[1], made.CODE[0]))]


def test_a_store_that_refuses_keeps_whole_batches_only(pushed, studio, made, monkeypatch):
    for task in pushed.numbers("ann"):
        studio.answer(task, made.result_of(made.CODE[0]))
    monkeypatch.setattr("annotation.answer_reading.BATCH", 4)
    append, seen = made.judgements.append_many, []

    def refuse(*args):
        seen.append(args)
        if len(seen) == 7:
            raise OSError("no room")
        append(*args)

    monkeypatch.setattr("annotation.answer_reading.judgements.append_many", refuse)
    with pytest.raises(OSError, match="no room"):
        pushed.pull()
    assert len(pushed.answers()) == 4
    report = pushed.pull()
    assert report.answers == 8
    assert len(pushed.judgements()) == 12 * len(made.CODE)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["answer", "change", "nothing", "junk", "skip", "delete", "delete task", "pull", "by bob"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=14,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
@example(acts=[(act, 0, number % 4) for number, act in enumerate(("answer", "pull", "delete", "pull", "answer"))])
def test_whatever_people_do_the_last_word_that_was_seen_is_in_force(work_of, project, acts, fakes, made):
    work = _fresh(work_of, project, fakes)
    studio, task_ids = work.server, work.numbers("ann")
    there: dict[int, int] = {}
    for act, task, code in acts:
        _act(studio, made, fakes, there, task_ids, (act, task, code))
        if act == "pull":
            work.pull()
    work.pull()
    assert work.pull().found_something is False
    for task, number in there.items():
        held = studio.answers_there.get(number)
        if held and held["completed_by"] == held["updated_by"] and not held["was_cancelled"] and held["result"] != [{}]:
            last = [one for one in work.answers() if one.key == str(number)][-1]
            assert last.state == "kept"
            rows = [row for row in work.judgements(work.passages[task]) if row.answer_id == last.answer_id]
            present = {row.code for row in rows if row.verdict is not Verdict.ABSENT}
            asked = held["result"][0]["value"]["choices"]
            said = {""} if asked == ["nothing-here"] else set(asked)
            assert present == said
            assert work.in_force(work.passages[task], "ann").keys() == said


def _act(studio, made, fakes, there, task_ids, what):
    act, task, code = what
    number = there.get(task)
    if act == "answer" and number is None and task_ids[task] in studio.tasks_there:
        there[task] = studio.answer(task_ids[task], made.result_of(made.CODE[code]))
    elif number is None or number not in studio.answers_there:
        return
    elif act in ("change", "by bob"):
        by = fakes.BOB if act == "by bob" else fakes.ANN
        studio.change(number, by=by, result=made.result_of(made.CODE[code]), was_cancelled=False)
    elif act == "nothing":
        studio.change(number, result=made.result_of(), was_cancelled=False)
    elif act == "junk":
        studio.change(number, result=[{}])
    elif act == "skip":
        studio.change(number, was_cancelled=True)
    elif act == "delete":
        studio.delete_answer(number)
        del there[task]
    elif act == "delete task":
        studio.delete_task(task_ids[task])


_made = {}
_servers = iter(range(10_000))


def _fresh(work_of, project, fakes):
    """Return the same work on a server that knows nothing yet, with what was said before left where it is."""
    if project.root not in _made:
        _made.clear()
        _made[project.root] = work_of(passages=4, coders=("ann",))
    server = fakes.FakeStudio()
    server.url = f"http://127.0.0.1:9/{next(_servers)}"
    server.time += timedelta(days=next(_servers))
    work = replace(_made[project.root], server=server)
    work.push()
    return work


class TestRecent:
    """Pulls of what changed since the last one."""

    def test_only_changed_tasks_are_read(self, pushed, studio, made):
        tasks = pushed.numbers("ann")
        number = studio.answer(tasks[0], made.result_of(made.CODE[0]))
        puller = Puller(pushed.project, studio, made.SAMPLE)
        puller.full()
        assert puller.recent().found_something is False
        studio.calls.clear()
        assert puller.recent().found_something is False
        assert studio.calls == ["users", "projects", "clock", "changed"]
        studio.change(number, result=made.result_of(made.CODE[1]))
        studio.answer(tasks[1], made.result_of(made.CODE[2]))
        report = puller.recent()
        assert (report.answers, report.edits) == (1, 1)
        studio.calls.clear()
        assert puller.recent().found_something is False
        assert "export" not in studio.calls  # asked for once more, seen before
        assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[1]: "present"}

    def test_the_first_is_a_full_one(self, pushed, studio, made):
        studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
        studio.time += timedelta(hours=1)
        assert Puller(pushed.project, studio, made.SAMPLE).recent().answers == 1

    def test_a_lost_answer_makes_it_look_at_everything(self, pushed, studio, made):
        number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
        puller = Puller(pushed.project, studio, made.SAMPLE)
        puller.full()
        studio.delete_answer(number)
        report = puller.recent()
        assert report.deleted == 1
        assert pushed.in_force(pushed.passages[0], "ann") == {}

    def test_a_change_that_was_committed_late_is_seen(self, pushed, studio, made):
        tasks = pushed.numbers("ann")
        puller = Puller(pushed.project, studio, made.SAMPLE)
        puller.full()
        studio.answer(tasks[0], made.result_of(made.CODE[0]))
        dated = studio.time - timedelta(seconds=30)
        puller.recent()
        studio.answer(tasks[1], made.result_of(made.CODE[1]))
        studio.tasks_there[tasks[1]]["updated_at"] = dated.isoformat()
        assert puller.recent().answers == 1

    def test_what_changed_long_ago_is_not_listed_again_and_again(self, pushed, studio, made):
        puller = Puller(pushed.project, studio, made.SAMPLE)
        puller.full()
        studio.time += timedelta(hours=1)
        puller.recent()
        listed, changed = [], studio.changed
        studio.changed = lambda *order: listed.append(changed(*order)) or listed[-1]
        puller.recent()
        assert listed == [{}]

    def test_a_clock_that_goes_back_is_followed(self, pushed, studio, made):
        puller = Puller(pushed.project, studio, made.SAMPLE)
        studio.time += timedelta(days=3)
        puller.full()
        studio.time -= timedelta(days=2)
        puller.recent()
        studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
        assert puller.recent().answers == 1
