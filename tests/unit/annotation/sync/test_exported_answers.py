"""Label Studio's export files: the same rows as a pull would make, once, whoever had which number there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotation.exported_answers import PLACE, import_export
from annotation.file_import import FileImport
from careatlas.errors import InputError, UsageError
from careatlas.judgement import Judgement

TakeIn = Callable[..., FileImport]


@pytest.fixture
def pushed(work_of: Any) -> Any:
    """Give work that ann has in a Label Studio."""
    work = work_of(coders=("ann",))
    work.push()
    return work


@pytest.fixture
def take_in(pushed: Any, studio: Any, tmp_path: Path) -> TakeIn:
    """Return ``take_in()``, which exports ann's project there into a file, and imports that here."""

    def call(tasks: Any = None, content: str = "", **options: Any) -> FileImport:
        exported = list(studio.export(pushed.project_of("ann"), None)) if tasks is None else tasks
        (tmp_path / "export.json").write_text(content or json.dumps(exported), encoding="utf-8")
        return import_export(pushed.project, tmp_path / "export.json", **options)

    return call


def as_said(rows: list[Judgement]) -> set[Judgement]:
    return {replace(row, judgement_id="", answer_id="") for row in rows}


def test_a_file_says_what_a_pull_says(pushed: Any, studio: Any, made: Any, take_in: TakeIn, tmp_path: Path) -> None:
    numbers = pushed.numbers("ann")
    studio.answer(numbers[0], made.result_of(made.CODE[0], made.CODE[2]))
    studio.answer(numbers[1], made.result_of())
    studio.answer(numbers[2], made.result_of(made.CODE[1], unsure=True))
    studio.answer(numbers[7], made.result_of(made.CODE[0]))  # blind
    studio.answer(numbers[3], [{"foo": "bar"}])
    studio.answer(numbers[4], [], was_cancelled=True)
    report = take_in()
    assert (report.answers, report.kept, report.quarantined, report.skipped) == (6, 4, 1, 1)
    assert [one.reason for one in report.problems] == ["the screen has no field None"]
    by_file = pushed.judgements()
    answers = pushed.answers()
    assert {one.place for one in answers} == {PLACE}
    assert {one.person for one in answers} == {"ann"}
    assert pushed.pull().answers == 6  # another place: the server itself
    by_pull = [row for row in pushed.judgements() if row not in by_file]
    assert as_said(by_file) == as_said(by_pull)
    assert take_in().known == 6  # what was pulled is not taken in again either


def test_the_same_answers_in_two_files_are_one(pushed: Any, studio: Any, made: Any, take_in: TakeIn) -> None:
    one, other, *_ = pushed.numbers("ann")
    studio.answer(one, made.result_of(made.CODE[0]))
    take_in()
    before = (pushed.answers(), pushed.judgements())
    assert take_in().known == 1
    assert (pushed.answers(), pushed.judgements()) == before
    studio.answer(other, made.result_of(made.CODE[0]))
    report = take_in()
    assert (report.answers, report.known, report.kept) == (2, 1, 1)


def test_an_edit_is_a_further_state_and_an_older_file_changes_nothing(
    pushed: Any, studio: Any, made: Any, take_in: TakeIn
) -> None:
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    first = list(studio.export(pushed.project_of("ann"), None))
    studio.change(number, result=made.result_of(made.CODE[5]))
    second = list(studio.export(pushed.project_of("ann"), None))
    studio.change(number, result=made.result_of(made.CODE[3]))
    take_in(first)
    take_in()
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[3]: "present"}
    assert (take_in(first).known, take_in(second).older) == (1, 1)
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[3]: "present"}
    assert len(pushed.answers()) == 2


def test_an_answer_that_was_taken_back_there_is_withdrawn(pushed: Any, studio: Any, made: Any, take_in: TakeIn) -> None:
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    take_in()
    studio.change(number, was_cancelled=True)
    assert take_in().skipped == 1
    assert pushed.in_force(pushed.passages[0], "ann") == {}


