"""Respondents without names: the same in one survey, nothing in common between two, and nothing to guess by."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.survey_key import NAME, respondent_digest, survey_key
from careatlas.errors import StageError


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    key = survey_key(tmp_path, make=True)
    assert survey_key(tmp_path, make=True) == survey_key(tmp_path, make=False) == key
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert [item.name for item in tmp_path.iterdir()] == [NAME]


def test_without_being_asked_to_it_keeps_none(tmp_path: Path) -> None:
    assert survey_key(tmp_path, make=False) != survey_key(tmp_path, make=False)
    assert list(tmp_path.iterdir()) == []


def test_two_that_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda folder: survey_key(folder, make=True), [tmp_path] * 4))
    assert len(keys) == 1


def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    key = survey_key(tmp_path, make=True)
    assert survey_key(tmp_path, make=False) == key
    assert [item.name for item in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize("content", ["abc", "00" * 31, "\xe4", ""])
def test_a_damaged_key_is_never_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content, encoding="latin-1")
    with pytest.raises(StageError, match="key of the surveys"):
        survey_key(tmp_path, make=True)
    assert (tmp_path / NAME).read_text(encoding="latin-1") == content


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="cannot be used"):
        survey_key(tmp_path / "absent", make=True)


@given(st.text(), st.text(), st.binary(min_size=32, max_size=32))
def test_a_digest_depends_on_the_survey_and_the_key_and_shows_nothing(survey: str, who: str, key: bytes) -> None:
    said = respondent_digest(key, survey, who)
    assert said == respondent_digest(key, survey, who)
    assert len(said) == 17
    assert said.isalnum()
    assert said != respondent_digest(key, survey + "x", who)
    assert said != respondent_digest(bytes(32 * [1]), survey, who) or key == bytes(32 * [1])
