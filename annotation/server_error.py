"""What can go wrong with an annotation server, and whether what was asked may have been done all the same."""

from __future__ import annotations

from enum import StrEnum

from careatlas.errors import StageError


class Aftermath(StrEnum):
    """What became of a request that did not end well."""

    NOTHING = "nothing"  # refused, or it never arrived
    UNKNOWN = "unknown"  # carried out or not: the reply is missing or cannot be read
    PENDING = "pending"  # the server may be at it still


class ServerError(StageError):
    """The annotation server could not be reached, refused, or answered what cannot be read.

    Attributes
    ----------
    aftermath : Aftermath
        What became of the request.
    status : int or None
        The HTTP status, where there was a reply.
    """

    def __init__(
        self, what: str, *, where: str = "", mend: str = "", aftermath: Aftermath, status: int | None = None
    ) -> None:
        super().__init__(what, where=where, mend=mend)
        self.aftermath = aftermath
        self.status = status
