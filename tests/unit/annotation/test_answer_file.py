"""Files of other tools: every row kept once, what cannot be read in quarantine, nothing guessed and nothing lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from annotation import answer_file
from annotation.answer_file import import_rows
from annotation.file_import import FileImport
from annotation.stored_codings import stored_codings
from careatlas.answer import Answer, AnswerState
from careatlas.codebook_file import shipped
from careatlas.errors import InputError, UsageError
from careatlas.identifiers import task_key
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store import answers, attribute_judgements, judgements, samples

BOOK = shipped("care-home-integration")
MAPPING = """
complete = true
date_format = "%d/%m/%Y %H:%M"
zone = "Europe/London"
[columns]
text = "text"
person = "who"
codes = "labels"
date = "when"
seconds = "t"
note = "note"
[codes]
"GP round" = "primary-care"
[nothing]
words = ["none"]
[skip]
column = "labels"
words = ["skipped"]
[attributes.status]
column = "status"
"""
HEADER = ["text", "who", "labels", "when", "t", "note", "status"]
DATELESS = MAPPING.replace('date = "when"\n', "")
FIRST = ["A GP visits each week.", "ann", "GP round;discharge", "17/09/2025 13:00", "30", "see page 2", "planned"]
SECOND = ["Beds for winter.", "bob", "none", "18/09/2025 13:00", "", "", ""]

TakeIn = Callable[..., FileImport]


@pytest.fixture
def passages(project: Project, document_of, reading_of, keep) -> tuple[Passage, ...]:
    item = document_of("plan.pdf")
    reading = reading_of(item, [["A GP visits each week.", "Beds for winter.", "Twice.", "Twice."]])
    keep(project.store, item, reading)
    return reading.passages


@pytest.fixture
def take_in(project: Project, passages, tmp_path: Path) -> TakeIn:
    """Return ``take_in(row, ..., mapping=...)``, which writes a CSV file and imports it."""

    def call(*rows: list[str], mapping: str = MAPPING, header: list[str] = HEADER, **options: object) -> FileImport:
        file = io.StringIO()
        csv.writer(file).writerows([header, *rows])
        (tmp_path / "codes.csv").write_text(file.getvalue(), encoding="utf-8")
        (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
        settings = {"is_json": False} | options
        return import_rows(project, tmp_path / "codes.csv", tmp_path / "map.toml", **settings)

    return call


def stored(project: Project) -> list[Answer]:
    with project.store.read() as connection:
        return answers.listed(connection)


def rows(project: Project, passage: Passage) -> list[Judgement]:
    with project.store.read() as connection:
        return judgements.of_passages(connection, [passage.passage_id])


def in_force(project: Project, passage: Passage) -> dict[tuple[str, str], str]:
    force = judgements.current(rows(project, passage)).items()
    return {
        (code, person): row.verdict.value for (_, _, code, person), row in force if row.verdict is not Verdict.ABSENT
    }


def reasons(report: FileImport) -> list[tuple[str, str]]:
    return [(one.key, one.reason) for one in report.problems]


def test_rows_become_answers_and_judgements(project: Project, take_in: TakeIn, passages) -> None:
    report = take_in(FIRST, SECOND)
    assert (report.answers, report.kept, report.quarantined, report.problems) == (2, 2, 0, [])
    assert report.judgements == len(BOOK.codes) + 1
    first, _ = stored(project)
    assert (first.source, first.key, first.person, first.state) == ("file", "1", "ann", AnswerState.KEPT)
    assert first.place.startswith("codes.csv ")
    assert (first.passage_id, first.seconds, first.shown_model_id) == (passages[0].passage_id, 30.0, None)
    assert first.made_at == datetime(2025, 9, 17, 12, tzinfo=UTC)
    assert json.loads(first.content)["row"] == dict(zip(HEADER, FIRST, strict=True))
    made = rows(project, passages[0])
    assert {row.code for row in made} == {code.id for code in BOOK.codes}
    assert {(row.origin, row.drawn_by, row.inclusion_probability, row.answer_id) for row in made} == {
        (Origin.MANUAL, "file", None, first.answer_id)
    }
    assert in_force(project, passages[0]) == {("primary-care", "ann"): "present", ("discharge", "ann"): "present"}
    assert in_force(project, passages[1]) == {("", "bob"): "nothing-here"}
    with project.store.read() as connection:
        beside = attribute_judgements.of_passages(connection, [passages[0].passage_id])
    assert {(row.name, row.value) for row in beside} == {("status", "planned"), ("note", "see page 2")}
    assert [one.codes for one in stored_codings(project, BOOK)] == [{"primary-care", "discharge"}, set()]


def test_the_same_file_adds_nothing(project: Project, take_in: TakeIn, passages) -> None:
    wrong = [*FIRST[:2], "Roofs", *FIRST[3:]]
    take_in(FIRST, SECOND, wrong)
    before = (stored(project), rows(project, passages[0]))
    again = take_in(FIRST, SECOND, wrong)
    assert (again.answers, again.known, again.kept, again.quarantined, again.judgements) == (3, 3, 0, 0, 0)
    assert (stored(project), rows(project, passages[0])) == before


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"labels": "Roofs"}, "the label 'Roofs' is neither in the mapping nor a code of care-home-integration"),
        ({"labels": ""}, "no code is given, and 'nothing here' is not said either"),
        ({"who": ""}, "nobody is named"),
        ({"text": "Unheard of."}, "no passage has these words"),
        ({"text": "Twice."}, "2 passages have these words, in plan.pdf"),
        ({"when": "2025-09-17"}, "'2025-09-17' is not a time of the form %d/%m/%Y %H:%M"),
        ({"status": "=1+1"}, "status: '=1+1' is none of its values"),
    ],
)
def test_what_cannot_be_read_is_kept_in_quarantine(
    project: Project, take_in: TakeIn, passages, changes: dict[str, str], reason: str
) -> None:
    row = dict(zip(HEADER, FIRST, strict=True)) | changes
    report = take_in(SECOND, list(row.values()))
    assert reasons(report) == [("2", reason)]
    (held,) = [one for one in stored(project) if one.state is AnswerState.QUARANTINED]
    assert (held.key, held.reason, json.loads(held.content)["row"]) == ("2", reason, row)
    assert rows(project, passages[0]) == []
    assert held.person == ("nobody" if "text" not in changes else "ann")


def test_a_row_with_too_many_cells_is_kept_in_quarantine(project: Project, take_in: TakeIn) -> None:
    assert reasons(take_in([*FIRST, "more"])) == [("1", "the row has 8 cells, the header 7")]


def test_a_mended_mapping_takes_quarantined_rows_in(project: Project, take_in: TakeIn, passages) -> None:
    take_in([*FIRST[:2], "Leaving", *FIRST[3:]], mapping=MAPPING)
    mended = MAPPING.replace("[codes]", '[codes]\n"Leaving" = "discharge"')
    report = take_in([*FIRST[:2], "Leaving", *FIRST[3:]], mapping=mended)
    assert (report.kept, report.changed, report.quarantined) == (1, 0, 0)
    assert [one.state.value for one in stored(project)] == ["quarantined", "kept"]
    with project.store.read() as connection:
        assert answers.newest(connection, AnswerState.QUARANTINED) == []


def test_a_row_that_is_read_otherwise_takes_back_what_it_said(project: Project, take_in: TakeIn, passages) -> None:
    take_in(FIRST)
    other = MAPPING.replace('"GP round" = "primary-care"', '"GP round" = "community-team"')
    report = take_in(FIRST, mapping=other)
    assert (report.kept, report.changed, report.known) == (1, 1, 0)
    assert in_force(project, passages[0]) == {("community-team", "ann"): "present", ("discharge", "ann"): "present"}
    assert take_in(FIRST, mapping=other).known == 1
    take_in(FIRST)
    assert in_force(project, passages[0]) == {("primary-care", "ann"): "present", ("discharge", "ann"): "present"}
    assert [one.state.value for one in stored(project)] == ["kept", "deleted", "kept", "deleted", "kept"]


def test_another_person_or_quarantine_takes_back_too(project: Project, take_in: TakeIn, passages) -> None:
    take_in(FIRST)
    take_in(FIRST, coder="cat")
    assert {person for _, person in in_force(project, passages[0])} == {"cat"}
    narrower = MAPPING.replace('"GP round" = "primary-care"', '"GP" = "primary-care"')
    assert take_in(FIRST, mapping=narrower, coder="cat").quarantined == 1
    assert in_force(project, passages[0]) == {}


def test_what_a_person_said_elsewhere_stands_when_a_row_is_taken_back(
    project: Project, take_in: TakeIn, passages
) -> None:
    take_in(FIRST)
    click = Judgement(
        judgement_id="j1",
        passage_id=passages[0].passage_id,
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        code="digital-data",
        verdict=Verdict.PRESENT,
        person="ann",
        made_at=datetime(2025, 9, 20, tzinfo=UTC),
        origin=Origin.MANUAL,
    )
    with project.store.write() as connection:
        judgements.append(connection, click, passages[0])
    take_in(FIRST, coder="cat")
    assert ("digital-data", "ann") in in_force(project, passages[0])
    assert ("primary-care", "ann") not in in_force(project, passages[0])


def test_two_rows_of_one_person_on_one_passage(project: Project, take_in: TakeIn, passages) -> None:
    later = [*FIRST[:3], "19/09/2025 09:00", *FIRST[4:]]
    report = take_in(FIRST, [*FIRST[:2], "none", *FIRST[3:]], later)
    assert reasons(report) == [("2", "ann answered this passage in row 1 too at the same time")]
    assert report.kept == 2
    report = take_in(FIRST, later, mapping=DATELESS)
    assert reasons(report) == [("2", "ann answered this passage in row 1 too, and the file has no times")]
    assert take_in(FIRST, later, mapping=DATELESS).known == 2


def test_without_dates_the_import_is_the_time(project: Project, take_in: TakeIn) -> None:
    before = datetime.now(UTC)
    take_in(FIRST, mapping=DATELESS)
    (one,) = stored(project)
    assert before <= one.made_at == one.seen_at <= datetime.now(UTC)
    assert take_in(FIRST, mapping=DATELESS).known == 1


def test_a_dry_run_keeps_nothing(project: Project, take_in: TakeIn, passages) -> None:
    report = take_in(FIRST, [*FIRST[:2], "Roofs", *FIRST[3:]], dry_run=True)
    assert (report.kept, report.quarantined, report.judgements, report.dry_run) == (1, 1, len(BOOK.codes), True)
    assert stored(project) == []
    take_in(FIRST)
    assert take_in(FIRST, coder="cat", dry_run=True).changed == 1
    assert len(stored(project)) == 1


def test_what_was_skipped_is_kept_and_says_nothing(project: Project, take_in: TakeIn, passages) -> None:
    assert take_in([*FIRST[:2], "skipped", *FIRST[3:]]).skipped == 1
    assert [one.state.value for one in stored(project)] == ["skipped"]
    assert rows(project, passages[0]) == []


def test_many_rows_are_kept_in_parts_and_a_break_loses_none(
    project: Project, take_in: TakeIn, passages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_file, "BATCH", 2)
    given = [[*FIRST[:1], f"coder {number}", *FIRST[2:]] for number in range(5)]
    append, calls = answers.append, iter(range(10))

    def break_off(connection: object, items: object) -> None:
        if next(calls) == 3:
            raise KeyboardInterrupt
        append(connection, items)

    monkeypatch.setattr(answers, "append", break_off)
    with pytest.raises(KeyboardInterrupt):
        take_in(*given)
    assert [one.key for one in stored(project)] == ["1", "2"]  # the second part was taken back whole
    monkeypatch.setattr(answers, "append", append)
    report = take_in(*given)
    assert (report.known, report.kept) == (2, 3)
    assert len(rows(project, passages[0])) == 5 * len(BOOK.codes)


def test_json_lines_of_another_tool(project: Project, take_in: TakeIn, passages, tmp_path: Path) -> None:
    mapping = """
