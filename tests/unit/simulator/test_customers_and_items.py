from __future__ import annotations

import pytest

from qbwc_server.simulator.quickbooks.naming import type_by_hand
from qbwc_server.simulator.quickbooks.work import Work
from tests.unit.simulator.asking import GUID, Asked, customer, invoice, line, payment, ref, rq, service

INVENTORY_ACCOUNTS = {
    "IncomeAccountRef": "Sales",
    "COGSAccountRef": "Cost of Goods Sold",
    "AssetAccountRef": "Inventory Asset",
}


def inventory(name: str, content: str = "", **accounts: str) -> str:
    income, cogs, asset = ((name, (INVENTORY_ACCOUNTS | accounts).get(name, "")) for name in INVENTORY_ACCOUNTS)
    told = "".join(ref(field, account) for field, account in (income, cogs, asset) if account)
    return rq("ItemInventoryAdd", f"<Name>{name}</Name>{told}{content}")


def test_a_customer_comes_back_with_what_was_sent_and_what_quickbooks_adds(new: Asked) -> None:
    address = "<BillAddress><Addr1>Acme LLC</Addr1><City>Mansfield</City><State>CT</State></BillAddress>"
    content = f"<CompanyName>Acme LLC</CompanyName>{address}<Phone>555-0100</Phone>{ref('TermsRef', 'net 30')}"
    ret = new.ret(customer("Acme", f"{content}<ExternalGUID>{GUID}</ExternalGUID>"))
    seconds = new.books.now_seconds()
    assert ret.list_id == f"80000003-{seconds}"
    assert ret.edit_sequence == str(seconds)
    assert {
        path: ret.text(path)
        for path in (
            *("TimeCreated", "Name", "FullName", "IsActive", "Sublevel", "CompanyName", "Phone", "Balance"),
            *("TotalBalance", "JobStatus", "BillAddressBlock/Addr2", "TermsRef/FullName", "SalesTaxCodeRef/FullName"),
            *("ItemSalesTaxRef/FullName", "ExternalGUID", "ParentRef", "Notes"),
        )
    } == {
        "TimeCreated": "2026-11-02T10:00:00-05:00",
        "Name": "Acme",
        "FullName": "Acme",
        "IsActive": "true",
        "Sublevel": "0",
        "CompanyName": "Acme LLC",
        "Phone": "555-0100",
        "Balance": "0.00",
        "TotalBalance": "0.00",
        "JobStatus": "None",
        "BillAddressBlock/Addr2": "Mansfield, CT",
        "TermsRef/FullName": "Net 30",
        "SalesTaxCodeRef/FullName": "Tax",
        "ItemSalesTaxRef/FullName": "Out of State",
        "ExternalGUID": GUID,
        "ParentRef": None,
        "Notes": None,
    }


def test_a_customer_may_be_added_inactive_and_then_cannot_be_invoiced(quickbooks: Asked) -> None:
    ret = quickbooks.ret(customer("Asleep", "<IsActive>false</IsActive>"))
    assert ret.text("IsActive") == "false"
    assert quickbooks.refusal(invoice(line(), to="Asleep"))[0] == 3140


@pytest.mark.parametrize(
    ("content", "words", "name"),
    [
        (ref("TermsRef", "Net 31"), "Terms", "Net 31"),
        (ref("SalesRepRef", "XX"), "Sales Rep", "XX"),
        (ref("SalesTaxCodeRef", "Ta"), "Sales Tax Code", "Ta"),
        (ref("ItemSalesTaxRef", "Labor"), "Sales Tax Item", "Labor"),
        (ref("PreferredPaymentMethodRef", "Barter"), "Payment Method", "Barter"),
        (ref("CustomerTypeRef", "Retail"), "Customer Type", "Retail"),
        (ref("ClassRef", "East"), "Class", "East"),
    ],
)
def test_a_customer_may_only_refer_to_what_is_there(quickbooks: Asked, content: str, words: str, name: str) -> None:
    code, message = quickbooks.refusal(customer("New", content))
    assert code == 3140
    assert message == (
        f'There is an invalid reference to QuickBooks {words} "{name}" in the Customer.  QuickBooks error message: '
        "Invalid argument.  The specified record does not exist in the list."
    )


def test_currencies_are_a_feature_that_is_off(quickbooks: Asked) -> None:
    code, message = quickbooks.refusal(customer("New", ref("CurrencyRef", "US Dollar")))
    assert code == 3250
    assert message == "This feature is not enabled or not available in this version of QuickBooks."


