"""Variables: `${name}`, `${name:-words}` and `$${` in text, and what they come to.

Refuses loops (the whole loop is shown), unknown names without `:-`, braces that do not close, and text that
variables of variables blow up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from types import MappingProxyType

from renderer.diagnostic import Place
from renderer.row import Row
from renderer.spec.distance import hint_for
from renderer.spec.document import Document
from renderer.spec.nodes import Fields, Scalar
from renderer.spec.problems import Problems
from renderer.spec.text import Path
from renderer.spec.wording import listed, shorten
from renderer.storyboard import Asked, Span

TEXT_MAX_CHARACTERS = 100_000
ALL_TEXT_MAX_CHARACTERS = 32_000_000
PLACES_MAX = 100
SPANS_MAX = 100
NAMES_SHOWN_MAX = 12
_TOKEN = re.compile(r"\$\$\{|\$\{(?P<body>[^{}]*)\}|\$\{")
_BODY = re.compile(r"\s*(?P<name>[A-Za-z_][A-Za-z0-9_-]*?)\s*(?::-(?P<otherwise>.*))?", re.DOTALL)


class Reference(Row):
    """A `${…}` in a text: its name (None where there is none to read), what it is otherwise, how it is written."""

    name: str | None
    otherwise: str | None
    written: str


class Filled(Row):
    """A text with its variables put in, and the places that it is made of: its own, then the variables'.

    `spans` are its pieces in order, each with its place, as far as there are not too many.
    """

    text: str
    places: tuple[Place, ...]
    spans: tuple[Span, ...] = ()


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[str | Reference, ...]:
    """A text as literals and references, in order.

    >>> pieces("a ${ship:-boat} for $${5}")
    ('a ', Reference(name='ship', otherwise='boat', written='${ship:-boat}'), ' for ${5}')
    """
    found: list[str | Reference] = []
    literal, position = "", 0
    for token in _TOKEN.finditer(text):
        literal += text[position : token.start()]
        position = token.end()
        if token.group() == "$${":
            literal += "${"
            continue
        if literal:
            found.append(literal)
        found.append(_reference(token))
        literal = ""
    literal += text[position:]
    return (*found, literal) if literal else tuple(found)


def _reference(token: re.Match[str]) -> Reference:
    body = _BODY.fullmatch(token["body"]) if token["body"] is not None else None
    if body is None:
        return Reference(None, None, token.group())
    return Reference(body["name"], body["otherwise"], token.group())


NO_VARIABLES: Mapping[str, Filled] = MappingProxyType({})


class Variables:
    """The variables of one storyboard, resolved; what texts ask for is counted, from one call of `asked` to the next.

    `near` are those of the shot at hand alone, which win. `characters` is what texts elsewhere have come to already.
    """

    def __init__(
        self, document: Document, problems: Problems, *, faults: tuple[Path, ...] = (), characters: int = 0
    ) -> None:
        self.document = document
        self.problems = problems
        self.used: set[str] = set()
        self.near = NO_VARIABLES
        self._asked: set[str] = set()
        self._characters = 0
        self.written = _written(document)
        self._excused = {fault[:2] for fault in faults}
        self.values: dict[str, Filled] = {}
        self._characters_left = ALL_TEXT_MAX_CHARACTERS - characters
        for name in self.written:
            self._resolve(name)

    def asked(self) -> Asked:
        """What texts asked for since the last call; all of it is among `used` from then on."""
        asked = Asked(tuple(sorted(self._asked)), self._characters)
        self.used |= self._asked
        self._asked, self._characters = set(), 0
        return asked

    def fill(self, node: Scalar, path: Path) -> Filled:
        """A text node with its variables put in; tells what is wrong with it (S213, S214, S216)."""
        text, place = str(node.value), self.document.place_of(node, path)
        if "${" not in text:
            return Filled(text, (place,), (Span(text, place),))
        parts: list[str] = []
        spans: list[Span] = []
        places: dict[Place, None] = {place: None}
        for piece in pieces(text):
            if isinstance(piece, str):
                parts.append(piece)
                spans.append(Span(piece, place))
                continue
            value = self.value_of(piece, node, path)
            parts.append(value.text)
            spans.extend(value.spans or [Span(value.text, place)])
            del spans[SPANS_MAX:]
            places.update(dict.fromkeys(value.places))
        size = sum(map(len, parts))
        self._characters += size
        self._characters_left -= size
        if size > TEXT_MAX_CHARACTERS or self._characters_left < 0:
            message = f"variables make this text longer than {TEXT_MAX_CHARACTERS} characters"
            self.problems.add("S216", message, place, hint="variables of variables multiply")
            parts.clear()
        return Filled("".join(parts), tuple(islice(places, PLACES_MAX)), tuple(spans))

    def value_of(
        self, reference: Reference, node: Scalar, path: Path, *, others: tuple[str, ...] = ()
    ) -> Filled:
        """What a reference comes to; where something is wrong with it, nothing. `others` may have been meant too."""
        if reference.name is None:
            self._tell_malformed(reference, node, path)
            return Filled("", ())
        if own := self.near.get(reference.name):
            return own if own.text else Filled(reference.otherwise or "", own.places)
        self._asked.add(reference.name)
        known = self.values.get(reference.name)
        if known is None and reference.otherwise is None and not self._is_excused(reference.name):
            self._tell_unknown(reference, node, path, others)
        places = known.places if known else ()
        return known if known and known.text else Filled(reference.otherwise or "", places)

    def _is_excused(self, name: str) -> bool:
        """Whether a name is there, but its value is at fault, which has been told."""
        return name in self.written or not self._excused.isdisjoint([("vars",), ("vars", name)])

    def _resolve(self, name: str) -> None:
        """Resolve a variable after all that it holds, in a walk without recursion."""
        trail = {name: self._asked_by(name)}
        while trail:
            top, asked = next(reversed(trail.items()))
            below = next((ask for ask in asked if ask not in self.values), None)
            if below is None:
                del trail[top]
                path = ("vars", top)
                node = self.document.node(path)
                if top not in self.values and isinstance(node, Scalar):
                    self.values[top] = self.fill(node, path)
            elif below in trail:
                names = [*trail]
                self._tell_loop(names[names.index(below) :])
            else:
                trail[below] = self._asked_by(below)

    def _asked_by(self, name: str) -> Iterator[str]:
        for piece in pieces(self.written[name]):
            if isinstance(piece, Reference) and piece.name in self.written:
                yield piece.name

    def _tell_loop(self, names: list[str]) -> None:
        chain = " → ".join(f"`{name}`" for name in [*names, names[0]])
        place = self.document.place(("vars", names[0]))
        related = [(self.document.place(("vars", name)), "part of the loop") for name in names[1:]]
        self.problems.add("S215", f"variables hold one another: {chain}", place, related=related)
        self._asked.update(names)
        self.values.update(dict.fromkeys(names, Filled("", ())))

    def _tell_unknown(self, reference: Reference, node: Scalar, path: Path, others: tuple[str, ...]) -> None:
        name = reference.name or ""
        names = [*others, *self.near, *self.written]
        notes = [f"names here: {listed(names)}"] if 0 < len(names) <= NAMES_SHOWN_MAX else []
        unset = self.document.node(("vars", name)) is not None
        hint = (
            f"`{name}` has no value in `vars`: give it one"
            if unset
            else hint_for(name, names) or f"add `{name}` to `vars`, or write `$${{` for a plain `${{`"
        )
        place = self._place_of(reference, node, path)
        self.problems.add("S213", f"unknown variable `{name}`", place, notes=notes, hint=hint)

    def _tell_malformed(self, reference: Reference, node: Scalar, path: Path) -> None:
        place = self._place_of(reference, node, path)
        if reference.written == "${":
            message, hint = "this `${` has no `}`", "write `$${` for a plain `${`"
        else:
            message = f"`{shorten(reference.written)}` names no variable"
            hint = "names are letters, digits, `_` and `-`, and begin with a letter"
        self.problems.add("S214", message, place, hint=hint)

    def _place_of(self, reference: Reference, node: Scalar, path: Path) -> Place:
        text = self.document.text
        start = text.content.find(reference.written, node.start, node.end)
        if start < 0:
            return text.place(node.start, node.end, path)
        return text.place(start, start + len(reference.written), path)


def _written(document: Document) -> dict[str, str]:
    node = document.node(("vars",))
    entries = node.entries if isinstance(node, Fields) else {}
    return {name: str(entry.node.value) for name, entry in entries.items() if entry.node.value is not None}
