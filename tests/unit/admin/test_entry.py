"""What a form makes of what is typed, without a server: figures, names, and the lines' amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qbwc_server.admin import entry
from qbwc_server.admin.entry import Row
from qbwc_server.jobs import KINDS, survey_dicts


@pytest.mark.parametrize(
    ("quantity", "rate", "amount"),
    [
        ("0.1", "0.2", "0.02"),
        ("3", "0.335", "1.01"),
        ("1", "0.005", "0.01"),
        ("1", "-0.005", "-0.01"),
        ("", "-10", "-10.00"),
        ("1,250", "1,000.50", "1250625.00"),
        (".5", "5.", "2.50"),
    ],
)
def test_a_lines_amount_is_exact_and_half_a_cent_is_rounded_away_from_zero(
    quantity: str, rate: str, amount: str
) -> None:
    assert Row(0, quantity=quantity, rate=rate).amount == Decimal(amount)


@pytest.mark.parametrize("typed", ["abc", "1,2", "1e5", "--1", "9" * 400, "1.2.3", "12,50", "\u0661"])
def test_a_figure_that_cannot_be_read_has_no_amount_and_is_refused_by_the_checks(typed: str) -> None:
    row = Row(0, item="Labor", quantity=typed, rate="1")
    assert row.amount is None
    payload = {"customer_ref": "A", "txn_date": "2026-11-02", "lines": [row.line()]}
    job = {"kind": "invoice", "operation": "add", "external_id": "1", "payload": payload}
    (problem,) = survey_dicts([job]).refused.problems
    assert problem.path == "lines[0].quantity"


@pytest.mark.parametrize("external_id", ["C-1", "a]b", "x [ours: y]", "[ListID: 1-1]", " ] "])
def test_one_of_our_records_is_known_again_by_its_text_whatever_its_number_is(external_id: str) -> None:
    assert entry.read_ref(entry.ours(external_id, "Acme [Hardware]")) == {"external_id": external_id}
    assert entry.read_ref(entry.ours(external_id)) == {"external_id": external_id}


@pytest.mark.parametrize("name", ["Acme [ours]", "Acme:Roof", "[ours:C-1]", "#1 Plumbing", "Acme [ours: C-1] Ltd"])
def test_any_other_text_is_a_name_in_quickbooks(name: str) -> None:
    assert entry.read_ref(name) == name


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form_whose_fields_come_back_as_they_were(kind: str) -> None:
    values = {
        each.path: {"date": "2026-11-02", "money": "5", "checkbox": "1"}.get(each.type, "Text")
        for each in entry.boxes_of(kind)
    } | {"lines-0-item": "Labor", "lines-0-rate": "5", "expect": "1"}
    if kind == "payment":
        values[f"apply-{entry.applied_key({'external_id': 'INV-1'})}"] = "5"
    payload = entry.write(kind, values, "1").job["payload"]
    assert isinstance(payload, dict)
    again = entry.write(kind, entry.values_of(kind, payload, {}), "1").job["payload"]
    assert again == payload
