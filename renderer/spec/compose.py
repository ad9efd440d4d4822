"""Parser events to the located tree, with an explicit stack: no depth of nesting reaches Python's own.

Refuses: deep nesting, too many nodes, alias bombs, equal keys, keys that are not text, tags, a second document
and characters that only an escape can bring in. Merge keys (`<<: *base`) are taken in: a field of the mapping
itself wins, then the earlier source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from renderer.errors import SpecError
from renderer.spec.distance import did_you_mean
from renderer.spec.events import events_of, syntax_problem
from renderer.spec.nodes import Entry, Fields, Items, Node, Scalar, fields_of, items_of
from renderer.spec.problems import Problems
from renderer.spec.scalars import Value, resolve
from renderer.spec.text import FORBIDDEN, Path, Text, describe_character
from renderer.spec.wording import shorten

DEPTH_MAX = 64
NODES_MAX = 1_000_000
# What aliases may add: enough for one shared look in each of 10,000 shots, far from any bomb.
ALIAS_NODES_BASE = 10_000
ALIAS_NODES_RATIO = 10

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
_TAG = re.compile(r"(?:&\S+\s+)?(!\S*)")
_CORE = "tag:yaml.org,2002:"
_TEXT_TAGS = ("!", f"{_CORE}str")
_CORE_TYPES: dict[str, tuple[type, ...]] = {
    f"{_CORE}int": (int,),
    f"{_CORE}float": (int, Decimal),
    f"{_CORE}bool": (bool,),
    f"{_CORE}null": (type(None),),
}


class Stop(Exception):  # noqa: N818 - a signal within this module: what follows cannot be read
    """Reading ends here; the reason is among the problems."""


def compose(text: Text, problems: Problems, *, pure: bool = False) -> Node | None:
    """The tree of a text, None for a text that holds none.

    Problems that leave a tree behind are added to `problems`; raises `SpecError` with all of them where none
    is left. `pure` leaves libyaml aside.
    """
    import yaml  # noqa: PLC0415 - 28 ms, and not needed where nothing is parsed

    composer = _Composer(text, problems)
    steps = composer.steps()
    try:
        for event in events_of(text, pure=pure):
            if step := steps.get(type(event)):
                step(event)
    except yaml.MarkedYAMLError as error:
        problems.extend([syntax_problem(text, error)])
        raise SpecError(problems.sorted()) from error
    except Stop as stop:
        raise SpecError(problems.sorted()) from stop
    return composer.root


class _Open:
    """A collection whose end has not come yet. `nodes_before` counts all nodes before it, aliases expanded."""

    __slots__ = ("anchor", "end", "entries", "flow", "key", "merge", "nodes", "nodes_before", "start")

    def __init__(
        self,
        start: int,
        end: int,
        *,
        flow: bool,
        anchor: str | None,
        nodes_before: int,
        entries: dict[str, Entry] | None,
    ) -> None:
        self.start, self.end, self.flow, self.anchor = start, end, flow, anchor
        self.nodes_before, self.entries = nodes_before, entries
        self.nodes: list[Node] = []
        self.key: Scalar | None = None
        self.merge: Entry | None = None


class _Composer:
    """The state of one reading: the stack of open collections and the anchors seen."""

    def __init__(self, text: Text, problems: Problems) -> None:
        self.text = text
        self.problems = problems
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.nodes_written = 0
        self.nodes_shared = 0
        self.documents = 0

    def steps(self) -> dict[type, Callable[[Any], None]]:
        """What each kind of event does; the others, such as the end of the stream, do nothing."""
        from yaml import events  # noqa: PLC0415

        return {
            events.ScalarEvent: self.scalar,
            events.AliasEvent: self.alias,
            events.MappingStartEvent: self.open_mapping,
            events.SequenceStartEvent: self.open_sequence,
            events.MappingEndEvent: self.close_mapping,
            events.SequenceEndEvent: self.close_sequence,
            events.DocumentStartEvent: self.open_document,
        }

    @property
    def path(self) -> Path:
        """The path of the node that comes next."""
        return tuple(
            len(top.nodes) if top.entries is None else str(top.key.value) if top.key else ""
            for top in self.stack
        )

    def refuse(
        self, code: str, message: str, *, start: int, end: int, hint: str | None = None, stop: bool = False
    ) -> None:
        self.problems.add(code, message, self.text.place(start, end, self.path), hint=hint)
        if stop:
            raise Stop

    # -- events -------------------------------------------------------------------------------------------

    def open_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            start = event.start_mark.index
            hint = "a file holds one storyboard: move the second one to a file of its own"
            self.refuse("S108", "a second document begins", start=start, end=start + 3, hint=hint, stop=True)

    def scalar(self, event: Any) -> None:
        start, end = self.begin(event)
        text = event.value
        if event.style == '"' and (found := FORBIDDEN.search(text)):
            name = describe_character(found.group())
            self.refuse("S104", f"an escape stands for {name}, which text cannot hold", start=start, end=end)
            text = FORBIDDEN.sub("", text)
        value = self.value_of(event, text, start=start, end=end)
        self.place_node(Scalar(value, start, end), event.anchor, size=1)

    def alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        found = self.anchors.get(event.anchor)
        if found is None:
            self.unknown_anchor(event.anchor, start=start, end=end)
            found = (Scalar(None, start, end), 1)
        node, size = found
        self.nodes_shared += size
        if self.nodes_shared > ALIAS_NODES_BASE + ALIAS_NODES_RATIO * self.nodes_written:
            hint = "aliases of aliases multiply; write fewer of them, or use `defaults`"
            message = f"aliases make {self.nodes_written} nodes into more than {self.nodes_shared}"
            self.refuse("S111", message, start=start, end=end, hint=hint, stop=True)
        self.count(start, end)
        self.place_node(node, None, size=size)

    def open_mapping(self, event: Any) -> None:
        self.open(event, entries={}, tag=f"{_CORE}map")

    def open_sequence(self, event: Any) -> None:
        self.open(event, entries=None, tag=f"{_CORE}seq")

    def close_mapping(self, event: Any) -> None:
        top = self.stack.pop()
        assert top.entries is not None
        if top.merge:
            self.merge(top.entries, top.merge)
        if top.flow:
            top.end = event.end_mark.index
        elif top.entries:
            first = next(iter(top.entries.values())).key
            top.end = first.end if first.start == top.start else top.start + 1
        self.close(top, fields_of(top.entries, start=top.start, end=top.end))

    def close_sequence(self, event: Any) -> None:
        top = self.stack.pop()
        end = event.end_mark.index if top.flow else top.start + 1
        self.close(top, items_of(top.nodes, start=top.start, end=end))

    # -- parts of them ------------------------------------------------------------------------------------

    def begin(self, event: Any) -> tuple[int, int]:
        """Count one node; its span without anchor and tag."""
        start, end = event.start_mark.index, event.end_mark.index
        if (event.anchor or event.tag) and (written := _PROPERTIES.match(self.text.content, start, end)):
            start = written.end()
        self.nodes_written += 1
        self.count(start, end)
        return start, end

    def count(self, start: int, end: int) -> None:
        if self.nodes_written + self.nodes_shared > NODES_MAX:
            message = f"a storyboard has at most {NODES_MAX:,} values"
            self.refuse("S113", message, start=start, end=end, hint="split it into several", stop=True)

    def open(self, event: Any, *, entries: dict[str, Entry] | None, tag: str) -> None:
        nodes_before = self.nodes_written + self.nodes_shared
        start, end = self.begin(event)
        if len(self.stack) >= DEPTH_MAX:
            message = f"values are nested more than {DEPTH_MAX} deep"
            self.refuse("S112", message, start=start, end=start + 1, stop=True)
        if event.tag not in (None, "!", tag):
            self.refuse_tag(event)
        if self.stack and (top := self.stack[-1]).entries is not None and not top.key:
            kind = "list" if entries is None else "mapping"
            self.refuse_key(f"a {kind} cannot be the name of a field", start, start + 1)
            raise Stop
        opened = _Open(
            start,
            end,
            flow=bool(event.flow_style),
            anchor=event.anchor,
            nodes_before=nodes_before,
            entries=entries,
        )
        self.stack.append(opened)

    def close(self, top: _Open, node: Fields | Items) -> None:
        size = self.nodes_written + self.nodes_shared - top.nodes_before
        self.place_node(node, top.anchor, size=size)

    def place_node(self, node: Node, anchor: str | None, *, size: int) -> None:
        """Put a finished node where it belongs: the root, a list's next item, a key or its value."""
        if anchor:
            self.anchors[anchor] = (node, size)
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if top.entries is None:
            top.nodes.append(node)
        elif top.key is None:
            top.key = self.key_of(node)
        else:
            self.add_field(top, top.key, node)
            top.key = None

    def key_of(self, node: Node) -> Scalar:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node
        written = self.text.content[node.start : node.end] or "nothing"
        self.refuse_key(
            f"`{shorten(written)}` is not text and cannot be the name of a field", node.start, node.end
        )
        return Scalar(written, node.start, node.end)

    def refuse_key(self, message: str, start: int, end: int) -> None:
        place = self.text.place(start, end, self.path[:-1])
        self.problems.add("S115", message, place, hint="put quotes around the name")

    def add_field(self, top: _Open, key: Scalar, node: Node) -> None:
        assert top.entries is not None
        name = str(key.value)
        is_merge = name == "<<" and self.text.content[key.start : key.end] == "<<"
        first = top.merge if is_merge else top.entries.get(name)
        if first:
            related = [(self.text.place(first.key.start, first.key.end, self.path), "the first one")]
            place = self.text.place(key.start, key.end, self.path)
            self.problems.add("S114", f"the field `{name}` is written twice", place, related=related)
        elif is_merge:
            top.merge = Entry(key, node)
        else:
            top.entries[name] = Entry(key, node)

    def merge(self, entries: dict[str, Entry], merge: Entry) -> None:
        sources = merge.node.nodes if isinstance(merge.node, Items) else [merge.node]
        for source in sources:
            if isinstance(source, Scalar) and self.text.content[source.start : source.start + 1] == "*":
                continue  # an unknown anchor, which has been told
            if not isinstance(source, Fields):
                place = self.text.place(merge.key.start, merge.key.end, (*self.path, "<<"))
                hint = "write `<<: *name`, where `&name` marks a mapping"
                self.problems.add("S117", "`<<` takes in mappings only", place, hint=hint)
                return
            for name, entry in source.entries.items():
                entries.setdefault(name, entry)

    def value_of(self, event: Any, text: str, *, start: int, end: int) -> Value:
        """The value of a scalar by its style and tag; refuses unknown tags and endless numbers."""
        if event.tag in _TEXT_TAGS or not (event.implicit[0] or event.tag):
            return text
        try:
            value = resolve(text)
        except ValueError as error:
            self.refuse("S116", str(error), start=start, end=end, hint="put quotes around it if it is text")
            return 1
        if event.tag and not _has_type(value, event.tag):
            self.refuse_tag(event)
        return value

    def refuse_tag(self, event: Any) -> None:
        start = event.start_mark.index
        written = _TAG.match(self.text.content, start)
        start, end = written.span(1) if written else (start, start + 1)
        hint = "delete it; or put quotes around text that begins with `!`"
        tag = self.text.content[start:end]
        self.refuse("S109", f"the tag `{tag}` is not for storyboards", start=start, end=end, hint=hint)

    def unknown_anchor(self, name: str, *, start: int, end: int) -> None:
        if any(top.anchor == name for top in self.stack):
            self.refuse("S110", f"`*{name}` stands inside its own anchor", start=start, end=end)
            return
        guess = did_you_mean(name, self.anchors)
        hint = f"did you mean `*{guess}`?" if guess else "text that begins with `*` needs quotes"
        self.refuse("S110", f"no anchor `&{name}` before this alias", start=start, end=end, hint=hint)


def _has_type(value: Value, tag: str) -> bool:
    return type(value) in _CORE_TYPES.get(tag, ())
