"""Settings: the file, the environment over it, and no key that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from careatlas.errors import SettingsError
from careatlas.settings import FILE_NAME, Settings, known_keys, load_settings

SECRET = "hunter2-secret"


@pytest.fixture
def write(tmp_path: Path):
    def into(text: str) -> Path:
        (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
        return tmp_path

    return into


def test_without_a_project_the_defaults_hold():
    assert load_settings(None) == Settings()
    assert Settings().parse.workers == 0
    assert Settings().app.host == "127.0.0.1"  # never the whole network by default


def test_a_file_sets_some_keys_and_leaves_the_others(write):
    made = load_settings(write('name = "Ours"\n[parse]\nworkers = 3\n[app]\nport = 0\n'))
    assert (made.name, made.parse.workers, made.app.port) == ("Ours", 3, 0)
    assert made.parse.max_pages == Settings().parse.max_pages


def test_the_environment_wins_over_the_file(write, monkeypatch: pytest.MonkeyPatch):
    root = write("[parse]\nworkers = 3\nmax_pages = 7\n")
    monkeypatch.setenv("CAREATLAS_PARSE__WORKERS", "5")
    monkeypatch.setenv("CAREATLAS_NAME", "From outside")
    made = load_settings(root)
    assert (made.parse.workers, made.parse.max_pages, made.name) == (5, 7, "From outside")


def test_every_key_can_be_set_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    for key in known_keys():
        value = str(pick(Settings(), key))
        monkeypatch.setenv("CAREATLAS_" + key.upper().replace(".", "__"), value or "x")
    made = load_settings(None)
    assert made.parse == Settings().parse
    assert made.store.url == "x"


def pick(settings: BaseModel, key: str) -> object:
    value: object = settings
    for step in key.split("."):
        value = getattr(value, step)
    return value


def test_known_keys_are_all_keys_in_the_order_of_the_file():
    keys = known_keys()
    assert keys[0] == "name"
    assert "parse.seconds_per_page" in keys
    assert len(keys) == len(set(keys))
    for key in keys:
        assert not isinstance(pick(Settings(), key), BaseModel)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[parse]\nworker = 3\n", "did you mean parse.workers?"),
        ("[prase]\nworkers = 3\n", "prase: unknown key"),
        ("nam = 'x'\n", "did you mean name?"),
        ("zzzzzz = 1\n", "known: app.host"),
        ("[parse]\nworkers = -1\n", "parse.workers: "),
        ("[parse]\nworkers = 'many'\n", "parse.workers: "),
        ("[parse]\nmax_pages = 2.5\n", "parse.max_pages: "),
        ("[app]\nport = 70000\n", "app.port: "),
        ("[page_images]\ndpi = 3000\n", "page_images.dpi: "),
        ("parse = 3\n", "parse: "),
        ("[store]\nurl = 5\n", "store.url: "),
        ("[parse\n", "not TOML"),
        ("[parse]\nworkers = 1\nworkers = 2\n", "not TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(write, text: str, says: str):
    root = write(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(root)
    assert says in caught.value.what
    assert caught.value.where == str(root / FILE_NAME)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path):
    (tmp_path / FILE_NAME).write_bytes('name = "Zürich"'.encode("latin-1"))
    with pytest.raises(SettingsError, match="not TOML"):
        load_settings(tmp_path)


def test_a_settings_file_that_cannot_be_read_is_named(tmp_path: Path):
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(SettingsError, match="cannot be read") as caught:
        load_settings(tmp_path)
    assert caught.value.where == str(tmp_path / FILE_NAME)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("CAREATLAS_PARSE__WORKER", "CAREATLAS_PARSE__WORKERS"),
        ("CAREATLAS_PARSE_WORKERS", "CAREATLAS_PARSE__WORKERS"),
        ("CAREATLAS_STORE_URL", "CAREATLAS_STORE__URL"),
        ("CAREATLAS_PROJEKT", "CAREATLAS_PROJECT"),
        ("careatlas_app__prot", "CAREATLAS_APP__PORT"),
    ],
)
def test_an_unknown_variable_names_the_nearest_and_not_its_value(monkeypatch, name: str, nearest: str):
    monkeypatch.setenv(name, SECRET)
    with pytest.raises(SettingsError, match=f"did you mean {nearest}") as caught:
        load_settings(None)
    assert name in caught.value.what
    assert SECRET not in str(caught.value)


def test_variables_of_others_and_those_read_elsewhere_are_let_be(monkeypatch: pytest.MonkeyPatch):
    for name in ("CAREATLAS_PROJECT", "CAREATLAS_REVIEWER", "CAREATLAS_LOG_JSON", "CARE_ATLAS_X", "XCAREATLAS_Y"):
        monkeypatch.setenv(name, "1")
    assert load_settings(None) == Settings()


@pytest.mark.parametrize("value", ["", "many", "-1", "1.5", "257"])
def test_a_wrong_value_in_the_environment_is_named_by_its_key(monkeypatch: pytest.MonkeyPatch, value: str):
    monkeypatch.setenv("CAREATLAS_PARSE__WORKERS", value)
    with pytest.raises(SettingsError, match=r"parse\.workers") as caught:
        load_settings(None)
    assert caught.value.where == "environment"


def test_a_section_that_is_none_stays_an_error_under_the_environment(write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CAREATLAS_PARSE__WORKERS", "2")
    root = write("parse = 3\n")
    with pytest.raises(SettingsError, match="parse"):
        load_settings(root)


def test_a_wrong_store_address_is_not_repeated_in_the_message(write):
    root = write(f"[store]\nurl = ['postgresql://u:{SECRET}@h/d']\n")
    with pytest.raises(SettingsError, match=r"store\.url") as caught:
        load_settings(root)
    assert SECRET not in str(caught.value)


@given(st.text(st.characters(categories=("Ll",)), min_size=1, max_size=12))
def test_no_key_is_taken_silently(name: str):
    tree = {name: 1}
    if name in known_keys():
        return
    with pytest.raises(ValueError, match=name):
        Settings.model_validate(tree)
