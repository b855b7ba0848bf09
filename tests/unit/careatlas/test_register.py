"""Registers and folders: which files to add, and what is known of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas import register
from careatlas.errors import InputError
from careatlas.identifiers import document_id, sha256_of
from careatlas.register import candidates

HEAD = "path,title,area_code,area_name,doc_type,published,url\n"


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    for name in ("b.pdf", "a.PDF", "sub/deep/c.pdf", "notes.txt", "sub/.hidden.docx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"%PDF-1.7")
    (tmp_path / "folder.pdf").mkdir()
    return tmp_path


def read(folder: Path, text: str | bytes) -> list[register.Candidate]:
    data = text.encode("utf-8") if isinstance(text, str) else text
    (folder / "register.csv").write_bytes(data)
    return candidates([folder / "register.csv"])


def test_a_folder_gives_its_pdf_files_to_the_bottom_in_order(plans: Path):
    found = [item.path.relative_to(plans).as_posix() for item in candidates([plans])]
    assert found == ["a.PDF", "b.pdf", "sub/deep/c.pdf"]


def test_a_file_named_outright_is_taken_whatever_its_suffix(plans: Path):
    assert [item.path for item in candidates([plans / "notes.txt", plans / "b.pdf"])] == [
        plans / "notes.txt",
        plans / "b.pdf",
    ]


def test_a_register_row_becomes_a_document(plans: Path):
    row = "b.pdf, A plan ,E08000003,Manchester,bcf,2023-04,https://example.org/b.pdf\n"
    (item,) = read(plans, HEAD + row)
    digest = sha256_of(b"%PDF-1.7")
    document = item.document(digest, 8)
    assert item.path == plans / "b.pdf"
    assert document.document_id == document_id(digest)
    assert (document.name, document.title, document.byte_count) == ("b.pdf", "A plan", 8)
    assert (document.area_code, document.area_name, document.doc_type) == ("E08000003", "Manchester", "bcf")
    assert (document.published, document.url) == ("2023-04", "https://example.org/b.pdf")


def test_only_the_path_is_needed_and_other_columns_are_let_be(plans: Path):
    first, second = read(plans, "﻿path,comment\nb.pdf,our own note\nsub/deep/c.pdf\n")
    assert [first.path, second.path] == [plans / "b.pdf", plans / "sub/deep/c.pdf"]
    assert set(first.facts.values()) == {""}


@pytest.mark.parametrize("value", ["", "2023", "2023-04", "2023-04-30", "2024-02-29", "1999-12-31"])
def test_a_date_may_be_a_year_a_month_or_a_day(plans: Path, value: str):
    (item,) = read(plans, f"path,published\nb.pdf,{value}\n")
    assert item.facts["published"] == value


@pytest.mark.parametrize(
    "value",
    [
        *("23", "2023-4", "2023-13", "2023-00", "2023-04-31", "2023-02-29", "2023-04-00", "04/2023", "April 2023"),
        *("2023-04-01T00:00", "20230401", "\uff12\uff10\uff12\uff13", "2023-", "-2023", "9999", "0000"),
    ],
)
def test_a_date_that_is_none_is_refused_with_its_line(plans: Path, value: str):
    with pytest.raises(InputError, match="line 3: published"):
        read(plans, f"path,published\na.PDF,2020\nb.pdf,{value}\n")


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(9999, 11, 30)))
def test_every_day_of_the_calendar_is_a_date(day: date):
    made = register._RegisterRow.model_validate({"path": "a.pdf", "published": day.isoformat()})
    assert made.published == day.isoformat()


@pytest.mark.parametrize("value", ["E08000003", "E92000001", "W06000015", "S12000033", "N09000003", "QOP", "E54000057"])
def test_area_codes_of_the_four_countries_and_the_nhs_pass(plans: Path, value: str):
    (item,) = read(plans, f"path,area_code\nb.pdf,{value}\n")
    assert item.document(sha256_of(b""), 0).area_code == value


@pytest.mark.parametrize("value", ["Manchester", "08000003", "E0800000300", "e08000003", "E", "=E08", "E08 003"])
def test_an_area_code_of_another_form_is_refused(plans: Path, value: str):
    with pytest.raises(InputError, match="line 2: area_code"):
        read(plans, f"path,area_code\nb.pdf,{value}\n")


@pytest.mark.parametrize("value", ["javascript:alert(1)", "ftp://example.org", "example.org", "data:text/html,x"])
def test_an_address_that_a_browser_would_run_is_refused(plans: Path, value: str):
    with pytest.raises(InputError, match="line 2: url"):
        read(plans, f'path,url\nb.pdf,"{value}"\n')


def test_every_wrong_row_is_named_up_to_twenty(plans: Path):
    rows = "".join(f"b.pdf,{'2020' if n == 1 else 'soon'}\n" for n in range(30))
    with pytest.raises(InputError) as caught:
        read(plans, "path,published\n" + rows + ",2020\n")
    lines = caught.value.what.splitlines()
    assert len(lines) == 20
    assert lines[0].startswith("line 2: ")
    assert lines[1].startswith("line 4: ")
    assert "nothing was added" in caught.value.mend


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "no column 'path'"),
        ("file,title\na,b\n", "no column 'path'"),
        ("path\n\n,\n".encode("utf-16"), "not UTF-8"),
        ("path,title\nb.pdf,Z\xfcrich\n".encode("latin-1"), "not UTF-8"),
        ("path,title\n,A title\n", "line 2: path"),
        ("path,title\nb.pdf," + "x" * 1_001, "line 2: title"),
        ("path,title\nb.pdf," + "x" * 200_000, "not a table"),
        ('path,title\nb.pdf,"open', "not a table"),
        ("path,title\nb.pdf,a\x00b\n", "line 2: title"),
        ("path,title\nb\x00.pdf,title\n", "line 2: path"),
    ],
)
def test_a_file_that_is_no_register_is_refused(plans: Path, data: str | bytes, message: str):
    with pytest.raises(InputError, match=message) as caught:
        read(plans, data)
    assert caught.value.where.endswith("register.csv")


def test_a_register_that_is_too_big_is_not_read(plans: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(register, "MAX_REGISTER_BYTES", 100)
    with pytest.raises(InputError, match="at most 100 bytes"):
        read(plans, HEAD + "b.pdf\n" * 50)


def test_line_ends_inside_a_quoted_cell_are_part_of_it(plans: Path):
    first, second = read(plans, 'path,title\r\nb.pdf,"Part one\r\nand two"\r\na.PDF,next\u2028line\r\n')
    assert first.facts["title"].split() == ["Part", "one", "and", "two"]
    assert second.facts["title"] == "next\u2028line"


def test_hostile_words_in_a_register_stay_words(plans: Path, hostile_texts: tuple[str, ...]):
    import csv
    import io

    out = io.StringIO(newline="")
    csv.writer(out).writerows([["path", "title"], *(["b.pdf", words] for words in hostile_texts)])
    found = read(plans, out.getvalue())
    assert [item.facts["title"] for item in found] == [words.strip() for words in hostile_texts]


@pytest.mark.parametrize("name", ["nowhere", "nowhere.pdf", "nowhere.csv", "x" * 300])
def test_a_path_that_is_not_there_is_named(plans: Path, name: str):
    with pytest.raises(InputError) as caught:
        candidates([plans / "b.pdf", plans / name])
    assert caught.value.where == str(plans / name)


def test_a_folder_without_plans_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="no PDF"):
        candidates([tmp_path])


def test_a_row_with_more_cells_than_the_header_is_refused_with_its_line(plans: Path):
    with pytest.raises(InputError, match="line 3: it has more cells than the header"):
        read(plans, "path,title\na.PDF,One\nb.pdf,Leeds, Bradford and Hull\n")


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        *[("area code", "area_code"), ("Area_Code", "area_code"), ("areacode", "area_code"), ("Title", "title")],
        *[("doc-type", "doc_type"), ("publshed", "published"), ("URL", "url"), ("Path", "path"), (" path", "path")],
    ],
)
def test_a_misspelt_column_is_not_ignored(plans: Path, column: str, meant: str):
    with pytest.raises(InputError, match=f"did you mean '{meant}'") as caught:
        read(plans, f"file,{column}\nx,b.pdf\n")
    assert repr(column) in caught.value.what


def test_a_column_like_one_that_is_there_is_the_users_own(plans: Path):
    (item,) = read(plans, "path,published,publisher,notes\nb.pdf,2023,The council,x\n")
    assert item.facts["published"] == "2023"
