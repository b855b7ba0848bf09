"""Which initiative a link means, also where it was merged or renamed since, and what was done to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from careatlas.codebook import Codebook
from careatlas.document import Document
from careatlas.errors import UsageError
from careatlas.identifiers import EvidenceId, InitiativeId, PassageId, initiative_id, passage_of_evidence
from careatlas.initiative import Evidence
from careatlas.initiative_event import InitiativeAction, InitiativeEvent
from careatlas.initiative_replay import events_in_force
from careatlas.judgement import Judgement
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.reviewed_initiative import Replay, ReviewedInitiative, Vanished
from careatlas.store import documents, initiative_events, judgements, passages
from streamlit_app.plain import in_markdown

_BATCH = 500  # passages asked for at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An event with whether it is in force, and why it has no effect where it finds nothing to act on."""

    event: InitiativeEvent
    in_force: bool
    astray: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Where a link to an initiative leads.

    Attributes
    ----------
    one : ReviewedInitiative or None
        ``None`` where there is none; ``vanished`` is then what is known of it, if anything.
    log : tuple of Logged
        Everything that was done to it, the oldest first, what was undone included.
    said : tuple of str
        What in the link has changed, as Markdown-safe sentences.
    """

    asked: str
    one: ReviewedInitiative | None = None
    vanished: Vanished | None = None
    log: tuple[Logged, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """Evidence with its passage, its document, and what people say of the passage."""

    evidence: Evidence
    passage: Passage | None
    document: Document | None
    judgements: tuple[Judgement, ...]


def all_events(project: Project, codebook: Codebook) -> list[InitiativeEvent]:
    """Return everything that people did with the initiatives of a codebook, the oldest first."""
    with project.store.read() as connection:
        return initiative_events.listed(connection, codebook.id)


def sought(replay: Replay, events: Sequence[InitiativeEvent], asked: str, evidence: str = "") -> Sought:
    """Return where a link leads: to the initiative it names, else to the one that it is part of now.

    Parameters
    ----------
    evidence : str
        The evidence that the link selects; by it, an initiative is found that a new build named otherwise.
    """
    said: list[str] = []
    name, seen = asked, set[str]()
    while name not in seen:
        seen.add(name)
        one = next((one for one in replay.initiatives if one.initiative.initiative_id == name), None)
        gone = next((one for one in replay.vanished if one.initiative_id == name), None)
        if one or gone:
            break
        name = _next_name(replay, events, name, evidence, said) or name
    else:
        said.append(f"There is no initiative {in_markdown(asked)} in this project.")
    log = _log(replay, events, {asked, name}, one.events if one else gone.events if gone else ())
    return Sought(asked=asked, one=one, vanished=gone, log=log, said=tuple(said))


def _next_name(
    replay: Replay, events: Sequence[InitiativeEvent], name: str, evidence: str, said: list[str]
) -> InitiativeId | None:
    """Return the initiative in which another one went on, and say why."""
    shown = in_markdown(name)
    known: list[ReviewedInitiative | Vanished] = [*replay.initiatives, *replay.vanished]
    for one in known:
        for event in one.events:
            if event.action is InitiativeAction.MERGED and name in _others(event):
                said.append(f"Initiative {shown} was merged into this one by {_by(event)}.")
                return _name_of(one)
    for event in events:
        if event.action is InitiativeAction.SPLIT and initiative_id("split", event.event_id) == name:
            said.append(f"The split by {_by(event)} that made {shown} was undone: it is part of this one again.")
            return event.initiative_id
    for one in known:
        if any(event.initiative_id == name for event in one.events):
            said.append(f"What was initiative {shown} is named otherwise since a new build.")
            return _name_of(one)
    holder = holder_of(replay, evidence) if evidence else None
    if holder:
        said.append(f"There is no initiative {shown}: this is the one that its evidence belongs to now.")
        return holder.initiative.initiative_id
    return None


def _name_of(one: ReviewedInitiative | Vanished) -> InitiativeId:
    return one.initiative_id if isinstance(one, Vanished) else one.initiative.initiative_id


def _by(event: InitiativeEvent) -> str:
    return f"{in_markdown(event.person)} on {event.made_at.date()}"


def _others(event: InitiativeEvent) -> set[str]:
    told = event.content.get("others", ())
    return {str(one.get("initiative_id", "")) for one in told if isinstance(one, dict)}


def holder_of(replay: Replay, evidence: str) -> ReviewedInitiative | None:
    """Return the initiative that evidence belongs to."""
    held = (one for one in replay.initiatives if any(part.evidence_id == evidence for part in one.initiative.evidence))
    return next(held, None)


def _log(
    replay: Replay, events: Sequence[InitiativeEvent], names: set[str], applied: Iterable[InitiativeEvent]
) -> tuple[Logged, ...]:
    force = {event.event_id for event in events_in_force(events)[0]}
    astray = {event.event_id: why for event, why in replay.unapplied}
    ours = {event.event_id for event in applied}
    found = []
    for event in events:
        aim = event.content.get("event", "") if event.action is InitiativeAction.UNDONE else ""
        if event.event_id in ours or event.initiative_id in names or aim in ours:
            ours.add(event.event_id)
            found.append(Logged(event=event, in_force=event.event_id in force, astray=astray.get(event.event_id, "")))
    return tuple(found)


def last_in_force(log: Iterable[Logged]) -> InitiativeEvent | None:
    """Return the last thing that was done and stands, undoing aside: what "undo the last" means."""
    undoable = [one.event for one in log if one.in_force and one.event.action is not InitiativeAction.UNDONE]
    return undoable[-1] if undoable else None


def split_off(one: ReviewedInitiative, replay: Replay) -> list[ReviewedInitiative]:
    """Return what was split off an initiative, or what it was split off."""
    there = {item.initiative.initiative_id: item for item in replay.initiatives}
    names: dict[InitiativeId, None] = {}
    for event in one.events:
        if event.action is InitiativeAction.SPLIT:
            names |= dict.fromkeys((event.initiative_id, initiative_id("split", event.event_id)))
    return [there[name] for name in names if name in there and name != one.initiative.initiative_id]


def evidence_views(project: Project, one: ReviewedInitiative) -> tuple[EvidenceView, ...]:
    """Return the evidence of an initiative with all that is known of each."""
    parts = one.initiative.evidence
    names = sorted({part.passage_id for part in parts})
    found: dict[PassageId, Passage] = {}
    judged: dict[PassageId, tuple[Judgement, ...]] = {}
    with project.store.read() as connection:
        for start in range(0, len(names), _BATCH):
            batch = names[start : start + _BATCH]
            found |= {passage.passage_id: passage for passage in passages.now(connection, batch)}
            for row in judgements.of_passages(connection, batch):
                judged[row.passage_id] = (*judged.get(row.passage_id, ()), row)
        owners = {name: _document(connection, name) for name in {part.document_id for part in parts}}
    return tuple(
        EvidenceView(
            evidence=part,
            passage=found.get(part.passage_id),
            document=owners[part.document_id],
            judgements=judged.get(part.passage_id, ()),
        )
        for part in parts
    )


def _document(connection: Any, name: str) -> Document | None:
    try:
        return documents.get(connection, name)
    except UsageError:
        return None


class Chosen(NamedTuple):
    """The evidence that a link selects, else what is to be said of it and the initiative that has it instead."""

    name: EvidenceId | None = None
    said: str = ""
    elsewhere: ReviewedInitiative | None = None


def chosen_evidence(one: ReviewedInitiative, replay: Replay, asked: str) -> Chosen:
    """Return which evidence of an initiative a link selects."""
    mine = {part.evidence_id for part in one.initiative.evidence}
    if not asked or asked in mine:
        return Chosen(EvidenceId(asked) if asked else None)
    shown = in_markdown(asked)
    other = holder_of(replay, asked)
    if other is not None:
        return Chosen(said=f"Passage {shown} is evidence of another initiative now.", elsewhere=other)
    parts = {part.passage_id: part.evidence_id for part in one.initiative.evidence}
    if (passage := passage_of_evidence(EvidenceId(asked))) in parts:
        return Chosen(parts[passage], f"Of passage {shown} another part belongs to this initiative; it is shown.")
    return Chosen(said=f"Passage {shown} is no evidence of this initiative.")
