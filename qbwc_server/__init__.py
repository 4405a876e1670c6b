"""The bridge between an application's invoices, customers and payments and QuickBooks Desktop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qbwc_server.client import Queue

__all__ = ["__version__", "connect"]

__version__ = "0.1.0"


def connect(database_url: str | None = None) -> Queue:
    """Opens the queue for a program of your own; use it in a `with` block, or close it.

    `database_url` is a URL as in `QBWC_DATABASE_URL`; without it the settings of the environment and `.env` count.
    Raises ConfigurationError, DatabaseNotReady or DatabaseAway (all in `qbwc_server.errors`).

        with qbwc_server.connect() as queue:
            queue.enqueue("Acme Hardware", [{"kind": "customer", "operation": "add", ...}])
    """
    # Imported here, so that `import qbwc_server` alone costs nothing.
    from qbwc_server.client import open_queue  # noqa: PLC0415

    return open_queue(database_url)
