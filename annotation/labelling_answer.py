"""What a coder submitted, checked. Label Studio itself checks nothing: whatever it holds is read as from a stranger."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from annotation.labelling_layout import (
    BOX,
    CODES,
    NOT_SURE,
    NOTE,
    NOTHING,
    NOTHING_HERE,
    SPAN,
    SPAN_KINDS,
    UNSURE,
    taxonomy_paths,
)
from annotation.reviewing import MAX_NOTE
from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import Code

MAX_RESULTS = 500
MAX_CHARACTERS = 500_000
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
_TYPES = {
    CODES: ("taxonomy", "choices"),
    NOTHING: ("choices",),
    UNSURE: ("choices",),
    SPAN: ("labels",),
    BOX: ("rectanglelabels",),
    NOTE: ("textarea",),
}


class AnswerError(InputError):
    """An answer that cannot be read into judgements.

    Parameters
    ----------
    reason : str
        Why not.
    control : str
        The field of the screen concerned, empty where it is the answer as a whole.
    skipped : bool
        Whether the coder passed the task over, which is nobody's mistake.
    """

    def __init__(self, reason: str, *, control: str = "", skipped: bool = False) -> None:
        super().__init__(f"{control}: {reason}" if control else reason)
        self.skipped = skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Words of the passage that say where, when, with whom or with what money; characters, half-open."""

    label: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswer:
    """What a coder said of a passage.

    Attributes
    ----------
    codes : frozenset of Code
        The ticked codes; every other code of the codebook is said to be absent.
    nothing : bool
        Whether the coder said that no code applies; then there are no codes.
    unsure : bool
        Whether the coder is not sure of the ticked codes.
    attributes : Mapping
        Attribute to value, for those that were answered.
    """

    codes: frozenset[Code] = frozenset()
    nothing: bool = False
    unsure: bool = False
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    spans: tuple[Span, ...] = ()
    note: str = ""


def read_answer(annotation: Mapping[str, Any], codebook: Codebook, passage_text: str) -> ReadAnswer:
    """Read an annotation of Label Studio.

    Parameters
    ----------
    annotation : Mapping
        As the server or an export file gives it.
    codebook : Codebook
        The version that the screen was made from.
    passage_text : str
        The words that stood on the screen.

    Raises
    ------
    AnswerError
        If anything in it is not what the screen can have produced, with one sentence that names the field.
    """
    found = _by_control(_results(annotation), codebook)
    codes, nothing = _codes(found, codebook), bool(_chosen(found, NOTHING, (NOTHING_HERE,)))
    unsure = bool(_chosen(found, UNSURE, (NOT_SURE,)))
    if nothing and (codes or unsure):
        raise AnswerError(f"'nothing here' is ticked together with {'codes' if codes else 'not sure'}", control=NOTHING)
    if not nothing and not codes:
        raise AnswerError("no code is ticked, and 'nothing here' is not ticked either", control=CODES)
    attributes = {}
    for attribute in codebook.attributes:
        value = _chosen(found, attribute.name, attribute.values)
        if value:
            attributes[attribute.name] = value
    return ReadAnswer(
        codes=codes,
        nothing=nothing,
        unsure=unsure,
        attributes=MappingProxyType(attributes),
        spans=tuple(_span(value, passage_text) for value in _values(found, SPAN)),
        note=_note(found),
    )


def _results(annotation: Any) -> Sequence[Any]:
    if not isinstance(annotation, Mapping):
        raise AnswerError("the answer is not an object")
    cancelled = annotation.get("was_cancelled")
    if cancelled is not None and not isinstance(cancelled, bool):
        raise AnswerError("whether it was skipped is neither true nor false")
    if cancelled:  # its results are the pre-labels, untouched
        raise AnswerError("skipped", skipped=True)
    if "was_postponed" in annotation:
        raise AnswerError("this is a draft that nobody has submitted")
    results = annotation.get("result")
    if not isinstance(results, list):
        raise AnswerError("the answer has no list of results")
    try:
        size = len(json.dumps(results))
    except (TypeError, ValueError, RecursionError) as error:
        raise AnswerError("the answer is nested too deep, or is not plain data") from error
    if len(results) > MAX_RESULTS or size > MAX_CHARACTERS:
        raise AnswerError(
            f"the answer has {len(results):,} results and {size:,} characters, more than the screen makes"
        )
    return results


