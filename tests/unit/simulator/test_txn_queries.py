"""Queries of invoices and payments."""

from __future__ import annotations

import pytest

from qbwc_server.simulator import Person, QuickBooksSettings
from tests.unit.simulator.asking import GUID, Asked, applied, customer, invoice, line, payment, query, ref

LINES = "<IncludeLineItems>true</IncludeLineItems>"
LINKS = "<IncludeLinkedTxns>true</IncludeLinkedTxns>"


def number(*numbers: str) -> str:
    return "".join(f"<RefNumber>{one}</RefNumber>" for one in numbers)


def of(customer_filter: str) -> str:
    return f"<EntityFilter>{customer_filter}</EntityFilter>"


def modified(start: str, end: str = "") -> str:
    to = f"<ToModifiedDate>{end}</ToModifiedDate>" if end else ""
    return f"<ModifiedDateRangeFilter><FromModifiedDate>{start}</FromModifiedDate>{to}</ModifiedDateRangeFilter>"


@pytest.fixture
def person(quickbooks: Asked) -> Person:
    return Person(quickbooks.books)


def test_an_invoice_is_found_by_its_id_as_it_was_answered_when_it_was_added(quickbooks: Asked) -> None:
    header = f"<RefNumber>1001</RefNumber><Memo>m</Memo><ExternalGUID>{GUID}</ExternalGUID>"
    added = quickbooks.ret(invoice(line(Quantity="2"), line("", Desc="text"), header=header))
    found = quickbooks.ret(query("InvoiceQuery", f"<TxnID>{added.txn_id}</TxnID>", LINES))
    assert [(node.tag, node.text) for node in found.element.iter("*")] == [
        (node.tag, node.text) for node in added.element.iter("*")
    ]


def test_lines_are_left_out_unless_they_are_asked_for(quickbooks: Asked) -> None:
    owed = quickbooks.id_of(invoice(line()))
    paid = quickbooks.id_of(payment(applied(owed, "10.00"), total="10.00"))
    for request, txn_id, lines in [
        ("InvoiceQuery", owed, "InvoiceLineRet"),
        ("ReceivePaymentQuery", paid, "AppliedToTxnRet"),
    ]:
        key = f"<TxnID>{txn_id}</TxnID>"
        assert quickbooks.ret(query(request, key)).element.findall(lines) == []
        assert quickbooks.ret(query(request, key, LINES.replace("true", "false"))).element.findall(lines) == []
        assert len(quickbooks.ret(query(request, key, LINES)).element.findall(lines)) == 1


def test_a_number_is_found_in_any_case_and_every_document_that_has_it(quickbooks: Asked) -> None:
    first, second = (quickbooks.id_of(invoice(line(), header=number(one))) for one in ("a-1", "A-1"))
    quickbooks.ask(invoice(line(), header=number("a-11")))
    reply = quickbooks.reply(query("InvoiceQuery", number("A-1")))
    assert [ret.txn_id for ret in reply.rets] == [first, second]


def test_missing_keys_are_a_warning_with_what_was_found(quickbooks: Asked) -> None:
    txn_id = quickbooks.id_of(invoice(line(), header=number("1001")))
    reply = quickbooks.reply(query("InvoiceQuery", number("1001", "1002", "")))
    assert (reply.status_code, reply.severity, [ret.txn_id for ret in reply.rets]) == (500, "Warn", [txn_id])
    assert '("1002")' in reply.message
    reply = quickbooks.reply(query("ReceivePaymentQuery", f"<TxnID>{txn_id}</TxnID>"))
    assert (reply.status_code, reply.rets) == (500, ())


def test_a_blank_number_finds_nothing_that_has_none(quickbooks: Asked) -> None:
    quickbooks.ask(payment(total="5.00"))
    assert quickbooks.reply(query("ReceivePaymentQuery", number(""))).rets == ()


@pytest.mark.parametrize("txn_id", ["", "1001"])
def test_what_is_no_txn_id_is_refused(quickbooks: Asked, txn_id: str) -> None:
    code, message = quickbooks.refusal(query("InvoiceQuery", f"<TxnID>{txn_id}</TxnID>"))
    assert (code, message) == (3000, f'The given object ID "{txn_id}" in the field "txn id" is invalid.')


def test_invoices_and_payments_are_asked_for_apart(quickbooks: Asked) -> None:
    quickbooks.ask(invoice(line(), header=number("7")), payment(total="5.00", header=""))
    assert [ret.name for ret in quickbooks.reply(query("InvoiceQuery")).rets] == ["InvoiceRet"]
    assert [ret.name for ret in quickbooks.reply(query("ReceivePaymentQuery")).rets] == ["ReceivePaymentRet"]


def test_nothing_found_by_filters_is_no_error(quickbooks: Asked) -> None:
    reply = quickbooks.reply(query("InvoiceQuery"))
    assert (reply.status_code, reply.severity) == (1, "Info")
    assert reply.message == "A query request did not find a matching object in QuickBooks"


