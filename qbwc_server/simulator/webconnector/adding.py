"""Adding an application to the Web Connector: the pages that must answer, and the stamp in the company file."""

from __future__ import annotations

from qbwc_server.errors import Problem, SimulationFailed
from qbwc_server.simulator.quickbooks.books import Books
from qbwc_server.simulator.quickbooks.stamping import stamp_file
from qbwc_server.simulator.webconnector.envelopes import WireFault
from qbwc_server.simulator.webconnector.qwc import ApplicationFile
from qbwc_server.simulator.webconnector.watching import Watcher
from qbwc_server.simulator.webconnector.wire import get_status


def add_application(application: ApplicationFile, books: Books, watcher: Watcher) -> None:
    """What happens when a .qwc file is loaded. Raises SimulationFailed naming the Web Connector's code.

    Adding the same file again changes nothing.
    """
    watcher.said(f"Adding application '{application.app_name}' from its .qwc file")
    _check_support(application.app_support)
    _check_certificate(application.certificate_url)
    stamp_file(books, application.owner_id, application.file_id)
    watcher.said(f"FileID {application.file_id} is in the company file for ownerID {application.owner_id}")


def _check_support(url: str) -> None:
    try:
        status = get_status(url)
    except WireFault as fault:
        raise SimulationFailed(
            Problem(f"QBWC1004: The support page {url} cannot be reached: {fault}.", remedy="Is the server running?")
        ) from None
    if status not in (200, 202):
        raise SimulationFailed(f"QBWC1003: The support page {url} answered HTTP {status} instead of 200.")


def _check_certificate(url: str) -> None:
    try:
        status = get_status(url)
    except WireFault as fault:
        raise SimulationFailed(f"QBWC1048: Could not verify the server's certificate at {url}: {fault}.") from None
    if status != 200:
        raise SimulationFailed(
            f"QBWC1048: Could not verify the server's certificate: GET {url} answered HTTP {status} instead of 200."
        )
