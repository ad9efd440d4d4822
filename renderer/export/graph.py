"""The film as a graph: inputs, takes, what the cut shows of them, the film; for Graphviz and for Mermaid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from renderer.export.plain import one_line
from renderer.export.timeline import Event, Timeline, Version
from renderer.row import Row

LABEL_MAX = 60


class Node(Row):
    """A thing that is made, or needed: `kind` is `input`, `take`, `segment` or `film`. `is_there` where its bytes are."""

    id: str
    kind: str
    label: str
    is_there: bool = True


class Graph(Row):
    """Nodes, and edges from what is needed to what is made of it, each once, in cut order."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]


def graph_of(timelines: Sequence[Timeline]) -> Graph:
    """The graph of some films; a take that several show stands in it once."""
    book = _Book()
    for number, timeline in enumerate(timelines, start=1):
        film = f"film{number}"
        book.nodes[film] = Node(film, "film", timeline.file, not timeline.missing)
        for place, event in enumerate(timeline.events, start=1):
            book.slot(f"s{number}_{place}", event, film=film)
        for sound in timeline.sounds:
            book.sound(sound.track, film=film)
    shown = (event for timeline in timelines for event in timeline.events if event.ground is None)
    for event in shown:
        book.chain(event.shown.shot, book.version(event.shown))
    return Graph(tuple(book.nodes.values()), tuple(book.edges))


class _Book:
    """Nodes by id, edges, and the id of each version and input met so far."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str], None] = {}
        self.ids: dict[tuple[str, ...], str] = {}

    def slot(self, name: str, event: Event, *, film: str) -> None:
        if event.ground is not None:
            label = f"card of {event.frames} frames, {event.shown.shot}"
            self.nodes[name] = Node(name, "segment", label)
            self.edges[name, film] = None
            return
        how = f", {event.motion.words}" if event.motion.words else ""
        label = f"{event.frames} frames from {event.motion.shows(event.first)}{how}"
        self.nodes[name] = Node(name, "segment", label, event.shown.clip is not None)
        for version in event.versions or (event.shown,):
            take = self.version(version)
            if version is event.shown:
                self.edges[take, name] = None
        self.edges[name, film] = None

    def sound(self, track: str, *, film: str) -> None:
        self.edges[self._node("i", ("track", track), "input", f"track {track}", is_there=True), film] = None

    def version(self, version: Version) -> str:
        label = f"{version.shot}, {version.label}" + (f", {version.model}" if version.model else "")
        name = self._node(
            "t", (version.shot, version.label), "take", label, is_there=version.clip is not None
        )
        for parent in version.parents:
            frame = self._node("c", (parent,), "segment", f"a frame of {parent}", is_there=True)
            self.edges[frame, name] = None
        for role, digest in _inputs(version):
            self.edges[self._node("i", (digest,), "input", f"{role} {digest}", is_there=True), name] = None
        return name

    def chain(self, shot: str, shown: str) -> None:
        """Let frames of a shot come from what the film shows of it."""
        frame = self.ids.get(("c", shot))
        if frame:
            self.edges[shown, frame] = None

    def _node(self, prefix: str, what: tuple[str, ...], kind: str, label: str, *, is_there: bool) -> str:
        key = (prefix, *what)
        if key not in self.ids:
            self.ids[key] = f"{prefix}{len(self.ids) + 1}"
            self.nodes[self.ids[key]] = Node(self.ids[key], kind, label, is_there)
        return self.ids[key]


def _inputs(version: Version) -> Iterator[tuple[str, str]]:
    """The role and the start of the digest of each medium that was asked with; frames of other shots are none."""
    inputs = version.request.get("inputs")
    for role, given in inputs.items() if isinstance(inputs, Mapping) else ():
        for one in given if isinstance(given, list | tuple) else [given]:
            if "frame" not in one:
                yield role, str(one.get("sha256", ""))[:8]


def to_dot(timelines: Sequence[Timeline]) -> str:
    """The graph in Graphviz's language; what is not there yet is dashed."""
    graph = graph_of(timelines)
    return "\n".join(["digraph film {", "  rankdir=LR;", *_dot_lines(graph), "}", ""])


def _dot_lines(graph: Graph) -> Iterator[str]:
    shapes = {"input": "note", "take": "box", "segment": "cds", "film": "doubleoctagon"}
    for node in graph.nodes:
        dashed = "" if node.is_there else ", style=dashed"
        yield f'  {node.id} [shape={shapes[node.kind]}, label="{_dot(node.label)}"{dashed}];'
    yield from (f"  {start} -> {end};" for start, end in graph.edges)


def _dot(text: str) -> str:
    # A backslash begins an escape of Graphviz's own, `\N` among them.
    return _short(text).replace("\\", "\\\\").replace('"', '\\"')


def to_mermaid(timelines: Sequence[Timeline]) -> str:
    """The graph in Mermaid's language; what is not there yet is dashed."""
    graph = graph_of(timelines)
    return "\n".join(["flowchart LR", *_mermaid_lines(graph), ""])


def _mermaid_lines(graph: Graph) -> Iterator[str]:
    shapes = {"input": ("[/", "/]"), "take": ("[", "]"), "segment": ("(", ")"), "film": ("[[", "]]")}
    for node in graph.nodes:
        before, after = shapes[node.kind]
        yield f'  {node.id}{before}"{_mermaid(node.label)}"{after}'
    yield from (f"  {start} --> {end}" for start, end in graph.edges)
    absent = [node.id for node in graph.nodes if not node.is_there]
    if absent:
        yield "  classDef absent stroke-dasharray: 4"
        yield f"  class {','.join(absent)} absent"


def _mermaid(text: str) -> str:
    # Everything that is neither letter, digit nor harmless is written by its number; `#` begins such a number.
    return "".join(one if one.isalnum() or one in " ,._-@/" else f"#{ord(one)};" for one in _short(text))


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LABEL_MAX else f"{line[: LABEL_MAX - 1]}…"
