"""An initiative counts as long as documents say that it runs, and not a day longer."""

from __future__ import annotations

from datetime import date

import pytest

from careatlas.identifiers import DocumentId
from careatlas.initiative import InitiativeStatus
from evaluation.running_time import running_time
from tests.made_map import said, span, stands

# Plans of the years 2021, 2022, 2023.
SPANS = {DocumentId(f"d{year}"): (date(year, 1, 1), date(year + 1, 1, 1)) for year in (2021, 2022, 2023)}


def days(one, spans=SPANS):
    period = running_time(one, spans).period
    return period and (period.start.isoformat(), period.end.isoformat())


def test_what_is_in_place_since_then_counts_from_then_to_the_last_document_that_says_so():
    one = stands("i", said("a", "d2023", period=span("2017-01-01", "..")))
    assert days(one) == ("2017-01-01", "2024-01-01")
    later = stands("i", said("a", "d2021", period=span("2017-01-01", "..")), said("b", "d2023"))
    assert days(later) == ("2017-01-01", "2024-01-01")


def test_with_no_stated_period_it_counts_in_the_time_of_its_documents():
    assert days(stands("i", said("a", "d2021"))) == ("2021-01-01", "2022-01-01")
    assert days(stands("i", said("a", "d2021"), said("b", "d2023"))) == ("2021-01-01", "2024-01-01")


def test_a_stated_end_holds_also_beyond_the_documents():
    one = stands("i", said("a", "d2021", period=span("2021-04-01", "2026-04-01")))
    assert days(one) == ("2021-04-01", "2026-04-01")


@pytest.mark.parametrize("status", ["planned", "aspiration"])
def test_what_is_not_begun_counts_only_from_when_it_was_said(status):
    before = stands("i", said("a", "d2022", status, period=span("2017-01-01", "..")))
    assert days(before) == ("2022-01-01", "2023-01-01")
    ahead = stands("i", said("a", "d2022", status, period=span("2024-04-01", "2025-04-01")))
    assert days(ahead) == ("2022-01-01", "2025-04-01")
    open_ended = stands("i", said("a", "d2022", status, period=span("2026-04-01", "..")))
    assert days(open_ended) == ("2022-01-01", "2023-01-01")


def test_a_plan_that_came_true_counts_from_the_plan_on_with_its_status_of_the_time():
    parts = (
        said("a", "d2021", "planned", said_on="2021"),
        said("b", "d2023", said_on="2023", period=span("2023-02-01", "..")),
    )
    when = running_time(stands("i", *parts), SPANS)
    assert (when.period.start, when.period.end) == (date(2021, 1, 1), date(2024, 1, 1))
    assert when.status_in(span("2021-01-01", "2022-01-01")) is InitiativeStatus.PLANNED
    assert when.status_in(span("2022-01-01", "2023-01-01")) is InitiativeStatus.PLANNED
    assert when.status_in(span("2023-01-01", "2024-01-01")) is InitiativeStatus.IN_PLACE


def test_a_document_that_says_nothing_of_the_status_does_not_make_a_plan_true():
    parts = [
        said("a", "d2021", "planned", said_on="2021"),
        said("b", "d2022", "unclear", said_on="2022"),
        said("c", "d2023", "in-place", said_on="2023"),
    ]
    when = running_time(stands("i", *parts), SPANS)
    assert when.status_in(span("2022-01-01", "2023-01-01")) is InitiativeStatus.PLANNED
    assert when.status_in(span("2023-01-01", "2024-01-01")) is InitiativeStatus.IN_PLACE


def test_a_start_after_its_documents_counts_for_that_day():
    assert days(stands("i", said("a", "d2021", period=span("2024-04-01", "..")))) == ("2024-04-01", "2024-04-02")
    over = running_time(stands("i", said("a", "d2021", "stopped", period=span("2024-04-01", ".."))), SPANS)
    assert over.period is None


def test_it_counts_until_it_stopped():
    parts = [said("a", "d2021", said_on="2021"), said("b", "d2023", "stopped", said_on="2023")]
    when = running_time(stands("i", *parts), SPANS)
    assert (when.period.start, when.period.end) == (date(2021, 1, 1), date(2023, 1, 1))
    assert when.status_in(span("2022-01-01", "2023-01-01")) is InitiativeStatus.IN_PLACE
    dated = [parts[0], said("b", "d2023", "stopped", said_on="2023", period=span("..", "2022-07-01"))]
    assert days(stands("i", *dated)) == ("2021-01-01", "2022-07-01")


def test_what_only_stopped_counts_nowhere_and_says_so():
    when = running_time(stands("i", said("b", "d2023", "stopped")), SPANS)
    assert when.period is None
    assert "ended before 2023-01-01" in when.why
    known = stands("i", said("b", "d2023", "stopped", period=span("2019-01-01", "..")))
    assert days(known) == ("2019-01-01", "2023-01-01")


def test_what_a_person_edited_prevails_over_what_was_read():
    one = stands("i", said("a", "d2021", "planned"), status=InitiativeStatus.IN_PLACE, period=span("2020-01-01", ".."))
    when = running_time(one, SPANS)
    assert when.period.start == date(2020, 1, 1)
    assert when.status_in(span("2021-01-01", "2022-01-01")) is InitiativeStatus.IN_PLACE


def test_without_a_dated_document_only_the_stated_days_count():
    assert days(stands("i", said("a", "d", period=span("2020-01-01", ".."))), {}) == ("2020-01-01", "2020-01-02")
    assert days(stands("i", said("a", "d", period=span("..", "2020-01-01"))), {}) == ("2019-12-31", "2020-01-01")
    when = running_time(stands("i", said("a", "d")), {})
    assert when.period is None
    assert "none of its documents can be dated" in when.why


def test_years_that_were_read_wrongly_count_for_nothing():
    one = stands("i", said("a", "d2021", period=span("1021-01-01", "..")))
    assert days(one) == ("2021-01-01", "2022-01-01")
