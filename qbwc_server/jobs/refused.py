"""What was refused when a hand-in was read, as far as the checks of the other jobs need to know it.

All errors of a hand-in come at once: those of single fields, which reading finds, and those between jobs, which only
the queue can tell. So a job that was refused still counts as a target of references, and its own are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qbwc_server.errors import Problem
from qbwc_server.jobs.place import Place


@dataclass(frozen=True, slots=True)
class HalfRead:
    """A job that was refused, and what could be read of it all the same."""

    place: Place
    family: str | None
    """None if its kind is not known."""
    external_id: str
    """Empty if there is none that can be used."""
    content_hash: str
    """Empty if its payload cannot be read."""
    refers_to: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Family and external id of the records it refers to, with the field that does."""

    @property
    def key(self) -> tuple[str, str] | None:
        """The record it is about, if that is known."""
        return (self.family, self.external_id) if self.family and self.external_id else None


@dataclass(frozen=True, slots=True)
class Refused:
    """Everything that was refused of one hand-in."""

    problems: tuple[Problem, ...] = ()
    jobs: tuple[HalfRead, ...] = ()
    words: frozenset[str] = frozenset()
    """What may be an external id in the lines that could not be read at all."""
    _ids: frozenset[tuple[str | None, str]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", frozenset((job.family, job.external_id) for job in self.jobs))

    def may_hold(self, key: tuple[str, str]) -> bool:
        """Whether one of the refused jobs may be about this record."""
        return key in self._ids or (None, key[1]) in self._ids or key[1] in self.words


NOTHING_REFUSED = Refused()


def words_of(lines: Iterable[str | bytes]) -> frozenset[str]:
    """Whatever stands between quotes, also where a quote is missing or too much."""
    texts = (line if isinstance(line, str) else line.decode("utf-8", "replace") for line in lines)
    return frozenset(word for text in texts for piece in text.split('"') if (word := piece.strip(" ,:{}[]\r")))
