"""Looking at jobs: the lists, and the whole story of one."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.db import Database, tables
from qbwc_server.errors import UnknownCompany, UnknownJob
from qbwc_server.jobs import JobRow, Status
from tests.support.desk import customer, invoice
from tests.support.query_plans import query_plans, scans
from tests.support.queueing import QueueDesk


def test_a_list_shows_each_job_on_one_line(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), customer("C-2"))
    desk.booked("C-1", "80000001-1")
    desk.booked("INV-1", "1A-1")
    desk.fails("C-2", "the name is\nin use already")
    with db.read() as c:
        rows = jobs.list_jobs(c)
    first = desk.number("C-1")
    assert rows == [
        JobRow(first, "Acme", "customer", "add", "C-1", "done", "80000001-1", None, None),
        JobRow(first + 1, "Acme", "invoice", "add", "INV-1", "done", None, "1A-1", None),
        JobRow(first + 2, "Acme", "customer", "add", "C-2", "failed", None, None, "the name is in use already"),
    ]


def test_a_list_holds_the_newest_and_shows_the_oldest_of_them_first(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(*(customer(f"C-{number}") for number in range(5)))
    with db.read() as c:
        assert [row.external_id for row in jobs.list_jobs(c, limit=2)] == ["C-3", "C-4"]


def test_a_list_is_narrowed_by_company_and_state(desk: QueueDesk, db: Database) -> None:
    other = QueueDesk(db, desk.clock, desk.chance, company="Stra\u00dfe")
    desk.enqueue(customer("A-1"), customer("A-2"))
    other.enqueue(customer("B-1"))
    desk.fails("A-2")
    with db.read() as c:
        assert [row.external_id for row in jobs.list_jobs(c, company=" aCME ")] == ["A-1", "A-2"]
        assert [row.external_id for row in jobs.list_jobs(c, company="STRASSE")] == ["B-1"]
        assert [row.external_id for row in jobs.list_jobs(c, status="queued")] == ["A-1", "B-1"]
        assert [row.external_id for row in jobs.list_jobs(c, company="Acme", status="failed")] == ["A-2"]
        assert jobs.list_jobs(c, status="held") == []
        with pytest.raises(UnknownCompany, match="Did you mean Acme"):
            jobs.list_jobs(c, company="Acmee")


def test_a_list_of_one_company_s_failed_jobs_reads_an_index(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(*(customer(f"C-{number}") for number in range(2000)))
    desk.fails("C-7")
    plans = query_plans(db, lambda c: jobs.list_jobs(c, company="Acme", status="failed"))
    assert "ix_job_company_status" in plans[-1]
    assert not scans(plans[-1], "job")


def test_the_story_of_a_job_tells_every_move_with_its_time_reason_and_author(desk: QueueDesk, db: Database) -> None:
    start = desk.clock.now()
    desk.enqueue(customer("C-1"))
    desk.clock.advance(minutes=1)
    desk.becomes("C-1", Status.SENT)
    desk.clock.advance(minutes=1)
    desk.fails("C-1")
    desk.clock.advance(minutes=1)
    desk.retry("C-1")
    told = [(event.at, event.from_status, event.to_status, event.reason, event.actor) for event in desk.history("C-1")]
    assert told == [
        (start, None, "queued", "enqueued", "command line"),
        (start + timedelta(minutes=1), "queued", "sent", "said the test", "QuickBooks"),
        (start + timedelta(minutes=2), "sent", "failed", "said the test", "QuickBooks"),
        (start + timedelta(minutes=3), "failed", "queued", "tried again", "command line"),
    ]
    assert {event.at.tzinfo for event in desk.history("C-1")} == {UTC}


def test_the_story_of_a_job_knows_both_its_neighbours(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), invoice("INV-2", to="C-1"))
    with db.read() as c:
        story = jobs.job_story(c, desk.number("C-1"))
        waiting = jobs.job_story(c, desk.number("INV-1"))
    assert (story.company, story.job) == ("Acme", desk.job("C-1"))
    assert [job.external_id for job in story.waited_for_by] == ["INV-1", "INV-2"]
    assert story.waits_for == []
    assert [job.external_id for job in waiting.waits_for] == ["C-1"]


def test_the_story_of_a_job_shows_every_set_it_travelled_in_also_when_its_texts_are_gone(
    desk: QueueDesk, db: Database
) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    now = desk.clock.now()
    with db.write() as c:
        session = {"company_id": desk.company_id, "ticket_sha256": "0" * 64, "state": "closed"}
        c.execute(sa.insert(tables.session).values(**session, id=1, started_at=now, last_call_at=now))
        for number in (1, 2):
            sent = {"id": number, "company_id": desk.company_id, "session_id": 1, "key": f"set{number}"}
            times = {"first_sent_at": now + timedelta(hours=number), "sent_at": now + timedelta(hours=number)}
            kind = {"purpose": "write", "state": "answered", "qbxml_version": "13.0"}
            c.execute(sa.insert(tables.message_set).values(**sent, **times, **kind))
            item = {"message_set_id": number, "position": 3, "job_id": desk.number("C-1"), "step": "add"}
            c.execute(sa.insert(tables.message_set_item).values(**item, status_code=3180))
        texts = {"message_set_id": 2, "request": "<out/>", "response": "<back/>"}
        c.execute(sa.insert(tables.message_set_text).values(**texts))
    with db.read() as c:
        purged, whole = jobs.job_story(c, desk.number("C-1")).exchanged
        assert jobs.job_story(c, desk.number("C-2")).exchanged == []
    assert (whole.key, whole.position, whole.status_code) == ("set2", 3, 3180)
    assert (whole.request, whole.response, whole.sent_at) == ("<out/>", "<back/>", now + timedelta(hours=2))
    assert (purged.key, purged.request, purged.response) == ("set1", "", None)


@pytest.mark.parametrize("customers", [1, 300])
def test_the_story_of_a_job_costs_the_same_in_a_long_queue(desk: QueueDesk, db: Database, customers: int) -> None:
    """Also where nearly all jobs wait for one: statistics then say that looking up what waits for a job is no gain."""
    desk.enqueue(*(customer(f"C-{number}") for number in range(300)))
    desk.enqueue(*(invoice(f"INV-{number}", to=f"C-{number % customers}") for number in range(1200)))
    number = desk.number("INV-7")
    plans = query_plans(db, lambda c: jobs.job_story(c, number))
    for table in ("job", "job_event", "job_dependency"):
        assert not any(scans(plan, table) for plan in plans)


def test_a_number_that_no_job_has_is_refused(desk: QueueDesk, db: Database) -> None:
    with pytest.raises(UnknownJob, match="there is no job 7"), db.read() as c:
        jobs.job_story(c, 7)


def test_jobs_are_found_by_number_in_order_and_unknown_ones_left_out(desk: QueueDesk, db: Database) -> None:
    numbers = [result.id for result in desk.enqueue(*(customer(f"C-{number}") for number in range(1200)))]
    with db.read() as c:
        assert [job.id for job in jobs.by_ids(c, [*reversed(numbers), 0, max(numbers) + 1])] == numbers
        assert jobs.by_ids(c, []) == []