def test_whose_answers_they_are(pushed: Any, studio: Any, made: Any, take_in: TakeIn) -> None:
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]), by=999)
    tasks = list(studio.export(pushed.project_of("ann"), None))
    tasks[0]["annotations"][0]["completed_by"] = None
    assert take_in(tasks, coder="cat", dry_run=True).kept == 1
    assert pushed.answers() == []
    take_in(tasks, coder="cat")
    (one,) = pushed.answers()
    assert (one.person, one.reason) == ("cat", "answered by cat, where ann was asked")


def test_a_task_that_is_none_of_ours_goes_into_quarantine(pushed: Any, studio: Any, made: Any, take_in: TakeIn) -> None:
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    tasks = list(studio.export(pushed.project_of("ann"), None))
    for key in ("t-unknown", None, "zero\x00 \ud800"):
        tasks[0]["data"]["task_key"] = key
        report = take_in(tasks)
        assert [one.reason for one in report.problems] == ["it belongs to no task that we sent"]
    assert {one.person for one in pushed.answers()} == {"user 11"}
    assert take_in(tasks).known == 1


def test_a_task_with_other_words_goes_into_quarantine(pushed: Any, studio: Any, made: Any, take_in: TakeIn) -> None:
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    tasks = list(studio.export(pushed.project_of("ann"), None))
    tasks[0]["data"]["passage"] = "Something else."
    assert "words of the task were changed" in take_in(tasks).problems[0].reason
    assert pushed.judgements() == []
    assert (take_in(tasks).known, len(pushed.answers())) == (1, 1)
    assert take_in().kept == 1  # the words are put back
    assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}
    assert take_in().known == 1


def test_taking_back_is_under_the_name_that_the_answer_has(
    pushed: Any, studio: Any, made: Any, take_in: TakeIn
) -> None:
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    take_in(coder="cat")
    studio.change(number, was_cancelled=True)
    assert take_in().skipped == 1
    assert pushed.in_force(pushed.passages[0], "cat") == {}


def test_an_old_file_does_not_overtake_what_was_pulled_since(
    pushed: Any, studio: Any, made: Any, take_in: TakeIn
) -> None:
    number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    old = list(studio.export(pushed.project_of("ann"), None))
    studio.change(number, result=made.result_of(made.CODE[1]))
    pushed.pull()
    studio.delete_answer(number)
    pushed.pull()
    assert take_in(old).kept == 1
    assert pushed.in_force(pushed.passages[0], "ann") == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("\ufeff{}", "not a list of tasks"),
        ("[1]", "not a list of tasks"),
        ('[{"id": 1, "codes": "x", "annotator": 1}]', "no task in the file has a list of annotations"),
    ],
)
def test_what_is_no_export_is_bad_input(take_in: TakeIn, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        take_in(content=content)


def test_an_empty_export_and_a_file_that_is_not_there(pushed: Any, take_in: TakeIn, tmp_path: Path) -> None:
    assert take_in([]).answers == 0
    with pytest.raises(InputError, match="cannot be read"):
        import_export(pushed.project, tmp_path / "absent.json")


def test_hostile_annotations_are_kept_in_quarantine(pushed: Any, studio: Any, take_in: TakeIn) -> None:
    tasks = list(studio.export(pushed.project_of("ann"), None))
    tasks[:] = [{"id": 1, "data": {"task_key": pushed.keys("ann")[0], "passage": pushed.passages[0].text}}]
    tasks[0]["annotations"] = [None, {"id": True, "result": "x"}, {"id": 5, "result": [[[]]], "updated_at": 3}]
    report = take_in(tasks)
    assert (report.quarantined, report.kept) == (3, 0)
    again = take_in(tasks)
    assert (again.known, len(again.problems)) == (3, 3)


def test_without_a_sample_no_file_can_be_ours(project: Any, tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text('[{"annotations": []}]')
    with pytest.raises(UsageError, match="no sample was drawn yet"):
        import_export(project, tmp_path / "export.json")
