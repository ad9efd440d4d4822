"""What a storyboard takes in from other files: shot lists, and defaults, variables, characters and profiles to share.

What the including file says wins over what it includes, and of several included files the later one. Shots of included
files come first, in the order of `include`. A file counts once, however many include it. Every file keeps its own text,
so that a fault is told in the file where it is, and paths are relative to the file in which they are written.

Refuses loops, and to read files: whoever has them hands in `read`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, reduce
from typing import Any

from renderer.errors import RendererError, SpecError
from renderer.row import Row
from renderer.spec.document import Document, parse
from renderer.spec.nodes import Entry, Fields, Items, Node, Scalar, fields_of, items_of, shifted
from renderer.spec.overrides import FOR
from renderer.spec.problems import Problems
from renderer.spec.shape import VERSION, check_shape, check_version, prune
from renderer.spec.takes import without_rivals
from renderer.spec.text import Part, Path, Text
from renderer.spec.wording import shorten
from renderer.storyboard import Source

INCLUDE = "include"
SHARED = ("vars", "characters", "profiles", "defaults")
FIELDS = ("version", INCLUDE, *SHARED, "shots")
"""What an included file may hold; the film itself, its cut and its budget belong to the one that includes."""
FILES_MAX = 100

Read = Callable[[str], bytes]


class Included(Row):
    """One included file: its path relative to the storyboard's folder, and what is left of it without its faults."""

    path: str
    document: Document
    faults: Sequence[Path]


def gather(document: Document, *, schema: Mapping[str, Any], read: Read) -> Document:
    """The document with all that it includes taken in; what is wrong with those files is among its diagnostics.

    `read` gives the bytes of a path relative to the storyboard's folder, or raises `RendererError`.
    """
    if INCLUDE not in document.root.entries or document.root.value.get("version") != VERSION:
        return document
    gathering, joined = _Gathering(document, _part_of(schema), read), document
    with gathering.problems.gathering():
        found = list(gathering.visit(document, "", (posixpath.basename(document.file),)))
        joined = _joined(document, found)
        if "shots" not in joined.root.entries and not gathering.problems.errors:
            message = "neither the storyboard nor what it includes has `shots`"
            gathering.problems.add("S206", message, document.place_of_key((INCLUDE,)), hint="add `shots:`")
    return joined._replace(diagnostics=(*document.diagnostics, *gathering.problems.sorted()))


class _Gathering:
    """One walk through all files: what was found wrong, and which files were met."""

    def __init__(self, document: Document, schema: Mapping[str, Any], read: Read) -> None:
        self.problems = Problems()
        self.met: set[str] = set()
        self._folder = posixpath.dirname(document.file)
        self._schema = schema
        self._read = read

    def visit(self, document: Document, folder: str, trail: tuple[str, ...]) -> Iterator[Included]:
        """All files below a document in `folder`, each after those that it includes itself. Tells S209, S224 and S233."""
        for text, path in _entries(document):
            place = document.place(path)
            source = Source.read(text)
            name = posixpath.normpath(posixpath.join(folder, text))
            if source is None or source.kind != "path":
                message = f"`include` must be a path, not `{shorten(text)}`"
                self.problems.add(
                    "S224", message, place, hint="fetch it, and give its path relative to this file"
                )
            elif name in trail:
                chain = " → ".join(f"`{file}`" for file in [*trail[trail.index(name) :], name])
                self.problems.add("S233", f"files include one another: {chain}", place)
            elif name not in self.met and len(self.met) < FILES_MAX:
                self.met.add(name)
                if (included := self._open(name, document, path)) is not None:
                    yield from self.visit(included.document, posixpath.dirname(name), (*trail, name))
                    yield included
            elif name not in self.met:
                self.problems.add("S209", f"a storyboard includes at most {FILES_MAX} files", place)

    def _open(self, name: str, document: Document, path: Path) -> Included | None:
        try:
            inner = parse(self._read(name), file=posixpath.join(self._folder, name))
        except SpecError as error:
            self.problems.extend(error.diagnostics)
            return None
        except RendererError as error:
            notes = [f"{fact}: {value}" for fact, value in error.facts]
            self.problems.add(error.code, error.message, document.place(path), notes=notes, hint=error.hint)
            return None
        self.problems.extend(inner.diagnostics)
        if "version" in inner.root.entries and not check_version(inner, self.problems):
            return None
        faults = check_shape(inner, self.problems, schema=self._schema)
        return Included(name, prune(inner, faults), faults)


def _entries(document: Document) -> Iterator[tuple[str, Path]]:
    node = document.node((INCLUDE,))
    if isinstance(node, Scalar) and isinstance(node.value, str):
        yield node.value, (INCLUDE,)
    for number, item in enumerate(node.nodes if isinstance(node, Items) else ()):
        if isinstance(item.value, str):
            yield item.value, (INCLUDE, number)


def _part_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an included file: some of a storyboard's fields, none of them required."""
    rules = {name: rule for name, rule in schema.items() if name not in ("required", "if", "then")}
    return {**rules, "properties": {name: schema["properties"][name] for name in FIELDS}}


def _joined(document: Document, found: Sequence[Included]) -> Document:
    """One document of all files: their texts one behind the other, each node where its own text stands."""
    content, shots = document.text.content, 0
    parts: list[Part] = []
    roots: list[Fields] = []
    faults: list[Path] = []
    for path, inner, wrong in found:
        parts.append(Part(len(content), inner.text, posixpath.dirname(path), shots))
        root = shifted(inner.root, len(content))
        assert isinstance(root, Fields)
        roots.append(root)
        faults += [_moved(fault, shots) for fault in wrong]
        content += inner.text.content
        shots += len(_shots(root))
    whole = Text(document.file, content, (Part(0, document.text, "", shots), *parts))
    return Document(whole, _combined(document.root, roots), document.diagnostics, tuple(faults))


def _combined(own: Fields, included: Sequence[Fields]) -> Fields:
    entries = dict(own.entries)
    for name in SHARED:
        levels = [root.entries[name] for root in (*included, own) if name in root.entries]
        if levels:
            entries[name] = reduce(partial(_over, path=(name,)), levels)
    shots = [node for root in included for node in _shots(root)]
    first = next((root.entries["shots"] for root in (own, *included) if "shots" in root.entries), None)
    if first and shots and isinstance(first.node, Items):
        nodes = [*shots, *_shots(own)]
        entries["shots"] = Entry(first.key, items_of(nodes, start=first.node.start, end=first.node.end))
    return fields_of(entries, start=own.start, end=own.end)


def _over(below: Entry, above: Entry, *, path: Path) -> Entry:
    """A shared field over that of a file below: mappings merge, all else replaces."""
    if not (isinstance(below.node, Fields) and isinstance(above.node, Fields)):
        return above
    own = above.node.entries
    is_of_shots = path == ("defaults",) or (path[0] == "profiles" and len(path) == 2) or path[-2:-1] == (FOR,)
    kept = without_rivals(below.node.entries, own) if is_of_shots else below.node.entries
    entries = dict(kept) | {
        name: _over(kept[name], entry, path=(*path, name)) if name in kept else entry
        for name, entry in own.items()
    }
    return Entry(above.key, fields_of(entries, start=above.node.start, end=above.node.end))


def _shots(root: Fields) -> Sequence[Node]:
    entry = root.entries.get("shots")
    return entry.node.nodes if entry and isinstance(entry.node, Items) else ()


def _moved(fault: Path, shots: int) -> Path:
    if len(fault) > 1 and fault[0] == "shots" and isinstance(fault[1], int):
        return ("shots", fault[1] + shots, *fault[2:])
    return fault
