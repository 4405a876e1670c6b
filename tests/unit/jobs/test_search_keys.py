from __future__ import annotations

import json

from qbwc_server.jobs.search_keys import LONGEST_KEY, search_keys


def keys(external_id: str = "X", **payload: object) -> set[str]:
    return search_keys({"external_id": external_id, "payload": json.dumps(payload), "list_id": None, "txn_id": None})


def test_a_name_is_found_at_each_of_its_first_words() -> None:
    assert keys("C-1", name="Acme  Hardware:Roof Ä") == {
        "c-1",
        "acme hardware:roof ä",
        "hardware roof ä",
        "roof ä",
        "ä",
    }


def test_a_document_is_found_by_its_number_and_by_its_customer() -> None:
    assert keys("INV-1", ref_number="1001", customer_ref={"external_id": "C-1"}) == {"inv-1", "1001", "c-1"}
    assert keys("INV-1", customer_ref={"full_name": "Jane Roe"}) == {"inv-1", "jane roe", "roe"}


def test_a_job_is_found_by_quickbooks_own_id_whatever_its_payload() -> None:
    assert search_keys({"list_id": "8000A-1"}) == {"8000a-1"}
    assert search_keys({"external_id": "x" * 300, "payload": "{}"}) == {"x" * LONGEST_KEY}
