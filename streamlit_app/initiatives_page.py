"""The list of initiatives, with filters that are kept in the address, and what became of those that are no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from careatlas.areas.area_register import area_register
from careatlas.codebook import Codebook
from careatlas.project import Project
from careatlas.reviewed_initiative import Provenance, Replay, ReviewedInitiative
from streamlit_app.address import choose
from streamlit_app.area_holding import NO_AREA
from streamlit_app.csv_file import csv_bytes
from streamlit_app.documents_query import page_count, unknown_values
from streamlit_app.initiative_data import Shown, initiatives_shown
from streamlit_app.initiative_rows import CSV_HEADER, HEADER, cells, csv_cells, json_row, pages_of
from streamlit_app.initiatives_query import PER_PAGE, STANDINGS, Facets, InitiativeFilter, facets_of, filtered
from streamlit_app.json_file import json_bytes
from streamlit_app.model_in_use import project_codebook
from streamlit_app.plain import in_markdown
from streamlit_app.rowtable import Link, show_table

Follow = Callable[[str, Mapping[str, str]], None]
_MAX_WORDS = 200
_LABELS = {"provenance": "Who says so", "period": "Runs in"}
_LISTED = 100  # of what is no more; the command line has all of it


def show_initiatives(project: Project, follow: Follow) -> None:
    """Draw the list of initiatives.

    Parameters
    ----------
    follow : callable
        Opens a page of the app with a query.
    """
    st.title("Initiatives", anchor=False)
    codebook = project_codebook(project)
    shown = initiatives_shown(project, codebook)
    replay = shown.replay
    if not (replay.initiatives or replay.vanished or replay.unapplied):
        st.info("There are no initiatives yet. Build them with: careatlas initiatives build")
        return
    facets = _facets(f"{project.root} {codebook.id} {codebook.version}", shown.token, shown, codebook)
    which = _filters(facets)
    found = filtered(replay.initiatives, which, facets, codebook)
    if found:
        _list(found, codebook, follow)
        _downloads(project, found)
    else:
        st.info("No initiative passes these filters.")
    _gone(replay, follow)


@st.cache_resource(show_spinner=False, max_entries=4)
def _facets(book: str, token: str, _shown: Shown, _codebook: Codebook) -> Facets:  # noqa: ARG001 - the key
    return facets_of(_shown, _codebook)


def _filters(facets: Facets) -> InitiativeFilter:
    choices, areas = facets.choices(), dict(facets.areas)
    asked = st.query_params.get("area", "")
    if (
        asked and asked not in areas and area_register().has(asked)
    ):  # one in which others lie, or of which none was read
        areas[asked] = area_register().get(asked).name
        choices["area"] = tuple(areas)
    for name, value in unknown_values(list(st.query_params.items()), choices):
        st.warning(f"The link asks for {name} {in_markdown(value)}, which is not in this project. It was left out.")
    words, *columns = st.columns([1.7, 1.6, 1.8, 1.1, 1.3, 1.4, 1.1])
    said = words.text_input("Words", key="words", bind="query-params", max_chars=_MAX_WORDS)
    shown: dict[str, Mapping[str, str]] = {
        "area": {code: name if code == NO_AREA else f"{name} ({code})" for code, name in areas.items()},
        "code": facets.codes,
        "provenance": {one.value: words for one, words in STANDINGS.items()},
    }
    chosen = {}
    for column, (name, values) in zip(columns, choices.items(), strict=True):
        options = {"": "all"} | {str(value): shown.get(name, {}).get(value, value) for value in values}
        chosen[name] = choose(column, _LABELS.get(name, name.capitalize()), options, name)
    return InitiativeFilter(words=said or "", **chosen)


def _list(found: Sequence[ReviewedInitiative], codebook: Codebook, follow: Follow) -> None:
    pages = page_count(len(found))
    number = st.pagination(pages, key="list", bind="query-params") if pages > 1 else 1
    first = (min(max(number, 1), pages) - 1) * PER_PAGE
    shown = found[first : first + PER_PAGE]
    confirmed = sum(one.is_confirmed for one in found)
    rejected = sum(one.provenance is Provenance.REJECTED for one in found)
    caption = (
        f"{first + 1:,} to {first + len(shown):,} of {len(found):,}: {confirmed:,} confirmed or edited by a person,"
        f" {rejected:,} rejected (they count nowhere), the others machine, not checked. A title opens its page."
    )
    show_table("initiatives", caption, HEADER, [cells(one, codebook) for one in shown], follow=follow)


def _downloads(project: Project, found: Sequence[ReviewedInitiative]) -> None:
    with st.container(horizontal=True):
        st.download_button(
            f"Download these as CSV ({len(found):,})",
            lambda: _csv(project, found),
            "initiatives.csv",
            "text/csv",
            key="initiatives-csv",
        )
        st.download_button(
            f"Download these as JSON ({len(found):,})",
            lambda: _json(project, found),
            "initiatives.json",
            "application/json",
            key="initiatives-json",
        )


def _csv(project: Project, found: Sequence[ReviewedInitiative]) -> bytes:
    pages = pages_of(project, found)
    return csv_bytes(CSV_HEADER, (csv_cells(one, pages) for one in found))


def _json(project: Project, found: Sequence[ReviewedInitiative]) -> bytes:
    pages = pages_of(project, found)
    return json_bytes([json_row(one, pages) for one in found])


def _gone(replay: Replay, follow: Follow) -> None:
    """List what is no more and what found nothing to act on: nothing disappears without a word."""
    if replay.vanished:
        with st.expander(f"Initiatives of which no evidence is left ({len(replay.vanished):,})", key="vanished"):
            rows = [
                (
                    Link(text=one.title or one.initiative_id, page="initiative", query={"id": one.initiative_id}),
                    one.why,
                    one.person or "nobody",
                    one.vanished_at.date().isoformat() if one.vanished_at else "",
                    "; ".join(one.trace),
                )
                for one in replay.vanished[:_LISTED]
            ]
            header = ("Initiative", "Why", "Who", "When", "What happened to it")
            show_table("vanished-table", _first(len(rows), len(replay.vanished)), header, rows, follow=follow)
    if replay.unapplied:
        with st.expander(f"What people did that finds nothing to act on ({len(replay.unapplied):,})", key="unapplied"):
            lines = [
                (
                    Link(text=event.initiative_id, page="initiative", query={"id": event.initiative_id}),
                    event.action.value,
                    event.person,
                    event.made_at.date().isoformat(),
                    why,
                )
                for event, why in replay.unapplied[:_LISTED]
            ]
            header = ("Initiative", "What", "Who", "When", "Why it has no effect")
            show_table("unapplied-table", _first(len(lines), len(replay.unapplied)), header, lines, follow=follow)


def _first(shown: int, total: int) -> str:
    return f"The first {shown:,} of {total:,}." if shown < total else ""
