"""The offset map: which characters of the file stand behind each character of the normalised text.

Normalising mends hyphens at line ends, opens ligatures, folds white space and drops control characters; a table row
repeats its headers. The map records this as runs, so that any span of the stored text leads back to the characters of
the file, and every character of the file is accounted for.
"""

from __future__ import annotations

import bisect
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

MAX_MAP_BYTES = 200_000_000  # a map larger than this is not one of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """``text_length`` characters at ``text_start`` came from ``source_length`` characters at ``source_start``.

    Equal lengths mean character by character. A source length of 0 means that the text was put in by us (the header
    before a table cell, the space between two lines), a text length of 0 that the source was taken out (a hyphen).
    """

    text_start: int
    text_length: int
    source_start: int
    source_length: int


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """An ordered list of runs that covers the text from its first to its last character."""

    runs: tuple[Run, ...]
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", tuple(run.text_start for run in self.runs))

    def source_span(self, text_start: int, text_end: int) -> tuple[int, int] | None:
        """Return the smallest span of source characters behind ``text[text_start:text_end]``.

        ``None`` if no character of the span came from the file.
        """
        if text_start >= text_end:
            return None
        found = [piece for run in self._touching(text_start, text_end) if (piece := _piece(run, text_start, text_end))]
        if not found:
            return None
        return min(start for start, _ in found), max(end for _, end in found)

    def _touching(self, start: int, end: int) -> Iterator[Run]:
        index = max(bisect.bisect_right(self._starts, start) - 1, 0)
        while index > 0 and self.runs[index - 1].text_start + self.runs[index - 1].text_length > start:
            index -= 1
        while index < len(self.runs) and self.runs[index].text_start < end:
            run = self.runs[index]
            if run.text_length and run.text_start + run.text_length > start:
                yield run
            index += 1

    def to_bytes(self) -> bytes:
        """Return the map in the compressed form in which it is stored."""
        return packed([(run.text_start, run.text_length, run.source_start, run.source_length) for run in self.runs])

    @classmethod
    def from_bytes(cls, data: bytes) -> OffsetMap:
        """Read a stored map.

        Raises
        ------
        ValueError
            If the bytes are not a map.
        """
        try:
            unpacker = zlib.decompressobj()
            raw = unpacker.decompress(data, MAX_MAP_BYTES)
            if not unpacker.eof:
                raise zlib.error("it is cut off, or too large")
            rows = msgspec.msgpack.decode(raw, type=list[tuple[int, int, int, int]])
        except (zlib.error, msgspec.MsgspecError) as error:
            msg = f"not an offset map: {error}"
            raise ValueError(msg) from error
        return cls(runs_of(rows))


def packed(rows: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Return rows of ``(text_start, text_length, source_start, source_length)`` in the form that a map is stored in."""
    return zlib.compress(msgspec.msgpack.encode(rows), 1)


def runs_of(rows: Iterable[tuple[int, int, int, int]]) -> tuple[Run, ...]:
    """Make runs from ``(text_start, text_length, source_start, source_length)`` rows."""
    return tuple(Run(text_start=a, text_length=b, source_start=c, source_length=d) for a, b, c, d in rows)


def _piece(run: Run, text_start: int, text_end: int) -> tuple[int, int] | None:
    if not run.source_length:
        return None
    if run.text_length != run.source_length:
        return run.source_start, run.source_start + run.source_length
    first = max(text_start, run.text_start) - run.text_start
    last = min(text_end, run.text_start + run.text_length) - run.text_start
    return run.source_start + first, run.source_start + last
