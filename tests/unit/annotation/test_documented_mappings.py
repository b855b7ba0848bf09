"""The mappings in the documentation and in the examples are mappings, of codes that there are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from annotation.label_mapping import read_label_mapping
from annotation.survey_mapping import read_survey_mapping
from careatlas.codebook_file import shipped

ROOT = Path(__file__).resolve().parents[3]
BOOK = shipped("care-home-integration")


def blocks(page: str) -> list[str]:
    return re.findall(
        r"^```toml\n(.*?)^```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.mark.parametrize("block", blocks("files.md"))
def test_mappings_of_labels(block: str, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(block, encoding="utf-8")
    read_label_mapping(tmp_path / "map.toml").check(BOOK)


@pytest.mark.parametrize("block", blocks("surveys.md"))
def test_mappings_of_surveys(block: str, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(block, encoding="utf-8")
    read_survey_mapping(tmp_path / "map.toml").check(BOOK)


@pytest.mark.parametrize("name", ["mapping.toml", "mapping-long.toml"])
def test_mappings_of_the_example(name: str) -> None:
    read_survey_mapping(ROOT / "examples" / "survey" / name).check(BOOK)


def test_the_blocks_are_found() -> None:
    assert (len(blocks("files.md")), len(blocks("surveys.md"))) == (2, 2)


def test_the_map_between_versions_is_toml() -> None:
    (found,) = [block for block in blocks("codebooks.md") if "from =" in block]
    assert set(tomllib.loads(found)) == {"from", "to", "codes"}


def test_the_example_says_that_it_is_synthetic() -> None:
    folder = ROOT / "examples" / "survey"
    assert "synthetic" in (folder / "README.md").read_text(encoding="utf-8").lower()
    rows = (folder / "survey.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all("@example.org," in row for row in rows)
