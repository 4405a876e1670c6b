"""What waits for what, and what the fate of a job does to those that wait for it."""

from __future__ import annotations

import pytest

from qbwc_server import jobs
from qbwc_server.db import Database
from qbwc_server.jobs import Status
from tests.support.desk import customer, invoice, payment
from tests.support.queueing import QueueDesk, at, below


def test_a_job_goes_out_when_everything_it_refers_to_is_recorded(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), payment("P-1", of="C-1", to="INV-1"))
    assert [desk.job(key).waiting_for for key in ("C-1", "INV-1", "P-1")] == [0, 1, 2]
    desk.booked("C-1")
    assert (desk.job("INV-1").waiting_for, desk.job("P-1").waiting_for) == (0, 1)
    desk.booked("INV-1")
    assert desk.ready() == ["P-1"]


def test_what_is_recorded_already_is_not_waited_for(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"))
    desk.booked("C-1")
    desk.enqueue(invoice("INV-1", to="C-1"))
    assert desk.job("INV-1").waiting_for == 0
    with desk.db.read() as c:
        assert jobs.job_story(c, desk.number("INV-1")).waits_for == []


@pytest.mark.parametrize("status", [Status.SENT, Status.IN_DOUBT, Status.HELD, Status.RETRYING])
def test_a_job_waits_for_one_that_is_on_its_way_or_waits_for_a_person(desk: QueueDesk, status: Status) -> None:
    desk.enqueue(customer("C-1"))
    desk.becomes("C-1", status)
    (result,) = desk.enqueue(invoice("INV-1", to="C-1"))
    assert result.status is Status.QUEUED
    assert desk.job("INV-1").waiting_for == 1


def test_when_a_job_fails_everything_that_waits_for_it_near_and_far_is_blocked_at_once(desk: QueueDesk) -> None:
    desk.enqueue(
        customer("C-1", name="Acme"),
        customer("C-2", **below("C-1")),
        invoice("INV-1", to="C-2"),
        payment("P-1", of="C-2", to="INV-1"),
        customer("C-3"),
        invoice("INV-3", to="C-3"),
    )
    desk.clock.advance(minutes=3)
    desk.fails("C-1")
    assert desk.statuses("C-2", "INV-1", "P-1") == dict.fromkeys(("C-2", "INV-1", "P-1"), "blocked")
    assert desk.statuses("C-3", "INV-3") == {"C-3": "queued", "INV-3": "queued"}
    number = desk.number("C-1")
    for external_id in ("C-2", "INV-1", "P-1"):
        job = desk.job(external_id)
        assert f"job {number} (Customer Acme)" in (job.error or ""), "the one to correct is named, near or far"
        assert f"job {number}" in (job.remedy or "")
        last = desk.history(external_id)[-1]
        assert (last.from_status, last.to_status) == ("queued", "blocked")
        assert (last.at, last.actor) == (desk.clock.now(), "QuickBooks")


def test_a_waiting_retry_is_blocked_too(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    desk.becomes("INV-1", Status.RETRYING)
    desk.fails("C-1")
    assert desk.job("INV-1").status is Status.BLOCKED


def test_a_failure_leaves_dependents_alone_that_wait_for_a_person_or_were_cancelled(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), *(invoice(key, to="C-1") for key in ("held", "cancelled", "failed")))
    for status in (Status.HELD, Status.CANCELLED, Status.FAILED):
        desk.becomes(status.value, status, error="its own trouble")
    desk.fails("C-1")
    assert desk.statuses("held", "cancelled", "failed") == {key: key for key in ("held", "cancelled", "failed")}
    assert desk.job("held").error == "its own trouble"


def test_a_job_that_refers_to_a_failed_or_blocked_one_is_blocked_as_it_comes(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1", name="Acme"), invoice("INV-1", to="C-1"))
    desk.fails("C-1")
    results = desk.enqueue(payment("P-1", of="C-1", to="INV-1"), invoice("INV-2", to="C-2"), customer("C-2"))
    assert [result.status for result in results] == [Status.BLOCKED, Status.QUEUED, Status.QUEUED]
    assert "(Customer Acme)" in (desk.job("P-1").error or "")
    assert [event.to_status for event in desk.history("P-1")] == ["queued", "blocked"]
    (far,) = desk.enqueue(customer("C-9", **below("C-1")))
    assert far.status is Status.BLOCKED


def test_of_two_jobs_that_failed_both_must_go_on_before_the_third_does(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"), invoice("INV-1", to="C-1"), payment("P-1", of="C-2", to="INV-1"))
    desk.fails("C-1")
    desk.fails("C-2")
    desk.retry("C-2")
    assert desk.statuses("INV-1", "P-1") == {"INV-1": "blocked", "P-1": "blocked"}
    desk.retry("C-1")
    assert desk.statuses("INV-1", "P-1") == {"INV-1": "queued", "P-1": "queued"}


def test_a_retry_releases_everything_near_and_far_with_a_line_in_its_history(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), payment("P-1", of="C-1", to="INV-1"))
    desk.fails("C-1")
    desk.clock.advance(hours=2)
    desk.retry("C-1")
    for external_id in ("INV-1", "P-1"):
        job, last = desk.job(external_id), desk.history(external_id)[-1]
        assert (job.status, job.error, job.cause, job.remedy) == (Status.QUEUED, None, None, None)
        assert (last.from_status, last.to_status, last.actor) == ("blocked", "queued", "command line")
        assert last.at == desk.clock.now()
        assert last.reason
    assert desk.ready() == ["C-1"]


def test_a_job_blocked_on_a_missing_name_holds_up_its_dependents_without_blocking_them(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), payment("P-1", of="C-1", to="INV-1"))
    desk.booked("C-1")
    desk.misses("INV-1", "Item:Labor")
    assert desk.job("P-1").status is Status.QUEUED
    assert desk.ready() == []
    desk.retry("INV-1")
    assert desk.ready() == ["INV-1"]


def test_a_job_blocked_on_a_missing_name_is_not_released_by_others(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    desk.misses("INV-1", "Item:Labor")
    desk.fails("C-1")
    desk.retry("C-1")
    assert (desk.job("INV-1").status, desk.job("INV-1").missing_name) == (Status.BLOCKED, "Item:Labor")


def test_a_failure_in_the_middle_blocks_only_what_comes_after_it(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2", **below("C-1")), customer("C-3", **below("C-2")))
    desk.booked("C-1")
    desk.fails("C-2")
    assert desk.statuses("C-1", "C-2", "C-3") == {"C-1": "done", "C-2": "failed", "C-3": "blocked"}


def test_the_fate_of_one_company_s_jobs_is_nothing_to_another_s(desk: QueueDesk, db: Database) -> None:
    other = QueueDesk(db, desk.clock, desk.chance, company="Beta")
    for each in (desk, other):
        each.enqueue(customer("C-1"), at(3, invoice("INV-1", to="C-1")))
    desk.fails("C-1")
    assert desk.statuses("INV-1") == {"INV-1": "blocked"}
    assert other.statuses("INV-1") == {"INV-1": "queued"}
