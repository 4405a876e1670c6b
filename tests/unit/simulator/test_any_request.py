"""Whatever fits the schema, and whatever does not, gets an answer or an HRESULT, and the books stay consistent."""

from __future__ import annotations

import random
from collections.abc import Sequence
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbwc_server import qbxml
from qbwc_server.qbxml import Choice, Element, FieldType, Particle
from qbwc_server.simulator import ProcessingError
from qbwc_server.simulator.quickbooks import processor
from qbwc_server.simulator.quickbooks.handlers import HANDLERS
from tests.unit.simulator.asking import GUID, Asked, customer, invoice, line, message_set, payment, service

REQUESTS = sorted(HANDLERS)
NUMBERS = ["", "0", "1", "-1", "0.01", "2.5", "100", "9999999999", "-9999999999.99999", "0.00001"]
AMOUNTS = ["1.00", "0.01", "60.00", "+59.99", "7.50", "0.00", "0", "", "-1.00", "9999999999999.99", "-9999999999999.99"]
VALUES: dict[FieldType, list[str]] = {
    FieldType.AMOUNT: AMOUNTS,
    FieldType.PRICE: NUMBERS,
    FieldType.QUANTITY: NUMBERS,
    FieldType.PERCENT: NUMBERS,
    FieldType.FLOAT: ["1.5"],
    FieldType.INTEGER: ["0", "7"],
    FieldType.DATE: ["", "2026-11-02", "0001-01-01", "9999-12-31"],
    FieldType.DATETIME: ["2026-11-02T10:00:00"],
    FieldType.BOOLEAN: ["true", "false", "1", "0", ""],
    FieldType.GUID: [GUID, "0"],
    FieldType.TEXT: ["", "Acme", "Labor", "Net 30", "Tax", "Non", "Sales", "State Tax", "Job:Roof", " ", "&#233;"],
}


GOOD_REFS: dict[str, list[str]] = {
    "CustomerRef": ["Acme"],
    "ParentRef": ["Acme", "Labor"],
    "ItemRef": ["Labor"],
    "ItemSalesTaxRef": ["State Tax", "Out of State"],
    "SalesTaxCodeRef": ["Tax", "Non"],
    "CustomerSalesTaxCodeRef": ["Tax", "Non"],
    "TermsRef": ["Net 30"],
    "PaymentMethodRef": ["Check"],
    "PreferredPaymentMethodRef": ["Visa"],
    "SalesRepRef": ["DW"],
    "PrefVendorRef": ["State Revenue Department"],
    "TemplateRef": ["Intuit Product Invoice"],
    "CustomerMsgRef": ["Thank you for your business."],
    "ShipMethodRef": ["UPS"],
    "ARAccountRef": ["Accounts Receivable"],
    "COGSAccountRef": ["Cost of Goods Sold"],
    "AssetAccountRef": ["Inventory Asset"],
    "DepositToAccountRef": ["Checking"],
}
# Optional in the schema, and without them little can be booked.
NEEDED = {
    *("IncomeAccountRef", "COGSAccountRef", "AssetAccountRef", "AccountRef", "ExpenseAccountRef"),
    *("DiscountAccountRef", "ItemRef", "TotalAmount", "PaymentAmount"),
}
# Lists that are empty in new books, features that are off, and what is not simulated: they would end every request.
SELDOM = {
    *("ClassRef", "CustomerTypeRef", "JobTypeRef", "PriceLevelRef", "DiscountClassRef", "CurrencyRef", "ExchangeRate"),
    *("UnitOfMeasureSetRef", "UnitOfMeasure", "InventorySiteRef", "InventorySiteLocationRef", "SerialNumber"),
    *("LotNumber", "LinkToTxnID", "LinkToTxn", "InvoiceLineGroupAdd"),
}
SHORT = {
    "MaxReturned": ["1", "2", "50"],
    "MiddleName": ["", "M."],
    "Name": [*map(str, range(200)), "Acme", "A:B"],
    "RefNumber": ["", "1001"],
}


