"""Every part of the page with sample data, served without the program behind it: for eyes, for axe and for the tests.

`python -m tests.browser.preview FOLDER` writes a screenshot of each page, light and dark, at three widths.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, flash, render_template
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

import qbwc_server.admin
from qbwc_server.admin import filters

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = ["--no-sandbox"]
"""In a container there is no other user to hand the pages to; they are our own."""

PACKAGE = Path(qbwc_server.admin.__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGES = ("components", "job", "document", "jobs", "new", "connect", "home", "bare")
WIDTHS = (390, 1024, 1920)
SCHEMES = ("light", "dark")

HOSTILE = (
    "<script>alert('name')</script>",
    "\u202eevil\u202c שלום עליכם \"quoted\" & 'single'",
    "W" * 4000,
    "O’Brien & \"Sons\" <b>Ltd</b>",
)
NAMES = ("Acme Hardware", "Kowalczyk Bau GmbH", "Acme Hardware:Roof", "Birch & Daughters", *HOSTILE)
STATES = ("queued", "sent", "in_doubt", "retrying", "blocked", "held", "done", "failed", "cancelled")
AT = datetime(2026, 11, 2, 8, 14, 9, tzinfo=UTC)

REQUEST = (
    '<?xml version="1.0" encoding="ascii"?>\n<?qbxml version="13.0"?>\n<QBXML>\n  <QBXMLMsgsRq onError="continueOnError" '
    'newMessageSetID="k3v9q0x2">\n    <InvoiceAddRq requestID="k3v9q0x2.4">\n      <InvoiceAdd defMacro="TxnID:1">\n'
    "        <CustomerRef>\n          <FullName>Birch &amp; Daughters</FullName>\n        </CustomerRef>\n"
    "        <TxnDate>2026-11-02</TxnDate>\n        <RefNumber>1042</RefNumber>\n      </InvoiceAdd>\n    </InvoiceAddRq>\n"
    "  </QBXMLMsgsRq>\n</QBXML>"
)
ANSWER = (
    '<QBXML>\n  <QBXMLMsgsRs>\n    <InvoiceAddRs requestID="k3v9q0x2.4" statusCode="3140" statusSeverity="Error" '
    "statusMessage='There is an invalid reference to QuickBooks Item \"Roofing\u202e nails\" in the Invoice line.'/>\n"
    "  </QBXMLMsgsRs>\n</QBXML>"
)


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
        made.append(Row(1057 - n, status, f"{word} {1042 - n}", party, kind, amount, AT - timedelta(minutes=7 * n), ERRORS.get(status)))
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
        "title": "Invoice", "number": "1042", "company": "Carpenter & Sons", "party": "Birch & Daughters",
        "address": ["14 Mill Lane", "Springfield, IL 62704"],
        "facts": [("Date", "2 November 2026"), ("Due", "2 December 2026"), ("Terms", "Net 30"), ("PO number", "77-B")],
        "lines": [
            {"item": item, "text": text, "quantity": quantity, "rate": rate and Decimal(rate), "amount": amount and Decimal(amount)}
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
        ("in_doubt", "The connection broke before the answer came.", "the Web Connector", "HRESULT 0x80010108\nThe object invoked has disconnected from its clients."),
        ("sent", "QuickBooks has no record of it; sent again.", "the server", None),
        ("failed", "QuickBooks refused it (3140): there is an invalid reference to an item.", "QuickBooks", ANSWER),
        (None, "anna@carpenter.example opened the answer.", HOSTILE[1], "x" * 4000),
    ]
    return {
        "names": NAMES, "hostile": HOSTILE, "states": STATES, "rows": rows(25), "many": rows(60), "document": document(),
        "hostile_document": document() | {"party": HOSTILE[0], "company": HOSTILE[2], "number": HOSTILE[1], "memo": HOSTILE[3]},
        "request_xml": REQUEST, "answer_xml": ANSWER, "long_xml": "<a>" + "<Name>long</Name>\n" * 5000,
        "events": [
            {"at": AT + timedelta(minutes=n * 3), "status": status, "text": text, "actor": actor, "detail": detail}
            for n, (status, text, actor, detail) in enumerate(events)
        ],
        "tabs": [
            {"status": None, "label": "All", "href": "#", "count": 10000, "current": True},
            *({"status": state, "href": "#", "count": count} for state, count in zip(STATES, [412, 12, 1, 3, 2, 4, 10000, 7, 0], strict=True)),
        ],
        "receipt_equal": [
            {"label": "Number", "sent": "1042", "found": "1042", "equal": True, "figure": True},
            {"label": "Date", "sent": "2 Nov 2026", "found": "2 Nov 2026", "equal": True, "figure": True},
            {"label": "Customer", "sent": "Birch & Daughters", "found": "Birch & Daughters", "equal": True},
            {"label": "Total", "sent": "1,179.21", "found": "1,179.21", "equal": True, "figure": True},
            {"label": "Lines", "sent": "5", "found": "5", "equal": True, "figure": True},
            {"label": "Due date", "sent": None, "found": "2 Dec 2026", "equal": None, "figure": True},
        ],
        "receipt_wrong": [
            {"label": "Number", "sent": "1042", "found": "1042", "equal": True, "figure": True},
            {"label": "Customer", "sent": HOSTILE[0], "found": HOSTILE[1], "equal": False},
            {"label": "Tax", "sent": "69.37", "found": "68.81", "equal": False, "figure": True, "note": "0.56 less"},
            {"label": "Total", "sent": "1,179.21", "found": "1,178.65", "equal": False, "figure": True, "note": "0.56 less"},
        ],
        "lines": [
            {"item": "Labor", "desc": "Repair of the porch roof", "quantity": "12.5", "rate": "48"},
            {"item": "Nails", "desc": "Galvanised, 60 mm", "quantity": "1.25", "rate": "3.39999"},
            {"item": "Shingles", "desc": "", "quantity": "", "rate": "abc"},
            {"item": "", "desc": "", "quantity": "", "rate": ""},
        ],
        "line_errors": {"lines-2-rate": "“abc” is no amount; write 2.35."},
        "open_invoices": [
            {"key": "17", "number": "1001", "date": "4 Sep 2026", "total": Decimal("1200"), "open": Decimal("200"), "applied": "200"},
            {"key": "18", "number": "1029", "date": "11 Oct 2026", "total": Decimal("640.50"), "open": Decimal("640.50"), "applied": "300.25"},
        ],
        "steps": [
            {"key": "file", "title": "Get the file for the Web Connector", "state": "done"},
            {"key": "password", "title": "Give the Web Connector its password", "state": "current"},
            {"key": "allow", "title": "Allow access in QuickBooks", "state": "todo"},
            {"key": "first", "title": "The first visit", "state": "todo"},
        ],
        "companies": [
            {"name": name, "status": status, "at": AT if status != "waiting" else None, "waiting": n * 7, "failed": n % 3}
            for n, (name, status) in enumerate(zip(NAMES, ["active", "late", "paused", "stopped", "waiting", "active", "active", "late"], strict=True))
        ],
    }


def make_app() -> Flask:
    """The templates, the stylesheet and the script as the program serves them, under the policy it serves them with."""
    app = Flask(__name__, template_folder=str(Path(__file__).parent / "preview_pages"), static_folder=None)
    app.secret_key = "preview"
    app.jinja_env.trim_blocks = False
    blueprint = Blueprint("admin", "qbwc_server.admin", template_folder="templates", static_folder="static", static_url_path="/static")
    filters.register(blueprint, lambda: ZoneInfo("America/Chicago"))
    for name in ("home", "jobs", "new", "companies", "people", "account"):
        blueprint.add_url_rule(f"/{name}", name, lambda name=name: render(f"{name if name in PAGES else 'home'}.html"))
    blueprint.add_url_rule("/logout", "logout", lambda: render("bare.html"), methods=["POST"])
    blueprint.add_url_rule("/live", "live", lambda: "<p>Renewed.</p>")
    for name in set(PAGES) - {"home", "jobs", "new"}:
        blueprint.add_url_rule(f"/{name}", name, lambda name=name: render(f"{name}.html"))
    app.register_blueprint(blueprint)

    @app.context_processor
    def shell() -> dict[str, Any]:
        person = SimpleNamespace(email="anna.carpenter@carpenter-and-sons.example", role="admin", is_admin=True)
        return {"current_person": person, "csrf_token": lambda: "token", "version": "0.1.0", "help_url": "#"}

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


def render(template: str) -> str:
    if template == "components.html":
        flash("Job 1042 was queued again.", "note")
        flash("The password is not the one we know.", "error")
    return render_template(f"preview_{template}", **samples())


@contextmanager
def served() -> Iterator[str]:
    """The preview on a port of its own; yields its base URL."""
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def screenshots(folder: Path, pages: tuple[str, ...] = PAGES) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with served() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        for scheme in SCHEMES:
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, has_touch=width < 500)
                for name in pages:
                    page.goto(f"{base}/{name}")
                    page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    screenshots(Path(sys.argv[1]), tuple(sys.argv[2:]) or PAGES)
