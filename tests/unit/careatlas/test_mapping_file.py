"""Mapping files: TOML checked by a form, every problem named."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from careatlas import mapping_file
from careatlas.errors import InputError
from careatlas.mapping_file import read_mapping


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    codes: dict[str, str] = {}


def read(path: Path, content: bytes) -> Form:
    path.write_bytes(content)
    return read_mapping(path, Form, mend="see the page")


def test_a_mapping_is_read_with_or_without_a_mark_and_with_either_line_end(tmp_path: Path) -> None:
    said = read(tmp_path / "a.toml", b'\xef\xbb\xbfname = "x"\r\n[codes]\r\n"a b" = "c"\r\n')
    assert said == Form(name="x", codes={"a b": "c"})


def test_every_problem_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.toml", b'naem = "x"\n[codes]\na = 1\n')
    assert caught.value.what.splitlines() == [
        "name: Field required",
        "codes.a: Input should be a valid string",
        "naem: Extra inputs are not permitted",
    ]
    assert caught.value.mend == "see the page"


@pytest.mark.parametrize(
    "content", [b"name = \xff", b"name", b'name = "x"\nname = "y"\n', b"a = " + b"[" * 5_000, b'name = "\x00"']
)
def test_what_is_no_toml_is_bad_input(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="not TOML"):
        read(tmp_path / "a.toml", content)


def test_a_file_that_is_too_large_or_absent_is_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping_file, "MAX_BYTES", 5)
    with pytest.raises(InputError, match="at most 5 bytes"):
        read(tmp_path / "a.toml", b'name = "x"\n')
    with pytest.raises(InputError, match="cannot be read"):
        read_mapping(tmp_path / "absent.toml", Form, mend="")
    with pytest.raises(InputError, match="cannot be read"):
        read_mapping(tmp_path, Form, mend="")
