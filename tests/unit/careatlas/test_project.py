"""Projects: made once, opened, and found from where one stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careatlas.errors import InputError, SettingsError, StoreError, UsageError
from careatlas.project import create_project, find_project, open_project
from careatlas.settings import FILE_NAME, load_settings
from careatlas.store.engine import Store, migrations


def test_a_new_project_can_be_opened_and_is_of_the_newest_version(tmp_path: Path):
    path = create_project(tmp_path / "deep" / "mine")
    assert path == tmp_path / "deep" / "mine" / FILE_NAME
    with open_project(path.parent) as project:
        assert project.settings.name == "mine"
        assert project.store.version() == max(migrations("sqlite"))
        assert (path.parent / "store.sqlite").exists()
        digest = project.blobs.put(b"x")
        assert (path.parent / "blobs" / digest[:2] / digest).exists()


def test_a_folder_with_files_may_become_a_project_but_not_twice(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("keep me")
    create_project(tmp_path)
    (tmp_path / FILE_NAME).write_text('name = "changed"\n')
    with pytest.raises(UsageError, match="is a project already"):
        create_project(tmp_path)
    assert (tmp_path / FILE_NAME).read_text() == 'name = "changed"\n'
    assert (tmp_path / "notes.txt").read_text() == "keep me"


@settings(max_examples=15)
@given(st.text(st.characters(exclude_characters="/\x00", exclude_categories=()), min_size=1, max_size=20))
def test_a_folder_of_any_name_gives_settings_that_can_be_read(tmp_path_factory: pytest.TempPathFactory, name: str):
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return  # no file system gives such a name
    root = tmp_path_factory.mktemp("any") / name
    if name in {".", ".."}:
        return
    create_project(root)
    shown = name.encode("utf-8", "replace").decode()
    assert load_settings(root).name == shown


@pytest.mark.parametrize(
    "name",
    [
        '"quoted"',
        "back\\slash",
        "new\nline",
        "\x7f\x1b",
        "\U0001f3e5",
        "=1+1",
        "plan\udcff",
        "what?a=b",
        "100%25",
        "a#b",
    ],
)
def test_a_folder_of_an_odd_name_gives_settings_that_can_be_read(tmp_path: Path, name: str):
    create_project(tmp_path / name)
    assert load_settings(tmp_path / name).name == name.replace("\udcff", "?")
    assert [item.name for item in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "store.sqlite").stat().st_size > 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made") as caught:
        create_project(tmp_path / "file" / "project")
    assert caught.value.where == str(tmp_path / "file" / "project")


def test_a_folder_that_is_no_project_is_not_touched(tmp_path: Path):
    with pytest.raises(UsageError, match="is not a CareAtlas project") as caught, open_project(tmp_path):
        pass
    assert f"careatlas init {tmp_path}" in caught.value.mend
    assert list(tmp_path.iterdir()) == []


def test_a_project_with_wrong_settings_does_not_open(tmp_path: Path):
    create_project(tmp_path)
    (tmp_path / FILE_NAME).write_text("[parse]\nworker = 1\n")
    with pytest.raises(SettingsError, match=r"parse\.workers"), open_project(tmp_path):
        pass


def test_store_and_blobs_can_stand_elsewhere(tmp_path: Path):
    create_project(tmp_path / "p")
    text = f'[store]\nurl = "sqlite:///{tmp_path}/else.sqlite"\n[blobs]\nurl = "{tmp_path}/files"\n'
    (tmp_path / "p" / FILE_NAME).write_text(text)
    with open_project(tmp_path / "p") as project:
        project.blobs.put(b"x")
    assert (tmp_path / "else.sqlite").exists()
    assert (tmp_path / "files").is_dir()


def test_a_store_that_is_no_database_is_an_error_of_the_store(tmp_path: Path):
    create_project(tmp_path)
    for item in tmp_path.glob("store.sqlite*"):
        item.unlink()
    (tmp_path / "store.sqlite").write_bytes(b"this is a spreadsheet, or so" * 100)
    with pytest.raises(StoreError, match="not a database") as caught, open_project(tmp_path):
        pass
    assert "store.sqlite" in caught.value.where


def test_the_store_is_closed_also_after_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    create_project(tmp_path)
    closed = []
    monkeypatch.setattr(Store, "close", lambda self: closed.append(self.url))
    with pytest.raises(RuntimeError), open_project(tmp_path):
        raise RuntimeError
    assert len(closed) == 1


def test_the_project_named_comes_first_then_the_environment_then_the_folder(tmp_path: Path, monkeypatch):
    (tmp_path / "here" / "below").mkdir(parents=True)
    (tmp_path / "here" / FILE_NAME).write_text("")
    monkeypatch.chdir(tmp_path / "here" / "below")
    assert find_project(None) == tmp_path / "here"
    monkeypatch.setenv("CAREATLAS_PROJECT", "/from/the/environment")
    assert find_project(None) == Path("/from/the/environment")
    assert find_project(Path("named")) == Path("named")
    monkeypatch.setenv("CAREATLAS_PROJECT", "")
    assert find_project(None) == tmp_path / "here"


def test_where_there_is_no_project_the_way_to_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no project here") as caught:
        find_project(None)
    assert caught.value.where == str(tmp_path)
    assert "careatlas init" in caught.value.mend