def test_an_address_of_more_than_five_printed_lines_is_refused(quickbooks: Asked) -> None:
    lines = "".join(f"<Addr{number}>x</Addr{number}>" for number in range(1, 6))
    assert quickbooks.reply(customer("Five", f"<BillAddress>{lines}</BillAddress>")).status_code == 0
    assert quickbooks.refusal(customer("Six", f"<BillAddress>{lines}<City>y</City></BillAddress>"))[0] == 3210


def test_the_guid_is_kept_but_may_not_be_echoed(new: Asked) -> None:
    quiet = Asked(settings=new.processor.settings.__class__(echoes_guid=False))
    ret = quiet.ret(customer("Acme", f"<ExternalGUID>{GUID}</ExternalGUID>"))
    assert ret.external_guid is None
    assert quiet.document("Acme").external_guid == GUID
    quiet.books.close()


def test_a_parents_total_balance_holds_that_of_its_jobs(quickbooks: Asked) -> None:
    quickbooks.id_of(customer("Roof", ref("ParentRef", "Acme")))
    quickbooks.id_of(invoice(line(Amount="10.00"), to="Acme:Roof"))
    quickbooks.id_of(payment(total="3.00"))
    assert quickbooks.document("Acme:Roof").balance == 10
    assert quickbooks.document("Acme").balance == -3


def test_a_service_item_comes_back_with_its_account(new: Asked) -> None:
    ret = new.ret(service("Labor"))
    assert ret.name == "ItemServiceRet"
    assert ret.text("SalesOrPurchase/AccountRef/FullName") == "Consulting Income"
    assert ret.text("SalesOrPurchase/Price") == "60.00"
    assert ret.text("SalesTaxCodeRef/FullName") == "Tax"


def test_an_item_without_an_account_has_nowhere_to_post(new: Asked) -> None:
    assert new.refusal(rq("ItemServiceAdd", "<Name>A</Name><SalesOrPurchase/>"))[0] == 3270
    both = f"<SalesAndPurchase>{ref('IncomeAccountRef', 'Sales')}</SalesAndPurchase>"
    assert new.refusal(rq("ItemNonInventoryAdd", f"<Name>A</Name>{both}"))[0] == 3270


def test_an_unknown_account_is_named(new: Asked) -> None:
    wrong = f"<Name>A</Name><SalesOrPurchase>{ref('AccountRef', 'Salez')}</SalesOrPurchase>"
    code, message = new.refusal(rq("ItemNonInventoryAdd", wrong))
    assert code == 3140
    assert 'QuickBooks Account "Salez" in the ItemNonInventory.  QuickBooks error message' in message


def test_an_item_that_is_bought_and_sold_names_its_vendor(new: Asked) -> None:
    work = Work(new.books, new.processor.settings, new.faults)
    vendor = type_by_hand(work, "Vendor", "Supplier")
    sides = (
        f"<SalesPrice>34.50</SalesPrice>{ref('IncomeAccountRef', 'Sales')}<PurchaseCost>20</PurchaseCost>"
        f"{ref('ExpenseAccountRef', 'Job Materials')}{ref('PrefVendorRef', 'Supplier')}"
    )
    ret = new.ret(rq("ItemNonInventoryAdd", f"<Name>A</Name><SalesAndPurchase>{sides}</SalesAndPurchase>"))
    assert ret.text("SalesAndPurchase/PrefVendorRef/ListID") == vendor.list_id


def test_an_inventory_item_needs_its_three_accounts_of_the_right_types(new: Asked) -> None:
    for account in INVENTORY_ACCOUNTS:
        assert new.refusal(inventory("Shingles", **{account: ""}))[0] == 3270
    assert new.refusal(inventory("Shingles", COGSAccountRef="Sales"))[0] == 3140
    assert new.refusal(inventory("Shingles", AssetAccountRef="Checking"))[0] == 3140
    assert new.reply(inventory("Shingles")).status_code == 0


def test_a_quantity_on_hand_is_shown_with_its_average_cost_and_takes_a_transaction_number(new: Asked) -> None:
    stock = "<QuantityOnHand>40</QuantityOnHand><TotalValue>1000.00</TotalValue>"
    ret = new.ret(inventory("Shingles", stock))
    assert ret.text("QuantityOnHand") == "40"
    assert ret.text("AverageCost") == "25.00"
    much = "<QuantityOnHand>0.00001</QuantityOnHand><TotalValue>9999999999999.00</TotalValue>"
    assert new.refusal(inventory("Gold", much))[0] == 3101
    new.ask(customer("Acme"))
    assert new.ret(invoice(line("Shingles", Amount="1.00"))).txn_number == "2"
