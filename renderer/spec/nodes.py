"""The located tree: what the text says, as plain values, and where each of them stands.

A node is shared where an alias repeats it, so that a place is always that of the text itself. `value` is the
plain tree below the node: `dict`, `list`, `str`, `int`, `bool`, `Decimal`, `None`. Nodes are named tuples, not
dataclasses: a quarter of the time to make, and a film of 10,000 shots has 250,000 of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from renderer.row import Row
from renderer.spec.scalars import Value


class Scalar(Row):
    """One value. `start` and `end` are offsets in the text; equal ones mean that nothing is written there."""

    value: Value
    start: int
    end: int


class Items(Row):
    """A sequence; `start` to `end` is its first token, or all of it where it is written in brackets."""

    value: list[Any]
    start: int
    end: int
    nodes: Sequence[Node]


class Fields(Row):
    """A mapping with its entries in written order; `start` to `end` as for `Items`."""

    value: dict[str, Any]
    start: int
    end: int
    entries: Mapping[str, Entry]


class Entry(Row):
    """A key and its value, each with its own place."""

    key: Scalar
    node: Node


Node = Scalar | Items | Fields


def child(node: Node, step: str | int) -> Node | None:
    """The node one step down, or None where there is none."""
    if isinstance(node, Fields) and isinstance(step, str):
        entry = node.entries.get(step)
        return entry and entry.node
    if isinstance(node, Items) and isinstance(step, int) and step < len(node.nodes):
        return node.nodes[step]
    return None


def fields_of(entries: Mapping[str, Entry], *, start: int, end: int) -> Fields:
    """A mapping node of these entries."""
    return Fields({key: entry.node.value for key, entry in entries.items()}, start, end, entries)


def items_of(nodes: Sequence[Node], *, start: int, end: int) -> Items:
    """A sequence node of these nodes."""
    return Items([node.value for node in nodes], start, end, nodes)


def shifted(node: Node, places: int) -> Node:
    """The same tree in a text that has so many characters more before it."""
    start, end = node.start + places, node.end + places
    if isinstance(node, Scalar):
        return Scalar(node.value, start, end)
    if isinstance(node, Items):
        return Items(node.value, start, end, [shifted(below, places) for below in node.nodes])
    entries = {
        name: Entry(
            Scalar(entry.key.value, entry.key.start + places, entry.key.end + places),
            shifted(entry.node, places),
        )
        for name, entry in node.entries.items()
    }
    return Fields(node.value, start, end, entries)


def without(node: Node, path: tuple[str | int, ...]) -> Node:
    """The tree without the node at `path`: a field is left out, a list's item becomes nothing, so that others keep their number."""
    step, rest = path[0], path[1:]
    below = child(node, step)
    if below is None:
        return node
    if isinstance(node, Items) and isinstance(step, int):
        fresh = without(below, rest) if rest else Scalar(None, below.start, below.start)
        nodes = [*node.nodes[:step], fresh, *node.nodes[step + 1 :]]
        return items_of(nodes, start=node.start, end=node.end)
    assert isinstance(node, Fields)
    assert isinstance(step, str)
    entries = dict(node.entries)
    if rest:
        entries[step] = Entry(entries[step].key, without(below, rest))
    else:
        del entries[step]
    return fields_of(entries, start=node.start, end=node.end)
