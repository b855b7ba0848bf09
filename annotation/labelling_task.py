"""One task for the labelling screen: the passage in its place, and what the machine says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotation.labelling_layout import (
    BOX,
    CODES,
    PAGE,
    PASSAGE,
    THE_PASSAGE,
    Layout,
    layout_of,
    taxonomy_paths,
)
from careatlas.codebook import Codebook
from careatlas.document import Document, Page
from careatlas.errors import UsageError
from careatlas.identifiers import TaskKey
from careatlas.passage import Passage
from careatlas.suggestion import Suggestion

TOP = 3
PLACE_VERSION = "place"  # what pre-labels that only show the place call themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class LabellingWork:
    """A passage that a coder is to read.

    Attributes
    ----------
    before, after : str
        The text around the passage, empty at the ends of a document.
    design : str
        The sample that drew it.
    page_address : str or None
        Where the browser finds the image of the page: empty where this page has none, ``None`` where the screen has no
        place for one. Label Studio refuses a task without an address for a screen with such a place.
    suggestion : Suggestion or None
        What the model says.
    blind : bool
        Whether the coder must not see it.
    """

    task_key: TaskKey
    design: str
    passage: Passage
    document: Document
    page: Page
    before: str = ""
    after: str = ""
    page_address: str | None = None
    suggestion: Suggestion | None = None
    blind: bool = False


def labelling_task(work: LabellingWork, codebook: Codebook, *, layout: Layout, config_hash: str) -> dict[str, Any]:
    """Return a task as Label Studio imports it.

    A blind task holds nothing that a model said. Codes are pre-labelled only where they reached the model's cut-off,
    and that nothing applies is never pre-labelled: a coder who only agrees must have looked.

    Parameters
    ----------
    layout : Layout
        As given to :func:`annotation.labelling_config.labelling_config`.
    config_hash : str
        Of the screen that the task is made for.

    Returns
    -------
    dict
        ``{"data": {...}, "predictions": [...]}``, plain data. The score of a prediction is the model's sureness of
        its least sure code, between 0 and 1: Label Studio serves the lowest first.

    Raises
    ------
    UsageError
        If the page or the suggestion belongs to something else than the passage or the codebook.
    """
    suggestion = None if work.blind else work.suggestion
    _check(work, suggestion, codebook)
    data = {
        "task_key": work.task_key,
        "passage_id": work.passage.passage_id,
        "design": work.design,
        "codebook": codebook.id,
        "codebook_version": codebook.version,
        "config_hash": config_hash,
        "title": work.document.shown_title,
        "place": _place(work),
        "heading": " > ".join(work.passage.heading_path),
        "before": work.before,
        "passage": work.passage.text,
        "after": work.after,
        "top": _top(suggestion, codebook) if suggestion else "",
        "model_id": suggestion.model_id if suggestion else "",
    }
    if work.page_address is not None:
        data["page"] = work.page_address
    results = [*_codes(suggestion, codebook, layout), *_boxes(work)]
    if not results:
        return {"data": data, "predictions": []}
    prediction: dict[str, Any] = {"model_version": PLACE_VERSION, "result": results}
    if suggestion:
        prediction |= {"model_version": suggestion.model_id, "score": sureness(suggestion)}
    return {"data": data, "predictions": [prediction]}


def sureness(suggestion: Suggestion) -> float:
    """Return how sure a model is of the code that it is least sure of: 0 for a probability of a half, 1 for 0 or 1."""
    return min((abs(2 * score.probability - 1) for score in suggestion.scores), default=1.0)


def _check(work: LabellingWork, suggestion: Suggestion | None, codebook: Codebook) -> None:
    passage = work.passage
    if (passage.document_id, passage.page) != (work.page.document_id, work.page.number):
        raise UsageError("the page is not that of the passage", where=passage.passage_id)
    if work.document.document_id != passage.document_id:
        raise UsageError("the document is not that of the passage", where=passage.passage_id)
    if suggestion is None:
        return
    made_for = (suggestion.passage_id, suggestion.codebook_id, suggestion.codebook_version)
    if made_for != (passage.passage_id, codebook.id, codebook.version):
        raise UsageError(
            f"the suggestion is for {' '.join(made_for)}",
            where=passage.passage_id,
            mend=f"let a model of {codebook.id} {codebook.version} read the passage",
        )


def _place(work: LabellingWork) -> str:
    count = work.document.page_count
    place = f"page {work.passage.page} of {count}" if count else f"page {work.passage.page}"
    return f"{place}, read by character recognition" if work.passage.ocr else place


def _top(suggestion: Suggestion, codebook: Codebook) -> str:
    shown = [f"{score.probability:.0%} {codebook.code(score.code).label}" for score in suggestion.scores[:TOP]]
    return f"The model's likeliest: {' · '.join(shown)}"


def _codes(suggestion: Suggestion | None, codebook: Codebook, layout: Layout) -> list[dict[str, Any]]:
    accepted = [score.code for score in suggestion.accepted] if suggestion else []
    if not accepted:
        return []
    kind, paths = "choices", taxonomy_paths(codebook)
    value: list[Any] = [*accepted]
    if layout_of(codebook, layout) is Layout.TAXONOMY:
        # The whole path, as identifiers: of a part, or of names, the screen would store a mixture after one click.
        kind, value = "taxonomy", [list(paths[code]) for code in accepted]
    return [{"id": CODES, "from_name": CODES, "to_name": PASSAGE, "type": kind, "value": {kind: value}}]


def _boxes(work: LabellingWork) -> list[dict[str, Any]]:
    page = work.page
    if not work.page_address or page.width <= 0 or page.height <= 0:
        return []
    made = []
    for number, box in enumerate(work.passage.boxes):
        left, right = _share(box.x0, page.width), _share(box.x1, page.width)
        top, bottom = _share(box.y0, page.height), _share(box.y1, page.height)
        value = {"x": left, "y": top, "width": round(right - left, 3), "height": round(bottom - top, 3), "rotation": 0}
        made.append(
            {
                "id": f"{BOX}{number}",
                "from_name": BOX,
                "to_name": PAGE,
                "type": "rectanglelabels",
                "original_width": round(page.width),
                "original_height": round(page.height),
                "image_rotation": 0,
                "readonly": True,
                "value": {**value, "rectanglelabels": [THE_PASSAGE]},
            }
        )
    return made


def _share(place: float, length: float) -> float:
    """Return a place on the page in percent of its side, which is how Label Studio counts."""
    return round(min(max(100 * place / length, 0.0), 100.0), 3)
