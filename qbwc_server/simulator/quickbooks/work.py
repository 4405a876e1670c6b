"""What carrying out one request needs, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.books import Books
from qbwc_server.simulator.quickbooks.faults import Faults
from qbwc_server.simulator.quickbooks.iterators import Iterators
from qbwc_server.simulator.quickbooks.settings import QuickBooksSettings


@dataclass(frozen=True, slots=True)
class Work:
    """The company file, the QuickBooks that has it open, and what is to go wrong."""

    books: Books
    settings: QuickBooksSettings
    faults: Faults
    iterators: Iterators = field(default_factory=Iterators)
    """Those of the session that is going on."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What a request made, for the answer and for the message-set memory."""

    ret_name: str
    """``CustomerRet``."""
    ret: Aggregate
    id_name: str = ""
    """``ListID`` or ``TxnID``; empty if nothing was made (a query, a payment of credits alone)."""
    id: str = ""
    edit_sequence: int = 0
    txn_number: int | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found."""

    rets: tuple[tuple[str, Aggregate], ...] = ()
    """Each object with the name of its *Ret."""
    code: int = 0
    message: str = "Status OK"
    ret_count: int | None = None
    """How many there are, whether they are answered or not; None unless metaData asks for it."""
    iterator_remaining: int | None = None
    iterator_id: str | None = None


Carry = Callable[[Work, Aggregate], Booked | Found | None]
"""Carries out one request inside a transaction of the books.

It is given the content of the *Add; of a query the content of the whole *Rq, with the attributes as ``@iterator``.
None is success without an object. Raises Refused.
"""
