"""The doctor looks at everything, never raises, and gives no secret away."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from careatlas import doctor
from careatlas.doctor import Health, examine
from careatlas.errors import StageError
from careatlas.project import create_project
from careatlas.settings import FILE_NAME
from careatlas.stage import Stage

SECRET = "hunter2-secret"


def named(checks: list[doctor.Check]) -> dict[str, doctor.Check]:
    assert len({check.name for check in checks}) == len(checks)
    return {check.name: check for check in checks}


def test_this_installation_is_sound():
    checks = examine(None)
    assert [check for check in checks if check.health is Health.WRONG] == []
    assert {"python", "sqlite", "package careatlas", "package models", "pymupdf", "stage parse"} <= named(checks).keys()
    json.dumps([asdict(check) for check in checks])


def test_what_is_not_well_always_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    monkeypatch.setattr(doctor, "_LIBRARIES", ("a-library-that-nobody-wrote",))
    monkeypatch.setattr(doctor, "_OPTIONAL", {"nothing_at_all": ("dreaming", "pip install it")})
    checks = named(examine(None))
    assert checks["a-library-that-nobody-wrote"].health is Health.WRONG
    assert checks["nothing_at_all"].health is Health.NOTE
    assert checks["tesseract"].health is Health.NOTE
    assert all(check.mend for check in checks.values() if check.health is not Health.OK)


def test_a_package_of_ours_that_another_hides_is_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "ROOMS", ("careatlas", "json", "no_such_room"))
    checks = named(examine(None))
    assert checks["package careatlas"].health is Health.OK
    assert checks["package json"].health is Health.WRONG
    assert "another distribution hides json" in checks["package json"].mend
    assert checks["package no_such_room"].found == "not found"


def test_a_stage_that_cannot_be_loaded_is_one_wrong_check(monkeypatch: pytest.MonkeyPatch):
    broken = Stage(name="broken", order=1, summary="", run="no_such_module:run")
    monkeypatch.setattr(doctor, "stages", lambda: (broken,))
    check = named(examine(None))["stage broken"]
    assert check.health is Health.WRONG
    assert "no_such_module" in check.found


def test_stages_that_cannot_be_listed_do_not_stop_the_examination(monkeypatch: pytest.MonkeyPatch):
    def broken() -> tuple[Stage, ...]:
        raise StageError("'theirs' cannot be loaded", mend="reinstall theirs")

    monkeypatch.setattr(doctor, "stages", broken)
    checks = named(examine(None))
    assert checks["stages"].health is Health.WRONG
    assert checks["stages"].mend == "reinstall theirs"


def test_a_project_is_opened_and_its_disk_is_measured(tmp_path: Path):
    create_project(tmp_path / "mine")
    checks = named(examine(tmp_path / "mine"))
    assert checks["project"].health is Health.OK
    assert checks["project"].found.startswith("mine: store sqlite:///")
    assert checks["disk"].found.endswith("MB free")


def test_little_room_on_the_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    create_project(tmp_path / "mine")
    monkeypatch.setattr(doctor, "LEAST_FREE_MB", 10**12)
    assert named(examine(tmp_path / "mine"))["disk"].health is Health.WRONG


def test_a_folder_that_is_not_there_is_one_wrong_check(tmp_path: Path):
    assert named(examine(tmp_path / "absent"))["project"].health is Health.WRONG


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{SECRET}@127.0.0.1:1/db",
        f"postgresql://user@127.0.0.1:1/db?password={SECRET}",
        f"postgresql://user@127.0.0.1:1/db?sslpassword={SECRET}&connect_timeout=1",
        f"postgresql://user:{SECRET}/x@127.0.0.1/db",
        f"postgresql://user:{SECRET}@127.0.0.1:port/db",
        f"nosuch://user:{SECRET}@host/db",
        f"mysql://user:{SECRET}@host/db",
        f"{SECRET}",
    ],
)
def test_no_secret_of_a_store_address_is_shown(tmp_path: Path, url: str):
    create_project(tmp_path / "mine")
    (tmp_path / "mine" / FILE_NAME).write_text(f"[store]\nurl = {json.dumps(url)}\n")
    checks = examine(tmp_path / "mine")
    assert named(checks)["project"].health is Health.WRONG
    assert SECRET not in json.dumps([asdict(check) for check in checks])
