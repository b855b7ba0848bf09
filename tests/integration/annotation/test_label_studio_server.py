"""The real server, from the command line: started, closed, silent, stopped, and never mistaken for another process."""

from __future__ import annotations

import http.server
import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

from annotation import server_settings
from annotation.label_studio_server import PROGRAM, is_healthy
from annotation.server_access import keep_own_server, own_server
from annotation.server_call import asked, called
from annotation.server_doctor import examine_server
from annotation.server_environment import HOME_VARIABLE
from annotation.server_folder import ServerFolder
from annotation.server_process import running
from annotation.server_sockets import sockets_of
from careatlas.doctor import Health
from careatlas.errors import StageError, UsageError
from careatlas.settings import LabelStudioSettings

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = "/usr/bin/chromium"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(label_studio_home: Path) -> Run:
    """Return what runs our command line as a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("CAREATLAS_")}
    always = {"PYTHONPATH": str(ROOT), "COLUMNS": "200", HOME_VARIABLE: str(label_studio_home)}

    def careatlas(*arguments: object, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "careatlas", *map(str, arguments)]
        changed = {**kept, **always, **env}
        return subprocess.run(
            command, cwd="/", env=changed, input=stdin, capture_output=True, text=True, timeout=900, check=False
        )

    return careatlas


@pytest.fixture
def root(run: Run, tmp_path: Path) -> Iterator[Path]:
    """Give a new project; whatever server it starts is stopped at the end."""
    made = tmp_path / "project"
    assert run("init", made).returncode == 0
    yield made
    assert run("-p", made, "labelstudio", "stop").returncode == 0


def data(done: subprocess.CompletedProcess[str], code: int = 0) -> Any:
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def watched(folder: ServerFolder) -> Iterator[list[str]]:
    """Look at the server's sockets all the time; give those seen, as text."""
    seen: list[str] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.003):
            process = running(folder.process, PROGRAM)
            found = sockets_of(process.pid) if process else []
            seen.extend(f"{'local' if one.is_local else 'OUTSIDE'} {one}" for one in found)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


# --- from the command line


def test_one_command_starts_it_and_another_stops_it(run: Run, root: Path):
    folder = ServerFolder(root / "labelstudio")
    started = data(run("-p", root, "labelstudio", "start", "--port", 0, "--json"))
    assert started["already"] is False
    assert started["url"].startswith("http://127.0.0.1:")
    again = run("-p", root, "labelstudio", "start", "--port", 1, "--json")  # it runs: the port is no matter
    assert (data(again)["pid"], data(again)["already"], data(again)["url"]) == (started["pid"], True, started["url"])

    status = data(run("-p", root, "labelstudio", "status", "--json"))
    assert status["pid"] == started["pid"]
    assert (status["state"], status["healthy"], status["version"]) == ("running", True, "1.23.2")
    assert (status["users"], status["projects"]) == (1, 0)
    assert 100 < status["memory_mb"] < 1_000
    assert 0 < status["seconds"] < 600

    checks = data(run("-p", root, "labelstudio", "doctor", "--json"))
    assert {check["name"]: check["health"] for check in checks} == dict.fromkeys(
        ("installer", "environment", "template", "secrets", "connections", "server", "address", "token", "sign-up",
         "predictions"), "ok",
    )  # fmt: skip
    assert called_projects(folder) == 0  # the doctor's own is gone again

    known = own_server(folder)
    assert known is not None
    command = Path(f"/proc/{started['pid']}/cmdline").read_bytes().decode()
    said = again.stdout + again.stderr + folder.log.read_text(encoding="utf-8") + command
    assert not [secret for secret in (known.token, known.password, known.secret_key) if secret in said]
    assert [mode(path) for path in (folder.root, folder.access, folder.log, folder.database)] == [
        0o700, 0o600, 0o600, 0o600,
    ]  # fmt: skip
    assert "Initializing database" not in folder.log.read_text(encoding="utf-8")  # it came from the template

    assert data(run("-p", root, "labelstudio", "stop", "--json")) == {"stopped": True, "forgotten": None}
    assert running(folder.process, PROGRAM) is None
    assert not is_healthy(started["url"])
    assert data(run("-p", root, "labelstudio", "status", "--json"), 1)["state"] == "stopped"
    assert data(run("-p", root, "labelstudio", "stop", "--json"))["stopped"] is False


def called_projects(folder: ServerFolder) -> int:
    with closing(sqlite3.connect(folder.database)) as connection:
        return connection.execute("SELECT count(*) FROM project").fetchone()[0]


