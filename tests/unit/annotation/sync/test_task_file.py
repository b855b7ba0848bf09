"""Tasks as files: what the server would get, without what only our own server can show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotation.labelling_config import config_hash
from annotation.labelling_layout import Layout
from annotation.task_file import export_tasks
from careatlas.errors import InputError, UsageError


def read(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def test_a_coders_tasks_with_their_screen(work: Any, made: Any, tmp_path: Path) -> None:
    (one,) = export_tasks(work.project, made.SAMPLE, coder="ann", out=tmp_path / "tasks.json")
    assert (one.coder, one.tasks, one.blind, one.lost) == ("ann", 12, 1, 0)
    tasks = read(one.tasks_file)
    assert [task["data"]["task_key"] for task in tasks] == work.keys("ann")
    screen = (tmp_path / "tasks.xml").read_text(encoding="utf-8")
    assert one.config_file == str(tmp_path / "tasks.xml")
    assert {task["data"]["config_hash"] for task in tasks} == {config_hash(screen)}
    assert "<Image" not in screen
    assert not any("page" in task["data"] for task in tasks)


def test_pre_labels_are_codes_of_the_model_and_blind_tasks_have_none(work: Any, made: Any, tmp_path: Path) -> None:
    (one,) = export_tasks(work.project, "", coder="bob", out=tmp_path / "tasks.json")
    tasks = read(one.tasks_file)
    blind = tasks.pop(made.BLIND_EVERY - 1)
    assert (blind["predictions"], blind["data"]["top"], blind["data"]["model_id"]) == ([], "", "")
    for task in tasks:
        (prediction,) = task["predictions"]
        assert prediction["model_version"] == made.MODEL
        (result,) = prediction["result"]
        assert result["value"] == {"choices": [made.CODE[0]]}


def test_the_layout_can_be_chosen(work: Any, made: Any, tmp_path: Path) -> None:
    export_tasks(work.project, made.SAMPLE, coder="ann", out=tmp_path / "tasks.json", layout=Layout.TAXONOMY)
    assert "<Taxonomy" in (tmp_path / "tasks.xml").read_text(encoding="utf-8")
    assert read(str(tmp_path / "tasks.json"))[0]["predictions"][0]["result"][0]["type"] == "taxonomy"


def test_every_coder_gets_a_file(work: Any, made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [one.tasks_file for one in export_tasks(work.project, made.SAMPLE)] == ["spring-ann.json", "spring-bob.json"]
    assert sorted(path.name for path in tmp_path.glob("spring*")) == [
        "spring-ann.json",
        "spring-ann.xml",
        "spring-bob.json",
        "spring-bob.xml",
    ]
    with pytest.raises(UsageError, match="2 coders: ann, bob"):
        export_tasks(work.project, made.SAMPLE, out=tmp_path / "tasks.json")


def test_names_of_coders_name_no_other_folder(work_of: Any, made: Any, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    work = work_of(coders=("../../ann lee", "/", "."))
    with pytest.raises(UsageError, match="the same file"):
        export_tasks(work.project, made.SAMPLE)
    assert [one.tasks_file for one in export_tasks(work.project, made.SAMPLE, coder="../../ann lee")] == [
        "spring-ann-lee.json"
    ]


def test_lost_passages_are_counted(work: Any, made: Any, tmp_path: Path, document_of, reading_of, keep) -> None:
    item = document_of("plan.pdf", title="A synthetic plan", page_count=2)
    keep(work.project.store, item, reading_of(item, [[work.passages[0].text]], version="test-2"))
    (one,) = export_tasks(work.project, made.SAMPLE, coder="ann", out=tmp_path / "tasks.json")
    assert (one.tasks, one.lost, one.blind) == (1, 11, 0)  # the blind one is lost
    assert one.as_dict()["lost"] == 11


def test_what_cannot_be_written_or_asked_for_is_refused(work: Any, made: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        export_tasks(work.project, made.SAMPLE, coder="ann", out=tmp_path / "absent" / "tasks.json")
    with pytest.raises(UsageError, match=r"screen goes into the \.xml file"):
        export_tasks(work.project, made.SAMPLE, coder="ann", out=tmp_path / "tasks.xml")
    with pytest.raises(UsageError, match="asks cat for nothing"):
        export_tasks(work.project, made.SAMPLE, coder="cat")
    with pytest.raises(UsageError, match="no sample 'autumn'"):
        export_tasks(work.project, "autumn")
    assert list(tmp_path.glob("*.json")) == list(tmp_path.glob("*.xml")) == []
