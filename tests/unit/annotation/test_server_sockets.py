"""Sockets of a process: read from the system's tables, and told apart by whether they leave this computer."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from annotation.server_sockets import Socket, parsed, sockets_of

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
TAIL = "00000000:00000000 00:00000000 00000000  1000        0 {inode} 1 0000000000000000 100 0 0 10 0\n"
MAPPED = f"{'0' * 16}FFFF0000"

pytestmark = pytest.mark.skipif(
    sys.byteorder != "little", reason="the tables below are those of little-endian machines"
)


def one(kind: str, ends: str) -> Socket:
    (found,) = parsed(kind, HEAD + f"   0: {ends} {TAIL.format(inode=42)}")
    return found


@pytest.mark.parametrize(
    ("kind", "ends", "said", "local"),
    [
        ("tcp", "0100007F:1F90 00000000:0000 0A", "tcp listening on 127.0.0.1:8080", True),
        ("tcp", "00000000:1F90 00000000:0000 0A", "tcp listening on 0.0.0.0:8080", False),
        ("tcp", "0500A8C0:1F90 00000000:0000 0A", "tcp listening on 192.168.0.5:8080", False),
        ("tcp", "0100007F:A000 0100007F:0009 01", "tcp to 127.0.0.1:9", True),
        ("tcp", "0500A8C0:A000 08080808:01BB 02", "tcp to 8.8.8.8:443", False),
        ("udp", "0500A8C0:A000 01010101:0035 01", "udp to 1.1.1.1:53", False),
        ("udp", "00000000:A000 00000000:0000 07", "udp to 0.0.0.0:0", True),
        ("tcp6", f"{'0' * 24}01000000:1F90 {'0' * 32}:0000 0A", "tcp6 listening on ::1:8080", True),
        ("tcp6", f"{'0' * 32}:1F90 {'0' * 32}:0000 0A", "tcp6 listening on :::8080", False),
        ("tcp6", f"{MAPPED}0100007F:A000 {MAPPED}0100007F:0050 01", "tcp6 to 127.0.0.1:80", True),
        ("tcp6", f"{'0' * 32}:A000 {MAPPED}08080808:0050 01", "tcp6 to 8.8.8.8:80", False),
        ("tcp6", f"{'0' * 32}:A000 B80D0120000000000000000001000000:0050 01", "tcp6 to 2001:db8::1:80", False),
    ],
)  # fmt: skip
def test_a_line_is_read_as_the_system_writes_it(kind: str, ends: str, said: str, local: bool):
    found = one(kind, ends)
    assert str(found) == said
    assert found.is_local is local
    assert found.inode == 42


def test_headings_and_cut_lines_are_left_out():
    assert list(parsed("tcp", "")) == []
    assert list(parsed("tcp", HEAD + "   0: 0100007F:1F90 00000000:0000 0A\n\n")) == []


def test_our_own_sockets_are_found_while_they_are_open():
    def mine() -> set[str]:
        return {str(found) for found in sockets_of(os.getpid())}

    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_server(("0.0.0.0", 0)) as wide:
        port, wide_port = listening.getsockname()[1], wide.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            seen = mine()
        assert {f"tcp listening on 127.0.0.1:{port}", f"tcp to 127.0.0.1:{port}"} <= seen
        outside = {str(found) for found in sockets_of(os.getpid()) if not found.is_local}
        assert f"tcp listening on 0.0.0.0:{wide_port}" in outside
        assert f"tcp listening on 127.0.0.1:{port}" not in outside
    assert f"tcp listening on 127.0.0.1:{port}" not in mine()


def test_a_process_that_is_gone_has_none():
    pid = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(pid, 0)
    assert sockets_of(pid) == []
