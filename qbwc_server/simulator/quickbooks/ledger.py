"""The transactions of a company file and what is applied to what. Amounts are whole cents in the file."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qbwc_server.simulator.quickbooks.aggregates import Aggregate

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Txn:
    """A row of the ledger."""

    txn_id: str
    type: str
    """``Invoice`` or ``ReceivePayment``."""
    txn_number: int
    customer_id: str
    txn_date: str
    """ISO date."""
    ref_number: str
    """Empty if it has none."""
    total: Decimal
    """Two decimals: an invoice with its tax, a payment's whole amount."""
    edit_sequence: int
    created: int
    modified: int
    """Both in Unix seconds."""
    guid: str | None
    fields: Aggregate
    """What the Add carried and QuickBooks worked out, references resolved, without what changes later."""


@dataclass(frozen=True, slots=True)
class Application:
    """Part of a payment or credit used on an invoice."""

    source_id: str
    target_id: str
    amount: Decimal
    discount: Decimal


_COLUMNS = (
    "txn_id, type, txn_number, customer_id, txn_date, ref_number, total, edit_sequence, created, modified, guid, fields"
)


def cents(amount: Decimal) -> int:
    """Whole cents of an amount that has at most two decimals."""
    return int(amount.quantize(_CENT) * 100)


def dollars(amount: int) -> Decimal:
    """The amount with two decimals."""
    return Decimal(amount).scaleb(-2)


class Ledger:
    """Reads and writes transactions; knows the sums, none of the rules."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, txn: Txn) -> None:
        """A new row at the end."""
        self._connection.execute(
            f"INSERT INTO txn ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                txn.txn_id,
                txn.type,
                txn.txn_number,
                txn.customer_id,
                txn.txn_date,
                txn.ref_number,
                cents(txn.total),
                txn.edit_sequence,
                txn.created,
                txn.modified,
                txn.guid,
                txn.fields.to_json(),
            ),
        )

    def by_id(self, txn_id: str) -> Txn | None:
        """None if there is none."""
        return next(iter(self._all("txn_id = ?", (txn_id.upper(),))), None)

    def all(self) -> list[Txn]:
        """In the order in which they were added."""
        return self._all("1", ())

    def of_customer(self, customer_id: str, txn_type: str) -> list[Txn]:
        """Oldest date first."""
        return sorted(self._all("customer_id = ? AND type = ?", (customer_id, txn_type)), key=lambda txn: txn.txn_date)

    def of_type(self, txn_type: str) -> list[Txn]:
        """In the order in which they were added."""
        return self._all("type = ?", (txn_type,))

    def last_of_type(self, txn_type: str) -> Txn | None:
        """The one added last, whatever its date."""
        return next(iter(self._all("type = ?", (txn_type,), order="sequence DESC LIMIT 1")), None)

    def touch(self, txn: Txn, *, edit_sequence: int, seconds: int) -> None:
        """Notes a change, direct or as the side effect of another transaction."""
        self._connection.execute(
            "UPDATE txn SET edit_sequence = ?, modified = ? WHERE txn_id = ?", (edit_sequence, seconds, txn.txn_id)
        )

    def apply(self, application: Application) -> None:
        """Uses part of a payment or credit on an invoice."""
        self._connection.execute(
            "INSERT INTO application VALUES (?, ?, ?, ?)",
            (application.source_id, application.target_id, cents(application.amount), cents(application.discount)),
        )

    def applications_of(self, source_id: str) -> list[Application]:
        """What a payment or credit was used on, in order."""
        return self._applications("source_id = ?", source_id)

    def applications_to(self, target_id: str) -> list[Application]:
        """What was used on an invoice, in order."""
        return self._applications("target_id = ?", target_id)

    def delete(self, txn: Txn) -> None:
        """Takes the row out; what was applied to it or with it is open and unused again."""
        self._connection.execute("DELETE FROM application WHERE ? IN (source_id, target_id)", (txn.txn_id,))
        self._connection.execute("DELETE FROM txn WHERE txn_id = ?", (txn.txn_id,))

    def balance(self, txn: Txn) -> Decimal:
        """What is still open on an invoice, or unused of a payment."""
        if txn.type == "Invoice":
            row = self._sum("SELECT sum(amount + discount) FROM application WHERE target_id = ?", txn.txn_id)
        else:
            row = self._sum("SELECT sum(amount) FROM application WHERE source_id = ?", txn.txn_id)
        return txn.total - dollars(row)

    def customer_balance(self, customer_id: str) -> Decimal:
        """Open invoices less unused payments of this customer or job alone."""
        invoices = sum((self.balance(txn) for txn in self.of_customer(customer_id, "Invoice")), Decimal("0.00"))
        payments = sum((self.balance(txn) for txn in self.of_customer(customer_id, "ReceivePayment")), Decimal("0.00"))
        return invoices - payments

    def _applications(self, condition: str, txn_id: str) -> list[Application]:
        rows = self._connection.execute(
            f"SELECT source_id, target_id, amount, discount FROM application WHERE {condition} ORDER BY rowid",  # noqa: S608
            (txn_id,),
        )
        return [Application(row[0], row[1], dollars(row[2]), dollars(row[3])) for row in rows]

    def _sum(self, sql: str, txn_id: str) -> int:
        return int(self._connection.execute(sql, (txn_id,)).fetchone()[0] or 0)

    def _all(self, condition: str, values: tuple[object, ...], order: str = "sequence") -> list[Txn]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM txn WHERE {condition} ORDER BY {order}",  # noqa: S608
            values,
        )
        return [_txn(*row) for row in rows]


def _txn(*row: Any) -> Txn:
    """A row in the order of _COLUMNS."""
    values = list(row)
    values[6], values[11] = dollars(row[6]), Aggregate.from_json(row[11])
    return Txn(*values)
