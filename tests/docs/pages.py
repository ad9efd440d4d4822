"""The pages of the project as values: fenced blocks, headings, links and tables, read from Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/*.md")))
FENCE = re.compile(r"^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(?P<depth>#{1,6}) (?P<title>.+)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, what stands in it, and the line of the page at which that begins."""

    language: str
    text: str
    line: int


def blocks(page: str, *languages: str) -> list[Block]:
    """The fenced blocks in some languages, in order."""
    return [
        Block(found["language"], found["text"], page.count("\n", 0, found.start("text")) + 1)
        for found in FENCE.finditer(page)
        if found["language"] in languages
    ]


def prose(page: str) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", page)


def sections(page: str) -> dict[str, str]:
    """The text below each heading, up to the next heading of any depth, fenced blocks left out."""
    text = prose(page)
    found = list(HEADING.finditer(text))
    ends = [heading.start() for heading in found[1:]] + [len(text)]
    return {heading["title"]: text[heading.end() : end] for heading, end in zip(found, ends, strict=True)}


def anchors(page: str) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    titles = (heading["title"] for heading in HEADING.finditer(prose(page)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(page: str) -> Iterator[str]:
    """The targets of all links and images, in order."""
    return (found["target"] for found in LINK.finditer(prose(page)))


def rows(section: str) -> list[list[str]]:
    """The rows of the tables in a section, without their heads; a cell is its text, stripped."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    heads = {number - 1 for number, row in enumerate(table) if set("".join(row)) <= set("-: ")}
    return [row for number, row in enumerate(table) if number not in heads and set("".join(row)) - set("-: ")]


def code_words(text: str) -> list[str]:
    """What stands between back-ticks."""
    return CODE.findall(text)