def _by_control(results: Sequence[Any], codebook: Codebook) -> dict[str, list[Mapping[str, Any]]]:
    types = _TYPES | {attribute.name: ("choices",) for attribute in codebook.attributes}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for item in results:
        if not isinstance(item, dict):
            raise AnswerError("a result is not an object")
        kind, control = item.get("type"), item.get("from_name")
        if kind == "relation":
            continue  # a line that was drawn between two spans; the screen gives it no meaning
        if not isinstance(control, str) or control not in types:
            raise AnswerError(f"the screen has no field {_quoted(control)}")
        if kind not in types[control]:
            raise AnswerError(f"its type is {_quoted(kind)}, not {' or '.join(types[control])}", control=control)
        found.setdefault(control, []).append(item)
        if len(found[control]) > 1 and control not in {SPAN, BOX}:
            raise AnswerError("it is answered twice", control=control)
    return found


def _values(found: Mapping[str, list[Mapping[str, Any]]], control: str) -> Iterator[Mapping[str, Any]]:
    for item in found.get(control, ()):
        value = item.get("value")
        if not isinstance(value, dict):
            raise AnswerError("its value is not an object", control=control)
        yield value


def _listed(found: Mapping[str, list[Mapping[str, Any]]], control: str, name: str) -> list[Any]:
    listed: list[Any] = []
    for value in _values(found, control):
        if not isinstance(value.get(name), list):
            raise AnswerError(f"its value has no list {name!r}", control=control)
        listed += value[name]
    return listed


def _chosen(found: Mapping[str, list[Mapping[str, Any]]], control: str, allowed: Sequence[str]) -> str:
    chosen = _listed(found, control, "choices")
    for value in chosen:
        if value not in allowed:
            raise AnswerError(f"{_quoted(value)} is none of its values", control=control)
    if len(chosen) > 1:
        raise AnswerError("more than one value is chosen where there can be one", control=control)
    return str(chosen[0]) if chosen else ""


def _codes(found: Mapping[str, list[Mapping[str, Any]]], codebook: Codebook) -> frozenset[Code]:
    if not found.get(CODES):
        return frozenset()
    kind = found[CODES][0]["type"]
    paths = taxonomy_paths(codebook)
    codes = set()
    for value in _listed(found, CODES, kind):
        steps = value if kind == "taxonomy" else [value]
        if not isinstance(steps, list) or not steps or not all(isinstance(step, str) for step in steps):
            raise AnswerError("a choice is not text, or not a path of texts", control=CODES)
        code = Code(steps[-1])
        if code not in paths:
            raise AnswerError(_unknown(steps, codebook), control=CODES)
        if tuple(steps) not in {(code,), paths[code]}:
            raise AnswerError(f"the path {_quoted(steps)} does not lead to {code}", control=CODES)
        codes.add(code)
    return frozenset(codes)


def _unknown(steps: Sequence[str], codebook: Codebook) -> str:
    labels = {code.label.casefold(): code.id for code in codebook.codes}
    code = labels.get(steps[-1].strip().casefold())
    if code is not None:
        return f"{_quoted(steps[-1])} is a display name, not a code (that is {code}): the pre-label was not in codes"
    return f"{_quoted(steps[-1])} is not a code of {codebook.id} {codebook.version}"


def _span(value: Mapping[str, Any], passage: str) -> Span:
    labels, start, end, text = (value.get(name) for name in ("labels", "start", "end", "text"))
    if not isinstance(labels, list) or len(labels) != 1 or labels[0] not in SPAN_KINDS:
        raise AnswerError(f"its label is {_quoted(labels)}, not one of {', '.join(SPAN_KINDS)}", control=SPAN)
    if type(start) is not int or type(end) is not int:  # True is an int too
        raise AnswerError("its ends are not whole numbers", control=SPAN)
    if not 0 <= start < end <= len(passage):
        raise AnswerError(f"characters {start} to {end} are not within the passage", control=SPAN)
    if not isinstance(text, str) or _words(text) != _words(passage[start:end]):
        raise AnswerError(f"{_quoted(text)} does not stand at characters {start} to {end}", control=SPAN)
    return Span(label=labels[0], start=start, end=end, text=passage[start:end])


def _words(text: str) -> list[str]:
    # The browser folds white space, and Label Studio writes a line end as a backslash and an n; the offsets hold.
    return text.replace("\\n", " ").split()


def _note(found: Mapping[str, list[Mapping[str, Any]]]) -> str:
    texts: list[Any] = []
    for value in _values(found, NOTE):
        text = value.get("text")
        texts += text if isinstance(text, list) else [text]
    if not all(isinstance(text, str) for text in texts):
        raise AnswerError("it is not text", control=NOTE)
    note = _NOT_STORABLE.sub("\ufffd", "\n".join(texts)).strip()
    if len(note) > MAX_NOTE:
        raise AnswerError(f"it has {len(note):,} characters; at most {MAX_NOTE:,} are kept", control=NOTE)
    return note


def _quoted(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"
