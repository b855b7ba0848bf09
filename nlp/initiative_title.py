"""What is done, in a few words: the name of the service where there is one, else a clause of the passage."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.service_names import ServiceName

MOST_CHARACTERS = 90
_ENOUGH_WORDS = 4  # that a clause cut at a comma still has
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[A-Z“\"(])")
# The number of a paragraph or of an item: "3.5 The ...", "31; How ...", "(b) to ..."; not "24 homes", "1.5 million".
_NUMBER = re.compile(
    r"^(?:\d{1,3}(?:\.\d{1,3}){1,4}\s(?=[A-Z][a-z\s])|\d{1,3}(?:\.\d{1,3}){0,4}[.);:]{1,2}\s|"
    r"\((?:[a-z]|[ivx]{2,4})\)\s)"
)
# How plans begin sentences before they come to the matter.
_LEAD = re.compile(
    r"^(?:(?:in|by|from|since|during|until|over)\s[^,.]{3,40},\s+)?"
    r"(?:(?:we|the\s(?:council|board|borough|partnership|icb|ccg|partners)|partners|the\splan)\s)?"
    r"(?:(?:will|would|have|has|are|is|aim|aims|plan|plans|intend|intends|want|wish|hope|propose|proposes|continue|"
    r"continues|also|now|already|been|to)\s)*",
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"(?:\s+(?:and|or|of|to|the|a|an|in|for|with|by|on|at|from|that|which|as|is|are|will))+$", re.IGNORECASE
)


def title_of(text: str, names: Sequence[ServiceName]) -> str:
    """Return a title of at most ``MOST_CHARACTERS`` characters.

    Parameters
    ----------
    names : sequence of ServiceName
        What the text calls services; the first name proper is taken.
    """
    named = next((one for one in names if one.is_named and one.is_sure), None)
    named = named or next((one for one in names if one.is_named), None)
    if named is not None:
        return _cut(" ".join(named.words.split()))
    plain = " ".join(text[: 10 * MOST_CHARACTERS].split())
    plain = _NUMBER.sub("", plain)
    sentence = _SENTENCE_END.split(plain, maxsplit=1)[0]
    clause = sentence[_LEAD.match(sentence).end() :] or sentence  # type: ignore[union-attr]  # it matches nothing too
    first = re.split(r"[,;:(–—]", clause, maxsplit=1)[0].strip()
    chosen = first if len(first.split()) >= _ENOUGH_WORDS else clause
    chosen = chosen.strip(" .,;:•*-–—")
    return _cut(chosen[:1].upper() + chosen[1:])


def _cut(words: str) -> str:
    if len(words) <= MOST_CHARACTERS:
        return words
    kept = words[: MOST_CHARACTERS - 1].rsplit(" ", maxsplit=1)[0]
    return f"{_DANGLING.sub('', kept)}…"
