"""A company file that went back in time: nothing is lost without a word, and nothing is booked twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from qbwc_server import companies, jobs
from qbwc_server.db import Database
from qbwc_server.exchange.rebook import rebook
from qbwc_server.jobs import Status
from qbwc_server.simulator import Books, Person
from tests.support.desk import customer, invoice
from tests.support.doubles import ManualClock, SeededChance
from tests.support.office import Office


@pytest.fixture
def office(db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path) -> Office:
    return Office(db, clock, chance, tmp_path / "books.db")


def _day(office: Office, *numbers: int) -> None:
    office.enqueue(*(customer(f"C-{n}") for n in numbers))
    office.visit()
    office.clock.advance(minutes=15)


def _restore(office: Office, backup: Path) -> None:
    office.books.close()
    office.open(Books(backup, clock=office.clock.now))


def test_a_restored_backup_pauses_the_company_with_the_jobs_that_are_missing(office: Office, tmp_path: Path) -> None:
    _day(office, 1, 2)
    office.books.copy_to(tmp_path / "backup.db")
    _day(office, 3, 4)
    _restore(office, tmp_path / "backup.db")
    office.enqueue(customer("C-5"))
    outcome = office.visit()
    assert outcome is not None
    assert "went back in time" in outcome.status
    assert office.company.is_paused
    assert "(Customer C-4)" in (office.company.pause_reason or "")
    assert office.statuses() == {
        "C-1": Status.DONE,
        "C-2": Status.DONE,
        "C-3": Status.HELD,
        "C-4": Status.HELD,
        "C-5": Status.QUEUED,
    }
    assert sorted(office.booked()) == ["C-1", "C-2"]


def test_what_a_backup_lost_is_booked_again_when_a_person_says_so(office: Office, tmp_path: Path, db: Database) -> None:
    _day(office, 1, 2)
    office.books.copy_to(tmp_path / "backup.db")
    _day(office, 3, 4)
    _restore(office, tmp_path / "backup.db")
    office.enqueue(invoice("INV-1", "C-4", lines=[{"desc": "text"}]))
    office.visit()
    with db.write() as c:
        for name in ("C-3", "C-4"):
            rebook(c, office.job(name), now=office.clock.now(), actor="test")
        companies.resume(c, "Acme")
    assert office.job("INV-1").waiting_for == 1
    office.visit()
    assert sorted(office.booked())[:4] == ["C-1", "C-2", "C-3", "C-4"]
    by_guid = {document.external_guid: document.id for document in office.books.documents()}
    done = [job for job in office.jobs() if job.kind == "customer"]
    assert {by_guid[job.guid] for job in done} == {job.list_id for job in done}
    with db.read() as c:
        story = jobs.job_story(c, office.job("C-4").id)
    assert any("is not in the books any more" in event.reason for event in story.events)


def test_one_document_deleted_by_hand_asks_a_person_and_stops_nobody_else(office: Office) -> None:
    _day(office, 1, 2, 3)
    Person(office.books).delete("Customer", office.job("C-3").list_id or "")
    office.enqueue(customer("C-4"))
    office.visit()
    assert not office.company.is_paused
    assert office.statuses() == {"C-1": Status.DONE, "C-2": Status.DONE, "C-3": Status.HELD, "C-4": Status.DONE}
    assert "was it deleted there?" in (office.job("C-3").error or "")


def test_a_file_with_everything_in_it_is_never_asked_twice_in_a_visit(office: Office) -> None:
    _day(office, 1, 2)
    office.enqueue(customer("C-3"), invoice("INV-1", "C-3", lines=[{"desc": "text"}]))
    outcome = office.visit()
    assert outcome is not None
    assert outcome.round_trips == 3
