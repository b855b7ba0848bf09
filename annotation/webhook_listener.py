"""An ear on this computer for webhooks. Whatever comes says only that it is worth looking: nothing in it is read."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from careatlas.errors import UsageError

HOST = "127.0.0.1"
PATH = "/careatlas"
MAX_BODY = 65_536  # bytes that are taken off the line; the caller has one second and does not wait for more
_SECONDS = 1.0


class WebhookListener:
    """Listens while it is open, and sets an event for every call.

    Parameters
    ----------
    hint : threading.Event
        Set when anything came.
    port : int
        0 for any that is free.

    Raises
    ------
    UsageError
        If the port is taken.
    """

    def __init__(self, hint: threading.Event, port: int = 0) -> None:
        class Handler(_Handler):
            event = hint

        try:
            self._server = ThreadingHTTPServer((HOST, port), Handler)
        except OSError as error:
            raise UsageError(f"port {port} cannot be listened on: {error.strerror}", mend="name another") from error
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    @property
    def url(self) -> str:
        """What the server is to call."""
        return f"http://{HOST}:{self._server.server_address[1]}{PATH}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    event: threading.Event
    timeout = _SECONDS  # for which a caller may say nothing

    def do_POST(self) -> None:
        self.event.set()
        length = self.headers.get("Content-Length", "")
        self.rfile.read(min(int(length), MAX_BODY) if length.isascii() and length.isdigit() else 0)
        self.send_response(204)
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing: what callers send is theirs, and it would stand in our log."""
