from __future__ import annotations

import pytest

from qbwc_server.simulator import CompanyRecord
from tests.unit.simulator.asking import GUID, Asked, customer, invoice, line, payment, ref, rq, service

STATE_TAX = ref("ItemSalesTaxRef", "State Tax")
NON = "<FullName>Non</FullName>"


def test_an_invoice_comes_back_with_everything_quickbooks_works_out(quickbooks: Asked) -> None:
    header = f"<TxnDate>2026-11-02</TxnDate><RefNumber>1001</RefNumber><ExternalGUID>{GUID}</ExternalGUID>"
    ret = quickbooks.ret(invoice(line(Desc="Repair", Quantity="2", Rate="60.00"), header=header))
    seconds = quickbooks.books.now_seconds()
    assert ret.txn_id == f"1-{seconds}"
    assert {
        path: ret.text(path)
        for path in (
            *("TxnNumber", "CustomerRef/FullName", "ARAccountRef/FullName", "TemplateRef/FullName", "TxnDate"),
            *("RefNumber", "DueDate", "ShipDate", "Subtotal", "SalesTaxPercentage", "SalesTaxTotal"),
            *("AppliedAmount", "BalanceRemaining", "IsPaid", "IsPending", "IsToBePrinted", "IsToBeEmailed"),
            *("ExternalGUID", "InvoiceLineRet/ItemRef/FullName", "InvoiceLineRet/Desc", "InvoiceLineRet/Amount"),
            *("InvoiceLineRet/TxnLineID", "InvoiceLineRet/SalesTaxCodeRef/FullName"),
        )
    } == {
        "TxnNumber": "1",
        "CustomerRef/FullName": "Acme",
        "ARAccountRef/FullName": "Accounts Receivable",
        "TemplateRef/FullName": "Intuit Service Invoice",
        "TxnDate": "2026-11-02",
        "RefNumber": "1001",
        "DueDate": "2026-11-02",
        "ShipDate": "2026-11-02",
        "Subtotal": "120.00",
        "SalesTaxPercentage": "0.00",
        "SalesTaxTotal": "0.00",
        "AppliedAmount": "0.00",
        "BalanceRemaining": "120.00",
        "IsPaid": "false",
        "IsPending": "false",
        "IsToBePrinted": "true",
        "IsToBeEmailed": "false",
        "ExternalGUID": GUID,
        "InvoiceLineRet/ItemRef/FullName": "Labor",
        "InvoiceLineRet/Desc": "Repair",
        "InvoiceLineRet/Amount": "120.00",
        "InvoiceLineRet/TxnLineID": f"3-{seconds}",
        "InvoiceLineRet/SalesTaxCodeRef/FullName": "Tax",
    }


def test_transactions_and_their_lines_share_one_counter(quickbooks: Asked) -> None:
    first = quickbooks.id_of(invoice(line(Amount="1.00"), line(Amount="2.00")))
    second = quickbooks.id_of(invoice(line(Amount="1.00")))
    assert [one.partition("-")[0] for one in (first, second)] == ["1", "5"]


@pytest.mark.parametrize(
    ("lines", "subtotal"),
    [
        ([line(Quantity="2", Rate="60.00")], "120.00"),
        ([line(Quantity="2")], "120.00"),
        ([line()], "60.00"),
        ([line(Amount="250.00")], "250.00"),
        ([line(Quantity="3", Amount="100.00")], "100.00"),
        ([line(Quantity="2", Rate="60.00"), line(Quantity="-1", Rate="20.00")], "100.00"),
        ([line(Amount="200.00"), line(RatePercent="-10")], "180.00"),
        ([line(Quantity="0.33333", Rate="0.10")], "0.03"),
        ([line(Amount="120.00"), line("", Desc="Thank you.")], "120.00"),
        ([line(Amount="0.00")], "0.00"),
    ],
)
def test_a_subtotal_is_the_sum_of_the_lines_to_the_cent(quickbooks: Asked, lines: list[str], subtotal: str) -> None:
    assert quickbooks.ret(invoice(*lines)).text("Subtotal") == subtotal


def test_the_rate_of_a_line_with_quantity_and_amount_has_five_decimals(quickbooks: Asked) -> None:
    assert quickbooks.ret(invoice(line(Quantity="3", Amount="100.00"))).text("InvoiceLineRet/Rate") == "33.33333"


