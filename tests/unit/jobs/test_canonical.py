"""The same job, however it is written, has the same content; another job has another."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest

from qbwc_server.errors import PayloadRefused
from qbwc_server.jobs import NewJob, read_dicts, stored_payload


def invoice(**fields: object) -> NewJob:
    payload = {
        "customer_ref": {"full_name": "Acme"},
        "txn_date": "2026-11-02",
        "lines": [{"item_ref": "Labor", "quantity": "2", "rate": "60.00"}],
        **fields,
    }
    [job] = read_dicts([{"kind": "invoice", "operation": "add", "external_id": "INV-1", "payload": payload}])
    return job


def with_rate(rate: object) -> NewJob:
    return invoice(lines=[{"item_ref": "Labor", "quantity": "2", "rate": rate}])


def test_the_canonical_form_holds_what_was_given_sorted_and_nothing_else() -> None:
    assert invoice(memo="Café", is_pending=None, due_date="2026-12-02").payload_json == (
        '{"customer_ref":{"full_name":"Acme"},"due_date":"2026-12-02",'
        '"lines":[{"item_ref":{"full_name":"Labor"},"quantity":"2","rate":"60"}],'
        '"memo":"Caf\\u00e9","txn_date":"2026-11-02"}'
    )


@pytest.mark.parametrize("rate", ["60", "60.0", "60.00000", "+60", 60, Decimal("60.00"), Decimal("6E1")])
def test_a_number_has_the_same_content_however_it_is_written(rate: object) -> None:
    assert with_rate(rate).content_hash == invoice().content_hash


def test_negative_zero_is_zero() -> None:
    assert with_rate("-0.00").content_hash == with_rate(0).content_hash


def test_a_bare_name_and_a_full_name_are_the_same_reference() -> None:
    assert invoice(customer_ref="Acme").content_hash == invoice().content_hash


def test_null_is_the_same_as_absent() -> None:
    assert invoice(memo=None, bill_address=None).content_hash == invoice().content_hash


def test_a_default_is_not_part_of_the_content_but_the_same_value_given_is() -> None:
    assert "is_to_be_printed" not in invoice().payload_json
    assert invoice(is_to_be_printed=False).content_hash != invoice().content_hash


@pytest.mark.parametrize(
    "fields",
    [
        {"customer_ref": {"external_id": "Acme"}},
        {"txn_date": "2026-11-03"},
        {"memo": "x"},
        {"lines": [{"item_ref": "Labor", "quantity": "2", "rate": "60.01"}]},
        {"lines": [{"item_ref": "Labor", "rate": "60.00"}]},
        {"lines": [{"desc": "x"}, {"item_ref": "Labor", "quantity": "2", "rate": "60.00"}]},
    ],
)
def test_another_value_is_another_content(fields: dict[str, object]) -> None:
    assert invoice(**fields).content_hash != invoice().content_hash


def test_the_hash_is_made_of_kind_operation_and_canonical_form() -> None:
    job = invoice()
    assert job.content_hash == hashlib.sha256(f"invoice\nadd\n{job.payload_json}".encode()).hexdigest()


def test_the_external_id_and_the_priority_are_no_part_of_the_content() -> None:
    job = {"kind": "customer", "operation": "add", "payload": {"name": "Acme"}}
    first, second = read_dicts([{**job, "external_id": "1"}, {**job, "external_id": "2", "priority": 5}])
    assert first.content_hash == second.content_hash


def test_a_stored_payload_comes_back_as_it_was() -> None:
    job = invoice(expected_total="120.00", bill_address={"city": "Mansfield"})
    assert stored_payload("invoice", job.payload_json) == job.payload


def test_a_stored_payload_that_does_not_fit_is_refused_with_its_path() -> None:
    with pytest.raises(PayloadRefused, match="name: is required"):
        stored_payload("customer", "{}")
    with pytest.raises(PayloadRefused, match="there is no kind"):
        stored_payload("bill", "{}")
