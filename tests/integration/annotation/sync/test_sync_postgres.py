"""There and back with a store on PostgreSQL, with texts that it refuses where they come as they are."""

from __future__ import annotations

from typing import Any

import pytest

from careatlas.project import create_project, open_project
from careatlas.settings import FILE_NAME

pytestmark = pytest.mark.integration


@pytest.fixture
def project(dialect: str, store_url: str, tmp_path: Any) -> Any:
    """Give a project with a store on each dialect."""
    create_project(tmp_path / "project")
    settings = tmp_path / "project" / FILE_NAME
    settings.write_text(f'{settings.read_text(encoding="utf-8")}\n[store]\nurl = "{store_url}"\n', encoding="utf-8")
    with open_project(tmp_path / "project") as opened:
        assert opened.store.dialect == dialect
        yield opened


def test_there_and_back(project, fakes, made, document_of, reading_of, keep, hostile_texts):
    studio = fakes.FakeStudio()
    item = document_of("plan.pdf", page_count=2)
    reading = reading_of(item, made.texts_of(12))
    keep(project.store, item, reading)
    coder = hostile_texts[5]
    work = made.made_work(project, studio, item, reading, (coder,))
    studio.accounts[0] = fakes.user(fakes.ANN, coder)
    work.push()
    assert work.on_server(coder) == work.keys(coder)
    numbers = work.numbers(coder)
    note = {"from_name": "note", "to_name": "passage", "type": "textarea", "value": {"text": ["\x00 \ud800 \u202e"]}}
    first = studio.answer(numbers[0], [*made.result_of(made.CODE[0]), note])
    second = studio.answer(numbers[1], made.result_of())
    studio.answer(numbers[2], [{"from_name": "\x00", "value": "\udfff"}], updated_at="\x00")
    (foreign,) = studio.import_tasks(
        work.project_of(coder), [{"data": {"task_key": "t\x00\ud800", "passage": "x"}, "predictions": []}]
    )
    studio.answer(foreign, made.result_of())
    report = work.pull()
    assert (report.kept, report.quarantined) == (2, 2)
    assert work.in_force(work.passages[0], coder) == {made.CODE[0]: "present"}
    studio.change(first, by=fakes.BOB, result=made.result_of(made.CODE[1]))
    studio.delete_answer(second)
    report = work.pull()
    assert (report.edited_by_others, report.deleted) == (1, 1)
    assert work.in_force(work.passages[0], "bob@example.org") == {made.CODE[1]: "present"}
    assert work.in_force(work.passages[1], coder) == {}
    assert work.pull().found_something is False
    assert [one.sent for one in work.push().coders] == [0]
