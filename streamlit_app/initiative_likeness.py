"""Which initiatives may be the same as another one: an order to look through, not a measure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from careatlas.initiative import Initiative
from careatlas.reviewed_initiative import ReviewedInitiative

_WORD = re.compile(r"\w{3,40}")
_TITLE, _CODES, _SETTING = 0.7, 0.2, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An initiative that may be the same.

    Attributes
    ----------
    likeness : float
        Between 0 and 1: words that both titles have, codes that both have, the same setting.
    """

    one: ReviewedInitiative
    likeness: float
    same_area: bool


def candidates(
    one: ReviewedInitiative, others: Iterable[ReviewedInitiative], *, across: bool = False, words: str = ""
) -> list[Candidate]:
    """Return the initiatives that one may be merged with, the most alike first.

    Parameters
    ----------
    across : bool
        Whether those of other areas are wanted as well.
    words : str
        All must stand in title, area or identifier.
    """
    asked = words.casefold().split()
    mine = words_of(one.initiative)
    found = [
        Candidate(one=other, likeness=_likeness(one.initiative, mine, other.initiative), same_area=is_same)
        for other in others
        if other.initiative.initiative_id != one.initiative.initiative_id
        and ((is_same := same_area(one.initiative, other.initiative)) or across)
        and all(word in _text(other.initiative) for word in asked)
    ]
    found.sort(key=lambda item: (not item.same_area, -item.likeness, item.one.initiative.initiative_id))
    return found


def same_area(one: Initiative, other: Initiative) -> bool:
    """Tell whether two are of the same area, by its code or, where there is none, by its name."""
    return (one.area_code or one.area_name) == (other.area_code or other.area_name)


def words_of(item: Initiative) -> frozenset[str]:
    """Return the words of an initiative's titles, its own and those of its evidence."""
    titles = " ".join((item.title, *(part.title for part in item.evidence)))
    return frozenset(_WORD.findall(titles.casefold()))


def _likeness(one: Initiative, mine: frozenset[str], other: Initiative) -> float:
    score = _TITLE * _share(mine, words_of(other)) + _CODES * _share(frozenset(one.codes), frozenset(other.codes))
    return round(score + _SETTING * (bool(one.setting) and one.setting == other.setting), 4)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one) + len(other)
    return 2 * len(one & other) / both if both else 0.0


def _text(item: Initiative) -> str:
    return f"{item.title} {item.area_name} {item.area_code} {item.initiative_id}".casefold()
