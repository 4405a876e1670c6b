from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.simulator.asking import GUID, Asked, applied, customer, invoice, line, payment, ref


@pytest.fixture
def owed(quickbooks: Asked) -> str:
    """TxnID of Acme's invoice 1001 of 120.00."""
    return quickbooks.id_of(invoice(line(Quantity="2"), header="<RefNumber>1001</RefNumber>"))


def test_a_payment_comes_back_with_what_it_was_used_on(quickbooks: Asked, owed: str) -> None:
    header = f"{ref('PaymentMethodRef', 'check')}<ExternalGUID>{GUID}</ExternalGUID>"
    ret = quickbooks.ret(payment(applied(owed, "100.00"), total="130.00", header=header))
    assert {
        path: ret.text(path)
        for path in (
            *("TxnNumber", "CustomerRef/FullName", "ARAccountRef/FullName", "TxnDate", "TotalAmount", "ExternalGUID"),
            *("PaymentMethodRef/FullName", "DepositToAccountRef/FullName", "UnusedPayment", "UnusedCredits"),
            *("AppliedToTxnRet/TxnID", "AppliedToTxnRet/TxnType", "AppliedToTxnRet/RefNumber"),
            *("AppliedToTxnRet/BalanceRemaining", "AppliedToTxnRet/Amount"),
        )
    } == {
        "TxnNumber": "2",
        "CustomerRef/FullName": "Acme",
        "ARAccountRef/FullName": "Accounts Receivable",
        "TxnDate": "2026-11-02",
        "TotalAmount": "130.00",
        "ExternalGUID": GUID,
        "PaymentMethodRef/FullName": "Check",
        "DepositToAccountRef/FullName": "Undeposited Funds",
        "UnusedPayment": "30.00",
        "UnusedCredits": "0.00",
        "AppliedToTxnRet/TxnID": owed,
        "AppliedToTxnRet/TxnType": "Invoice",
        "AppliedToTxnRet/RefNumber": "1001",
        "AppliedToTxnRet/BalanceRemaining": "20.00",
        "AppliedToTxnRet/Amount": "100.00",
    }


def test_a_payment_split_over_two_invoices_pays_both(quickbooks: Asked, owed: str) -> None:
    other = quickbooks.id_of(invoice(line(), header="<RefNumber>1002</RefNumber>"))
    ret = quickbooks.ret(payment(applied(owed, "120.00"), applied(other, "10.00"), total="130.00"))
    assert len(ret.element.findall("AppliedToTxnRet")) == 2
    assert quickbooks.document("1001").balance == 0
    assert quickbooks.document("1002").balance == 50


def test_a_payment_changes_the_edit_sequence_of_its_invoice(quickbooks: Asked, owed: str) -> None:
    before = quickbooks.books.ledger.by_id(owed)
    quickbooks.id_of(payment(applied(owed, "1.00"), total="1.00"))
    after = quickbooks.books.ledger.by_id(owed)
    assert before is not None
    assert after is not None
    assert after.edit_sequence > before.edit_sequence


@pytest.mark.parametrize(("amount", "is_taken"), [("120.00", True), ("120.01", False), ("129.43", False)])
def test_nobody_can_pay_more_than_is_open(quickbooks: Asked, owed: str, amount: str, is_taken: bool) -> None:
    request = payment(applied(owed, amount), total="500.00")
    if is_taken:
        assert quickbooks.reply(request).status_code == 0
        return
    code, message = quickbooks.refusal(request)
    assert code == 3210
    assert message == (
        f'The "AppliedToTxnAdd payment amount" field has an invalid value "{amount}".  QuickBooks error message: '
        "You cannot pay more than the amount due."
    )


def test_the_same_invoice_twice_in_one_payment_counts_twice(quickbooks: Asked, owed: str) -> None:
    assert quickbooks.refusal(payment(applied(owed, "100.00"), applied(owed, "30.00"), total="130.00"))[0] == 3210


def test_a_paid_invoice_cannot_be_found(quickbooks: Asked, owed: str) -> None:
    quickbooks.id_of(payment(applied(owed, "120.00"), total="120.00"))
    code, message = quickbooks.refusal(payment(applied(owed, "1.00"), total="1.00"))
    assert (code, message) == (3120, f'Object "{owed}" specified in the request cannot be found.')


def test_an_invoice_of_somebody_else_cannot_be_found(quickbooks: Asked, owed: str) -> None:
    quickbooks.ask(customer("Other"), customer("Roof", ref("ParentRef", "Acme")))
    for name in ("Other", "Acme:Roof"):
        assert quickbooks.refusal(payment(applied(owed, "1.00"), total="1.00", of=name))[0] == 3120


