from __future__ import annotations

import pytest

from qbwc_server.desk.trouble import Who, who_acts


@pytest.mark.parametrize(
    ("remedy", "who"),
    [
        ("The bookkeeper reads QuickBooks' own words, and the administrator helps.", Who.BOOKKEEPER),
        ("The administrator logs in to QuickBooks as Admin.", Who.ADMINISTRATOR),
        ("Whoever enters the data in the application corrects this value.", Who.BOOKKEEPER),
        ("Please report this with the job's XML.", Who.DEVELOPER),
        ("Nothing to do: the job is tried again by itself.", Who.NOBODY),
        ("Correct job 5 and retry it.", None),
        (None, None),
    ],
)
def test_a_remedy_says_whose_turn_it_is(remedy: str | None, who: Who | None) -> None:
    assert who_acts(remedy) is who
