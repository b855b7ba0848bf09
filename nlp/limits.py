"""The limits under which one document is read."""

from __future__ import annotations

from dataclasses import dataclass

from careatlas.settings import ParseSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one worker. Bytes of memory are address space; seconds are CPU time, and twice that of wall time."""

    max_bytes: int
    max_pages: int
    max_page_glyphs: int
    memory_mb: int
    base_seconds: float
    seconds_per_page: float

    @classmethod
    def of(cls, settings: ParseSettings) -> Limits:
        """Take the limits from the settings."""
        return cls(**settings.model_dump(exclude={"workers"}))

    def seconds(self, pages: int) -> float:
        """CPU seconds allowed to a document of so many pages."""
        return self.base_seconds + pages * self.seconds_per_page
