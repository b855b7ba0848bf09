from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.language import BLANK, pipeline, read_text
from nlp.not_times import lies_in, merged, not_times
from nlp.time_mentions import REFUSED, time_mentions
from nlp.time_roles import TimeRole, role_of

SAID_ON = "2023-11"


def mentions(text, said_on=SAID_ON):
    return time_mentions(read_text(text, pipeline(BLANK)), said_on)


def one(text, said_on=SAID_ON):
    found = mentions(text, said_on)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "role", "period", "precision"),
    [
        ("All homes join by March 2024.", "by", "2024-03-01/2024-04-01", "month"),
        ("A round has run since 2017.", "since", "2017-01-01/2018-01-01", "year"),
        ("Visits took place in 2023/24.", "during", "2023-04-01/2024-04-01", "financial-year"),
        ("Visits took place in 2023-24.", "during", "2023-04-01/2024-04-01", "financial-year"),
        ("Visits took place in 2023–2024.", "during", "2023-04-01/2024-04-01", "financial-year"),
        ("Visits took place in 23/24.", "during", "2023-04-01/2024-04-01", "financial-year"),
        ("Visits took place in FY2023/24.", "during", "2023-04-01/2024-04-01", "financial-year"),
        ("Visits took place in FY24.", "during", "2023-04-01/2024-04-01", "financial-year"),
        ("Beds were bought in Q3 2023/24.", "during", "2023-10-01/2024-01-01", "quarter"),
        ("Beds were bought in 2023/24 Q4.", "during", "2024-01-01/2024-04-01", "quarter"),
        ("Beds were bought in Q2 2024.", "during", "2024-04-01/2024-07-01", "quarter"),
        ("Beds were bought in the second half of 2024.", "during", "2024-07-01/2025-01-01", "half"),
        ("It closes in spring 2025.", "end", "2025-03-01/2025-06-01", "season"),
        ("It ran over winter 2023/24.", "during", "2023-12-01/2024-03-01", "season"),
        ("Ready by the end of March 2025.", "by", "2025-03-01/2025-04-01", "month"),
        ("Ready by the end of 2024/25.", "by", "2025-01-01/2025-04-01", "quarter"),
        ("Planned for early 2024.", "during", "2024-01-01/2024-05-01", "half"),
        ("It starts on 1st of April 2024.", "start", "2024-04-01/2024-04-02", "day"),
        ("It runs from 01/04/2023.", "start", "2023-04-01/2023-04-02", "day"),
        ("It runs from 2023-04-09.", "start", "2023-04-09/2023-04-10", "day"),
        ("A day on 3/4 May 2024.", "during", "2024-05-03/2024-05-05", "day"),
        ("From Mar-24 homes share records.", "start", "2024-03-01/2024-04-01", "month"),
        ("The team works 2024 onwards.", "start", "2024-01-01/2025-01-01", "year"),
        ("Money is there until 2026.", "end", "2026-01-01/2027-01-01", "year"),
        ("A ward was launched, with ten beds, in May 2023.", "start", "2023-05-01/2023-06-01", "month"),
        ("In May 2024 we will open a hub.", "start", "2024-05-01/2024-06-01", "month"),
        ("The hub opened on January 15 2024.", "start", "2024-01-15/2024-01-16", "day"),  # not January 2015
        ("The hub opened on 1 st April 2023.", "start", "2023-04-01/2023-04-02", "day"),
        ("It runs from 1-Apr-23.", "start", "2023-04-01/2023-04-02", "day"),
        ("Start date: 04/2023", "start", "2023-04-01/2023-05-01", "month"),
        ("Launched 1.4.23", "start", "2023-04-01/2023-04-02", "day"),
        ("Beds in Q1 and Q2 2024/25.", "during", "2024-04-01/2024-10-01", "quarter"),
        ("Beds in Q3 (2024/25).", "during", "2024-10-01/2025-01-01", "quarter"),
        ("Beds in quarter three 2024/25.", "during", "2024-10-01/2025-01-01", "quarter"),
        ("Beds were bought over winter 23/24.", "during", "2023-12-01/2024-03-01", "season"),
        ("Sixty nurses in academic year 2023/24.", "during", "2023-09-01/2024-09-01", "year"),
        ("It is open no earlier than April 2025.", "start", "2025-04-01/2025-05-01", "month"),
        ("The strategy for 2019/23 says so.", "during", "2019-04-01/2023-04-01", "years"),
    ],
)  # fmt: skip
def test_times_are_read_with_their_role(text, role, period, precision):
    found = one(text)
    assert (found.role, found.period.as_text(), found.period.precision) == (role, period, precision)
    assert found.confidence >= 0.5


