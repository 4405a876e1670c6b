"""Which external id became which ListID or TxnID."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from qbwc_server import records
from qbwc_server.db import Database, tables
from qbwc_server.records import Record
from tests.support.desk import customer
from tests.support.queueing import QueueDesk

ACME = Record(
    "customer",
    "C-1",
    "80000001-1416570432",
    None,
    name="Acme Hardware",
    edit_sequence="1416570432",
    time_created="2026-11-02T09:00:00-08:00",
)
BILL = Record("invoice", "1", "1A-1416570433", None, name="1001", txn_number="7", total="120.00", balance="20.50")


def save(desk: QueueDesk, *new: Record) -> None:
    with desk.db.write() as c:
        records.save(c, desk.company_id, new, desk.clock.now())


def test_records_are_found_again_with_everything_that_is_known_of_them(desk: QueueDesk, db: Database) -> None:
    save(desk, ACME, BILL)
    with db.read() as c:
        wanted = [("customer", "C-1"), ("invoice", "1"), ("invoice", "C-1"), ("customer", "c-1")]
        assert records.find(c, desk.company_id, wanted) == {("customer", "C-1"): ACME, ("invoice", "1"): BILL}
        assert records.find(c, desk.company_id, []) == {}


def test_records_are_found_by_the_id_they_hold(desk: QueueDesk, db: Database) -> None:
    save(desk, ACME, BILL)
    with db.read() as c:
        wanted = [("customer", ACME.qb_id), ("customer", BILL.qb_id), ("invoice", "none")]
        assert records.holders(c, desk.company_id, wanted) == {("customer", ACME.qb_id): ACME}


def test_the_records_of_another_company_are_not_seen(desk: QueueDesk, db: Database) -> None:
    other = QueueDesk(db, desk.clock, desk.chance, company="Beta")
    save(desk, ACME)
    save(other, dataclasses.replace(ACME, name="Somebody else"))
    with db.read() as c:
        (found,) = records.find(c, other.company_id, [("customer", "C-1")]).values()
        assert found.name == "Somebody else"
        (holder,) = records.holders(c, desk.company_id, [("customer", ACME.qb_id)]).values()
        assert holder.name == "Acme Hardware"


def test_a_record_that_is_there_is_replaced_and_others_are_added(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(customer("C-1"))
    save(desk, ACME)
    desk.clock.advance(days=1)
    newer = dataclasses.replace(ACME, edit_sequence="1416570999", job_id=desk.number("C-1"))
    save(desk, BILL, newer)
    with db.read() as c:
        found = records.find(c, desk.company_id, [("customer", "C-1"), ("invoice", "1")])
        assert found == {("customer", "C-1"): newer, ("invoice", "1"): BILL}
        moments = c.scalars(sa.select(tables.record.c.recorded_at)).all()
    assert set(moments) == {desk.clock.now()}


def test_one_id_of_quickbooks_never_belongs_to_two_external_ids(desk: QueueDesk) -> None:
    save(desk, ACME)
    with pytest.raises(sa.exc.IntegrityError):
        save(desk, dataclasses.replace(ACME, external_id="C-2"))


def test_thousands_of_records_are_saved_and_found_at_once(desk: QueueDesk, db: Database) -> None:
    many = [Record("customer", f"C-{number}", f"{number:X}-1", None) for number in range(3000)]
    save(desk, *many)
    save(desk)
    with db.read() as c:
        assert len(records.find(c, desk.company_id, [("customer", each.external_id) for each in many])) == 3000
        assert len(records.holders(c, desk.company_id, [("customer", each.qb_id) for each in many])) == 3000


def test_quickbooks_own_timestamp_is_kept_as_it_came(desk: QueueDesk, db: Database) -> None:
    desk.clock.advance(seconds=0.000001)
    save(desk, ACME)
    with db.read() as c:
        assert c.scalar(sa.select(tables.record.c.time_created)) == "2026-11-02T09:00:00-08:00"
        assert c.scalar(sa.select(tables.record.c.recorded_at)) == desk.clock.now()