def test_changes_are_found_from_their_second_on(quickbooks: Asked) -> None:
    owed = quickbooks.id_of(invoice(line(), header=number("1")))  # 10:00:00
    quickbooks.later(60)
    quickbooks.ask(invoice(line(), header=number("2")))  # 10:01:00
    assert quickbooks.found("InvoiceQuery", modified("2026-11-02T10:00:00")) == ["1", "2"]
    assert quickbooks.found("InvoiceQuery", modified("2026-11-02T10:00:01")) == ["2"]
    assert quickbooks.found("InvoiceQuery", modified("2026-11-02", "2026-11-02T10:00:00")) == ["1"]
    quickbooks.later(60)
    quickbooks.ask(payment(applied(owed, "1.00"), total="1.00"))
    assert quickbooks.found("InvoiceQuery", modified("2026-11-02T10:02:00")) == ["1"]


def test_a_customer_filter_means_the_customer_alone_or_with_its_jobs(quickbooks: Asked) -> None:
    quickbooks.ask(customer("Roof", ref("ParentRef", "Acme")), customer("Beta"))
    for to in ("Acme", "Acme:Roof", "Beta"):
        quickbooks.ask(invoice(line(), to=to, header=number(to[-6:])))
    acme = quickbooks.document("Acme").id
    assert quickbooks.found("InvoiceQuery", of(f"<ListID>{acme}</ListID>")) == ["Acme"]
    assert quickbooks.found("InvoiceQuery", of("<FullName>acme:roof</FullName><FullName>Beta</FullName>")) == [
        "e:Roof",
        "Beta",
    ]
    assert quickbooks.found("InvoiceQuery", of(f"<ListIDWithChildren>{acme}</ListIDWithChildren>")) == [
        "Acme",
        "e:Roof",
    ]
    assert quickbooks.found("InvoiceQuery", of("<FullNameWithChildren>ACME</FullNameWithChildren>")) == [
        "Acme",
        "e:Roof",
    ]
    assert quickbooks.found("InvoiceQuery", of("<FullName>Nobody</FullName>")) == []
    assert quickbooks.refusal(query("InvoiceQuery", of("<ListID>Acme</ListID>")))[0] == 3000


def test_all_filters_must_fit_and_the_number_of_answers_is_limited(quickbooks: Asked) -> None:
    quickbooks.ask(customer("Beta"), *(invoice(line(), header=number(one)) for one in "123"))
    acme = of(f"<ListID>{quickbooks.document('Acme').id}</ListID>")
    assert quickbooks.found("InvoiceQuery", "<MaxReturned>2</MaxReturned>", modified("2026-11-02"), acme) == ["1", "2"]
    beta = of(f"<ListID>{quickbooks.document('Beta').id}</ListID>")
    assert quickbooks.found("InvoiceQuery", modified("2026-11-02"), beta) == []


def test_what_was_paid_is_linked_where_it_is_asked_for(quickbooks: Asked) -> None:
    owed = quickbooks.id_of(invoice(line(Quantity="2")))
    discount = f"<DiscountAmount>5.00</DiscountAmount>{ref('DiscountAccountRef', 'Sales Discounts')}"
    paid = quickbooks.id_of(payment(applied(owed, "100.00", discount), total="100.00"))
    key = f"<TxnID>{owed}</TxnID>"
    ret = quickbooks.ret(query("InvoiceQuery", key, LINKS))
    [link] = ret.element.findall("LinkedTxn")
    assert [(node.tag, node.text) for node in link] == [
        ("TxnID", paid),
        ("TxnType", "ReceivePayment"),
        ("TxnDate", "2026-11-02"),
        ("LinkType", "AMTTYPE"),
        ("Amount", "-105.00"),
    ]
    assert (ret.text("BalanceRemaining"), ret.text("AppliedAmount"), ret.text("IsPaid")) == (
        "15.00",
        "-105.00",
        "false",
    )
    assert quickbooks.ret(query("InvoiceQuery", key)).element.findall("LinkedTxn") == []


def test_a_payment_shows_what_it_was_used_on_and_what_is_left(quickbooks: Asked) -> None:
    owed = quickbooks.id_of(invoice(line()))
    paid = quickbooks.id_of(payment(applied(owed, "60.00"), total="70.00"))
    ret = quickbooks.ret(query("ReceivePaymentQuery", f"<TxnID>{paid}</TxnID>", LINES))
    assert (ret.text("UnusedPayment"), ret.text("AppliedToTxnRet/TxnID")) == ("10.00", owed)


def test_a_guid_that_is_not_echoed_is_not_told_by_a_query_either() -> None:
    asked = Asked(settings=QuickBooksSettings(echoes_guid=False))
    asked.ask(customer("Acme"))
    Person(asked.books).type_name("ItemService", "Labor")
    txn_id = asked.id_of(invoice(line(Amount="5.00"), header=f"<ExternalGUID>{GUID}</ExternalGUID>"))
    assert asked.ret(query("InvoiceQuery", f"<TxnID>{txn_id}</TxnID>")).external_guid is None
    asked.books.close()


def test_names_are_those_of_today(quickbooks: Asked, person: Person) -> None:
    txn_id = quickbooks.id_of(invoice(line()))
    person.rename("Customer", quickbooks.document("Acme").id, "Acme Inc")
    person.rename("ItemService", quickbooks.document("Labor").id, "Work")
    ret = quickbooks.ret(query("InvoiceQuery", f"<TxnID>{txn_id}</TxnID>", LINES))
    assert ret.text("CustomerRef/FullName") == "Acme Inc"
    assert ret.text("InvoiceLineRet/ItemRef/FullName") == "Work"
