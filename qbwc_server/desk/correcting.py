"""Handing a job in again under its own external id, by a person who corrected it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from qbwc_server import companies, exchange, jobs
from qbwc_server.clock import Chance, Clock
from qbwc_server.desk.actions import actions
from qbwc_server.errors import JobRefused, Problem
from qbwc_server.jobs import Enqueued, Job, NewJob


def correct(
    c: sa.Connection, job: Job, new: Sequence[NewJob], clock: Clock, chance: Chance, *, seen: str, actor: str
) -> Enqueued:
    """Queues the job with another payload, or tries it again if that is the same.

    `job` as the person saw it when the form was opened or later; `seen` is the content_sha256 of the payload that they
    corrected. Raises JobRefused if it may not be corrected, or no longer is what they saw, and PayloadRefused.
    """
    companies.lock(c, job.company_id)
    (now_there,) = jobs.by_ids(c, [job.id])
    if (problem := actions(c, now_there).correct) is not None:
        raise JobRefused(problem)
    if now_there.content_sha256 != seen:
        raise JobRefused(_changed(now_there))
    others = [each for each in new if (jobs.kind(each.kind).family, each.external_id) != (job.family, job.external_id)]
    if others or len(new) != 1:
        raise JobRefused(_another(now_there))
    (done,) = jobs.enqueue(c, job.company_id, new, clock, chance, actor=actor)
    if new[0].content_hash == now_there.content_sha256:
        (again,) = exchange.retry(c, [job.id], clock, actor=actor)
        return Enqueued(again.id, done.external_id, again.status, created=False)
    return done


def _changed(job: Job) -> Problem:
    message = f"job {job.id} ({job.label}) was corrected by somebody else meanwhile"
    return Problem(message, remedy="Open it again to see what it is now, and make your change there.")


def _another(job: Job) -> Problem:
    message = f"this must be one job, of the same kind of record and with the external_id {job.external_id!r}"
    return Problem(message, "external_id", "Make anything else a new job.")
