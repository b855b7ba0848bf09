"""The page of one initiative without a browser: deep links, every act with its event, and who may act."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from careatlas.identifiers import initiative_id
from careatlas.initiative import Initiative, InitiativeStatus
from careatlas.initiative_event import InitiativeAction, InitiativeEvent
from careatlas.initiative_reviewing import confirmed, edited, kept, merged, split, undone
from careatlas.initiatives_now import initiatives_now
from careatlas.judgement import Verdict
from careatlas.project import open_project
from careatlas.reviewed_initiative import Provenance, Replay, ReviewedInitiative
from careatlas.store import initiative_events, initiatives, judgements, passages
from tests.made_initiatives import NOON, evidence, initiative, judgement, later
from tests.made_initiatives_app import BOOK, HOSTILE_TITLE, fill_initiatives

App = Any
Start = Callable[..., App]


@pytest.fixture
def made(root: Path) -> dict[str, Initiative]:
    with open_project(root) as project:
        return fill_initiatives(project)


def replay_of(root: Path) -> Replay:
    with open_project(root) as project:
        return initiatives_now(project.store, BOOK)


def one_of(root: Path, name: str) -> ReviewedInitiative:
    return next(one for one in replay_of(root).initiatives if one.initiative.initiative_id == name)


def events_of(root: Path) -> list[InitiativeEvent]:
    with open_project(root) as project, project.store.read() as connection:
        return initiative_events.listed(connection, BOOK.id)


def keep(root: Path, event: InitiativeEvent) -> InitiativeEvent:
    with open_project(root) as project:
        kept(project.store, BOOK, event)
    return event


def widget(app: App, start: str, end: str = "") -> Any:
    """Return the widget whose key starts and ends so."""
    test = app.test
    kinds = (test.checkbox, test.button, test.selectbox, test.text_input, test.text_area, test.multiselect, test.toggle)
    found = [one for kind in kinds for one in kind if one.key and one.key.startswith(start) and one.key.endswith(end)]
    assert len(found) == 1, (start, end, [one.key for kind in kinds for one in kind])
    return found[0]


def press(app: App, start: str, end: str = "") -> None:
    widget(app, start, end).click().run()
    assert not app.test.exception, [item.value for item in app.test.exception]


def said(app: App) -> str:
    return app.words().replace("\\", "").replace("\u2060", "")


def facts(app: App) -> dict[str, list[str]]:
    table = next(one for one in app.parts("rowtable") if one["header"][0] == "What")
    return {row[0]["text"]: [cell["text"] for cell in row[1:]] for row in table["rows"]}


# What is shown


def test_without_a_name_the_page_says_where_to_choose(app_of: Start, made: dict[str, Initiative]) -> None:
    app = app_of()
    app.open("initiative")
    assert "Choose an initiative on the Initiatives page" in app.words()


def test_it_shows_what_is_known_and_what_it_rests_on(app_of: Start, made: dict[str, Initiative]) -> None:
    app = app_of("Ada")
    test = app.open("initiative", id="iteam")
    assert test.subheader[0].value == "Home team"
    assert facts(app)["Area"] == ["Manchester (E08000003)", "read in the documents"]
    assert facts(app)["Since"][0] == "2023-04 (month)"
    assert facts(app)["Until"] == ["open, or not known", "no document says"]
    assert facts(app)["Codes"][0] == BOOK.code("discharge").label
    assert any("machine, not checked" in one.value.replace("\\", "") for one in test.markdown)
    (listed,) = app.parts("evidencelist")
    assert listed["selected"] == ""
    first, second = listed["rows"]
    assert first["title"] == "1. A synthetic plan (2022), page 1"
    assert {"text": "joint discharge team", "names": ["title"]} in first["pieces"]
    assert (
        "".join(piece["text"] for piece in first["pieces"]) == "A joint discharge team moves people home within a day."
    )
    assert "Why it is here: the first passage that tells of it" in first["lines"]
    assert "Why it is here: joined: words 60% alike; same area" in second["lines"]
    assert "Who says so: machine, not checked; probability 0.80." in first["lines"]
    assert first["href"].startswith("evidence?document=")
    assert not app.parts("pagebox")
    history = next(one for one in app.parts("rowtable") if one["header"][0] == "Date of the document")
    assert [[cell["text"] for cell in row[:2]] for row in history["rows"]] == [
        ["2022", "planned"],
        ["2023", "in-place"],
    ]
    assert "Nothing since the machine proposed it" in app.words()


def test_a_deep_link_restores_evidence_page_and_furniture(app_of: Start, made: dict[str, Initiative]) -> None:
    part = made["iteam"].evidence[0]
    app = app_of()
    test = app.open("initiative", id="iteam", evidence=part.evidence_id)
    (listed,), (page,) = app.parts("evidencelist"), app.parts("pagebox")
    assert listed["selected"] == part.evidence_id
    assert (page["selected"], page["label"]) == (part.passage_id, "Page 1")
    assert len(page["boxes"]) == 3
    test.toggle(key="furniture").set_value(True).run()
    assert len(app.parts("pagebox")[0]["boxes"]) == 4
    app.open("initiative", id="iteam", evidence=part.evidence_id, furniture="true")
    assert len(app.parts("pagebox")[0]["boxes"]) == 4


def test_evidence_whose_passage_is_gone_is_said(app_of: Start, made: dict[str, Initiative]) -> None:
    app = app_of()
    app.open("initiative", id="ihostile", evidence="pgone")
    assert "is not in the project any more" in app.words()
    assert "The passage is not in this project any more." in app.parts("evidencelist")[0]["rows"][0]["lines"]


def test_hostile_titles_are_shown_as_text(app_of: Start, made: dict[str, Initiative]) -> None:
    app = app_of("Ada")
    test = app.open("initiative", id="ihostile")
    interpreted = [*test.markdown, *test.caption, *test.subheader, *test.warning, *test.info, *test.error]
    assert not any("<img" in one.value.replace("\\<", "") or "](java" in one.value for one in interpreted)
    assert HOSTILE_TITLE in test.subheader[0].value.replace("\\", "").replace("\u2060", "")


@pytest.mark.parametrize("asked", ["inone", "[x](javascript:1)"])
def test_an_unknown_name_is_said(app_of: Start, made: dict[str, Initiative], asked: str) -> None:
    app = app_of("Ada")
    app.open("initiative", id=asked)
    assert "There is no initiative" in app.words()
    assert "[x](" not in app.words()
    assert not [one for one in app.test.button if one.key and one.key.startswith("decide-")]


def test_evidence_that_is_not_of_it_is_said(app_of: Start, made: dict[str, Initiative]) -> None:
    other = made["iround"].evidence[0].evidence_id
    app = app_of()
    app.open("initiative", id="iteam", evidence="pnone")
    assert "Passage pnone is no evidence of this initiative" in said(app)
    test = app.open("initiative", id="iteam", evidence=other)
    assert "evidence of another initiative now" in app.words()
    next(one for one in test.button if one.label == "Open that initiative").click().run()
    assert test.query_params["id"] == "iround"
    assert app.parts("pagebox")[0]["label"] == "Page 2"


# Acts


def test_confirm_keeps_what_was_shown_with_the_note(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    app = app_of("Ada")
    app.open("initiative", id="iteam")
    widget(app, "decide-", "-note").set_value("seen in the plan")
    press(app, "decide-", "-Confirm")
    (event,) = events_of(root)
    assert (event.action, event.person, event.note) == (InitiativeAction.CONFIRMED, "Ada", "seen in the plan")
    assert event.content["title"] == "Home team"
    assert one_of(root, "iteam").provenance is Provenance.CONFIRMED
    assert any("confirmed by Ada" in one.value.replace("\\", "") for one in app.test.markdown)
    assert facts(app)["Area"][1].startswith("read in the documents, confirmed by Ada, ")
    assert "confirmed (seen in the plan)" in app.words()
    assert widget(app, "decide-", "-note").value == ""


def test_reject_then_undo_the_last_then_take_back_the_undoing(
    app_of: Start, root: Path, made: dict[str, Initiative]
) -> None:
    app = app_of("Ada")
    app.open("initiative", id="iteam")
    assert widget(app, "decide-", "-undo").disabled
    press(app, "decide-", "-Reject")
    assert "counts nowhere" in app.words()
    press(app, "decide-", "-undo")
    assert one_of(root, "iteam").provenance is Provenance.MACHINE
    assert "rejected \u2013 Ada" in app.words()
    assert "(undone)" in app.words()
    assert widget(app, "decide-", "-undo").disabled
    (undoing,) = [event for event in events_of(root) if event.action is InitiativeAction.UNDONE]
    press(app, f"undo-{undoing.event_id}")
    assert one_of(root, "iteam").provenance is Provenance.REJECTED


def test_edit_keeps_only_what_was_changed(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    app = app_of("Ada")
    app.open("initiative", id="iteam")
    widget(app, "edit-title-").set_value("Discharge to assess")
    widget(app, "edit-area-").set_value("Salford")
    widget(app, "edit-end-").set_value("2025-04-01")
    widget(app, "edit-status-").select("stopped")
    widget(app, "edit-codes-").set_value(["discharge", "community-team"])
    widget(app, "edit-partners-").set_value("The trust\n\n The council ")
    widget(app, "edit-note-").set_value("from the minutes")
    press(app, "edit-submit-")
    (event,) = events_of(root)
    changed = {name: value for name, value in event.content.items() if name != "kept"}
    assert changed == {
        "title": "Discharge to assess", "area_code": "E08000006", "area_name": "Salford", "end": "2025-04-01",
        "status": "stopped", "codes": ["community-team", "discharge"], "partners": ["The trust", "The council"],
    }  # fmt: skip
    assert event.note == "from the minutes"
    shown = facts(app)
    assert shown["Area"][0] == "Salford (E08000006)"
    assert shown["Area"][1].startswith("edited by Ada, ")
    assert shown["Until"][0] == "2025-03 (month)"
    assert shown["Since"][1] == "read in the documents"
    assert "E08000006: Salford, metropolitan district" in said(app)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("area", "E08000099", "no area has the code"),
        ("area", "Kingston upon Nowhere-on-Sea", "no area has the code"),
        ("start", "last spring", "cannot be taken"),
        ("end", "2020-01-01", "before it starts"),
        ("title", " ", "needs a title"),
        ("title", "Home team", "nothing was changed"),
    ],
)
def test_a_wrong_edit_is_refused_and_nothing_is_lost(
    app_of: Start, root: Path, made: dict[str, Initiative], field: str, value: str, words: str
) -> None:
    app = app_of("Ada")
    app.open("initiative", id="iteam")
    widget(app, f"edit-{field}-").set_value(value)
    widget(app, "edit-scale-").set_value("")
    press(app, "edit-submit-")
    assert words in said(app)
    assert events_of(root) == []
    assert widget(app, f"edit-{field}-").value == value


def test_merge_within_the_area_and_follow_the_old_name(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    app = app_of("Ada")
    app.open("initiative", id="iteam")
    (tick,) = [one for one in app.test.checkbox if one.key.startswith("merge-")]  # the hostile one is of no area
    assert tick.label.replace("\\", "").startswith("Weekly round \u2013 Manchester, planned")
    press(app, "merge-", "-submit")
    assert "two different initiatives or more" in app.words()
    widget(app, "merge-", "-tick-iround").check()
    press(app, "merge-", "-submit")
    (event,) = events_of(root)
    assert (event.action, [one["initiative_id"] for one in event.content["others"]]) == ("merged", ["iround"])
    assert len(app.parts("evidencelist")[0]["rows"]) == 3
    app.open("initiative", id="iround")
    assert "Initiative iround was merged into this one by Ada" in said(app)
    assert app.test.subheader[0].value == "Home team"
    press(app, f"undo-{event.event_id}")
    assert {one.initiative.initiative_id for one in replay_of(root).initiatives} == set(made)


def test_across_areas_a_merger_has_to_be_said(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    app = app_of("Ada")
    app.open("initiative", id="iteam")
    widget(app, "merge-", "-across").set_value(True).run()
    widget(app, "merge-", "-words").set_value("onerror").run()
    widget(app, "merge-", "-tick-ihostile").check()
    press(app, "merge-", "-submit")
    assert "different areas" in app.words()
    assert events_of(root) == []
    widget(app, "merge-", "-sure").check()
    press(app, "merge-", "-submit")
    assert events_of(root)[0].content["across_areas"] is True


def test_split_makes_another_one_and_undoing_leads_back(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    part = made["iteam"].evidence[1].evidence_id
    app = app_of("Ada")
    app.open("initiative", id="iteam")
    press(app, "split-", "-submit")
    assert "some of the evidence" in app.words()
    widget(app, "split-", f"-tick-{part}").check()
    press(app, "split-", "-submit")
    (event,) = events_of(root)
    new = initiative_id("split", event.event_id)
    assert [one.evidence_id for one in one_of(root, new).initiative.evidence] == [part]
    related = next(one for one in app.parts("rowtable") if one["header"][0].startswith("Split off"))
    assert related["rows"][0][0]["href"] == f"initiative?id={new}"
    app.open("initiative", id=new, evidence=part)
    assert app.parts("pagebox")[0]["label"] == "Page 2"
    press(app, f"undo-{event.event_id}")
    assert f"that made {new} was undone" in said(app)
    assert len(app.parts("evidencelist")[0]["rows"]) == 2


def test_a_single_passage_cannot_be_split(app_of: Start, made: dict[str, Initiative]) -> None:
    app = app_of("Ada")
    app.open("initiative", id="iround")
    assert "nothing to split off" in app.words()


# What others do meanwhile


@pytest.mark.parametrize("button", ["-Confirm", "-Reject"])
def test_a_page_that_is_no_longer_true_is_refused_and_drawn_anew(
    app_of: Start, root: Path, made: dict[str, Initiative], button: str
) -> None:
    app = app_of("Ada")
    app.open("initiative", id="iteam")
    keep(root, edited(one_of(root, "iteam"), {"title": "Team of Ben"}, "Ben", NOON))
    press(app, "decide-", button)
    assert "Ben edited it while you looked at it" in said(app)
    assert len(events_of(root)) == 1
    assert app.test.subheader[0].value == "Team of Ben"
    press(app, "decide-", button)
    assert len(events_of(root)) == 2


def test_what_was_merged_away_meanwhile_is_refused(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    app = app_of("Ada")
    app.open("initiative", id="iround")
    keep(root, merged(one_of(root, "iteam"), [one_of(root, "iround")], "Ben", NOON))
    press(app, "decide-", "-Confirm")
    assert "there is no initiative" in said(app)
    assert "was merged into this one by Ben" in said(app)


def test_undone_by_two_at_once_counts_once(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    event = keep(root, confirmed(one_of(root, "iteam"), "Ben", NOON))
    app = app_of("Ada")
    app.open("initiative", id="iteam")
    keep(root, undone(event, one_of(root, "iteam"), "Ben", later(1)))
    press(app, "decide-", "-undo")
    assert "it is undone already" in said(app)
    assert len(events_of(root)) == 2


def test_a_new_build_that_names_it_otherwise_is_followed(
    app_of: Start, root: Path, made: dict[str, Initiative]
) -> None:
    keep(root, confirmed(one_of(root, "iround"), "Ben", NOON))
    with open_project(root) as project, project.store.write() as connection:
        anew = [initiative("inew", *made["iround"].evidence), initiative("iother", *made["iteam"].evidence)]
        initiatives.replace(connection, BOOK.id, BOOK.version, anew)
    app = app_of()
    app.open("initiative", id="iround")
    assert "named otherwise since a new build" in app.words()
    app.open("initiative", id="iteam", evidence=made["iteam"].evidence[0].evidence_id)
    assert "the one that its evidence belongs to now" in app.words()
    assert len(app.parts("evidencelist")[0]["rows"]) == 2


def test_one_without_evidence_left_says_why_and_can_be_undone(
    app_of: Start, root: Path, made: dict[str, Initiative]
) -> None:
    event = keep(root, confirmed(one_of(root, "iround"), "Ben", NOON))
    name = made["iround"].evidence[0].passage_id
    with open_project(root) as project, project.store.write() as connection:
        (passage,) = passages.now(connection, [name])
        judgements.append(connection, judgement(name, Verdict.NOTHING_HERE, 60), passage)
    app = app_of("Ada")
    app.open("initiative", id="iround")
    assert "It is no more: ann read the passage and found nothing in it (ann, 2025-03-01)" in said(app)
    stood = next(one for one in app.parts("rowtable") if one["header"] == ["Passage"])
    assert stood["rows"][0][0]["href"] == f"evidence?passage={name}"
    press(app, f"undo-{event.event_id}")
    assert len(events_of(root)) == 2


def test_what_has_no_effect_is_said_in_the_log(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    keep(root, split(one_of(root, "iteam"), [made["iteam"].evidence[1].evidence_id], "Ben", NOON))
    with open_project(root) as project, project.store.write() as connection:
        initiatives.replace(connection, BOOK.id, BOOK.version, [initiative("ifar", evidence("pfar"))])
    app = app_of("Ada")
    app.open("initiatives")
    assert any("finds nothing to act on (1)" in one.label for one in app.test.expander)
    app.open("initiative", id="iteam")
    assert "no effect: there is no initiative iteam" in said(app)


def test_who_only_reads_sees_no_buttons_but_why(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    keep(root, confirmed(one_of(root, "iteam"), "Ben", NOON))
    app = app_of("")
    test = app.open("initiative", id="iteam")
    assert "You can read but not review" in app.words()
    assert "reviewer NAME" in said(app)
    assert [one.label for one in test.button if not (one.key or "").startswith("turn-")] == []
    assert not test.text_input
    assert "confirmed \u2013 Ben" in app.words()
    assert InitiativeStatus.IN_PLACE.value in facts(app)["Status"]
