"""The picture of agreement: well-formed, accessible, safe with any text, and nothing drawn that is undefined."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from annotation.agreement_picture import agreement_svg, save_agreement_picture
from annotation.agreement_report import AgreementReport, agreement_report
from annotation.coded_passages import CodedPassage
from careatlas.errors import InputError, UsageError

SVG = "{http://www.w3.org/2000/svg}"


def said(passage: int, coder: str, *codes: str, repeat: int = 0) -> CodedPassage:
    return CodedPassage(
        id=str(passage), document=f"d{passage % 9}", annotator=coder, codes=frozenset(codes), repeat=repeat
    )


def report_of(*answers: CodedPassage) -> AgreementReport:
    return agreement_report(answers, resamples=50)


MIXED = tuple(
    said(at, coder, *(["often"] if at % 2 else []), *(["rare"] if at == 3 and coder == "A" else []))
    for at in range(40)
    for coder in "AB"
)


@pytest.fixture
def picture() -> ET.Element:
    return ET.fromstring(agreement_svg(report_of(*MIXED).between, "Coders of May"))


def texts(root: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def marks(root: ET.Element) -> list[ET.Element]:
    return [one for one in root.iter(f"{SVG}path") if one.find(f"{SVG}title") is not None]


def test_it_has_a_name_and_says_everything_in_words(picture: ET.Element) -> None:
    assert picture.get("role") == "img"
    named = [picture.find(f"{SVG}{tag}") for tag in ("title", "desc")]
    assert picture.get("aria-labelledby").split() == [one.get("id") for one in named]
    assert named[0].text == "Coders of May"
    assert "40 passages from 9 documents" in named[1].text
    assert "often: 20 passages, alpha 1.000, AC1 1.000, kappa 1.000" in named[1].text


def test_each_code_has_three_marks_with_their_numbers_and_its_passages(picture: ET.Element) -> None:
    said_by_marks = [one.find(f"{SVG}title").text for one in marks(picture)]
    assert len(said_by_marks) == 9  # often, rare, none
    assert said_by_marks[0].startswith("alpha 1.000 (1.000 to 1.000)")
    assert "20 of 40 (20 by all)" in texts(picture)
    assert "1 of 40 (0 by all)" in texts(picture)


def test_marks_of_rare_codes_are_hollow(picture: ET.Element) -> None:
    fills = [one.get("fill") for one in marks(picture)]
    assert [fill == "#ffffff" for fill in fills] == [False] * 3 + [True] * 3 + [False] * 3


def test_marks_stand_where_their_values_are(picture: ET.Element) -> None:
    places = [float(re.match(r"translate\(([\d.]+)", one.get("transform")).group(1)) for one in marks(picture)]
    zero, one = (
        float(text.get("x")) for value in ("0.0", "1.0") for text in picture.iter(f"{SVG}text") if text.text == value
    )
    assert places[0] == pytest.approx(one, abs=0.1)
    alpha = next(row for row in report_of(*MIXED).between.rows if row.name == "rare").measures["alpha"].value
    assert places[3] == pytest.approx(zero + (one - zero) * alpha, abs=0.1)
    assert all(0 < place < float(picture.get("width")) for place in places)


def test_what_is_undefined_is_said_and_not_drawn() -> None:
    root = ET.fromstring(agreement_svg(report_of(said(1, "A"), said(1, "B")).between))
    assert "undefined: alpha, AC1, kappa" in texts(root)
    assert marks(root) == []
    assert "nan" not in ET.tostring(root, encoding="unicode").lower()


def test_the_scale_reaches_below_chance_where_it_has_to() -> None:
    against = [
        said(at, coder, *(["x"] if (at % 2 == 0) == (coder == "A") else [])) for at in range(20) for coder in "AB"
    ]
    root = ET.fromstring(agreement_svg(report_of(*against).between))
    assert "-1.0" in texts(root)
    usual = [said(at, coder, *(["x"] if at % 2 else [])) for at in range(20) for coder in "AB"]
    assert "-0.2" not in texts(ET.fromstring(agreement_svg(report_of(*usual).between)))


def test_hostile_names_are_text(hostile_texts: tuple[str, ...]) -> None:
    answers = [said(at, coder, name) for at, name in enumerate(hostile_texts) for coder in "AB"]
    drawn = agreement_svg(report_of(*answers).between, hostile_texts[0])
    root = ET.fromstring(drawn)
    assert root.find(f"{SVG}title").text == hostile_texts[0]
    assert {one.tag for one in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "rect", "text", "line", "path")
    }
    assert "\u202e" not in drawn
    assert "\x1b" not in drawn


def test_a_long_name_is_cut_and_kept_whole_beside() -> None:
    name = "a-code-with-a-name-that-goes-on-and-on-and-on"
    root = ET.fromstring(agreement_svg(report_of(said(1, "A", name), said(1, "B", name)).between))
    (cut,) = [one for one in root.iter(f"{SVG}text") if (one.text or "").endswith("…")]
    assert len(cut.text) == 34
    assert cut.find(f"{SVG}title").text == name


def test_it_names_nothing_outside_itself() -> None:
    drawn = agreement_svg(report_of(*MIXED).between)
    assert re.findall(r"https?://[^\"]*", drawn) == ["http://www.w3.org/2000/svg"]
    assert "href" not in drawn
    assert "<style" not in drawn


def test_three_coders_have_a_mean_kappa_of_pairs() -> None:
    root = ET.fromstring(agreement_svg(report_of(*MIXED, said(1, "C")).between))
    assert "mean kappa of pairs" in texts(root)


def test_it_is_written_or_the_reason_is_given(tmp_path: Path) -> None:
    save_agreement_picture(report_of(*MIXED), tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg ")
    with pytest.raises(InputError, match="cannot be written"):
        save_agreement_picture(report_of(*MIXED), tmp_path / "absent" / "a.svg")
    with pytest.raises(UsageError, match="no picture"):
        save_agreement_picture(report_of(said(1, "A"), said(1, "A", repeat=1)), tmp_path / "b.svg")