complete = true
date_format = "unix"
[columns]
text = "text"
person = "_annotator_id"
codes = "accept"
date = "_timestamp"
[nothing]
words = [""]
[skip]
column = "answer"
words = ["ignore"]
"""
    base = {"_annotator_id": "ann", "_timestamp": 1758110400, "answer": "accept", "meta": {"source": "x"}}
    lines = [
        {**base, "text": passages[0].text, "accept": ["discharge", "primary-care"]},
        {**base, "text": passages[1].text, "accept": []},
        {**base, "text": passages[1].text, "accept": [], "answer": "ignore", "_timestamp": 1758110500},
    ]
    path = tmp_path / "prodigy.jsonl"
    path.write_text("\n".join([*map(json.dumps, lines), "{"]), encoding="utf-8")
    (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
    report = import_rows(project, path, tmp_path / "map.toml", is_json=True)
    assert (report.kept, report.skipped, reasons(report)) == (2, 1, [("4", "the line is not JSON")])
    assert in_force(project, passages[0]) == {("discharge", "ann"): "present", ("primary-care", "ann"): "present"}
    assert in_force(project, passages[1]) == {("", "ann"): "nothing-here"}


# --- for a drawn sample


@pytest.fixture
def sample(project: Project, passages) -> str:
    """Draw the first passage, for ann."""
    drawn = Sample(
        sample_id="spring",
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        model_id=None,
        seed=0,
        made_at=datetime(2025, 9, 1, tzinfo=UTC),
        population=4,
        design={},
    )
    one = SampledPassage(sample_id="spring", passage_id=passages[0].passage_id, stratum="", inclusion_probability=0.25)
    key = task_key("spring", passages[0].passage_id, "ann", 0)
    asked = Assignment(
        task_key=key,
        sample_id="spring",
        passage_id=passages[0].passage_id,
        coder="ann",
        blind=True,
        repeat=0,
        position=0,
    )
    with project.store.write() as connection:
        samples.add(connection, drawn, [(one, passages[0])], [asked])
    return key


def test_answers_to_a_sample_carry_its_chances(project: Project, take_in: TakeIn, passages, sample: str) -> None:
    take_in(FIRST, SECOND, mapping=f'sample = "spring"\n{MAPPING}')
    first, second = stored(project)
    assert (first.task_key, first.reason) == (sample, "")
    assert (second.task_key, second.reason) == ("", "its passage is not of sample spring")
    assert {(row.drawn_by, row.inclusion_probability) for row in rows(project, passages[0])} == {("spring", 0.25)}
    assert {(row.drawn_by, row.inclusion_probability) for row in rows(project, passages[1])} == {("file", None)}
    assert take_in(FIRST, SECOND, mapping=f'sample = "spring"\n{MAPPING}').known == 2


def test_a_sample_is_followed_into_a_new_reading_and_a_repeat_is_no_first_reading(
    project: Project, take_in: TakeIn, passages, sample: str, document_of, reading_of, keep
) -> None:
    repeat = Assignment(
        task_key=task_key("spring", passages[0].passage_id, "ann", 1),
        sample_id="spring",
        passage_id=passages[0].passage_id,
        coder="ann",
        blind=True,
        repeat=1,
        position=1,
    )
    with project.store.write() as connection:
        samples.assign(connection, [repeat])
    item = document_of("plan.pdf")
    again = reading_of(item, [[FIRST[0]]], version="test-2")
    keep(project.store, item, again)
    assert again.passages[0].passage_id != passages[0].passage_id
    take_in(FIRST, mapping=f'sample = "spring"\n{MAPPING}')
    (one,) = stored(project)
    assert (one.task_key, one.reason) == (sample, "")
    assert {row.inclusion_probability for row in rows(project, again.passages[0])} == {0.25}


def test_a_sample_must_be_there_and_be_of_the_codebook(project: Project, take_in: TakeIn, sample: str) -> None:
    with pytest.raises(UsageError, match="no sample 'autumn'"):
        take_in(FIRST, mapping=f'sample = "autumn"\n{MAPPING}')
    other = MAPPING.replace('"GP round" = "primary-care"', "").replace('[attributes.status]\ncolumn = "status"', "")
    with pytest.raises(InputError, match=r"is for care-home-integration 0\.3\.0, the answers are for ehch-v2"):
        take_in(FIRST, mapping=f'sample = "spring"\ncodebook = "ehch-v2"\n{other}')


def test_what_makes_the_whole_file_useless_is_refused(project: Project, take_in: TakeIn) -> None:
    with pytest.raises(InputError, match="has no column 'status'"):
        take_in(FIRST[:6], header=HEADER[:6])
    with pytest.raises(InputError, match="no code 'gp'"):
        take_in(FIRST, mapping=MAPPING.replace("primary-care", "gp"))
    assert stored(project) == []


def test_hostile_words_are_kept_as_they_are(project: Project, take_in: TakeIn, hostile_texts) -> None:
    report = take_in(*([text, text, text, text, text, text, text] for text in hostile_texts))
    assert report.quarantined == len(hostile_texts)
    assert [json.loads(one.content)["row"]["note"] for one in stored(project)] == list(hostile_texts)
