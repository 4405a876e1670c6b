"""Whether a document came out in QuickBooks as the one who sent it expected."""

from __future__ import annotations

import json
from decimal import Decimal

from qbwc_server.jobs import Job
from qbwc_server.qbxml import Ret


def total_of(ret: Ret) -> Decimal | None:
    """A document's total; QuickBooks returns no such element for sales: it is Subtotal plus SalesTaxTotal."""
    subtotal = ret.amount("Subtotal")
    if subtotal is not None:
        return subtotal + (ret.amount("SalesTaxTotal") or Decimal(0))
    return ret.amount("TotalAmount")


def differences(job: Job, ret: Ret) -> list[str]:
    """What differs from the job's `expected_total` and `expected_tax`, one sentence each."""
    if '"expected_' not in job.payload:  # most expect nothing, and reading them all again takes its time
        return []
    payload = json.loads(job.payload, parse_float=Decimal, parse_int=Decimal)
    compared = (
        ("total", payload.get("expected_total"), total_of(ret)),
        ("sales tax", payload.get("expected_tax"), ret.amount("SalesTaxTotal")),
    )
    return [
        f"the {what} in QuickBooks is {found}, not the expected {Decimal(expected):.2f}"
        for what, expected, found in compared
        if expected is not None and found is not None and Decimal(expected) != found
    ]
