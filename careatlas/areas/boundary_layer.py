"""Loaded boundaries as a record: what they show, when that holds, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from careatlas.areas.area import Level
from careatlas.areas.geojson_file import Crs, shown
from careatlas.identifiers import Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryLayer:
    """Boundaries that were loaded: what they are, and where they come from.

    Attributes
    ----------
    on : date
        The day that was given with the file.
    valid_from, valid_to : date
        The days on which exactly these areas make up the level, half-open; without an end where they still do.
    joined_from : Level or None
        The level of the file, where its areas were joined to larger ones.
    unmatched : int
        How many areas have a border that does not meet the neighbour's: slivers and overlaps stay visible.
    outside : int
        Features outside England that were left out.
    shapes_sha256 : Sha256
        Digest of the simplified shapes among the project's blobs.
    """

    level: Level
    on: date
    valid_from: date
    valid_to: date | None
    licence: str
    file_name: str
    file_sha256: Sha256
    byte_count: int
    crs: Crs
    code_field: str
    areas: int
    joined_from: Level | None
    unmatched: int
    outside: int
    repaired: tuple[str, ...]
    tolerance: float
    loaded_at: datetime
    shapes_sha256: Sha256

    def is_valid(self, on: date) -> bool:
        """Tell whether the layer shows the areas of that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def lines(self) -> tuple[str, ...]:
        """Return what to tell the person who loaded it."""
        held = f"{self.valid_from} until {self.valid_to or 'now'}"
        source = f"{self.file_name} ({self.crs}, SHA-256 {self.file_sha256[:12]})"
        said = [f"loaded {self.areas} areas of {self.level}, {held}, from {source}"]
        if self.joined_from:
            said.append(f"note: joined from {self.joined_from}")
        if self.outside:
            said.append(f"note: features outside England that were left out: {self.outside}")
        if self.repaired:
            said.append(f"note: outlines that crossed themselves were mended: {shown(list(self.repaired))}")
        if self.unmatched:
            said.append(
                f"note: areas with a border that does not meet the neighbour's, left as it is: {self.unmatched}"
            )
        return tuple(said)
