"""Which part of a storyboard's text each shot is, so that an edit of one need not read the others again.

A *section* runs from the dash of one item below `shots:` to the dash of the next; the *head* is all before the
first, the *tail* all from the next top-level line on. Sections are cut by their dashes alone, without a parser, so
nothing is believed of them until `fit` has held them against one: each shot stands in its own section, whole. Then
one section can be read between head and tail without the others, and means the same there.

Refuses to cut (None) where that would not hold or cannot be told cheaply: anchors, aliases and merge keys, which
reach from one section into another; carriage returns alone; more values than might be allowed.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from renderer.diagnostic import Place
from renderer.row import Row
from renderer.spec.compose import NODES_MAX
from renderer.spec.document import Document
from renderer.spec.nodes import Fields, Items, Node, Scalar
from renderer.spec.shape import form_of

NODES_PER_SIGN = 3
"""At most as many values come of one `:`, `-`, `,`, `?` or bracket: in `[a: b]` a mapping, its key and its value."""

_OPENING = re.compile(rb"(?:\A|\n)shots:[ ]*(?:#[^\n]*)?\r?\n")
_FIRST = re.compile(rb"^( *)-(?=[ \r\n])", re.MULTILINE)
_TAIL = re.compile(rb"\n(?=[^ #\r\n])")
_TAIL_BESIDE_DASHES = re.compile(rb"\n(?!-[ \r\n])(?=[^ #\r\n])")
_REACHING = re.compile(rb"<<|(?:\A|(?<=[\s\[\]{},:?-]))[&*]\S")


class Sections(Row):
    """A text in parts: `head`, the shots' own in order, ≥ 1, and `tail`; one behind the other they are the text."""

    head: bytes
    shots: tuple[bytes, ...]
    tail: bytes

    @property
    def around(self) -> str:
        """The digest of all that stands around the shots."""
        return hashlib.sha256(b"%d\0%b%b" % (len(self.head), self.head, self.tail)).hexdigest()

    def names(self) -> list[str]:
        """The digest of each shot's section."""
        return [hashlib.sha256(section).hexdigest() for section in self.shots]

    def first_lines(self) -> list[int]:
        """The line on which each shot's section begins."""
        ends = accumulate((section.count(b"\n") for section in self.shots), initial=self.head.count(b"\n"))
        return [1 + line for line in ends][:-1]

    def excerpt(self, numbers: Iterable[int]) -> Sections:
        """The same text with some of its shots alone, in order."""
        return Sections(self.head, tuple(self.shots[number] for number in numbers), self.tail)

    def tail_line(self) -> int:
        """The line on which the tail begins, or would."""
        before = b"".join([self.head, *self.shots])
        return 1 + before.count(b"\n") + (not before.endswith(b"\n"))

    def lines(self) -> list[int]:
        """The line on which each shot's section begins, and then the tail's, were there one."""
        return [*self.first_lines(), self.tail_line()]

    def mover(self, numbers: Sequence[int], *, file: str) -> Callable[[Place], Place]:
        """What tells of a place in the excerpt of some shots where it stands in the whole text, which is that of `file`."""
        lines = self.lines()
        whole = [*(lines[number] for number in numbers), lines[-1]]
        return mover(self.excerpt(numbers).lines(), whole, numbers=numbers, file=file)

    @property
    def content(self) -> bytes:
        return b"".join([self.head, *self.shots, self.tail])


def mover(
    before: Sequence[int], after: Sequence[int], *, numbers: Sequence[int], file: str
) -> Callable[[Place], Place]:
    """What tells of a place in a text of `file` where it stands in another one that has the same text around the shots.

    `before` are the lines on which the sections and then the tail begin, `after` the lines on which the very same do in the other
    text, where the shots have these `numbers`.
    """

    def move(place: Place) -> Place:
        part = bisect_right(before, place.line) - 1
        if part < 0 or place.file != file:
            return place
        path = place.path
        if part < len(numbers):
            path = path.replace(f"$.shots[{part}]", f"$.shots[{numbers[part]}]", 1)
        return place._replace(line=place.line - before[part] + after[part], path=path)

    return move


def cut_sections(content: bytes) -> Sections | None:
    """The sections of a text as its dashes suggest, to be held against a parser by `fit`."""
    opening = _OPENING.search(content)
    first = opening and _FIRST.search(content, opening.end())
    if not first or _has_lone_return(content) or _nodes_at_most(content) > NODES_MAX:
        return None
    tail = (_TAIL if first[1] else _TAIL_BESIDE_DASHES).search(content, first.end())
    end = tail.end() if tail else len(content)
    dash = re.compile(rb"\n(?=" + first[1] + rb"-[ \r\n])")
    starts = [first.start(), *(found.end() for found in dash.finditer(content, first.end(), end))]
    shots = [content[start:stop] for start, stop in zip(starts, [*starts[1:], end], strict=True)]
    return Sections(content[: starts[0]], tuple(shots), content[end:])


class Outline(Row):
    """Where the entries of `shots` begin and end in a text of so many characters, and the form of each. A tree is a hundred times as large."""

    characters: int
    shots: tuple[tuple[int, int], ...]
    forms: tuple[str, ...]


def outline_of(document: Document) -> Outline:
    """The outline of a document; without entries where `shots` is no list."""
    shots = document.node(("shots",))
    nodes = shots.nodes if isinstance(shots, Items) else ()
    places = tuple((node.start, _end(node)) for node in nodes)
    return Outline(len(document.text.own.content), places, tuple(form_of(node.value) for node in nodes))


def fit(sections: Sections, outline: Outline) -> bool:
    """Whether the parser of these sections' text saw each shot in a section of its own, and nothing reaches out."""
    if len(outline.shots) != len(sections.shots) or _REACHING.search(sections.content):
        return False
    place = outline.characters - len((b"".join(sections.shots) + sections.tail).decode())
    for section, (start, end) in zip(sections.shots, outline.shots, strict=True):
        after = place + len(section.decode())
        if not (place <= start and end <= after):
            return False
        place = after
    return True


def _end(node: Node) -> int:
    """Where the last thing of a node ends; what is not last ends before, since nothing is shared or taken in."""
    end = node.end
    while not isinstance(node, Scalar):
        below = _last(node)
        if below is None:
            return end
        node = below
        end = max(end, node.end)
    return end


def _last(node: Fields | Items) -> Node | None:
    nodes: Sequence[Node] = (
        node.nodes if isinstance(node, Items) else [entry.node for entry in node.entries.values()]
    )
    return nodes[-1] if nodes else None


def _has_lone_return(content: bytes) -> bool:
    return content.count(b"\r") != content.count(b"\r\n")


def _nodes_at_most(content: bytes) -> int:
    return 2 + NODES_PER_SIGN * sum(map(content.count, (b":", b"-", b",", b"?", b"[", b"{")))
