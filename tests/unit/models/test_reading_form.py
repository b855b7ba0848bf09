"""The words that are put to a model: its own, with headings, with neighbours, masked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.examples import Example, examples_of
from models.reading_form import example_forms, forms
from models.stack_config import StackConfig

TEXTS = ["It opens in 2024.", "The clinic."]
HEADINGS = [("Plan", "Care homes", "Falls"), ()]
BEFORE, AFTER = ["Before it.", ""], ["After it.", "And after."]


def made(context: str, *, mask: bool = False) -> list[str]:
    return forms(TEXTS, HEADINGS, BEFORE, AFTER, context=context, mask=mask)


def test_plain_text_is_left_as_it_is():
    assert made("text") == TEXTS


def test_the_last_two_headings_stand_before_the_words():
    assert made("headings") == ["Care homes. Falls. It opens in 2024.", "The clinic."]


def test_neighbours_stand_round_the_words():
    assert made("neighbours") == [
        "Care homes. Falls. Before it.. It opens in 2024.. After it.",
        "The clinic.. And after.",
    ]


def test_of_a_neighbour_the_nearest_forty_words_are_read():
    numbers = " ".join(map(str, range(100)))
    (found,) = forms(["here"], [()], [numbers], [numbers], context="neighbours", mask=False)
    before, here, after = found.split(". ")
    assert here == "here"
    assert before.split() == [str(number) for number in range(60, 100)]
    assert after.split() == [str(number) for number in range(40)]


def test_masking_reaches_headings_and_neighbours_too():
    found = forms(
        ["From 2024 on."], [("Leeds City Council",)], ["Until 2021."], ["By 2030."], context="neighbours", mask=True
    )[0]
    assert not any(word in found for word in ("2024", "2021", "2030", "Leeds"))
    assert found.count("YEAR") == 3
    assert "ORGANISATION" in found
    assert made("text", mask=True) == ["It opens in YEAR.", "The clinic."]


@given(
    st.lists(st.tuples(st.text(), st.lists(st.text(), max_size=3), st.text(), st.text()), max_size=4),
    st.sampled_from(["text", "headings", "neighbours"]),
)
def test_there_is_one_text_per_passage_and_its_own_words_are_in_it(rows, context):
    texts, headings, before, after = ([row[at] for row in rows] for at in range(4))
    found = forms(texts, headings, before, after, context=context, mask=False)
    assert len(found) == len(rows)
    assert all(text in form for text, form in zip(texts, found, strict=True))


def test_examples_are_read_as_passages_are():
    rows = [
        Example(
            id=str(at),
            text=TEXTS[at],
            present=frozenset(),
            absent=frozenset(),
            origin="file",
            heading=HEADINGS[at],
            before=BEFORE[at],
            after=AFTER[at],
        )
        for at in range(2)
    ]
    assert example_forms(examples_of([], rows), StackConfig(context="neighbours")) == made("neighbours")


def test_named_places_are_masked_with_the_rest() -> None:
    row = Example(
        id="1",
        text="In 2024 Little Hopton agreed with Hopton Council.",
        present=frozenset(),
        absent=frozenset(),
        origin="file",
    )
    examples = examples_of([], [row])
    (named,) = example_forms(examples, StackConfig(mask=True, mask_names=("Little Hopton",)))
    assert named == "In YEAR PLACE agreed with ORGANISATION."
    (unnamed,) = example_forms(examples, StackConfig(mask=True))
    assert unnamed.startswith("In YEAR Little Hopton")
