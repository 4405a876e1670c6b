"""What somebody who watches a session is told."""

from __future__ import annotations

from typing import Protocol

from qbwc_server.simulator.quickbooks.refusals import ProcessingError


class Watcher(Protocol):
    """Told of everything as it happens. No text holds the password, the whole ticket or the contents of HCP."""

    def said(self, text: str) -> None:
        """A line in the words of the Web Connector's log."""
        ...

    def request(self, qbxml: str) -> None:
        """A message set goes to QuickBooks."""
        ...

    def answer(self, qbxml: str) -> None:
        """QuickBooks answered it."""
        ...

    def refused(self, error: ProcessingError) -> None:
        """QuickBooks threw the message set back."""
        ...

    def progress(self, percent: int) -> None:
        """The progress bar, 0 to 100."""
        ...


class NobodyWatching:
    """Tells nobody."""

    def said(self, text: str) -> None:
        """See Watcher."""

    def request(self, qbxml: str) -> None:
        """See Watcher."""

    def answer(self, qbxml: str) -> None:
        """See Watcher."""

    def refused(self, error: ProcessingError) -> None:
        """See Watcher."""

    def progress(self, percent: int) -> None:
        """See Watcher."""
