"""One state of an answer as the server holds it. Label Studio checks nothing, so nothing here is trusted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from annotation.labelling_layout import CODES, PASSAGE
from annotation.labelling_task import PLACE_VERSION

SOURCE = "label-studio"
FIRST_YEAR = 2000  # a clock that says less was never set
LEAST_AHEAD = timedelta(days=1)  # by which a clock may differ from ours and still be believed
MOST_SECONDS = 1_000_000.0
TICK = timedelta(microseconds=1)
_MOST_NAME = 200  # characters of a key that somebody else wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedAnswer:
    """An annotation with what is needed of its task.

    Attributes
    ----------
    key : str
        Its number on the server.
    task_id : int or None
        The server's number of the task.
    task_key : str
        What the task's data say that it is; anybody may have changed them.
    passage_text : str or None
        The words that the task shows.
    model_id : str
        The model whose codes were ticked or whose likeliest codes were named on the screen, empty for none.
    opened : int or None
        The server's number of the pre-label that was opened, where the export does not say which of several it was:
        then :func:`with_pre_labels` says the model.
    completed_by, updated_by : int or None
        Whose answer it is, and who changed it last.
    updated_at : str
        As the server says it.
    seconds : float or None
        Time that the person took.
    skipped : bool
        Whether the person passed the task over.
    annotation : Mapping
        As it came.
    """

    key: str
    task_id: int | None
    task_key: str
    passage_text: str | None
    model_id: str
    opened: int | None
    completed_by: int | None
    updated_by: int | None
    updated_at: str
    seconds: float | None
    skipped: bool
    annotation: Mapping[str, Any]

    @property
    def content(self) -> str:
        """The annotation as JSON text, all of it ASCII: any store can hold it."""
        return json.dumps(self.annotation, sort_keys=True)


def observed_answers(tasks: Iterable[Mapping[str, Any]]) -> Iterator[ObservedAnswer]:
    """Yield every annotation of exported tasks. What has no number of its own is named by its content."""
    for task in tasks:
        annotations = task.get("annotations")
        for annotation in annotations if isinstance(annotations, list) else ():
            yield _observed(task, annotation if isinstance(annotation, dict) else {"unreadable": annotation})


def with_pre_labels(one: ObservedAnswer, found: Iterable[Mapping[str, Any]]) -> ObservedAnswer:
    """Return an answer with the model of the pre-label that was opened, if it is among those of its task."""
    ticked = [_ticked_model(item) for item in found if item.get("id") == one.opened]
    return replace(one, model_id=ticked[0]) if ticked and ticked[0] else one


def state_digest(annotation: Any) -> str:
    """Return what tells one state of an annotation from another: who made it when, and what it says."""
    names = ("updated_at", "completed_by", "updated_by", "was_cancelled", "result", "gone")
    said = {name: annotation.get(name) for name in names} if isinstance(annotation, dict) else annotation
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode("ascii")).hexdigest()


def digest_of(content: str) -> str:
    """Return the digest of an answer that was kept."""
    return state_digest(json.loads(content))


def people_of(content: str) -> tuple[int | None, int | None]:
    """Return whose answer one is that was kept, and who changed it last, by their numbers on the server."""
    said = json.loads(content)
    return _person(said.get("completed_by")), _person(said.get("updated_by"))


def dated(said: str, last: datetime | None, now: datetime) -> tuple[datetime, str]:
    """Return when a state was made, and what is odd about that; empty if nothing is.

    Parameters
    ----------
    said : str
        What the server says. Without a zone it is taken for UTC, which is what the server counts in.
    last : datetime or None
        When the state before it was made. A later state is never dated before it, whatever a clock did.
    now : datetime
        Our time, with a zone. It is taken where the server's cannot be.
    """
    odd = ""
    try:
        made_at = datetime.fromisoformat(said)
        made_at = (made_at if made_at.tzinfo else made_at.replace(tzinfo=UTC)).astimezone(UTC)
        usable = made_at.year >= FIRST_YEAR and made_at <= now + LEAST_AHEAD
    except (ValueError, OverflowError):
        usable = False
    if not usable:
        made_at, odd = now, f"the server dates it {said[:40]!r}; it is dated by our clock"
    if last is not None and made_at <= last:
        made_at, odd = last + TICK, odd or "the server's clock went back; it is dated after the state before it"
    return made_at, odd


def _observed(task: Mapping[str, Any], annotation: Mapping[str, Any]) -> ObservedAnswer:
    data = task.get("data")
    data = data if isinstance(data, dict) else {}
    number = annotation.get("id")
    key = str(number) if _is_number(number) else f"unnumbered {state_digest(annotation)[:16]}"
    task_key, text = data.get("task_key"), data.get(PASSAGE)
    updated_at = annotation.get("updated_at")
    return ObservedAnswer(
        key=key,
        task_id=_number(task.get("id")),
        task_key=task_key[:_MOST_NAME] if isinstance(task_key, str) else "",
        passage_text=text if isinstance(text, str) else None,
        model_id=_model(annotation, data),
        opened=_opened(task, annotation, data),
        completed_by=_person(annotation.get("completed_by")),
        updated_by=_person(annotation.get("updated_by")),
        updated_at=updated_at if isinstance(updated_at, str) else "",
        seconds=_seconds(annotation.get("lead_time")),
        skipped=annotation.get("was_cancelled") is True,
        annotation=annotation,
    )


def _model(annotation: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    # A pre-label that was opened in the browser is named by its number; what the screen says is in the task's data.
    shown = annotation.get("prediction")
    ticked = _ticked_model(shown) if isinstance(shown, dict) and _is_embedded(annotation) else ""
    return ticked or _version(data.get("model_id"))


def _opened(task: Mapping[str, Any], annotation: Mapping[str, Any], data: Mapping[str, Any]) -> int | None:
    # One pre-label and a model that the screen names: they went to the server together, so that they are one model's.
    known = task.get("predictions")
    is_plain = not (isinstance(known, list) and len(known) > 1) and _version(data.get("model_id"))
    return None if is_plain or _is_embedded(annotation) else _number(annotation.get("parent_prediction"))


def _is_embedded(annotation: Mapping[str, Any]) -> bool:
    shown, parent = annotation.get("prediction"), annotation.get("parent_prediction")
    return isinstance(shown, dict) and _is_number(parent) and shown.get("id") == parent


def _ticked_model(pre_label: Mapping[str, Any]) -> str:
    # One without codes shows the place on the page alone, whatever model's name it goes under.
    result = pre_label.get("result")
    items = result if isinstance(result, list) else ()
    has_codes = any(isinstance(item, dict) and item.get("from_name") == CODES for item in items)
    return _version(pre_label.get("model_version")) if has_codes else ""


def _version(value: Any) -> str:
    return value[:_MOST_NAME] if isinstance(value, str) and value != PLACE_VERSION else ""


def _person(value: Any) -> int | None:
    return _number(value.get("id")) if isinstance(value, dict) else _number(value)


def _number(value: Any) -> int | None:
    return value if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**63  # True is an int too


def _seconds(value: Any) -> float | None:
    if type(value) not in (int, float):
        return None
    return float(value) if 0 <= value <= MOST_SECONDS else None  # not a number is neither
