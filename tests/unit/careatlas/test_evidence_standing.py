"""Evidence falls with people's judgements and stands again with them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from careatlas.evidence_standing import EvidenceStanding, evidence_standing
from careatlas.judgement import Origin, Verdict
from tests.made_initiatives import evidence, judgement, later

ABSENT, PRESENT, NOTHING = Verdict.ABSENT, Verdict.PRESENT, Verdict.NOTHING_HERE


def refusal(*rows, codes=("discharge",), name="p1"):
    return evidence_standing(rows, {}).refusal(name, codes)


def test_evidence_of_which_nobody_said_anything_stands():
    assert refusal() is None
    assert refusal(judgement("p2", NOTHING, 0)) is None
    assert refusal(judgement("p1", PRESENT, 0)) is None


def test_read_and_nothing_here_ends_it_and_says_who_and_when():
    found = refusal(judgement("p1", NOTHING, 3, "ben"))
    assert (found.person, found.refused_at) == ("ben", later(3))
    assert "found nothing" in found.why


def test_all_of_its_codes_have_to_be_absent():
    absent = judgement("p1", ABSENT, 0)
    assert refusal(absent, codes=("discharge", "workforce")) is None
    also = judgement("p1", ABSENT, 1, "ben", code="workforce")
    found = refusal(absent, also, codes=("discharge", "workforce"))
    assert (found.person, found.refused_at) == ("ben", later(1))
    assert "workforce" in found.why


def test_what_one_person_holds_another_does_not_end_unless_it_is_decided():
    rows = [judgement("p1", ABSENT, 0), judgement("p1", PRESENT, 1, "ben")]
    assert refusal(*rows) is None
    decided = judgement("p1", ABSENT, 2, "cat", origin=Origin.ADJUDICATED)
    assert refusal(*rows, decided).person == "cat"
    kept = judgement("p1", PRESENT, 2, "cat", origin=Origin.ADJUDICATED)
    assert refusal(judgement("p1", NOTHING, 0), kept) is None


def test_what_is_taken_back_lets_it_stand_again():
    absent, back = judgement("p1", ABSENT, 0), judgement("p1", Verdict.WITHDRAWN, 1)
    assert refusal(absent, back) is None
    assert refusal(absent, judgement("p1", PRESENT, 1)) is None
    # It fell at minute 0, stood again at 1, and fell for good at 2.
    assert refusal(absent, back, judgement("p1", ABSENT, 2)).refused_at == later(2)


def test_it_falls_when_the_last_who_held_it_lets_go():
    rows = [
        judgement("p1", ABSENT, 0),
        judgement("p1", PRESENT, 0, "ben"),
        judgement("p1", Verdict.WITHDRAWN, 5, "ben"),
    ]
    assert refusal(*rows).refused_at == later(5)


def test_a_second_voice_does_not_move_the_day_on_which_it_fell():
    assert refusal(judgement("p1", NOTHING, 0), judgement("p1", NOTHING, 9, "ben")).refused_at == later(0)


def test_where_its_codes_are_not_known_whatever_is_held_there_keeps_it():
    assert refusal(judgement("p1", ABSENT, 0), codes=()) is not None
    assert refusal(judgement("p1", ABSENT, 0), judgement("p1", PRESENT, 0, code="workforce"), codes=()) is None
    assert refusal(codes=()) is None


def test_a_part_of_a_passage_falls_with_the_passage():
    assert refusal(judgement("p1", NOTHING, 0), name="p1.2") is not None


def test_passages_are_followed_to_where_a_new_reading_has_them():
    standing = evidence_standing([judgement("new", NOTHING, 0)], {"old": "newer", "newer": "new", "gone": ""})
    assert standing.name_now("old.2") == "new.2"
    assert standing.now(evidence("old.2")).passage_id == "new"
    assert standing.now(evidence("new")) == evidence("new")
    assert standing.refusal("old.2", ["discharge"]).person == "ann"
    lost = standing.refusal("gone", ["discharge"])
    assert (lost.person, lost.refused_at) == ("", None)
    assert "new reading" in lost.why
    assert standing.name_now("gone") == "gone"


def test_successors_that_go_in_a_circle_end():
    assert EvidenceStanding(moved={"a": "b", "b": "a"}).name_now("a") in {"a", "b"}


@given(st.permutations(range(4)))
def test_the_order_in_which_judgements_are_listed_does_not_matter(order):
    rows = [
        judgement("p1", ABSENT, 0),
        judgement("p1", PRESENT, 1, "ben"),
        judgement("p1", ABSENT, 2, "ben"),
        judgement("p1", NOTHING, 3, "cat"),
    ]
    assert refusal(*(rows[n] for n in order)) == refusal(*rows)
    assert refusal(*rows).refused_at == later(2)


def test_of_several_codes_those_are_left_that_nobody_refuses_or_somebody_holds():
    both = ("discharge", "workforce")
    assert evidence_standing([], {}).codes_left("p1", both) == both
    absent = judgement("p1", ABSENT, 0)
    assert evidence_standing([absent], {}).codes_left("p1", both) == ("workforce",)
    held = judgement("p1", PRESENT, 1, "ben", code="workforce")
    assert evidence_standing([judgement("p1", NOTHING, 0), held], {}).codes_left("p1", both) == ("workforce",)
    assert evidence_standing([absent], {"p0": "p1"}).codes_left("p0", both) == ("workforce",)
