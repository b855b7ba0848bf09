"""One request: the token goes to its server alone, and whatever comes back is met with an error that helps."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from annotation import server_call
from annotation.label_studio_server import is_healthy
from annotation.server_access import Access
from annotation.server_call import asked, call, called, told
from careatlas.errors import InputError, StageError, UsageError

LEGACY = "0123456789abcdef0123456789abcdef01234567"
PERSONAL = "eyJhbGciOi.eyJ0b2tlbl.c2lnbmF0dXJl"
Reply = tuple[int, bytes] | tuple[int, bytes, dict[str, str]]


class Site:
    """A web server of ours: it gives what it is told to, and keeps what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: dict[str, Reply] = {}
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []

    def access(self, token: str = LEGACY, path: str = "") -> Access:
        return Access(url=self.url + path, token=token)

    def authorisations(self) -> list[str]:
        return [headers.get("Authorization", "") for _, _, headers, _ in self.requests]


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.requests.append((self.command, self.path, dict(self.headers), body))
            status, content, *more = made.replies.get(self.path, (404, b"none"))
            self.send_response(status)
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the library's names

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Site(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        server.shutdown()
        thread.join()


def test_a_legacy_token_is_sent_as_it_is(site: Site):
    site.replies["/api/users/"] = (200, b'[{"id": 1}]')
    assert called(site.access(), "/api/users/") == [{"id": 1}]
    assert site.authorisations() == [f"Token {LEGACY}"]


def test_a_personal_token_is_changed_for_a_short_lived_one(site: Site):
    site.replies["/api/token/refresh/"] = (200, b'{"access": "short.lived.one"}')
    site.replies["/api/users/"] = (200, b"[]")
    called(site.access(PERSONAL), "/api/users/")
    method, path, headers, body = site.requests[0]
    assert (method, path, json.loads(body)) == ("POST", "/api/token/refresh/", {"refresh": PERSONAL})
    assert "Authorization" not in headers
    assert site.authorisations()[1] == "Bearer short.lived.one"


@pytest.mark.parametrize(
    "reply", [(401, b"{}"), (200, b"{}"), (200, b"[]"), (200, b'{"access": 5}'), (200, b'{"access": "a\\r\\nX: y"}')]
)
def test_a_personal_token_that_gets_nothing_is_refused(site: Site, reply: Reply):
    site.replies["/api/token/refresh/"] = reply
    with pytest.raises(UsageError, match="does not accept the token") as caught:
        call(site.access(PERSONAL), "/api/users/")
    assert PERSONAL not in str(caught.value)
    assert len(site.requests) == 1


def test_data_goes_as_json_and_an_empty_answer_is_none(site: Site):
    site.replies["/api/projects"] = (204, b"")
    assert called(site.access(), "/api/projects", method="DELETE", data={"title": "\u00e9"}) is None
    method, _, headers, body = site.requests[0]
    assert (method, headers["Content-Type"], json.loads(body)) == ("DELETE", "application/json", {"title": "\u00e9"})


def test_a_server_below_a_path_is_asked_there(site: Site):
    site.replies["/labels/api/version"] = (200, b'{"release": "1.23.2"}')
    assert told(site.access(path="/labels"), "/api/version", "release") == "1.23.2"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_takes_the_token_elsewhere(site: Site, status: int):
    site.replies["/api/users/"] = (status, b"", {"Location": f"{site.url}/elsewhere"})
    with pytest.raises(StageError, match=f"status {status}"):
        called(site.access(), "/api/users/")
    assert [path for _, path, _, _ in site.requests] == ["/api/users/"]


def test_no_proxy_is_asked(site: Site, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.replies["/health"] = (200, b'{"status": "UP"}')
    assert is_healthy(site.url)


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        ((401, b"{}"), UsageError, "does not accept the token"),
        ((403, b"{}"), UsageError, "does not accept the token"),
        ((404, b"{}"), StageError, "refuses GET /x: status 404"),
        ((500, b"<html>"), StageError, "status 500"),
        ((200, b"<html>"), InputError, "not what Label Studio gives"),
        ((200, b"\xff"), InputError, "not what Label Studio gives"),
        ((200, b"[" * 100_000), InputError, "not what Label Studio gives"),
    ],
)
def test_what_the_server_answers_is_named(site: Site, reply: Reply, error: type[Exception], says: str):
    site.replies["/x"] = reply
    with pytest.raises(error, match=says) as caught:
        called(site.access(), "/x")
    assert caught.value.where == site.url
    assert LEGACY not in str(caught.value)


