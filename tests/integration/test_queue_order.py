"""Which jobs go out next, in which order, and what that costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from qbwc_server import companies, jobs, records
from qbwc_server.db import Database, tables
from qbwc_server.exchange import progress
from qbwc_server.exchange.idle import is_idle
from qbwc_server.jobs import Status
from qbwc_server.jobs import queue as queue_module
from tests.support.desk import customer, invoice, payment
from tests.support.query_plans import query_plans, scans, sorts
from tests.support.queueing import QueueDesk, at, below


def test_ready_jobs_go_by_priority_and_then_in_the_order_they_came(desk: QueueDesk) -> None:
    desk.enqueue(customer("A"), at(5, customer("B")), at(-5, customer("C")), at(5, customer("D")), customer("E"))
    assert desk.ready() == ["B", "D", "A", "E", "C"]
    assert desk.ready(limit=3) == ["B", "D", "A"]


def test_a_job_that_waits_is_never_ready_whatever_its_priority(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), at(1000, invoice("INV-1", to="C-1")))
    assert desk.ready() == ["C-1"]
    desk.becomes("C-1", Status.SENT)
    assert desk.ready() == []
    desk.booked("C-1")
    assert desk.ready() == ["INV-1"]


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.QUEUED])
def test_only_queued_jobs_are_ready_at_once(desk: QueueDesk, status: Status) -> None:
    desk.enqueue(customer("C-1"))
    desk.becomes("C-1", status, due_at=desk.clock.now() + timedelta(minutes=1))
    assert desk.ready() == []


def test_the_queue_of_another_company_is_not_touched(desk: QueueDesk, db: Database) -> None:
    other = QueueDesk(db, desk.clock, desk.chance, company="Beta")
    desk.enqueue(customer("A"))
    other.enqueue(customer("B"))
    assert (desk.ready(), other.ready()) == (["A"], ["B"])


def test_what_a_job_waits_for_runs_at_least_at_its_priority(desk: QueueDesk) -> None:
    desk.enqueue(customer("A"), customer("C-1"), at(3, invoice("INV-1", to="C-1")))
    assert desk.ready() == ["C-1", "A"]
    assert (desk.job("C-1").priority, desk.job("C-1").rank) == (0, 3)


def test_priority_is_inherited_through_a_chain_in_any_order_of_lines(desk: QueueDesk) -> None:
    desk.enqueue(
        customer("A"),
        at(9, payment("P-1", of="C-2", to="INV-1")),
        at(2, invoice("INV-1", to="C-2")),
        customer("C-2", **below("C-1")),
        customer("C-1"),
    )
    assert {key: desk.job(key).rank for key in ("C-1", "C-2", "INV-1", "P-1")} == dict.fromkeys(
        ("C-1", "C-2", "INV-1", "P-1"), 9
    )
    assert desk.ready() == ["C-1", "A"]


def test_a_job_that_comes_later_lifts_the_whole_chain_that_is_there(desk: QueueDesk) -> None:
    desk.enqueue(customer("A"), customer("C-1"), customer("C-2", **below("C-1")), invoice("INV-1", to="C-2"))
    desk.enqueue(at(6, payment("P-1", of="C-2", to="INV-1")))
    assert [desk.job(key).rank for key in ("A", "C-1", "C-2", "INV-1")] == [0, 6, 6, 6]


def test_a_job_of_low_priority_lowers_nothing(desk: QueueDesk) -> None:
    desk.enqueue(at(5, customer("C-1")), at(-5, invoice("INV-1", to="C-1")))
    assert desk.job("C-1").rank == 5


def test_of_several_that_wait_the_most_urgent_counts(desk: QueueDesk) -> None:
    desk.enqueue(
        at(2, invoice("INV-1", to="C-1")),
        at(8, invoice("INV-2", to="C-1")),
        at(4, invoice("INV-3", to="C-1")),
        customer("C-1", **below("C-0")),
        customer("C-0"),
    )
    assert (desk.job("C-1").rank, desk.job("C-0").rank) == (8, 8)


def test_a_corrected_job_still_runs_at_the_priority_of_what_waits_for_it(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-0"), customer("C-1"), at(7, invoice("INV-1", to="C-1")))
    desk.fails("C-1")
    desk.enqueue(at(1, customer("C-1", **below("C-0"))))
    assert [desk.job(key).rank for key in ("C-0", "C-1")] == [7, 7]
    assert desk.job("C-1").priority == 1


def test_a_retry_is_taken_when_it_is_due_and_not_before(desk: QueueDesk) -> None:
    desk.enqueue(customer("A"), customer("B"))
    desk.becomes("A", Status.RETRYING, due_at=desk.clock.now() + timedelta(minutes=5))
    assert desk.ready() == ["B"]
    desk.clock.advance(minutes=5)
    assert desk.ready() == ["A", "B"]


def test_due_retries_take_their_place_by_priority_among_the_queued(desk: QueueDesk) -> None:
    given = [at(priority, customer(f"R{priority}")) for priority in range(6)]
    desk.enqueue(*given, at(3, customer("Q3")), customer("Q0"))
    for priority in range(6):
        due = desk.clock.now() - timedelta(minutes=10 - priority)  # the least urgent one has waited longest
        desk.becomes(f"R{priority}", Status.RETRYING, due_at=due)
    assert desk.ready(limit=4) == ["R5", "R4", "R3", "Q3"]
    assert desk.ready() == ["R5", "R4", "R3", "Q3", "R2", "R1", "R0", "Q0"]


def test_a_retry_that_waits_for_another_job_is_not_ready(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    desk.becomes("INV-1", Status.RETRYING, due_at=desk.clock.now())
    assert desk.ready() == ["C-1"]


def test_a_suspect_travels_with_its_group_alone_and_others_never_with_it(desk: QueueDesk) -> None:
    desk.enqueue(at(1, customer("A")), customer("B"), customer("C"), customer("D"), customer("E"))
    for external_id, group in (("B", "one"), ("C", "two"), ("D", "one")):
        desk.becomes(external_id, Status.QUEUED, search_group=group)
    assert desk.ready() == ["A", "E"]
    desk.becomes("A", Status.SENT)
    assert desk.ready() == ["B", "D"]
    for external_id in ("B", "D"):
        desk.becomes(external_id, Status.SENT)
    assert desk.ready() == ["C"]
    desk.becomes("C", Status.SENT)
    assert desk.ready() == ["E"]


def test_there_is_something_ready_exactly_when_a_job_could_go_out(desk: QueueDesk, db: Database) -> None:
    def has_ready() -> bool:
        with db.read() as c:
            return jobs.has_ready(c, desk.company_id, desk.clock.now())

    assert not has_ready()
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    assert has_ready()
    desk.becomes("C-1", Status.RETRYING, due_at=desk.clock.now() + timedelta(seconds=1))
    assert not has_ready()
    desk.clock.advance(seconds=1)
    assert has_ready()


def test_the_backlog_counts_what_is_queued_and_knows_the_next_retry(desk: QueueDesk, db: Database) -> None:
    def backlog() -> jobs.Backlog:
        with db.read() as c:
            return jobs.backlog(c, desk.company_id)

    assert backlog() == jobs.Backlog(0, None)
    desk.enqueue(customer("A"), customer("B"), customer("C"), invoice("INV-1", to="C"), customer("D"))
    soon, late = desk.clock.now() + timedelta(minutes=1), desk.clock.now() + timedelta(hours=1)
    desk.becomes("A", Status.RETRYING, due_at=late)
    desk.becomes("B", Status.RETRYING, due_at=soon)
    desk.fails("D")
    assert backlog() == jobs.Backlog(2, soon)


def test_jobs_are_counted_by_state_up_to_a_limit(
    desk: QueueDesk, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enqueue(*(customer(f"C-{number}") for number in range(6)))
    desk.fails("C-0")
    with db.read() as c:
        assert jobs.counts(c, desk.company_id, [Status.QUEUED, Status.FAILED, Status.HELD]) == {
            Status.QUEUED: 5,
            Status.FAILED: 1,
            Status.HELD: 0,
        }
    monkeypatch.setattr(queue_module, "COUNT_CAP", 3)
    with db.read() as c:
        assert jobs.counts(c, desk.company_id, [Status.QUEUED]) == {Status.QUEUED: 3}
        assert jobs.backlog(c, desk.company_id).queued == 3


@pytest.fixture
def crowded(desk: QueueDesk, db: Database) -> QueueDesk:
    """A queue of 10,000 jobs, most of them done, waiting or not due."""
    now = desk.clock.now()
    states = [("done", 0, now)] * 7 + [("queued", 1, now), ("queued", 0, now), ("retrying", 0, now)]
    rows = [
        {
            "company_id": desk.company_id,
            **dict.fromkeys(("kind", "family"), "customer"),
            **dict.fromkeys(("operation", "step"), "add"),
            "external_id": f"C-{number}",
            "idempotency_key": f"customer:C-{number}",
            "content_sha256": "0" * 64,
            "rank": number % 7,
            "status": states[number % 10][0],
            "error": "later" if states[number % 10][0] == "retrying" else None,
            "waiting_for": states[number % 10][1],
            "due_at": now + timedelta(seconds=number - 100),
            "guid": f"{{{number}}}",
            "created_at": now,
            "updated_at": now,
        }
        for number in range(10_000)
    ]
    with db.write() as c:
        c.execute(sa.insert(tables.job), rows)
        known = [records.Record("customer", f"C-{number}", f"{number:X}-1", None) for number in range(2000)]
        records.save(c, desk.company_id, known, now)
    return desk


def test_a_claim_reads_the_two_narrow_indexes_and_nothing_else(crowded: QueueDesk, db: Database) -> None:
    queued, due = query_plans(db, lambda c: jobs.ready(c, crowded.company_id, crowded.clock.now(), 50))
    assert "ix_job_ready" in queued
    assert "ix_job_due" in due
    assert not scans(queued, "job")
    assert not scans(due, "job")
    assert not sorts(queued), "the first 50 of a million must cost as much as the first 50 of a thousand"


def test_what_waits_for_a_lookup_is_found_without_walking_over_the_queue(crowded: QueueDesk, db: Database) -> None:
    with db.read() as c:
        company = companies.by_id(c, crowded.company_id)
    (plan,) = query_plans(db, lambda c: progress.lookups(c, company, None, 50))
    assert "ix_job_lookup" in plan
    assert not scans(plan, "job")


def test_a_poll_of_an_idle_company_reads_the_narrow_indexes_and_nothing_else(crowded: QueueDesk, db: Database) -> None:
    (plan,) = query_plans(db, lambda c: is_idle(c, crowded.company_id, crowded.clock.now()))
    if db.is_sqlite:  # PostgreSQL may walk over a table until the first row that fits, if it knows that many do
        assert not any(scans(plan, table) for table in ("job", "message_set", "missing_name"))
        assert {"ix_job_ready", "ix_job_due", "ix_job_lookup", "ix_message_set_open"} <= set(
            re.findall(r"ix_\w+", plan)
        )
        assert "due_at<?" in plan


def test_the_backlog_and_the_counts_read_indexes_only(crowded: QueueDesk, db: Database) -> None:
    count, next_due = query_plans(db, lambda c: jobs.backlog(c, crowded.company_id))
    assert "ix_job_company_status" in count
    assert "ix_job_due" in next_due
    assert not sorts(next_due)
    (failed,) = query_plans(db, lambda c: jobs.counts(c, crowded.company_id, [Status.FAILED]))
    assert "ix_job_company_status" in failed
    assert not any(scans(plan, "job") for plan in (count, next_due, failed))


def test_records_are_found_by_index_both_ways(crowded: QueueDesk, db: Database) -> None:
    known = [("customer", f"C-{number}") for number in range(5)]
    held = [("customer", f"{number:X}-1") for number in range(5)]
    (by_external_id,) = query_plans(db, lambda c: records.find(c, crowded.company_id, known))
    assert not scans(by_external_id, "record")
    assert "uq_record_company_id_family_external_id" in by_external_id or "external_id=?" in by_external_id
    (by_qb_id,) = query_plans(db, lambda c: records.holders(c, crowded.company_id, held))
    assert not scans(by_qb_id, "record")
    assert "uq_record_company_id_family_qb_id" in by_qb_id or "qb_id=?" in by_qb_id
