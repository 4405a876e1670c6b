"""Sample data for every part of the page: all states, differences, and names that mean harm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

HOSTILE = (
    "<script>alert('name')</script>",
    "\u202eevil\u202c שלום עליכם \"quoted\" & 'single'",
    "W" * 4000,
    'O’Brien & "Sons" <b>Ltd</b>',
)
NAMES = ("Acme Hardware", "Kowalczyk Bau GmbH", "Acme Hardware:Roof", "Birch & Daughters", *HOSTILE)
STATES = ("queued", "sent", "in_doubt", "retrying", "blocked", "held", "done", "failed", "cancelled")
AT = datetime(2026, 11, 2, 8, 14, 9, tzinfo=UTC)

REQUEST = """<?xml version="1.0" encoding="ascii"?>
<?qbxml version="13.0"?>
<QBXML>
  <QBXMLMsgsRq onError="continueOnError" newMessageSetID="k3v9q0x2">
    <InvoiceAddRq requestID="k3v9q0x2.4">
      <InvoiceAdd defMacro="TxnID:1">
        <CustomerRef>
          <FullName>Birch &amp; Daughters</FullName>
        </CustomerRef>
        <TxnDate>2026-11-02</TxnDate>
        <RefNumber>1042</RefNumber>
      </InvoiceAdd>
    </InvoiceAddRq>
  </QBXMLMsgsRq>
</QBXML>"""
ANSWER = """<QBXML>
  <QBXMLMsgsRs>
    <InvoiceAddRs requestID="k3v9q0x2.4" statusCode="3140" statusSeverity="Error"
      statusMessage='There is an invalid reference to QuickBooks Item "Roofing\u202e nails" in the Invoice line.'/>
  </QBXMLMsgsRs>