@pytest.mark.parametrize(("txn_id", "code"), [("77-1", 3120), ("1001", 3000), ("", 3000), ("x" * 36, 3000)])
def test_a_target_that_is_no_transaction_is_refused(quickbooks: Asked, txn_id: str, code: int) -> None:
    assert quickbooks.refusal(payment(applied(txn_id, "1.00"), total="1.00"))[0] == code


def test_a_payment_is_no_target(quickbooks: Asked) -> None:
    credit = quickbooks.id_of(payment(total="5.00"))
    assert quickbooks.refusal(payment(applied(credit, "1.00"), total="1.00"))[0] == 3120


@pytest.mark.parametrize(
    ("total", "amount", "code", "words"),
    [
        ("", "1.00", 3150, '"TotalAmount"'),
        ("0.50", "1.00", 3210, "more than the amount received"),
        ("-1.00", "", 3210, "positive"),
        ("5.00", "-1.00", 3210, "positive"),
        ("5.00", "", 3180, "empty transaction"),
        ("0.00", "0.00", 3180, "empty transaction"),
    ],
)
def test_amounts_that_make_no_payment_are_refused(
    quickbooks: Asked, owed: str, total: str, amount: str, code: int, words: str
) -> None:
    refused, message = quickbooks.refusal(payment(applied(owed, amount), total=total))
    assert refused == code
    assert words in message


def test_a_payment_of_nothing_is_an_empty_transaction(quickbooks: Asked) -> None:
    assert quickbooks.refusal(payment())[0] == 3180


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (ref("PaymentMethodRef", "Barter"), 'Payment Method "Barter" in the ReceivePayment.'),
        (ref("DepositToAccountRef", "Sales"), 'Account "Sales" in the ReceivePayment.'),
    ],
)
def test_a_payment_may_only_refer_to_what_is_there(quickbooks: Asked, header: str, words: str) -> None:
    code, message = quickbooks.refusal(payment(total="1.00", header=header))
    assert code == 3140
    assert words in message


def test_an_unapplied_payment_stays_unused(quickbooks: Asked, owed: str) -> None:
    ret = quickbooks.ret(payment(total="50.00"))
    assert ret.text("UnusedPayment") == "50.00"
    assert ret.text("AppliedToTxnRet") is None
    assert quickbooks.document("1001").balance == 120


def test_auto_apply_takes_the_invoice_of_that_very_amount_else_the_oldest(quickbooks: Asked) -> None:
    for number, day in ((1, "05"), (2, "03"), (3, "04")):
        header = f"<TxnDate>2026-10-{day}</TxnDate><RefNumber>{number}</RefNumber>"
        quickbooks.id_of(invoice(line(Amount=f"{number}0.00"), header=header))
    auto = "<IsAutoApply>true</IsAutoApply>"
    quickbooks.id_of(payment(auto, total="10.00"))
    assert [quickbooks.document(number).balance for number in "123"] == [0, 20, 30]
    ret = quickbooks.ret(payment(auto, total="25.00"))
    assert [quickbooks.document(number).balance for number in "123"] == [0, 0, 25]
    assert ret.text("UnusedPayment") == "0.00"


def test_a_discount_closes_the_rest_of_an_invoice_and_needs_an_account(quickbooks: Asked, owed: str) -> None:
    discount = "<DiscountAmount>20.00</DiscountAmount>"
    assert quickbooks.refusal(payment(applied(owed, "100.00", discount), total="100.00"))[0] == 3150
    account = ref("DiscountAccountRef", "Sales Discounts")
    ret = quickbooks.ret(payment(applied(owed, "100.00", discount + account), total="100.00"))
    assert ret.text("AppliedToTxnRet/DiscountAmount") == "20.00"
    assert ret.text("UnusedPayment") == "0.00"
    assert quickbooks.document("1001").balance == 0


def test_using_only_a_credit_makes_no_transaction_and_returns_no_id(quickbooks: Asked, owed: str) -> None:
    credit = quickbooks.id_of(payment(total="50.00"))
    set_off = f"<SetCredit><CreditTxnID>{credit}</CreditTxnID><AppliedAmount>50.00</AppliedAmount></SetCredit>"
    before = len(quickbooks.books.documents())

    reply = quickbooks.reply(payment(applied(owed, after=set_off)))

    assert (reply.status_code, reply.ret) == (0, None)
    assert len(quickbooks.books.documents()) == before
    assert quickbooks.document("1001").balance == Decimal("70.00")
    assert quickbooks.refusal(payment(applied(owed, after=set_off)))[0] == 3210
