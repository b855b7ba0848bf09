"""The shelf: shipped codebooks, those of a project, and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from careatlas.codebook_file import shipped, shipped_names
from careatlas.codebook_shelf import all_codebooks, codebook_lines, find_codebook, import_codebook, plain_codebook
from careatlas.errors import InputError, UsageError

MINE = """id: {name}
version: {version}
title: Mine
provenance: reconstructed
source: us
codes:
- {{id: beds, label: {label}, definition: Beds outside hospital.}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "careatlas.toml").write_text("")
    return tmp_path / "project"


@pytest.fixture
def file_of(tmp_path: Path):
    def make(name: str = "mine", version: str = "1.0.0", label: str = "Beds", suffix: str = ".yaml") -> Path:
        path = tmp_path / f"{name}-{version}-{label}{suffix}"
        path.write_text(MINE.format(name=name, version=version, label=label))
        return path

    return make


def held(root: Path) -> list[str]:
    return sorted(item.name for item in (root / "codebooks").iterdir())


def test_an_imported_codebook_is_found_by_its_identifier(root: Path, file_of):
    book = import_codebook(root, file_of())
    assert find_codebook("mine", root) == book
    assert held(root) == ["mine.yaml"]
    assert [item.id for item in all_codebooks(root)] == ["mine", *shipped_names()]


def test_importing_the_same_again_changes_nothing(root: Path, file_of):
    import_codebook(root, file_of())
    before = (root / "codebooks" / "mine.yaml").read_bytes()
    import_codebook(root, file_of())
    assert (root / "codebooks" / "mine.yaml").read_bytes() == before
    assert held(root) == ["mine.yaml"]


def test_other_content_under_the_same_version_is_refused_and_nothing_changes(root: Path, file_of):
    import_codebook(root, file_of())
    with pytest.raises(InputError, match=r"mine 1\.0\.0 is in the project already") as caught:
        import_codebook(root, file_of(label="Other"))
    assert "new version" in caught.value.mend
    assert find_codebook("mine", root).codes[0].label == "Beds"


def test_a_new_version_takes_the_place_of_the_old_also_in_another_form(root: Path, file_of):
    import_codebook(root, file_of())
    import_codebook(root, file_of(version="1.1.0", label="Other", suffix=".yml"))
    assert held(root) == ["mine.yml"]
    assert find_codebook("mine", root).version == "1.1.0"


def test_a_table_with_a_name_of_its_own_can_be_imported_twice(root: Path, tmp_path: Path):
    table = tmp_path / "My Codes 2025.csv"
    table.write_text("id,label,definition\nbeds,Beds,Beds outside hospital.\n")
    first = import_codebook(root, table)
    assert import_codebook(root, table) == first == find_codebook("my-codes-2025", root)
    assert held(root) == ["my-codes-2025.csv"]


def test_a_wrong_codebook_is_not_imported(root: Path, tmp_path: Path):
    (tmp_path / "wrong.yaml").write_text("id: wrong\n")
    with pytest.raises(InputError):
        import_codebook(root, tmp_path / "wrong.yaml")
    assert not (root / "codebooks").exists()


def test_a_disk_that_is_full_does_not_cost_the_version_that_is_there(root: Path, file_of, monkeypatch):
    import_codebook(root, file_of())
    newer = file_of(version="2.0.0")

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left"):
        import_codebook(root, newer)
    assert held(root) == ["mine.yaml"]
    assert find_codebook("mine", root).version == "1.0.0"


def test_an_imported_codebook_stands_before_a_shipped_one_of_its_name(root: Path, file_of):
    import_codebook(root, file_of(name="selfie"))
    assert find_codebook("selfie", root).title == "Mine"
    assert find_codebook("selfie").title == shipped("selfie").title


def test_a_file_is_read_whether_there_is_a_project_or_not(file_of):
    assert find_codebook(str(file_of())).id == "mine"


def test_a_folder_named_codebooks_outside_a_project_is_nobodys(tmp_path: Path, file_of):
    (tmp_path / "codebooks").mkdir()
    file_of().rename(tmp_path / "codebooks" / "mine.yaml")
    with pytest.raises(UsageError):
        find_codebook("mine", tmp_path)


def test_a_name_that_is_unknown_lists_all_there_are(root: Path, file_of):
    import_codebook(root, file_of())
    with pytest.raises(UsageError, match="no codebook 'mein'") as caught:
        find_codebook("mein", root)
    assert {"mine", *shipped_names()} <= set(caught.value.mend.removeprefix("one of: ").split(", "))


def test_plain_data_holds_every_code_and_field():
    book = shipped("ehch-v2")
    plain = plain_codebook(book)
    assert [row["id"] for row in plain["codes"]] == [code.id for code in book.codes]
    assert plain["codes"][0]["cues"] == book.codes[0].cues
    assert {"id", "version", "provenance", "rules", "none_definition"} <= plain.keys()


def test_the_lines_show_the_tree_and_mark_what_was_reconstructed():
    book = shipped("ehch-v2")
    lines = list(codebook_lines(book))
    for code in book.codes:
        (line,) = [line for line in lines if line.strip().startswith(f"{code.id}: {code.label}")]
        assert line.endswith("[reconstructed]") == (code.provenance != "verified")
        assert len(line) - len(line.lstrip()) == 2 * (len(book.path(code.id)) - 1)


def test_the_lines_of_one_code_show_its_notes_and_examples():
    book = shipped("ehch-v2")
    code = book.code("1b-home-round")
    lines = list(codebook_lines(book, code.id))
    assert lines[0].endswith(f" > {code.label}")
    for name in ("include", "exclude", "cues", "positive", "negative"):
        assert [line for line in lines if line.startswith(f"  {name}: ")] == [
            f"  {name}: {entry}" for entry in getattr(code, name)
        ]
