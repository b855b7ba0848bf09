"""What we ask of a server and how its refusals are told, against a small one that says what it is told to say."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from annotation.label_studio import LabelStudio
from annotation.server_access import Access
from annotation.server_error import Aftermath, ServerError

TOKEN = "0123456789abcdef0123456789abcdef01234567"
EXPIRED = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEwfQ.c2ln"  # {"exp": 10}
PROJECT = {"id": 3, "title": "t", "created_at": "2026-03-01T09:00:00.000001Z", "task_number": 2}


class Stub:
    """A server that gives the same answer to every request, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, list[str]], bytes]] = []
        self.answers: list[tuple[int, bytes]] = []
        self.headers: dict[str, str] = {}
        self.cut = False
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                stub.asked.append((self.command, parts.path, parse_qs(parts.query), body))
                if stub.cut:
                    self.close_connection = True
                    return
                status, content = stub.answers.pop(0) if len(stub.answers) > 1 else stub.answers[0]
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in stub.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = handle_one  # noqa: N815 - the names that http.server looks for

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def says(self, *content: object, status: int = 200) -> None:
        self.answers = [(status, one if isinstance(one, bytes) else json.dumps(one).encode()) for one in content]


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def studio(stub: Stub) -> Iterator[LabelStudio]:
    made = LabelStudio(Access(url=stub.url, token=TOKEN))
    yield made
    made.close()


def page(*tasks: dict[str, object]) -> dict[str, object]:
    return {"tasks": list(tasks), "total": len(tasks), "total_annotations": 0, "total_predictions": 0}


@pytest.mark.parametrize(
    ("status", "words", "aftermath"),
    [
        (400, "refused (400): a key is expected", Aftermath.NOTHING),
        (401, "not valid", Aftermath.NOTHING),
        (403, "may not", Aftermath.NOTHING),
        (404, "not there", Aftermath.NOTHING),
        (409, "refused (409)", Aftermath.NOTHING),
        (429, "too busy", Aftermath.NOTHING),
        (500, "refused (500)", Aftermath.UNKNOWN),
        (504, "refused (504)", Aftermath.PENDING),
        (302, "elsewhere", Aftermath.NOTHING),
    ],
)
def test_a_refusal_is_told_and_nothing_is_asked_twice(stub, studio, status, words, aftermath):
    stub.says({"detail": "a key is expected"}, status=status)
    with pytest.raises(ServerError) as caught:
        studio.import_tasks(3, [{"data": {"passage": "x"}}])
    assert words in caught.value.what
    assert (caught.value.status, caught.value.aftermath) == (status, aftermath)
    assert caught.value.where == stub.url
    assert TOKEN not in str(caught.value)
    assert len(stub.asked) == 1


