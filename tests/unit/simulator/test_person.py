"""What a person does at the keyboard: look-alikes, deletions, other names, and a backup from yesterday."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from qbwc_server.simulator import Books, Person, Refused, RequestProcessor
from tests.unit.simulator.asking import GUID, Asked, applied, customer, invoice, line, message_set, payment, query, ref

LINES = "<IncludeLineItems>true</IncludeLineItems>"


@pytest.fixture
def person(quickbooks: Asked) -> Person:
    return Person(quickbooks.books)


def test_an_invoice_typed_by_hand_looks_like_ours_but_for_the_guid(quickbooks: Asked, person: Person) -> None:
    header = f"<TxnDate>2026-11-02</TxnDate><RefNumber>1001</RefNumber><ExternalGUID>{GUID}</ExternalGUID>"
    ours = quickbooks.ret(invoice(line(Amount="120.00"), header=header))
    txn_id = person.type_invoice("Acme", "120.00", txn_date="2026-11-02", ref_number="1001")

    typed = quickbooks.ret(query("InvoiceQuery", f"<TxnID>{txn_id}</TxnID>", LINES))

    assert typed.external_guid is None
    identity = {"TxnID", "TxnLineID", "TxnNumber", "ExternalGUID"}
    assert [(node.tag, node.text) for node in typed.element.iter("*") if node.tag not in identity] == [
        (node.tag, node.text) for node in ours.element.iter("*") if node.tag not in identity
    ]
    assert quickbooks.found("InvoiceQuery", "<RefNumber>1001</RefNumber>") == ["1001", "1001"]


def test_an_invoice_may_have_several_lines_and_leave_the_rest_to_quickbooks(quickbooks: Asked, person: Person) -> None:
    person.type_name("ItemService", "Parts")
    txn_id = person.type_invoice("acme", lines=[("Labor", Decimal("60")), ("parts", "1.50")])
    ret = quickbooks.ret(query("InvoiceQuery", f"<TxnID>{txn_id}</TxnID>", LINES))
    assert [node.findtext("ItemRef/FullName") for node in ret.element.findall("InvoiceLineRet")] == ["Labor", "Parts"]
    assert (ret.ref_number, ret.text("TxnDate"), ret.text("Subtotal")) == ("1", "2026-11-02", "61.50")


def test_an_invoice_is_typed_with_an_amount_or_with_lines(person: Person) -> None:
    with pytest.raises(ValueError, match="an amount or with lines"):
        person.type_invoice("Acme")
    with pytest.raises(ValueError, match="an amount or with lines"):
        person.type_invoice("Acme", "1.00", lines=[("Labor", "1.00")])


def test_without_an_item_to_sell_no_invoice_can_be_typed(new: Asked) -> None:
    new.ask(customer("Acme"))
    with pytest.raises(LookupError, match="no item to sell"):
        Person(new.books).type_invoice("Acme", "1.00")


def test_a_number_that_is_left_blank_stays_blank(quickbooks: Asked, person: Person) -> None:
    txn_id = person.type_invoice("Acme", "1.00", ref_number="")
    assert quickbooks.ret(query("InvoiceQuery", f"<TxnID>{txn_id}</TxnID>")).ref_number is None


def test_a_customer_typed_by_hand_has_its_fields_and_no_guid(quickbooks: Asked, person: Person) -> None:
    list_id = person.type_customer(
        "Beta", Email="b@example.com", CompanyName="B", BillAddress={"Addr1": "1 Main St", "PostalCode": "06268"}
    )
    ret = quickbooks.ret(query("CustomerQuery", f"<ListID>{list_id}</ListID>"))
    assert (ret.full_name, ret.text("Email"), ret.text("BillAddress/PostalCode")) == ("Beta", "b@example.com", "06268")
    assert ret.external_guid is None
    assert quickbooks.reply(customer("beta")).status_code == 3100


def test_a_job_is_typed_below_its_customer(quickbooks: Asked, person: Person) -> None:
    person.type_customer("Roof", parent="Acme")
    assert quickbooks.found("CustomerQuery", "<FullName>Acme:Roof</FullName>") == ["Acme:Roof"]


def test_a_field_that_customers_do_not_have_is_a_mistake_of_the_test(person: Person) -> None:
    with pytest.raises(ValueError, match="no E_mail"):
        person.type_customer("Beta", E_mail="b@example.com")


def test_a_payment_typed_by_hand_pays_what_it_says_and_the_rest_stays_unused(quickbooks: Asked, person: Person) -> None:
    owed = person.type_invoice("Acme", "100.00", ref_number="7")
    paid = person.type_payment("Acme", "90", txn_date=date(2026, 11, 1), ref_number="c1", applied_to={owed: "60.00"})
    assert quickbooks.document("7").balance == Decimal("40.00")
    ret = quickbooks.ret(query("ReceivePaymentQuery", f"<TxnID>{paid}</TxnID>"))
    assert (ret.text("TxnDate"), ret.ref_number, ret.external_guid) == ("2026-11-01", "c1", None)
    assert (ret.text("TotalAmount"), ret.text("UnusedPayment")) == ("90.00", "30.00")


def test_the_rules_of_the_books_hold_for_a_person_too(quickbooks: Asked, person: Person) -> None:
    before = quickbooks.books.documents()
    with pytest.raises(Refused, match="3100"):
        person.type_customer("ACME")
    with pytest.raises(Refused, match="3140"):
        person.type_invoice("Nobody", "1.00")
    with pytest.raises(Refused, match="3210"):
        person.type_payment("Acme", "1.00", applied_to={quickbooks.id_of(invoice(line(Amount="0.50"))): "1.00"})
    assert [one.name for one in quickbooks.books.documents()][: len(before)] == [one.name for one in before]
    assert len(quickbooks.books.documents()) == len(before) + 1


def test_an_invoice_that_was_deleted_is_gone_and_its_payment_unused(quickbooks: Asked, person: Person) -> None:
    owed = quickbooks.id_of(invoice(line()))
    paid = quickbooks.ret(payment(applied(owed, "60.00"), total="60.00"))
    person.delete("Invoice", owed)
    assert quickbooks.reply(query("InvoiceQuery", f"<TxnID>{owed}</TxnID>")).status_code == 500
    now = quickbooks.ret(query("ReceivePaymentQuery", f"<TxnID>{paid.txn_id}</TxnID>", LINES))
    assert (now.text("UnusedPayment"), now.text("AppliedToTxnRet/TxnID")) == ("60.00", None)
    assert now.edit_sequence != paid.edit_sequence


def test_what_a_deleted_payment_had_paid_is_open_again(quickbooks: Asked, person: Person) -> None:
    owed = quickbooks.ret(invoice(line()))
    paid = quickbooks.id_of(payment(applied(owed.txn_id or "", "60.00"), total="60.00"))
    person.delete("ReceivePayment", paid)
    now = quickbooks.ret(query("InvoiceQuery", f"<TxnID>{owed.txn_id}</TxnID>"))
    assert (now.text("BalanceRemaining"), now.text("IsPaid")) == ("60.00", "false")
    assert now.edit_sequence != owed.edit_sequence


def test_an_id_is_not_given_out_again_after_a_deletion(quickbooks: Asked, person: Person) -> None:
    first = quickbooks.ret(invoice(line()))
    person.delete("Invoice", first.txn_id or "")
    again = quickbooks.ret(invoice(line()))
    assert again.txn_id != first.txn_id
    assert again.txn_number != first.txn_number


def test_a_name_that_is_used_cannot_be_deleted(quickbooks: Asked, person: Person) -> None:
    acme, labor = quickbooks.document("Acme").id, quickbooks.document("Labor").id
    quickbooks.ask(invoice(line()))
    with pytest.raises(Refused, match="3160"):
        person.delete("Customer", acme)
    with pytest.raises(Refused, match="3160"):
        person.delete("ItemService", labor)
    parent = person.type_customer("Parent")
    person.type_customer("Child", parent="Parent")
    with pytest.raises(Refused, match="3160"):
        person.delete("Customer", parent)


def test_the_same_id_in_another_list_is_no_use_of_it(quickbooks: Asked, person: Person) -> None:
    acme, labor = quickbooks.document("Acme").id, quickbooks.document("Labor").id
    assert acme == labor
    person.type_name("ItemService", "Parts")
    person.type_invoice("Acme", "1.00", item="Parts")
    person.delete("ItemService", labor)
    assert [document.name for document in quickbooks.books.documents()] == ["Acme", "Parts", "1"]


def test_a_name_that_nothing_uses_is_free_again_after_its_deletion(quickbooks: Asked, person: Person) -> None:
    first = quickbooks.document("Acme").id
    person.delete("Customer", first)
    quickbooks.later(1)
    assert quickbooks.id_of(customer("Acme")) != first


def test_what_is_not_there_cannot_be_touched(quickbooks: Asked, person: Person) -> None:
    acme = quickbooks.document("Acme").id
    with pytest.raises(LookupError, match="no Vendor with the ListID"):
        person.rename("Vendor", acme, "X")
    with pytest.raises(LookupError, match="no Invoice with the TxnID"):
        person.delete("Invoice", "7-1")


def test_a_new_name_frees_the_old_one_and_goes_down_to_the_jobs(quickbooks: Asked, person: Person) -> None:
    quickbooks.ask(customer("Roof", ref("ParentRef", "Acme")))
    before = quickbooks.ret(query("CustomerQuery", "<FullName>Acme</FullName>"))
    person.rename("Customer", before.list_id or "", "Zenith")
    assert quickbooks.found("CustomerQuery") == ["Zenith", "Zenith:Roof"]
    after = quickbooks.ret(query("CustomerQuery", "<FullName>zenith</FullName>"))
    assert after.list_id == before.list_id
    assert after.edit_sequence != before.edit_sequence
    assert quickbooks.reply(customer("Acme")).status_code == 0
    assert quickbooks.reply(invoice(line(), to="Zenith:Roof")).status_code == 0


def test_a_name_may_change_its_case_but_not_become_somebody_elses(quickbooks: Asked, person: Person) -> None:
    acme = quickbooks.document("Acme").id
    person.rename("Customer", acme, "ACME")
    assert quickbooks.found("CustomerQuery") == ["ACME"]
    person.type_name("Vendor", "Taken")
    with pytest.raises(Refused, match="3100"):
        person.rename("Customer", acme, "taken")
    with pytest.raises(Refused, match="3090"):
        person.rename("Customer", acme, "A:B")


def test_what_is_inactive_cannot_be_used_until_it_is_active_again(quickbooks: Asked, person: Person) -> None:
    acme = quickbooks.document("Acme").id
    person.make_inactive("Customer", acme)
    assert quickbooks.refusal(invoice(line()))[0] == 3140
    assert quickbooks.refusal(customer("Acme"))[0] == 3100
    person.make_active("Customer", acme)
    assert quickbooks.reply(invoice(line())).status_code == 0


def test_a_restored_backup_knows_neither_the_objects_nor_the_message_sets_nor_the_numbers_since(
    quickbooks: Asked, tmp_path: Path
) -> None:
    quickbooks.books.copy_to(tmp_path / "yesterday.db")
    sent = message_set(customer("Later"), invoice(line()), newMessageSetID="S1")
    lost = quickbooks.ask(customer("Later"), invoice(line()), newMessageSetID="S1")
    [customer_reply, invoice_reply] = lost.replies
    assert customer_reply.ret is not None
    assert invoice_reply.ret is not None

    restored = Asked(tmp_path / "yesterday.db")

    check = restored.ask(newMessageSetID="S1", oldMessageSetID="S1")
    assert (check.message_set_status, check.replies) == (9002, ())
    assert restored.reply(query("CustomerQuery", f"<ListID>{customer_reply.ret.id}</ListID>")).status_code == 500
    assert restored.reply(query("InvoiceQuery", f"<TxnID>{invoice_reply.ret.id}</TxnID>")).status_code == 500
    restored.later(3600)
    again = restored.ret(invoice(line()))
    assert again.txn_number == invoice_reply.ret.txn_number
    number, seconds = (again.txn_id or "").split("-")
    assert (invoice_reply.ret.txn_id or "").split("-") == [number, str(int(seconds) - 3600)]
    assert restored.processor.process(sent).count('statusCode="0"') == 2
    restored.books.close()


def test_a_backup_keeps_what_was_remembered_before_it_was_made(quickbooks: Asked, tmp_path: Path) -> None:
    quickbooks.ask(customer("Early"), newMessageSetID="S1")
    quickbooks.books.copy_to(tmp_path / "backup.db")
    restored = RequestProcessor(Books(tmp_path / "backup.db"), application="Test")
    assert 'messageSetStatusCode="0"' in restored.process(message_set(newMessageSetID="S1", oldMessageSetID="S1"))
    restored.books.close()
