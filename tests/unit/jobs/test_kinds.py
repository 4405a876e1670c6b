"""The registry of kinds."""

from __future__ import annotations

import pytest

from qbwc_server.errors import CatalogError, PayloadRefused
from qbwc_server.jobs import KINDS, Kind, kind, read_dicts
from qbwc_server.qbxml import catalog

REF = {"customer_ref": "Acme", "txn_date": "2026-11-02"}


def test_the_kinds_are_these() -> None:
    known = [(each.name, each.family, each.request, each.is_transaction, each.operations) for each in KINDS.values()]
    assert known == [
        ("customer", "customer", "CustomerAdd", False, ("add",)),
        ("item_service", "item", "ItemServiceAdd", False, ("add",)),
        ("item_non_inventory", "item", "ItemNonInventoryAdd", False, ("add",)),
        ("item_inventory", "item", "ItemInventoryAdd", False, ("add",)),
        ("invoice", "invoice", "InvoiceAdd", True, ("add",)),
        ("payment", "payment", "ReceivePaymentAdd", True, ("add",)),
    ]


@pytest.mark.parametrize("each", KINDS.values(), ids=lambda each: each.name)
def test_the_request_of_a_kind_is_in_the_catalog(each: Kind) -> None:
    assert catalog.element(f"{each.request}Rq/{each.request}") is each.model.catalog_element


@pytest.mark.parametrize(
    ("name", "payload", "label"),
    [
        ("customer", {"name": "Acme"}, "Customer Acme"),
        ("item_service", {"name": "Labor", "sales_or_purchase": {"account_ref": "Income"}}, "Service item Labor"),
        ("invoice", {**REF, "ref_number": "1001", "lines": [{"desc": "x"}]}, "Invoice 1001"),
        ("invoice", {**REF, "lines": [{"desc": "x"}]}, "Invoice of 2026-11-02"),
        ("payment", {**REF, "total_amount": 1, "ref_number": "CHK 77"}, "Payment CHK 77"),
        ("payment", {**REF, "total_amount": 1}, "Payment of 2026-11-02"),
    ],
)
def test_people_read_what_a_job_is_about(name: str, payload: dict[str, object], label: str) -> None:
    [job] = read_dicts([{"kind": name, "operation": "add", "external_id": "X-1", "payload": payload}])
    assert kind(name).label(job.payload) == label


def test_an_unknown_kind_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(PayloadRefused) as caught:
        kind("invoise")
    assert str(caught.value) == 'kind: there is no kind "invoise". Did you mean "invoice"?'


def test_a_kind_whose_model_stands_for_another_request_is_an_error_at_import() -> None:
    with pytest.raises(CatalogError, match="its model is declared against InvoiceAdd"):
        Kind("estimate", "estimate", KINDS["invoice"].model, "EstimateAdd", "EstimateQuery", True, "Estimate", ())
