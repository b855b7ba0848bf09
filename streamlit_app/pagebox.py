"""The image of a page with a button over the words of each passage, and the list of these passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamlit import runtime

from careatlas.document import Page
from streamlit_app.part import part

_PAGE_HTML = '<div class="sheet" role="group"><img alt="" draggable="false"></div>\n'
_LIST_HTML = '<ol class="list"></ol>\n'


def image_url(image: bytes, media_type: str, place: str) -> str:
    """Return an address of this server under which the browser gets an image.

    Kept by Streamlit's own media storage for as long as a session shows it, so that a click does not send the image
    again.
    """
    return runtime.get_instance().media_file_mgr.add(image, media_type, f"pagebox-{place}")


def page_data(page: Page, url: str, boxes: Sequence[dict[str, Any]], selected: str) -> dict[str, Any]:
    """Return what the page part draws: the image, its proportions, the boxes and which passage is selected."""
    return {
        "key": f"{page.document_id}/{page.number}",
        "label": f"Page {page.number}",
        "image": url,
        "ratio": page.width / page.height,
        "boxes": list(boxes),
        "selected": selected,
    }


def draw_page(key: str, data: dict[str, Any]) -> str:
    """Draw a page and return the identifier of the passage that was just clicked, or an empty text."""
    mounted = part("pagebox", _PAGE_HTML)(key=key, data=data, on_picked_change=lambda: None)
    return str(mounted.picked or "")


def draw_list(key: str, rows: Sequence[dict[str, Any]], selected: str) -> str:
    """Draw the list of passages and return the identifier of the one that was just clicked, or an empty text."""
    data = {"rows": list(rows), "selected": selected}
    mounted = part("passagelist", _LIST_HTML)(key=key, data=data, on_picked_change=lambda: None)
    return str(mounted.picked or "")
