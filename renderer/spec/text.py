"""Bytes to text: the encoding, the size and the characters of a storyboard, and places within it.

Refuses what no editor shows faithfully: other encodings than UTF-8, control characters, and the Unicode
line separators that YAML 1.1 parsers count as line breaks and editors do not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import islice

from renderer.diagnostic import Diagnostic, Place
from renderer.errors import SpecError
from renderer.row import Row

SIZE_MAX_BYTES = 16 << 20
CHARACTER_FAULTS_MAX = 20
UTF8_BOM = b"\xef\xbb\xbf"
OTHER_BOMS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
# C0 and C1 but tab and line breaks, the Unicode separators, surrogates, the byte order mark, non-characters.
FORBIDDEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff]"
)
_LINE_BREAK = re.compile("\r\n|\r|\n")
_CHARACTER_NAMES = {
    0x00: "NUL",
    0x1B: "escape",
    0x2028: "line separator",
    0x2029: "paragraph separator",
    0xFEFF: "byte order mark",
}

Path = tuple[str | int, ...]


class Part(Row):
    """One file's text within that of several: where it begins, its folder, and the number of its first shot."""

    start: int
    text: Text
    folder: str
    first_shot: int


class Text:
    """A storyboard's text, without a byte order mark, and the name that diagnostics call its file by.

    With `parts`, by `start`, it is the texts of several files one behind the other; places are then in those.
    """

    def __init__(self, file: str, content: str, parts: tuple[Part, ...] = ()) -> None:
        self.file = file
        self.content = content
        self.parts = parts

    @property
    def own(self) -> Text:
        """The storyboard's own text, without what it includes."""
        return self.parts[0].text if self.parts else self

    @cached_property
    def folders(self) -> dict[str, str]:
        """The folder of each included file, relative to the storyboard's own, by what diagnostics call it."""
        return {part.text.file: part.folder for part in self.parts}

    @cached_property
    def line_starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_BREAK.finditer(self.content))]

    def place(self, start: int, end: int, path: Path = ()) -> Place:
        """The place of the characters from `start` to `end`, cut at the end of its first line."""
        if self.parts:
            part = self.parts[bisect_right(self.parts, start, key=lambda part: part.start) - 1]
            return part.text.place(start - part.start, end - part.start, _within(path, part))
        line = bisect_right(self.line_starts, start)
        line_start = self.line_starts[line - 1]
        broken = _LINE_BREAK.search(self.content, start, end)
        end = broken.start() if broken else min(end, len(self.content))
        return Place(self.file, line, start - line_start + 1, end - line_start + 1, json_path(path))


def _within(path: Path, part: Part) -> Path:
    """A path of the whole as one of its own file, where shots are counted from its first."""
    if len(path) > 1 and path[0] == "shots" and isinstance(path[1], int):
        return ("shots", path[1] - part.first_shot, *path[2:])
    return path


def decode(content: bytes, *, file: str) -> Text:
    """The text of a storyboard file. Raises `SpecError`: S101 size, S102 and S103 encoding, S104 characters."""
    top = Place(file, 1, 1, 1)
    if len(content) > SIZE_MAX_BYTES:
        message = f"the file is larger than {SIZE_MAX_BYTES >> 20} MiB, the most that a storyboard may have"
        raise SpecError([Diagnostic("S101", message, top, hint="is this a storyboard, or a clip?")])
    if encoding := next((name for bom, name in OTHER_BOMS.items() if content.startswith(bom)), None):
        message = f"the file is {encoding}, not UTF-8"
        raise SpecError([Diagnostic("S103", message, top, hint="save it as UTF-8")])
    body = content.removeprefix(UTF8_BOM)
    try:
        text = Text(file, body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SpecError([_not_utf8(body, error.start, file)]) from error
    found = islice(FORBIDDEN.finditer(text.content), CHARACTER_FAULTS_MAX)
    if faults := [_forbidden(text, character) for character in found]:
        raise SpecError(faults)
    return text


def describe_character(character: str) -> str:
    """A character that cannot be shown, by number and name.

    >>> describe_character(chr(0))
    'U+0000 (NUL)'
    """
    point = ord(character)
    other = "half of a surrogate pair" if 0xD800 <= point <= 0xDFFF else "control character"
    return f"U+{point:04X} ({_CHARACTER_NAMES.get(point, other)})"


def json_path(path: Path) -> str:
    """The JSON path of a node.

    >>> json_path(("shots", 2, "params", "cfg scale"))
    '$.shots[2].params["cfg scale"]'
    """
    return "$" + "".join([f"[{step}]" if isinstance(step, int) else _named(step) for step in path])


@lru_cache(maxsize=1024)
def _named(step: str) -> str:
    return f".{step}" if step.replace("-", "_").isidentifier() else f'["{step}"]'


def _forbidden(text: Text, found: re.Match[str]) -> Diagnostic:
    return Diagnostic(
        "S104",
        f"the character {describe_character(found.group())} cannot stand in a storyboard",
        text.place(found.start(), found.end()),
        hint="delete it; editors rarely show it",
    )


def _not_utf8(body: bytes, offset: int, file: str) -> Diagnostic:
    readable = Text(file, body[:offset].decode("utf-8"))
    start = len(readable.content)
    place = readable.place(start, start)
    return Diagnostic(
        "S102",
        f"byte 0x{body[offset]:02X} is not UTF-8",
        Place(file, place.line, place.column, place.column + 1),
        hint="save the file as UTF-8",
    )
