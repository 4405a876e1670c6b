from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qbwc_server.simulator.quickbooks import stamps

NEW_YORK = stamps.zone_named("America/New_York")


def test_ids_have_the_shapes_of_a_current_file() -> None:
    assert stamps.list_id(0x13, 1416570432) == "80000013-1416570432"
    assert stamps.txn_id(0xC5, 1417118624) == "C5-1417118624"


@pytest.mark.parametrize("text", ["80000013-1416570432", "C5-1417118624", "110000-1232697602"])
def test_what_quickbooks_could_have_made_is_an_id(text: str) -> None:
    assert stamps.looks_like_an_id(text)


@pytest.mark.parametrize("text", ["", "Acme", "80000013", "80000013-", "-1", "G1-1", "8000-12-3", "1-1 "])
def test_anything_else_is_no_id(text: str) -> None:
    assert not stamps.looks_like_an_id(text)


def test_an_edit_sequence_grows_even_within_one_second_and_when_the_clock_is_set_back() -> None:
    assert stamps.next_edit_sequence(1000) == 1000
    assert stamps.next_edit_sequence(1000, previous=1000) == 1001
    assert stamps.next_edit_sequence(900, previous=1000) == 1001


def test_in_winter_a_timestamp_is_local_time_with_its_offset() -> None:
    seconds = stamps.unix_seconds(datetime(2026, 1, 15, 17, 0, tzinfo=UTC))
    assert stamps.local_timestamp(seconds, NEW_YORK) == "2026-01-15T12:00:00-05:00"


def test_in_summer_the_wall_clock_is_right_and_the_offset_is_still_that_of_winter() -> None:
    seconds = stamps.unix_seconds(datetime(2026, 7, 15, 16, 0, tzinfo=UTC))
    assert stamps.local_timestamp(seconds, NEW_YORK) == "2026-07-15T12:00:00-05:00"


def test_the_day_is_the_one_on_the_quickbooks_machine() -> None:
    seconds = stamps.unix_seconds(datetime(2026, 11, 3, 2, 0, tzinfo=UTC))
    assert stamps.local_day(seconds, NEW_YORK).isoformat() == "2026-11-02"


def test_an_unknown_time_zone_becomes_eastern_standard_time() -> None:
    seconds = stamps.unix_seconds(datetime(2026, 7, 15, 16, 0, tzinfo=UTC))
    assert stamps.local_timestamp(seconds, stamps.zone_named("Nowhere/At All")) == "2026-07-15T11:00:00-05:00"


def test_net_ticks_count_tenths_of_microseconds_from_the_year_1() -> None:
    assert stamps.net_ticks(datetime(1970, 1, 1, tzinfo=UTC)) == 621355968000000000
