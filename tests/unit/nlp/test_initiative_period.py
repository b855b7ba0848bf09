from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.initiative import InitiativeStatus
from nlp.initiative_period import initiative_period
from nlp.language import BLANK, pipeline, read_text
from nlp.time_mentions import time_mentions

PLANNED, IN_PLACE, STOPPED = InitiativeStatus.PLANNED, InitiativeStatus.IN_PLACE, InitiativeStatus.STOPPED


def period(text, status, said_on="2023-11"):
    found, spans = initiative_period(time_mentions(read_text(text, pipeline(BLANK)), said_on), status, said_on)
    for span in spans:
        assert text[span.char_start : span.char_end] == span.words
    return "" if found is None else found.as_text(), [span.name for span in spans]


@pytest.mark.parametrize(
    ("text", "status", "expected", "names"),
    [
        ("Homes get a nurse by March 2024.", PLANNED, "2024-03-01/..", ["start"]),
        ("It has run since 2017.", IN_PLACE, "2017-01-01/..", ["start"]),
        ("It ran from April 2022 to March 2024.", IN_PLACE, "2022-04-01/2024-04-01", ["start"]),
        ("It began in May 2023 and is funded until 2026.", IN_PLACE, "2023-05-01/2027-01-01", ["start", "end"]),
        ("It runs until March 2026.", IN_PLACE, "../2026-04-01", ["end"]),
        ("It closed in March 2022.", STOPPED, "../2022-04-01", ["end"]),
        ("All beds were given back by March 2022.", STOPPED, "../2022-04-01", ["end"]),
        ("Therapists come in May 2024.", PLANNED, "2024-05-01/..", ["start"]),  # planned for May, with no end
        ("Therapists came in May 2023.", IN_PLACE, "2023-05-01/2023-06-01", ["start"]),
        ("We buy beds over the next two years.", PLANNED, "2023-11-01/2025-11-01", ["start"]),
        ("Falls rose in 2021/22. We will buy beds in 2024/25.", PLANNED, "2024-04-01/2025-04-01", ["start"]),
        ("From 2024 we buy beds; by March 2026 all are open.", PLANNED, "2024-01-01/..", ["start"]),
        ("Beds were funded from March 2024 to April 2022.", IN_PLACE, "", []),
        ("Under the Care Act 2014.", IN_PLACE, "", []),
        ("It will not open until April 2025.", PLANNED, "2025-04-01/..", ["start"]),  # no end
        ("It did not close until April 2022.", STOPPED, "../2022-05-01", ["end"]),
        ("Agreed in January 2023, it starts in April 2024.", PLANNED, "2024-04-01/..", ["start"]),
        ("Agreed in January 2024 for nurses who come in June 2024.", PLANNED, "2024-06-01/..", ["start"]),
        ("A hub was approved in January 2023.", IN_PLACE, "2023-01-01/..", ["start"]),
        ("The board met on 3 May 2023. Nurses visit homes.", IN_PLACE, "", []),
        ("As at 31 March 2023, 38 homes take part.", IN_PLACE, "", []),
        ("As of March 2023, 38 homes take part.", IN_PLACE, "", []),
        ("As of April 2025 the trust will visit.", PLANNED, "2025-04-01/..", ["start"]),
        ("3 May 2023. Nurses visit homes.", IN_PLACE, "", []),
        ("On 3 May 2023 it moved to the trust.", IN_PLACE, "2023-05-03/..", ["start"]),
        ("A workshop was held on 3 May 2023.", IN_PLACE, "2023-05-03/2023-05-04", ["start"]),
        ("Money ceased from April 2023.", STOPPED, "../2023-05-01", ["end"]),
        ("Stood down in 2020 and re-established in 2022.", IN_PLACE, "2022-01-01/..", ["start"]),
        ("Starts from May 2024; ends in March 2023.", PLANNED, "2024-05-01/..", ["start"]),  # the end is left out
    ],
)  # fmt: skip
def test_the_period_in_which_it_runs(text, status, expected, names):
    assert period(text, status) == (expected, names)


WORDS = st.sampled_from(
    ("from 2024 ", "until 2023 ", "by May 2024 ", "in 2022/23 ", "since 2025 ", "to 2019 ", "ended in 2020. ")
)


@given(st.lists(WORDS, max_size=6).map("".join), st.sampled_from(InitiativeStatus))
def test_never_a_period_that_ends_before_it_begins(text, status):
    period(text, status)  # Period refuses such a thing
