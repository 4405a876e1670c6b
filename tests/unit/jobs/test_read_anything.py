"""Whatever comes in is a list of jobs or a refusal in words; what was accepted comes back unchanged."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from qbwc_server.errors import PayloadRefused, Problem
from qbwc_server.jobs import KINDS, read_lines, stored_payload
from qbwc_server.jobs.canonical import canonical_json
from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.readers import EARLIEST, LATEST
from qbwc_server.jobs.references import references


def _names(model: type[Payload]) -> set[str]:
    return set(model.model_fields).union(*(_names(part) for reader in model.readers.values() for part in reader.parts))


FIELD_NAMES = sorted(set[str]().union(*(_names(kind.model) for kind in KINDS.values())))
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["2026-11-02", "120.00", "60", "Acme", "Acme:Roof", "C5-1417118624", "None", "łódź", " x", "a\nb"]),
)
NUMBERS = st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False, places=3).map(float), st.floats())
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
REFERENCES = st.dictionaries(st.sampled_from(["external_id", "list_id", "txn_id", "full_name"]), TEXTS, max_size=2)


def _objects(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    names = st.one_of(st.sampled_from(FIELD_NAMES), st.text(max_size=6))
    return st.one_of(st.lists(values, max_size=3), st.dictionaries(names, values, max_size=8), REFERENCES)


ANYTHING: st.SearchStrategy[object] = st.recursive(LEAVES, _objects, max_leaves=20)
PAYLOADS = st.dictionaries(st.sampled_from(FIELD_NAMES), ANYTHING, max_size=10)
JOBS = st.fixed_dictionaries(
    {"kind": st.sampled_from(sorted(KINDS)), "operation": st.just("add"), "external_id": TEXTS, "payload": PAYLOADS},
    optional={"priority": LEAVES},
)


def problems_of(text: str | bytes) -> tuple[Problem, ...]:
    """Nothing if the text holds jobs only."""
    try:
        read_lines(text)
    except PayloadRefused as refused:
        return refused.problems
    return ()


def assert_jobs_or_refusal(text: str | bytes) -> None:
    for problem in problems_of(text):
        assert problem.message
        assert b"\n" not in str(problem).encode("utf-8"), "one line that can be printed"


@given(st.binary(max_size=300))
def test_any_bytes_give_jobs_or_a_refusal(data: bytes) -> None:
    assert_jobs_or_refusal(data)


@given(st.text(max_size=300))
def test_any_text_gives_jobs_or_a_refusal(text: str) -> None:
    assert_jobs_or_refusal(text)


@given(st.one_of(ANYTHING, JOBS))
@settings(max_examples=300)
def test_any_json_gives_jobs_or_a_refusal(value: object) -> None:
    assert_jobs_or_refusal(json.dumps(value))


NAMES = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc"], exclude_characters=":"), min_size=1, max_size=31
)
AMOUNTS = st.decimals(min_value="0.01", max_value="9999999999999.99", places=2).map(str)
PRICES = st.decimals(min_value="-9999999999", max_value="9999999999", places=5).map(str)
LINES = st.one_of(
    st.fixed_dictionaries({"item_ref": st.just({"external_id": "I-1"}), "quantity": PRICES, "rate": PRICES}),
    st.fixed_dictionaries({"item_ref": NAMES.map(str.strip).filter(bool), "amount": AMOUNTS}),
    st.fixed_dictionaries({"desc": NAMES.filter(str.strip)}),
    st.fixed_dictionaries({"item_group_ref": st.just({"list_id": "80-1"}), "quantity": PRICES}),
)
INVOICES = st.fixed_dictionaries(
    {
        "customer_ref": st.just("Acme"),
        "txn_date": st.dates(min_value=EARLIEST, max_value=LATEST).map(str),
        "lines": st.lists(LINES, min_size=1, max_size=4),
    },
    optional={"memo": NAMES.filter(str.strip), "expected_total": AMOUNTS, "is_pending": st.booleans()},
)


@given(INVOICES)
def test_an_accepted_payload_comes_back_from_the_database_as_it_was(invoice: object) -> None:
    job = {"kind": "invoice", "operation": "add", "external_id": "INV-1", "payload": invoice}
    [accepted] = read_lines(json.dumps(job))
    stored = stored_payload("invoice", accepted.payload_json)
    assert stored == accepted.payload
    assert canonical_json(stored) == accepted.payload_json
    assert references(stored) == references(accepted.payload)