def test_a_token_that_is_over_says_how_to_mend_it(stub, studio):
    stub.says({"detail": "Invalid token."}, status=401)
    with pytest.raises(ServerError) as caught:
        studio.users()
    assert "CAREATLAS_LABELSTUDIO__TOKEN" in caught.value.mend
    with pytest.raises(ServerError, match="its time is over") as caught:
        LabelStudio(Access(url=stub.url, token=EXPIRED))
    assert caught.value.status == 401


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[1,", b'{"task_ids": "many"}', b'{"task_ids": [1, 2]}', b"[" * 5_000]
)
def test_a_reply_that_cannot_be_read_may_have_been_carried_out(stub, studio, content):
    stub.says(content)
    with pytest.raises(ServerError) as caught:
        studio.import_tasks(3, [{"data": {}}])
    assert caught.value.aftermath is Aftermath.UNKNOWN


def test_a_connection_that_breaks_off_may_have_been_carried_out(stub, studio):
    stub.cut = True
    with pytest.raises(ServerError, match="broke off") as caught:
        studio.import_tasks(3, [{"data": {}}])
    assert caught.value.aftermath is Aftermath.UNKNOWN
    assert len(stub.asked) == 1


def test_a_server_that_is_away_was_never_asked():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        studio = LabelStudio(Access(url=url, token=TOKEN))
        with pytest.raises(ServerError, match="cannot be reached") as caught:
            studio.users()
        studio.close()
    assert caught.value.aftermath is Aftermath.NOTHING


def test_a_server_that_takes_too_long_may_be_at_it_still(stub, monkeypatch):
    monkeypatch.setattr("annotation.label_studio._SECONDS", 0.2)
    release = threading.Event()
    handler = stub.server.RequestHandlerClass
    monkeypatch.setattr(handler, "do_GET", lambda *_: release.wait(5))
    studio = LabelStudio(Access(url=stub.url, token=TOKEN))
    with pytest.raises(ServerError, match="does not answer") as caught:
        studio.users()
    release.set()
    assert caught.value.aftermath is Aftermath.PENDING
    studio.close()


def test_no_redirect_takes_the_token_elsewhere(stub, studio):
    stub.headers["Location"] = f"{stub.url}/api/elsewhere"
    stub.says({}, status=302)
    with pytest.raises(ServerError):
        studio.users()
    assert len(stub.asked) == 1


def test_a_reply_without_end_is_cut(stub, studio, monkeypatch):
    monkeypatch.setattr("annotation.label_studio.MAX_REPLY_BYTES", 100)
    stub.says([{"id": 1, "filler": "x" * 200}])
    with pytest.raises(ServerError, match="longer than 100 bytes"):
        studio.export(3)


def test_imports_return_the_numbers_in_order(stub, studio):
    stub.says({"task_count": 2, "task_ids": [8, 9]})
    assert studio.import_tasks(3, [{"data": {"a": 1}}, {"data": {"a": 2}}]) == (8, 9)
    method, path, query, body = stub.asked[0]
    assert (method, path, query) == ("POST", "/api/projects/3/import", {"return_task_ids": ["true"]})
    assert json.loads(body) == [{"data": {"a": 1}}, {"data": {"a": 2}}]


def test_projects_are_one_request_and_none_for_none(stub, studio):
    stub.says({"count": 1, "next": None, "previous": None, "results": [PROJECT]})
    found = studio.projects([3, 4])
    assert found[3].task_number == 2
    assert found[3].created_at == datetime(2026, 3, 1, 9, 0, 0, 1, tzinfo=UTC)
    assert (found[3].label_config, found[3].model_version) == ("", "")
    assert studio.projects([]) == {}
    assert [(one[1], one[2]["ids"]) for one in stub.asked] == [("/api/projects/", ["3,4"])]


def test_tasks_are_asked_for_by_the_last_number_seen(stub, studio):
    task = {"id": 5, "data": {"task_key": "t5", "model_id": "m"}, "total_annotations": 1, "cancelled_annotations": 2}
    stub.says(page(task, {"id": 9, "data": "not an object"}), page())
    first, second = studio.tasks(3)
    assert (first.id, first.task_key, first.model_id, first.answers) == (5, "t5", "m", 3)
    assert (second.id, second.task_key, second.answers) == (9, "", 0)
    afters = [json.loads(one[2]["query"][0])["filters"]["items"][0]["value"] for one in stub.asked]
    assert afters == [0, 9]


def test_changes_are_asked_for_in_the_one_format_that_the_server_knows(stub, studio):
    stub.says(page({"id": 5, "updated_at": "2026-03-01T10:00:00.000001Z"}), page())
    east = timezone(timedelta(hours=5))
    found = studio.changed(3, datetime(2026, 3, 1, 14, tzinfo=east))
    assert found == {5: datetime(2026, 3, 1, 10, 0, 0, 1, tzinfo=UTC)}
    asked = json.loads(stub.asked[0][2]["query"][0])["filters"]["items"][1]
    assert (asked["filter"], asked["operator"]) == ("filter:tasks:updated_at", "greater")
    assert asked["value"] == "2026-03-01T09:00:00.000000Z"


def test_a_server_that_repeats_itself_does_not_hold_us_for_ever(stub, studio):
    task = {"id": 5, "data": {}}
    stub.says(page(task), page(task), page(task), page())
    assert len(studio.tasks(3)) == 3
    afters = [json.loads(one[2]["query"][0])["filters"]["items"][0]["value"] for one in stub.asked]
    assert afters == [0, 5, 6, 7]


def test_some_tasks_are_exported_by_the_name_that_the_server_knows(stub, studio):
    stub.says([{"id": 1}, "not a task"])
    assert studio.export(3, [1, 2]) == [{"id": 1}]
    assert stub.asked[0][2]["ids[]"] == ["1", "2"]
    assert studio.export(3, []) == []
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("state", "untouched"),
    [
        ({"annotations": [], "draft_exists": False}, True),
        ({"annotations": [{"id": 1}], "draft_exists": False}, False),
        ({"annotations": [], "draft_exists": True}, False),
        ({}, False),
    ],
)
def test_only_what_is_known_to_be_untouched_is(stub, studio, state, untouched):
    stub.says(page({"id": 5, "data": {}, **state}))
    assert studio.is_untouched(3, 5) is untouched
    stub.says(page())
    assert studio.is_untouched(3, 5) is False


def test_the_pre_labels_of_a_task_come_as_they_are(stub, studio):
    said = {"id": 4, "model_version": "m1", "result": [{"from_name": "codes", "value": {"choices": ["a"]}}]}
    stub.says([{**said, "task": 7, "project": 3, "score": 0.5}, {"id": 5, "result": None, "task": 7}])
    assert studio.pre_labels(7) == [said, {"id": 5, "model_version": None, "result": None}]
    (asked,) = stub.asked
    assert (asked[0], asked[1], asked[2]) == ("GET", "/api/predictions/", {"task": ["7"]})


def test_a_webhook_and_a_folder_are_registered_once(stub, studio):
    hook = {"id": 4, "url": "http://127.0.0.1:1/careatlas", "organization": 1}
    stub.says([hook])
    assert studio.add_webhook(3, hook["url"]) == 4
    assert [one[0] for one in stub.asked] == ["GET"]
    stub.says([], hook)
    assert studio.add_webhook(3, hook["url"]) == 4
    assert json.loads(stub.asked[-1][3])["send_payload"] is False
    stub.says([{**hook, "id": 3, "url": "http://127.0.0.1:2/careatlas"}, {**hook, "url": "http://a.org/x"}], {}, hook)
    count = len(stub.asked)
    studio.add_webhook(3, hook["url"])
    assert [one[:2] for one in stub.asked[count + 1 : -1]] == [("DELETE", "/api/webhooks/3/")]  # left by a killed one
    storage = {"id": 1, "path": "/pages", "project": 3}
    stub.says([storage])
    count = len(stub.asked)
    studio.attach_files(3, Path("/pages"))
    assert len(stub.asked) == count + 1
    stub.says([storage], storage)
    studio.attach_files(3, Path("/other"))
    assert json.loads(stub.asked[-1][3])["path"] == "/other"


def test_the_servers_clock_is_read_from_its_reply(stub, studio):
    stub.says({})
    assert abs((studio.clock() - datetime.now(UTC)).total_seconds()) < 5
