"""docs/payloads.md says what the models say."""

from __future__ import annotations

from pathlib import Path

import pytest

from qbwc_server.jobs import KINDS
from qbwc_server.jobs.payload_reference import payload_reference

PAGE = Path(__file__).resolve().parents[3] / "docs" / "payloads.md"


def test_the_page_is_current() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == payload_reference(), "run: python -m qbwc_server.jobs.payload_reference > docs/payloads.md"


def test_the_page_shows_the_examples_as_they_are_accepted() -> None:
    assert Path(__file__).with_name("examples.jsonl").read_text(encoding="utf-8") in payload_reference()


@pytest.mark.parametrize("name", KINDS)
def test_every_field_of_a_kind_is_on_the_page(name: str) -> None:
    section = payload_reference().partition(f": `{name}`\n")[2].partition("\n## ")[0]
    assert [field for field in KINDS[name].model.model_fields if f"| `{field}` |" not in section] == []
