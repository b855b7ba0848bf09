"""Answers and surveys out of files, into a project on each dialect: dry first, then once, then taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from annotation.answer_file import import_rows
from annotation.survey_comparison import compare_survey
from annotation.survey_file import import_survey
from careatlas.answer import AnswerState
from careatlas.codebook_file import shipped
from careatlas.project import Project
from careatlas.store import answers, judgements, survey_answers
from careatlas.store.engine import Store

BOOK = shipped("care-home-integration")
LABELS = 'complete = true\n[columns]\ntext = "text"\nperson = "who"\ncodes = "codes"\nnote = "note"\n'
SURVEY = """
survey = "autumn"
[columns]
respondent = "who"
role = "role"
area = "area"
[questions]
round = "primary-care"
[answers]
present = ["yes"]
absent = ["no"]
"""
TEXTS = ["A GP visits each week.", "Beds for winter.", "The minutes were agreed."]


@pytest.fixture
def here(project: Project, store: Store, document_of, reading_of, keep) -> Project:
    """Give a project whose store is on each dialect in turn, with a plan of one area."""
    item = document_of("plan.pdf", area_code="E08000003", area_name="Greendale")
    keep(store, item, reading_of(item, [TEXTS]))
    return replace(project, store=store)


def written(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def test_answers_of_another_tool(here: Project, tmp_path: Path, hostile_texts: tuple[str, ...]) -> None:
    rows = [f"{TEXTS[0]},ann,primary-care,zero\x00", f"{TEXTS[1]},ann,beds,", f"{TEXTS[2]},bob,discharge,\u202e"]
    hostile = [f'"{text.replace(chr(34), chr(34) * 2)}",eve,discharge,' for text in hostile_texts]
    file = written(tmp_path, "codes.csv", "\n".join(["text,who,codes,note", *rows, *hostile]))
    mapping = written(tmp_path, "map.toml", LABELS)
    dry = import_rows(here, file, mapping, is_json=False, dry_run=True)
    first = import_rows(here, file, mapping, is_json=False)
    again = import_rows(here, file, mapping, is_json=False)
    assert (dry.kept, dry.quarantined) == (first.kept, first.quarantined) == (2, 1 + len(hostile_texts))
    assert (again.known, again.kept, again.quarantined) == (3 + len(hostile_texts), 0, 0)
    other = import_rows(here, file, mapping, is_json=False, coder="cat")
    assert other.changed == 2
    with here.store.read() as connection:
        rows_now = judgements.of_passages(connection, judgements.judged_passages(connection, BOOK.id))
        assert {row.person for row in judgements.current(rows_now).values()} == {"cat"}
        held = answers.newest(connection, AnswerState.QUARANTINED)
        assert len(held) == 1 + len(hostile_texts)
        assert all("\x00" not in one.content for one in answers.listed(connection))


def test_a_survey_beside_documents(here: Project, tmp_path: Path) -> None:
    rows = [
        "ann@example.org,GP,Greendale,yes",
        "bob@example.org,Manager\x00,e08000003,yes",
        "cat@example.org,,Nowhere,no",
    ]
    file = written(tmp_path, "survey.csv", "\n".join(["who,role,area,round", *rows]))
    mapping = written(tmp_path, "map.toml", SURVEY)
    labels = written(tmp_path, "codes.csv", f"text,who,codes,note\n{TEXTS[0]},ann,primary-care,\n")
    import_rows(here, labels, written(tmp_path, "labels.toml", LABELS), is_json=False)
    first = import_survey(here, file, mapping)
    assert (first.new, [one.row for one in first.refused]) == (2, [3])
    assert import_survey(here, file, mapping).new == 0
    found = compare_survey(here, BOOK, resamples=10)
    (cell,) = [one for one in found.cells if not one.role]
    assert (cell.outcome, cell.found, cell.judged, cell.passages, cell.present) == ("both", 1, 1, 3, 2)
    with here.store.read() as connection:
        stored = survey_answers.listed(connection)
    assert {one.role for one in stored} == {"GP", "Manager\ufffd"}
    assert "example.org" not in repr(stored)
