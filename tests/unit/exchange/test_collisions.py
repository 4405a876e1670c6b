"""What QuickBooks is asked about a name that is taken or a payment that does not fit, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from qbwc_server.exchange.collisions import decide_lookup, lookup
from qbwc_server.exchange.markers import Wanted
from qbwc_server.exchange.outcome import Ask, Done, Fail, NextStep, decide
from qbwc_server.jobs import LOOKUP, Applied, Question, kind
from qbwc_server.qbxml import Reply, Ret
from tests.unit.exchange.test_outcome import GUID, JOB

PAID = {
    "customer_ref": {"list_id": "80000001-1"},
    "txn_date": "2026-11-03",
    "total_amount": "120.00",
    "applied_to": [{"txn": {"txn_id": "1-1"}, "payment_amount": "120.00"}],
}
OTHERS_GUID = "{87654321-1234-4234-8234-1234567890AB}"


def _wanted(kind_name: str, payload: dict[str, Any]) -> Wanted:
    job = replace(JOB, kind=kind_name, family=kind(kind_name).family, external_id="X-1", step=LOOKUP)
    return Wanted(job, kind(kind_name).model.model_validate(payload))


def _customer(**payload: Any) -> Wanted:
    return _wanted("customer", {"name": "Acme", "email": "joe@acme.example"} | payload)


def _ret(name: str, inner: str) -> Ret:
    return Ret(name, etree.fromstring(f"<{name}>{inner}</{name}>"))


def _entry(inner: str = "<Email>JOE@acme.example</Email>", name: str = "CustomerRet", called: str = "ACME") -> Ret:
    return _ret(name, f"<ListID>80000013-1</ListID><Name>{called}</Name>{inner}")


def _reply(*rets: Ret, code: int | None = 0) -> Reply:
    return Reply("EntityQueryRs", "k.1", code, "Info", "", rets, None)


@pytest.mark.parametrize(
    ("wanted", "template", "values"),
    [
        (_customer(), "EntityQuery", {"full_names": ["Acme"]}),
        (_customer(parent_ref="Beta:Roof"), "EntityQuery", {"full_names": ["Beta:Roof:Acme"]}),
        (
            _customer(parent_ref={"list_id": "80000001-1"}),
            "EntityQuery",
            {"name_filter": ("EndsWith", "Acme"), "max_returned": 100},
        ),
        (
            _wanted("item_service", {"name": "Labor", "sales_or_purchase": {"account_ref": "Income"}}),
            "ItemQuery",
            {"full_names": ["Labor"]},
        ),
        (
            _wanted("payment", PAID),
            "InvoiceQuery",
            {"txn_ids": ["1-1"], "include_line_items": False, "include_linked_txns": True},
        ),
    ],
)
def test_each_kind_is_looked_up_where_it_may_collide(wanted: Wanted, template: str, values: dict[str, Any]) -> None:
    query = lookup(wanted)
    assert (query.template, query.values) == (template, values)


@pytest.mark.parametrize("code", [None, 2, 1000, 3250, 9002])
def test_an_answer_that_tells_nothing_decides_nothing(code: int | None) -> None:
    assert decide_lookup(_customer(), _reply(_entry(), code=code), {}, link_same_name=True) is None
    assert decide_lookup(_wanted("payment", PAID), _reply(code=code), {}, link_same_name=True) is None


def test_our_own_guid_is_adopted_whatever_the_policy() -> None:
    ours = _entry(f"<ExternalGUID>{GUID.lower()}</ExternalGUID>")
    outcome = decide_lookup(_customer(), _reply(ours), {}, link_same_name=False)
    assert isinstance(outcome, Done)
    assert (outcome.qb_id, outcome.warnings) == ("80000013-1", ())


LIKELY = [
    "<Email>joe@ACME.example</Email>",
    "<Phone>(555) 01-00</Phone>",
    "<BillAddress><PostalCode> 06268 </PostalCode></BillAddress>",
    "<CompanyName>acme  hardware</CompanyName>",
]
FIELDS = {
    "email": "joe@acme.example",
    "phone": "555-0100",
    "bill_address": {"addr1": "1 Main", "postal_code": "06268"},
    "company_name": "Acme Hardware",
}


@pytest.mark.parametrize("inner", LIKELY)
def test_one_more_field_that_agrees_is_linked_if_the_policy_says_so(inner: str) -> None:
    linked = decide_lookup(_customer(**FIELDS), _reply(_entry(inner)), {}, link_same_name=True)
    assert isinstance(linked, Done)
    assert linked.qb_id == "80000013-1"
    assert "linked" in linked.warnings[0]
    asked = decide_lookup(_customer(**FIELDS), _reply(_entry(inner)), {}, link_same_name=False)
    assert isinstance(asked, Ask)


@pytest.mark.parametrize(
    "ret",
    [
        _entry(""),
        _entry("<Email>other@acme.example</Email>"),
        _entry(name="VendorRet"),
        _entry("<Email>joe@acme.example</Email><IsActive>false</IsActive>"),
        _entry(f"<Email>joe@acme.example</Email><ExternalGUID>{OTHERS_GUID}</ExternalGUID>"),
    ],
    ids=["name alone", "another e-mail", "a vendor", "inactive", "another job's"],
)
def test_less_is_never_linked(ret: Ret) -> None:
    outcome = decide_lookup(_customer(), _reply(ret), {}, link_same_name=True)
    assert isinstance(outcome, Ask)
    assert (outcome.question, outcome.applied) == (Question.NAME_TAKEN, Applied.NO)


def test_what_is_on_record_for_somebody_else_is_not_linked_and_shown_so() -> None:
    outcome = decide_lookup(_customer(), _reply(_entry()), {"80000013-1": "C-7"}, link_same_name=True)
    assert isinstance(outcome, Ask)
    assert outcome.detail["candidates"] == [
        {"type": "Customer", "list_id": "80000013-1", "name": "ACME", "active": True, "on_record_for": "C-7"}
    ]


def test_of_two_that_agree_none_is_chosen() -> None:
    two = _ret("CustomerRet", "<ListID>80000014-1</ListID><Name>Acme</Name><Email>joe@acme.example</Email>")
    outcome = decide_lookup(_customer(), _reply(_entry(), two), {}, link_same_name=True)
    assert isinstance(outcome, Ask)
    assert len(outcome.detail["candidates"]) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize("ret", [_entry(called="Acme Roofing"), _entry("<ParentRef><ListID>8-1</ListID></ParentRef>")])
def test_another_name_or_the_same_one_below_a_parent_is_no_candidate(ret: Ret) -> None:
    outcome = decide_lookup(_customer(), _reply(ret), {}, link_same_name=True)
    assert isinstance(outcome, Ask)
    assert outcome.detail["candidates"] == []
    assert "shows nobody who has it" in outcome.text


def test_what_is_open_and_who_paid_is_told_of_a_payment() -> None:
    linked = "".join(
        f"<LinkedTxn><TxnID>{txn_id}</TxnID><TxnType>{kind_}</TxnType><TxnDate>2026-11-01</TxnDate>"
        f"<RefNumber>55</RefNumber><Amount>-100.00</Amount></LinkedTxn>"
        for txn_id, kind_ in (("2-1", "ReceivePayment"), ("3-1", "CreditMemo"))
    )
    ids = "<TxnID>1-1</TxnID><RefNumber>1001</RefNumber><BalanceRemaining>20.00</BalanceRemaining>"
    reply = _reply(_ret("InvoiceRet", ids + linked))
    outcome = decide_lookup(_wanted("payment", PAID), reply, {"2-1": "P-7"}, link_same_name=True)
    assert isinstance(outcome, Ask)
    assert (outcome.question, outcome.applied) == (Question.PAYMENT_DOES_NOT_FIT, Applied.NO)
    assert (
        "on invoice 1001 20.00 is open (paid by payment 55 of 2026-11-01, 2-1, which is 'P-7'), 120.00 is to be paid"
    ) in outcome.text
    invoices: Any = outcome.detail["invoices"]
    assert [[each["txn_id"] for each in told["payments"]] for told in invoices] == [["2-1"]]


def test_an_invoice_that_is_gone_is_told_as_such() -> None:
    outcome = decide_lookup(_wanted("payment", PAID), _reply(code=500), {}, link_same_name=True)
    assert isinstance(outcome, Ask)
    assert "invoice 1-1 is not in QuickBooks any more" in outcome.text


@pytest.mark.parametrize(
    ("kind_name", "payload", "code", "is_looked_up"),
    [
        ("customer", "{}", 3100, True),
        ("item_service", "{}", 3100, True),
        ("invoice", "{}", 3100, False),
        ("payment", '{"applied_to":[]}', 3210, True),
        ("payment", '{"applied_to":[]}', 3120, True),
        ("payment", "{}", 3210, False),
        ("payment", '{"applied_to":[]}', 3070, False),
        ("invoice", '{"applied_to":[]}', 3210, False),
        ("customer", "{}", 3120, False),
    ],
)
def test_which_refusals_are_looked_up(kind_name: str, payload: str, code: int, is_looked_up: bool) -> None:
    job = replace(JOB, kind=kind_name, family=kind(kind_name).family, payload=payload)
    outcome = decide(job, "add", Reply(f"{kind(kind_name).request}Rs", "k.1", code, "Error", "No.", (), None), 0.5)
    assert isinstance(outcome, NextStep if is_looked_up else Fail)
    if isinstance(outcome, NextStep):
        assert (outcome.step, outcome.reason) == (LOOKUP, f"QuickBooks refused it (status {code}): No.")
