import pytest

from nlp.comparison import is_comparison


def says(text, place="Wigan"):
    start = text.index(place)
    return is_comparison(text, start, start + len(place))


@pytest.mark.parametrize(
    "text",
    [
        "As in Wigan, nurses will visit homes.",
        "Learning from Wigan, we will open a hub.",
        "We took lessons from colleagues in neighbouring Wigan.",
        "A hub similar to the one in Wigan will open.",
        "The team visited Wigan in May.",
        "Unlike Wigan, we have no team.",
        "More beds than in Wigan are needed.",
        "We will follow the Wigan Deal.",
        "We will use the Wigan model.",
        "an approach pioneered\nin Wigan",
    ],
)
def test_comparisons(text):
    assert says(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nurses will visit homes in Wigan.",
        "Learning from Leeds, we will open a hub in Wigan.",
        "We compared plans. A hub in Wigan opens.",
        "Residents would like to see beds in Wigan.",
        "Services like meals on wheels in Wigan go on.",
        "Best practice is shared; Wigan has a team.",
        "Wigan model homes are inspected.",
    ],
)
def test_what_is_done_there(text):
    assert not says(text)


def test_only_the_clause_before_counts():
    assert not says("Learning from others is hard. " + "We plan for homes. " * 5 + "In Wigan a hub opens.")
