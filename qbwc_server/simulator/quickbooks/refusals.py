"""What QuickBooks refuses, in its own codes and words (`facts/qbxml.md` section 4).

A `ProcessingError` is the whole message set thrown back before anything ran; a `Refused` is one request's
error status while the others go on.
"""

from __future__ import annotations

from qbwc_server.errors import QbwcError

PARSE_ERROR = "0x80040400"
PARSE_ERROR_TEXT = "QuickBooks found an error when parsing the provided XML text stream."

_NO_SUCH_RECORD = "  QuickBooks error message: Invalid argument.  The specified record does not exist in the list."


class ProcessingError(QbwcError):
    """The request processor threw: nothing of the message set was applied, there is an HRESULT and no answer.

    `hresult` is written as the Web Connector writes it (``0x80040400``), `message` is what travels to the
    server, `detail` is for whoever reads the simulator's transcript (the real one keeps it in its own log).
    """

    def __init__(self, hresult: str, message: str, detail: str = "") -> None:
        super().__init__(f"{hresult}: {message}" + (f" ({detail})" if detail else ""))
        self.hresult = hresult
        self.message = message
        self.detail = detail


def unparsable(detail: str) -> ProcessingError:
    """0x80040400 with its standard sentence; QuickBooks never says what was wrong."""
    return ProcessingError(PARSE_ERROR, PARSE_ERROR_TEXT, detail)


class Refused(Exception):
    """One request ends with this statusCode and statusMessage, and leaves nothing behind."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def not_supported() -> Refused:
    """1030: a request or element that this simulated QuickBooks does not know how to carry out."""
    return Refused(1030, "This request is not supported by this implementation.")


def request_id_too_long(request_id: str) -> Refused:
    """1060: requestIDs have at most 50 characters."""
    return Refused(1060, f'The request ID "{request_id}" is invalid, possibly too long, max 50 chars.')


def malformed_id(value: str, field: str) -> Refused:
    """3000: empty, or not of the form of a ListID or TxnID. `field` is ``list id`` or ``txn id``."""
    return Refused(3000, f'The given object ID "{value}" in the field "{field}" is invalid.')


def unreadable_date(value: str, field: str) -> Refused:
    """3020: of the form of a date, but there is no such day or hour."""
    return Refused(3020, f'There was an error when converting the date value "{value}" in the field "{field}".')


def invalid_range() -> Refused:
    """3030: a range that ends before it starts."""
    return Refused(3030, "Invalid date range: From date is greater than To date")


def unusable_range(name: str) -> Refused:
    """3031: QuickBooks' own times begin with 1970 and end in January 2038."""
    return Refused(3031, f'The "From" or "To" values in the provided {name} are invalid.')


def name_with_colon(name: str, field: str) -> Refused:
    """3090: the colon separates parent and child in a FullName. `field` is such as ``customer name``."""
    return Refused(
        3090,
        f'There was an error when storing "{name}" in the "{field}" field. QuickBooks error message: Names in this '
        "list cannot contain a colon. The colon is a special character used to indicate a parent/child relationship.",
    )


def empty_name(field: str) -> Refused:
    """3090 with the other reason a name cannot be stored (wording unsure)."""
    return Refused(
        3090,
        f'There was an error when storing "" in the "{field}" field. QuickBooks error message: The name is empty.',
    )


def name_in_use(name: str) -> Refused:
    """3100: the name is taken, perhaps by an inactive element or in another of the lists that share names."""
    return Refused(3100, f'The name "{name}" of the list element is already in use.')


def too_large(value: str) -> Refused:
    """3101 (wording unsure): a line or a total is more than a field can hold."""
    return Refused(3101, f"The amount {value} is too large.")


def object_not_found(object_id: str) -> Refused:
    """3120: no such object, or a payment's target that is paid already or belongs to somebody else."""
    return Refused(3120, f'Object "{object_id}" specified in the request cannot be found.')


def invalid_parent(name: str, plural: str) -> Refused:
    """3130. `plural` is the list: ``Customers``, ``Items``. Two spaces stand before QuickBooks' own message."""
    return Refused(3130, f'There is an invalid reference to a parent "{name}" in the {plural} list.{_NO_SUCH_RECORD}')


def invalid_reference(words: str, name: str, place: str) -> Refused:
    """3140: ``Customer``, the name or ID that was given, and where it stood (``Invoice line``)."""
    return Refused(
        3140, f'There is an invalid reference to QuickBooks {words} "{name}" in the {place}.{_NO_SUCH_RECORD}'
    )


def missing_element(name: str) -> Refused:
    """3150: the schema lets it be absent, QuickBooks does not."""
    return Refused(3150, f'There is a missing element: "{name}".')


def object_in_use(object_id: str) -> Refused:
    """3160 (wording unsure): a customer with invoices, an item that was sold, a name with others below it."""
    return Refused(3160, f'Cannot delete the object specified by the id = "{object_id}" because it is in use.')


def in_closed_period(what: str) -> Refused:
    """3171: the date lies on or before the closing date."""
    return Refused(
        3171,
        f"An attempt was made to modify a {what} with a date that is on or before the closing date of the company.",
    )


def list_element_in_use(object_id: str) -> Refused:
    """3175: somebody else is editing the customer or item; goes away by itself."""
    return Refused(
        3175,
        f"There was an error adding, modifying or deleting {object_id} because it is already in use.  "
        "QuickBooks error message: The list element is in use.",
    )


def transaction_in_use(object_id: str) -> Refused:
    """3176: somebody else has the related transaction open; goes away by itself."""
    return Refused(
        3176,
        f"There was an error adding, modifying or deleting {object_id} because it is already in use.  "
        "QuickBooks error message: The application failed to acquire the lock.",
    )


def not_saved(what: str, reason: str) -> Refused:
    """3180: QuickBooks' catch-all; the second sentence is the one that counts."""
    return Refused(3180, f"There was an error when saving a {what}.  QuickBooks error message: {reason}")


def invalid_value(field: str, value: str, reason: str) -> Refused:
    """3210: a value that the schema allows and the books do not."""
    return Refused(3210, f'The "{field}" field has an invalid value "{value}".  QuickBooks error message: {reason}')


def not_processed() -> Refused:
    """3231: an earlier request of a stopOnError set failed; the only status that proves nothing was written."""
    return Refused(3231, "The request has not been processed.")


def feature_off() -> Refused:
    """3250: a preference that is off in this company file, or another edition's field."""
    return Refused(3250, "This feature is not enabled or not available in this version of QuickBooks.")


def invalid_iterator(iterator_id: str) -> Refused:
    """3391: of another session, of another query, or finished."""
    return Refused(3391, f'The iteratorID "{iterator_id}" is not valid.')


def missing_posting_account(account: str) -> Refused:
    """3270 (wording unsure): an inventory item needs its three accounts."""
    return Refused(3270, f"Missing posting account: {account}.")
