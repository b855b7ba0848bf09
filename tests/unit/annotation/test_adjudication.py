"""Which passages people differ on, who may settle them, and when a decision needs a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.adjudication import (
    Case,
    Ruling,
    Standing,
    case_of,
    check_ruling,
    majority,
    no_adjudicator,
    no_decision,
    no_locking,
    no_undoing,
    no_unlocking,
    overruled,
)
from annotation.reviewing import MAX_NOTE
from careatlas.adjudication_event import AdjudicationAction, AdjudicationEvent
from careatlas.codebook import Attribute, Codebook, CodeDefinition, Provenance
from careatlas.errors import UsageError
from careatlas.identifiers import AnswerId, Code, CodebookId, JudgementId, PassageId
from careatlas.judgement import Judgement, Origin, Verdict

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HERE = PassageId("p1")
BOOK = Codebook(
    id=CodebookId("book"),
    version="2.0.0",
    title="A book",
    provenance=Provenance.VERIFIED,
    source="made here",
    codes=tuple(CodeDefinition(id=Code(name), label=name.upper(), definition=name) for name in ("a", "b", "c")),
    attributes=(Attribute(name="status", values=("planned", "in-place")),),
)
P, A, U, N, W = Verdict.PRESENT, Verdict.ABSENT, Verdict.UNSURE, Verdict.NOTHING_HERE, Verdict.WITHDRAWN
_numbers = count()


def row(person: str, code: str, verdict: Verdict, **changes: object) -> Judgement:
    number = next(_numbers)
    facts: dict[str, object] = {
        "judgement_id": JudgementId(f"j{number:06}"),
        "passage_id": HERE,
        "codebook_id": BOOK.id,
        "codebook_version": BOOK.version,
        "code": Code(code),
        "verdict": verdict,
        "person": person,
        "made_at": NOON + timedelta(seconds=number),
        "origin": Origin.MANUAL,
    }
    return Judgement(**{**facts, **changes})


def said(person: str, **verdicts: Verdict) -> list[Judgement]:
    return [row(person, code, verdict) for code, verdict in verdicts.items()]


def nothing(person: str) -> list[Judgement]:
    return [row(person, "", N)]


def decided(person: str, *codes: str, reason: str = "") -> list[Judgement]:
    facts = {"origin": Origin.ADJUDICATED, "note": reason, "answer_id": AnswerId(f"answer of {person}")}
    if not codes:
        return [row(person, "", N, **facts)]
    return [row(person, code.id, P if code.id in codes else A, **facts) for code in BOOK.codes]


def event(action: AdjudicationAction, codebook: str = "book") -> AdjudicationEvent:
    number = next(_numbers)
    return AdjudicationEvent(
        event_id=f"e{number}",
        passage_id=HERE,
        codebook_id=CodebookId(codebook),
        codebook_version="2.0.0",
        person="cat",
        made_at=NOON + timedelta(seconds=number),
        action=action,
    )


def case(*parts: list[Judgement], events: tuple[AdjudicationEvent, ...] = ()) -> Case:
    return case_of(BOOK, HERE, [one for part in parts for one in part], events)


# --- what is disputed


@pytest.mark.parametrize(
    ("ann", "ben", "disputed"),
    [
        ({"a": P}, {"a": P}, []),
        ({"a": P}, {"a": A}, ["a"]),
        ({"a": P}, {"a": U}, ["a"]),
        ({"a": U}, {"a": U}, ["a"]),  # nobody is sure: somebody else must be
        ({"a": P}, {"b": P}, []),  # each spoke of another code only
        ({"a": P, "b": A, "c": P}, {"a": A, "b": A, "c": U}, ["a", "c"]),
    ],
)
def test_people_differ_on_a_code_that_both_judged(
    ann: Mapping[str, Verdict], ben: Mapping[str, Verdict], disputed: list[str]
) -> None:
    assert list(case(said("ann", **ann), said("ben", **ben)).disputed) == disputed


def test_nothing_here_is_an_absent_for_every_code() -> None:
    assert case(said("ann", a=P, b=A), nothing("ben")).disputed == ("a",)
    assert case(nothing("ann"), nothing("ben")).disputed == ()
    assert case(said("ann", a=A), nothing("ben")).disputed == ()


def test_one_person_alone_differs_from_nobody() -> None:
    assert case(said("ann", a=P), said("ann", a=U)).disputed == ()


def test_only_what_is_in_force_counts() -> None:
    changed = case(said("ann", a=P), said("ben", a=A), said("ben", a=P))
    assert changed.disputed == ()
    withdrawn = case(said("ann", a=P), said("ben", a=A), [row("ben", "", W)])
    assert (withdrawn.disputed, [one.person for one in withdrawn.voices]) == ((), ["ann"])
    assert withdrawn.coders == {"ann", "ben"}  # he read it all the same


def test_other_codebooks_and_versions_do_not_count_but_their_coders_may_not_decide() -> None:
    found = case(
        said("ann", a=P),
        [row("ben", "a", A, codebook_id=CodebookId("other"))],
        [row("cat", "a", A, codebook_version="1.0.0")],
    )
    assert (found.disputed, found.coders) == ((), {"ann", "cat"})


def test_a_decision_is_no_voice() -> None:
    found = case(said("ann", a=P), said("ben", a=A), decided("cat", "a", reason="so"))
    assert [one.person for one in found.voices] == ["ann", "ben"]
    assert found.disputed == ("a",)
    assert found.decision is not None
    assert (found.decision.person, found.decision.codes, found.decision.reason) == ("cat", {"a"}, "so")
    assert (found.standing, found.coded_since) == (Standing.DECIDED, False)


def test_a_decision_of_nothing_here_has_no_codes() -> None:
    found = case(said("ann", a=P), said("ben", a=A), decided("cat"))
    assert found.decision is not None
    assert found.decision.codes == frozenset()


def test_a_withdrawn_decision_leaves_the_passage_open() -> None:
    rows = (said("ann", a=P), said("ben", a=A), decided("cat", "a"), [row("cat", "", W, origin=Origin.ADJUDICATED)])
    found = case(*rows)
    assert (found.decision, found.standing) == (None, Standing.OPEN)


def test_a_click_of_the_adjudicator_takes_no_piece_out_of_the_decision() -> None:
    found = case(said("ann", a=P), said("ben", a=A), decided("cat", "a", "b"), said("cat", b=A))
    assert found.decision is not None
    assert found.decision.codes == {"a", "b"}
    assert "cat" in found.coders


def test_a_coder_who_answers_after_the_decision_is_told_of() -> None:
    assert case(said("ann", a=P), said("ben", a=A), decided("cat", "a"), said("ben", a=P)).coded_since


def test_a_passage_is_locked_for_its_codebook_alone() -> None:
    rows = (said("ann", a=P), said("ben", a=A), decided("cat", "a"))
    lock, unlock = event(AdjudicationAction.LOCKED), event(AdjudicationAction.UNLOCKED)
    assert case(*rows, events=(lock,)).standing is Standing.LOCKED
    assert case(*rows, events=(lock, unlock)).standing is Standing.DECIDED
    assert case(*rows, events=(event(AdjudicationAction.LOCKED, "other"),)).standing is Standing.DECIDED


def test_what_was_seen_is_every_row_of_the_codebook() -> None:
    rows = said("ann", a=P) + said("ann", a=A)
    other = row("ann", "a", P, codebook_id=CodebookId("other"))
    assert case(rows, [other]).seen == {one.judgement_id for one in rows}
    assert case(rows).latest == rows[-1].made_at


verdicts = st.lists(
    st.tuples(st.sampled_from(["ann", "ben", "dan"]), st.sampled_from("abc"), st.sampled_from([P, A, U]))
)


@given(verdicts, st.randoms())
def test_the_order_of_rows_does_not_matter(given_verdicts: list[tuple[str, str, Verdict]], order: object) -> None:
    rows = [row(person, code, verdict) for person, code, verdict in given_verdicts]
    shuffled = list(rows)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert case(shuffled) == case(rows)


# --- who may do what

OPEN = case(said("ann", a=P), said("ben", a=A))
DONE = case(said("ann", a=P), said("ben", a=A), decided("cat", "a"))
LOCKED = case(said("ann", a=P), said("ben", a=A), decided("cat", "a"), events=(event(AdjudicationAction.LOCKED),))


@pytest.mark.parametrize("person", ["ann", " Ann ", "BEN"])
def test_a_coder_may_not_adjudicate(person: str) -> None:
    refused = no_decision(OPEN, person)
    assert refused is not None
    assert "coded this passage" in refused.what
    assert no_locking(DONE, person) is not None
    assert no_unlocking(LOCKED, person) is not None


def test_somebody_must_be_named() -> None:
    refused = no_adjudicator(OPEN.coders, "  ")
    assert refused is not None
    assert "--reviewer" in refused.mend
    assert no_undoing(DONE, "") is not None


@pytest.mark.parametrize(
    ("found", "person", "words"),
    [
        (OPEN, "cat", None),
        (DONE, "cat", None),  # a decision may be changed by whoever took it
        (DONE, "dan", "cat decided"),
        (LOCKED, "cat", "locked"),
        (case(said("ann", a=P), said("ben", a=P)), "cat", "do not differ"),
        (case(said("ann", a=P)), "cat", "do not differ"),
    ],
)
def test_who_may_decide(found: Case, person: str, words: str | None) -> None:
    refused = no_decision(found, person)
    assert (refused is None) == (words is None)
    assert words is None or words in str(refused)


@pytest.mark.parametrize(
    ("found", "person", "words"),
    [
        (DONE, "cat", None),
        (DONE, "dan", "only cat"),
        (LOCKED, "cat", "unlock it first"),
        (OPEN, "cat", "no decision"),
    ],
)
def test_who_may_undo(found: Case, person: str, words: str | None) -> None:
    refused = no_undoing(found, person)
    assert (refused is None) == (words is None)
    assert words is None or words in str(refused)


def test_who_may_lock_and_unlock() -> None:
    assert no_locking(DONE, "dan") is None
    assert "decide first" in str(no_locking(OPEN, "dan"))
    assert "locked" in str(no_locking(LOCKED, "dan"))
    assert no_unlocking(LOCKED, "dan") is None
    assert "not locked" in str(no_unlocking(DONE, "dan"))


# --- what may be decided


def ruling(*codes: str, nothing_here: bool = False, reason: str = "", **attributes: str) -> Ruling:
    return Ruling(codes=frozenset(map(Code, codes)), nothing=nothing_here, attributes=attributes, reason=reason)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (ruling(), "nothing is decided"),
        (ruling("a", nothing_here=True), "exclude each other"),
        (ruling("z"), "no code 'z'"),
        (ruling("a", status="soon"), "no status 'soon'"),
        (ruling("a", mood="good"), "no mood 'good'"),
        (ruling("a", reason="x" * (MAX_NOTE + 1)), "at most"),
    ],
)
def test_what_is_no_decision_is_refused(wanted: Ruling, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        check_ruling(OPEN, BOOK, wanted)


def test_to_side_with_one_of_two_needs_no_reason() -> None:
    check_ruling(OPEN, BOOK, ruling("a", status="planned"))
    check_ruling(OPEN, BOOK, ruling(nothing_here=True, status=""))


@pytest.mark.parametrize(
    ("found", "wanted", "against"),
    [
        (case(said("ann", a=P, b=P), said("ben", a=A, b=P)), ruling("a"), ["b"]),  # both say b is there
        (case(said("ann", a=P, b=A), said("ben", a=A, b=A)), ruling("a", "b"), ["b"]),
        (case(said("ann", a=P), nothing("ben")), ruling(nothing_here=True), []),
        (case(said("ann", a=U), said("ben", a=U)), ruling("a"), []),  # nobody is sure
        (case(said("ann", a=U), said("ben", a=P)), ruling(nothing_here=True), ["a"]),  # the only one who is sure
        (case(said("ann", a=P), said("ben", a=P), said("dan", a=A)), ruling(nothing_here=True), ["a"]),
        (case(said("ann", a=P), said("ben", a=P), said("dan", a=A)), ruling("a"), []),
        (case(said("ann", a=P), said("ben", a=P), said("dan", a=A), said("eve", a=A)), ruling("a"), []),
    ],
)
def test_whom_a_decision_overrules(found: Case, wanted: Ruling, against: list[str]) -> None:
    assert list(overruled(found, wanted)) == against
    if against:
        with pytest.raises(UsageError, match=rf"a reason is needed.*{against[0].upper()}"):
            check_ruling(found, BOOK, wanted)
    check_ruling(found, BOOK, Ruling(codes=wanted.codes, nothing=wanted.nothing, reason="because"))


@pytest.mark.parametrize(
    ("verdicts", "most"),
    [([], None), ([P, A], None), ([U], None), ([P], P), ([P, U, U], P), ([P, A, A], A), ([P, P, A, A], None)],
)
def test_the_majority_is_of_those_who_are_sure(verdicts: list[Verdict], most: Verdict | None) -> None:
    assert majority(verdicts) is most
