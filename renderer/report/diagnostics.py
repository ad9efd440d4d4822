"""A diagnostic as text with the source line and a caret, as a GitHub annotation, and as JSON.

Columns of a diagnostic count characters; columns on a terminal do not: wide characters take two, combining ones
none, tabs some. What the text holds that could steer a terminal, or turn its writing round, is shown as a sign.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from renderer.diagnostic import Diagnostic, Place
from renderer.model import Json
from renderer.report.visible import visible

WIDTH_MAX = 100
LEAD_MAX = 40
SCOPE = 2 * WIDTH_MAX  # characters looked at on either side, however long the line
TAB = "    "
_LINE_BREAK = re.compile("\r\n|\r|\n")
_RESET, _BOLD, _BLUE, _CYAN = "\x1b[0m", "\x1b[1m", "\x1b[1;34m", "\x1b[36m"
_SEVERITY = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m"}


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place to underline, with which sign and which words after it."""

    place: Place
    sign: str
    words: str = ""


def render_text(diagnostic: Diagnostic, *, source: str | None, colour: bool) -> str:
    """The whole message, without a final newline. `source` is the text of the file, None where it cannot be shown."""
    paint = _Paint(colour, _SEVERITY[diagnostic.severity])
    head = f"{diagnostic.severity}[{diagnostic.code}]"
    lines = [f"{paint.loud(head)}{paint.bold(f': {visible(diagnostic.message)}')}"]
    marks, elsewhere = _marks(diagnostic, source)
    if place := diagnostic.place:
        shown = [mark.place.line for mark in marks] or [place.line]
        gutter = len(str(max(shown)))
        path = "" if place.path == "$" else f"  {visible(place.path)}"
        lines.append(f"{' ' * gutter}{paint.blue('-->')} {_where(place)}{path}")
        if source is not None and marks:
            lines += _snippet(marks, _split(source), gutter=gutter, paint=paint)
    lines += [f"{paint.bold('note')}: {visible(note)}" for note in (*elsewhere, *diagnostic.notes)]
    if diagnostic.hint:
        lines += ["", f"{paint.cyan('hint')}: {visible(diagnostic.hint)}"]
    return "\n".join(lines)


def render_place(place: Place, *, source: str | None, colour: bool) -> list[str]:
    """A place as `file:line:column`, with its line and a caret where the text of the file can be shown."""
    paint = _Paint(colour, _BOLD)
    shown = source is not None and place.line <= len(_split(source))
    gutter = len(str(place.line))
    lines = [f"{' ' * gutter}{paint.blue('-->')} {_where(place)}  {visible(place.path)}"]
    if source is not None and shown:
        lines += _snippet([_Mark(place, "^")], _split(source), gutter=gutter, paint=paint)
    return lines


def render_github(diagnostic: Diagnostic) -> str:
    """One workflow command that puts the diagnostic beside the line in a pull request.

    Escaped as GitHub's toolkit does: `@actions/core`, `command.ts`.

    >>> render_github(Diagnostic("S201", "the storyboard is empty", Place("a.yaml", 1, 1, 1)))
    '::error file=a.yaml,line=1,col=1,endColumn=1,title=S201::the storyboard is empty'
    """
    place, fields = diagnostic.place, []
    if place:
        fields = [
            f"file={_property(place.file)}",
            f"line={place.line}",
            f"col={place.column}",
            f"endColumn={place.end_column}",
        ]
    fields.append(f"title={_property(diagnostic.code)}")
    hint = [f"hint: {diagnostic.hint}"] if diagnostic.hint else []
    message = "\n".join([diagnostic.message, *diagnostic.notes, *hint])
    return f"::{diagnostic.severity} {','.join(fields)}::{_escaped(message)}"


