"""Who is looking: a person who may judge, or somebody who only reads."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

REVIEWER = "CAREATLAS_REVIEWER"
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The person of a session.

    Attributes
    ----------
    person : str
        The name under which judgements are kept; empty for somebody who only reads.
    why : str
        How the name is known, or how to get one.
    must_log_in : bool
        Whether the app listens to the network and this session has not logged in.
    """

    person: str
    why: str
    must_log_in: bool = False


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address, with or without a port, is this machine alone."""
    name = host.strip().lower()
    name = (
        name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0] if name.count(":") < 2 else name
    )
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def reader_of(user: Mapping[str, object], reviewer: str, address: str, headers: Mapping[str, str]) -> Reader:
    """Return who is looking.

    Parameters
    ----------
    user : Mapping
        What OpenID Connect says of the user; ``is_logged_in`` must be true for it to count.
    reviewer : str
        The name given on the command line. It counts only on loopback, and not behind a proxy: whoever comes through
        one is not the person who started the app.
    address : str
        Where the server listens.
    headers : Mapping
        Headers of the session's first request.
    """
    if user.get("is_logged_in") is True:
        name = str(user.get("email") or user.get("name") or user.get("sub") or "").strip()
        return Reader(person=name, why="logged in" if name else "your login has neither an e-mail address nor a name")
    if not is_loopback(address):
        return Reader(person="", why="log in to read and review", must_log_in=True)
    local = is_loopback(headers.get("Host", "localhost")) and not any(headers.get(name) for name in _FORWARDED)
    if reviewer.strip() and local:
        return Reader(person=reviewer.strip(), why="named when the app was started")
    return Reader(person="", why="to review, start the app with: careatlas app --reviewer NAME")


def current_reader() -> Reader:
    """Return who is looking at this session."""
    headers = {name: st.context.headers[name] for name in ("Host", *_FORWARDED) if name in st.context.headers}
    address = st.get_option("server.address") or ""
    return reader_of(st.user.to_dict(), os.environ.get(REVIEWER, ""), str(address), headers)
