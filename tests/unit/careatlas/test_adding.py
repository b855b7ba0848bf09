"""Adding documents: one that cannot be read is reported, and the rest go on."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from careatlas import adding
from careatlas.adding import AddReport, add_documents
from careatlas.blobs import BlobStore
from careatlas.document import Document
from careatlas.errors import InputError, StoreError
from careatlas.identifiers import sha256_of
from careatlas.progress import NoProgress
from careatlas.project import Project
from careatlas.register import Candidate
from careatlas.settings import ParseSettings
from careatlas.store import documents


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    folder = tmp_path / "plans"
    folder.mkdir()
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (folder / name).write_bytes(b"%PDF-1.7 " + name.encode())
    return folder


def add(project: Project, *paths: Path) -> AddReport:
    return add_documents(project, paths, NoProgress())


def stored(project: Project) -> list[Document]:
    with project.store.read() as connection:
        return documents.listed(connection)


def test_the_bytes_are_kept_and_the_facts_are_listed(project: Project, plans: Path):
    assert add(project, plans) == AddReport(new=3, known=0, failed=())
    found = stored(project)
    assert [item.name for item in found] == ["a.pdf", "b.pdf", "c.pdf"]
    for item in found:
        assert project.blobs.get(item.sha256) == (plans / item.name).read_bytes()
        assert item.byte_count == (plans / item.name).stat().st_size
        assert item.outcome == "waiting"


def test_adding_again_is_no_news(project: Project, plans: Path):
    add(project, plans)
    assert add(project, plans) == AddReport(new=0, known=3, failed=())
    assert len(stored(project)) == 3


def test_the_same_content_under_two_names_is_one_document(project: Project, plans: Path):
    (plans / "copy of a.pdf").write_bytes((plans / "a.pdf").read_bytes())
    assert add(project, plans) == AddReport(new=3, known=1, failed=())
    digest = sha256_of((plans / "a.pdf").read_bytes())
    (item,) = [item for item in stored(project) if item.sha256 == digest]
    with project.store.read() as connection:
        assert documents.paths(connection, item.document_id) == [str(plans / "a.pdf"), str(plans / "copy of a.pdf")]


def test_a_file_that_vanishes_after_it_was_listed_is_reported_and_the_rest_go_on(
    project: Project, plans: Path, monkeypatch: pytest.MonkeyPatch
):
    listed = adding.candidates

    def then_delete(paths: list[Path]) -> list[Candidate]:
        found = listed(paths)
        (plans / "b.pdf").unlink()
        return found

    monkeypatch.setattr(adding, "candidates", then_delete)
    report = add(project, plans)
    assert (report.new, report.known) == (2, 0)
    assert report.failed == ((str(plans / "b.pdf"), "it cannot be read: No such file or directory"),)
    assert [item.name for item in stored(project)] == ["a.pdf", "c.pdf"]


def test_what_a_register_names_but_is_not_a_file_is_reported(project: Project, plans: Path):
    (plans / "register.csv").write_text("path,title\nabsent.pdf,x\n.,y\na.pdf,The plan\n")
    report = add(project, plans / "register.csv")
    assert report.new == 1
    assert [reason for _, reason in report.failed] == [
        "line 2 of the register: it cannot be read: No such file or directory",
        "line 3 of the register: it cannot be read: Is a directory",
    ]
    assert stored(project)[0].title == "The plan"


def test_a_file_over_the_limit_is_reported_with_the_limit(project: Project, plans: Path):
    limited = replace(project, settings=project.settings.model_copy(update={"parse": ParseSettings(max_bytes=20)}))
    (plans / "b.pdf").write_bytes(b"x" * 21)
    report = add(limited, plans)
    assert report.failed == ((str(plans / "b.pdf"), "it has 21 bytes, more than parse.max_bytes = 20"),)
    assert report.new == 2


def test_the_same_plan_for_a_second_area_is_reported_and_the_first_stays(project: Project, plans: Path):
    (plans / "copy.pdf").write_bytes((plans / "a.pdf").read_bytes())
    (plans / "register.csv").write_text("path,area_code,title\na.pdf,E08000003,One\ncopy.pdf,E08000004,Two\n")
    report = add(project, plans / "register.csv")
    assert (report.new, report.known) == (1, 0)
    ((path, reason),) = report.failed
    assert path == str(plans / "copy.pdf")
    assert "E08000003" in reason
    assert "E08000004" in reason
    assert [(item.area_code, item.title) for item in stored(project)] == [("E08000003", "One")]


def test_an_area_that_was_not_known_yet_is_taken_and_an_empty_one_changes_nothing(project: Project, plans: Path):
    add(project, plans / "a.pdf")
    (plans / "register.csv").write_text("path,area_code\na.pdf,E08000003\n")
    for path in (plans / "register.csv", plans / "register.csv", plans / "a.pdf"):
        assert add(project, path) == AddReport(new=0, known=1, failed=())
    assert [item.area_code for item in stored(project)] == ["E08000003"]


def test_a_path_that_is_not_there_stops_before_anything_is_added(project: Project, plans: Path):
    with pytest.raises(InputError):
        add(project, plans / "a.pdf", plans / "nowhere.pdf")
    assert stored(project) == []


def test_a_name_that_is_not_unicode_is_added_readably(project: Project, plans: Path):
    odd = os.fsencode(plans) + b"/plan\xff.pdf"
    Path(os.fsdecode(odd)).write_bytes(b"%PDF-1.7 odd")
    report = add(project, plans)
    assert (report.new, report.failed) == (4, ())
    (name,) = [item.name for item in stored(project) if item.sha256 == sha256_of(b"%PDF-1.7 odd")]
    assert name == "plan\\xff.pdf"
    assert add(project, plans).known == 4


@pytest.mark.parametrize("name", ["=HYPERLINK(1).pdf", "<script>.pdf", "\u202efdp.pdf", "a\x1b[31m\nb.pdf", "-rf.pdf"])
def test_a_hostile_name_is_only_a_name(project: Project, plans: Path, name: str):
    (plans / name).write_bytes(b"%PDF-1.7 hostile")
    assert add(project, plans).new == 4
    assert name in {item.name for item in stored(project)}


def test_a_full_disk_stops_and_keeps_what_was_added(project: Project, plans: Path, monkeypatch: pytest.MonkeyPatch):
    real = BlobStore._write

    def full(self: BlobStore, path: str, data: bytes) -> None:
        if data.endswith(b"b.pdf"):
            raise OSError(28, "No space left on device")
        real(self, path, data)

    monkeypatch.setattr(BlobStore, "_write", full)
    with pytest.raises(StoreError, match="No space left") as caught:
        add(project, plans)
    assert "run the command again" in caught.value.mend
    assert [item.name for item in stored(project)] == ["a.pdf"]
    monkeypatch.undo()
    assert add(project, plans) == AddReport(new=2, known=1, failed=())


def test_progress_is_told_of_every_file(project: Project, plans: Path):
    told: list[object] = []

    class Told:
        def start(self, what: str, total: int) -> None:
            told.append((what, total))

        def advance(self, note: str = "") -> None:
            told.append(note)

    add_documents(project, [plans], Told())
    assert told == [("adding", 3), "a.pdf", "b.pdf", "c.pdf"]


def test_the_report_is_plain_data():
    report = AddReport(new=1, known=2, failed=(("a.pdf", "why"),))
    assert report.as_dict() == {"new": 1, "already_there": 2, "not_added": [{"path": "a.pdf", "reason": "why"}]}
