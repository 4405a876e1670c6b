"""What the simulated QuickBooks answers is valid in Intuit's own schemas, for every template with everything filled."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from qbwc_server import qbxml
from qbwc_server.simulator import Person, QuickBooksSettings, StatusAnswers
from qbwc_server.simulator.quickbooks.elements import TYPES
from qbwc_server.simulator.quickbooks.stamping import lock_file, stamp_file
from tests.unit.simulator.asking import (
    GUID,
    Asked,
    applied,
    customer,
    invoice,
    line,
    message_set,
    payment,
    query,
    ref,
    rq,
    service,
)

VERSIONS = ("130", "160")
ADDRESS = (
    "<Addr1>Acme LLC</Addr1><Addr2>1 Main St</Addr2><City>Mansfield</City><State>CT</State>"
    "<PostalCode>06268</PostalCode><Country>USA</Country><Note>back door</Note>"
)
ADDRESSES = f"<BillAddress>{ADDRESS}</BillAddress><ShipAddress>{ADDRESS}</ShipAddress>"
TOLD_GUID = f"<ExternalGUID>{GUID}</ExternalGUID>"
BAR_CODE = "<BarCode><BarCodeValue>12345</BarCodeValue></BarCode>"

FULL_CUSTOMER = customer(
    "Acme",
    f"<CompanyName>Acme</CompanyName>{ADDRESSES}<Phone>1</Phone><Email>a@b.example</Email><Contact>Ann</Contact>"
    f"{ref('TermsRef', 'Net 30')}{ref('SalesRepRef', 'DW')}{ref('SalesTaxCodeRef', 'Tax')}"
    f"{ref('ItemSalesTaxRef', 'State Tax')}<CreditLimit>100.00</CreditLimit>"
    f"{ref('PreferredPaymentMethodRef', 'Check')}<JobStatus>Awarded</JobStatus><Notes>a&#10;b</Notes>{TOLD_GUID}",
)
FULL_INVENTORY_ITEM = rq(
    "ItemInventoryAdd",
    f"<Name>Shingles</Name>{BAR_CODE}<ManufacturerPartNumber>x</ManufacturerPartNumber>"
    f"{ref('IncomeAccountRef', 'Sales')}<PurchaseCost>20.00</PurchaseCost>{ref('COGSAccountRef', 'Cost of Goods Sold')}"
    f"{ref('AssetAccountRef', 'Inventory Asset')}<ReorderPoint>5</ReorderPoint><Max>100</Max>"
    "<QuantityOnHand>3</QuantityOnHand><TotalValue>100.00</TotalValue><InventoryDate>2026-11-01</InventoryDate>",
)
FULL_NON_INVENTORY_ITEM = rq(
    "ItemNonInventoryAdd",
    f"<Name>Nails</Name><SalesAndPurchase><SalesPrice>1</SalesPrice>{ref('IncomeAccountRef', 'Sales')}"
    f"{ref('ExpenseAccountRef', 'Job Materials')}{ref('PrefVendorRef', 'State Revenue Department')}"
    f"</SalesAndPurchase>{TOLD_GUID}",
)
INVOICE_HEADER = (
    f"{ref('TemplateRef', 'Intuit Product Invoice')}<TxnDate>2026-11-02</TxnDate><RefNumber>1</RefNumber>{ADDRESSES}"
    f"<IsPending>false</IsPending><PONumber>9</PONumber>{ref('TermsRef', 'Net 15')}<DueDate>2026-12-01</DueDate>"
    f"<FOB>x</FOB><ShipDate>2026-11-02</ShipDate>{ref('ShipMethodRef', 'UPS')}<Memo>m</Memo>"
    f"{ref('CustomerMsgRef', 'Thank you for your business.')}<IsToBePrinted>false</IsToBePrinted><Other>o</Other>"
    f"{TOLD_GUID}"
)
PAYMENT_HEADER = f"{ref('PaymentMethodRef', 'Visa')}<Memo>m</Memo>{ref('DepositToAccountRef', 'Checking')}{TOLD_GUID}"


SHORT_NAMES = {"SalesTaxCode": "ABC", "SalesRep": "AB"}
# Every query that there is, with everything that it can be asked for.
QUERIES = [
    query(
        name.removesuffix("Rq"),
        "<ActiveStatus>All</ActiveStatus>" if message.child("ActiveStatus") else "",
        "<IncludeLineItems>true</IncludeLineItems>" if message.child("IncludeLineItems") else "",
        "<IncludeLinkedTxns>true</IncludeLinkedTxns>" if message.child("IncludeLinkedTxns") else "",
        **({"metaData": "MetaDataAndResponseData"} if "metaData" in message.attributes else {}),
    )
    for name, message in ((name, qbxml.message(name)) for name in qbxml.message_names())
    if name.endswith("QueryRq")
]


@cache
def schema(folder: Path, version: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(folder / f"qbxmlops{version}.xsd"))


def session(settings: QuickBooksSettings | None = None) -> list[str]:
    """The answers of a session that uses every request, refusals and recovery included."""
    asked = Asked(settings=settings)
    stamp_file(asked.books, GUID, GUID)
    lock_file(asked.books, GUID, "PC")
    answers = [asked.processor.host_company_preferences(GUID)]

    def ask(*requests: str, **attributes: str) -> None:
        answers.append(asked.processor.process(message_set(*requests, **attributes)))

    ask(FULL_CUSTOMER, customer("Roof", ref("ParentRef", "Acme")), customer("Acme"), newMessageSetID="A")
    items = (service("Labor", before=BAR_CODE), FULL_INVENTORY_ITEM, FULL_NON_INVENTORY_ITEM)
    ask(*items, newMessageSetID="B", oldMessageSetID="A")
    ask(
        invoice(
            line(Quantity="2", Rate="1.12345", ServiceDate="2026-11-01"),
            line("Shingles", RatePercent="10"),
            line("", Desc="text"),
            header=INVOICE_HEADER,
        ),
        invoice(line("Nails", Amount="7.00", Other1="a", Other2="b"), to="Acme:Roof"),
        newMessageSetID="C",
    )
    owed = asked.document("1").id
    ask(payment(applied(owed, "1.00"), total="5.00", header=PAYMENT_HEADER), newMessageSetID="D")
    unapplied = payment(total="5.00", of="Acme:Roof")
    ask(unapplied, payment(applied("77-1", "1.00"), total="1.00"), payment(), on_error="stopOnError")
    ask("<HostQueryRq/>", "<PreferencesQueryRq/>", f"<CompanyQueryRq><OwnerID>{GUID}</OwnerID></CompanyQueryRq>")
    ask(newMessageSetID="C", oldMessageSetID="C")
    ask(newMessageSetID="D", oldMessageSetID="D")
    ask(newMessageSetID="Z", oldMessageSetID="Z")
    ask(oldMessageSetID="C")
    person = Person(asked.books)
    for list_type in TYPES:
        person.type_name(list_type, SHORT_NAMES.get(list_type, list_type[-14:]))
    ask(*QUERIES)
    ask(query("CustomerQuery", "<FullName>Acme</FullName><FullName>&lt;Nobody&gt;</FullName>"))
    for page in (
        "<MaxReturned>1</MaxReturned>",
        "<MaxReturned>1</MaxReturned><ActiveStatus>InactiveOnly</ActiveStatus>",
    ):
        ask(query("ItemQuery", page, iterator="Start"))
    asked.books.close()
    return answers


@pytest.mark.intuit_schema
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("answers", StatusAnswers)
def test_every_answer_is_valid_in_intuits_schema(version: str, answers: StatusAnswers, shared_schemas: Path) -> None:
    judge = schema(shared_schemas, version)
    for text in session(QuickBooksSettings(status_answers=answers)):
        judge.assertValid(etree.fromstring(text.encode()))


def test_every_answer_obeys_our_own_catalog() -> None:
    answers = session()
    assert len(answers) == 15
    for text in answers:
        for reply in qbxml.parse_xml(text).iterfind("QBXMLMsgsRs/*"):
            assert qbxml.check(reply) == [], text


def test_nothing_of_the_session_was_refused_but_what_was_meant_to_be() -> None:
    codes = [reply.status_code for text in session() for reply in qbxml.read_answer(text).replies]
    assert sorted(code or 0 for code in codes if code) == [1, 500, 3100, 3120, 3231, 3250]
