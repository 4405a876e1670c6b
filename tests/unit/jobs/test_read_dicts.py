"""Jobs handed over from Python: the same checks, and nothing inexact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from qbwc_server.errors import PayloadRefused
from qbwc_server.jobs import read_dicts, read_lines
from qbwc_server.jobs.references import Ref


def payment(**fields: object) -> dict[str, object]:
    payload = {"customer_ref": "Acme", "txn_date": "2026-11-03", "total_amount": "120.00", **fields}
    return {"kind": "payment", "operation": "add", "external_id": "P-1", "payload": payload}


def refused(*jobs: Mapping[str, object]) -> list[str]:
    with pytest.raises(PayloadRefused) as caught:
        read_dicts(jobs)
    return [str(problem) for problem in caught.value.problems]


def test_python_values_and_their_json_forms_make_the_same_job() -> None:
    line = (
        '{"kind": "payment", "operation": "add", "external_id": "P-1", "payload": {"customer_ref": '
        '{"external_id": "C-1"}, "txn_date": "2026-11-03", "total_amount": 120, "applied_to": '
        '[{"txn": {"txn_id": "C5-1"}, "payment_amount": "7.50"}]}}'
    )
    applied = ({"txn": Ref(txn_id="C5-1"), "payment_amount": Decimal("7.5")},)
    job = payment(
        customer_ref=Ref(external_id="C-1"),
        txn_date=date(2026, 11, 3),
        total_amount=Decimal("120.00"),
        applied_to=applied,
    )
    [from_python], [from_line] = read_dicts([job]), read_lines(line)
    assert from_python.content_hash == from_line.content_hash
    assert (from_python.line, from_line.line) == (None, 1)


def test_a_float_is_refused_with_the_remedy() -> None:
    [problem] = refused(payment(total_amount=120.0))
    assert problem == 'total_amount: must not be a float, which is not exact. Use a Decimal or a text such as "60.00".'


def test_a_time_of_day_is_no_date() -> None:
    [problem] = refused(payment(txn_date=datetime(2026, 11, 3, tzinfo=UTC)))
    assert problem.startswith('txn_date: must be a date written as "2026-11-30"')


def test_infinite_and_undefined_decimals_are_refused() -> None:
    for number in ("NaN", "sNaN", "Infinity", "-Infinity"):
        assert refused(payment(total_amount=Decimal(number))) == ["total_amount: must be a finite number."]


def test_with_several_jobs_each_path_names_the_job() -> None:
    good = payment()
    assert refused(good, payment(memo=5), {**good, "kind": "x"}) == [
        'jobs[1].memo: must be a text, not a number. Write it in quotes: "5".',
        'jobs[2].kind: "x" is not a kind of job. Known kinds: customer, item_service, item_non_inventory, '
        "item_inventory, invoice, payment.",
    ]


def test_a_key_that_is_no_text_is_an_unknown_field() -> None:
    job = payment()
    job["payload"] = {"customer_ref": "Acme", "txn_date": "2026-11-03", "total_amount": "120.00", 7: 1}
    [problem] = refused(job)
    assert problem.startswith("7: is not a known field.")