@pytest.mark.parametrize("body", [b"[]", b"null", b"{}", b'{"release": 5}', b'{"release": null}'])
def test_a_missing_text_is_named(site: Site, body: bytes):
    site.replies["/api/version"] = (200, body)
    with pytest.raises(InputError, match="no release"):
        told(site.access(), "/api/version", "release")


def test_an_answer_without_end_is_cut_off(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server_call, "_MOST_BYTES", 100)
    site.replies["/x"] = (200, b"x" * 100)
    assert len(asked(site.url, "/x").body) == 100
    site.replies["/x"] = (200, b"x" * 101)
    with pytest.raises(StageError, match="far too much"):
        asked(site.url, "/x")


def test_nobody_there_is_an_error_that_says_where():
    with pytest.raises(StageError, match="does not answer: ConnectionRefusedError") as caught:
        call(Access(url="http://127.0.0.1:9", token=LEGACY), "/api/users/")
    assert caught.value.where == "http://127.0.0.1:9"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://no-such-host.invalid"])
def test_a_server_that_is_not_there_is_not_healthy(url: str):
    assert not is_healthy(url, timeout=1)


@pytest.mark.parametrize(
    "reply", [(503, b'{"status": "UP"}'), (200, b"UP"), (200, b'{"status": "DOWN"}'), (200, b"[]")]
)
def test_only_the_words_of_label_studio_are_healthy(site: Site, reply: Reply):
    site.replies["/health"] = reply
    assert not is_healthy(site.url)


def test_cookies_are_handed_on(site: Site):
    site.replies["/page"] = (200, b"", {"Set-Cookie": "csrftoken=abc; Path=/"})
    assert asked(site.url, "/page").cookies == ("csrftoken=abc; Path=/",)


# --- what the commands make of it


@pytest.fixture
def commands(project, site: Site) -> Callable[..., object]:
    from annotation.server_commands import start_or_register
    from careatlas.progress import NoProgress

    site.replies["/health"] = (200, b'{"status": "UP"}')
    site.replies["/api/version"] = (200, b'{"release": "1.0"}')
    site.replies["/api/current-user/whoami"] = (200, b'{"email": "ada@example.org"}')
    options = {"port": None, "url": "", "token": "", "progress": NoProgress()}
    return lambda **given: start_or_register(project, **(options | given))


def test_a_running_server_is_registered_once_it_answered(commands, site: Site, project):
    from annotation.server_access import access_of
    from annotation.server_commands import invitation, stop_or_forget

    said = commands(url=site.url + "/", token=LEGACY)
    assert said.lines == (f"the project uses Label Studio 1.0 at {site.url}, as ada@example.org",)
    assert LEGACY not in str(said)
    assert access_of(project) == site.access()
    assert commands().facts["url"] == site.url  # a plain start says so again
    with pytest.raises(UsageError, match="not ours"):
        commands(port=8080)
    for path, address in (("/signup?t=1", f"{site.url}/signup?t=1"), ("https://h/signup", "https://h/signup")):
        site.replies["/api/invite"] = (200, json.dumps({"invite_url": path}).encode())
        assert invitation(access_of(project)) == address
    assert stop_or_forget(project).facts == {"stopped": False, "forgotten": site.url}
    with pytest.raises(UsageError, match="no Label Studio"):
        access_of(project)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"url": "http://h", "token": LEGACY, "port": 1}, "--port is for our own"),
        ({"token": LEGACY}, "--token goes with --url"),
        ({"url": "http://h"}, "no token"),
        ({"url": "h", "token": LEGACY}, "not the address"),
    ],
)
def test_options_that_do_not_go_together_are_refused(commands, given: dict[str, object], says: str):
    with pytest.raises(UsageError, match=says):
        commands(**given)


def test_what_does_not_answer_as_label_studio_is_not_registered(commands, site: Site, project):
    site.replies["/health"] = (200, b"hello")
    with pytest.raises(StageError, match="no Label Studio answers"):
        commands(url=site.url, token=LEGACY)
    assert not (project.root / "labelstudio" / "existing.json").exists()
