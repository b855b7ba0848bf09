"""What stands at the head of a document: its cover, the labelled lines of a report, and its running heads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from careatlas.passage import Passage, PassageKind

PAGES = 3  # the first ones that hold words
LINES = 30  # of one page
RUNNING_TEXT = 250  # characters: a longer passage is text, and what follows on its page is no title
RUNNING_HEADS = 6  # the most frequent ones
_CONTENTS = frozenset({"contents", "table of contents", "contents page", "list of contents"})


class LineRole(StrEnum):
    """What a line at the head of a document is."""

    COVER = "title page"
    LABEL = "labelled line"  # "To: Cabinet - 30 January 2025", a row "Date; May 2025"
    RUNNING = "running head"
    LEAD = "first pages"  # the text that follows


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleLine:
    """A line at the head of a document.

    Attributes
    ----------
    label : str
        "to", "date" ... in lower case, for a labelled line.
    page : int
        1 for the first page with words; 0 for running heads.
    nearness : float
        1 on that page, less on the next ones.
    """

    passage: Passage
    role: LineRole
    page: int
    label: str = ""

    @property
    def nearness(self) -> float:
        """How much what stands here says of the whole document, between 0 and 1."""
        return 1.0 if self.page <= 1 else 1.0 - 0.15 * (self.page - 1)


def title_lines(passages: Sequence[Passage]) -> tuple[TitleLine, ...]:
    """Return the lines at the head of a document, in the order of its pages, and then its running heads.

    Parameters
    ----------
    passages : sequence of Passage
        All of the document, furniture too, in their order.
    """
    return (*_first_pages(passages), *_running_heads(passages))


def _first_pages(passages: Sequence[Passage]) -> Iterator[TitleLine]:
    numbers = list(dict.fromkeys(one.page for one in passages if one.kind is not PassageKind.FURNITURE))[:PAGES]
    for place, number in enumerate(numbers, start=1):
        here = [one for one in passages if one.page == number and one.kind is not PassageKind.FURNITURE]
        is_cover = True
        for one in here[:LINES]:
            text = one.text.strip().lower().rstrip(":")
            if text in _CONTENTS or one.kind is PassageKind.CONTENTS:
                return
            label = label_of(one.text)
            if label:
                yield TitleLine(passage=one, role=LineRole.LABEL, page=place, label=label)
                continue
            is_cover = is_cover and len(one.text) <= RUNNING_TEXT
            yield TitleLine(passage=one, role=LineRole.COVER if is_cover else LineRole.LEAD, page=place)


def _running_heads(passages: Sequence[Passage]) -> Iterator[TitleLine]:
    counts: Counter[str] = Counter()
    first: dict[str, Passage] = {}
    for one in passages:
        if one.kind is PassageKind.FURNITURE:
            words = " ".join(re.sub(r"\d{1,4}$", "", one.text[:RUNNING_TEXT].strip()).split()).lower()
            if sum(character.isalpha() for character in words) > 3:
                counts[words] += 1
                first.setdefault(words, one)
    for words, count in counts.most_common(RUNNING_HEADS):
        if count > 1:
            yield TitleLine(passage=first[words], role=LineRole.RUNNING, page=0)


def label_of(text: str) -> str:
    """Return the label that a line begins with, in lower case; empty if it begins with none."""
    found = _labels().match(text)
    return " ".join(found[1].lower().split()) if found else ""


@cache
def _labels() -> re.Pattern[str]:
    names = (
        r"from|by|to|date|date of (?:meeting|report|decision|issue|publication)|meeting date|report date|subject|title|"
        r"report title|report of|meeting|meeting of|committee|decision maker|decision to be taken by|published|"
        r"publication date|issued?|issue date|version|approved(?: by)?|date approved|adopted|organisation|"
        r"local authority|council|health and wellbeing board|hwb|author|proposal/brief title|last updated|updated"
    )
    return re.compile(rf"(?:direct dial/ext:[:;]? )?({names})\s?[:;]", re.IGNORECASE)