@pytest.mark.parametrize(
    ("text", "period", "precision"),
    [
        ("It ran from April 2022 to March 2024.", "2022-04-01/2024-04-01", "month"),
        ("It ran between 2019 and 2021.", "2019-01-01/2022-01-01", "years"),
        ("It ran April to September 2023.", "2023-04-01/2023-10-01", "month"),
        ("It ran between October and March 2024.", "2023-10-01/2024-04-01", "month"),
        ("It ran 1 April to 30 June 2024.", "2024-04-01/2024-07-01", "day"),
        ("Funding for 2022/23 to 2024/25.", "2022-04-01/2025-04-01", "years"),
        ("Funding for 2022/23-2024/25.", "2022-04-01/2025-04-01", "years"),
        ("It ran 1 April 23 – 31 March 24.", "2023-04-01/2024-04-01", "day"),  # not 23 to 31 March
        ("It ran between 1 April 2023 and the 31 March 2024.", "2023-04-01/2024-04-01", "day"),
        ("It ran April 2023 to end March 2024.", "2023-04-01/2024-04-01", "month"),
        ("It ran Saturday 1 April 2023 to Sunday 31 March 2024.", "2023-04-01/2024-04-01", "day"),
        ("Beds in Oct-Dec 2023.", "2023-10-01/2024-01-01", "month"),
        ("Beds in December/January 2024.", "2023-12-01/2024-02-01", "month"),
        ("It ran 1 st April 2023 to 31 st March 2024.", "2023-04-01/2024-04-01", "day"),
        ("It ran April 1st 2023 to March 31st 2024.", "2023-04-01/2024-04-01", "day"),
        ("It ran 1-Apr-23 to 31-Mar-24.", "2023-04-01/2024-04-01", "day"),
        ("Funding for 2020-2025.", "2020-01-01/2026-01-01", "years"),
    ],
)
def test_a_span_is_one_period(text, period, precision):
    found = one(text)
    assert (found.period.as_text(), found.period.precision) == (period, precision)
    assert found.role is TimeRole.DURING


@pytest.mark.parametrize(
    ("text", "said_on", "period"),
    [
        ("Over the next two years we grow.", "2023-11", "2023-11-01/2025-11-01"),
        ("Visits rose in the last 12 months.", "2023-11-20", "2022-11-01/2023-11-01"),
        ("Visits rose last year.", "2023-11", "2022-01-01/2023-01-01"),
        ("Visits rose in the last financial year.", "2024-02", "2022-04-01/2023-04-01"),
        ("Open within six months.", "2023-11", "2024-05-01/2024-06-01"),
        ("Opened two years ago.", "2023", "2021-01-01/2022-01-01"),
        ("Phase 2 follows from autumn.", "2023-11", "2023-09-01/2023-12-01"),
        ("Phase 2 follows from autumn.", "2023-12", "2024-09-01/2024-12-01"),
        ("It has run since October.", "2023-03", "2022-10-01/2022-11-01"),
        ("A hub was launched in October.", "2023-11", "2023-10-01/2023-11-01"),
        ("A hub will be launched in October.", "2023-11", "2024-10-01/2024-11-01"),
        ("It starts by June.", "2023-11", "2024-06-01/2024-07-01"),
        ("Ten beds this winter.", "2024-01", "2023-12-01/2024-03-01"),
        ("Ten beds last winter.", "2024-02", "2022-12-01/2023-03-01"),  # this one is not over
        ("Ten beds last autumn.", "2024-02", "2023-09-01/2023-12-01"),
        ("Training this academic year.", "2024-02", "2023-09-01/2024-09-01"),
        ("Ten beds by the end of the financial year.", "2023-11", "2024-03-01/2024-04-01"),
        ("It opened in Q4.", "2024-02", "2024-01-01/2024-04-01"),
    ],
)
def test_times_told_from_the_documents_date(text, said_on, period):
    assert one(text, said_on).period.as_text() == period
    assert mentions(text, "") == ()


@pytest.mark.parametrize(
    "text",
    [
        "The Care Act 2014 and the 2021 Census.",
        "The Mental Capacity Act 2005 applies.",
        "See section 2.3/4 and page 2023.",
        "Call 0161 496 2023 or +44 20 7946 2024.",
        "We bought 12/13 homes and 24/25 beds.",
        "A sum of £2023 or £2,024 for 2023 homes.",
        "Open 24/7 at www.example.org/2023/24.",
        "In 31/06/2023 and 29 February 2023.",  # no such days, and no June or February instead
        "We may march on.",
        "Minute 12/23, ref. 2023/4567, invoice 2023-4567.",
        "Version 1.2.2023.4",
        "Decision ASC/2023/24 of the council.",
        "It may 24 hours later, or may, 2023 or not, march on.",
        "The hub opened in April 2O23.",  # misread, and no April of another year
        "Homes meet annually in March and from 1 April each year.",
        "After March 2024 we will look again.",  # how long after?
    ],
)
def test_figures_that_are_no_times(text):
    assert [found for found in mentions(text) if found.confidence >= 0.5] == []


def test_a_bare_figure_decides_nothing():
    assert one("Homes joined (Smith, 2019).").confidence < 0.5


def test_a_year_behind_a_documents_name_decides_nothing():
    found = one("See the Carers Strategy 2019-2024.")
    assert found.confidence < 0.5
    assert "name" in found.why


