"""The connections of a process: whom it listens to, and whom it talks to. Linux only."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LISTEN = "0A"  # include/net/tcp_states.h
_KINDS = ("tcp", "tcp6", "udp", "udp6")
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """One socket.

    Attributes
    ----------
    kind : str
        ``tcp``, ``tcp6``, ``udp`` or ``udp6``.
    remote : address
        Unspecified (``0.0.0.0``, ``::``) where it is connected to nobody.
    """

    kind: str
    inode: int
    local: IpAddress
    local_port: int
    remote: IpAddress
    remote_port: int
    listening: bool

    @property
    def is_local(self) -> bool:
        """Whether it neither listens to nor talks to anything but this computer."""
        if self.listening:
            return self.local.is_loopback
        return self.remote.is_unspecified or self.remote.is_loopback

    def __str__(self) -> str:
        if self.listening:
            return f"{self.kind} listening on {self.local}:{self.local_port}"
        return f"{self.kind} to {self.remote}:{self.remote_port}"


def sockets_of(pid: int) -> list[Socket]:
    """Return the internet sockets that a process holds; none if it has ended.

    Raises
    ------
    PermissionError
        If it is another user's process.
    """
    held = set(_inodes(pid))
    found = []
    for kind in _KINDS:
        with suppress(FileNotFoundError, ProcessLookupError):
            table = Path(f"/proc/{pid}/net/{kind}").read_text(encoding="ascii")
            found += [socket for socket in parsed(kind, table) if socket.inode in held]
    return found


def parsed(kind: str, table: str) -> Iterator[Socket]:
    """Read a table of the form of ``/proc/net/tcp`` (proc_pid_net(5)).

    Yields
    ------
    Socket
        Line by line; the heading and lines that are cut short are left out.
    """
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 10:  # the inode is the tenth
            continue
        (local, local_port), (remote, remote_port) = (_end(field) for field in fields[1:3])
        yield Socket(
            kind=kind,
            inode=int(fields[9]),
            local=local,
            local_port=local_port,
            remote=remote,
            remote_port=remote_port,
            listening=fields[3] == _LISTEN,
        )


def _end(field: str) -> tuple[IpAddress, int]:
    words, _, port = field.partition(":")
    # Each 32-bit word is written as the machine holds it: on little-endian ones the bytes are turned round.
    raw = b"".join(bytes.fromhex(words[at : at + 8])[::-1] for at in range(0, len(words), 8))
    address = ipaddress.ip_address(raw)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address, int(port, 16)


def _inodes(pid: int) -> Iterator[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                target = str(link.readlink())
                if target.startswith("socket:["):
                    yield int(target[8:-1])
