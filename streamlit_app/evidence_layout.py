"""Where the boxes of a page go, and what is said of each passage: plain data for the parts that draw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotation.reviewing import shown_of
from careatlas.codebook import Codebook
from careatlas.document import Page
from careatlas.geometry import Box
from careatlas.judgement import Judgement, Verdict
from careatlas.passage import Passage, PassageKind
from streamlit_app.evidence_query import PageContent
from streamlit_app.model_in_use import label_of
from streamlit_app.plain import plain

TOP = 3  # suggestions shown for each passage, besides those accepted
_LABEL_LENGTH = 120


def visible(content: PageContent, *, furniture: bool, selected: str = "") -> tuple[Passage, ...]:
    """Return the passages to show: page furniture only when asked for, or when it is what a link selects."""
    return tuple(
        one
        for one in content.passages
        if furniture or one.kind is not PassageKind.FURNITURE or one.passage_id == selected
    )


def percentages(box: Box, page: Page) -> dict[str, float]:
    """Return left, top, width and height of a box in percent of its page as it is displayed."""
    return {
        "left": round(100 * box.x0 / page.width, 4),
        "top": round(100 * box.y0 / page.height, 4),
        "width": round(100 * box.width / page.width, 4),
        "height": round(100 * box.height / page.height, 4),
    }


def box_rows(passages: Sequence[Passage], page: Page, content: PageContent) -> list[dict[str, Any]]:
    """Return one row per box, the largest first, so that a box inside another can be clicked."""
    rows = []
    for passage in passages:
        for index, box in enumerate(passage.boxes):
            rows.append(
                {
                    "id": passage.passage_id,
                    "first": index == 0,
                    "label": f"{kind_name(passage)}: {shortened(passage.text)}",
                    "state": state_of(passage, content),
                    "area": box.width * box.height,
                    **percentages(box, page),
                }
            )
    return sorted(rows, key=lambda row: -float(row["area"]))


def state_of(passage: Passage, content: PageContent) -> str:
    """Return ``judged``, ``accepted`` (a suggestion reached its cut-off) or ``plain``."""
    if content.judgements.get(passage.passage_id):
        return "judged"
    suggestion = content.suggestions.get(passage.passage_id)
    return "accepted" if suggestion and suggestion.accepted else "plain"


def list_rows(passages: Sequence[Passage], content: PageContent, codebook: Codebook) -> list[dict[str, Any]]:
    """Return the passages of a page with what the model and people say of each."""
    return [
        {
            "id": passage.passage_id,
            "kind": kind_name(passage),
            "text": plain(passage.text),
            "headings": " \u203a ".join(map(plain, passage.heading_path)),
            "state": state_of(passage, content),
            "suggestions": suggestion_rows(passage, content, codebook),
            "judgements": [judgement_line(one, codebook) for one in content.judgements.get(passage.passage_id, ())],
        }
        for passage in passages
    ]


def suggestion_rows(passage: Passage, content: PageContent, codebook: Codebook) -> list[dict[str, Any]]:
    """Return the suggestions that are put on the screen for a passage, the likeliest first."""
    suggestion = content.suggestions.get(passage.passage_id)
    if suggestion is None:
        return []
    return [
        {"label": label_of(codebook, one.code), "score": f"{one.probability:.2f}", "accepted": one.accepted}
        for one in shown_of(suggestion, TOP).scores
    ]


def judgement_line(judgement: Judgement, codebook: Codebook) -> str:
    """Return a judgement as one line: what, who, when."""
    what = (
        "read, nothing here"
        if judgement.verdict is Verdict.NOTHING_HERE
        else f"{label_of(codebook, judgement.code)}: {judgement.verdict.value}"
    )
    when = judgement.made_at.strftime("%d %b %Y %H:%M %Z").strip()
    note = f' \u2013 "{plain(judgement.note)}"' if judgement.note else ""
    return f"{what} \u2013 {plain(judgement.person)}, {when}{note}"


def kind_name(passage: Passage) -> str:
    """Return the kind of a passage as words."""
    return passage.kind.value.replace("_", " ").capitalize()


def shortened(text: str) -> str:
    """Return the beginning of a text, safe to show."""
    line = " ".join(plain(text).split())
    return line if len(line) <= _LABEL_LENGTH else line[: _LABEL_LENGTH - 1] + "\u2026"
