"""Somebody who looks after the queue: answers what is asked about the books, and lets a paused company go on."""

from __future__ import annotations

from qbwc_server.jobs import Question, Status
from tests.simulation.world import World

_ANSWERED = (Question.IN_THE_BOOKS, Question.GONE, Question.TWO_IDS)
"""What the books can answer."""


class Person:
    """Answers truthfully, after a look into the books."""

    def __init__(self, world: World) -> None:
        self._world = world

    def look_after(self) -> None:
        """Everything that waits for a person and that the books can answer."""
        self._world.resume()
        booked: dict[str, list[str]] = {}
        for document in self._world.documents():
            if document.external_guid:
                booked.setdefault(document.external_guid, []).append(document.id)
        for job in self._world.jobs():
            if (
                job.status is not Status.HELD
                or job.question not in _ANSWERED
                or "not_booked" in (job.question_detail or "")
            ):
                continue
            ids = booked.get(job.guid, [])
            if ids:
                self._world.answer(job, f"booked {ids[0]}")
            elif job.question != Question.TWO_IDS:
                self._world.answer(job, "not-booked")
