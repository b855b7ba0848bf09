"""Names of services: "Care Home Improvement Team", "Steady Steps", told by their capitals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.likeness import words_of
from nlp.service_words import (
    AROUND,
    BODIES,
    CALENDAR,
    COMMON,
    EMPTY,
    GENERAL,
    HEADS,
    LOOSE,
    OPENERS,
    ROLES,
    SMALL_HEADS,
)

# Connectors that may stand inside a name, never at its ends.
_INSIDE = frozenset({"of", "and", "for", "to", "in", "the", "&"})
_WORD = re.compile(r"[^\W_][\w’'&/+-]{0,60}|&")
_GAP = re.compile(r"[ \t\n\u00a0]{1,3}")
_ARTICLES = frozenset({"the", "our", "a", "an", "this", "its", "their", "new"})
_ARTICLE = re.compile(r"\b(?:the|our|an?|this|its|their|new)\s$", re.IGNORECASE)
_TITLED = re.compile(r"\s?[:(–—]")  # "Quiet Hour: time for ..."
_APART = EMPTY | AROUND | CALENDAR
_SAYS_LITTLE = GENERAL | HEADS
_MOST_WORDS = 9
_MOST_BEFORE = 5  # words before one for a service
_LONGEST_TEXT = 20_000  # characters of a passage that are looked through


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceName:
    """What a passage calls a service: its words and their characters, half-open.

    Attributes
    ----------
    is_named : bool
        Whether capitals show that it is a name ("Falls Response Service", "the Falls response service"), and not what
        anybody may call such a service ("a falls response service").
    is_sure : bool
        Whether the name is one of a service: it ends in a word for one, or has an article ("the Quiet Hour"). Places
        and charities have neither.
    """

    words: str
    char_start: int
    char_end: int
    is_named: bool
    is_sure: bool


def service_names(text: str, apart: Iterable[tuple[int, int]] = ()) -> tuple[ServiceName, ...]:
    """Return what a passage calls services, in the order of its words.

    Two or more capitalised words in a row, with "of", "and", "for" ... between them, are a name; where they begin a
    sentence, only if they end in a word for a service ("Team", "Forum"). Besides, up to five words before a word for a
    service ("the falls response service").

    Parameters
    ----------
    apart : iterable of (int, int)
        Characters that are known to be something else: areas, bodies, dates.
    """
    read = text[:_LONGEST_TEXT]
    taken = bytearray(len(read))
    for start, end in apart:
        taken[start:end] = b"\x01" * len(taken[start:end])
    runs = list(_runs(read, taken))
    named = [found for run in runs if (found := _named(read, run)) is not None]
    done = [(one.char_start, one.char_end) for one in named]
    # The end of the name of a body is no service: "Wellbeing Board".
    bodies = [run for run in runs if len(run) > 1 and _is_other([word[0].lower() for word in run])]
    done += [(run[0].start(), run[-1].end()) for run in bodies]
    for start, end in done:
        taken[start:end] = b"\x01" * (end - start)
    return tuple(sorted([*named, *_phrases(read, taken)], key=lambda one: one.char_start))


def name_key(words: str, long_forms: Mapping[str, str] | None = None, apart: Iterable[str] = ()) -> tuple[str, ...]:
    """Return what two spellings of one name have in common: its words without case, plural, grammar and area.

    Parameters
    ----------
    long_forms : Mapping, optional
        Abbreviations that the document defines, with what they stand for.
    apart : iterable of str
        Words of the area's name.
    """
    long_forms = long_forms or {}
    spelt = " ".join(long_forms.get(word, word) for word in words.split())
    left_out = frozenset(apart)
    key = tuple(word for word in words_of(spelt) if word not in left_out)
    key = key if len(key) > 1 else tuple(words_of(spelt))  # "One Bolton Board" is nothing without its area
    return key[:-1] if len(key) > 2 and key[-1] in LOOSE else key


def _runs(text: str, taken: bytearray) -> Iterator[list[re.Match[str]]]:
    """Yield rows of words that begin with a capital, connectors between them included."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        is_next = bool(run) and _GAP.fullmatch(text, run[-1].end(), word.start()) is not None
        is_apart = any(taken[word.start() : word.end()])
        if run and (is_apart or not is_next or _parts_here(run, word)):
            yield run
            run = []
        if not is_apart and (_is_capital(word[0]) or (run and word[0] in _INSIDE)):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _parts_here(run: Sequence[re.Match[str]], word: re.Match[str]) -> bool:
    """Tell whether a name ends before a word: after a word for a service ("Team and", "Scheme in"), and at "the"."""
    last = run[-1][0].lower()
    if word[0] == "the":
        return last not in {"of", "in", "for"}
    return word[0] in _INSIDE and last in HEADS and len(run) > 1


