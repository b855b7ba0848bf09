"""Opening the store: one class for SQLite and PostgreSQL, transactions, and forward migrations."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from careatlas.errors import MissingDependencyError, StoreError
from careatlas.plain_text import for_store

_WAIT_MS = 30_000  # for which a writer waits for another
_LOCK_KEY = 0x0CA4EA71A5  # PostgreSQL advisory lock that one migrating process holds


class Store:
    """The rows of one project.

    Parameters
    ----------
    url : str or URL
        A SQLAlchemy URL: ``sqlite:///path`` or ``postgresql://user@host/name``. Passwords belong into the
        environment (``CAREATLAS_STORE__URL``) or into PostgreSQL's own password file.

    Raises
    ------
    StoreError
        If the URL cannot be used or the database cannot be reached.
    MissingDependencyError
        If the PostgreSQL driver is not installed.
    """

    def __init__(self, url: str | URL) -> None:
        self._engine = _engine(url)
        self.url = _shown(self._engine.url)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging state of the store."""
        # SQLite reads one state anyway; PostgreSQL would else show what others commit between two statements.
        options = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with _translated(self.url), self._engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together when the block ends, or not at all if it raises."""
        with _translated(self.url), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    def migrate(self) -> tuple[str, ...]:
        """Bring the tables to the newest version and return the names of the steps that were run.

        Raises
        ------
        StoreError
            If the store was made by a newer CareAtlas.
        """
        steps = migrations(self.dialect)
        if self.version() == max(steps):
            return ()
        done = []
        with self.write() as connection:
            if self.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            current = _version(connection)  # again, now that no other process can be migrating
            if current > max(steps):
                raise StoreError(
                    f"the store is of version {current}, this CareAtlas knows versions up to {max(steps)}",
                    where=self.url,
                    mend="install the newer CareAtlas that made it",
                )
            for number in range(current + 1, max(steps) + 1):
                name, script = steps[number]
                for statement in _statements(script):
                    connection.exec_driver_sql(statement)
                connection.execute(
                    text("INSERT INTO schema_version (version, made_at) VALUES (:version, :made_at)"),
                    {"version": number, "made_at": datetime.now(UTC).isoformat()},
                )
                done.append(name)
        return tuple(done)

    def version(self) -> int:
        """Return the version of the tables, 0 for an empty database."""
        with self.read() as connection:
            return _version(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def sqlite_url(path: Path) -> URL:
    """Return the URL of a SQLite store at ``path``, whatever signs its folder is named with (``?``, ``%``)."""
    return URL.create("sqlite", database=str(path))


def migrations(dialect: str) -> dict[int, tuple[str, str]]:
    """Return the migration steps of a dialect: number to name and SQL script."""
    folder = files("careatlas.store") / "migrations"
    steps = {}
    for item in folder.iterdir():
        match = re.fullmatch(rf"(\d{{4}})_(\w+)\.{dialect}\.sql", item.name)
        if match:
            steps[int(match[1])] = (f"{match[1]}_{match[2]}", item.read_text(encoding="utf-8"))
    return steps


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        if line.startswith("--"):
            continue
        statement += line + "\n"
        # Knows that the semicolons inside a trigger do not end it; our PostgreSQL scripts use no dollar quotes.
        if sqlite3.complete_statement(statement) and statement.strip():
            yield statement.strip()
            statement = ""


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table("schema_version"):
        return 0
    return int(connection.execute(text("SELECT coalesce(max(version), 0) FROM schema_version")).scalar_one())


def _shown(url: URL) -> str:
    """Return the address without its secrets; PostgreSQL takes passwords in the query part too."""
    secret = {name: "***" for name in url.query if "password" in name.lower()}
    name = url.database and for_store(url.database)
    return url.set(database=name).update_query_dict(secret).render_as_string(hide_password=True)


def _engine(url: str | URL) -> Engine:
    try:
        if isinstance(url, str) and url.startswith(("postgres://", "postgresql://")):
            url = "postgresql+psycopg://" + url.split("://", 1)[1]
        if make_url(url).get_backend_name() not in {"sqlite", "postgresql"}:
            raise ArgumentError("neither SQLite nor PostgreSQL")
        engine = create_engine(url)
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "the driver for PostgreSQL is not installed", mend="pip install 'careatlas[postgres]'"
        ) from error
    except (ArgumentError, NoSuchModuleError, ValueError) as error:  # ValueError: a port that is no number
        raise StoreError(
            "the address of the store cannot be used", mend="sqlite:///FILE or postgresql://..."
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the module's own way would split DDL transactions
    connection.execute(f"PRAGMA busy_timeout={_WAIT_MS}")
    _use_wal(connection)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    # While another process switches a new file, SQLite says "locked" at once instead of waiting as elsewhere.
    until = time.monotonic() + _WAIT_MS / 1_000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= until:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that turns writer half-way can fail instead of waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated(url: str) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        cause = str(error.orig)
        mend = "make room on the disk and run the command again" if "full" in cause else ""
        raise StoreError(f"the store refused: {cause}", where=url, mend=mend) from error
    except DBAPIError as error:
        raise StoreError(f"the store refused: {error.orig}", where=url) from error
