"""Abbreviations that a document defines itself: "Kent County Council (KCC)", "KCC (Kent County Council)".

The algorithm of Schwartz & Hearst (2003), "A simple algorithm for identifying abbreviation definitions in biomedical
text", Pacific Symposium on Biocomputing 8, 451-462. The published Python packages are not used: the one that is pure
Python sets up logging for the whole program when imported, and gives a sentence up at its first odd bracket.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

_SHORTEST, _LONGEST = 2, 10  # characters of a short form, as published
_MOST_WORDS = 2  # of a short form, as published
_WIDEST = 200  # characters looked through on either side of a bracket; no long form is wider
_IN_BRACKETS = re.compile(r"\(([^()]{2,200})\)")
_SENTENCE_END = re.compile(r"(?<!\bSt)[.;:!?]\s")
_QUOTES = "\"'“”\u2018\u2019 \t\n"
_LEAD = re.compile(r"^(?:(?:hereafter|hereinafter|henceforth|or|known as|referred to as|the)\s+)+", re.IGNORECASE)


def abbreviations(texts: Iterable[str]) -> Mapping[str, str]:
    """Return the abbreviations that texts define, each with its long form.

    Parameters
    ----------
    texts : iterable of str
        Usually the passages of one document, in their order.

    Returns
    -------
    mapping of str to str
        Short form to long form; of several long forms the one defined most often, then the one defined first.

    Notes
    -----
    Beside the published rules: a short form needs a capital ("(see below)" defines nothing), quotes and words such as
    "hereafter" around it are not part of it, and the long form does not reach into the sentence before. The work is
    linear in the length of a text: at most 200 characters before and in a bracket are looked at.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for short, long in _pairs(text):
            found[short][long] += 1
    # most_common is stable: among equals the first defined comes first
    return {short: longs.most_common(1)[0][0] for short, longs in found.items()}


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for bracket in _IN_BRACKETS.finditer(text):
        inside = re.split(r"[;,:]", bracket[1], maxsplit=1)[0].strip(_QUOTES)
        before = _SENTENCE_END.split(text[max(0, bracket.start() - _WIDEST) : bracket.start()])[-1].strip(_QUOTES)
        short = _LEAD.sub("", inside).strip(_QUOTES)
        if is_short_form(short):
            long = long_form(short, before)
            if long:
                yield short, long
        elif before:
            last = before.split()[-1].strip(_QUOTES)
            if is_short_form(last) and long_form(last, inside) == inside:
                yield last, inside


def is_short_form(words: str) -> bool:
    """Tell whether words can be an abbreviation: 2 to 10 characters, at most two words, a capital among them."""
    return (
        _SHORTEST <= len(words) <= _LONGEST
        and len(words.split()) <= _MOST_WORDS
        and words[0].isalnum()
        and any(map(str.isupper, words))
    )


def long_form(short: str, before: str) -> str:
    """Return the words at the end of a text that a short form stands for, empty for none.

    Parameters
    ----------
    short : str
        The abbreviation.
    before : str
        The text before its bracket.

    Notes
    -----
    From right to left every letter and digit of the short form must be found in order; the first of them must begin a
    word. At most ``min(|A| + 5, 2 |A|)`` words are taken.
    """
    words = before.split()
    candidate = " ".join(words[-min(len(short) + 5, 2 * len(short)) :])
    place = len(candidate)
    for index in range(len(short) - 1, -1, -1):
        wanted = short[index].casefold()
        if not wanted.isalnum():
            continue
        place -= 1
        while place >= 0 and not (candidate[place].casefold() == wanted and (index or _begins(candidate, place))):
            place -= 1
        if place < 0:
            return ""
    found = candidate[place:]
    is_wrong = len(found) <= len(short) or short in found.split() or "(" in found or ")" in found
    return "" if is_wrong else found


def _begins(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()