def test_a_description_comes_from_the_item_unless_it_is_sent(quickbooks: Asked) -> None:
    assert quickbooks.ret(invoice(line())).text("InvoiceLineRet/Desc") == "Labor work"
    assert quickbooks.ret(invoice(line(Desc="Other"))).text("InvoiceLineRet/Desc") == "Other"


def test_tax_is_worked_out_on_taxable_lines_with_the_invoices_tax_item(quickbooks: Asked) -> None:
    quickbooks.ask(service("Advice", before=ref("SalesTaxCodeRef", "Non")))
    ret = quickbooks.ret(invoice(line(Amount="100.00"), line("Advice", Amount="50.00"), header=STATE_TAX))
    assert ret.text("SalesTaxPercentage") == "6.35"
    assert (ret.text("Subtotal"), ret.text("SalesTaxTotal"), ret.text("BalanceRemaining")) == (
        "150.00",
        "6.35",
        "156.35",
    )


def test_a_lines_own_code_decides_over_the_items(quickbooks: Asked) -> None:
    ret = quickbooks.ret(invoice(line(Amount="100.00", SalesTaxCodeRef=NON), header=STATE_TAX))
    assert ret.text("SalesTaxTotal") == "0.00"


def test_an_exempt_customer_pays_no_tax_unless_the_invoice_says_so(quickbooks: Asked) -> None:
    quickbooks.ask(customer("Church", ref("SalesTaxCodeRef", "Non") + STATE_TAX))
    exempt = quickbooks.ret(invoice(line(Amount="100.00"), to="Church"))
    assert (exempt.text("ItemSalesTaxRef/FullName"), exempt.text("SalesTaxTotal")) == ("State Tax", "0.00")
    taxed = quickbooks.ret(invoice(line(Amount="100.00"), to="Church", header=ref("CustomerSalesTaxCodeRef", "Tax")))
    assert taxed.text("SalesTaxTotal") == "6.35"


def test_a_customers_tax_item_is_taken_where_the_invoice_names_none(quickbooks: Asked) -> None:
    quickbooks.ask(customer("Local", STATE_TAX))
    assert quickbooks.ret(invoice(line(Amount="100.00"), to="Local")).text("SalesTaxTotal") == "6.35"
    assert quickbooks.ret(invoice(line(Amount="100.00"))).text("SalesTaxTotal") == "0.00"


def test_address_terms_and_due_date_come_from_the_customer(quickbooks: Asked) -> None:
    address = "<BillAddress><Addr1>1 Main St</Addr1></BillAddress>"
    quickbooks.ask(customer("Terms", address + ref("TermsRef", "Net 30")))
    ret = quickbooks.ret(invoice(line(), to="Terms", header="<TxnDate>2026-11-02</TxnDate>"))
    assert ret.text("DueDate") == "2026-12-02"
    assert ret.text("BillAddress/Addr1") == ret.text("BillAddressBlock/Addr1") == "1 Main St"
    sent = quickbooks.ret(
        invoice(line(), to="Terms", header=f"{ref('TermsRef', 'Net 15')}<DueDate>2027-01-01</DueDate>")
    )
    assert (sent.text("TermsRef/FullName"), sent.text("DueDate")) == ("Net 15", "2027-01-01")


def test_a_number_that_is_not_sent_is_the_next_one_and_an_empty_one_stays_empty(quickbooks: Asked) -> None:
    numbers = [
        quickbooks.ret(invoice(line(), header=header)).ref_number
        for header in ("", "", "<RefNumber>1001</RefNumber>", "", "<RefNumber></RefNumber>")
    ]
    assert numbers == ["1", "2", "1001", "1002", None]


def test_the_same_number_may_be_used_twice(quickbooks: Asked) -> None:
    first, second = (quickbooks.id_of(invoice(line(), header="<RefNumber>7</RefNumber>")) for _ in range(2))
    assert first != second


