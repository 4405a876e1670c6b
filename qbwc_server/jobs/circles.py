"""Circles in what refers to what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

Node = TypeVar("Node")


def circles(graph: Mapping[Node, Collection[Node]]) -> list[list[Node]]:
    """One circle for each reference that closes one, as the nodes on it in order; empty if there is none.

    Depth first without recursion: a file may hold a chain of thousands.
    """
    found: list[list[Node]] = []
    finished: set[Node] = set()
    for start in graph:
        way: dict[Node, None] = {}  # ordered: the nodes from the start to where the walk stands
        following = [iter([start])]
        while following:
            node = next(following[-1], None)
            if node is None:
                following.pop()
                if way:
                    finished.add(way.popitem()[0])
            elif node in way:
                nodes = list(way)
                found.append(nodes[nodes.index(node) :])
            elif node not in finished:
                way[node] = None
                following.append(iter(graph.get(node, ())))
    return found
