"""Every change of a job's state goes through here, so that each one leaves a row in its history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qbwc_server.db import slices, tables
from qbwc_server.jobs.model import Job
from qbwc_server.jobs.search_keys import change_keys
from qbwc_server.jobs.states import ENDED, WITHOUT_ERROR, Status

_job, _event, _missing = tables.job, tables.job_event, tables.missing_name

_CHANGE = _job.update().where(_job.c.id == sa.bindparam("b_id"))
_CHANGE_ALL = _job.update().where(_job.c.id.in_(sa.bindparam("b_ids", expanding=True)))
_NO_QUESTION: dict[str, Any] = dict.fromkeys(("question", "question_detail"))
_NO_ERROR: Mapping[str, Any] = dict.fromkeys(
    ("error", "error_code", "cause", "remedy", "quickbooks_message", "missing_name")
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a job, in a person's words."""

    error: str
    """What happened, one line."""
    code: str | None = None
    """QuickBooks' statusCode or HRESULT, if it has one."""
    cause: str | None = None
    remedy: str | None = None
    """What to do, and who does it."""
    quickbooks_message: str | None = None
    """QuickBooks' own words."""
    missing_name: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One job on its way to another state (or another try in the same one)."""

    job: Job
    to: Status
    reason: str
    """For the history: one line."""
    trouble: Trouble | None = None
    """Required where the state says that something is wrong, absent where it does not."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Other columns of the job that change with it."""
    detail: str | None = None
    """JSON kept with the event."""


def move(c: sa.Connection, moves: Sequence[Move], *, now: datetime, actor: str) -> None:
    """Carries out moves and writes them down. The caller holds the company's lock.

    A job that waited for a name missing in QuickBooks waits for it no longer, wherever it goes.
    """
    by_values: dict[tuple[tuple[str, Any], ...], list[int]] = defaultdict(list)
    for each in moves:
        by_values[tuple(sorted(_columns(each, now).items()))].append(each.job.id)
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for items, numbers in by_values.items():
        values = dict(items)
        if len(numbers) == 1:
            by_columns[tuple(values)].append(values | {"b_id": numbers[0]})
        else:  # the same happens to all of them, as when a set is sent
            for some in slices(numbers):
                c.execute(_CHANGE_ALL, values | {"b_ids": some})
    for rows in by_columns.values():
        c.execute(_CHANGE, rows)
    for some in slices(each.job.id for each in moves if each.job.missing_name is not None):
        c.execute(_missing.delete().where(_missing.c.job_id.in_(some)))
    change_keys(c, ((each.job, each.changes) for each in moves))
    if moves:
        c.execute(_event.insert(), [_written(each, now, actor) for each in moves])


def _columns(each: Move, now: datetime) -> dict[str, Any]:
    if (each.trouble is None) is not (each.to in WITHOUT_ERROR):
        raise ValueError(f"a job that becomes {each.to} has a reason to show, exactly if something is wrong with it")
    values: dict[str, Any] = {"status": each.to, "updated_at": now, "finished_at": now if each.to in ENDED else None}
    if each.trouble is None:
        values |= _NO_ERROR
    else:
        values |= {
            "error": _one_line(each.trouble.error),
            "error_code": each.trouble.code,
            "cause": each.trouble.cause,
            "remedy": each.trouble.remedy,
            "quickbooks_message": each.trouble.quickbooks_message,
            "missing_name": each.trouble.missing_name,
        }
    return values | _NO_QUESTION | dict(each.changes)


def _written(each: Move, now: datetime, actor: str) -> dict[str, Any]:
    return {
        "job_id": each.job.id,
        "at": now,
        "from_status": each.job.status,
        "to_status": each.to,
        "reason": each.reason,
        "actor": actor,
        "detail": each.detail,
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())
