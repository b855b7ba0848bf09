"""How large something is: how many homes, beds, residents, staff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from nlp.not_times import lies_in, merged
from nlp.number_words import FIGURES, WORDS, number_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

_KINDS_OF_BEDS = (
    r"nursing|residential|step[- ]up|step[- ]down|block|community|hospital|intermediate\scare|care|"
    r"care\shome|discharge[- ]to[- ]assess|reablement|rehabilitation|virtual\sward"
)
_UNITS = {
    "home": r"(?:care\s|nursing\s|residential\s|older\speople['’]s\s){0,2}(?:homes|home(?!\s(?:places?|"
    r"placements?|beds?|residents?|staff|managers?|providers?|visits?|teams?|nurses?|workers?|patients?|care)\b))",
    "bed": rf"(?:(?:{_KINDS_OF_BEDS})\s){{0,2}}beds?",
    "place": r"(?:care\shome\s|nursing\s|residential\s|virtual\sward\s)?(?:places|placements)",
    "resident": r"(?:care\shome\s|older\s)?residents?",
    "patient": r"(?:frail\s|older\s)?patients?",
    "person": r"(?:older\s|frail\s|more\s)?(?:people|persons|adults|individuals|clients|service\susers)",
    "carer": r"(?:unpaid\s|family\s|informal\s)?carers?",
    "staff": r"(?:care\s|full[- ]time\s|social\s)?(?:staff|workers|nurses|therapists|posts|wte|fte)",
    "provider": r"(?:care\s|social\scare\s|home\scare\s|domiciliary\s)?providers?",
    "practice": r"(?:gp\s|general\s)?practices|pcns|primary\scare\snetworks",
    "team": r"(?:integrated\s|neighbourhood\s|community\s|multidisciplinary\s|locality\s){0,2}teams",
    "household": r"households",
    "ward": r"virtual\swards|wards",
    "visit": r"(?:home\s)?(?:visits|calls|referrals|assessments)",
}
_COUNTED_AS_ALL = frozenset({"home", "provider", "practice", "team", "resident"})  # "all people" says nothing
DOUBTED = 0.3  # below any use
_YEARS = range(1990, 2070)
_MOST = 100_000_000  # more than the people of England


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleMention:
    """A count of what care is made of.

    Attributes
    ----------
    count : int or None
        ``None`` where the words say "all" and no number.
    unit : str
        In the singular: home, bed, place, resident, patient, person, carer, staff, provider, practice, team,
        household, ward, visit.
    is_all : bool
        Whether the words say that these are all of them ("all 42 care homes").
    words : str
        The words themselves, at characters ``[char_start, char_end)`` of the text.
    """

    count: int | None
    unit: str
    is_all: bool
    words: str
    char_start: int
    char_end: int
    confidence: float


def scale_mentions(doc: Doc) -> tuple[ScaleMention, ...]:
    """Return the counts of homes, beds, people and the like in a text, in its order; shares and rates are none."""
    text = doc.text
    ruled_out = merged(found.span() for found in _no_scales().finditer(text))
    return tuple(one for one in _mentions(text) if not lies_in(ruled_out, one.char_start, one.char_end))


def _mentions(text: str) -> Iterator[ScaleMention]:
    for found in _pattern().finditer(text):
        unit = next(name for name in _UNITS if found[name] is not None)
        figures = found["share"] or found["number"]  # "38 of 42 homes" are 38
        number = number_of(figures) if figures else None
        if figures and (number is None or number != int(number) or not 0 < number < _MOST):
            continue
        if number is None and unit not in _COUNTED_AS_ALL:
            continue
        yield ScaleMention(
            count=None if number is None else int(number),
            unit=unit,
            is_all=number is None or (found["all"] is not None and not found["share"]),
            words=found[0],
            char_start=found.start(),
            char_end=found.end(),
            confidence=DOUBTED if _is_part(text, found) else _sure(None if number is None else figures),
        )


def _is_part(text: str, found: re.Match[str]) -> bool:
    """Tell whether the figure is one end of a range ("20 to 25 beds") or of a ratio ("1 in 5 residents")."""
    before = text[max(0, found.start() - 20) : found.start()]
    return bool(
        re.search(
            r"(?:\d|\b(?:one|two|three|nine))\s?(?:to|in|or|-|–)\s$|\bbetween\s\d{1,6}\sand\s$", before, re.IGNORECASE
        )
    )


def _sure(figures: str | None) -> float:
    if figures is None:
        return 0.6
    # "In 2023 homes were": a year far more often than a count, which would have a comma.
    return DOUBTED if figures.isdecimal() and int(figures) in _YEARS else 0.9


@cache
def _pattern() -> re.Pattern[str]:
    units = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items())
    whole = r"\b(?:all(?:\sof)?(?:\s(?:the|our))?|every)\s"
    which = r"of\s(?:the|our|its)|new|extra|additional|more|further|registered|local|commissioned|different"
    number = rf"(?P<number>{FIGURES}|{WORDS})\s(?:(?:{which})\s){{0,2}}"
    share = rf"(?:(?P<share>{FIGURES}|{WORDS})\s(?:out\s)?of\s(?:the\s|our\s|its\s|all\s){{0,2}})"
    return re.compile(rf"(?:{share}?(?P<all>{whole})?{number}|{whole})(?:{units})\b", re.IGNORECASE)


@cache
def _no_scales() -> re.Pattern[str]:
    """Rates and numbered things: "per 1,000 residents", "phase 2 homes", "aged 65"."""
    numbered = r"phase|priority|section|pathway|tier|level|stage|wave|band|zone|table|figure|page|step|action|objective"
    return re.compile(rf"\b(?:per|every|each|{numbered}|aged?|over-)\s[\d,.]{{1,12}}", re.IGNORECASE)
