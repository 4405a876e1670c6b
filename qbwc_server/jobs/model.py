"""A job as the rest of the program sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qbwc_server.db import tables
from qbwc_server.jobs.states import Applied, Status


@dataclass(frozen=True, slots=True)
class Job:
    """One thing the business asks QuickBooks to do."""

    id: int
    company_id: int
    kind: str
    """Name in the registry of kinds, e.g. "invoice"."""
    family: str
    """What its external id is unique within, e.g. "item"."""
    operation: str
    """add; later also update, void, delete."""
    step: str
    """What is sent for it next: add."""
    external_id: str | None
    """The caller's own id of the record, 1 to 255 characters."""
    idempotency_key: str
    content_sha256: str
    payload: str
    """Canonical JSON of the fields that were given."""
    label: str
    """What a person calls it: "Invoice 1001"."""
    priority: int
    """As asked; higher goes first."""
    rank: int
    """The priority it runs at: never lower than that of a job that waits for it."""
    status: Status
    applied: Applied
    waiting_for: int
    """Jobs it refers to that are not done yet."""
    due_at: datetime
    """UTC; not sent before."""
    attempts: int
    """Times QuickBooks answered it with a passing refusal."""
    guid: str
    """ExternalGUID of its Add, in braces."""
    search_group: str | None
    """Set while the job may be the one for which a whole set was refused: it travels only with its group."""
    message_set_id: int | None
    """The set it was last sent in."""
    error: str | None
    """One line for a person; null exactly for queued, sent, done and cancelled."""
    error_code: str | None
    cause: str | None
    remedy: str | None
    quickbooks_message: str | None
    missing_name: str | None
    """The name in QuickBooks it is blocked on, as "Item:Labor"."""
    question: str | None
    """What a person is asked while it is held: a value of Question."""
    question_detail: str | None
    """JSON object: what is shown with the question and what the answer is checked against."""
    list_id: str | None
    txn_id: str | None
    warning: str | None
    """Done, but worth a look: a warning of QuickBooks', or a total that differs from the expected one."""
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None

    @property
    def qb_id(self) -> str | None:
        """Its ListID or TxnID, once recorded."""
        return self.list_id or self.txn_id


SELECT = sa.select(*(tables.job.c[name] for name in Job.__dataclass_fields__))
"""Every column of a Job in the order of its fields; built once, as building it costs more than running it."""
_STATUS, _APPLIED = (list(Job.__dataclass_fields__).index(name) for name in ("status", "applied"))


def job_of(row: sa.Row[Any]) -> Job:
    """A job from a row that SELECT returned."""
    values = list(row)
    values[_STATUS] = Status(values[_STATUS])
    values[_APPLIED] = Applied(values[_APPLIED])
    return Job(*values)
