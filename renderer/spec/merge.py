"""Merging: a shot's own fields over the defaults. Mappings merge, lists replace, `null` unsets.

A time in beats is written as a mapping and is one value all the same: it replaces what stood there, and is replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from renderer.row import Row
from renderer.spec.nodes import Entry, Fields, Node, Scalar
from renderer.spec.text import Path


class Written(Row):
    """A value that is no mapping, and where it was written."""

    node: Node
    path: Path


Merged = Mapping[str, "Written | Merged"]
BEATS = "beats"
TIMES = frozenset({"use", "in", "out", "at"})
WHOLE = frozenset({"enter"})
"""Mappings that are one value all the same: a shot's own replaces that of the defaults."""


def merge(own: Mapping[str, Entry], defaults: Merged, path: Path) -> dict[str, Written | Merged]:
    """A mapping at `path` over defaults; what is `null` in either is not there."""
    merged: dict[str, Written | Merged] = {name: field for name, field in defaults.items() if name not in own}
    for name, entry in own.items():
        node = entry.node
        if isinstance(node, Fields):
            merged[name] = merge(node.entries, _below(name, node.entries, defaults), (*path, name))
        elif node.value is not None:
            merged[name] = Written(node, (*path, name))
    return merged


def _below(name: str, own: Mapping[str, Entry], defaults: Merged) -> Merged:
    """What a mapping is merged over: the default of its name, unless one of the two is a time in beats."""
    below = defaults.get(name)
    if name in WHOLE or not isinstance(below, Mapping):
        return {}
    return {} if name in TIMES and (BEATS in own or BEATS in below) else below


def plain(merged: Written | Merged) -> Any:
    """The plain value of a merged field; exact decimals become the floats that JSON has."""
    if isinstance(merged, Written):
        return _json(merged.node.value)
    return {name: plain(field) for name, field in merged.items()}


def leaves(merged: Written | Merged) -> Iterator[Written]:
    """All that a merged field is made of, in written order."""
    if isinstance(merged, Written):
        yield merged
    else:
        for field in merged.values():
            yield from leaves(field)


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_json(item) for item in value]
    return {name: _json(item) for name, item in value.items()} if isinstance(value, dict) else value


def scalar(field: Written | Merged | None) -> Scalar | None:
    """The scalar node of a field, if it is one."""
    return field.node if isinstance(field, Written) and isinstance(field.node, Scalar) else None
