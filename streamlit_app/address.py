"""Choices kept in the address by their identifiers.

Streamlit's own binding writes what is shown into the address, where a link must hold the code and not its label, and it
refuses to follow a link to another page that has a name of its own in its query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

_ON = "1"


def choose(where: Any, label: str, options: Mapping[str, str], key: str) -> str:
    """Draw a list to choose from and return the identifier that was chosen.

    Parameters
    ----------
    where : container
        Where it is drawn: ``st`` or a column.
    options : Mapping
        Identifier to what is shown. The first is the default and does not stand in the address; an identifier in the
        address that is not among them is as if it were not there, and the caller says so.
    key : str
        Name in the address.
    """
    names = list(options)
    more = _kept(key, names, names[0])
    return str(where.selectbox(label, names, format_func=lambda one: options.get(one, one), **more))


def slide(where: Any, label: str, names: Sequence[str], key: str, default: str) -> str:
    """Draw a slider over two or more names and return the one chosen; the default does not stand in the address."""
    return str(where.select_slider(label, list(names), **_kept(key, names, default)))


def switch(where: Any, label: str, key: str) -> bool:
    """Draw a switch and return whether it is on; off is the default."""
    state = f"chosen-{key}"
    st.session_state[state] = st.query_params.get(key) == _ON
    return bool(where.toggle(label, key=state, on_change=_keep_switch, args=(key, state)))


def _kept(key: str, names: Sequence[str], default: str) -> dict[str, Any]:
    state = f"chosen-{key}"
    asked = st.query_params.get(key, default)
    st.session_state[state] = asked if asked in names else default
    return {"key": state, "on_change": _keep, "args": (key, state, default)}


def _keep(key: str, state: str, default: str) -> None:
    _write(key, st.session_state[state], default)


def _keep_switch(key: str, state: str) -> None:
    _write(key, _ON if st.session_state[state] else "", "")


def _write(key: str, value: str, default: str) -> None:
    if value != default:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]
