"""Which columns an initiative counts in: its own codes, those above them, and through a crosswalk the linked ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careatlas.codebook import Crosswalk, CrosswalkLink, Provenance, Relation
from careatlas.codebook_file import shipped, shipped_crosswalks
from careatlas.errors import InputError, UsageError
from evaluation.map_codes import crossed_codes, own_codes
from tests.made_map import BOOK, CODES

OTHER = replace(BOOK, id="other")


def walk(*links, unmapped=("flow", "workforce")) -> Crosswalk:
    return Crosswalk(
        source_id="made",
        source_version="1.0.0",
        target_id="other",
        target_version="1.0.0",
        provenance=Provenance.RECONSTRUCTED,
        links=tuple(CrosswalkLink(source_code=a, target_code=b, relation=how) for a, b, how in links),
        unmapped=unmapped,
    )


def test_a_code_counts_for_itself_and_for_those_above_it():
    assert CODES.of(["discharge"]) == {"flow": True, "discharge": True}
    assert CODES.of(["flow", "workforce"]) == {"flow": True, "workforce": True}
    assert CODES.of(["of another book"]) == {}
    assert list(CODES.labels) == ["flow", "discharge", "workforce"]


def test_a_link_is_certain_only_where_the_other_code_is_the_same_or_broader():
    for relation, certain in [("exact", True), ("broader", True), ("narrower", False), ("related", False)]:
        codes = crossed_codes(BOOK, OTHER, [walk(("discharge", "workforce", Relation(relation)))])
        assert codes.of(["discharge"]) == {"workforce": certain}


def test_the_better_of_two_ways_counts_and_codes_above_the_target_too():
    links = [("discharge", "discharge", Relation.RELATED), ("workforce", "discharge", Relation.EXACT)]
    codes = crossed_codes(BOOK, OTHER, [walk(*links, unmapped=("flow",))])
    assert codes.of(["discharge", "workforce"]) == {"flow": True, "discharge": True}
    assert codes.of(["discharge"]) == {"flow": False, "discharge": False}
    assert (codes.codebook_id, codes.codebook_version) == ("other", "1.0.0")


def test_every_shipped_crosswalk_makes_columns_of_its_whole_target():
    for one in shipped_crosswalks():
        source, target = shipped(one.source_id), shipped(one.target_id)
        codes = crossed_codes(source, target, shipped_crosswalks())
        assert list(codes.labels) == [each.id for each in target.codes]
        assert all(set(found) <= set(codes.labels) for found in codes.targets.values())
        assert str(one.provenance) in codes.said


def test_a_crosswalk_that_is_not_there_or_does_not_fit_is_refused():
    with pytest.raises(UsageError, match="no crosswalk leads from made to other"):
        crossed_codes(BOOK, OTHER, [])
    with pytest.raises(InputError, match="unknown in the target"):
        crossed_codes(BOOK, OTHER, [walk(("discharge", "nothing", Relation.EXACT))])
    with pytest.raises(InputError, match="not the versions at hand"):
        crossed_codes(BOOK, replace(OTHER, version="2.0.0"), [walk(("discharge", "flow", Relation.EXACT))])


def test_columns_say_what_they_are():
    assert "made 1.0.0" in own_codes(BOOK).said
