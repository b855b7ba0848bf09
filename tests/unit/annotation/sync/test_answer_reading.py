"""What becomes of answers that are read twice, by people who are renamed, or from a screen that is not ours."""

from __future__ import annotations

import re

import pytest

from annotation.screen_codes import codes_on_screen
from careatlas.judgement import Verdict


@pytest.fixture
def pushed(work_of):
    """Give work that ann has on the server."""
    work = work_of(coders=("ann",))
    work.push()
    return work


def without(studio, work, *codes):
    """Take codes off the screen."""
    project = studio.projects_there[work.project_of("ann")]
    for code in codes:
        project["label_config"], count = re.subn(rf'<Choice [^>]*alias="{code}"[^>]*/>', "", project["label_config"])
        assert count == 1


def test_two_spans_whose_places_are_lost_are_one_and_stop_nobody(
    pushed, studio, made, project, document_of, reading_of, keep
):
    text = pushed.passages[0].text
    once, again = text.index("a"), text.rindex("a")
    spans = [made.span_of("area", at, at + 1, text) for at in (once, again)]
    studio.answer(pushed.numbers("ann")[0], [*made.result_of(made.CODE[0]), *spans])
    studio.answer(pushed.numbers("ann")[1], made.result_of(made.CODE[1]))
    texts = made.texts_of(12)
    texts[0][0] = texts[0][0].replace("care homes", "care  homes")
    item = document_of("plan.pdf", title="A synthetic plan", page_count=2)
    keep(project.store, item, reading_of(item, texts, version="test-2"))
    assert pushed.pull().kept == 2
    assert pushed.pull().edits == 0


class TestQuarantine:
    """An answer whose trouble is mended is read again, and one whose trouble is not adds nothing."""

    def test_words_that_are_put_back(self, pushed, studio, made):
        task = studio.tasks_there[pushed.numbers("ann")[0]]
        words, task["data"]["passage"] = task["data"]["passage"], "Other words."
        studio.answer(task["id"], made.result_of(made.CODE[0]))
        assert pushed.pull().quarantined == 1
        task["data"]["passage"] = words
        report = pushed.pull()
        assert (report.answers, report.edits, report.kept) == (0, 1, 1)
        assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[0]: "present"}
        held, kept = pushed.answers()
        assert (kept.made_at > held.made_at, kept.reason) == (True, "it could not be read before")
        assert pushed.pull().edits == 0

    @pytest.mark.parametrize("updated_at", ["2020-01-01T00:00:00Z", "never", "2999-01-01T00:00:00Z"])
    def test_what_is_still_in_trouble_adds_nothing(self, pushed, studio, made, updated_at):
        number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
        pushed.pull()
        studio.change(number, result=[{}])
        studio.answers_there[number]["updated_at"] = updated_at
        assert pushed.pull().quarantined == 1
        for _ in range(2):
            report = pushed.pull()
            assert (report.answers, report.edits, report.quarantined) == (0, 0, 0)

    def test_what_was_said_since_counts_before_what_is_read_late(self, pushed, studio, made):
        task = studio.tasks_there[pushed.numbers("ann")[0]]
        words, task["data"]["passage"] = task["data"]["passage"], "Other words."
        studio.answer(task["id"], made.result_of(made.CODE[0]))
        pushed.pull()
        copy = studio.copy_task(task["id"])
        studio.tasks_there[copy]["data"]["passage"] = words
        studio.answer(copy, made.result_of(made.CODE[1]))
        pushed.pull()
        task["data"]["passage"] = words
        assert pushed.pull().kept == 1
        assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[1]: "present"}


