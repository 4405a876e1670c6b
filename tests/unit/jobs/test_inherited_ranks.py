"""Priority that is handed down to what is waited for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qbwc_server.jobs.dependencies import inherited

RANKS = st.dictionaries(st.integers(0, 9), st.integers(-5, 5), max_size=6)
WAITS = st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9), max_size=4), max_size=10)


def test_nothing_is_handed_down_where_nothing_waits() -> None:
    assert inherited({1: 5}, {}) == {}
    assert inherited({}, {1: {2}}) == {}


def test_a_chain_runs_at_the_rank_of_its_last_job() -> None:
    assert inherited({3: 7}, {3: {2}, 2: {1}}) == {2: 7, 1: 7}


def test_of_several_that_wait_the_highest_counts() -> None:
    assert inherited({3: 7, 4: 9, 5: -1}, {3: {1}, 4: {1, 2}, 5: {1}}) == {1: 9, 2: 9}


@given(RANKS, WAITS)
def test_everything_waited_for_runs_at_the_highest_rank_that_reaches_it(
    ranks: dict[int, int], waits: dict[int, set[int]]
) -> None:
    expected: dict[int, int] = {}
    for start, rank in ranks.items():
        new = set(waits.get(start, ()))
        seen: set[int] = set()
        while new:
            seen |= new
            new = {far for near in new for far in waits.get(near, ())} - seen
        for each in seen:
            expected[each] = max(rank, expected.get(each, rank))
    assert inherited(ranks, waits) == expected