</QBXML>"""


@dataclass(frozen=True, slots=True)
class Row:
    """One job of the sample list."""

    id: int
    status: str
    label: str
    party: str
    kind: str
    amount: Decimal | None
    at: datetime
    error: str | None


ERRORS = {
    "failed": "QuickBooks knows no item “Roofing nails”.",
    "held": "The name is taken: is it the same customer?",
    "in_doubt": "Sent, but no answer came. QuickBooks is asked first.",
    "retrying": "The invoice was being edited. Next try at 14:40.",
    "blocked": "Waits for job 1036, which failed.",
}


def rows(count: int) -> list[Row]:
    """`count` jobs, every state and every hostile name among them."""
    kinds = (("invoice", "Invoice"), ("payment", "Payment"), ("customer", "Customer"), ("item_service", "Service item"))
    made = []
    for n in range(count):
        kind, word = kinds[n % 4 if n % 7 else 0]
        status = STATES[(n * 2 + 6) % 9] if n < 18 else "done"
        party = NAMES[n % 4] if n % 3 else NAMES[n // 3 % len(NAMES)]
        amount = None if kind in {"customer", "item_service"} else Decimal(n * n * 731 + 1250) / 100
        made.append(
            Row(
                1057 - n,
                status,
                f"{word} {1042 - n}",
                party,
                kind,
                amount,
                AT - timedelta(minutes=7 * n),
                ERRORS.get(status),
            )
        )
    return made


def document() -> dict[str, Any]:
    lines = [
        ("Labor", "Repair of the porch roof, two people, Thursday and Friday", "12.5", "48", "600.00"),
        ("Shingles", "Cedar, first grade", "240", "2.35", "564.00"),
        ("Nails", "Galvanised, 60 mm", "1.25", "3.39999", "4.25"),
        (None, "Delivered to the yard at the back; the dog is friendly.", None, None, None),
        ("Discount", "For paying within ten days", None, None, "-58.41"),
    ]
    return {
        "title": "Invoice",
        "number": "1042",
        "company": "Carpenter & Sons",
        "party": "Birch & Daughters",
        "address": ["14 Mill Lane", "Springfield, IL 62704"],
        "facts": [("Date", "2 November 2026"), ("Due", "2 December 2026"), ("Terms", "Net 30"), ("PO number", "77-B")],
        "lines": [
            {
                "item": item,
                "text": text,
                "quantity": quantity,
                "rate": rate and Decimal(rate),
                "amount": amount and Decimal(amount),
            }
            for item, text, quantity, rate, amount in lines
        ],
        "totals": [("Subtotal", Decimal("1109.84")), ("Sales tax 6.25 %", Decimal("69.37"))],
        "total": ("Total", Decimal("1179.21")),
        "memo": "Thank you for your business.",
    }


def samples() -> dict[str, Any]:
    """What the pages of the preview show."""
    events = [
        ("queued", "Taken in from the file november.jsonl.", "anna@carpenter.example", None),
        ("sent", "Sent with 11 others in message set k3v9q0x2.", "the Web Connector", None),
        (
            "in_doubt",
            "The connection broke before the answer came.",
            "the Web Connector",
            "HRESULT 0x80010108\nThe object invoked has disconnected from its clients.",
        ),
        ("sent", "QuickBooks has no record of it; sent again.", "the server", None),
        ("failed", "QuickBooks refused it (3140): there is an invalid reference to an item.", "QuickBooks", ANSWER),
        (None, "anna@carpenter.example opened the answer.", HOSTILE[1], "x" * 4000),
    ]
    return {
        "names": NAMES,
        "hostile": HOSTILE,
        "states": STATES,
        "rows": rows(25),
        "many": rows(25),
        "document": document(),
        "hostile_document": document()
        | {"party": HOSTILE[0], "company": HOSTILE[2], "number": HOSTILE[1], "memo": HOSTILE[3]},
        "request_xml": REQUEST,
        "answer_xml": ANSWER,
        "long_xml": "<a>" + "<Name>long</Name>\n" * 100,
        "events": [
            {"at": AT + timedelta(minutes=n * 3), "status": status, "text": text, "actor": actor, "detail": detail}
            for n, (status, text, actor, detail) in enumerate(events)
        ],
        "tabs": [
            {"status": None, "label": "All", "href": "#", "count": 10000, "current": True},
            *(
                {"status": state, "href": "#", "count": count}
                for state, count in zip(STATES, [412, 12, 1, 3, 2, 4, 10000, 7, 0], strict=True)
            ),
        ],
        "receipt_equal": [
            {"label": "Number", "sent": "1042", "found": "1042", "equal": True},
            {"label": "Date", "sent": "2 Nov 2026", "found": "2 Nov 2026", "equal": True},
            {"label": "Customer", "sent": "Birch & Daughters", "found": "Birch & Daughters", "equal": True},
            {"label": "Total", "sent": "1,179.21", "found": "1,179.21", "equal": True, "figure": True},
            {"label": "Lines", "sent": "5", "found": "5", "equal": True},
            {"label": "Due date", "sent": None, "found": "2 Dec 2026", "equal": None},
        ],
        "receipt_wrong": [
            {"label": "Number", "sent": "1042", "found": "1042", "equal": True},
            {"label": "Customer", "sent": HOSTILE[0], "found": HOSTILE[1], "equal": False},
            {"label": "Tax", "sent": "69.37", "found": "68.81", "equal": False, "figure": True, "note": "0.56 less"},
            {
                "label": "Total",
                "sent": "1,179.21",
                "found": "1,178.65",
                "equal": False,
                "figure": True,
                "note": "0.56 less",
            },
        ],
        "lines": [
            {"item": "Labor", "desc": "Repair of the porch roof", "quantity": "12.5", "rate": "48"},
            {"item": "Nails", "desc": "Galvanised, 60 mm", "quantity": "1.25", "rate": "3.39999"},
            {"item": "Shingles", "desc": "", "quantity": "", "rate": "abc"},
            {"item": "", "desc": "", "quantity": "", "rate": ""},
        ],
        "line_errors": {"lines-2-rate": "“abc” is no amount; write 2.35."},
        "rest": Decimal("0.05"),
        "open_invoices": [
            {
                "key": "17",
                "number": "1001",
                "date": "4 Sep 2026",
                "total": Decimal("1200"),
                "taken": Decimal("1000"),
                "open": Decimal("200"),
                "applied": "200",
            },
            {
                "key": "18",
                "number": "1029",
                "date": "11 Oct 2026",
                "total": Decimal("640.50"),
                "taken": Decimal("0"),
                "open": Decimal("640.50"),
                "applied": "300.25",
            },
        ],
        "steps": [
            {"key": "file", "title": "Get the file for the Web Connector", "state": "done"},
            {"key": "password", "title": "Give the Web Connector its password", "state": "current"},
            {"key": "allow", "title": "Allow access in QuickBooks", "state": "todo"},
            {"key": "first", "title": "The first visit", "state": "todo"},
        ],
        "companies": [
            {
                "name": name,
                "status": status,
                "at": AT if status != "waiting" else None,
                "waiting": n * 7,
                "failed": n % 3,
            }
            for n, (name, status) in enumerate(
                zip(NAMES, ["active", "late", "paused", "stopped", "waiting", "active", "active", "late"], strict=True)
            )
        ],
    }
