"""A project's judgements under a new version of their codebook, on each dialect: counted, listed, added once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import text

from careatlas import codebook_migration
from careatlas.codebook import Attribute, Codebook, CodeDefinition, Provenance
from careatlas.codebook_map import CodebookMap
from careatlas.codebook_migration import MigrationReport, migrate_judgements
from careatlas.codebook_succession import Succession, succession
from careatlas.errors import StoreError
from careatlas.judgement import AttributeJudgement, Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.store import attribute_judgements, judgements
from careatlas.store.engine import Store

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
STATUS = Attribute(name="status", values=("planned", "in place"))
SETTING = Attribute(name="setting", values=("home",))
_numbers = count(1)


def book(version: str, *codes: str, identifier: str = "mine", attributes: tuple[Attribute, ...] = ()) -> Codebook:
    made = tuple(CodeDefinition(id=one, label=one, definition=f"About {one}.") for one in codes)
    source = {"provenance": Provenance.RECONSTRUCTED, "source": "us"}
    return Codebook(id=identifier, version=version, title="Mine", codes=made, attributes=attributes, **source)


OLD = book("1.0.0", "beds", "old", "gone", attributes=(STATUS, SETTING))
NEW = book("2.0.0", "beds", "new", "added", attributes=(replace(STATUS, values=("planned", "done")), SETTING))
PLAN = succession(OLD, NEW, CodebookMap(exact={"old": "new"}))


@pytest.fixture
def found(store: Store, keep, synthetic_reading) -> tuple[Passage, ...]:
    """Four passages of a plan, in the store."""
    item, reading = synthetic_reading
    keep(store, item, reading)
    return reading.passages


def say(store: Store, passage: Passage, verdict: str, code: str = "", person: str = "ann", **changes: object) -> None:
    number = next(_numbers)
    row = Judgement(
        judgement_id=f"j{number}",
        passage_id=passage.passage_id,
        codebook_id="mine",
        codebook_version="1.0.0",
        code=code,
        verdict=Verdict(verdict),
        person=person,
        made_at=NOON + timedelta(seconds=number),
        origin=Origin.MANUAL,
    )
    with store.write() as connection:
        judgements.append(connection, replace(row, **changes), passage)


def value(store: Store, passage: Passage, name: str, said: str) -> None:
    number = next(_numbers)
    row = AttributeJudgement(
        attribute_judgement_id=f"v{number}",
        answer_id="a1",
        passage_id=passage.passage_id,
        codebook_id="mine",
        codebook_version="1.0.0",
        name=name,
        value=said,
        person="ann",
        made_at=NOON,
    )
    with store.write() as connection:
        attribute_judgements.append(connection, [row])


def migrate(store: Store, plan: Succession = PLAN, *, apply: bool = False, day: int = 1) -> MigrationReport:
    return migrate_judgements(store, plan, NOON + timedelta(days=day), apply=apply)


def rows(store: Store, version: str = "2.0.0", codebook_id: str = "mine") -> list[tuple[str, str, str]]:
    with store.read() as connection:
        names = judgements.judged_passages(connection, codebook_id)
        made = judgements.of_passages(connection, names)
    of_version = [row for row in made if (row.codebook_id, row.codebook_version) == (codebook_id, version)]
    return sorted((row.code, row.verdict.value, row.person) for row in of_version)


@pytest.fixture
def judged(store: Store, found: tuple[Passage, ...]) -> tuple[Passage, ...]:
    say(store, found[0], "present", "beds")
    say(store, found[0], "absent", "old")
    say(store, found[0], "absent", "gone")
    say(store, found[0], "present", "gone", "bob")
    say(store, found[1], "nothing-here", person="bob")
    say(store, found[2], "present", "beds", codebook_id="other", codebook_version="9.0.0")
    return found


def test_a_report_changes_nothing(store: Store, judged: tuple[Passage, ...]) -> None:
    report = migrate(store)
    with store.read() as connection:
        assert judgements.count(connection) == 6
    assert not report.applied
    assert (report.before, report.after, report.passages, report.people) == ("mine 1.0.0", "mine 2.0.0", 2, 2)
    assert (report.new, report.there, report.withdrawn, report.lost) == (4, 0, 0, 0)
    totals = {one.code: (one.fate, one.judgements, one.carried, one.look, one.aside) for one in report.codes}
    assert totals == {
        "beds": ("kept", 1, 1, 0, 0),
        "old": ("renamed", 1, 1, 0, 0),
        "gone": ("removed", 2, 0, 1, 1),
        "": ("", 1, 0, 1, 0),
    }
    assert [(one.passages, one.people, one.look_passages) for one in report.codes] == [
        (1, 1, 0),
        (1, 1, 0),
        (1, 2, 1),
        (1, 1, 1),
    ]
    assert report.added == {"added": 2}


def test_what_needs_another_look_is_listed_with_its_place(store: Store, judged: tuple[Passage, ...]) -> None:
    gone, nothing = sorted(migrate(store).looks, key=lambda one: one.code, reverse=True)
    assert (gone.passage_id, gone.document_id, gone.page) == (judged[0].passage_id, judged[0].document_id, 1)
    assert (gone.person, gone.code, gone.said, gone.why) == ("bob", "gone", "present", "the code is gone")
    assert (nothing.passage_id, nothing.said) == (judged[1].passage_id, "nothing-here")
    assert migrate(store).as_dict()["looks"][0]["page"] == 1


def test_an_added_code_is_judged_where_nothing_here_was_said_anew(store: Store, judged: tuple[Passage, ...]) -> None:
    say(store, judged[0], "nothing-here", person="cat", codebook_version="2.0.0")
    assert migrate(store).added == {"added": 1}


def test_applying_adds_rows_once_and_keeps_the_old_ones(store: Store, judged: tuple[Passage, ...]) -> None:
    before = rows(store, "1.0.0")
    report = migrate(store, apply=True)
    expected = [
        ("beds", "absent", "bob"),
        ("beds", "present", "ann"),
        ("new", "absent", "ann"),
        ("new", "absent", "bob"),
    ]
    assert rows(store) == expected
    assert (report.applied, report.new) == (True, 4)
    again = migrate(store, apply=True, day=2)
    assert (again.new, again.there, again.withdrawn) == (0, 4, 0)
    assert again.codes == report.codes
    assert rows(store) == expected
    assert rows(store, "1.0.0") == before
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM judgement WHERE text = ''")).scalar() == 0


def test_an_answer_taken_back_later_is_withdrawn_with_the_new_version_too(
    store: Store, judged: tuple[Passage, ...]
) -> None:
    migrate(store, apply=True)
    say(store, judged[0], "withdrawn")
    report = migrate(store, apply=True, day=2)
    assert (report.new, report.withdrawn) == (0, 2)
    assert [row for row in rows(store) if row[1] == "withdrawn"] == [
        ("beds", "withdrawn", "ann"),
        ("new", "withdrawn", "ann"),
    ]
    assert migrate(store, apply=True, day=3).withdrawn == 0


def test_all_rows_or_none(store: Store, judged: tuple[Passage, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codebook_migration, "_BATCH", 1)
    calls = count()
    append = judgements.append_many

    def fail(*given: object) -> None:
        if next(calls):
            raise StoreError("the disk is full")
        append(*given)

    monkeypatch.setattr(judgements, "append_many", fail)
    with pytest.raises(StoreError):
        migrate(store, apply=True)
    assert rows(store) == []
    monkeypatch.setattr(judgements, "append_many", append)
    assert migrate(store, apply=True).new == 4


def test_a_passage_of_a_new_reading_is_followed_and_a_lost_one_counted(
    store: Store, judged: tuple[Passage, ...], keep, synthetic_reading, reading_of
) -> None:
    item, _ = synthetic_reading
    pages = [["Care homes will have a weekly round by a GP.", "Something else altogether."]]
    again = reading_of(item, pages, version="test-2")
    keep(store, item, again)
    report = migrate(store, apply=True)
    assert report.lost == 1
    with store.read() as connection:
        carried = [
            row
            for row in judgements.of_passages(connection, [again.passages[0].passage_id])
            if row.codebook_version == "2.0.0"
        ]
    assert {row.passage_id for row in carried} == {again.passages[0].passage_id}
    assert len(carried) == 2


def test_values_of_changed_attributes_are_looked_at_and_others_stand(store: Store, judged: tuple[Passage, ...]) -> None:
    value(store, judged[0], "status", "in place")
    value(store, judged[0], "setting", "home")
    value(store, judged[0], "area", "Town")
    report = migrate(store, apply=True)
    totals = {one.name: (one.fate, one.changed, one.values, one.look) for one in report.attributes}
    assert totals == {"status": ("changed", ("-in place", "+done"), 1, 1), "setting": ("kept", (), 1, 0)}
    (look,) = [one for one in report.looks if one.code == "status"]
    assert (look.said, look.why) == ("in place", "values changed: -in place, +done")
    with store.read() as connection:
        assert len(attribute_judgements.of_passages(connection, [judged[0].passage_id])) == 3


def test_under_another_name_values_are_carried_over_too(store: Store, judged: tuple[Passage, ...]) -> None:
    other = book("1.0.0", "beds", "new", identifier="ours", attributes=(STATUS,))
    plan = succession(OLD, other, CodebookMap(exact={"old": "new"}))
    value(store, judged[0], "status", "in place")
    value(store, judged[0], "setting", "home")
    value(store, judged[0], "area", "Town")
    for day in (1, 2):
        migrate(store, plan, apply=True, day=day)
        with store.read() as connection:
            said = attribute_judgements.of_passages(connection, [judged[0].passage_id])
        assert sorted((row.name, row.value) for row in said if row.codebook_id == "ours") == [
            ("area", "Town"),
            ("status", "in place"),
        ]
        assert rows(store, "1.0.0", "ours") == [
            ("", "nothing-here", "bob"),
            ("beds", "present", "ann"),
            ("new", "absent", "ann"),
        ]


def test_a_project_without_judgements(store: Store) -> None:
    report = migrate(store, apply=True)
    assert (report.passages, report.people, report.new, report.looks) == (0, 0, 0, ())
