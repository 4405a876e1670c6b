"""A simulated QuickBooks that a test can talk to in few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from qbwc_server import qbxml
from qbwc_server.simulator import Books, CompanyRecord, Document, QuickBooksSettings, RequestProcessor, ScriptedFaults

GUID = "{0A1B2C3D-1111-2222-3333-444455556666}"


def message_set(*requests: str, version: str = "13.0", on_error: str = "continueOnError", **attributes: str) -> str:
    """A whole request document; attributes such as newMessageSetID."""
    told = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<?xml version="1.0" encoding="utf-8"?><?qbxml version="{version}"?><QBXML>'
        f'<QBXMLMsgsRq onError="{on_error}"{told}>{"".join(requests)}</QBXMLMsgsRq></QBXML>'
    )


def rq(name: str, content: str, request_id: str = "1") -> str:
    """``rq("CustomerAdd", "<Name>A</Name>")`` is a whole CustomerAddRq."""
    return f'<{name}Rq requestID="{request_id}"><{name}>{content}</{name}></{name}Rq>'


def query(name: str, *content: str, request_id: str = "1", **attributes: str) -> str:
    """``query("CustomerQuery", "<FullName>A</FullName>", iterator="Start")`` is a whole CustomerQueryRq."""
    told = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{name}Rq requestID="{request_id}"{told}>{"".join(content)}</{name}Rq>'


def ref(name: str, full_name: str) -> str:
    """A reference by FullName."""
    return f"<{name}><FullName>{full_name}</FullName></{name}>"


def customer(name: str, content: str = "", request_id: str = "1") -> str:
    """CustomerAdd with a name; `content` follows it in schema order."""
    return rq("CustomerAdd", f"<Name>{name}</Name>{content}", request_id)


def service(name: str, price: str = "60.00", before: str = "", request_id: str = "1") -> str:
    """ItemServiceAdd that is only sold; `before` stands between the name and SalesOrPurchase."""
    sides = f"<SalesOrPurchase><Desc>{name} work</Desc><Price>{price}</Price>{ref('AccountRef', 'Consulting Income')}"
    return rq("ItemServiceAdd", f"<Name>{name}</Name>{before}{sides}</SalesOrPurchase>", request_id)


def line(item: str = "Labor", **values: str) -> str:
    """An invoice line; values by element name in schema order."""
    told = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return f"<InvoiceLineAdd>{ref('ItemRef', item) if item else ''}{told}</InvoiceLineAdd>"


def invoice(*lines: str, to: str = "Acme", header: str = "", request_id: str = "1") -> str:
    """InvoiceAdd; `header` stands between the customer and the lines, in schema order."""
    return rq("InvoiceAdd", f"{ref('CustomerRef', to)}{header}{''.join(lines)}", request_id)


def applied(txn_id: str, amount: str = "", after: str = "") -> str:
    """One AppliedToTxnAdd."""
    told = f"<PaymentAmount>{amount}</PaymentAmount>" if amount else ""
    return f"<AppliedToTxnAdd><TxnID>{txn_id}</TxnID>{told}{after}</AppliedToTxnAdd>"


def payment(*targets: str, total: str = "", of: str = "Acme", header: str = "", request_id: str = "1") -> str:
    """ReceivePaymentAdd; without targets an unapplied credit. `header` stands between total and targets."""
    told = f"<TotalAmount>{total}</TotalAmount>" if total else ""
    how = "".join(targets) or "<IsAutoApply>false</IsAutoApply>"
    return rq("ReceivePaymentAdd", f"{ref('CustomerRef', of)}{told}{header}{how}", request_id)


class Asked:
    """A company file, the QuickBooks on it, and a clock that stands until it is moved."""

    def __init__(
        self,
        path: Path | str = ":memory:",
        *,
        settings: QuickBooksSettings | None = None,
        company: CompanyRecord | None = None,
        now: datetime = datetime(2026, 11, 2, 15, 0, tzinfo=UTC),
    ) -> None:
        self.now = now
        self.books = Books(path, clock=lambda: self.now, company=company)
        self.faults = ScriptedFaults()
        self.processor = RequestProcessor(self.books, settings=settings, faults=self.faults, application="Test")

    def later(self, seconds: float) -> None:
        """Moves the clock of the QuickBooks machine."""
        self.now += timedelta(seconds=seconds)

    def ask(self, *requests: str, **attributes: str) -> qbxml.Answer:
        """The answer to a message set of these requests."""
        return qbxml.read_answer(self.processor.process(message_set(*requests, **attributes)))

    def reply(self, request: str) -> qbxml.Reply:
        """The reply to one request."""
        return self.ask(request).replies[0]

    def ret(self, request: str) -> qbxml.Ret:
        """What one request made; the test fails if it was refused."""
        reply = self.reply(request)
        assert reply.status_code == 0, reply.message
        assert reply.ret is not None
        return reply.ret

    def id_of(self, request: str) -> str:
        """The ListID or TxnID of what one request made."""
        return self.ret(request).id or ""

    def refusal(self, request: str) -> tuple[int | None, str]:
        """Code and message of a refused request, which must have left nothing behind."""
        before = self.books.documents()
        reply = self.reply(request)
        assert reply.rets == ()
        assert self.books.documents() == before
        return reply.status_code, reply.message

    def found(self, name: str, *content: str, **attributes: str) -> list[str]:
        """The names or numbers that a query answers, in order; the test fails if it was refused."""
        reply = self.reply(query(name, *content, **attributes))
        assert reply.status_code in (0, 1, 500), reply.message
        return [ret.list_name or ret.ref_number or "" for ret in reply.rets]

    def document(self, name: str) -> Document:
        """The one document of this name or number."""
        return next(document for document in self.books.documents() if document.name == name)
