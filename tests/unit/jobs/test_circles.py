"""Circles in what refers to what."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qbwc_server.jobs.circles import circles

GRAPHS = st.dictionaries(st.integers(0, 7), st.sets(st.integers(0, 7)), max_size=8)


def test_what_does_not_come_back_is_no_circle() -> None:
    assert circles({}) == []
    assert circles({"a": ["b", "c"], "b": ["d"], "c": ["d"]}) == []


def test_a_circle_is_told_once_from_where_it_was_entered() -> None:
    assert circles({"a": ["b"], "b": ["c"], "c": ["d"], "d": ["b"]}) == [["b", "c", "d"]]
    assert circles({"a": ["a"]}) == [["a"]]


def test_circles_that_have_nothing_in_common_are_all_told() -> None:
    assert circles({"a": ["b"], "b": ["a"], "c": ["c"]}) == [["a", "b"], ["c"]]


def test_a_circle_of_a_hundred_thousand_is_found() -> None:
    length = 100_000
    (found,) = circles({number: [(number + 1) % length] for number in range(length)})
    assert len(found) == length


@given(GRAPHS)
def test_what_is_told_is_a_way_that_comes_back_and_passes_nothing_twice(graph: dict[int, set[int]]) -> None:
    for circle in circles(graph):
        assert len(set(circle)) == len(circle)
        for one, next_one in pairwise([*circle, circle[0]]):
            assert next_one in graph[one]


@given(GRAPHS)
def test_one_is_told_exactly_if_something_comes_back_to_itself(graph: dict[int, set[int]]) -> None:
    assert bool(circles(graph)) == any(_comes_back(graph, node) for node in graph)


def _comes_back(graph: dict[int, set[int]], node: int) -> bool:
    reached: set[int] = set()
    new = set(graph[node])
    while new:
        reached |= new
        new = {far for near in new for far in graph.get(near, ())} - reached
    return node in reached
