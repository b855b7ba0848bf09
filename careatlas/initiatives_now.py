"""Initiatives of a project as they stand: what the last build proposed, with what people did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from careatlas.codebook import Codebook
from careatlas.evidence_standing import EvidenceStanding, evidence_standing
from careatlas.identifiers import EvidenceId, PassageId, passage_of_evidence
from careatlas.initiative import Initiative
from careatlas.initiative_event import InitiativeEvent
from careatlas.initiative_replay import replayed
from careatlas.reviewed_initiative import Replay
from careatlas.store import initiative_events, initiatives, judgements, passage_presence, passage_successors
from careatlas.store.engine import Store

_BATCH = 500  # passages asked for at once: databases bound the values of a query
_LOST = PassageId("")


def initiatives_now(store: Store, codebook: Codebook) -> Replay:
    """Return the initiatives of a codebook as they stand."""
    with store.read() as connection:
        return initiatives_seen(connection, codebook)


def initiatives_seen(connection: Any, codebook: Codebook) -> Replay:
    """Return the initiatives of a codebook as a transaction sees them."""
    found = replay_source(connection, codebook)
    return replayed(found.proposals, found.events, found.standing)


class ReplaySource(NamedTuple):
    """What a replay is made of."""

    proposals: list[Initiative]
    events: list[InitiativeEvent]
    standing: EvidenceStanding


def replay_source(connection: Any, codebook: Codebook) -> ReplaySource:
    """Return what the replay of a codebook's initiatives is made of, as a transaction sees it."""
    proposals = initiatives.listed(connection, codebook.id)
    events = initiative_events.listed(connection, codebook.id)
    proposed = {one.evidence_id for item in proposals for one in item.evidence}
    remembered = {name for event in events for name in event.evidence} - proposed
    return ReplaySource(proposals, events, standing_of(connection, codebook, proposed, remembered))


def standing_of(
    connection: Any, codebook: Codebook, proposed: Iterable[EvidenceId], remembered: Iterable[EvidenceId] = ()
) -> EvidenceStanding:
    """Return what became of evidence, by the judgements on this version of the codebook.

    Parameters
    ----------
    proposed : iterable of EvidenceId
        What the last build proposed.
    remembered : iterable of EvidenceId
        What only people's events still name. Where the passage is not there any more, it is lost: what people confirmed
        must not stand beside what a build made of the same words under a new name.
    """
    moved = passage_successors.successors(connection)
    names = EvidenceStanding(moved=moved)
    old = {passage_of_evidence(names.name_now(one)) for one in remembered}
    moved |= dict.fromkeys(old - passage_presence.present(connection, old), _LOST)
    wanted = old | {passage_of_evidence(names.name_now(one)) for one in proposed}
    judged = sorted(wanted.intersection(judgements.judged_passages(connection, codebook.id)))
    rows = [
        row
        for start in range(0, len(judged), _BATCH)
        for row in judgements.of_passages(connection, judged[start : start + _BATCH])
    ]
    return evidence_standing(judgements.of_version(rows, codebook.id, codebook.version), moved)
