"""Where the boxes of a page go, and what is said of each passage: plain data for the parts that draw it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from annotation.reviewing import shown_of
from careatlas.codebook import Codebook
from careatlas.document import Page
from careatlas.geometry import Box
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage, PassageKind
from careatlas.store.judgements import current
from streamlit_app.evidence_query import PageContent
from streamlit_app.model_in_use import label_of
from streamlit_app.plain import plain

TOP = 3  # suggestions shown for each passage, besides those accepted
_LABEL_LENGTH = 120
_WITHOUT_CODE = {Verdict.NOTHING_HERE: "read, nothing here", Verdict.WITHDRAWN: "what was said before is withdrawn"}


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
    """Return ``judged`` (a judgement is in force), ``accepted`` (a suggestion reached its cut-off) or ``plain``."""
    if current(content.judgements.get(passage.passage_id, ())):
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
            "judgements": judgement_lines(content.judgements.get(passage.passage_id, ()), codebook),
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


def judgement_lines(judgements: Iterable[Judgement], codebook: Codebook) -> list[str]:
    """Return judgements as lines, oldest first; those of one answer on the whole codebook are one line."""
    answers = groupby(judgements, key=lambda row: (row.codebook_id, row.person, row.answer_id or row.judgement_id))
    return [judgement_line(tuple(rows), codebook) for _, rows in answers]


def judgement_line(rows: Sequence[Judgement], codebook: Codebook) -> str:
    """Return the judgements of one answer, or a single one, as one line: what, who, when."""
    first = rows[0]
    decided = "decision between coders \u2013 " if first.origin is Origin.ADJUDICATED else ""
    when = first.made_at.strftime("%d %b %Y %H:%M %Z").strip()
    note = f' \u2013 "{plain(first.note)}"' if first.note else ""
    return f"{decided}{_verdicts(rows, codebook)} \u2013 {plain(first.person)}, {when}{note}"


def _verdicts(rows: Sequence[Judgement], codebook: Codebook) -> str:
    words, order = [], {code.id: place for place, code in enumerate(codebook.codes)}
    inside = sorted(rows, key=lambda row: order.get(row.code, len(order)))
    for verdict in Verdict:
        codes = [row.code for row in inside if row.verdict is verdict]
        if codes == [""]:
            words.append(_WITHOUT_CODE[verdict])
        elif verdict is Verdict.ABSENT and len(codes) > 1:
            words.append(f"{len(codes)} {'other ' if len(rows) > len(codes) else ''}codes: absent")
        elif codes:
            words.append(f"{', '.join(label_of(codebook, code) for code in codes)}: {verdict.value}")
    return "; ".join(words)


def kind_name(passage: Passage) -> str:
    """Return the kind of a passage as words."""
    return passage.kind.value.replace("_", " ").capitalize()


def shortened(text: str) -> str:
    """Return the beginning of a text, safe to show."""
    line = " ".join(plain(text).split())
    return line if len(line) <= _LABEL_LENGTH else line[: _LABEL_LENGTH - 1] + "\u2026"
