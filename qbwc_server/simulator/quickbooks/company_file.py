"""Opening the company file: QuickBooks' BeginSession, and the path under which the file is known."""

from __future__ import annotations

from qbwc_server.simulator.quickbooks.processor import RequestProcessor
from qbwc_server.simulator.quickbooks.refusals import ProcessingError

_PATH = "path"
_DEFAULT_PATH = r"C:\Users\Public\Documents\Intuit\QuickBooks\Company Files\{name}.qbw"
_OTHER_FILE_OPEN = "0x8004040A"
_OTHER_FILE_TEXT = "A QuickBooks company data file is already open and it is different from the one requested."


def begin_session(processor: RequestProcessor, path: str) -> str:
    """Opens the company file and returns its full path.

    '' opens the file that QuickBooks has open. A file that was never asked for by its path takes the first
    path it is asked for as its own; any other is another company file. Raises ProcessingError with the
    HRESULT for connectionError.
    """
    failure = processor.faults.opening()
    if failure is not None:
        raise failure
    books = processor.books
    known = books.fact(_PATH)
    if not path:
        return known or _DEFAULT_PATH.format(name=books.company.name)
    if known is None:
        with books.transaction():
            books.set_fact(_PATH, path)
        return path
    if known.casefold() != path.casefold():
        raise ProcessingError(_OTHER_FILE_OPEN, _OTHER_FILE_TEXT, f"open is {known}")
    return known
