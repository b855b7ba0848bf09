"""A real Label Studio of the tests: what a test may do to it."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from annotation.label_studio_server import PROGRAM, start_server, stop_server
from annotation.server_access import Access, OwnServer, own_server
from annotation.server_call import called
from annotation.server_environment import ServerEnvironment, environment_in
from annotation.server_folder import ServerFolder
from annotation.server_process import ProcessIdentity, is_running, running

CODER_PASSWORD = "coder-password-1"


@dataclass(slots=True)
class RunningServer:
    """A Label Studio of ours, and what a test may do to it."""

    folder: ServerFolder
    environment: ServerEnvironment
    port: int = 0

    @property
    def known(self) -> OwnServer:
        """Its address, token, e-mail and password, as our commands keep them."""
        found = own_server(self.folder)
        assert found is not None
        return found

    @property
    def url(self) -> str:
        return self.known.url

    @property
    def token(self) -> str:
        """The administrator's legacy token."""
        return self.known.token

    @property
    def access(self) -> Access:
        return Access(url=self.url, token=self.token)

    @property
    def home(self) -> Path:
        """The folder that a project has as PROJECT/labelstudio."""
        return self.folder.root

    @property
    def process(self) -> ProcessIdentity | None:
        """``None`` while it is down."""
        return running(self.folder.process, PROGRAM)

    def start(self) -> None:
        started = start_server(self.folder, self.environment, port=self.port)
        self.port = int(started.url.rpartition(":")[2])

    def stop(self) -> None:
        stop_server(self.folder)

    def kill(self) -> None:
        """End it as a power cut does: at once, without a word."""
        process = self.process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while is_running(process) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not is_running(process)

    def restart(self) -> None:
        """Start it again on the same data and port; it may be running, killed or stopped."""
        self.stop()
        self.start()

    def make_user(self, email: str) -> str:
        """Let a person join through the invitation and return their legacy token. The password: CODER_PASSWORD."""
        return signed_up(self.url, called(self.access, "/api/invite")["invite_url"], email)


def signed_up(url: str, invitation: str, email: str) -> str:
    """Fill in the sign-up form that an invitation leads to, as a browser does."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar))
    with browser.open(url + invitation, timeout=30) as page:
        (form_token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    form = {"email": email, "password": CODER_PASSWORD, "csrfmiddlewaretoken": form_token}
    with browser.open(url + invitation, urllib.parse.urlencode(form).encode(), timeout=30) as page:
        assert "/user/signup" not in page.geturl(), page.read().decode()[:2_000]
    with browser.open(url + "/api/current-user/token", timeout=30) as answer:
        token: str = json.loads(answer.read())["token"]
    return token


@contextmanager
def running_server(folder: Path, home: Path) -> Iterator[RunningServer]:
    """Give a server with its data in a folder, from the environment that is installed in ``home``."""
    server = RunningServer(ServerFolder(folder), environment_in(home))
    server.start()
    try:
        yield server
    finally:
        server.stop()
