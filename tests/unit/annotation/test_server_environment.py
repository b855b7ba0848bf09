"""The server's environment: pinned, made once, made anew if broken off, never half used."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from annotation import server_environment
from annotation.file_lock import locked
from annotation.server_environment import (
    HOME_VARIABLE,
    ServerEnvironment,
    environment_in,
    installed,
    labelstudio_home,
    requirements,
)
from careatlas.errors import MissingDependencyError, StageError

# An installer of our own: it makes a "Python", and says what uv says.
UV = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
case "$1" in
venv) for last; do :; done
      mkdir -p "$last/bin"; printf '#!/bin/sh\\n' > "$last/bin/python"; chmod +x "$last/bin/python";;
pip) test -z "$PYTHONPATH$VIRTUAL_ENV" || exit 3
     echo "Resolved 2 packages"; echo "Downloading numpy (16MiB)"
     echo " + numpy==2.2.6"; echo " + attrs==26.1"; {ending};;
esac
"""


class Told:
    def __init__(self) -> None:
        self.total, self.notes = 0, []

    def start(self, what: str, total: int) -> None:
        self.what, self.total = what, total

    def advance(self, note: str = "") -> None:
        self.notes.append(note)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return what puts an installer on the path; its calls are in the file that is returned."""

    def put(ending: str = "true") -> Path:
        folder = tmp_path / "programs"
        folder.mkdir(exist_ok=True)
        (folder / "uv").write_text(UV.replace("{ending}", ending))
        (folder / "uv").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
        return folder / "calls"

    return put


def test_every_package_is_pinned_and_has_digests_and_no_index_is_named():
    text = requirements().decode("ascii")
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)==\S+", text, re.MULTILINE)
    assert "label-studio" in pins
    assert len(pins) == len(set(pins)) > 100
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert f"label-studio=={server_environment.VERSION} " in text
    assert not re.search(r"://|--index|--find-links|--extra", text)
    assert len(text) < 450_000


def test_the_folder_is_named_by_version_python_and_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    name = environment_in(tmp_path).folder.name
    assert re.fullmatch(rf"1\.23\.2-py{sys.version_info.major}\.{sys.version_info.minor}-[0-9a-f]{{12}}", name)
    assert environment_in(tmp_path).folder.parent == tmp_path
    monkeypatch.setattr(server_environment, "requirements", lambda: b"label-studio==1.23.3\n")
    assert environment_in(tmp_path).folder.name != name


def test_the_home_is_the_variable_or_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert labelstudio_home() == tmp_path / ".cache" / "careatlas" / "labelstudio"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert labelstudio_home() == tmp_path / "xdg" / "careatlas" / "labelstudio"
    monkeypatch.setenv(HOME_VARIABLE, "~/servers")
    assert labelstudio_home() == tmp_path / "servers"


def test_it_is_installed_once_by_digest(tmp_path: Path, program, monkeypatch: pytest.MonkeyPatch):
    calls = program()
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere")
    environment = environment_in(tmp_path / "home")
    assert not environment.is_complete
    told = Told()
    assert installed(environment, told) == environment
    assert environment.is_complete
    made, install = calls.read_text().splitlines()
    assert made == f"venv --no-project --python {sys.executable} {environment.venv}"
    listed = environment.folder / "requirements.txt"
    assert install == f"pip install --python {environment.python} --require-hashes -r {listed}"
    assert listed.read_bytes() == requirements()
    assert json.loads(environment.marker.read_text())["version"] == "1.23.2"
    assert told.notes[:3] == ["numpy", "attrs", ""]
    assert len(told.notes) == told.total
    assert "Resolved 2 packages" in environment.log.read_text()
    installed(environment)
    assert len(calls.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Downloading numpy (16.0MiB)\n", "numpy"),
        (" + jaraco.functools==4.6.0\n", "jaraco-functools"),
        ("Collecting drf_flex_fields==0.9.5 (from -r requirements.txt)\n", "drf-flex-fields"),
        ("  Downloading psycopg_binary-3.3.9-cp311-cp311-manylinux.whl (4 MB)\n", "psycopg-binary"),
        ("Resolved 158 packages in 2s\n", None),
        (" Downloaded numpy\n", None),
        ("error: no matching hash\n", None),
    ],
)
def test_packages_are_told_from_other_lines_and_once_each(line: str, name: str | None):
    told = Told()
    passed_on = server_environment._Told(told, 9)
    for _ in range(2):
        passed_on.line(line)
    assert told.notes == ([] if name is None else [name])
    passed_on.finish()
    assert len(told.notes) == 10


def test_without_uv_the_tools_of_this_python_do_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    environment = ServerEnvironment(tmp_path / "one")
    made, install = server_environment._commands(environment, tmp_path / "list")
    assert made == [sys.executable, "-m", "venv", str(environment.venv)]
    assert install[:4] == [str(environment.python), "-m", "pip", "install"]
    assert "--require-hashes" in install


def test_what_fails_is_said_and_is_not_taken_for_whole(tmp_path: Path, program):
    program("echo 'error: no matching hash'; exit 2")
    environment = environment_in(tmp_path / "home")
    with pytest.raises(StageError, match="no matching hash") as caught:
        installed(environment)
    assert caught.value.where == str(environment.log)
    assert not environment.is_complete
    leftover = environment.venv / "bin" / "leftover"
    leftover.write_text("from a run that was broken off")
    environment.template.write_text("of another environment")
    program()
    installed(environment)
    assert environment.is_complete
    assert not leftover.exists()
    assert not environment.template.exists()


def test_an_environment_whose_python_went_away_is_made_anew(tmp_path: Path, program):
    calls = program()
    environment = installed(environment_in(tmp_path / "home"))
    environment.python.unlink()
    environment.python.symlink_to("/no/such/python")  # as after an upgrade of the system's Python
    assert not environment.is_complete
    installed(environment)
    assert len(calls.read_text().splitlines()) == 4


def test_a_python_without_venv_says_what_to_install(tmp_path: Path, program):
    program("echo 'The virtual environment was not created because ensurepip is not available'; exit 1")
    with pytest.raises(MissingDependencyError) as caught:
        installed(environment_in(tmp_path / "home"))
    assert "install uv" in caught.value.mend


def test_too_little_room_is_said_before_anything_is_fetched(tmp_path: Path, program, monkeypatch: pytest.MonkeyPatch):
    calls = program()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 0, 10**8))
    with pytest.raises(StageError, match="needs 2,000 MB and there are 100"):
        installed(environment_in(tmp_path / "home"))
    assert not calls.exists()


def test_a_home_that_is_a_file_is_an_error(tmp_path: Path, program):
    program()
    (tmp_path / "home").write_text("")
    with pytest.raises(StageError, match="cannot be locked"):
        installed(environment_in(tmp_path / "home"))


def test_a_second_installer_waits_and_then_finds_it_whole(tmp_path: Path, program, caplog: pytest.LogCaptureFixture):
    calls = program("sleep 0.3")
    environment = environment_in(tmp_path / "home")
    with caplog.at_level(logging.INFO, logger="careatlas"):
        threads = [threading.Thread(target=installed, args=(environment,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(calls.read_text().splitlines()) == 2
    assert "another process is at work on the Label Studio environment" in caplog.text


def test_a_lock_is_held_by_one_and_given_back_however_it_ends(tmp_path: Path):
    path, order = tmp_path / "sub" / "lock", []
    with locked(path, "it"):
        pass
    with pytest.raises(ZeroDivisionError), locked(path, "it"):
        raise ZeroDivisionError

    def second() -> None:
        with locked(path, "it"):
            order.append("second")

    thread = threading.Thread(target=second)
    with locked(path, "it"):
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_lock_goes_with_its_process(tmp_path: Path):
    path = tmp_path / "lock"
    pid = os.fork()
    if pid == 0:
        with locked(path, "it"):
            os._exit(0)  # never given back
    os.waitpid(pid, 0)
    with locked(path, "it"):
        assert path.exists()
