"""Sentence embeddings of passages in the store: a cache, kept as bytes that whoever computed them understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, Insert, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from careatlas.identifiers import PassageId
from careatlas.store.schema import embedding, passage

_PRIMARY_KEY = ("passage_id", "backbone")
_AT_ONCE = 500  # of the identifiers in one statement: every SQLite takes that many


def get_many(connection: Connection, backbone: str, passage_ids: Sequence[str]) -> dict[PassageId, bytes]:
    """Return the vectors that are there, by passage.

    Parameters
    ----------
    connection : Connection
    backbone : str
        The key under which they were kept.
    passage_ids : sequence of str
    """
    found: dict[PassageId, bytes] = {}
    for some in _in_parts(passage_ids):
        query = select(embedding.c.passage_id, embedding.c.vector)
        rows = connection.execute(query.where(embedding.c.backbone == backbone, embedding.c.passage_id.in_(some)))
        found.update((PassageId(row.passage_id), bytes(row.vector)) for row in rows)
    return found


def keys_of(connection: Connection, passage_id: str) -> list[str]:
    """Return the keys under which there is a vector of this passage."""
    query = select(embedding.c.backbone).where(embedding.c.passage_id == passage_id).order_by(embedding.c.backbone)
    return list(connection.execute(query).scalars())


def put_many(connection: Connection, backbone: str, vectors: Mapping[PassageId, bytes]) -> None:
    """Keep vectors in place of earlier ones of the same key.

    One of a passage that a new reading took away in the meantime is left out.
    """
    for some in _in_parts(list(vectors)):
        there = connection.execute(select(passage.c.passage_id).where(passage.c.passage_id.in_(some))).scalars()
        rows = [{"passage_id": name, "backbone": backbone, "vector": vectors[PassageId(name)]} for name in there]
        if rows:
            connection.execute(_upsert(connection.dialect.name), rows)


def forget(connection: Connection, backbone: str) -> int:
    """Throw away the vectors of one key, as when another backbone has taken its place; return how many there were."""
    return connection.execute(delete(embedding).where(embedding.c.backbone == backbone)).rowcount


def _upsert(dialect: str) -> Insert:
    # Two processes may compute the same passages at the same time: the later one must not fail.
    if dialect == "sqlite":
        lite = sqlite.insert(embedding)
        return lite.on_conflict_do_update(set_={"vector": lite.excluded.vector}, index_elements=_PRIMARY_KEY)
    post = postgresql.insert(embedding)
    return post.on_conflict_do_update(set_={"vector": post.excluded.vector}, index_elements=_PRIMARY_KEY)


def _in_parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