def _named(text: str, run: list[re.Match[str]]) -> ServiceName | None:
    words = list(run)
    begins = _begins_sentence(text, words[0].start())
    has_article = _ARTICLE.search(text, max(0, words[0].start() - 6), words[0].start()) is not None
    while words and (not _is_capital(words[0][0]) or (begins and words[0][0].lower() in OPENERS)):
        has_article = words[0][0].lower() in _ARTICLES
        words = words[1:]
        begins = begins and bool(words) and words[0][0].lower() in OPENERS
    while words and not _is_capital(words[-1][0]):
        words = words[:-1]
    if words and words[-1] is run[-1]:
        words += _heads_after(text, words[-1].end())
    inner = max((at for at, word in enumerate(words) if word[0] == "the"), default=-1)
    if inner > 0 and len(words) - inner > 2 and words[-1][0].lower() in HEADS:
        words, begins, has_article = words[inner + 1 :], False, True  # "Members of the Bridge Board"
    if not 2 <= len(words) <= _MOST_WORDS:
        return None
    start, end = words[0].start(), words[-1].end()
    lower = [word[0].lower() for word in words]
    is_titled = _TITLED.match(text, end) is not None
    if _is_other(lower) or _is_office(text, end) or (begins and lower[-1] not in HEADS and not is_titled):
        return None
    is_sure = lower[-1] in HEADS or has_article or (begins and is_titled)
    return ServiceName(words=text[start:end], char_start=start, char_end=end, is_named=True, is_sure=is_sure)


def _is_other(words: Sequence[str]) -> bool:
    """Tell whether words in small letters name a body, an office, a date or what everybody has."""
    said = " ".join(words).removeprefix("the ")
    return said in COMMON or words[-1] in BODIES or any(word in CALENDAR or word in ROLES for word in words)


def _is_office(text: str, end: int) -> bool:
    """Tell whether an office follows: "Joint programme office", "Care Home Team manager"."""
    following = _WORD.match(text, end + 1)
    return text[end : end + 1] == " " and following is not None and following[0].lower() in ROLES


def _heads_after(text: str, end: int) -> list[re.Match[str]]:
    """Return the words for a service that follow a name in small letters: "Red Bag scheme"."""
    found: list[re.Match[str]] = []
    while text[end : end + 1] == " " and (word := _WORD.match(text, end + 1)) and word[0] in SMALL_HEADS:
        found.append(word)
        end = word.end()
    return found[:2]


def _phrases(text: str, taken: bytearray) -> Iterator[ServiceName]:
    """Yield words for services with the words before them, where these say more than "care team"."""
    before: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        lower = word[0].lower()
        is_next = bool(before) and _GAP.fullmatch(text, before[-1].end(), word.start()) is not None
        if any(taken[word.start() : word.end()]) or lower in _APART or lower.isdigit():
            before = []
            continue
        before = [*(before if is_next else ()), word][-_MOST_BEFORE - 1 :]
        is_head = word[0] in SMALL_HEADS or (lower in HEADS and _is_capital(word[0]))
        if is_head and len(before) > 1 and not _goes_on(text, word.end()) and not _is_office(text, word.end()):
            if any(one not in _SAYS_LITTLE for one in words_of(text[before[0].start() : word.end()])):
                yield _phrase(text, before)
            before = []


def _phrase(text: str, words: list[re.Match[str]]) -> ServiceName:
    # "the Falls response service": a capital where no sentence begins is where the name begins.
    capital = [index for index, word in enumerate(words[:-1]) if _is_capital(word[0])]
    start = words[capital[0] if capital else 0].start()
    end = words[-1].end()
    is_named = bool(capital) and not _begins_sentence(text, start)
    return ServiceName(words=text[start:end], char_start=start, char_end=end, is_named=is_named, is_sure=is_named)


def _goes_on(text: str, end: int) -> bool:
    """Tell whether the next word is one for a service too: "response team" ends with the team."""
    following = _WORD.match(text, end + 1)
    return text[end : end + 1] == " " and following is not None and following[0] in SMALL_HEADS


def _is_capital(word: str) -> bool:
    return word[0].isupper() and (len(word) > 1 or word == "A")


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip()
    return not before or before[-1] in ".:;!?•–—|*"
