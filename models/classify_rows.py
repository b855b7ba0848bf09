"""Classifying plain rows without a project: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from careatlas.errors import InputError
from careatlas.export import whole_file
from careatlas.progress import Progress
from models.classifier import Classifier, PassageText, Prediction

BATCH = 1_000
MAX_TEXT = 100_000  # characters of one passage
MAX_LINE = 10_000_000  # bytes
Batch = list[dict[str, Any]]
MapsBatches = Callable[[Iterable[Batch]], Iterator[Batch]]
_VERDICTS = {1: "accept", 0: "ask", -1: "reject"}


def score_rows(classifier: Classifier, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Score a batch of rows. A pure function of batch to batch: it maps over Ray Data as it is.

    Parameters
    ----------
    rows : sequence of dict
        Each with ``id`` and ``text``, and ``heading`` (a string, or a list from the topmost down) perhaps. A row that
        carries ``error`` is passed through.

    Returns
    -------
    list of dict
        ``id, suggestions [{code, probability, accepted}], none_probability, model``, suggestions from the likeliest;
        with ``verdict`` (accept, ask, reject) where the model has thresholds for a stated risk.
    """
    good = [row for row in rows if "error" not in row]
    prediction = classifier.predict([_passage(row) for row in good])
    order = (-prediction.probabilities).argsort(axis=1, kind="stable")
    answers = iter(range(len(good)))
    return [row if "error" in row else _answer(classifier, row, prediction, order, next(answers)) for row in rows]


def classify_file(
    classifier: Classifier, source: Path, out: Path, progress: Progress, *, mapped: MapsBatches | None = None
) -> tuple[int, int]:
    """Classify a JSON-lines file and return how many rows there were and how many were wrong.

    A wrong row becomes a row ``{"id", "line", "error"}`` in the output, in its place.

    Parameters
    ----------
    mapped : callable, optional
        Where batches of rows are scored, each answered in its turn; in this process by default.

    Raises
    ------
    InputError
        If a file cannot be opened or written.
    """
    answered: MapsBatches = mapped or partial(map, partial(score_rows, classifier))
    count = wrong = 0
    try:
        with source.open("rb") as lines, whole_file(out) as draft, draft.open("w", encoding="utf-8") as file:
            progress.start("classifying", max(1, source.stat().st_size // 500_000))
            size = 0
            ends: deque[int] = deque()  # in the source, of the batches that are not answered yet
            for batch in answered(_noted(lines, ends)):
                for row in batch:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    wrong += "error" in row
                count += len(batch)
                size = _advance(progress, size, ends.popleft())
    except OSError as error:
        raise InputError(f"cannot classify: {error.strerror or error}", where=f"{source} -> {out}") from error
    return count, wrong


def _advance(progress: Progress, before: int, now: int) -> int:
    for _ in range(before // 500_000, now // 500_000):
        progress.advance()
    return now


def _noted(lines: Any, ends: deque[int]) -> Iterator[Batch]:
    for batch in _batches(_rows(lines)):
        ends.append(lines.tell())
        yield batch


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[Batch]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _rows(lines: Any) -> Iterator[dict[str, Any]]:
    number = 0
    while line := lines.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = lines.readline(MAX_LINE)
            yield _wrong(None, number, f"the line has more than {MAX_LINE:,} bytes")
        elif line.strip():
            yield _row(line, number)


def _row(line: bytes, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return _wrong(None, number, "not a JSON object of one line")
    identifier = row.get("id") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(identifier, str | int) or not isinstance(row.get("text"), str):
        return _wrong(identifier, number, "a row needs an id and a text")
    if len(row["text"]) > MAX_TEXT:
        return _wrong(identifier, number, f"its text has more than {MAX_TEXT:,} characters")
    heading = row.get("heading") or row.get("heading_path") or []
    headings = [heading] if isinstance(heading, str) else heading
    if not isinstance(headings, list) or not all(isinstance(one, str) for one in headings):
        return _wrong(identifier, number, "a heading is a string or a list of strings")
    if not all(map(_is_unicode, [str(identifier), row["text"], *headings])):
        return _wrong(identifier, number, "it holds half of a surrogate pair, which is no character")
    neighbours = {name: row[name] for name in ("before", "after") if row.get(name)}
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT and _is_unicode(text) for text in neighbours.values()):
        return _wrong(identifier, number, "before and after are texts")
    return {"id": identifier, "text": row["text"], "heading": headings, **neighbours}


def _wrong(identifier: Any, number: int, error: str) -> dict[str, Any]:
    named = isinstance(identifier, str | int) and _is_unicode(str(identifier))
    return {"id": identifier if named else None, "line": number, "error": error}


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _passage(row: dict[str, Any]) -> PassageText:
    heading = row.get("heading") or ()
    path = (heading,) if isinstance(heading, str) else tuple(map(str, heading))
    neighbours = {name: str(row.get(name) or "") for name in ("before", "after")}
    return PassageText(text=row["text"], heading_path=path, **neighbours)


def _answer(
    classifier: Classifier, row: dict[str, Any], prediction: Prediction, order: Any, index: int
) -> dict[str, Any]:
    return {
        "id": row["id"],
        "suggestions": [
            {
                "code": classifier.codes[column],
                "probability": round(float(prediction.probabilities[index, column]), 4),
                "accepted": bool(prediction.accepted[index, column]),
                **_verdict(prediction, index, column),
            }
            for column in order[index].tolist()
        ],
        "none_probability": round(float(prediction.none_probability[index]), 4),
        "model": classifier.info.model_id,
    }


def _verdict(prediction: Prediction, index: int, column: int) -> dict[str, str]:
    if prediction.verdicts is None:
        return {}
    return {"verdict": _VERDICTS[int(prediction.verdicts[index, column])]}