def test_nothing_leaves_this_computer_while_it_starts_and_idles(run: Run, root: Path):
    with watched(ServerFolder(root / "labelstudio")) as seen:
        started = data(run("-p", root, "labelstudio", "start", "--port", 0, "--json"))
        # The page's tips are the one thing that it would fetch whatever the settings say.
        assert asked(started["url"], "/heidi-tips").status == 404
        time.sleep(2)
    port = urlsplit(started["url"]).port
    assert f"local tcp listening on 127.0.0.1:{port}" in seen
    assert len(seen) > 5  # it looked more than once
    assert [line for line in seen if line.startswith("OUTSIDE")] == []


def test_two_starts_at_the_same_time_make_one_server(run: Run, root: Path):
    answers: list[Any] = []
    start = ("-p", root, "labelstudio", "start", "--port", 0, "--json")
    threads = [threading.Thread(target=lambda: answers.append(data(run(*start)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer["already"] for answer in answers) == [False, True]
    assert len({answer["pid"] for answer in answers}) == 1


def test_a_taken_port_is_an_error_that_says_how_to_mend_it(run: Run, root: Path, label_studio):
    port = urlsplit(label_studio.url).port
    refused = data(run("-p", root, "labelstudio", "start", "--port", port, "--json"), 2)
    assert str(port) in refused["what"]
    assert "--port" in refused["mend"]
    assert not (root / "labelstudio" / "access.json").exists()


def test_a_running_server_is_used_and_forgotten(run: Run, root: Path, label_studio):
    start = ("-p", root, "labelstudio", "start", "--url", label_studio.url + "/")
    wrong = run(*start, "--token", "-", stdin="f" * 40 + "\n")
    assert wrong.returncode == 2
    assert "does not accept the token" in wrong.stderr
    assert not (root / "labelstudio" / "existing.json").exists()

    used = run(*start, "--token", "-", stdin=label_studio.token + "\n")
    assert used.stdout == f"the project uses Label Studio 1.23.2 at {label_studio.url}, as careatlas@localhost\n"
    assert mode(root / "labelstudio" / "existing.json") == 0o600
    status = data(run("-p", root, "labelstudio", "status", "--json"))
    assert (status["state"], status["url"], status["pid"]) == ("existing", label_studio.url, None)
    assert run("-p", root, "labelstudio", "start", "--port", "0").returncode == 2

    stopped = data(run("-p", root, "labelstudio", "stop", "--json"))
    assert stopped == {"stopped": False, "forgotten": label_studio.url}
    assert is_healthy(label_studio.url)
    assert data(run("-p", root, "labelstudio", "status", "--json"), 1)["state"] == "stopped"


def test_a_token_from_the_environment_is_not_written_down(run: Run, root: Path, label_studio):
    personal = called(label_studio.access, "/api/token/", method="POST", data={})["token"]
    env = {"CAREATLAS_LABELSTUDIO__TOKEN": personal}
    done = run("-p", root, "labelstudio", "start", "--url", label_studio.url, **env)
    assert done.returncode == 0, done.stderr
    assert json.loads((root / "labelstudio" / "existing.json").read_text())["token"] == ""
    assert data(run("-p", root, "labelstudio", "status", "--json", **env))["users"] >= 1
    assert personal not in done.stdout + done.stderr


# --- people


def test_a_coder_joins_by_invitation_and_has_a_token_of_their_own(run: Run, root: Path, label_studio):
    token = label_studio.make_user("joining@example.org")
    assert len(token) == 40
    assert token != label_studio.token
    run("-p", root, "labelstudio", "start", "--url", label_studio.url, "--token", token)
    line = run("-p", root, "labelstudio", "invite").stdout.strip()
    assert line.startswith(f"{label_studio.url}/user/signup/?token=")
    assert "joining@example.org" in run("-p", root, "labelstudio", "doctor").stdout


def test_a_page_under_another_name_is_not_served(label_studio):
    # Else any site could have its own name lead here, and its scripts speak as the person who is signed in.
    assert asked(label_studio.url, "/health", headers={"Host": "plans.example.org"}).status == 400


def test_a_webhook_on_loopback_arrives(label_studio):
    arrived: list[dict[str, Any]] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        config = '<View><Text name="t" value="$t"/><Choices name="c" toName="t"><Choice value="a"/></Choices></View>'
        new = {"title": "Webhooks arrive", "label_config": config}
        project = called(label_studio.access, "/api/projects", method="POST", data=new)["id"]
        hook = {"url": f"http://127.0.0.1:{receiver.server_port}", "project": project}
        called(label_studio.access, "/api/webhooks/", method="POST", data=hook)
        called(label_studio.access, "/api/tasks", method="POST", data={"project": project, "data": {"t": "x"}})
        called(label_studio.access, f"/api/projects/{project}", method="DELETE")
        receiver.shutdown()
        thread.join()
    assert "TASKS_CREATED" in [one["action"] for one in arrived]


def test_the_browser_asks_nobody_else(label_studio, unavailable: Callable[[str], NoReturn]):
    if not Path(CHROMIUM).exists():
        unavailable("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    asked_for: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on("request", lambda request: asked_for.append(request.url))
        page.goto(f"{label_studio.url}/user/login")
        page.fill("input[name=email]", label_studio.known.email)
        page.fill("input[name=password]", label_studio.known.password)
        page.click("button[type=submit]")
        page.get_by_text("Create Project").first.wait_for(timeout=60_000)
        page.wait_for_timeout(1_000)
        browser.close()
    outside = [url for url in asked_for if urlsplit(url).scheme not in ("data", "blob")]
    assert {urlsplit(url).hostname for url in outside} == {"127.0.0.1"}
    assert any(url.endswith("/heidi-tips") for url in asked_for)


# --- what goes wrong


def test_after_a_power_cut_it_starts_again_with_the_same_people(fresh_label_studio):
    server = fresh_label_studio
    coder = server.make_user("ada@example.org")
    before, pid = server.known, server.process.pid
    server.kill()
    assert server.process is None
    server.restart()
    assert server.process.pid != pid
    assert server.known == before
    emails = [person["email"] for person in called(server.access, "/api/users/")]
    assert emails == ["careatlas@localhost", "ada@example.org"]
    assert asked(server.url, "/api/projects", headers={"Authorization": f"Token {coder}"}).status == 200


def test_a_first_start_that_was_broken_off_is_put_aside_and_made_anew(fresh_label_studio):
    server = fresh_label_studio
    first = server.known
    keep_own_server(server.folder, replace(first, ready=False))
    server.start()  # the one who started it was ended, but it runs: nothing is made anew
    assert server.known == first
    keep_own_server(server.folder, replace(first, ready=False))
    server.restart()
    assert server.known.ready
    assert server.known.token != first.token
    assert len(called(server.access, "/api/users/")) == 1
    (aside,) = server.home.glob("data.unfinished-*")
    assert (aside / "label_studio.sqlite3").exists()


def test_data_without_its_keys_and_keys_without_their_data_are_errors(fresh_label_studio):
    server = fresh_label_studio
    server.stop()
    kept = server.folder.access.read_bytes()
    server.folder.access.unlink()
    with pytest.raises(UsageError, match="not the file with its token"):
        server.start()
    server.folder.access.write_bytes(kept)
    server.folder.database.rename(server.home / "elsewhere")
    with pytest.raises(StageError, match="database of this Label Studio is gone"):
        server.start()


def test_a_server_that_does_not_come_up_leaves_no_process(fresh_label_studio):
    server = fresh_label_studio
    server.stop()
    kept = server.folder.database.read_bytes()
    server.folder.database.write_bytes(b"this is no database")
    with pytest.raises(StageError, match=r"Label Studio ended: .*not a database") as caught:
        server.start()
    assert caught.value.where == str(server.folder.log)
    assert server.process is None
    assert not server.folder.process.exists()
    server.folder.database.write_bytes(kept)


def test_a_process_that_only_has_the_number_is_never_ended(run: Run, root: Path):
    folder = ServerFolder(root / "labelstudio")
    folder.make()
    with subprocess.Popen(["sleep", "60"]) as other:
        name, _, rest = Path(f"/proc/{other.pid}/stat").read_text().rpartition(")")
        fields = rest.split()
        fields[19] = str(int(fields[19]) - 1)  # its start time
        for record in (f"{name}){rest}", f"{name}) {' '.join(fields)}"):  # another program; another start
            folder.process.write_text(record)
            assert data(run("-p", root, "labelstudio", "stop", "--json"))["stopped"] is False
            assert other.poll() is None
        other.kill()


def test_the_doctor_notices_a_lax_server(fresh_label_studio, monkeypatch: pytest.MonkeyPatch):
    server = fresh_label_studio
    server.stop()
    monkeypatch.setitem(server_settings._CLOSED, "DISABLE_SIGNUP_WITHOUT_LINK", "false")
    monkeypatch.setattr(server_settings, "_FLAGS", {})
    server.start()
    server.folder.access.chmod(0o644)
    checks = examine_server(server.folder, server.environment, LabelStudioSettings())
    wrong = {check.name: check.found for check in checks if check.health is Health.WRONG}
    assert wrong.keys() == {"secrets", "sign-up", "predictions"}
    assert "anybody" in wrong["sign-up"]
    assert len(called(server.access, "/api/users/")) == 1  # asking made no account
    assert called(server.access, "/api/projects")["count"] == 0


def test_the_doctor_of_a_project_without_a_server_finds_nothing_wrong(run: Run, root: Path, tmp_path: Path):
    checks = data(run("-p", root, "labelstudio", "doctor", "--json", **{HOME_VARIABLE: str(tmp_path / "none")}))
    health = {check["name"]: check["health"] for check in checks}
    assert (health["environment"], health["server"]) == ("note", "note")
    assert "wrong" not in health.values()
