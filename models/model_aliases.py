"""Which model is in use under which name, and the history of it: one small file and one that only grows."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from careatlas.errors import InputError, StageError, StoreError, UsageError
from careatlas.identifiers import ModelId

PRODUCTION = "production"
SHIPPED = "shipped"  # names the model in the package, whatever the registry holds
ALIASES, HISTORY, LOCK = "aliases.json", "history.jsonl", ".lock"

_ALIAS = re.compile(r"[a-z][a-z0-9-]{0,31}")
_MOST = 2_000  # characters of a reason that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name that is moved from model to model.

    Attributes
    ----------
    since : str
        UTC, ISO 8601.
    by, why : str
        Who moved it, and for which reason.
    """

    model_id: ModelId
    since: str
    by: str
    why: str


class ModelAliases:
    """The aliases of a registry.

    ``aliases.json`` says what is; ``history.jsonl`` says what happened, is written first, and is never rewritten.

    Parameters
    ----------
    root : Path
        The registry's folder, which need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def current(self) -> dict[str, Alias]:
        """Return the aliases by name.

        Raises
        ------
        InputError
            If the file is not what it should be.
        """
        path = self.root / ALIASES
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            return {str(name): Alias(**_texts(value)) for name, value in plain.items()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise InputError(f"the aliases cannot be read: {error.strerror}", where=str(path)) from error
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(
                "this is no file of aliases",
                where=str(path),
                mend=f"remove it and promote again: {HISTORY} says what was",
            ) from error

    def history(self) -> list[dict[str, Any]]:
        """Return what happened, the oldest first.

        Raises
        ------
        InputError
            If a line is not what it should be. A last line without an end was being written when the power went, and
            does not count.
        """
        path = self.root / HISTORY
        try:
            lines = path.read_bytes().split(b"\n")[:-1]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise InputError(f"the history cannot be read: {error.strerror}", where=str(path)) from error
        return [_event(line, number, path) for number, line in enumerate(lines, start=1) if line]

    def record(self, event: str, model_id: ModelId, **facts: Any) -> None:
        """Add a line to the history. The lock must be held.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        row = {"event": event, "at": _now(), "model_id": model_id, **facts}
        with _writing(self.root), (self.root / HISTORY).open("a+b") as file:
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)  # a line without an end never came to be
            file.write(json.dumps(row).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def move(self, name: str, model_id: ModelId, *, by: str, why: str, instead_of: str = "", **facts: Any) -> Alias:
        """Let an alias stand for another model.

        Parameters
        ----------
        by, why : str
            Who wants it, and for which reason.
        instead_of : str
            The model that the alias is thought to stand for now, empty for none: what the decision was made against.
        facts : Any
            Plain data for the history.

        Raises
        ------
        UsageError
            If the name cannot be an alias.
        StageError
            If the alias was moved meanwhile: the decision was made against another model.
        StoreError
            If the registry cannot be written.
        """
        check_alias(name)
        made = Alias(model_id=model_id, since=_now(), by=by[:_MOST], why=why[:_MOST])
        with self.locked():
            aliases = self.current()
            now = aliases[name].model_id if name in aliases else ""
            if now != instead_of:
                raise StageError(
                    f"{name} was moved to {now or 'no model'} meanwhile, by {aliases[name].by if now else 'nobody'}",
                    where=str(self.root),
                    mend="run the command again: it compares with the model that is in use now",
                )
            self.record("promoted", model_id, alias=name, instead_of=instead_of, by=made.by, why=made.why, **facts)
            self._write({**aliases, name: made})
        return made

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from changing the registry.

        Raises
        ------
        StoreError
            If the registry cannot be written.
        """
        with _writing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            with _writing(self.root):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)  # which gives the lock back

    def _write(self, aliases: dict[str, Alias]) -> None:
        content = json.dumps({name: asdict(alias) for name, alias in sorted(aliases.items())}, indent=1)
        partial = self.root / f".{ALIASES}.{secrets.token_hex(4)}.partial"
        with _writing(self.root):
            try:
                partial.write_text(content + "\n", encoding="utf-8")
                partial.replace(self.root / ALIASES)
            finally:
                partial.unlink(missing_ok=True)


def check_alias(name: str) -> None:
    """Refuse a name that cannot be an alias.

    Raises
    ------
    UsageError
        If it is not of lower-case letters, digits and hyphens, or names the shipped model.
    """
    if not _ALIAS.fullmatch(name) or name == SHIPPED:
        raise UsageError(
            f"{name!a} cannot be an alias",
            mend=f"lower-case letters, digits and hyphens, 32 at most, as {PRODUCTION!r}; {SHIPPED!r} is taken",
        )


def _texts(value: dict[str, Any]) -> dict[str, Any]:
    if not all(isinstance(part, str) for part in value.values()):
        raise TypeError
    return value


def _event(line: bytes, number: int, path: Path) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict) or not isinstance(row.get("event"), str) or not isinstance(row.get("model_id"), str):
        raise InputError(
            f"line {number} is no event of a registry",
            where=str(path),
            mend="take that line out, and keep a copy of it",
        )
    return row


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the model registry cannot be written: {error.strerror or error}",
            where=str(root),
            mend="make room, or give yourself the right to write there",
        ) from error
