"""The floor's requests: texts put together for the few fields that the measured jobs have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

Ids = Mapping[tuple[str, str], str]
"""ListIDs and TxnIDs by family and external id."""


class FloorJob(NamedTuple):
    """What the floor reads of a job."""

    id: int
    kind: str
    family: str
    external_id: str
    payload: str
    guid: str


_ADDRESS = (
    ("Addr1", "addr1"),
    ("Addr2", "addr2"),
    ("City", "city"),
    ("State", "state"),
    ("PostalCode", "postal_code"),
)


def request(job: FloorJob, number: str, ids: Ids) -> str:
    """The request of a job, byte for byte what the program sends."""
    given = json.loads(job.payload)
    match job.kind:
        case "customer":
            return _customer(given, number, job.guid)
        case "invoice":
            return _invoice(given, number, job.guid, ids)
    return _payment(given, number, job.guid, ids)


def _customer(given: Any, number: str, guid: str) -> str:
    address = "".join(f"<{name}>{escape(given['bill_address'][field])}</{name}>" for name, field in _ADDRESS)
    return (
        f'<CustomerAddRq requestID="{number}"><CustomerAdd><Name>{escape(given["name"])}</Name>'
        f"<CompanyName>{escape(given['company_name'])}</CompanyName><BillAddress>{address}</BillAddress>"
        f"<Phone>{escape(given['phone'])}</Phone><Email>{escape(given['email'])}</Email>"
        f"<ExternalGUID>{guid}</ExternalGUID></CustomerAdd></CustomerAddRq>"
    )


def _invoice(given: Any, number: str, guid: str, ids: Ids) -> str:
    lines = "".join(
        f"<InvoiceLineAdd><ItemRef><ListID>{ids['item', line['item_ref']['external_id']]}</ListID></ItemRef>"
        f"<Desc>{escape(line['desc'])}</Desc><Quantity>{line['quantity']}</Quantity>"
        f"<Rate>{Decimal(line['rate']):.2f}</Rate></InvoiceLineAdd>"
        for line in given["lines"]
    )
    return (
        f'<InvoiceAddRq requestID="{number}"><InvoiceAdd><CustomerRef>'
        f"<ListID>{ids['customer', given['customer_ref']['external_id']]}</ListID></CustomerRef>"
        f"<TxnDate>{given['txn_date']}</TxnDate><RefNumber>{escape(given['ref_number'])}</RefNumber>"
        "<IsToBePrinted>false</IsToBePrinted><IsToBeEmailed>false</IsToBeEmailed>"
        f"<ExternalGUID>{guid}</ExternalGUID>{lines}</InvoiceAdd></InvoiceAddRq>"
    )


def _payment(given: Any, number: str, guid: str, ids: Ids) -> str:
    applied = "".join(
        f"<AppliedToTxnAdd><TxnID>{ids['invoice', each['txn']['external_id']]}</TxnID>"
        f"<PaymentAmount>{Decimal(each['payment_amount']):.2f}</PaymentAmount></AppliedToTxnAdd>"
        for each in given["applied_to"]
    )
    method = given["payment_method_ref"]
    return (
        f'<ReceivePaymentAddRq requestID="{number}"><ReceivePaymentAdd><CustomerRef>'
        f"<ListID>{ids['customer', given['customer_ref']['external_id']]}</ListID></CustomerRef>"
        f"<TxnDate>{given['txn_date']}</TxnDate><RefNumber>{escape(given['ref_number'])}</RefNumber>"
        f"<TotalAmount>{Decimal(given['total_amount']):.2f}</TotalAmount>"
        f"<PaymentMethodRef><FullName>{method if isinstance(method, str) else method['full_name']}</FullName>"
        f"</PaymentMethodRef><ExternalGUID>{guid}</ExternalGUID>{applied}</ReceivePaymentAdd></ReceivePaymentAddRq>"
    )
