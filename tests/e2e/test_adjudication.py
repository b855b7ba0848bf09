"""A whole adjudication in a real browser: what two coders said side by side, a decision by keyboard alone, the rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from annotation.adjudication import Ruling, Standing
from annotation.adjudication_record import decide, open_case
from annotation.adjudication_rows import Act
from annotation.reviewing import Click, Setting, judged, shown_of
from careatlas.codebook_file import shipped
from careatlas.identifiers import Code, JudgementId, answer_id
from careatlas.judgement import AttributeJudgement, Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.project import Project, open_project
from careatlas.store import adjudication_events, attribute_judgements, judgements, passages, suggestions

pytestmark = pytest.mark.e2e

BOOK = shipped("care-home-integration")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOSTILE_NOTE = "<img src=x onerror=window.hit=1> **bold**"


def say(project: Project, passage: Passage, person: str, codes: set[str], *, note: str = "", **given: str) -> None:
    """Keep a whole answer of a coder, as it comes from a sample; without codes nothing was there."""
    name = answer_id(person, passage.passage_id)
    with project.store.write() as connection:
        scored = suggestions.of_passages(connection, "by-hand", [passage.passage_id]).get(passage.passage_id)
        shown = shown_of(scored, 3) if scored and person == "ann" else None
        said = {code.id: Verdict.PRESENT if code.id in codes else Verdict.ABSENT for code in BOOK.codes}
        setting = Setting(drawn_by="first", inclusion_probability=0.25, answer_id=name)
        rows = [
            judged(
                Click(
                    passage_id=passage.passage_id,
                    codebook_id=BOOK.id,
                    codebook_version=BOOK.version,
                    code=code,
                    verdict=verdict,
                    person=person,
                    note=note,
                ),
                shown,
                NOON + timedelta(minutes=len(person)),
                setting,
            )
            for code, verdict in (said if codes else {"": Verdict.NOTHING_HERE}).items()
        ]
        judgements.append_many(connection, rows, passage)
        attribute_judgements.append(
            connection,
            [
                AttributeJudgement(
                    attribute_judgement_id=JudgementId(f"{name}-{what}"),
                    answer_id=name,
                    passage_id=passage.passage_id,
                    codebook_id=BOOK.id,
                    codebook_version=BOOK.version,
                    name=what,
                    value=value,
                    person=person,
                    made_at=NOON,
                )
                for what, value in given.items()
            ],
        )


@pytest.fixture(scope="module")
def coded(site: Any) -> dict[str, Passage]:
    """Three passages on which ann and benedict differ, and one on which they agree."""
    with open_project(site.root) as project:
        with project.store.read() as connection:
            found = passages.of_page(connection, site.document_id, 1) + passages.of_page(
                connection, site.document_id, 2
            )
        named = {
            name: next(one for one in found if words in one.text)
            for name, words in {
                "team": "discharge team",
                "round": "General practice",
                "right": "on the right",
                "pharmacy": "Pharmacists",
            }.items()
        }
        say(
            project,
            named["team"],
            "ann",
            {"discharge", "governance-partnership"},
            status="in-place",
            setting="older-people",
        )
        say(
            project, named["team"], "benedict", {"discharge", "community-team"}, note=HOSTILE_NOTE, status="planned",
            setting="older-people",
        )  # fmt: skip
        say(project, named["round"], "ann", {"primary-care"})
        say(project, named["round"], "benedict", set())
        say(project, named["right"], "ann", set())
        say(project, named["right"], "benedict", set())
        say(project, named["pharmacy"], "ann", {"primary-care"})
        say(project, named["pharmacy"], "benedict", {"primary-care", "home-quality"})
    return named


def rows_of(site: Any, passage: Passage) -> list[Judgement]:
    with open_project(site.root) as project, project.store.read() as connection:
        return [
            row for row in judgements.of_passages(connection, [passage.passage_id]) if row.origin is Origin.ADJUDICATED
        ]


def settled(site: Any, passage: Passage, *codes: str, locked: bool = False) -> None:
    """See to it that Ada decided, also where no test before did."""
    act = Act(codebook=BOOK, passage_id=passage.passage_id, person="Ada", made_at=datetime.now(UTC))
    with open_project(site.root) as project:
        with project.store.read() as connection:
            case = open_case(connection, BOOK, passage.passage_id)[1]
        if case.standing is Standing.OPEN:
            ruling = Ruling(codes=frozenset(map(Code, codes)), nothing=not codes)
            decide(project.store, act, ruling, seen=case.seen, lock=locked)


def open_desk(page: Any, site: Any, passage: Passage | None = None) -> None:
    query = f"?passage={passage.passage_id}" if passage else ""
    page.goto(f"{site.url}/adjudication{query}")
    page.wait_for_selector("text=Decide and lock", timeout=60_000)
    page.wait_for_selector("text=free software under", timeout=60_000)
    page.wait_for_timeout(500)


def query_of(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def focused(page: Any) -> str:
    """Return the key of the widget that has the keyboard, as Streamlit writes it into a class."""
    return str(
        page.evaluate(
            """() => { let one = document.activeElement;
            while (one && !/st-key-/.test(one.className || '')) one = one.parentElement;
            return one ? [...one.classList].find((name) => name.startsWith('st-key-')).slice(7) : ''; }"""
        )
    )


def tab_to(page: Any, start: str, *, most: int = 60) -> list[str]:
    """Press Tab until the widget whose key starts so has the keyboard; return what had it on the way."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if passed[-1].startswith(start):
            return passed
    pytest.fail(f"Tab does not reach {start}: {passed}")


