"""What a payload refers to, and how recorded ids take the place of external ones."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from qbwc_server.jobs import Payload, read_dicts, references, resolved
from qbwc_server.jobs.canonical import canonical_json
from qbwc_server.jobs.references import Ref


def payload_of(kind: str, payload: Mapping[str, object]) -> Payload:
    [job] = read_dicts([{"kind": kind, "operation": "add", "external_id": "X-1", "payload": payload}])
    return job.payload


INVOICE = {
    "customer_ref": {"external_id": "C-1"},
    "class_ref": "Retail",
    "txn_date": "2026-11-02",
    "lines": [
        {"item_ref": {"external_id": "I-1"}, "quantity": "2"},
        {"desc": "text"},
        {"item_ref": {"list_id": "80000001-1"}, "amount": "5", "sales_tax_code_ref": "Non"},
        {"item_group_ref": "Kit"},
    ],
}
PAYMENT = {
    "customer_ref": {"external_id": "C-1"},
    "txn_date": "2026-11-03",
    "total_amount": "5",
    "applied_to": [
        {"txn": {"external_id": "INV-1"}, "payment_amount": "1"},
        {"txn": {"txn_id": "C5-1"}, "payment_amount": "1"},
    ],
}


def test_every_reference_is_found_with_its_path_and_family() -> None:
    found = [(each.path, each.family, each.ref) for each in references(payload_of("invoice", INVOICE))]
    assert found == [
        ("customer_ref", "customer", Ref(external_id="C-1")),
        ("class_ref", "class", Ref(full_name="Retail")),
        ("lines[0].item_ref", "item", Ref(external_id="I-1")),
        ("lines[2].item_ref", "item", Ref(list_id="80000001-1")),
        ("lines[2].sales_tax_code_ref", None, Ref(full_name="Non")),
        ("lines[3].item_group_ref", "item", Ref(full_name="Kit")),
    ]


def test_references_inside_an_object_are_found() -> None:
    item = payload_of("item_service", {"name": "Labor", "sales_or_purchase": {"account_ref": "Income"}})
    assert [each.path for each in references(item)] == ["sales_or_purchase.account_ref"]


def test_a_payment_refers_to_its_invoices_as_transactions() -> None:
    found = [(each.path, each.family) for each in references(payload_of("payment", PAYMENT))]
    assert found == [("customer_ref", "customer"), ("applied_to[0].txn", "invoice"), ("applied_to[1].txn", "invoice")]


def test_recorded_ids_take_the_place_of_external_ones_and_nothing_else_changes() -> None:
    payload = payload_of("invoice", INVOICE)
    done = resolved(payload, {("customer", "C-1"): "80000013-1", ("item", "I-1"): "80000014-1"})
    before = canonical_json(payload)
    assert canonical_json(done) == before.replace('"external_id":"C-1"', '"list_id":"80000013-1"').replace(
        '"external_id":"I-1"', '"list_id":"80000014-1"'
    )
    assert canonical_json(payload) == before


def test_a_recorded_transaction_becomes_a_txn_id() -> None:
    done = resolved(payload_of("payment", PAYMENT), {("customer", "C-1"): "80-1", ("invoice", "INV-1"): "C7-1"})
    assert '"txn":{"txn_id":"C7-1"}' in canonical_json(done)
    assert '"txn":{"txn_id":"C5-1"}' in canonical_json(done)


def test_ids_are_looked_up_in_their_family() -> None:
    with pytest.raises(KeyError):
        resolved(payload_of("invoice", INVOICE), {("customer", "C-1"): "80-1", ("customer", "I-1"): "80-2"})


@pytest.mark.parametrize("given", [{}, {"external_id": "a", "full_name": "b"}])
def test_a_reference_made_in_python_has_exactly_one_form(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Ref(**given)
