from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qbwc_server.companies import Company, CompanyState, Recovery
from qbwc_server.desk.estimate import duration, jobs_per_visit, seconds_per_job
from qbwc_server.desk.overview import warnings
from qbwc_server.desk.visits import Contact, contact, interval
from qbwc_server.exchange import Limits

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def company(**changes: object) -> Company:
    values: dict[str, object] = dict.fromkeys(Company.__dataclass_fields__)
    values |= {"name": "Acme", "run_every_minutes": 15, "settings": "{}", "state": CompanyState.ACTIVE}
    return Company(**(values | {"recovery": Recovery.WORKS} | changes))  # type: ignore[arg-type]


def minutes(*numbers: float) -> list[datetime]:
    return [NOW + timedelta(minutes=number) for number in numbers]


def test_the_time_of_a_job_is_the_median_of_the_sets_and_sane_whatever_the_clocks_say() -> None:
    took = [timedelta(seconds=2), timedelta(seconds=4), timedelta(hours=20)]

    assert seconds_per_job([(20, each) for each in took]) == pytest.approx(0.2)
    assert seconds_per_job([(1, timedelta(days=3))]) == 60
    assert seconds_per_job([(1, timedelta(seconds=-5)), (0, timedelta(seconds=5))]) is None


def test_what_does_not_fit_into_one_visit_waits_for_the_next() -> None:
    limits = Limits(session=timedelta(minutes=1), round_trips=200)

    assert jobs_per_visit(1, 20, limits) == 60
    assert jobs_per_visit(0.01, 1, Limits(round_trips=10)) == 10
    assert duration(60, 1, 60, timedelta(minutes=15)) == timedelta(minutes=1)
    assert duration(61, 1, 60, timedelta(minutes=15)) == timedelta(minutes=15, seconds=1)
    assert duration(0, 1, 60, timedelta(minutes=15)) == timedelta(0)


def test_visits_come_as_often_as_was_seen_but_idle_hours_tell_nothing() -> None:
    assert interval(company(), []) == timedelta(minutes=15)
    assert interval(company(), minutes(0, 60, 120, 180, 1000)) == timedelta(minutes=60)
    assert interval(company(), minutes(0, 1, 2)) == timedelta(minutes=15)
    assert interval(company(), minutes(0, 100_000)) == timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "error", "expected"),
    [
        ({}, "", Contact.NEVER_SEEN),
        ({"last_contact_at": NOW - timedelta(minutes=37)}, "", Contact.FINE),
        ({"last_contact_at": NOW - timedelta(minutes=38)}, "", Contact.LATE),
        ({"last_contact_at": NOW + timedelta(hours=1)}, "", Contact.FINE),
        ({"last_contact_at": NOW}, "QuickBooks could not be reached", Contact.FAILING),
        ({"last_contact_at": NOW, "state": CompanyState.PAUSED}, "", Contact.PAUSED),
        ({"stop_reason": "Stopped: another file", "state": CompanyState.PAUSED}, "", Contact.STOPPED),
    ],
)
def test_how_it_stands_with_a_web_connector(changes: dict[str, object], error: str, expected: Contact) -> None:
    assert contact(company(**changes), timedelta(minutes=15), error, NOW) is expected


def test_a_person_is_warned_of_what_is_odd_about_a_company_file() -> None:
    odd = (
        '{"sample_company": true, "accountants_copy": true, "dividing_date": "2026-06-30", "qbxml_versions": ["12.0"]}'
    )

    told = " ".join(warnings(company(facts=odd, recovery=Recovery.ABSENT)))

    for word in ("sample", "accountant", "2026-06-30", "qbXML 12.0", "no record"):
        assert word in told
    assert list(warnings(company(facts='{"qbxml_versions": ["13.0", "16.0"]}'))) == []
