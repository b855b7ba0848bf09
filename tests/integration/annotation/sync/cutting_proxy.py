"""Something between us and a server that can end either of them, or the line, at any request."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

BEFORE, AFTER = "before", "after"
Hook = Callable[[int, str, str], bool]
_LEFT_OUT = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class CuttingProxy:
    """Passes requests on, one at a time.

    Attributes
    ----------
    hook : callable
        Is given the number of the request from 1, its method and path, and ``before`` it is passed on or ``after`` the
        server has answered. Where it returns False the line is cut.
    """

    def __init__(self, upstream: str) -> None:
        self.hook: Hook = lambda *_: True
        self.count = 0
        self._upstream = urlsplit(upstream).netloc
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                proxy.pass_on(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815 - http.server's names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def pass_on(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        request.close_connection = True
        with self._lock:
            self.count += 1
            what = f"{request.command} {urlsplit(request.path).path}"
            if not self.hook(self.count, what, BEFORE):
                return
            try:
                status, headers, content = self._answer(request, body)
            except (OSError, http.client.HTTPException):
                return
            if not self.hook(self.count, what, AFTER):
                return
        request.send_response(status)
        for name, value in headers:
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.send_header("Connection", "close")
        request.end_headers()
        try:
            request.wfile.write(content)
        except OSError:
            return  # whoever asked is not there any more

    def _answer(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        line = http.client.HTTPConnection(self._upstream, timeout=300)
        try:
            headers = {name: value for name, value in request.headers.items() if name.lower() not in _LEFT_OUT}
            line.request(request.command, request.path, body=body, headers=headers)
            answer = line.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _LEFT_OUT]
            return answer.status, kept, answer.read()
        finally:
            line.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