def to_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """The diagnostic as one JSON object. Lines and columns count from 1, columns in characters."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **_place_json(diagnostic.place),
        "hint": diagnostic.hint,
        "notes": list(diagnostic.notes),
        "related": [{**_place_json(place), "message": words} for place, words in diagnostic.related],
    }


@dataclass(frozen=True, slots=True)
class _Paint:
    """Colours, or none."""

    on: bool
    severity: str

    def loud(self, text: str) -> str:
        return self._in(self.severity, text)

    def bold(self, text: str) -> str:
        return self._in(_BOLD, text)

    def blue(self, text: str) -> str:
        return self._in(_BLUE, text)

    def cyan(self, text: str) -> str:
        return self._in(_CYAN, text)

    def _in(self, code: str, text: str) -> str:
        return f"{code}{text}{_RESET}" if self.on else text


def _marks(diagnostic: Diagnostic, source: str | None) -> tuple[list[_Mark], list[str]]:
    """The places to show in the text, in its order, and those to name because they cannot be shown."""
    place = diagnostic.place
    if place is None or source is None or place.line > len(_split(source)):
        return [], [f"{words}: {_where(other)}" for other, words in diagnostic.related]
    here = [_Mark(place, "^")]
    elsewhere = []
    for other, words in diagnostic.related:
        if other.file == place.file:
            here.append(_Mark(other, "-", visible(words)))
        else:
            elsewhere.append(f"{words}: {_where(other)}")
    return sorted(here, key=lambda mark: (mark.place.line, mark.place.column)), elsewhere


def _snippet(marks: list[_Mark], lines: list[str], *, gutter: int, paint: _Paint) -> Iterator[str]:
    bar = paint.blue("|")
    yield f"{' ' * gutter} {bar}"
    shown = 0
    for mark in marks:
        number = mark.place.line
        text, underline = _window(lines[number - 1], mark)
        if shown and number > shown + 1:
            yield paint.blue("...")
        if number != shown or text.startswith("…") or text.endswith("…"):
            yield f"{paint.blue(f'{number:>{gutter}}')} {bar} {text}".rstrip()
        tint = paint.loud if mark.sign == "^" else paint.blue
        yield f"{' ' * gutter} {bar} {' ' * underline.start}{tint(underline.text)}"
        shown = number


@dataclass(frozen=True, slots=True)
class _Underline:
    start: int
    text: str


def _window(line: str, mark: _Mark) -> tuple[str, _Underline]:
    """The part of a line around a mark that fits `WIDTH_MAX` columns, and the underline below it."""
    offset = max(0, mark.place.column - 1 - SCOPE)
    scope = line[offset : mark.place.column + SCOPE]
    cells = [TAB if character == "\t" else visible(character) for character in scope]
    first = min(mark.place.column - 1 - offset, len(cells))
    last = max(first, min(mark.place.end_column - 1 - offset, len(cells)))
    before, after = _width(cells[:first]), _width(cells[first:])
    length = _width(cells[first:last])
    kept_before = min(LEAD_MAX, max(0, WIDTH_MAX - 2 - length))
    cut, lead = 0, ""
    if before + after > WIDTH_MAX:
        while before > kept_before and cut < first and before + after > WIDTH_MAX - 1:
            before -= _width(cells[cut : cut + 1])
            cut += 1
        lead = "…" if cut else ""
    kept: list[str] = []
    width = len(lead)
    for cell in cells[cut:]:
        width += _width([cell])
        if width > WIDTH_MAX - 1 and len(kept) < len(cells) - cut - 1:
            kept.append("…")
            break
        kept.append(cell)
    length = _width(kept[first - cut : last - cut])
    underline = mark.sign * max(1, length)
    return lead + "".join(kept), _Underline(
        len(lead) + _width(kept[: first - cut]), f"{underline} {mark.words}".rstrip()
    )


def _width(cells: list[str]) -> int:
    return sum(map(_columns, "".join(cells)))


@lru_cache(maxsize=1024)
def _columns(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


@lru_cache(maxsize=4)
def _split(source: str) -> list[str]:
    return _LINE_BREAK.split(source.removeprefix("\ufeff"))


def _where(place: Place) -> str:
    return f"{visible(place.file)}:{place.line}:{place.column}"


def _place_json(place: Place | None) -> dict[str, Json]:
    return {
        "file": place and place.file,
        "line": place and place.line,
        "column": place and place.column,
        "end_column": place and place.end_column,
        "path": place and place.path,
    }


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