class Writer:
    """Writes random requests that fit the catalog, most of them such that they could be booked."""

    def __init__(self, seed: int, ids: list[str]) -> None:
        self._random = random.Random(seed)
        self._ids = ids

    def request(self) -> str:
        return self._once(qbxml.message(self._random.choice(REQUESTS)))

    def _particle(self, particle: Particle) -> str:
        """As often as it may stand there; what leads nowhere only now and then."""
        names = particle.first
        is_needed = bool(names & NEEDED) or isinstance(particle, Choice)
        least = 1 if is_needed and not names <= SELDOM and self._mostly() else particle.min_occurs
        most = least if names <= SELDOM and self._mostly() else min(particle.max_occurs or 3, 3)
        times = self._random.choice([least, *range(least, most + 1)])
        return "".join(self._once(particle) for _ in range(times))

    def _once(self, particle: Particle) -> str:
        if isinstance(particle, Choice):
            useful = [one for one in particle.options if not isinstance(one, Element) or one.name not in SELDOM]
            return self._once(self._random.choice(useful if useful and self._mostly() else particle.options))
        if not isinstance(particle, Element):
            return "".join(self._particle(item) for item in particle.items)
        if particle.type is not None:
            content = self._random.choice(self._values(particle))
        elif particle.child("FullName") and self._mostly():
            content = f"<FullName>{self._random.choice(GOOD_REFS.get(particle.name, ['Sales']))}</FullName>"
        else:
            content = "".join(self._particle(child) for child in particle.children)
        return f"<{particle.name}>{content}</{particle.name}>"

    def _values(self, known: Element) -> Sequence[str]:
        if known.type is FieldType.ID:
            return [*self._ids * 3, "", "rubbish", "77-1"]
        if known.type is FieldType.ENUM:
            return known.values
        return SHORT.get(known.name) or VALUES[known.type or FieldType.TEXT]

    def _mostly(self) -> bool:
        return self._random.random() < 0.95


def with_history() -> Asked:
    asked = Asked()
    asked.ask(customer("Acme"), service("Labor"))
    asked.ask(invoice(line()), payment(total="60.00"))
    return asked


@pytest.mark.parametrize("seeds", [range(block * 100, block * 100 + 100) for block in range(12)], ids=str)
def test_whatever_fits_the_schema_is_answered_and_the_books_stay_in_balance(seeds: range) -> None:
    asked = with_history()
    for seed in seeds:
        writer = Writer(seed, [document.id for document in asked.books.documents()][-8:])
        requests = [writer.request() for _ in range(1 + seed % 3)]
        check_one_set(asked, message_set(*requests, newMessageSetID=str(seed)), requests)
    asked.books.close()


def check_one_set(asked: Asked, text: str, requests: list[str]) -> None:
    before = len(asked.books.documents())
    try:
        answer = asked.processor.process(text)
    except ProcessingError:
        assert len(asked.books.documents()) == before, text
        return
    replies = list(qbxml.parse_xml(answer).iterfind("QBXMLMsgsRs/*"))
    names = [request[1:].partition("Rq>")[0] for request in requests]
    assert [str(reply.tag) for reply in replies] == [f"{name}Rs" for name in names], text
    assert [problem for reply in replies for problem in qbxml.check(reply)] == [], text
    documents = asked.books.documents()
    assert len(documents) == before + sum(len(reply) for reply in replies if str(reply.tag).endswith("AddRs")), text
    balances = [document.balance for document in documents if document.total is not None]
    assert all(balance is not None and balance >= 0 for balance in balances), text
    assert asked.processor.process(text) == answer, text


@settings(max_examples=200, deadline=None)
@given(text=st.text() | st.text(alphabet="<>/&;#x1QBXML?!'\" =", max_size=60))
def test_any_text_at_all_is_thrown_back_with_0x80040400(text: str) -> None:
    asked = Asked()
    hresults: list[str] = []
    for document in (text, message_set(text), message_set(customer(escape(text).encode("utf-8", "ignore").decode()))):
        try:
            asked.processor.process(document)
        except ProcessingError as error:
            hresults.append(error.hresult)
    asked.books.close()
    assert set(hresults) <= {"0x80040400"}
    assert len(hresults) >= 1


def test_a_request_that_is_in_the_catalog_and_not_simulated_says_so_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = with_history()
    monkeypatch.setattr(processor, "HANDLERS", {"CompanyQueryRq": HANDLERS["CompanyQueryRq"]})
    answer = asked.ask("<HostQueryRq/>", "<CompanyQueryRq/>")
    assert [reply.status_code for reply in answer.replies] == [1030, 0]
    asked.books.close()
