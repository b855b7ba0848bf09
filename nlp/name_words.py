"""The words of a text as names are compared: without case, white space and hyphens, each with its token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlp.language import BLANK, pipeline

if TYPE_CHECKING:
    from spacy.tokens import Doc

# Words that are written small inside a name ("Stoke-on-Trent", "Kensington and Chelsea").
SMALL_WORDS = frozenset(
    ("a", "and", "at", "by", "for", "in", "le", "of", "on", "the", "to", "under", "upon", "with", "'s")
)
_SAME = {"&": "and", "st.": "st", "’s": "'s", "’": "'", "u.k.": "uk", "n.h.s.": "nhs"}
_KEPT = "careatlas.name_words"
_LEFT_OUT = frozenset("-\u2010\u2011\u2012–—")


@dataclass(frozen=True, slots=True)
class NameWords:
    """Words to compare names by.

    Attributes
    ----------
    words : tuple of str
        Case-folded; "&" reads "and", "St." reads "st". Hyphens and white space are left out, commas stay.
    text : str
        That of ``doc``, which spaCy puts together anew each time it is asked.
    texts : tuple of str
        The same words as they stand in the text.
    tokens : tuple of int
        The token of ``doc`` that each word is.
    """

    doc: Doc
    text: str
    words: tuple[str, ...]
    texts: tuple[str, ...]
    tokens: tuple[int, ...]

    def shown(self, place: int) -> str:
        """Return a word as it stands in the text; empty outside it."""
        return self.texts[place] if 0 <= place < len(self.texts) else ""

    def word(self, place: int) -> str:
        """Return a word as it is compared; empty outside the text."""
        return self.words[place] if 0 <= place < len(self.words) else ""

    def chars(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of the text that words ``[start, end)`` take, half-open."""
        last = self.doc[self.tokens[end - 1]]
        return int(self.doc[self.tokens[start]].idx), int(last.idx + len(last))

    def is_capital(self, place: int) -> bool:
        """Tell whether a word begins with a capital or a digit."""
        first = self.shown(place)[:1]
        return first.isupper() or first.isdigit()

    def is_hyphenated(self, place: int) -> bool:
        """Tell whether a hyphen, without white space, joins a word to the one before it."""
        if not 0 < place < len(self.tokens):
            return False
        left, right = self.doc[self.tokens[place - 1]], self.doc[self.tokens[place]]
        return right.i - left.i == 2 and right.idx - left.idx - len(left) == 1

    def is_dashed(self, place: int) -> bool:
        """Tell whether a dash of any kind stands between a word and the one before it."""
        if not 0 < place < len(self.tokens):
            return False
        between = self.doc[self.tokens[place - 1] + 1 : self.tokens[place]]
        return any(token.text in _LEFT_OUT for token in between)


def name_words(doc: Doc) -> NameWords:
    """Return the words of a document as names are compared; made once, then kept with the document."""
    kept = doc.user_data.get(_KEPT)
    if isinstance(kept, NameWords) and kept.doc is doc:
        return kept
    words, shown, tokens, parts = [], [], [], []
    for token in doc:
        text = token.text
        parts.append(token.text_with_ws)
        if text in _LEFT_OUT or text.isspace():
            continue
        folded = text.casefold()
        words.append(_SAME.get(folded, folded))
        shown.append(text)
        tokens.append(token.i)
    made = NameWords(doc, "".join(parts), tuple(words), tuple(shown), tuple(tokens))
    doc.user_data[_KEPT] = made
    return made


def words_of_name(name: str) -> tuple[str, ...]:
    """Return the words of a name, cut as the words of a document are."""
    return name_words(pipeline(BLANK).make_doc(name)).words
