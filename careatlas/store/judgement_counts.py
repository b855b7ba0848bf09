"""How many judgements there are of each passage: as rows are only added, this tells where anything is new."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, func, select

from careatlas.identifiers import PassageId
from careatlas.store.passage_successors import successors
from careatlas.store.schema import judgement


def per_passage(connection: Connection) -> dict[PassageId, int]:
    """Return the number of judgements on each passage, of any codebook, by the identifiers that passages have now.

    Superseded ones count; those on passages that a new reading lost are left out.
    """
    now = successors(connection)
    counts: Counter[PassageId] = Counter()
    # No other column: the index on passages alone answers this.
    for name, number in connection.execute(
        select(judgement.c.passage_id, func.count()).group_by(judgement.c.passage_id)
    ):
        counts[now.get(name, PassageId(name))] += number
    counts.pop(PassageId(""), None)
    return dict(counts)
