"""A model and the catalog cannot drift apart: what does not fit is an error at import."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import ValidationError

from qbwc_server.errors import CatalogError
from qbwc_server.jobs import KINDS, Payload
from qbwc_server.jobs.declared import Called, snake_case
from qbwc_server.jobs.kinds.address import Address
from qbwc_server.jobs.kinds.item_parts import SalesOrPurchase
from qbwc_server.jobs.references import Ref
from qbwc_server.qbxml import catalog


@pytest.mark.parametrize(
    ("element", "field"),
    [
        ("Name", "name"),
        ("RefNumber", "ref_number"),
        ("TxnID", "txn_id"),
        ("PONumber", "po_number"),
        ("FOB", "fob"),
        ("ARAccountRef", "ar_account_ref"),
        ("COGSAccountRef", "cogs_account_ref"),
        ("ExternalGUID", "external_guid"),
        ("LinkToTxnID", "link_to_txn_id"),
        ("Addr1", "addr1"),
        ("BarCodeValue", "bar_code_value"),
        ("IsToBeEmailed", "is_to_be_emailed"),
    ],
)
def test_a_field_has_the_name_of_its_element_in_snake_case(element: str, field: str) -> None:
    assert snake_case(element) == field


def test_a_field_that_the_catalog_does_not_know_is_an_error_at_import() -> None:
    with pytest.raises(CatalogError, match=r"Wrong\.nickname: nickname is not in the catalog"):

        class Wrong(Payload, element="CustomerAddRq/CustomerAdd"):
            name: str
            nickname: str | None = None


def test_a_field_of_another_type_than_in_the_catalog_is_an_error_at_import() -> None:
    with pytest.raises(CatalogError, match=r"Wrong\.name: .*Decimal.* is declared, str is in the catalog"):

        class Wrong(Payload, element="CustomerAddRq/CustomerAdd"):
            name: Decimal


def test_an_optional_field_that_the_catalog_requires_is_an_error_at_import() -> None:
    with pytest.raises(CatalogError, match=r"Wrong\.name: the catalog requires it"):

        class Wrong(Payload, element="CustomerAddRq/CustomerAdd"):
            name: str | None = None


def test_a_part_with_other_lengths_than_where_it_is_used_is_an_error_at_import() -> None:
    with pytest.raises(CatalogError, match=r"Wrong\.bill_address: SalesOrPurchase and BillAddress differ in Desc"):

        class Wrong(Payload, element="CustomerAddRq/CustomerAdd"):
            name: str
            bill_address: SalesOrPurchase | None = None


def test_a_model_without_an_element_is_an_error_at_import() -> None:
    with pytest.raises(CatalogError, match="Wrong names no element of the catalog"):

        class Wrong(Payload):
            name: str


def test_an_element_that_the_catalog_does_not_know_is_an_error_at_import() -> None:
    with pytest.raises(CatalogError):

        class Wrong(Payload, element="CustomerAddRq/CustomerAdd/Nickname"):
            name: str


def test_an_aggregate_cannot_be_declared_as_a_plain_value() -> None:
    with pytest.raises(CatalogError, match=r"Wrong\.bill_address: payloads have no reader for the type None"):

        class Wrong(Payload, element="CustomerAddRq/CustomerAdd"):
            name: str
            bill_address: str | None = None


def test_one_value_cannot_stand_for_two_elements() -> None:
    with pytest.raises(CatalogError, match=r"Wrong\.memo: only a field with parts can stand for several elements"):

        class Wrong(Payload, element="InvoiceAddRq/InvoiceAdd"):
            memo: Annotated[str | None, Called("Memo", "Other")] = None
            customer_ref: Ref
            txn_date: date


def _with_parts(model: type[Payload]) -> Iterator[type[Payload]]:
    yield model
    for reader in model.readers.values():
        for part in reader.parts:
            yield from _with_parts(part)


MODELS = list(dict.fromkeys(model for kind in KINDS.values() for model in _with_parts(kind.model)))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_element_of_the_catalog_is_a_field_or_has_a_reason_why_not(model: type[Payload]) -> None:
    offered = {element.name for reader in model.readers.values() for element in reader.elements}
    missing = {snake_case(name) for name in model.catalog_element.by_name if name not in offered}
    assert missing <= model.not_offered.keys()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_says_what_it_means(model: type[Payload]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_field_is_at_once_offered_and_not_offered(model: type[Payload]) -> None:
    assert model.model_fields.keys() & model.not_offered.keys() == set()


def test_a_length_is_the_catalogs() -> None:
    longest = catalog.element("InvoiceAddRq/InvoiceAdd/BillAddress/City").max_length
    assert longest is not None
    assert Address.model_validate({"city": "x" * longest}).city == "x" * longest
    with pytest.raises(ValidationError):
        Address.model_validate({"city": "x" * (longest + 1)})


def test_a_payload_cannot_be_changed() -> None:
    address = Address.model_validate({"city": "Mansfield"})
    with pytest.raises(ValidationError, match="frozen"):
        address.city = "Storrs"  # type: ignore[misc]
