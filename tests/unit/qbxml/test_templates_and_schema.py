from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from qbwc_server.jobs.kinds import KINDS
from qbwc_server.jobs.payload import Payload
from qbwc_server.qbxml import (
    Choice,
    Element,
    Group,
    Particle,
    Renderer,
    Version,
    check,
    element,
    message,
    message_names,
    message_set,
    parse_xml,
)
from qbwc_server.qbxml.catalog_check import ATTRIBUTE_VALUES
from tests.unit.qbxml.intuit_schema import VERSIONS, Annotations, schema, validator
from tests.unit.qbxml.samples import GUID, LEAST, VARIANTS, filled, least, spoil

RENDERER = Renderer()
TEMPLATES = sorted(
    file.name.removesuffix(".xml")
    for file in files("qbxml_templates").iterdir()
    if file.name.endswith(".xml") and not file.name.startswith("_")
)
# Where Intuit's schema states no limit and ours is that of the list that the name belongs to.
OWN_LIMITS = {"ParentRef/FullName", "ItemRef/FullName"}
# Intuit's annotated lists do not hold every message; an answer may be annotated where the object was added.
ANNOTATED = {name: name for name in message_names()} | {"VendorQueryRs": "VendorAddRs", "ClassQueryRs": "ClassAddRs"}
NOT_ANNOTATED = {
    f"{name}Query{end}"
    for name in [
        "Account",
        "CustomerMsg",
        "CustomerType",
        "Entity",
        "JobType",
        "PaymentMethod",
        "PriceLevel",
        "SalesRep",
        "SalesTaxCode",
        "ShipMethod",
        "Terms",
    ]
    for end in ("Rq", "Rs")
} | {"CurrencyQueryRs"}


def rendered(kind: str, payload: Payload) -> etree._Element:
    return parse_xml(RENDERER.request(KINDS[kind].request, request_id="set1.1", guid=GUID, payload=payload).text)


def samples(kind: str) -> list[Payload]:
    return [least(kind), *(filled(kind, variant) for variant in range(VARIANTS))]


def paths(node: etree._Element, above: str = "") -> Iterator[str]:
    path = f"{above}/{node.tag}" if above else str(node.tag)
    yield path
    for child in node:
        yield from paths(child, path)


def test_every_add_of_the_catalog_has_a_template_and_every_template_a_message() -> None:
    adds = {name.removesuffix("Rq") for name in message_names() if name.endswith("AddRq")}
    assert adds <= set(TEMPLATES)
    assert {f"{template}Rq" for template in TEMPLATES} <= set(message_names())


def test_every_kind_has_a_template_and_an_answer_in_the_catalog() -> None:
    assert {kind.request for kind in KINDS.values()} <= set(TEMPLATES)
    assert all(message(f"{kind.request}Rs") for kind in KINDS.values())


