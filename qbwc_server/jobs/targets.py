"""What the jobs of one hand-in refer to: known records, open jobs, each other -- and never in a circle."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from qbwc_server import records
from qbwc_server.errors import Problem
from qbwc_server.jobs.circles import circles
from qbwc_server.jobs.graph import by_ids, needs
from qbwc_server.jobs.handed_in import HandedIn, Key, jobs_by_key, key_of
from qbwc_server.jobs.intake import NewJob
from qbwc_server.jobs.model import Job
from qbwc_server.jobs.place import Place
from qbwc_server.jobs.references import references
from qbwc_server.jobs.refused import NOTHING_REFUSED, Refused
from qbwc_server.jobs.states import Status

_SHOWN = 10
"""Names of a circle in a message."""

Referring = tuple[Place, Mapping[Key, str]]
"""Where a job stands, and the records it refers to with the fields that do."""

Batch = Mapping[Key, HandedIn]
"""The jobs that are to be written, by the record they are about."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What a hand-in refers to."""

    of: Mapping[Key, Mapping[Key, str]]
    """For each of its jobs the records it has to wait for, with the field that refers to them."""
    jobs: Mapping[Key, Job]
    """The jobs that are there already for those records."""


def find_targets(
    c: sa.Connection, company_id: int, batch: Batch, refused: Refused = NOTHING_REFUSED
) -> tuple[Targets, list[Problem]]:
    """The targets, and every reference that can never be resolved: unknown, to a cancelled job, in a circle.

    What was refused of the same hand-in is no unknown target, and its own references are looked at too.
    """
    wanted = {key: _external(handed.new) for key, handed in batch.items()}
    everything = {to for paths in (*wanted.values(), *(half.refers_to for half in refused.jobs)) for to in paths}
    there = jobs_by_key(c, company_id, everything)
    recorded = {key for key in records.find(c, company_id, everything) if not _is_in_question(there.get(key))}
    jobs = {key: job for key, job in there.items() if key not in recorded}
    of = {key: _without(paths, recorded) for key, paths in wanted.items()}
    half_read = [(half.key, (half.place, _without(half.refers_to, recorded))) for half in refused.jobs]
    whole = {key: (batch[key].place, paths) for key, paths in of.items()}
    problems = [
        problem
        for place, paths in [*whole.values(), *(referring for _, referring in half_read)]
        for target, path in paths.items()
        if target not in batch and not refused.may_hold(target)
        if (problem := _unusable(place, target, path, jobs.get(target)))
    ]
    known = {key: referring for key, referring in half_read if key is not None} | whole
    graph = {**_standing(c, jobs), **{key: paths for key, (_, paths) in known.items()}}
    return Targets(of, jobs), problems + [_circle(known, circle) for circle in circles(graph)]


def _is_in_question(job: Job | None) -> bool:
    """Whether a record may be wrong: a person is asked about the job that has it."""
    return job is not None and job.status is Status.HELD


def _without(paths: Mapping[Key, str], recorded: Collection[Key]) -> dict[Key, str]:
    return {to: path for to, path in paths.items() if to not in recorded}


def _external(new: NewJob) -> dict[Key, str]:
    """What a job refers to by external id, with the first path that does."""
    found: dict[Key, str] = {}
    for reference in references(new.payload):
        if reference.ref.external_id is not None and reference.family is not None:
            found.setdefault((reference.family, reference.ref.external_id), reference.path)
    return found


def _unusable(place: Place, target: Key, path: str, job: Job | None) -> Problem | None:
    family, external_id = target
    if job is None:
        return place.problem(
            f"no {family} with external_id {external_id!r} is known",
            path,
            f"Enqueue that {family} first or in the same file, or name it by full_name or its ID.",
        )
    if job.status is Status.CANCELLED:
        return place.problem(
            f"job {job.id} ({job.label}) was cancelled and will never be in QuickBooks",
            path,
            f"Retry job {job.id} first, or refer to another {family}.",
        )
    return None


def _standing(c: sa.Connection, jobs: Mapping[Key, Job]) -> dict[Key, list[Key]]:
    """What the jobs that are there already wait for: a circle may go through a job whose payload is replaced."""
    waits = needs(c, [job.id for job in jobs.values()])
    numbers = {*waits, *(on_job_id for some in waits.values() for on_job_id in some)}
    key = {job.id: key_of(job) for job in by_ids(c, numbers)}
    return {key[number]: sorted(key[on_job_id] for on_job_id in some) for number, some in waits.items()}


def _circle(known: Mapping[Key, Referring], circle: list[Key]) -> Problem:
    """Told at a job of the hand-in: without one there would be no circle."""
    first = next(index for index, key in enumerate(circle) if key in known)
    way = [*circle[first:], *circle[:first], circle[first]]
    names = [external_id for _, external_id in way]
    if len(names) > _SHOWN:
        names[_SHOWN // 2 : -_SHOWN // 2] = ["…"]
    place, paths = known[way[0]]
    return place.problem(
        f"refers to itself in a circle: {' -> '.join(names)}",
        paths[way[1]],
        "One of them must not refer to the next.",
    )
