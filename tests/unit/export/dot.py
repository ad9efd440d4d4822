"""Graphviz's language, read as strictly as its grammar says (graphviz.org/doc/info/lang.html, read 2026-11); what it lacks is a `ValueError`."""

from __future__ import annotations

import re
from typing import NamedTuple

TOKEN = re.compile(
    r"""\s*(?: (?P<arrow>->) | (?P<sign>[{}\[\];,=])
      | (?P<id>[A-Za-z_\u0080-\uffff][\w]*|-?(?:\.\d+|\d+(?:\.\d*)?)) | "(?P<text>(?:[^"\\\n]|\\.)*)" )""",
    re.VERBOSE,
)
KEYWORDS = {"node", "edge", "graph", "digraph", "subgraph", "strict"}


class Dot(NamedTuple):
    """A directed graph: the attributes of each node in order, and its edges."""

    nodes: dict[str, dict[str, str]]
    edges: list[tuple[str, str]]


def parse_dot(text: str) -> Dot:
    """The graph of a text that is one `digraph` of plain statements, each with its semicolon."""
    tokens = _tokens(text)
    _take(tokens, "digraph", None, "{")
    found = Dot({}, [])
    while tokens[0] != "}":
        _statement(tokens, found)
    _take(tokens, "}")
    if tokens:
        raise ValueError(f"something comes after the graph: {tokens}")
    return found


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"no token at {text[place : place + 20]!r}")
        quoted = match["text"]
        found.append(match[0].strip() if quoted is None else f'"{quoted}')
        place = match.end()
    return found


def _statement(tokens: list[str], found: Dot) -> None:
    name = _id(tokens)
    if tokens[0] == "=":
        _take(tokens, "=")
        _id(tokens)
    elif tokens[0] == "->":
        _take(tokens, "->")
        found.edges.append((name, _id(tokens)))
    else:
        if name in found.nodes:
            raise ValueError(f"the node {name} is told twice")
        found.nodes[name] = _attributes(tokens)
    _take(tokens, ";")


def _attributes(tokens: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    _take(tokens, "[")
    while tokens[0] != "]":
        if found:
            _take(tokens, ",")
        name = _id(tokens)
        _take(tokens, "=")
        found[name] = _id(tokens)
    _take(tokens, "]")
    return found


def _id(tokens: list[str]) -> str:
    token = tokens.pop(0)
    if token.startswith('"'):
        return re.sub(r'\\(["\\])', r"\1", token[1:])
    if token in KEYWORDS or not (token[0].isalnum() or token[0] in "_.-"):
        raise ValueError(f"`{token}` is no name")
    return token


def _take(tokens: list[str], *wanted: str | None) -> None:
    for word in wanted:
        token = tokens.pop(0) if tokens else ""
        if word is not None and token != word:
            raise ValueError(f"`{token}` stands where `{word}` belongs")
