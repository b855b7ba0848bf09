"""A reading: all that came of reading one document, before it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from careatlas.document import DocumentOutcome, Page
from careatlas.passage import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Characters of a page that stand in no passage, and why."""

    page: int
    reason: str
    glyph_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reading of one document gave.

    Attributes
    ----------
    text : str
        The one normalised text that every passage's offsets point into.
    offset_map : bytes
        How ``text`` came from the characters of the file; see :mod:`careatlas.offsets`.
    seconds : float
        CPU time of the worker.
    peak_mb : float
        Largest resident size of the worker, in MiB.
    """

    outcome: DocumentOutcome
    reason: str = ""
    title: str = ""
    parser_version: str = ""
    text: str = ""
    offset_map: bytes = b""
    pages: tuple[Page, ...] = ()
    passages: tuple[Passage, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    seconds: float = 0.0
    peak_mb: float = 0.0
