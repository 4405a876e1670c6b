"""Why a person pauses a company."""

from __future__ import annotations

import pytest

from qbwc_server.companies import checked_reason
from qbwc_server.errors import CompanyRefused


def test_a_reason_is_one_line_without_the_full_stop_that_the_page_adds() -> None:
    assert checked_reason(" stocktaking\n until  Friday. ") == "stocktaking until Friday"


@pytest.mark.parametrize("text", ["", " . ", "x" * 201, "a\x07b", "a\u202eb"])
def test_a_reason_that_nobody_could_read_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(CompanyRefused) as refusal:
        checked_reason(text)
    assert [problem.path for problem in refusal.value.problems] == ["reason"]
