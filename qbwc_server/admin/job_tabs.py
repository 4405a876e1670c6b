"""The tabs over the list of jobs: all, those that wait for a person, and each state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from qbwc_server.desk import NEEDS_PERSON, Count, JobFilter, write_filter
from qbwc_server.jobs import Status

_ORDER = (
    Status.HELD,
    Status.FAILED,
    Status.BLOCKED,
    Status.IN_DOUBT,
    Status.RETRYING,
    Status.QUEUED,
    Status.SENT,
    Status.DONE,
    Status.CANCELLED,
)
"""What needs a person stands first."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: where it leads keeps everything else that is filtered."""

    status: Status | None
    label: str
    """Empty for a state, which has its own word."""
    query: Mapping[str, str]
    count: int
    cap: int
    """From which number on the count is shown with a plus."""
    current: bool


def tabs(wanted: JobFilter, counted: Mapping[Status, Count]) -> list[Tab]:
    """The tabs for a filter, with how many jobs of its company (or of all) are in each state."""
    everything = replace(wanted, statuses=(), needs_person=False)
    person = replace(everything, needs_person=True)
    return [
        _tab(None, "All", everything, counted.values(), not wanted.statuses and not wanted.needs_person),
        _tab(None, "Need a person", person, [counted[status] for status in NEEDS_PERSON], wanted.needs_person),
        *(
            _tab(
                status,
                "",
                replace(everything, statuses=(status,)),
                [counted[status]],
                wanted.statuses == (status,) and not wanted.needs_person,
            )
            for status in _ORDER
        ),
    ]


def _tab(status: Status | None, label: str, wanted: JobFilter, counts: Iterable[Count], current: bool) -> Tab:
    several = list(counts)
    number = sum(each.number for each in several)
    return Tab(
        status,
        label,
        write_filter(wanted),
        number,
        number if any(each.is_capped for each in several) else number + 1,
        current,
    )
