"""Errors that say what happened, where, and how to mend it, each with the exit code the command line ends with."""

from __future__ import annotations

from typing import ClassVar


class CareAtlasError(Exception):
    """The root of every error that CareAtlas raises on purpose.

    Parameters
    ----------
    what : str
        What went wrong, in one sentence.
    where : str, optional
        The file, key, row or address concerned.
    mend : str, optional
        What the user can do about it.

    Notes
    -----
    Exit codes: 0 done, 1 a check found something (no error: the command ends so by itself), 2 wrong use, 3 bad input,
    4 bad settings, 5 store, 6 something is not installed, 7 a stage failed. ``docs/exit-codes.md`` lists them for
    users.
    """

    exit_code: ClassVar[int] = 7

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        parts = [self.what, f"where: {self.where}" if self.where else "", f"mend: {self.mend}" if self.mend else ""]
        return "; ".join(part for part in parts if part)

    def as_dict(self) -> dict[str, str | int]:
        """Return the error as plain data for ``--json`` output."""
        return {
            "error": type(self).__name__,
            "what": self.what,
            "where": self.where,
            "mend": self.mend,
            "exit_code": self.exit_code,
        }


class UsageError(CareAtlasError):
    """The command was used wrongly, or names something that is not there."""

    exit_code = 2


class InputError(CareAtlasError):
    """A file or row given by the user cannot be read as what it should be."""

    exit_code = 3


class SettingsError(CareAtlasError):
    """The settings file or an environment variable is wrong."""

    exit_code = 4


class StoreError(CareAtlasError):
    """The store cannot be opened, is of the wrong version, or refused a write."""

    exit_code = 5


class MissingDependencyError(CareAtlasError):
    """Something optional that this action needs is not installed."""

    exit_code = 6


class StageError(CareAtlasError):
    """A stage could not do its work."""

    exit_code = 7
