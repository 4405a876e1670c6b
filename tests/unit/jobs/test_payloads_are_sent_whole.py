"""Nothing that was accepted is lost on the way into qbXML, and nothing that was not given appears there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from qbwc_server.jobs import KINDS, Kind, Payload
from qbwc_server.jobs.references import Ref
from qbwc_server.qbxml import Renderer
from tests.unit.qbxml.samples import GUID, VARIANTS, filled, least


def sent(kind: Kind, payload: Payload) -> etree._Element:
    rendered = Renderer().request(kind.request, request_id="1.1", guid=GUID, payload=payload)
    [node] = etree.fromstring(rendered.text)
    return node


def differences(payload: Payload, node: etree._Element) -> Iterator[str]:
    """Where the request says something else than the payload."""
    for name, reader in type(payload).readers.items():
        nodes = [child for child in node if child.tag in reader.element_names]
        value = getattr(payload, name)
        values = value if isinstance(value, tuple) else () if value is None or not reader.elements else (value,)
        for one, child in itertools.zip_longest(values, nodes):
            if one is None or child is None:
                yield f"{name}: {one!r} is sent as {child!r}"
            elif isinstance(one, Payload):
                yield from (f"{name}.{difference}" for difference in differences(one, child))
            elif _text(one) != _text_of(child, one):
                yield f"{name}: {one!r} is sent as {etree.tostring(child)!r}"


def _text(value: object) -> object:
    match value:
        case Ref():
            return value.list_id or value.txn_id or value.full_name
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case _:
            return value


def _text_of(node: etree._Element, value: object) -> object:
    text = node[0].text if len(node) else node.text
    return Decimal(text or "") if isinstance(value, Decimal) else text


@pytest.mark.parametrize("variant", range(VARIANTS))
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_value_of_a_full_payload_reaches_quickbooks_unchanged(kind: Kind, variant: int) -> None:
    payload = filled(kind.name, variant)
    assert list(differences(payload, sent(kind, payload))) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_of_the_fewest_fields_nothing_more_is_sent(kind: Kind) -> None:
    payload = least(kind.name)
    assert list(differences(payload, sent(kind, payload))) == []


def test_blanks_and_line_breaks_inside_a_text_are_kept() -> None:
    line = {"desc": "  first\n\n  second  "}
    payload = KINDS["invoice"].model.model_validate({"customer_ref": "A", "txn_date": "2026-11-02", "lines": [line]})
    assert sent(KINDS["invoice"], payload).findtext("InvoiceLineAdd/Desc") == line["desc"]


def test_an_invoice_always_says_that_it_is_not_to_be_printed_or_emailed() -> None:
    node = sent(KINDS["invoice"], least("invoice"))
    assert (node.findtext("IsToBePrinted"), node.findtext("IsToBeEmailed")) == ("false", "false")


def test_a_payment_without_applied_to_is_never_applied_by_quickbooks() -> None:
    assert sent(KINDS["payment"], least("payment")).findtext("IsAutoApply") == "false"
