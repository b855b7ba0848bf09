"""Masking of places, organisations and years, so that a model cannot learn an answer by heart from a name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

PLACE, ORGANISATION, YEAR = "PLACE", "ORGANISATION", "YEAR"
_LOWER_TOKENS = frozenset({"place", "organisation", "year"})

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
_FULL_YEAR = r"(?:199\d|20[0-5]\d)"
# A year, alone or with its month and day; or a financial year, 2023/24, whatever dash it is written with.
_YEARS = re.compile(
    rf"(?<![\w£$€])(?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s)?(?:{_MONTHS})\.?,?\s|FY\s?)?"
    rf"{_FULL_YEAR}(?:\s?[/\u2010-\u2014-]\s?(?:{_FULL_YEAR}|\d\d))?(?!\w)"
)

_WORD = re.compile(r"[\w&][\w'\u2019&-]*")
_HOSPITALS = (("university", "hospitals"), ("university", "hospital"))
_KINDS = (  # what the name of an organisation ends with, the longest first
    ("nhs", "foundation", "trust"),
    ("integrated", "care", "board"),
    ("integrated", "care", "system"),
    ("integrated", "care", "partnership"),
    ("clinical", "commissioning", "group"),
    ("foundation", "trust"),
    ("nhs", "trust"),
    *_HOSPITALS,
    *((one,) for one in ("council", "councils", "icb", "icbs", "ics", "ccg", "ccgs")),
)
_LINKS = frozenset({"and", "of", "the", "upon", "&"})  # inside a name: Bath and North East Somerset
_GENERIC = (
    "the this that these those our your their its each every both all any some other another a an and or but if as when"
    " where while with within for from in on at by to of which full local year organisation"
)
_NEVER_IN_NAMES = frozenset(_GENERIC.split())
_LONGEST_NAME = 8  # words
_TYPES = frozenset(["council", "city", "county", "borough", "metropolitan", "district", "unitary", "authority"])
_SHORTEST_PLACE = 3  # letters


def masked(text: str, names: Collection[str] = ()) -> str:
    """Return a text with its places, organisations and years replaced by PLACE, ORGANISATION and YEAR.

    Years are 1990 to 2059, alone, in a date, or as a financial year. Organisations are capitalised words before what
    such names end with (Council, NHS Foundation Trust, Integrated Care Board, ICB, CCG ...), and University Hospitals
    of somewhere. Places are the ``names`` alone. Masking a masked text changes nothing; the time it takes grows with
    the length of the text, whatever stands in it.

    Parameters
    ----------
    text : str
    names : collection of str
        Names of areas, as documents have them. "Leeds City Council" stands for Leeds too. Only whole words are
        replaced, as they are written or in capitals: Reading is a town, reading is not.
    """
    text = _YEARS.sub(YEAR, text)
    places = _places(frozenset(names))
    return _without_organisations(places.sub(PLACE, text) if places else text)


@lru_cache(maxsize=8)
def _places(names: frozenset[str]) -> re.Pattern[str] | None:
    wanted = {place for name in names for place in _variants(name)}
    if not wanted:
        return None
    longest_first = sorted(wanted, key=lambda place: (-len(place), place))
    patterns = (r"\s+".join(map(re.escape, place.split())) for place in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")


def _variants(name: str) -> Iterator[str]:
    """Yield a name without "Council", and without what sort of council it is, each also in capitals."""
    words = name.split()
    if words and words[-1].lower() == "council":
        words.pop()
    bare = list(words)
    while bare and bare[-1].lower() in _TYPES:
        bare.pop()
    if "of" in bare[:-1] and {word.lower() for word in bare[: bare.index("of")]} <= _TYPES | {"london", "royal"}:
        bare = bare[bare.index("of") + 1 :]
    for place in (" ".join(words), " ".join(bare)):
        parts = set(re.findall(r"\w+", place.lower()))
        # A name with a token in it would be found anew in a text that is masked already.
        if len(place) >= _SHORTEST_PLACE and not parts <= _TYPES and not parts & _LOWER_TOKENS:
            yield from (place, place.upper())


def _without_organisations(text: str) -> str:
    words = list(_WORD.finditer(text))
    parts: list[str] = []
    done = 0  # characters that were written
    free = 0  # the first word that is in no organisation yet
    for index in range(len(words)):
        kind = _kind_at(text, words, index)
        if index < free or kind is None:
            continue
        start, end = index - len(kind) + 1, index + 1
        if start < free:
            continue
        first = _begin(text, words, start, free)
        if kind in _HOSPITALS:
            end = _end(text, words, end)
        if end - first > len(kind):
            parts += [text[done : words[first].start()], ORGANISATION]
            done, free = words[end - 1].start() + len(_bare(words[end - 1])), end
    return "".join([*parts, text[done:]])


def _kind_at(text: str, words: list[re.Match[str]], index: int) -> tuple[str, ...] | None:
    """Return the kind of organisation of which the word at ``index`` is the last."""
    for kind in _KINDS_BY_LAST.get(_bare(words[index]).lower(), ()):
        start = index - len(kind) + 1
        run = words[max(start, 0) : index + 1]
        if (
            tuple(_bare(word).lower() for word in run) == kind
            and all(_is_capitalised(word[0]) for word in run)
            and all(_are_beside(text, words, at) for at in range(start + 1, index + 1))
        ):
            return kind
    return None


def _begin(text: str, words: list[re.Match[str]], start: int, free: int) -> int:
    """Return the first word of the name before the words from ``start``; ``start`` where there is none."""
    first = at = start
    while at > max(free, start - _LONGEST_NAME) and _are_beside(text, words, at):
        at -= 1
        word = words[at][0]
        if word in _LINKS:
            # What is linked must be a name too: in "the NHS and Kent County Council" they are two.
            if first == start or at == free or words[at - 1][0].lower() in _KIND_WORDS:
                break
        elif _is_name(words[at]):
            first = at
        else:
            break
    is_generic = all(words[at][0].lower() in _TYPES for at in range(first, start))  # "the County Council"
    return start if is_generic else first


def _end(text: str, words: list[re.Match[str]], end: int) -> int:
    """Return the end of the name that goes on after the word before ``end``."""
    last = at = end
    while at < min(len(words), end + _LONGEST_NAME) and _are_beside(text, words, at):
        if _is_name(words[at]):
            last = at + 1
        elif words[at][0] not in _LINKS:
            break
        at += 1
    return last


def _are_beside(text: str, words: list[re.Match[str]], at: int) -> bool:
    """Whether nothing but white space stands between a word and the one before it."""
    return text[words[at - 1].end() : words[at].start()].isspace()


def _is_name(word: re.Match[str]) -> bool:
    return _is_capitalised(word[0]) and _bare(word).lower() not in _NEVER_IN_NAMES


def _bare(word: re.Match[str]) -> str:
    return word[0].removesuffix("'s").removesuffix("\u2019s")


def _is_capitalised(word: str) -> bool:
    return word[0].isupper()


_KINDS_BY_LAST = {last: tuple(kind for kind in _KINDS if kind[-1] == last) for last in {kind[-1] for kind in _KINDS}}
_KIND_WORDS = frozenset(word for kind in _KINDS for word in kind)
