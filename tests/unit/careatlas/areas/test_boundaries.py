from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from careatlas.areas.area import Level
from careatlas.areas.area_register import area_register
from careatlas.areas.boundaries import (
    FOLDER,
    boundary_shapes,
    fitting_days,
    level_and_day,
    listed_boundaries,
    load_boundaries,
)
from careatlas.areas.boundary_layer import BoundaryLayer
from careatlas.errors import InputError, StoreError, UsageError
from careatlas.identifiers import sha256_of
from careatlas.project import Project

Load = Callable[..., BoundaryLayer]
NOW = datetime(2024, 5, 6, tzinfo=UTC)
APRIL_2023 = date(2023, 4, 1)


def squares(codes: Iterable[str]) -> dict[str, Any]:
    """Return a collection of squares that touch, one for each code."""
    features = []
    for number, code in enumerate(sorted(codes)):
        west, south = -5 + 0.25 * (number % 20), 50 + 0.25 * (number // 20)
        ring = [[west, south], [west + 0.25, south], [west + 0.25, south + 0.25], [west, south + 0.25], [west, south]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"code": code, "name": "<b>no</b>"}, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def codes_of(level: Level, on: date = APRIL_2023) -> set[str]:
    return {str(area.code) for area in area_register().of_level(level, on)}


@pytest.fixture
def load(project: Project, tmp_path: Path) -> Load:
    def made(codes: Iterable[str], level: Level = Level.REGION, on: date = APRIL_2023, **more: Any) -> BoundaryLayer:
        path = tmp_path / "areas.geojson"
        path.write_text(json.dumps(squares(codes)))
        options = {"licence": "Somebody,  OGL\nv3", "now": NOW, **more}
        return load_boundaries(project, path, level=level, on=on, **options)

    return made


def test_what_was_loaded_is_kept_with_its_source(project: Project, load: Load, tmp_path: Path) -> None:
    layer = load(codes_of(Level.REGION) | {"W92000004"})
    assert listed_boundaries(project) == (layer,)
    data = (tmp_path / "areas.geojson").read_bytes()
    assert (layer.file_name, layer.file_sha256, layer.byte_count) == ("areas.geojson", sha256_of(data), len(data))
    assert (layer.licence, layer.areas, layer.outside, layer.crs) == ("Somebody, OGL v3", 9, 1, "EPSG:4326")
    assert (layer.loaded_at, layer.unmatched, layer.joined_from) == (NOW, 0, None)
    shapes = boundary_shapes(project, Level.REGION, date(2024, 1, 1))
    assert shapes is not None
    assert shapes.codes == codes_of(Level.REGION)
    assert shapes.note == "Outlines, simplified: Somebody, OGL v3"


def test_names_come_from_the_register_not_from_the_file(project: Project, load: Load) -> None:
    load(codes_of(Level.REGION))
    shapes = boundary_shapes(project, Level.REGION, APRIL_2023)
    assert shapes is not None
    assert "London" in {area.name for area in shapes.areas}
    assert b"<b>" not in shapes.as_json()


def test_a_layer_holds_for_the_days_of_its_areas(project: Project, load: Load) -> None:
    layer = load(codes_of(Level.UTLA), Level.UTLA)
    assert (layer.valid_from, layer.valid_to) == (date(2023, 4, 1), date(2025, 4, 1))
    assert boundary_shapes(project, Level.UTLA, date(2025, 3, 31)) is not None
    assert boundary_shapes(project, Level.UTLA, date(2025, 4, 1)) is None
    assert boundary_shapes(project, Level.UTLA, date(2023, 3, 31)) is None
    assert boundary_shapes(project, Level.LTLA, APRIL_2023) is None


def test_boards_hold_until_the_change_of_which_the_codes_are_not_known(project: Project, load: Load) -> None:
    assert load(codes_of(Level.ICB), Level.ICB).valid_to == date(2026, 4, 1)


def test_codes_of_another_year_are_refused_with_the_year_that_fits(project: Project, load: Load) -> None:
    with pytest.raises(InputError) as caught:
        load(codes_of(Level.UTLA, date(2022, 1, 1)), Level.UTLA)
    said = caught.value.what
    assert "has 152 areas of England, utla on 2023-04-01 has 153" in said
    assert "E06000063 Cumberland" in said.partition("not of this level")[0]
    assert "E10000006 Cumbria (county, 2009-04-01 until 2023-04-01)" in said.partition("not of this level")[2]
    assert caught.value.mend == "its codes fit --on 2021-04-01"
    assert listed_boundaries(project) == ()


def test_as_many_areas_but_one_other_code_is_refused(load: Load) -> None:
    codes = codes_of(Level.REGION) - {"E12000007"} | {"E12000099"}
    with pytest.raises(InputError, match=r"missing: E12000007 London; .*: E12000099 \(unknown\)") as caught:
        load(codes)
    assert caught.value.mend == "take the file of the right level and year"


def test_lower_tier_authorities_are_joined_when_asked(project: Project, load: Load) -> None:
    codes = codes_of(Level.LTLA)
    with pytest.raises(InputError) as caught:
        load(codes, Level.UTLA)
    assert "--dissolve" in caught.value.mend
    layer = load(codes, Level.UTLA, dissolve=True)
    assert (layer.areas, layer.joined_from) == (153, Level.LTLA)
    shapes = boundary_shapes(project, Level.UTLA, APRIL_2023)
    assert shapes is not None
    assert shapes.codes == codes_of(Level.UTLA)
    kent = next(area for area in shapes.areas if area.name == "Kent")
    assert kent.path.count("L") > 4  # twelve districts, not one square


def test_only_districts_are_joined(load: Load) -> None:
    with pytest.raises(UsageError, match="not to region"):
        load(codes_of(Level.REGION), dissolve=True)
    with pytest.raises(InputError, match="ltla on 2023-04-01"):
        load(codes_of(Level.LTLA) - {"E07000105"}, Level.UTLA, dissolve=True)


@pytest.mark.parametrize("licence", ["", " \n", "x" * 501])
def test_without_a_licence_nothing_is_kept(project: Project, load: Load, licence: str) -> None:
    with pytest.raises(UsageError, match="need a licence"):
        load(codes_of(Level.REGION), licence=licence)
    assert listed_boundaries(project) == ()


def test_loading_again_replaces(project: Project, load: Load) -> None:
    load(codes_of(Level.REGION))
    load(codes_of(Level.REGION), licence="Another")
    (layer,) = listed_boundaries(project)
    assert layer.licence == "Another"
    assert [path.name for path in (project.root / FOLDER).iterdir()] == ["region-2023-04-01.json"]


def test_of_two_layers_that_hold_the_later_loaded_one_is_shown(project: Project, load: Load) -> None:
    load(codes_of(Level.REGION), licence="Newer", now=datetime(2025, 1, 1, tzinfo=UTC))
    load(codes_of(Level.REGION), licence="Older", on=date(2022, 1, 1))
    shapes = boundary_shapes(project, Level.REGION, APRIL_2023)
    assert shapes is not None
    assert shapes.note.endswith("Newer")


@pytest.mark.parametrize("text", ["", "{}", '{"level": "moon"}', "[" * 10_000])
def test_a_damaged_record_is_named(project: Project, load: Load, text: str) -> None:
    load(codes_of(Level.REGION))
    record = project.root / FOLDER / "region-2023-04-01.json"
    record.write_text(text)
    with pytest.raises(StoreError, match="damaged") as caught:
        listed_boundaries(project)
    assert caught.value.where == str(record)


def test_shapes_that_changed_on_disk_are_not_drawn(project: Project, load: Load) -> None:
    layer = load(codes_of(Level.REGION))
    Path(project.blobs.path(layer.shapes_sha256)).write_bytes(b"{}")
    with pytest.raises(StoreError, match="changed on disk"):
        boundary_shapes(project, Level.REGION, APRIL_2023)


def test_shapes_of_another_version_are_named(project: Project, load: Load) -> None:
    layer = load(codes_of(Level.REGION))
    record = project.root / FOLDER / "region-2023-04-01.json"
    other = project.blobs.put(b'{"kind": "globe"}')
    record.write_bytes(msgspec.json.encode({**msgspec.to_builtins(layer), "shapes_sha256": other}))
    with pytest.raises(StoreError, match="cannot be read"):
        boundary_shapes(project, Level.REGION, APRIL_2023)


def test_days_that_fit() -> None:
    assert fitting_days(frozenset(codes_of(Level.UTLA, date(2020, 6, 1))), Level.UTLA) == (date(2020, 4, 1),)
    assert fitting_days(frozenset({"E06000001"}), Level.UTLA) == ()
    partnerships = frozenset(codes_of(Level.STP, date(2021, 4, 1)))
    assert fitting_days(partnerships, Level.STP) == (date(2021, 4, 1),)


def test_areas_of_another_level_are_recognised(load: Load) -> None:
    with pytest.raises(InputError) as caught:
        load(codes_of(Level.CCG, date(2021, 4, 1)), Level.ICB)
    assert caught.value.mend == "these are areas of another level: --level ccg --on 2021-04-01"


def test_words_for_level_and_day() -> None:
    assert level_and_day("sub-icb", "2023-04-01") == (Level.SUB_ICB, APRIL_2023)
    with pytest.raises(UsageError, match="no level 'parish'"):
        level_and_day("parish", "2023-04-01")
    with pytest.raises(UsageError, match="is no day"):
        level_and_day("utla", "1.4.2023")


def test_what_is_told_after_loading(load: Load) -> None:
    layer = load(codes_of(Level.REGION) | {"S92000003"})
    assert layer.lines()[0].startswith("loaded 9 areas of region, ")
    assert layer.lines()[1:] == ("note: features outside England that were left out: 1",)
