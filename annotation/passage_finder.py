"""Which passage somebody else's row is about: by its identifier, or by its very words."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from typing import Any

from annotation.coded_row import PassageReference
from annotation.outside_table import RowError, folded
from careatlas.errors import UsageError
from careatlas.identifiers import DocumentId, PassageId
from careatlas.passage import Passage
from careatlas.plain_text import for_spreadsheet
from careatlas.store import documents, passages

_SHOWN = 5  # documents named in a reason


class PassageFinder:
    """The passages of a project as they are now, page furniture left out where they are found by their words.

    Parameters
    ----------
    connection : Connection
        Read when it is made, and only for words; passages are read later, each by itself.
    by_words : bool
        Whether passages will be looked for by their words.
    """

    def __init__(self, connection: Any, *, by_words: bool) -> None:
        self._names: dict[DocumentId, str] = {}
        self._documents: defaultdict[str, set[DocumentId]] = defaultdict(set)
        self._by_words: defaultdict[bytes, list[tuple[DocumentId, PassageId]]] = defaultdict(list)
        for one in documents.listed(connection):
            self._names[one.document_id] = one.name
            for name in (one.document_id, one.name, one.title):
                if name:
                    self._documents[folded(name)].add(one.document_id)
        for passage in passages.stream(connection, passages.PassageFilter()) if by_words else ():
            self._by_words[_digest(passage.text)].append((passage.document_id, passage.passage_id))

    def find(self, connection: Any, where: PassageReference) -> Passage:
        """Return the passage that is meant.

        Raises
        ------
        RowError
            If there is none or more than one, or the identifier and the words do not go together.
        """
        name = where.passage or self._named(where)
        try:
            passage = passages.get(connection, name)
        except UsageError as error:
            raise RowError(error.what) from None
        if where.passage == passage.passage_id and where.text and _digest(where.text) != _digest(passage.text):
            raise RowError(f"passage {passage.passage_id} has other words than the row")
        if where.document and passage.document_id not in self._documents.get(folded(where.document), ()):
            raise RowError(f"passage {passage.passage_id} is not of document {where.document[:80]!r}")
        return passage

    def _named(self, where: PassageReference) -> PassageId:
        found = self._by_words.get(_digest(where.text), [])
        if where.document:
            wanted = self._documents.get(folded(where.document), set())
            found = [one for one in found if one[0] in wanted]
        if not found:
            raise RowError("no passage has these words")
        if len(found) > 1:
            names = list(dict.fromkeys(self._names[document] for document, _ in found))
            more = ", ..." if len(names) > _SHOWN else ""
            raise RowError(f"{len(found):,} passages have these words, in {', '.join(names[:_SHOWN])}{more}")
        return found[0][1]


def _digest(text: str) -> bytes:
    """Return what two texts have in common that differ only in white space and in the form of their characters."""
    words = " ".join(unicodedata.normalize("NFKC", text).split())
    # An apostrophe that only keeps a spreadsheet from running the text is none of its characters.
    plain = words[1:] if words.startswith("'") and for_spreadsheet(words[1:]) == words else words
    return hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=16).digest()
