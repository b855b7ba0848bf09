"""The filters that the map and the matrix share, kept in the address."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from careatlas.areas.area import Level
from careatlas.codebook import Codebook
from careatlas.initiative import InitiativeStatus
from careatlas.project import Project
from evaluation.map_codes import MapCodes
from evaluation.map_grid import GridPeriod
from streamlit_app.address import choose, slide, switch
from streamlit_app.documents_query import unknown_values
from streamlit_app.initiative_data import Shown
from streamlit_app.map_query import LAYERS, MapAsked, book_choices, map_of_all_years, opening_period
from streamlit_app.plain import in_markdown

_ANY = "all"


def asked_for(project: Project, book: Codebook, shown: Shown, *, one_code: bool = True) -> MapAsked | None:
    """Draw the filters and return what is asked for, ``None`` where nothing has a date.

    Parameters
    ----------
    one_code : bool
        Whether one code can be chosen; the matrix shows all of them.
    """
    books = books_of(project, book)
    years, opening = _years(shown.token, book.id, shown, books[book.id])
    if not years:
        return None
    periods = {one.name: one for one in years}
    layers = {level.value: name for level, name in LAYERS.items()}
    settings = sorted({one.initiative.setting for one in shown.replay.initiatives} - {""})
    choices: dict[str, tuple[str, ...]] = {
        "book": tuple(books),
        "layer": tuple(layers),
        "period": tuple(periods),
        "status": tuple(one.value for one in InitiativeStatus),
        "setting": tuple(settings),
    }
    if one_code:
        choices["code"] = tuple({code for codes in books.values() for code in codes.labels})
    for name, value in unknown_values(list(st.query_params.items()), choices):
        st.warning(f"The link asks for {name} {in_markdown(value)}, which is not in this project. It was left out.")
    columns = st.columns([1.6, 1.6, 2, 1.1, 1.3] if one_code else [1.6, 1.6, 1.1, 1.3])
    layer = choose(columns[0], "Layer", layers, "layer")
    name = choose(columns[1], "Codebook", {one: one for one in books}, "book")
    codes = books[name]
    code = ""
    if one_code:
        code = choose(columns[2], "Code", {"": _ANY} | {str(one): label for one, label in codes.labels.items()}, "code")
    status = choose(columns[-2], "Status", {"": _ANY} | {one: one for one in choices["status"]}, "status")
    setting = choose(columns[-1], "Setting", {"": _ANY} | {one: one for one in settings}, "setting")
    period, confirmed = _time(periods, opening)
    return MapAsked(
        codes=codes,
        layer=Level(layer),
        period=period,
        code=code or "",
        status=status or "",
        setting=setting or "",
        confirmed_only=confirmed,
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def _years(token: str, name: str, _shown: Shown, _codes: MapCodes) -> tuple[tuple[GridPeriod, ...], str]:  # noqa: ARG001 - the key
    found = map_of_all_years(_shown, _codes)
    today = datetime.now(UTC).date()
    return found.periods, opening_period(found.cells, found.periods, today) if found.periods else ""


def books_of(project: Project, book: Codebook) -> dict[str, MapCodes]:
    """Return the codebooks that a map can be drawn under, the project's own first."""
    return _books(str(project.root), f"{book.id} {book.version}", project, book)


@st.cache_resource(show_spinner=False, max_entries=8)
def _books(root: str, name: str, _project: Project, _book: Codebook) -> dict[str, MapCodes]:  # noqa: ARG001 - the key
    return book_choices(_project, _book)


def _time(periods: dict[str, GridPeriod], opening: str) -> tuple[GridPeriod, bool]:
    left, right = st.columns([4, 1.2], vertical_alignment="center")
    names = list(periods)
    if len(names) > 1:
        name = slide(left, "Financial year", names, "period", opening)
    else:
        (name,) = names
        left.text(f"Financial year {name}")
    confirmed = switch(right, "Confirmed by people only", "confirmed")
    return periods[name], confirmed


def query_of(asked: MapAsked) -> dict[str, str]:
    """Return what the list of initiatives is asked for so that it shows the same."""
    said = {
        "code": asked.code if asked.codes.said.startswith("codes") else "",
        "status": asked.status,
        "setting": asked.setting,
        "provenance": "confirmed" if asked.confirmed_only else "",
    }
    return {name: value for name, value in said.items() if value}
