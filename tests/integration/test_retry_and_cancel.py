"""What a person may do to jobs: all of it or none of it, and never an Add of what may be in the books."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from qbwc_server import jobs
from qbwc_server.db import Database
from qbwc_server.errors import JobRefused, Problem, UnknownJob
from qbwc_server.jobs import Applied, Status
from tests.support.desk import customer, invoice, payment
from tests.support.queueing import QueueDesk, below


def refused_retry(desk: QueueDesk, *external_ids: str) -> tuple[Problem, ...]:
    with pytest.raises(JobRefused) as refusal:
        desk.retry(*external_ids)
    return refusal.value.problems


def refused_cancel(desk: QueueDesk, *external_ids: str, with_dependents: bool = False) -> tuple[Problem, ...]:
    with pytest.raises(JobRefused) as refusal:
        desk.cancel(*external_ids, with_dependents=with_dependents)
    return refusal.value.problems


@pytest.mark.parametrize("status", [Status.FAILED, Status.RETRYING, Status.BLOCKED, Status.HELD, Status.CANCELLED])
def test_a_job_that_stopped_is_queued_again_and_due_at_once(desk: QueueDesk, status: Status) -> None:
    desk.enqueue(customer("C-1"))
    desk.becomes("C-1", status, attempts=7, search_group="suspects")
    desk.clock.advance(hours=1)
    (job,) = desk.retry("C-1")
    assert job == desk.job("C-1")
    assert (job.status, job.error, job.attempts, job.search_group) == (Status.QUEUED, None, 0, None)
    assert (job.due_at, job.finished_at) == (desk.clock.now(), None)
    assert desk.ready() == ["C-1"]
    last = desk.history("C-1")[-1]
    assert (last.from_status, last.to_status, last.reason) == (status, "queued", "tried again")
    assert (last.at, last.actor) == (desk.clock.now(), "command line")


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENT, Status.DONE])
def test_a_job_that_is_on_its_way_or_done_is_not_tried_again(desk: QueueDesk, status: Status) -> None:
    desk.enqueue(customer("C-1", name="Acme"))
    if status is not Status.QUEUED:
        desk.becomes("C-1", status)
    (problem,) = refused_retry(desk, "C-1")
    assert f"job {desk.number('C-1')} (Customer Acme) is {status}" in problem.message


@pytest.mark.parametrize("applied", [Applied.UNKNOWN, Applied.YES])
@pytest.mark.parametrize("status", [Status.HELD, Status.FAILED])
def test_a_job_that_may_be_in_the_books_is_never_queued_again(
    desk: QueueDesk, status: Status, applied: Applied
) -> None:
    desk.enqueue(customer("C-1"))
    desk.becomes("C-1", status, applied=applied)
    (problem,) = refused_retry(desk, "C-1")
    assert "in the books" in problem.message
    assert problem.remedy
    assert desk.job("C-1").status is status


def test_a_job_in_doubt_stays_in_doubt_and_quickbooks_is_asked(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"))
    desk.becomes("C-1", Status.IN_DOUBT, error="no answer came", applied=Applied.UNKNOWN)
    (job,) = desk.retry("C-1")
    assert (job.status, job.error, job.applied) == (Status.IN_DOUBT, "no answer came", Applied.UNKNOWN)
    assert desk.ready() == []
    assert "asked" in desk.history("C-1")[-1].reason


def test_a_blocked_job_is_not_tried_before_the_one_it_waits_for(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1", name="Acme"), invoice("INV-1", to="C-1"), payment("P-1", of="C-1", to="INV-1"))
    desk.fails("C-1")
    (problem,) = refused_retry(desk, "P-1")
    assert f"waits for job {desk.number('C-1')} (Customer Acme, failed)" in problem.message
    assert desk.job("P-1").status is Status.BLOCKED


@pytest.mark.parametrize("order", [("C-1", "INV-1", "P-1"), ("P-1", "INV-1", "C-1"), ("P-1", "C-1")])
def test_jobs_that_wait_for_each_other_may_be_tried_again_together(desk: QueueDesk, order: tuple[str, ...]) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), payment("P-1", of="C-1", to="INV-1"))
    desk.fails("C-1")
    tried = desk.retry(*order)
    assert {job.external_id for job in tried} == set(order)
    assert desk.statuses("C-1", "INV-1", "P-1") == dict.fromkeys(("C-1", "INV-1", "P-1"), "queued")
    assert desk.ready() == ["C-1"]


def test_the_one_waited_for_may_come_later_in_the_file_and_still_be_tried_together(desk: QueueDesk) -> None:
    desk.enqueue(invoice("INV-1", to="C-1"), customer("C-1"))
    desk.fails("C-1")
    desk.retry("INV-1", "C-1")
    assert desk.statuses("C-1", "INV-1") == {"C-1": "queued", "INV-1": "queued"}


def test_of_several_all_are_tried_again_or_none_with_a_reason_for_each(desk: QueueDesk) -> None:
    desk.enqueue(*(customer(key) for key in ("A", "B", "C")))
    desk.fails("A")
    desk.becomes("C", Status.SENT)
    problems = refused_retry(desk, "A", "B", "C")
    assert [f"job {desk.number(key)} " in problem.message for key, problem in zip("BC", problems, strict=True)] == [
        True,
        True,
    ]
    assert desk.statuses("A", "B", "C") == {"A": "failed", "B": "queued", "C": "sent"}


def test_a_number_given_twice_is_one_retry(desk: QueueDesk) -> None:
    desk.enqueue(customer("A"))
    desk.fails("A")
    assert len(desk.retry("A", "A")) == 1
    assert [event.to_status for event in desk.history("A")] == ["queued", "failed", "queued"]


def test_after_a_missing_name_was_made_the_job_is_tried_again_and_may_miss_it_again(desk: QueueDesk) -> None:
    desk.enqueue(invoice("INV-1", to="C-1"), customer("C-1"))
    desk.booked("C-1")
    desk.misses("INV-1", "Item:Labor")
    desk.retry("INV-1")
    assert desk.ready() == ["INV-1"]
    desk.misses("INV-1", "Item:Labor")
    assert desk.job("INV-1").status is Status.BLOCKED


@pytest.mark.parametrize("given", [(999,), (999, 1000)])
def test_numbers_that_no_job_has_are_all_named(desk: QueueDesk, db: Database, given: tuple[int, ...]) -> None:
    desk.enqueue(customer("A"))
    desk.fails("A")
    for act in (jobs.retry, jobs.cancel):
        with pytest.raises(UnknownJob) as refusal, db.write() as c:
            act(c, [desk.number("A"), *given], desk.clock, actor="command line")
        assert [f"there is no job {number}" for number in given] == [
            problem.message for problem in refusal.value.problems
        ]
    assert desk.statuses("A") == {"A": "failed"}


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RETRYING, Status.BLOCKED, Status.HELD, Status.FAILED])
def test_a_job_is_taken_back_before_it_reached_the_books(desk: QueueDesk, status: Status) -> None:
    desk.enqueue(customer("C-1"))
    if status is not Status.QUEUED:
        desk.becomes("C-1", status)
    desk.clock.advance(minutes=1)
    assert desk.cancel("C-1") == ["C-1"]
    job, last = desk.job("C-1"), desk.history("C-1")[-1]
    assert (job.status, job.error, job.finished_at) == (Status.CANCELLED, None, desk.clock.now())
    assert (last.from_status, last.to_status) == (status, "cancelled")
    assert (last.at, last.actor) == (desk.clock.now(), "command line")
    assert last.reason
    assert desk.ready() == []


@pytest.mark.parametrize(
    ("status", "applied", "told"),
    [
        (Status.SENT, Applied.UNKNOWN, "may be in QuickBooks"),
        (Status.IN_DOUBT, Applied.UNKNOWN, "may be in QuickBooks"),
        (Status.HELD, Applied.UNKNOWN, "may be in QuickBooks"),
        (Status.HELD, Applied.YES, "is in QuickBooks"),
        (Status.DONE, Applied.YES, "is in QuickBooks"),
        (Status.CANCELLED, Applied.NO, "is cancelled already"),
    ],
)
def test_a_job_that_is_or_may_be_in_the_books_is_not_taken_back(
    desk: QueueDesk, status: Status, applied: Applied, told: str
) -> None:
    desk.enqueue(customer("C-1", name="Acme"))
    desk.becomes("C-1", status, applied=applied)
    before = desk.job("C-1")
    (problem,) = refused_cancel(desk, "C-1")
    assert told in problem.message
    assert "(Customer Acme)" in problem.message
    assert desk.job("C-1") == before


def test_a_job_that_others_wait_for_is_not_taken_back_and_they_are_listed(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), payment("P-1", of="C-1", to="INV-1"))
    (problem,) = refused_cancel(desk, "C-1")
    for external_id in ("INV-1", "P-1"):
        assert f"job {desk.number(external_id)} (" in problem.message
    assert "--with-dependents" in problem.remedy
    assert desk.statuses("C-1", "INV-1", "P-1") == dict.fromkeys(("C-1", "INV-1", "P-1"), "queued")


def test_a_long_list_of_dependents_is_cut_short(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), *(invoice(f"INV-{number}", to="C-1") for number in range(25)))
    (problem,) = refused_cancel(desk, "C-1")
    assert problem.message.endswith("and 15 more")


def test_a_job_is_taken_back_together_with_all_that_waits_for_it(desk: QueueDesk) -> None:
    desk.enqueue(
        customer("C-1"), customer("C-2", **below("C-1")), invoice("INV-1", to="C-2"), customer("C-3"), customer("C-4")
    )
    assert desk.cancel("C-1", with_dependents=True) == ["C-1", "C-2", "INV-1"]
    assert desk.ready() == ["C-3", "C-4"]


def test_all_that_wait_may_be_named_instead(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    assert set(desk.cancel("INV-1", "C-1")) == {"C-1", "INV-1"}


def test_the_dependents_of_a_failed_job_are_taken_back_with_it(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    desk.fails("C-1")
    assert desk.cancel("C-1", with_dependents=True) == ["C-1", "INV-1"]


def test_dependents_that_were_taken_back_do_not_stand_in_the_way(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    desk.cancel("INV-1")
    assert desk.cancel("C-1") == ["C-1"]


def test_of_several_all_are_taken_back_or_none_with_a_reason_for_each(desk: QueueDesk) -> None:
    desk.enqueue(*(customer(key) for key in ("A", "B", "C")), invoice("INV-1", to="C"))
    desk.becomes("B", Status.SENT)
    problems = refused_cancel(desk, "A", "B", "C")
    said = " ".join(problem.message for problem in problems)
    assert len(problems) == 2
    assert f"job {desk.number('B')} (Customer B) is sent" in said
    assert f"job {desk.number('C')} (Customer C) is waited for" in said
    assert desk.job("A").status is Status.QUEUED


def test_a_dependent_that_may_be_in_the_books_stops_the_whole_cancel(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    desk.becomes("INV-1", Status.HELD, applied=Applied.UNKNOWN)
    (problem,) = refused_cancel(desk, "C-1", with_dependents=True)
    assert f"job {desk.number('INV-1')} " in problem.message
    assert desk.job("C-1").status is Status.QUEUED


def test_a_job_taken_back_with_its_dependents_is_taken_up_again_in_order(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    desk.cancel("C-1", with_dependents=True)
    (problem,) = refused_retry(desk, "INV-1")
    assert "cancelled" in problem.message
    desk.retry("C-1")
    desk.retry("INV-1")
    assert desk.ready() == ["C-1"]
    desk.booked("C-1")
    assert desk.ready() == ["INV-1"]


def test_people_who_act_on_jobs_of_several_companies_never_wait_for_each_other_for_ever(
    desk: QueueDesk, db: Database, database_url: str
) -> None:
    other = QueueDesk(db, desk.clock, desk.chance, company="Beta")
    desk.enqueue(customer("A-1"))
    other.enqueue(customer("B-1"), customer("B-2"))
    desk.enqueue(customer("A-2"))
    pairs = [[desk.number("A-1"), other.number("B-1")], [other.number("B-2"), desk.number("A-2")]]
    barrier = threading.Barrier(2)

    def back_and_forth(pair: list[int]) -> None:
        database = Database(database_url, durable=False)
        try:
            for _ in range(15):
                barrier.wait(timeout=30)
                for act in (jobs.cancel, jobs.retry):
                    with database.write() as c:
                        act(c, pair, desk.clock, actor="command line")
        finally:
            database.close()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(back_and_forth, pairs))
    assert desk.statuses("A-1", "A-2") == {"A-1": "queued", "A-2": "queued"}