class TestRenamed:
    """Whoever is renamed on the server stays the same person."""

    @pytest.fixture
    def renamed(self, pushed, studio, made, fakes):
        number = studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
        pushed.pull()
        studio.accounts = [fakes.user(fakes.ANN, "married@example.org"), fakes.user(fakes.BOB, "bob@example.org")]
        return number

    def test_an_edit_replaces_what_was_said_under_the_old_name(self, pushed, studio, made, renamed):
        studio.change(renamed, result=made.result_of(made.CODE[1]))
        pushed.pull()
        assert pushed.in_force(pushed.passages[0], "ann") == {made.CODE[1]: "present"}
        assert pushed.in_force(pushed.passages[0], "married@example.org") == {}

    def test_skipping_takes_back_what_was_said_under_the_old_name(self, pushed, studio, renamed):
        studio.change(renamed, was_cancelled=True)
        pushed.pull()
        assert pushed.in_force(pushed.passages[0], "ann") == {}

    def test_deleting_does_too(self, pushed, studio, renamed, made):
        studio.change(renamed, result=made.result_of(made.CODE[1]))
        pushed.pull()
        studio.delete_answer(renamed)
        pushed.pull()
        assert {row.person for row in pushed.judgements()} == {"ann"}
        assert pushed.in_force(pushed.passages[0], "ann") == {}

    def test_an_editor_stays_the_same_too(self, pushed, studio, made, fakes, renamed):
        studio.change(renamed, by=fakes.BOB, result=made.result_of(made.CODE[1]))
        pushed.pull()
        studio.accounts = [fakes.user(fakes.BOB, "robert@example.org")]
        studio.change(renamed, by=fakes.BOB, result=made.result_of(made.CODE[2]))
        pushed.pull()
        assert pushed.in_force(pushed.passages[0], "bob@example.org") == {made.CODE[2]: "present"}
        assert {one.person for one in pushed.answers()} == {"ann"}

    def test_another_person_is_not(self, pushed, studio, fakes, renamed):
        studio.change(renamed, by=fakes.BOB, completed_by=fakes.BOB)
        pushed.pull()
        assert pushed.answers()[-1].person == "bob@example.org"


class TestAnotherScreen:
    """Nobody said of a code that it is absent who was not asked for it."""

    def test_a_code_that_was_not_on_the_screen_is_not_absent(self, pushed, studio, made):
        without(studio, pushed, made.CODE[3], made.CODE[4])
        studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
        pushed.pull()
        assert {row.code for row in pushed.judgements()} == set(made.CODE) - {made.CODE[3], made.CODE[4]}
        assert "answered while the screen was not ours" in pushed.answers()[0].reason

    def test_nothing_here_is_said_of_what_was_there_alone(self, pushed, studio, made):
        without(studio, pushed, made.CODE[3])
        studio.answer(pushed.numbers("ann")[0], made.result_of())
        pushed.pull()
        assert {row.verdict for row in pushed.judgements()} == {Verdict.ABSENT}
        assert made.CODE[3] not in {row.code for row in pushed.judgements()}

    def test_a_screen_that_looks_otherwise_with_every_code_asks_for_all(self, pushed, studio, made):
        project = studio.projects_there[pushed.project_of("ann")]
        project["label_config"] = project["label_config"].replace("Anything a later reader should know", "Notes")
        studio.answer(pushed.numbers("ann")[0], made.result_of())
        pushed.pull()
        assert [row.verdict for row in pushed.judgements()] == [Verdict.NOTHING_HERE]
        assert "not ours" in pushed.answers()[0].reason

    def test_a_quarantined_answer_is_not_read_as_one_from_our_screen(self, pushed, studio, made):
        project = studio.projects_there[pushed.project_of("ann")]
        ours, task = project["label_config"], studio.tasks_there[pushed.numbers("ann")[0]]
        words, task["data"]["passage"] = task["data"]["passage"], "Other words."
        without(studio, pushed, made.CODE[3])
        studio.answer(task["id"], made.result_of(made.CODE[0]))
        assert pushed.pull().quarantined == 1
        project["label_config"], task["data"]["passage"] = ours, words
        assert pushed.pull().edits == 0
        assert pushed.judgements() == []

    @pytest.mark.parametrize(
        ("config", "codes"),
        [
            (
                '<View><Choices name="codes"><Choice value="A" alias="a"/><Choice value="b"/></Choices></View>',
                {"a", "b"},
            ),
            (
                '<View><Taxonomy name="codes"><Choice value="A"><Choice value="b"/></Choice></Taxonomy></View>',
                {"A", "b"},
            ),
            ('<View><!-- <Choice value="x"/> --><Choices name="other"><Choice value="b"/></Choices></View>', set()),
            ('<!DOCTYPE x [<!ENTITY e "x">]><View><Choices name="codes"><Choice value="b"/></Choices></View>', set()),
            ("<View>", set()),
            ("", set()),
            ("\ud800", set()),
            ("<View/>" + " " * 1_000_001, set()),
        ],
    )
    def test_only_what_can_be_ticked_is_on_a_screen(self, config, codes):
        assert codes_on_screen(config) == codes
