"""Migrations: from nothing and from old files to the newest version, forwards only, rows intact."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from careatlas.errors import StoreError
from careatlas.project import create_project, open_project
from careatlas.store import documents, engine, judgements, passages, readings, runs
from careatlas.store.engine import Store, migrations, sqlite_url
from careatlas.store.passages import PassageFilter
from careatlas.store.schema import metadata

NEWEST = max(migrations("sqlite"))
PASSAGE = "p222222222222222a"
# Rows as a store of version 1 held them. Written out, so that they stay what they were.
OLD_ROWS = [
    "INSERT INTO schema_version (version, made_at) VALUES (1, '2025-01-01T00:00:00+00:00')",
    """INSERT INTO document (document_id, sha256, byte_count, name, title, area_code, area_name, doc_type, published,
       url, added_at, outcome, reason, page_count, passage_count, ocr_page_count)
       VALUES ('d1', 'ab', 3, 'old.pdf', 'An old plan', 'E08000003', 'Manchester', 'bcf', '2021-05', '',
       '2025-01-01T00:00:00+00:00', 'ok', '', 1, 1, 0)""",
    "INSERT INTO document_source (document_id, path) VALUES ('d1', '/old/old.pdf')",
    """INSERT INTO page (document_id, number, width, height, rotation, status, glyph_count, tagged_share, text_start,
       text_end, reason) VALUES ('d1', 1, 595, 842, 0, 'text', 20, 0, 0, 25, '')""",
    f"""INSERT INTO passage (passage_id, document_id, page, position, kind, text, char_start, char_end, heading_path,
       boxes, lines, evidence, confidence, ocr, parser_version)
       VALUES ('{PASSAGE}', 'd1', 1, 0, 'paragraph', 'Old words of a plan', 0, 19, '["Part 1"]',
       '[[1,2,3,4]]', '[[0,19,1,2,3,4]]', 'font', 0.5, FALSE, '0.1')""",
    f"""INSERT INTO judgement (judgement_id, passage_id, codebook_id, codebook_version, code, verdict, person, made_at,
       origin, drawn_by, note, document_id, page, boxes, text)
       VALUES ('j1', '{PASSAGE}', 'c', '0.1.0', 'x', 'present', 'ann', '2025-01-02T00:00:00+00:00', 'manual',
       'review', '', 'd1', 1, '[[1,2,3,4]]', 'Old words of a plan')""",
    """INSERT INTO run (run_id, stage, subject, fingerprint, inputs, config, seed, code_version, outcome, reason,
       started_at, seconds, counts)
       VALUES ('r1', 'parse', 'd1', 'ff', '{"sha256":"ab"}', '{}', 0, '0.1', 'ok', '', '2025-01-01T00:00:00+00:00',
       1.5, '{"pages":1}')""",
]


@pytest.fixture
def empty(store_url: str):
    opened = Store(store_url)
    yield opened
    opened.close()


def difference(store: Store) -> list[object]:
    """Compare the tables with the metadata; the word index is outside of what the metadata can say."""

    def ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (name or "").startswith(("passage_words", "sqlite_"))

    with store.read() as connection:
        options = {"include_object": ours, "compare_type": True, "compare_server_default": False}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_every_dialect_has_the_same_steps_without_gaps():
    sqlite, postgresql = migrations("sqlite"), migrations("postgresql")
    assert sorted(sqlite) == list(range(1, NEWEST + 1))
    assert {number: name for number, (name, _) in sqlite.items()} == {n: name for n, (name, _) in postgresql.items()}
    assert migrations("mysql") == {}


def test_an_empty_database_comes_to_the_newest_version_once(empty: Store):
    assert empty.version() == 0
    assert list(empty.migrate()) == [name for _, (name, _) in sorted(migrations(empty.dialect).items())]
    assert empty.version() == NEWEST
    assert empty.migrate() == ()
    with empty.read() as connection:
        rows = connection.execute(text("SELECT version, made_at FROM schema_version ORDER BY version")).all()
    assert [row.version for row in rows] == list(range(1, NEWEST + 1))
    assert all(datetime.fromisoformat(row.made_at).tzinfo == UTC for row in rows)


def test_the_steps_make_the_tables_that_the_code_knows(store: Store):
    assert difference(store) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE run DROP COLUMN counts",
        "ALTER TABLE run ADD COLUMN extra TEXT",
        "DROP INDEX passage_by_place",
        "DROP TABLE dropped",
        "CREATE TABLE another (id INTEGER)",
    ],
)
def test_a_difference_would_be_seen(store: Store, change: str):
    with store.write() as connection:
        connection.execute(text(change))
    assert len(difference(store)) == 1


def test_both_dialects_have_a_word_index_that_the_search_uses(store: Store, keep, document_of, reading_of):
    item = document_of()
    keep(store, item, reading_of(item, [["discharge"]]))
    plans = {
        "sqlite": "EXPLAIN QUERY PLAN SELECT rowid FROM passage_words WHERE passage_words MATCH 'discharge'",
        "postgresql": "EXPLAIN SELECT 1 FROM passage WHERE to_tsvector('english', text) @@"
        " plainto_tsquery('english', 'discharge') AND kind <> 'furniture'",
    }
    with store.read() as connection:
        if store.dialect == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(str(row) for row in connection.execute(text(plans[store.dialect])))
    assert "passage_words" in plan
    assert "Seq Scan" not in plan


def test_a_store_of_version_1_opens_with_its_rows(empty: Store):
    _, script = migrations(empty.dialect)[1]
    with empty.write() as connection:
        for statement in [*engine._statements(script), *OLD_ROWS]:
            connection.exec_driver_sql(statement)
    assert empty.version() == 1
    assert len(empty.migrate()) == NEWEST - 1
    assert difference(empty) == []
    with empty.read() as connection:
        item = documents.get(connection, "d1")
        (passage,) = passages.listed(connection, PassageFilter())
        (judgement,) = judgements.of_passages(connection, [PASSAGE])
        (run,) = runs.listed(connection)
        assert (item.title, item.published, item.outcome) == ("An old plan", "2021-05", "ok")
        assert documents.paths(connection, "d1") == ["/old/old.pdf"]
        assert len(readings.pages(connection, "d1")) == 1
        assert passage.text == "Old words of a plan"
        assert passage.heading_path == ("Part 1",)
        assert passage.boxes[0].as_list() == [1, 2, 3, 4]
        assert judgement.person == "ann"
        assert run.key.inputs == {"sha256": "ab"}
        assert [hit.passage.passage_id for hit in passages.search(connection, "word plan")] == [PASSAGE]


def test_a_step_that_fails_leaves_the_version_before_it(empty: Store, monkeypatch: pytest.MonkeyPatch):
    broken = "CREATE TABLE half (id INTEGER);\nCREATE TABLE half (id INTEGER);"
    steps = {**migrations(empty.dialect), NEWEST + 1: ("9999_broken", broken)}
    empty.migrate()
    monkeypatch.setattr(engine, "migrations", lambda _: steps)
    with pytest.raises(StoreError, match="half"):
        empty.migrate()
    assert empty.version() == NEWEST
    with pytest.raises(StoreError, match="half"), empty.read() as connection:
        connection.execute(text("SELECT * FROM half"))


def test_a_store_of_a_newer_version_is_refused_and_left_alone(store: Store):
    with store.write() as connection:
        connection.execute(text("INSERT INTO schema_version (version, made_at) VALUES (999, 'later')"))
    with pytest.raises(StoreError, match=f"of version 999, this CareAtlas knows versions up to {NEWEST}") as caught:
        store.migrate()
    assert "newer CareAtlas" in caught.value.mend
    assert store.version() == 999


def test_a_project_with_a_newer_store_does_not_open(tmp_path: Path):
    create_project(tmp_path / "p")
    connection = sqlite3.connect(tmp_path / "p" / "store.sqlite")
    connection.execute("INSERT INTO schema_version VALUES (999, 'later')")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="999"), open_project(tmp_path / "p"):
        pass


def test_an_empty_file_is_a_store_of_version_nought(tmp_path: Path):
    (tmp_path / "store.sqlite").touch()
    opened = Store(sqlite_url(tmp_path / "store.sqlite"))
    assert opened.version() == 0
    assert len(opened.migrate()) == NEWEST
    opened.close()


def test_tables_of_someone_else_are_not_built_over(empty: Store):
    with empty.write() as connection:
        connection.execute(text("CREATE TABLE document (theirs INTEGER)"))
        connection.execute(text("INSERT INTO document VALUES (42)"))
    with pytest.raises(StoreError, match="already exists"):
        empty.migrate()
    assert empty.version() == 0
    with empty.read() as connection:
        assert connection.execute(text("SELECT theirs FROM document")).scalar_one() == 42


def test_several_that_open_a_new_store_at_once_all_find_it_ready(store_url: str):
    results: list[object] = []

    def start() -> None:
        opened = Store(store_url)
        try:
            results.append(len(opened.migrate()))
        except StoreError as error:
            results.append(error)
        finally:
            opened.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results, key=str) == [0, 0, 0, NEWEST]


def test_statements_are_cut_at_their_ends_and_not_inside_a_trigger():
    script = """-- a comment; with a semicolon
CREATE TABLE a (x TEXT DEFAULT ';');
CREATE TRIGGER t AFTER INSERT ON a BEGIN
  DELETE FROM a;
  SELECT 1;
END;
"""
    assert [statement.split()[1] for statement in engine._statements(script)] == ["TABLE", "TRIGGER"]
