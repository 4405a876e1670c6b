"""The worker that the server runs, in a hurry."""

from __future__ import annotations

from qbwc_server.soap import worker


class Worker(worker.Worker):
    """Two seconds instead of a minute."""

    patience = 2.0
