"""Real boundaries for the map: checked against the register, simplified, kept in the project with their licence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from careatlas.areas.area import Area, Level
from careatlas.areas.area_register import area_register
from careatlas.areas.boundary_layer import BoundaryLayer
from careatlas.areas.geojson_file import OutlineFile, read_outlines, shown
from careatlas.areas.map_shapes import MapShapes, shapes_of_json
from careatlas.areas.outline_drawing import drawn
from careatlas.areas.stated_facts import ICBS_CHANGED, NHS_TABLES_BEGIN
from careatlas.errors import InputError, StoreError, UsageError
from careatlas.project import Project

FOLDER = "boundaries"
_LONGEST_LICENCE = 500  # characters


def level_and_day(level: str, on: str) -> tuple[Level, date]:
    """Return a level and a day from their words.

    Raises
    ------
    UsageError
        If one of them is none.
    """
    if level not in set(Level):
        raise UsageError(f"there is no level {level!r}", mend=f"one of: {', '.join(Level)}")
    try:
        return Level(level), date.fromisoformat(on)
    except ValueError as error:
        raise UsageError(f"{on!r} is no day", mend="write it as 2023-04-01") from error


def load_boundaries(
    project: Project,
    path: Path,
    *,
    level: Level,
    on: date,
    licence: str,
    now: datetime,
    dissolve: bool = False,
    code_field: str = "",
) -> BoundaryLayer:
    """Check a GeoJSON file of outlines and keep it for the map, instead of what was loaded for that level and day.

    Parameters
    ----------
    level, on
        What the file is said to show: exactly the areas of this level on this day.
    licence : str
        What must be said wherever the outlines are shown.
    dissolve : bool
        Join the file's lower-tier authorities to the upper-tier ones of that day.
    code_field : str
        The property with the codes, where more than one could be meant.

    Raises
    ------
    UsageError
        If there is no licence, or ``dissolve`` is asked for another level than ``utla``.
    InputError
        If the file cannot be read (:func:`careatlas.areas.geojson_file.read_outlines`), or shows other areas.
    """
    licence = " ".join(licence.split())
    if not licence or len(licence) > _LONGEST_LICENCE:
        raise UsageError(
            f"boundaries need a licence of 1 to {_LONGEST_LICENCE} characters",
            mend="--licence 'Source: Office for National Statistics, Open Government Licence v3.0'",
        )
    if dissolve and level is not Level.UTLA:
        raise UsageError(f"only districts can be joined, to utla, not to {level}", mend="leave --dissolve out")
    file = read_outlines(path, code_field=code_field)
    outlines = joined_up(file.outlines, on, where=str(path)) if dissolve else file.outlines
    areas = checked(outlines, level, on, where=str(path))
    drawing = drawn({area: outlines[area.code] for area in areas}, file.crs, note=f"Outlines, simplified: {licence}")
    layer = BoundaryLayer(
        level=level,
        on=on,
        valid_from=max(area.valid_from for area in areas),
        valid_to=_end(level, areas),
        licence=licence,
        areas=len(areas),
        joined_from=Level.LTLA if dissolve else None,
        unmatched=drawing.unmatched,
        tolerance=drawing.tolerance,
        loaded_at=now,
        shapes_sha256=project.blobs.put(drawing.shapes.as_json()),
        **_facts(file),
    )
    _keep(project, layer)
    return layer


def checked(outlines: Mapping[str, Any], level: Level, on: date, *, where: str = "") -> tuple[Area, ...]:
    """Return the areas of a level on a day if these codes are exactly they.

    Raises
    ------
    InputError
        If a code is missing or too many; the message lists them, and the days on which the codes would fit.
    """
    expected = {str(area.code): area for area in area_register().of_level(level, on)}
    missing, extra = sorted(expected.keys() - outlines.keys()), sorted(outlines.keys() - expected.keys())
    if not missing and not extra:
        return tuple(expected[code] for code in sorted(expected))
    said = [f"missing: {shown([f'{code} {expected[code].name}' for code in missing])}"] if missing else []
    said += [f"not of this level and day: {shown([_named(code) for code in extra])}"] if extra else []
    raise InputError(
        f"the file has {len(outlines)} areas of England, {level} on {on} has {len(expected)}; {'; '.join(said)}",
        where=where,
        mend=_mend(frozenset(outlines), level, on),
    )


def _mend(codes: frozenset[str], level: Level, on: date) -> str:
    days = fitting_days(codes, level)
    if days:
        return f"its codes fit --on {', '.join(map(str, days))}"
    if level is Level.UTLA and codes == _codes_on(Level.LTLA, on):
        return "these are lower-tier authorities of that day: join them with --dissolve, or load them with --level ltla"
    for other in Level:
        if other is not level and (days := fitting_days(codes, other)):
            return f"these are areas of another level: --level {other} --on {days[-1]}"
    return "take the file of the right level and year"


def fitting_days(codes: frozenset[str], level: Level) -> tuple[date, ...]:
    """Return days on which exactly these codes made up a level: those on which an area of it began."""
    register = area_register()
    days = {area.valid_from for area in register.areas if level.holds(area.kind)} | {NHS_TABLES_BEGIN}
    return tuple(day for day in sorted(days) if codes == _codes_on(level, day))


def joined_up(outlines: Mapping[str, Any], on: date, *, where: str = "") -> dict[str, Any]:
    """Return outlines of upper-tier authorities, joined from those of the lower tier.

    Raises
    ------
    InputError
        If the codes are not those of the lower tier on that day.
    """
    import shapely

    register = area_register()
    parts: dict[str, list[Any]] = {}
    for area in checked(outlines, Level.LTLA, on, where=where):
        whole = register.upper_tier(area.code, on)
        if whole is None:
            raise InputError(f"{area.code} {area.name} has no upper-tier authority on {on}", where=where)
        parts.setdefault(whole.code, []).append(outlines[area.code])
    return {code: shapely.union_all(shapes) for code, shapes in parts.items()}


def listed_boundaries(project: Project) -> tuple[BoundaryLayer, ...]:
    """Return what was loaded, by level and day.

    Raises
    ------
    StoreError
        If a record of it is damaged.
    """
    found = [_record(path) for path in sorted((project.root / FOLDER).glob("*.json"))]
    return tuple(sorted(found, key=lambda layer: (layer.level, layer.on)))


def boundary_shapes(project: Project, level: Level, on: date) -> MapShapes | None:
    """Return the loaded shapes of a level that hold on a day, ``None`` where none do.

    Raises
    ------
    StoreError
        If the shapes are gone, changed, or of another version.
    """
    fitting = [layer for layer in listed_boundaries(project) if layer.level is level and layer.is_valid(on)]
    if not fitting:
        return None
    newest = max(fitting, key=lambda layer: layer.loaded_at)
    try:
        return shapes_of_json(project.blobs.get(newest.shapes_sha256))
    except msgspec.DecodeError as error:  # kept by another version of ours
        raise StoreError(
            f"the shapes of {level} on {newest.on} cannot be read",
            where=project.blobs.path(newest.shapes_sha256),
            mend="load them again with: careatlas boundaries load",
        ) from error


def _end(level: Level, areas: tuple[Area, ...]) -> date | None:
    ends = [area.valid_to for area in areas if area.valid_to]
    # The register cannot say which boards ended on that day, only that the 42 were no more.
    return min([*ends, *([ICBS_CHANGED] if level is Level.ICB else [])], default=None)


def _facts(file: OutlineFile) -> dict[str, Any]:
    return {
        "file_name": file.name,
        "file_sha256": file.sha256,
        "byte_count": file.byte_count,
        "crs": file.crs,
        "code_field": file.code_field,
        "outside": file.outside,
        "repaired": file.repaired,
    }


def _named(code: str) -> str:
    found = area_register().all_of(code)
    return f"{code} {found[-1].name} ({found[-1].kind}, {found[-1].years})" if found else f"{code} (unknown)"


def _codes_on(level: Level, on: date) -> frozenset[str]:
    try:
        return frozenset(area.code for area in area_register().of_level(level, on))
    except InputError:
        return frozenset()


def _keep(project: Project, layer: BoundaryLayer) -> None:
    target = project.root / FOLDER / f"{layer.level}-{layer.on}.json"
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(exist_ok=True)
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(layer)) + b"\n")
        partial.replace(target)
    except OSError as error:
        raise StoreError(f"the record cannot be kept: {error.strerror}", where=str(target)) from error
    finally:
        partial.unlink(missing_ok=True)


def _record(path: Path) -> BoundaryLayer:
    try:
        return msgspec.json.decode(path.read_bytes(), type=BoundaryLayer)
    except (OSError, msgspec.MsgspecError) as error:
        raise StoreError(
            f"the record of loaded boundaries is damaged: {str(error)[:200]}",
            where=str(path),
            mend="remove the file and run: careatlas boundaries load",
        ) from error