def test_a_date_that_is_not_sent_is_today_in_the_time_zone_of_the_books(quickbooks: Asked) -> None:
    quickbooks.later(12 * 3600)
    assert quickbooks.now.date().isoformat() == "2026-11-03"
    assert quickbooks.ret(invoice(line())).text("TxnDate") == "2026-11-02"


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        (invoice(), 3180, "empty transaction"),
        (invoice(line(), to="Joe Smith"), 3140, 'QuickBooks Customer "Joe Smith" in the Invoice.  QuickBooks error'),
        (invoice(line("Nails")), 3140, 'QuickBooks Item "Nails" in the Invoice line.  QuickBooks error message: '),
        (invoice(line(), header=ref("TermsRef", "Never")), 3140, 'Terms "Never" in the Invoice.'),
        (invoice(line(), header=ref("ARAccountRef", "Checking")), 3140, 'Account "Checking"'),
        (rq("InvoiceAdd", f"<CustomerRef/>{line()}"), 3150, '"ListID"'),
        (rq("InvoiceAdd", f"<CustomerRef><ListID>Acme</ListID></CustomerRef>{line()}"), 3000, 'object ID "Acme"'),
        (rq("InvoiceAdd", f"<CustomerRef><ListID></ListID></CustomerRef>{line()}"), 3000, 'object ID ""'),
        (rq("InvoiceAdd", f"<CustomerRef><ListID>80000063-1</ListID></CustomerRef>{line()}"), 3140, '"80000063-1"'),
        (invoice(line("", Quantity="2", Rate="3.00")), 3150, '"ItemRef"'),
        (invoice(line(Amount="-1.00")), 3180, "negative"),
        (invoice(line(UnitOfMeasure="box")), 3250, "not enabled"),
        (invoice(line(), header="<LinkToTxnID>1-1</LinkToTxnID>"), 1030, "not supported"),
    ],
)
def test_an_invoice_that_breaks_a_rule_is_refused_and_leaves_nothing(
    quickbooks: Asked, request_: str, code: int, words: str
) -> None:
    refused, message = quickbooks.refusal(request_)
    assert refused == code
    assert words in message


def test_a_list_id_is_enough_and_a_wrong_name_beside_it_does_not_matter(quickbooks: Asked) -> None:
    acme = quickbooks.document("Acme").id
    by_id = f"<CustomerRef><ListID>{acme.lower()}</ListID><FullName>Nobody</FullName></CustomerRef>"
    assert quickbooks.ret(rq("InvoiceAdd", by_id + line())).text("CustomerRef/FullName") == "Acme"


def test_an_item_id_is_not_a_customer_id_even_if_it_reads_the_same(quickbooks: Asked) -> None:
    item, acme = quickbooks.document("Labor").id, quickbooks.document("Acme").id
    assert item == acme
    ret = quickbooks.ret(rq("InvoiceAdd", f"<CustomerRef><ListID>{item}</ListID></CustomerRef>{line()}"))
    assert ret.text("CustomerRef/FullName") == "Acme"


def test_a_vendor_cannot_be_invoiced(quickbooks: Asked) -> None:
    assert quickbooks.refusal(invoice(line(), to="State Revenue Department"))[0] == 3140


def test_an_invoice_for_nothing_is_paid_at_once(quickbooks: Asked) -> None:
    assert quickbooks.ret(invoice(line(Amount="0.00"))).text("IsPaid") == "true"


@pytest.mark.parametrize(
    "company", [CompanyRecord(closing_date="2026-10-31"), CompanyRecord(dividing_date="2026-10-31")]
)
def test_a_closed_period_takes_no_invoice_and_no_payment(company: CompanyRecord) -> None:
    closed = Asked(company=company)
    closed.ask(customer("Acme"), service("Labor"))
    assert closed.refusal(invoice(line(), header="<TxnDate>2026-10-31</TxnDate>"))[0] == 3171
    late = rq(
        "ReceivePaymentAdd",
        f"{ref('CustomerRef', 'Acme')}<TxnDate>2026-10-30</TxnDate>"
        "<TotalAmount>5.00</TotalAmount><IsAutoApply>false</IsAutoApply>",
    )
    assert closed.refusal(late)[0] == 3171
    assert closed.reply(invoice(line(), header="<TxnDate>2026-11-01</TxnDate>")).status_code == 0
    closed.books.close()


def test_an_unused_payment_may_be_set_off_on_a_new_invoice(quickbooks: Asked) -> None:
    credit = quickbooks.id_of(payment(total="50.00"))
    set_off = f"<SetCredit><CreditTxnID>{credit}</CreditTxnID><AppliedAmount>{{}}</AppliedAmount></SetCredit>"
    for amount in ("50.01", "-1.00", "0.00"):
        assert quickbooks.refusal(invoice(line(), header=set_off.format(amount)))[0] == 3210
    ret = quickbooks.ret(invoice(line(), header=set_off.format("50.00")))
    assert (ret.text("AppliedAmount"), ret.text("BalanceRemaining")) == ("-50.00", "10.00")
