"""Jobs that were there before searches had a table of their own are found as well as new ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from qbwc_server.db import Database, tables
from qbwc_server.db.migrations.versions import v0005_desk
from tests.support.desk import customer, invoice
from tests.support.doubles import ManualClock, SeededChance
from tests.support.queueing import QueueDesk

_INDEXES = (
    *("ix_job_company_kind", "ix_job_created", "ix_job_trouble", "ix_job_error_code"),
    *("ix_session_newest", "ix_message_set_timed"),
)


@pytest.fixture
def migrated(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url, durable=False)
    database.migrate()
    yield database
    database.close()


def test_the_migration_makes_the_keys_that_the_program_would_have_made(
    migrated: Database, clock: ManualClock, chance: SeededChance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(v0005_desk, "_AT_ONCE", 2)
    desk = QueueDesk(migrated, clock, chance)
    desk.enqueue(
        customer("C-1", name="Jane  Roe", company_name="Roe & Söhne"),
        invoice("INV-1", to="C-1"),
        invoice("INV-2", to="C-1", customer_ref={"full_name": "Old Customer:Roof"}),
        invoice("INV-3", to="C-1", customer_ref={"list_id": "80000001-1"}),
    )
    desk.booked("C-1", "8000000A-1")
    made = keys(migrated)
    with migrated.write() as c:
        for name in _INDEXES:
            c.exec_driver_sql(f"DROP INDEX {name}")
        c.exec_driver_sql("DROP TABLE job_key")
        c.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{v0005_desk.down_revision}'")

    migrated.migrate()

    assert keys(migrated) == made
    assert {key for _, key in made} >= {"jane roe", "söhne", "inv-1", "roof", "8000000a-1", "80000001-1"}


def keys(db: Database) -> set[tuple[int, str]]:
    with db.read() as c:
        return {(row.job_id, row.key) for row in c.execute(sa.select(tables.job_key))}