def wait_for_desk(page: Any, passage: Passage, text: str) -> None:
    page.wait_for_selector(f".st-key-desk-{passage.passage_id}", timeout=30_000)
    page.locator(f".st-key-desk-{passage.passage_id}").get_by_text(text, exact=True).first.wait_for()


def test_coders_stand_side_by_side_with_the_page(
    page: Any, site: Any, coded: dict[str, Passage], artefacts: Path
) -> None:
    team = coded["team"]
    open_desk(page, site, team)
    desk = page.locator(f".st-key-desk-{team.passage_id}")
    words = desk.inner_text()
    assert "Coder A" in words
    assert "Coder B" in words
    assert "benedict" not in words
    assert HOSTILE_NOTE in words
    assert page.evaluate("window.hit") is None
    assert desk.locator('[class*="st-key-differs-"]').count() == 3  # two codes and the status
    ticked = desk.locator('input[type="checkbox"]:checked')
    assert ticked.count() == 2  # what both see, and that the suggestion is shown
    assert page.locator(f'.sheet button[data-passage="{team.passage_id}"][aria-pressed="true"]').count() == 1
    page.screenshot(path=artefacts / "adjudication-open.png")
    page.get_by_text("Show the coders' names").click()
    desk.get_by_text("benedict saw no suggestion.").wait_for()
    page.screenshot(path=artefacts / "adjudication-names.png")


def test_a_whole_decision_by_keyboard_alone(page: Any, site: Any, coded: dict[str, Passage], artefacts: Path) -> None:
    team, after = coded["team"], coded["round"]
    open_desk(page, site, team)
    passed = tab_to(page, "tick-community-team")
    assert any(one.startswith("step-right") for one in passed)  # the way there: filters, steps, the page, toggles
    page.keyboard.press("Space")
    passed = tab_to(page, "tick-governance-partnership")
    assert len(passed) == 1
    tab_to(page, "says-status")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    page.keyboard.type("planned")
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    tab_to(page, "reason")
    page.keyboard.type("it names the team n p l")  # letters that are shortcuts with Alt are only letters here
    page.screenshot(path=artefacts / "adjudication-filled.png")
    page.keyboard.press("Control+Enter")
    wait_for_desk(page, after, "open")
    rows = rows_of(site, team)
    assert {row.code for row in rows if row.verdict is Verdict.PRESENT} == {"discharge", "community-team"}
    assert {row.verdict for row in rows} == {Verdict.PRESENT, Verdict.ABSENT}
    assert len(rows) == len(BOOK.codes)
    assert {(row.person, row.note, row.drawn_by, row.inclusion_probability) for row in rows} == {
        ("Ada", "it names the team n p l", "first", 0.25)
    }
    with open_project(site.root) as project, project.store.read() as connection:
        given = attribute_judgements.current(attribute_judgements.of_passages(connection, [team.passage_id]))
    assert {(one.name, one.value) for one in given if one.person == "Ada"} == {
        ("status", "planned"),
        ("setting", "older-people"),
    }
    # The next passage has the keyboard at its first tick: one more decision needs four keys.
    page.wait_for_function("() => document.activeElement.matches('input[type=checkbox]')")
    assert focused(page).startswith(f"tick-primary-care-{after.passage_id}")
    assert query_of(page)["passage"] == [after.passage_id]
    tab_to(page, "tick-nothing")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Shift+Enter")
    wait_for_desk(page, coded["pharmacy"], "open")
    (nothing,) = rows_of(site, after)
    assert (nothing.code, nothing.verdict) == ("", Verdict.NOTHING_HERE)
    page.get_by_text("2 decided of 3 disputed, 1 of them done and locked").wait_for()


