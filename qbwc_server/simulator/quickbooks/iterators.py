"""Iterators: the pages of a long query, as far as one QuickBooks session has got with them (`facts/qbxml.md` 7)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Iteration:
    request: str
    """What must be sent again with every page."""
    waiting: list[str]


class Iterators:
    """The open iterators of one session. What they go through was settled when they were started."""

    def __init__(self) -> None:
        self._open: dict[str, _Iteration] = {}

    def start(self, iterator_id: str, request: str, ids: list[str]) -> None:
        """Opens one over these IDs; `request` is the query with its filters."""
        self._open[iterator_id] = _Iteration(request, list(ids))

    def page(self, iterator_id: str, request: str, size: int) -> tuple[list[str], int] | None:
        """The next IDs and how many remain; None if no such iterator is open for this request.

        It closes by itself when nothing remains.
        """
        iteration = self._open.get(iterator_id)
        if iteration is None or iteration.request != request:
            return None
        ids, iteration.waiting = iteration.waiting[:size], iteration.waiting[size:]
        if not iteration.waiting:
            self.stop(iterator_id)
        return ids, len(iteration.waiting)

    def stop(self, iterator_id: str) -> bool:
        """Closes one early; False if it is not open."""
        return self._open.pop(iterator_id, None) is not None

    def end(self) -> None:
        """The session is over, and with it every iterator."""
        self._open.clear()
