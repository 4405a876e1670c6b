"""QuickBooks' side of the measurement: answers as a real one writes them, made from the request alone.

It books nothing and checks nothing, and its time does not count: what is measured is the server.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from xml.sax.saxutils import escape

from lxml import etree

MACHINE = "OFFICE-PC"
_CREATED = "2026-11-02T09:00:00-05:00"
_TRANSACTIONS = {"Invoice", "ReceivePayment"}
_LINE = "InvoiceLineAdd"


class QuickBooks:
    """Gives each object that is added an ID of its own and returns it whole, as QuickBooks does."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.times = 1
        """How often each line of a document is returned: an answer of any size for a request of the usual one."""
        self.file_id = ""
        """FileID of the company file that is open."""

    def answer(self, request: str) -> str:
        """The answer to one message set."""
        message_set = etree.fromstring(request.encode("ascii"))[0]
        replies = "".join(self._reply(node) for node in message_set)
        key = message_set.get("newMessageSetID")
        recovery = f' messageSetStatusCode="0" newMessageSetID="{key}"' if key else ""
        return f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs{recovery}>\n{replies}</QBXMLMsgsRs>\n</QBXML>\n'

    def _reply(self, node: etree._Element) -> str:
        name = str(node.tag).removesuffix("Rq")
        content = "".join(self._added(node[0]) if name.endswith("Add") else self._found(node, name))
        return (
            f'<{name}Rs requestID="{node.get("requestID")}" statusCode="0" statusSeverity="Info" '
            f'statusMessage="Status OK">\n{content}</{name}Rs>\n'
        )

    def _added(self, add: etree._Element) -> Iterator[str]:
        name = str(add.tag).removesuffix("Add")
        key = "TxnID" if name in _TRANSACTIONS else "ListID"
        qb_id = f"{next(self._numbers):X}-1793610000"
        yield f"<{name}Ret>\n<{key}>{qb_id}</{key}>\n<TimeCreated>{_CREATED}</TimeCreated>\n"
        yield f"<TimeModified>{_CREATED}</TimeModified>\n<EditSequence>1793610000</EditSequence>\n"
        yield from _fields(name, add)
        for line in (line for line in add.iterchildren(_LINE) for _ in range(self.times)):
            yield f"<InvoiceLineRet>\n<TxnLineID>{next(self._numbers):X}-1793610000</TxnLineID>\n"
            yield f"{''.join(map(_echoed, line))}<Amount>{_amount(line):.2f}</Amount>\n</InvoiceLineRet>\n"
        yield f"</{name}Ret>\n"

    def _found(self, query: etree._Element, request: str) -> Iterator[str]:
        """Everything that is asked for by its ID is there."""
        name = request.removesuffix("Query")
        if name == "Company":
            owned = _extension(query.findtext("OwnerID", ""), "FileID", self.file_id)
            yield f"<CompanyRet>\n<CompanyName>Acme</CompanyName>\n{owned}</CompanyRet>\n"
        for key in query.iterchildren("TxnID", "ListID"):
            object_name = "ItemService" if name == "Item" else name
            yield f"<{object_name}Ret>\n<{key.tag}>{key.text}</{key.tag}>\n</{object_name}Ret>\n"


def host_company_preferences(owner_id: str, file_id: str) -> str:
    """strHCPResponse of a visit: the parts of it that the server reads."""
    extension = "".join(
        _extension(owner_id, name, value)
        for name, value in (("FileID", file_id), ("AppLock", f"LOCKED:{MACHINE}:639000000000000000"))
    )
    ok = 'statusCode="0" statusSeverity="Info" statusMessage="Status OK"'
    return (
        f'<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><HostQueryRs requestID="0" {ok}><HostRet>'
        "<ProductName>QuickBooks Enterprise Solutions 24.0</ProductName><MajorVersion>34</MajorVersion>"
        "<MinorVersion>0</MinorVersion><Country>US</Country><SupportedQBXMLVersion>13.0</SupportedQBXMLVersion>"
        "<SupportedQBXMLVersion>16.0</SupportedQBXMLVersion><QBFileMode>MultiUser</QBFileMode></HostRet></HostQueryRs>"
        f'<CompanyQueryRs requestID="1" {ok}><CompanyRet><IsSampleCompany>false</IsSampleCompany>'
        f"<CompanyName>Acme</CompanyName><LegalCompanyName>Acme LLC</LegalCompanyName>{extension}</CompanyRet>"
        f'</CompanyQueryRs><PreferencesQueryRs requestID="2" {ok}><PreferencesRet><AccountingPreferences>'
        "<IsUsingAccountNumbers>false</IsUsingAccountNumbers></AccountingPreferences></PreferencesRet>"
        "</PreferencesQueryRs></QBXMLMsgsRs></QBXML>"
    )


def _extension(owner_id: str, name: str, value: str) -> str:
    return (
        f"<DataExtRet><OwnerID>{owner_id}</OwnerID><DataExtName>{name}</DataExtName>"
        f"<DataExtType>STR255TYPE</DataExtType><DataExtValue>{value}</DataExtValue></DataExtRet>"
    )


def _fields(name: str, add: etree._Element) -> Iterator[str]:
    if name == "Customer":
        full_name = escape(add.findtext("Name", ""))
        yield f"<Name>{full_name}</Name>\n<FullName>{full_name}</FullName>\n"
        yield "<IsActive>true</IsActive>\n<Sublevel>0</Sublevel>\n"
    yield from (_echoed(node) for node in add if node.tag not in (_LINE, "Name"))
    if name == "Customer":
        yield "<Balance>0.00</Balance>\n<TotalBalance>0.00</TotalBalance>\n"
    if name == "Invoice":
        total = sum((_amount(line) for line in add.iterchildren(_LINE)), Decimal(0))
        yield f"<TxnNumber>1</TxnNumber>\n<Subtotal>{total:.2f}</Subtotal>\n<SalesTaxTotal>0.00</SalesTaxTotal>\n"
        yield f"<BalanceRemaining>{total:.2f}</BalanceRemaining>\n<IsPaid>false</IsPaid>\n"


def _amount(line: etree._Element) -> Decimal:
    return Decimal(line.findtext("Quantity", "1")) * Decimal(line.findtext("Rate", "0"))


def _echoed(node: etree._Element) -> str:
    return etree.tostring(node, encoding="unicode", with_tail=False) + "\n"