def test_going_back_locking_and_undoing_by_shortcut(
    page: Any, site: Any, coded: dict[str, Passage], artefacts: Path
) -> None:
    """Alt+P, Alt+N, Alt+L, Alt+U."""
    team, after = coded["team"], coded["round"]
    settled(site, team, "discharge", "community-team")
    settled(site, after, locked=True)
    open_desk(page, site, after)
    wait_for_desk(page, after, "done and locked")
    assert page.locator(f".st-key-desk-{after.passage_id} input[type=checkbox]:not([disabled])").count() == 1  # names
    page.screenshot(path=artefacts / "adjudication-locked.png")
    page.keyboard.press("Alt+l")
    wait_for_desk(page, after, "decided")
    page.keyboard.press("Alt+u")
    wait_for_desk(page, after, "open")
    page.keyboard.press("Alt+p")
    wait_for_desk(page, team, "decided")
    page.screenshot(path=artefacts / "adjudication-decided.png")
    page.keyboard.press("Alt+l")
    wait_for_desk(page, team, "done and locked")
    page.keyboard.press("Alt+n")
    wait_for_desk(page, after, "open")
    decision, withdrawn = rows_of(site, after)
    assert (decision.verdict, withdrawn.verdict, withdrawn.person) == (Verdict.NOTHING_HERE, Verdict.WITHDRAWN, "Ada")
    with open_project(site.root) as project, project.store.read() as connection:
        events = adjudication_events.of_passages(connection, [after.passage_id, team.passage_id])
    assert [(one.action, one.person) for one in events] == [("locked", "Ada"), ("unlocked", "Ada"), ("locked", "Ada")]


def test_against_both_coders_a_reason_is_asked_for(page: Any, site: Any, coded: dict[str, Passage]) -> None:
    pharmacy = coded["pharmacy"]
    open_desk(page, site, pharmacy)
    page.get_by_text("Read, nothing here").click()
    page.get_by_text("Primary care", exact=False).first.click()
    page.get_by_role("button", name="Decide Shortcut Ctrl + Enter").click()
    page.get_by_text("a reason is needed").wait_for()
    assert rows_of(site, pharmacy) == []
    assert page.locator('[class*="st-key-tick-nothing"] input').is_checked()  # nothing is lost


def test_the_list_filters_in_the_address_and_opens(
    page: Any, site: Any, coded: dict[str, Passage], artefacts: Path
) -> None:
    page.goto(f"{site.url}/adjudication?code=home-quality&sample=first")
    page.get_by_text("decided of 1 disputed").wait_for(timeout=60_000)
    wait_for_desk(page, coded["pharmacy"], "open")
    page.get_by_text("The passages that pass the filters (1)").click()
    link = page.locator("td a")
    link.wait_for()
    page.screenshot(path=artefacts / "adjudication-list.png")
    link.click()
    page.wait_for_function("() => new URLSearchParams(location.search).has('passage')")
    assert query_of(page)["passage"] == [coded["pharmacy"].passage_id]


def test_the_evidence_page_tells_a_decision_from_a_coders_answer(
    page: Any, site: Any, coded: dict[str, Passage], artefacts: Path
) -> None:
    team = coded["team"]
    settled(site, team, "discharge", "community-team")
    page.goto(f"{site.url}/evidence?document={site.document_id}&passage={team.passage_id}")
    selected = page.locator(".st-key-selected")
    selected.get_by_text("decision between coders", exact=False).first.wait_for(timeout=60_000)
    words = "Community and multidisciplinary team, Discharge from hospital: present; 13 other codes: absent \u2013 Ada"
    assert f"decision between coders \u2013 {words}" in selected.inner_text()
    page.screenshot(path=artefacts / "evidence-adjudicated.png")
