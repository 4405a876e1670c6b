"""A Web Connector and a QuickBooks whose every answer the test decides, at a real exchange with a real database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from qbwc_server import companies, jobs
from qbwc_server.companies import Company, Credentials
from qbwc_server.db import Database
from qbwc_server.exchange import Exchange, Limits
from qbwc_server.jobs import Enqueued, Job, Status
from qbwc_server.qbxml import Renderer
from tests.support.doubles import ManualClock, SeededChance

PARSE_ERROR = "0x80040400"
PARSE_ERROR_TEXT = "QuickBooks found an error when parsing the provided XML text stream."
_RENDERER = Renderer()


def customer(external_id: str, **payload: object) -> dict[str, object]:
    """A job that adds a customer; its name is the external id unless told otherwise."""
    return _job("customer", external_id, {"name": external_id} | payload)


def invoice(external_id: str, to: str, **payload: object) -> dict[str, object]:
    """A job that adds an invoice of one line of 120.00."""
    line = {"item_ref": "Labor", "desc": "Repair", "quantity": "2", "rate": "60.00"}
    given = {"customer_ref": {"external_id": to}, "txn_date": "2026-11-02", "ref_number": external_id, "lines": [line]}
    return _job("invoice", external_id, given | payload)


def payment(external_id: str, of: str, to: str, amount: str = "120.00") -> dict[str, object]:
    """A job that pays one invoice."""
    applied = [{"txn": {"external_id": to}, "payment_amount": amount}]
    given = {"customer_ref": {"external_id": of}, "txn_date": "2026-11-03", "total_amount": amount}
    return _job("payment", external_id, given | {"ref_number": external_id, "applied_to": applied})


def _job(kind: str, external_id: str, payload: Mapping[str, object]) -> dict[str, object]:
    return {"kind": kind, "operation": "add", "external_id": external_id, "payload": dict(payload)}


@dataclass(frozen=True)
class Request:
    """One request of a set that the exchange sent."""

    name: str
    request_id: str
    element: etree._Element

    @property
    def title(self) -> str:
        """The Name or RefNumber of what is to be added."""
        return self.text("Name") or self.text("RefNumber")

    def text(self, path: str) -> str:
        return self.element.findtext(f"*/{path}") or ""


@dataclass(frozen=True)
class Sent:
    """A text that the exchange handed to the Web Connector."""

    text: str
    new_id: str | None
    old_id: str | None
    requests: tuple[Request, ...]

    @property
    def titles(self) -> list[str]:
        return [request.title for request in self.requests]

    @property
    def is_lookback(self) -> bool:
        """Whether it looks up records by their IDs."""
        keys = ("TxnID", "ListID")
        return self.is_search and all(
            any(request.element.find(key) is not None for key in keys) for request in self.requests
        )

    @property
    def is_search(self) -> bool:
        """Whether it looks for the jobs of a set in the books."""
        return bool(self.requests) and all(request.name.endswith("QueryRq") for request in self.requests)

    @property
    def is_check(self) -> bool:
        return self.new_id is not None and self.new_id == self.old_id and not self.requests


def read(text: str) -> Sent:
    root = etree.fromstring(text.encode("ascii"))
    envelope = root[0]
    requests = tuple(Request(str(node.tag), node.get("requestID") or "", node) for node in envelope)
    return Sent(text, envelope.get("newMessageSetID"), envelope.get("oldMessageSetID"), requests)


@dataclass
class Desk:
    """One company, its Web Connector and its QuickBooks."""

    db: Database
    clock: ManualClock
    chance: SeededChance
    limits: Limits = field(default_factory=Limits)
    name: str = "Acme"
    company_file: str = ""
    next_id: int = 1

    def __post_init__(self) -> None:
        self.exchange = Exchange(self.db, _RENDERER, clock=self.clock, chance=self.chance, limits=self.limits)
        with self.db.write() as c:
            self.credentials: Credentials = companies.add(
                c,
                name=self.name,
                base_url="http://localhost:8000",
                company_file=self.company_file,
                clock=self.clock,
                chance=self.chance,
            )

    @property
    def company(self) -> Company:
        with self.db.read() as c:
            return companies.get(c, self.name)

    def enqueue(self, *new: Mapping[str, object]) -> list[Enqueued]:
        with self.db.write() as c:
            checked = jobs.read_dicts(new)
            return jobs.enqueue(c, companies.get(c, self.name).id, checked, self.clock, self.chance, actor="test")

    def job(self, external_id: str) -> Job:
        return next(job for job in self.jobs() if job.external_id == external_id)

    def jobs(self) -> list[Job]:
        with self.db.read() as c:
            rows = jobs.list_jobs(c, company=self.name, limit=1000)
            return jobs.by_ids(c, [row.id for row in rows])

    def statuses(self) -> dict[str, Status]:
        return {job.external_id or "": job.status for job in self.jobs()}

    def log_in(self) -> str:
        """A ticket for a visit that has work."""
        ticket, outcome, _, _ = self.exchange.authenticate(self.credentials.username, self.credentials.password)
        assert outcome not in ("nvu", "none", "busy"), f"no visit: {outcome}"
        return ticket

    def greet(self) -> str:
        """A visit whose file is known already: its CompanyQuery, if any, is answered."""
        ticket = self.log_in()
        if self.company.first_seen_at is None:
            sent = self.send(ticket)
            assert [request.name for request in sent.requests] == ["CompanyQueryRq"]
            assert self.answer(ticket, sent) >= 0
        return ticket

    def hcp(
        self, *, file_id: str | None = "ours", name: str = "Acme LLC", ein: str = "12-3456789", machine: str = "PC-1"
    ) -> str:
        """What QBWC sends with the first sendRequestXML; `file_id` "ours" is the company's own."""
        company = self.company
        stamp = company.file_id if file_id == "ours" else file_id
        extensions = [("FileID", stamp), ("AppLock", f"LOCKED:{machine}:638000000000000000")] if stamp else []
        told = "".join(_data_ext(company.owner_id, key, value) for key, value in extensions)
        ok = 'statusCode="0" statusSeverity="Info" statusMessage="Status OK"'
        return (
            '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs>'
            f'<HostQueryRs requestID="0" {ok}><HostRet><ProductName>QuickBooks Pro 2024</ProductName>'
            "<MajorVersion>34</MajorVersion><MinorVersion>0</MinorVersion><Country>US</Country>"
            "<SupportedQBXMLVersion>1.0</SupportedQBXMLVersion><SupportedQBXMLVersion>16.0</SupportedQBXMLVersion>"
            "<QBFileMode>MultiUser</QBFileMode></HostRet></HostQueryRs>"
            f'<CompanyQueryRs requestID="1" {ok}><CompanyRet><IsSampleCompany>false</IsSampleCompany>'
            f"<CompanyName>{escape(name)}</CompanyName><LegalCompanyName>{escape(name)}</LegalCompanyName>"
            f"<EIN>{ein}</EIN>{told}</CompanyRet></CompanyQueryRs>"
            f'<PreferencesQueryRs requestID="2" {ok}><PreferencesRet /></PreferencesQueryRs>'
            "</QBXMLMsgsRs></QBXML>"
        )

    def ask(self, ticket: str, *, hcp: str | None = None, major: int = 16) -> str:
        """sendRequestXML as it comes back."""
        told = self.hcp() if hcp is None else hcp
        self._last = self.exchange.next_request(ticket, told, "C:\\Books\\acme.qbw", "US", major, 0)
        return self._last

    def last_sent(self) -> Sent:
        """What the last call of sendRequestXML brought."""
        return read(self._last)

    def send(self, ticket: str, *, hcp: str | None = None) -> Sent:
        """sendRequestXML that must have something to send."""
        text = self.ask(ticket, hcp=hcp)
        assert text, f"nothing was sent: {self.exchange.last_error(ticket)}"
        sent = read(text)
        if sent.is_lookback:
            self.hand_in(ticket, self.everything_is_there(sent))
            return self.send(ticket, hcp=hcp)
        return sent

    def everything_is_there(self, sent: Sent) -> str:
        """QuickBooks' answer to a question for records by their IDs: all of them are in the file."""
        replies = []
        for request in sent.requests:
            name = request.name.removesuffix("QueryRq")
            ids = [(str(key.tag), key.text) for key in request.element if key.tag in ("TxnID", "ListID")]
            ret = "ItemServiceRet" if name == "Item" else f"{name}Ret"
            found = "".join(f"<{ret}><{tag}>{text}</{tag}></{ret}>" for tag, text in ids)
            replies.append(f'<{name}QueryRs requestID="{request.request_id}" statusCode="0">{found}</{name}QueryRs>')
        return f"<QBXML><QBXMLMsgsRs>{''.join(replies)}</QBXMLMsgsRs></QBXML>"

    def answer(self, ticket: str, sent: Sent, statuses: Mapping[str, int | tuple[int, str]] | None = None) -> int:
        """receiveResponseXML with QuickBooks' answer to a whole set; by Name or RefNumber, other codes than 0."""
        return self.hand_in(ticket, self.reply(sent, statuses or {}))

    def hand_in(self, ticket: str, response: str) -> int:
        return self.exchange.take_response(ticket, response, "", "")

    def break_off(self, ticket: str, hresult: str, message: str = "") -> int:
        """receiveResponseXML after ProcessRequest itself failed."""
        return self.exchange.take_response(ticket, "", hresult, message or PARSE_ERROR_TEXT)

    def reply(self, sent: Sent, statuses: Mapping[str, int | tuple[int, str]]) -> str:
        """The text of an answer: success with a new ID for each request that `statuses` does not refuse."""
        status = f' newMessageSetID="{sent.new_id}" messageSetStatusCode="0"' if sent.new_id else ""
        inner = "".join(self.one_reply(request, statuses.get(request.title, 0)) for request in sent.requests)
        return f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs{status}>\n{inner}</QBXMLMsgsRs>\n</QBXML>\n'

    def one_reply(self, request: Request, status: int | tuple[int, str]) -> str:
        code, message = status if isinstance(status, tuple) else (status, "Status OK" if status == 0 else "Refused.")
        name = request.name.removesuffix("Rq")
        if name.endswith("Query") and name != "CompanyQuery" and status == 0:
            return f'<{name}Rs requestID="{request.request_id}" statusCode="1" statusSeverity="Info" />\n'
        head = f'<{name}Rs requestID="{request.request_id}" statusCode="{code}" statusMessage={quoteattr(message)}'
        if code >= 1000:
            return f'{head} statusSeverity="Error" />\n'
        return f'{head} statusSeverity="Info">{self._ret(request)}</{name}Rs>\n'

    def _ret(self, request: Request) -> str:
        if request.name == "CompanyQueryRq":
            stamp = _data_ext(self.company.owner_id, "FileID", self.company.file_id)
            return f"<CompanyRet><CompanyName>Acme LLC</CompanyName>{stamp}</CompanyRet>"
        number, self.next_id = self.next_id, self.next_id + 1
        guid = f"<ExternalGUID>{request.text('ExternalGUID')}</ExternalGUID>"
        kind = request.name.removesuffix("AddRq")
        if kind in ("Invoice", "ReceivePayment"):
            total = "<Subtotal>120.00</Subtotal><SalesTaxTotal>0.00</SalesTaxTotal>"
            if kind == "ReceivePayment":
                total = f"<TotalAmount>{request.text('TotalAmount')}</TotalAmount>"
            ids = f"<TxnID>{number:X}-1700000000</TxnID><TxnNumber>{number}</TxnNumber>"
            return f"<{kind}Ret>{ids}{total}{guid}</{kind}Ret>"
        name = escape(request.title)
        return (
            f"<{kind}Ret><ListID>{0x80000000 + number:X}-1700000000</ListID><EditSequence>1700000000</EditSequence>"
            f"<Name>{name}</Name><FullName>{name}</FullName>{guid}</{kind}Ret>"
        )


def _data_ext(owner_id: str, name: str, value: str) -> str:
    return (
        f"<DataExtRet><OwnerID>{owner_id}</OwnerID><DataExtName>{name}</DataExtName>"
        f"<DataExtType>STR255TYPE</DataExtType><DataExtValue>{value}</DataExtValue></DataExtRet>"
    )