@pytest.mark.parametrize("text", ["The 2023/24 Better Care Fund Plan says so.", "In our 2023 Annual Report."])
def test_a_year_before_a_documents_name_decides_nothing(text):
    assert one(text).confidence < 0.5


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Staff were trained in June and September 2022.", "2022-06-01/2022-07-01"),
        ("Staff were trained in June, July and May 2022.", "2021-06-01/2021-07-01"),
        ("Beds were bought in Q2, Q3 and Q4 2022/23.", "2022-07-01/2022-10-01"),
    ],
)
def test_a_list_of_months_has_the_year_of_its_last(text, first):
    assert mentions(text)[0].period.as_text() == first


@pytest.mark.parametrize(
    "text", ["In April 24 homes joined.", "On March 15 a hub opened.", "By May 12 practices join."]
)
def test_two_figures_that_may_be_a_day_or_a_count_are_no_year(text):
    assert one(text).words in {"April", "March", "May"}


def test_a_span_that_ends_before_it_begins_is_refused_on_both_sides():
    found = mentions("Beds were funded from March 2024 to April 2022.")
    assert [side.words for side in found] == ["March 2024", "April 2022"]
    assert all(side.confidence == REFUSED and "ends before it begins" in side.why for side in found)


def test_two_years_side_by_side_are_two_times():
    assert len(mentions("It was done in 2022/23 and in 2023/24.")) == 2


PIECES = st.sampled_from((
    "by ", "from ", " to ", "March 2024", "2023/24", "23/24", "2019-2023", "Q3 ", "autumn ", "1/2/2024", "31 June 2023",
    " and ", "between ", "£2023", "last year", "next 3 years", "\n", "- ", "2.3/4", "99/00", "0", "May ", "end of ",
    "the ", "é", "\u202e", "2069-", "12 ", "since ",
))  # fmt: skip
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=200)


@given(TEXTS, st.sampled_from(("", "2023", "2023-11", "2024-02-29")))
def test_mentions_point_at_their_words_in_order_and_are_periods(text, said_on):
    doc = read_text(text, pipeline(BLANK))
    end = 0
    for found in time_mentions(doc, said_on):
        assert doc.text[found.char_start : found.char_end] == found.words != ""
        assert found.char_start >= end
        assert 0 <= found.confidence <= 1
        assert found.period.start is not None
        assert found.period.end is not None
        end = found.char_end


@given(st.integers(1990, 2068))
def test_every_way_of_writing_a_financial_year_is_the_same_period(year):
    short = f"{year + 1}"[2:]
    for text in (f"{year}/{short}", f"{year}-{short}", f"{year}–{short}", f"{year}-{year + 1}", f"FY {year}/{short}"):
        assert one(f"It was done in {text}.").period.as_text() == f"{year}-04-01/{year + 1}-04-01"


@pytest.mark.parametrize(
    "rubbish", ["2023 ", "Q3 of ", "1 to ", "launch in ", "financial year ", "end of the ", "0 0-"]
)
def test_rubbish_is_read_in_linear_time(rubbish):
    seconds = []
    for length in (10_000, 40_000):
        doc = read_text(rubbish * (length // len(rubbish)), pipeline(BLANK))
        begun = time.process_time()
        time_mentions(doc, SAID_ON)
        seconds.append(time.process_time() - begun)
    assert seconds[1] < 12 * seconds[0] + 0.5  # four times the length; quadratic would be sixteen times


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)).map(lambda pair: (pair[0], sum(pair))), max_size=6))
def test_what_lies_in_spans_is_what_touches_one(spans):
    held = merged(spans)
    for start in range(45):
        expected = any(start < end and first < start + 2 for first, end in spans)
        assert lies_in(held, start, start + 2) == expected


@pytest.mark.parametrize(
    ("before", "after", "role", "deciding"),
    [
        ("It opens by the end of ", "", "by", "by"),
        ("It was launched with ten beds in ", "", "start", "launched"),
        ("It was launched. Falls fell in ", "", "during", "in"),  # not over the end of a sentence
        ("In ", " we will open a hub", "start", "open"),
        ("", " onwards", "start", "onwards"),
        ("Homes ", " here", "during", ""),
        ("The ward closed and the hub opened in ", "", "start", "opened"),  # the nearest verb
        ("It was agreed in May; the board met on ", "", "during", "met"),
        ("It is not there until ", "", "start", "until"),
        ("The year to ", "", "end", "year to"),
        ("It opens on Monday ", "", "start", "opens"),
        ("A round in ", " each year", "during", "each year"),
        ("A board holds its first meeting in ", "", "start", "first meeting"),
        ("It was not renewed after ", "", "end", "after"),
        ("Homes in Mill End from ", "", "start", "from"),  # a place
    ],
)
def test_the_words_beside_a_time_give_it_its_role(before, after, role, deciding):
    found, _, words = role_of(before, after)
    assert (found, words) == (role, deciding)


def test_laws_and_telephone_numbers_are_marked_as_no_times():
    text = "Under the Health and Care Act 2022, ring 01622 000000."
    assert [text[start:end] for start, end in not_times(text)] == ["Act 2022", "01622 000000"]
