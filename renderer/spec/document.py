"""A storyboard as written: its text and located tree, before anything is said about its meaning."""

from __future__ import annotations

from renderer.diagnostic import Diagnostic, Place
from renderer.errors import SpecError
from renderer.row import Row
from renderer.spec.compose import compose
from renderer.spec.nodes import Fields, Items, Node, Scalar, child
from renderer.spec.problems import Problems
from renderer.spec.text import Path, Text, decode


class Document(Row):
    """A parsed storyboard. `diagnostics` are the problems that left a tree behind, such as equal keys.

    `faults` are the paths of what was left out because something is wrong with it, and told.
    """

    text: Text
    root: Fields
    diagnostics: tuple[Diagnostic, ...] = ()
    faults: tuple[Path, ...] = ()

    @property
    def file(self) -> str:
        return self.text.file

    def node(self, path: Path) -> Node | None:
        """The node at a path, or None."""
        node: Node | None = self.root
        for step in path:
            node = node and child(node, step)
        return node

    def place(self, path: Path) -> Place:
        """Where the value at a path is written; where it is not, its key or the nearest thing around it."""
        node = self.node(path)
        if node is None or (isinstance(node, Scalar) and node.start == node.end):
            return self.place_of_key(path)
        return self.place_of(node, path)

    def place_of_key(self, path: Path) -> Place:
        """Where the last field of a path is named; for a list's item, where the item begins."""
        if not path:
            return self.place_of(self.root, path)
        around, name = self.node(path[:-1]), path[-1]
        if isinstance(around, Fields) and isinstance(name, str) and (entry := around.entries.get(name)):
            return self.text.place(entry.key.start, entry.key.end, path)
        if around and (item := child(around, name)):
            return self.place_of(item, path)
        return self.place_of_key(path[:-1])

    def place_of(self, node: Node, path: Path) -> Place:
        return self.text.place(node.start, node.end, path)

    def written(self, path: Path) -> str:
        """The text of a value, exactly as it stands in the file."""
        node = self.node(path)
        return self.text.content[node.start : node.end] if node else ""


def parse(content: bytes, *, file: str, pure: bool = False) -> Document:
    """The document of a file's bytes; `file` is what diagnostics call it.

    Raises `SpecError` with S101 to S117, S201 or S202 where the text cannot be read to its end. `pure` leaves
    libyaml aside, whose messages and speed differ and whose result does not.
    """
    text = decode(content, file=file)
    problems = Problems()
    root: Node | None = None
    with problems.gathering():
        root = compose(text, problems, pure=pure)
    if root is None:
        problems.raise_errors()
    return Document(text, _require_fields(root, text), tuple(problems.sorted()))


def _require_fields(root: Node | None, text: Text) -> Fields:
    """The top of a storyboard; raises `SpecError` with S201 where there is nothing, S202 where it is no mapping."""
    problems = Problems()
    hint = "the smallest storyboard is `version: 1` and a list of `shots`; `renderer init` writes one"
    if root is None or (isinstance(root, Scalar) and root.value is None):
        problems.add("S201", "the storyboard is empty", text.place(0, 0), hint=hint)
    elif isinstance(root, Items):
        place = text.place(root.start, root.end)
        problems.add("S202", "the storyboard is a list", place, hint="put the list under `shots:`")
    elif isinstance(root, Scalar):
        place = text.place(root.start, root.end)
        problems.add("S202", "the storyboard is a single value, not fields", place, hint=hint)
    else:
        return root
    raise SpecError(problems.sorted())
