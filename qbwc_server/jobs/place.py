"""Where in a file or a call a job stands."""

from __future__ import annotations

from dataclasses import dataclass

from qbwc_server.errors import Problem


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, or one of several jobs in a call; neither for a job that was handed in alone."""

    line: int | None = None
    """From 1."""
    index: int | None = None
    """From 0."""

    @property
    def order(self) -> int:
        """What stands earlier has the smaller number."""
        return self.line or self.index or 0

    @property
    def prefix(self) -> str:
        """What stands before every path: ``jobs[1].``, or nothing."""
        return "" if self.index is None else f"jobs[{self.index}]."

    def problem(self, message: str, path: str, remedy: str = "") -> Problem:
        """Something that is wrong with the job that stands here."""
        return Problem(message, path=f"{self.prefix}{path}", remedy=remedy, line=self.line)

    def __str__(self) -> str:
        return self.prefix.rstrip(".") if self.line is None else f"line {self.line}"
