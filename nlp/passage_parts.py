"""Parts of a passage that tell of different initiatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from careatlas.codebook import Codebook
from careatlas.identifiers import Code
from nlp.language import sentences
from nlp.service_names import ServiceName, name_key

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

MOST_PARTS = 20  # of one passage: what names more services is a list of names


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagePart:
    """Sentences that tell of one initiative.

    Attributes
    ----------
    char_start, char_end : int
        Characters of the passage, half-open.
    core : (int, int)
        The sentences among them that name the service: what they say comes first. All of them where none does.
    names : tuple of ServiceName
        What they call services.
    """

    char_start: int
    char_end: int
    core: tuple[int, int]
    names: tuple[ServiceName, ...]


def parts_of(
    doc: Doc, names: Sequence[ServiceName], long_forms: Mapping[str, str] | None = None
) -> tuple[PassagePart, ...]:
    """Return the parts of a passage; most passages are one.

    A part begins with a sentence that names another service than those before it. Sentences that name none go with
    what stands before them.

    Parameters
    ----------
    names : sequence of ServiceName
        As :func:`nlp.service_names.service_names` returns them.
    """
    starts: list[int] = []
    known: set[tuple[str, ...]] = set()
    naming: list[tuple[int, int]] = []
    for sentence in sentences(doc):
        sure = [one for one in names if one.is_named and one.is_sure and _is_in(one, *_place(sentence))]
        keys = {name_key(one.words, long_forms) for one in sure}
        naming += [_place(sentence)] if keys else []
        if keys and known and not keys & known and len(starts) < MOST_PARTS - 1:
            starts.append(sentence.start_char)
            known = set()
        known |= keys
    ends = [*starts, len(doc.text)]
    return tuple(
        PassagePart(
            char_start=start,
            char_end=end,
            core=_core(start, end, naming),
            names=tuple(one for one in names if _is_in(one, start, end)),
        )
        for start, end in zip([0, *starts], ends, strict=True)
    )


def _place(sentence: Span) -> tuple[int, int]:
    return (sentence.start_char, sentence.end_char)


def _is_in(one: ServiceName, start: int, end: int) -> bool:
    return start <= one.char_start < end


def _core(start: int, end: int, naming: Sequence[tuple[int, int]]) -> tuple[int, int]:
    here = [place for place in naming if start <= place[0] < end]
    return (here[0][0], here[-1][1]) if here else (start, end)


def codes_of_parts(codes: Sequence[Code], texts: Sequence[str], codebook: Codebook) -> list[tuple[Code, ...]]:
    """Share the codes of a passage among its parts.

    A code goes to the parts in which its cues stand, to all where they stand in none. A part that would be left without
    a code keeps them all: the passage was coded as a whole, and nobody said which sentence it was for.
    """
    if len(texts) < 2 or len(codes) < 2:
        return [tuple(codes) for _ in texts]
    lower = [text.lower() for text in texts]
    known = {one.id: one for one in codebook.codes}
    shared: list[list[Code]] = [[] for _ in texts]
    for code in codes:
        cues = [cue.lower().rstrip("*") for cue in known[code].cues] if code in known else []
        hits = [index for index, text in enumerate(lower) if any(cue in text for cue in cues)]
        for index in hits or range(len(texts)):
            shared[index].append(code)
    return [tuple(found or codes) for found in shared]
