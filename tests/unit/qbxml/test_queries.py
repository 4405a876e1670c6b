"""Every query template in every form: what it sends, and that QuickBooks takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from qbwc_server.errors import RenderingFailed
from qbwc_server.qbxml import Renderer, Version, check, message, message_names, message_set, parse_xml
from tests.unit.qbxml.intuit_schema import VERSIONS, validator
from tests.unit.qbxml.samples import GUID, spoil

RENDERER = Renderer()
TXN_QUERIES = ["InvoiceQuery", "ReceivePaymentQuery"]
LIST_QUERIES = [
    name.removesuffix("Rq")
    for name in message_names()
    if name.endswith("QueryRq") and message(name).child("ActiveStatus") is not None
]
WITH_ITERATOR = ["CustomerQuery", "EntityQuery", "ItemQuery", "VendorQuery", *TXN_QUERIES]

Values = Mapping[str, Any]
LIST_FORMS: dict[str, Values] = {
    "everything": {},
    "nothing but None": {"list_ids": None, "full_names": None, "name_filter": None, "active_status": None},
    "names": {"full_names": ["Acme <&> Söhne", "Acme:Roof"]},
    "ids": {"list_ids": ("80000001-1417118624",)},
    "filters": {"max_returned": 100, "from_modified": "2026-11-01T08:00:00", "name_filter": ("Contains", "a&b")},
    "inactive": {"active_status": "InactiveOnly", "max_returned": "5"},
}
TXN_FORMS: dict[str, Values] = {
    "everything": {},
    "nothing but None": {"txn_ids": None, "ref_numbers": None, "from_modified": None, "include_line_items": None},
    "ids": {"txn_ids": ["C5-1417118624", "C9-1417118624"], "include_line_items": False},
    "numbers": {"ref_numbers": ["1001", "<A&B>"]},
    "filters": {"max_returned": 100, "from_modified": "2026-11-01T08:00:00", "entity_list_id": "80000001-1417118624"},
}
PAGES: dict[str, Values] = {
    "first page": {"iterator": "Start", "max_returned": 2},
    "next page": {"iterator": "Continue", "iterator_id": GUID, "max_returned": 2, "from_modified": "2026-11-01"},
}


def forms() -> Iterator[tuple[str, str, Values]]:
    """Every query in every form that it has."""
    for query in LIST_QUERIES:
        yield from ((query, name, values) for name, values in LIST_FORMS.items())
    for query in TXN_QUERIES:
        yield from ((query, name, values) for name, values in TXN_FORMS.items())
    for query in WITH_ITERATOR:
        yield from ((query, name, values) for name, values in PAGES.items())
    for query in ("CustomerQuery", "ItemQuery", "InvoiceQuery", "ReceivePaymentQuery"):
        yield query, "custom fields", {"owner_id": "0"}
    yield "InvoiceQuery", "payments", {"include_linked_txns": True}


FORMS = list(forms())


def asked(query: str, values: Values) -> str:
    return RENDERER.request(query, request_id="q.1", **values).text


def inside(query: str, **values: object) -> str:
    """What stands between the tags of the rendered query."""
    return asked(query, values).partition(">")[2].rpartition("</")[0]


def refusal(query: str, **values: object) -> str:
    with pytest.raises(RenderingFailed) as refused:
        asked(query, values)
    return str(refused.value)


def test_there_is_a_template_for_every_list_that_a_name_may_be_missing_from() -> None:
    assert set(LIST_QUERIES) == {
        f"{name}Query"
        for name in [
            "Account",
            "Class",
            "Currency",
            "Customer",
            "CustomerMsg",
            "CustomerType",
            "Entity",
            "Item",
            "JobType",
            "PaymentMethod",
            "PriceLevel",
            "SalesRep",
            "SalesTaxCode",
            "ShipMethod",
            "Terms",
            "Vendor",
        ]
    }


@pytest.mark.parametrize(("query", "form", "values"), FORMS)
def test_every_form_of_every_query_obeys_the_catalog(query: str, form: str, values: Values) -> None:
    node = parse_xml(asked(query, values))
    assert (node.tag, node.get("requestID")) == (f"{query}Rq", "q.1")
    assert check(node) == []


@pytest.mark.intuit_schema
@pytest.mark.parametrize("version", VERSIONS)
def test_every_form_of_every_query_is_valid_in_intuits_schema(version: str, shared_schemas: Path) -> None:
    requests = [RENDERER.request(query, request_id="q.1", **values) for query, _, values in FORMS]
    judge = validator(shared_schemas, version)
    assert judge.validate(parse_xml(message_set(requests, version=Version(13, 0)))), judge.error_log


@pytest.mark.intuit_schema
@settings(max_examples=300)
@given(data=st.data())
def test_a_query_that_the_catalog_accepts_is_never_refused_by_intuits_schema(
    data: st.DataObject, shared_schemas: Path
) -> None:
    query, _, values = data.draw(st.sampled_from(FORMS))
    node = parse_xml(asked(query, values))
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(data, node)
    if not check(node):
        text = message_set([etree.tostring(node, encoding="unicode")], version=Version(13, 0))
        for version in VERSIONS:
            judge = validator(shared_schemas, version)
            assert judge.validate(parse_xml(text)), judge.error_log


def test_a_query_by_key_holds_the_keys_and_nothing_else() -> None:
    assert inside("CustomerQuery", full_names=["A & B", "c"]) == "<FullName>A &amp; B</FullName><FullName>c</FullName>"
    assert inside("AccountQuery", list_ids=["1"]) == "<ListID>1</ListID>"
    lines = "<IncludeLineItems>true</IncludeLineItems>"
    assert inside("InvoiceQuery", txn_ids=["1"]) == f"<TxnID>1</TxnID>{lines}"
    assert inside("ReceivePaymentQuery", ref_numbers=["7"]) == f"<RefNumber>7</RefNumber>{lines}"


@pytest.mark.parametrize("values", [{}, {"active_status": None}])
def test_inactive_members_are_asked_for_unless_they_are_not_wanted(values: Values) -> None:
    assert "<ActiveStatus>All</ActiveStatus>" in asked("ItemQuery", values)
    assert "<ActiveStatus>ActiveOnly</ActiveStatus>" in asked("ItemQuery", {"active_status": "ActiveOnly"})


def test_lines_are_asked_for_unless_they_are_not_wanted_and_linked_transactions_only_where_they_are() -> None:
    assert inside("InvoiceQuery", include_line_items=None) == "<IncludeLineItems>true</IncludeLineItems>"
    assert inside("InvoiceQuery", include_line_items=False) == "<IncludeLineItems>false</IncludeLineItems>"
    assert "<IncludeLinkedTxns>true</IncludeLinkedTxns>" in inside("InvoiceQuery", include_linked_txns=True)


def test_filters_stand_where_each_sort_of_object_has_them() -> None:
    told = "2026-11-01T08:00:00"
    assert f"<FromModifiedDate>{told}</FromModifiedDate>" in inside("EntityQuery", from_modified=told)
    wrapped = f"<ModifiedDateRangeFilter><FromModifiedDate>{told}</FromModifiedDate></ModifiedDateRangeFilter>"
    customer = "<EntityFilter><ListID>1</ListID></EntityFilter>"
    assert wrapped + customer in inside("InvoiceQuery", from_modified=told, entity_list_id="1")
    match = "<NameFilter><MatchCriterion>EndsWith</MatchCriterion><Name>x</Name></NameFilter>"
    assert match in inside("EntityQuery", name_filter=("EndsWith", "x"))


def test_pages_are_asked_for_with_the_attributes_of_an_iterator() -> None:
    first = parse_xml(asked("CustomerQuery", PAGES["first page"]))
    assert (first.get("iterator"), first.get("iteratorID")) == ("Start", None)
    following = parse_xml(asked("InvoiceQuery", PAGES["next page"]))
    assert (following.get("iterator"), following.get("iteratorID")) == ("Continue", GUID)


@pytest.mark.parametrize("keys", [[], "Acme"])
def test_no_key_at_all_and_a_text_instead_of_a_list_are_refused(keys: object) -> None:
    assert "FullName needs a list of at least one" in refusal("CustomerQuery", full_names=keys)
    assert "ListID needs a list of at least one" in refusal("EntityQuery", list_ids=keys)
    assert "TxnID needs a list of at least one" in refusal("InvoiceQuery", txn_ids=keys)
    assert "RefNumber needs a list of at least one" in refusal("InvoiceQuery", ref_numbers=keys)


def test_what_excludes_each_other_or_is_not_there_is_refused() -> None:
    assert "MaxReturned may not stand after FullName" in refusal("CustomerQuery", full_names=["a"], max_returned=1)
    assert "FullName may not stand after ListID" in refusal("ItemQuery", full_names=["a"], list_ids=["1"])
    assert "RefNumber may not stand after TxnID" in refusal("InvoiceQuery", txn_ids=["1"], ref_numbers=["1"])
    assert "has no attribute iterator" in refusal("ClassQuery", iterator="Start", max_returned=1)
    assert "has no element IncludeLinkedTxns" in refusal("ReceivePaymentQuery", include_linked_txns=True)


def test_values_that_quickbooks_would_throw_the_whole_set_back_for_are_refused() -> None:
    assert '"0" is less than 1' in refusal("CustomerQuery", max_returned=0)
    assert "none of ActiveOnly, InactiveOnly, All" in refusal("CustomerQuery", active_status="Both")
    assert 'iterator is "Next"' in refusal("CustomerQuery", iterator="Next", max_returned=1)
    assert "none of StartsWith, Contains, EndsWith" in refusal("CustomerQuery", name_filter=("Is", "x"))
    assert "is not a time" in refusal("InvoiceQuery", from_modified="yesterday")