@pytest.mark.parametrize("kind", LEAST)
def test_a_payload_with_the_least_has_nothing_to_spare(kind: str) -> None:
    for name in LEAST[kind]:
        without = {key: value for key, value in LEAST[kind].items() if key != name}
        with pytest.raises(ValidationError):
            KINDS[kind].model.model_validate(without)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_payload_is_sent(kind: str) -> None:
    sent = {path for payload in samples(kind) for path in paths(rendered(kind, payload))}

    def missing(model: type[Payload], path: str) -> Iterator[str]:
        for reader in model.readers.values():
            for position, part in enumerate(reader.elements):
                below = f"{path}/{part.name}"
                if below not in sent:
                    yield below
                elif reader.parts:
                    yield from missing(reader.parts[position], below)

    request = KINDS[kind].request
    assert list(missing(KINDS[kind].model, f"{request}Rq/{request}")) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_rendered_request_obeys_the_catalog(kind: str) -> None:
    for payload in samples(kind):
        assert check(rendered(kind, payload)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_arrives_as_it_was_given(kind: str) -> None:
    name = filled(kind, 0).model_dump().get("name") or filled(kind, 0).model_dump()["memo"]
    node = rendered(kind, filled(kind, 0))
    assert name in (node.findtext("*/Name"), node.findtext("*/Memo"))
    assert "é" in name
    assert "&" in name


@pytest.mark.parametrize("template", ["CompanyQuery", "HostQuery"])
def test_the_queries_obey_the_catalog(template: str) -> None:
    assert check(parse_xml(RENDERER.request(template, request_id="1", owner_id=GUID).text)) == []


@pytest.mark.intuit_schema
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_set_of_rendered_requests_is_valid_in_intuits_schema(kind: str, version: str, shared_schemas: Path) -> None:
    requests = [
        RENDERER.request(KINDS[kind].request, request_id=f"1.{position}", guid=GUID, payload=payload)
        for position, payload in enumerate(samples(kind))
    ]
    assert_valid(message_set(requests, version=Version(13, 0), new_id="a1", old_id="a0"), shared_schemas, version)


@pytest.mark.intuit_schema
@pytest.mark.parametrize("version", VERSIONS)
def test_queries_checks_and_clears_are_valid_in_intuits_schema(version: str, shared_schemas: Path) -> None:
    queries = [RENDERER.request(name, request_id="1", owner_id=GUID) for name in ("CompanyQuery", "HostQuery")]
    assert_valid(message_set(queries, version=Version(13, 0)), shared_schemas, version)
    assert_valid(message_set([], version=Version(13, 0), new_id="a1", old_id="a1"), shared_schemas, version)
    assert_valid(message_set([], version=Version(13, 0), old_id="a1"), shared_schemas, version)


def assert_valid(text: str, folder: Path, version: str) -> None:
    judge = validator(folder, version)
    assert judge.validate(parse_xml(text)), judge.error_log


@pytest.mark.intuit_schema
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", message_names())
def test_the_catalog_agrees_with_intuits_schema(name: str, version: str, shared_schemas: Path) -> None:
    theirs = schema(shared_schemas, version).message(name)
    assert set(message(name).attributes) == set(theirs.attributes)
    assert list(differences(message(name), theirs, name)) == []
    values = schema(shared_schemas, version).attribute_values(name)
    assert {attribute: set(values[attribute]) for attribute in values} == {
        attribute: set(ATTRIBUTE_VALUES[attribute]) for attribute in ATTRIBUTE_VALUES if attribute in theirs.attributes
    }


def differences(ours: Element, theirs: Element, path: str) -> Iterator[str]:
    """Where one element of the catalog contradicts Intuit's, with everything below it."""
    if (ours.min_occurs, ours.max_occurs) != (theirs.min_occurs, theirs.max_occurs):
        yield f"{path} may stand {theirs.min_occurs} to {theirs.max_occurs} times"
    if ours.type != theirs.type or set(ours.values) != set(theirs.values):
        yield f"{path} is {theirs.type} {theirs.values}"
    if ours.least != theirs.least:
        yield f"{path} is at least {theirs.least}"
    if ours.max_length != theirs.max_length and not (theirs.max_length is None and path.endswith(tuple(OWN_LIMITS))):
        yield f"{path} has at most {theirs.max_length} characters"
    yield from differences_in_order(ours.children, theirs.children, path)


def differences_in_order(ours: Sequence[Particle], theirs: Sequence[Particle], path: str) -> Iterator[str]:
    position = 0
    for particle in ours:
        there = next((at for at in range(position, len(theirs)) if corresponds(particle, theirs[at])), None)
        if there is None:
            yield f"{path}: {sorted(particle.first)} is not there, or stands elsewhere"
            continue
        yield from (f"{path} needs {sorted(each.first)}" for each in theirs[position:there] if not each.may_be_empty)
        yield from differences_between(particle, theirs[there], path)
        position = there + 1
    yield from (f"{path} needs {sorted(each.first)}" for each in theirs[position:] if not each.may_be_empty)


def corresponds(ours: Particle, theirs: Particle) -> bool:
    return type(ours) is type(theirs) and ours.first <= theirs.first


def differences_between(ours: Particle, theirs: Particle, path: str) -> Iterator[str]:
    if isinstance(ours, Element) and isinstance(theirs, Element):
        yield from differences(ours, theirs, f"{path}/{ours.name}")
        return
    if (ours.min_occurs, ours.max_occurs) != (theirs.min_occurs, theirs.max_occurs):
        yield f"{path}: {sorted(ours.first)} may stand {theirs.min_occurs} to {theirs.max_occurs} times"
    if isinstance(ours, Choice) and isinstance(theirs, Choice):
        for option in ours.options:
            yield from differences_in_order(
                [option], [each for each in theirs.options if corresponds(option, each)], path
            )
    elif isinstance(ours, Group) and isinstance(theirs, Group):
        yield from differences_in_order(ours.items, theirs.items, path)


@pytest.mark.intuit_schema
def test_a_message_is_left_out_only_where_intuits_annotated_lists_do_not_hold_it(shared_schemas: Path) -> None:
    held = {file.stem for file in (shared_schemas / "order").iterdir()}
    assert {name for name, annotated in ANNOTATED.items() if annotated not in held} == NOT_ANNOTATED


@pytest.mark.intuit_schema
@pytest.mark.parametrize("name", sorted(set(message_names()) - NOT_ANNOTATED))
def test_the_catalog_knows_since_when_an_element_is_there_and_holds_nothing_of_other_editions(
    name: str, shared_schemas: Path
) -> None:
    annotated = ANNOTATED[name]
    notes = Annotations(shared_schemas, annotated)

    def walk(known: Element, path: str) -> Iterator[tuple[str, Element]]:
        yield path, known
        for child in known.elements():
            yield from walk(child, f"{path}/{child.name}")

    elements = dict(walk(message(name), annotated))
    expected = {path: since for path, since in notes.since.items() if since > Version(11, 0) and path in elements}
    assert {path: known.since for path, known in elements.items() if known.since} == expected
    assert elements.keys() & notes.not_in_us_desktop == set()


def test_what_must_never_be_sent_is_not_in_the_catalog() -> None:
    customer = element("CustomerAddRq/CustomerAdd")
    assert customer.child("OpenBalance") is None
    assert customer.child("OpenBalanceDate") is None
    assert customer.child("CreditCardInfo") is None
    assert element("ReceivePaymentAddRq/ReceivePaymentAdd").child("CreditCardTxnInfo") is None
    assert all(message(name).child("IncludeRetElement") is None for name in message_names() if name.endswith("AddRq"))


@pytest.mark.intuit_schema
@settings(max_examples=300)
@given(data=st.data())
def test_what_the_catalog_accepts_is_never_refused_by_intuits_schema(data: st.DataObject, shared_schemas: Path) -> None:
    """QuickBooks refuses a whole set for one invalid request, so the catalog must never be more lenient."""
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    node = rendered(kind, filled(kind, data.draw(st.integers(0, VARIANTS - 1))))
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(data, node)
    if not check(node):
        text = message_set([etree.tostring(node, encoding="unicode")], version=Version(13, 0))
        for version in VERSIONS:
            assert_valid(text, shared_schemas, version)
