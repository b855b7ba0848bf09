"""The map of England: how many initiatives run in each area in a year, and what that rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from careatlas.areas.boundaries import boundary_shapes
from careatlas.areas.map_shapes import MapShapes, tile_shapes
from careatlas.areas.tiles import tiles_of
from careatlas.codebook import Codebook
from careatlas.errors import CareAtlasError
from careatlas.project import Project
from evaluation.policy_map import Unplaced
from streamlit_app.address import switch
from streamlit_app.areamap import MapWords, show_map
from streamlit_app.csv_file import csv_bytes
from streamlit_app.initiative_data import Shown, initiatives_shown
from streamlit_app.json_file import json_bytes
from streamlit_app.map_filters import asked_for
from streamlit_app.map_query import (
    CSV_HEADER,
    HEADER,
    MapAsked,
    MapSeen,
    area_values,
    cells,
    csv_cells,
    json_rows,
    map_seen,
)
from streamlit_app.model_in_use import project_codebook
from streamlit_app.plain import in_markdown
from streamlit_app.rowtable import show_table

Follow = Callable[[str, Mapping[str, str]], None]
_LISTED = 50  # of what is not on the map; the files have all of it


def show_map_page(project: Project, follow: Follow) -> None:
    """Draw the map.

    Parameters
    ----------
    follow : callable
        Opens a page of the app with a query.
    """
    st.title("Map", anchor=False)
    book = project_codebook(project)
    shown = initiatives_shown(project, book)
    asked = asked_for(project, book, shown) if has_any(shown) else None
    if asked is None:
        return
    try:
        seen = map_seen(shown, asked)
        shapes = _shapes(project, asked)
    except CareAtlasError as error:
        st.warning(f"{in_markdown(error.what, limit=500)}; {in_markdown(error.mend, limit=300)}")
        return
    picked = show_map("england", shapes, area_values(seen), words=_words(asked, book))
    if picked:
        follow("area", {"area": picked, "period": asked.period.name})
    _said(seen, asked)
    _table(seen, asked, follow)
    show_unplaced(seen.unplaced, follow)


def has_any(shown: Shown) -> bool:
    """Tell whether there is anything to show, and say what to do where there is not."""
    if not shown.documents:
        st.info("No document has been read yet. Add some with: careatlas add FILES, then: careatlas run")
    elif not shown.replay.initiatives:
        st.info("No initiatives have been built yet: careatlas initiatives build")
    else:
        return True
    return False


def _shapes(project: Project, asked: MapAsked) -> MapShapes:
    """Return tiles, or the real outlines of that day where the project has them and the reader wants them."""
    outlines = boundary_shapes(project, asked.layer, asked.on)
    if outlines is not None and switch(st, "Real outlines", "outlines"):
        return outlines
    return _tiles(asked.layer.value, asked.on.isoformat())


@st.cache_data(show_spinner=False, max_entries=8)
def _tiles(level: str, day: str) -> MapShapes:
    return tile_shapes(tiles_of(level, date.fromisoformat(day)))


def _words(asked: MapAsked, book: Codebook) -> MapWords:
    what = asked.codes.labels[asked.code] if asked.code else "any code"  # type: ignore[index]
    under = "" if asked.codes.codebook_id == book.id else f" ({asked.codes.codebook_id})"
    return MapWords(
        title=f"Initiatives in {asked.period.name}: {what}{under}",
        low="known only from documents of other years",
    )


def _said(seen: MapSeen, asked: MapAsked) -> None:
    known = [one for one in seen.areas if one.count is not None]
    count = len({name for one in known for name in one.initiative_ids})
    confirmed = sum(one.confirmed for one in known)
    st.caption(
        f"{count:,} initiatives, {confirmed:,} of them confirmed by people, in {len(known):,} of {len(seen.areas):,}"
        f" areas (as of {asked.on}). Of {seen.missing:,} areas no document of {asked.period.name} was read: that is"
        f" missing, not zero. {seen.copies:,} documents that repeat another one do not count."
    )
    st.caption(in_markdown(asked.codes.said, limit=400))


def _table(seen: MapSeen, asked: MapAsked, follow: Follow) -> None:
    rows = sorted(seen.areas, key=lambda one: (one.count is None, -(one.count or 0), one.name))
    known = [one for one in rows if one.count is not None]
    if known:
        caption = (
            "The same as a table; a name opens the area. Areas without a document are left out here, not in the files."
        )
        query = {"period": asked.period.name}
        show_table("map-table", caption, HEADER, [cells(one, query) for one in known], follow=follow)
    with st.container(horizontal=True):
        data = csv_bytes(CSV_HEADER, [csv_cells(one, asked) for one in rows])
        st.download_button("Download as CSV", data, "map.csv", "text/csv", key="map-csv")
        st.download_button(
            "Download as JSON", json_bytes(json_rows(seen, asked)), "map.json", "application/json", key="map-json"
        )


def show_unplaced(unplaced: tuple[Unplaced, ...], follow: Follow) -> None:
    """List what has no place on the map, so that nothing is dropped without a word."""
    if not unplaced:
        return
    with st.expander(f"Not on this map: {len(unplaced):,}"):
        rows = [(one.kind, one.title or one.name, one.area_code, one.why) for one in unplaced[:_LISTED]]
        caption = f"The first {len(rows):,} of {len(unplaced):,}." if len(unplaced) > len(rows) else ""
        show_table("unplaced", caption, ("What", "Title", "Area", "Why"), rows, follow=follow)
