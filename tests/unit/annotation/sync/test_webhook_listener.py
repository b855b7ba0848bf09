"""Whatever calls, all that it can do is make us look."""

from __future__ import annotations

import socket
import threading
import urllib.request

import pytest

from annotation.webhook_listener import MAX_BODY, WebhookListener
from careatlas.errors import UsageError


@pytest.fixture
def hint():
    return threading.Event()


@pytest.fixture
def listener(hint):
    with WebhookListener(hint) as made:
        yield made


def said_to(listener, text: bytes) -> bytes:
    port = int(listener.url.rpartition(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(text)
        return line.recv(100)


def test_a_call_sets_the_event(listener, hint):
    request = urllib.request.Request(listener.url, data=b'{"action": "ANNOTATION_CREATED"}', method="POST")
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 204
    assert hint.is_set()


@pytest.mark.parametrize(
    "length", [b"", b"Content-Length: many\r\n", b"Content-Length: -5\r\n", b"Content-Length: \xb2\r\n"]
)
def test_a_call_that_is_none_is_answered_all_the_same(listener, hint, length):
    assert b"204" in said_to(listener, b"POST /elsewhere HTTP/1.1\r\n" + length + b"\r\n")
    assert hint.is_set()


def test_a_call_without_end_does_not_hold_us(listener, hint):
    said = said_to(listener, b"POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n" + b"x" * MAX_BODY)
    assert b"204" in said
    assert hint.is_set()


def test_one_that_says_nothing_does_not_keep_others_out(listener, hint, monkeypatch):
    port = int(listener.url.rpartition(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        said_to(listener, b"POST / HTTP/1.1\r\n\r\n")
    assert hint.is_set()


def test_nothing_is_to_be_read_here(listener, hint):
    assert b"501" in said_to(listener, b"GET / HTTP/1.1\r\n\r\n")
    assert not hint.is_set()


def test_it_listens_on_this_computer_only(listener):
    assert listener.url.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_refused(listener, hint):
    port = int(listener.url.rpartition(":")[2].partition("/")[0])
    with pytest.raises(UsageError, match=f"port {port}"):
        WebhookListener(hint, port)
