"""The border to PyYAML: parser events of a text, from libyaml where it is there, and its errors in our words.

Refuses to let a YAML error through untranslated: each becomes one diagnostic at the token that a reader would
point at, which for a bracket or quote without an end is where it opens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from renderer.diagnostic import Diagnostic
from renderer.spec.text import Text

if TYPE_CHECKING:
    import yaml

_MERGE_MARKS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_INDENT = re.compile(r"[ \t]*")
_TIGHT = re.compile(r"\s*(?:- )?[\w-]+(?P<colon>:)[^\s]*\Z")
_COLON_HINT = "put quotes around text that holds `: `, or write it after `>` on lines of its own"


def events_of(text: Text, *, pure: bool = False) -> Iterator[Any]:
    """The events of a text, lazily; raises `yaml.MarkedYAMLError`. `pure` leaves libyaml aside."""
    parser = _parser(pure=pure)(text.content)
    while (event := parser.get_event()) is not None:
        yield event


def syntax_problem(text: Text, error: yaml.MarkedYAMLError) -> Diagnostic:
    """What a parser's error means to an author: S104 to S109."""
    assert error.problem_mark, "BUG: a YAML error without a place"
    offset = min(error.problem_mark.index, len(text.content))
    opened = error.context_mark.index if error.context_mark else offset
    problem, context = error.problem or "", error.context or ""
    tab = _tab_at(text, offset)
    if tab is not None:
        return _tab(text, tab)
    for pattern, explain in _EXPLANATIONS:
        if re.search(pattern, f"{context}; {problem}"):
            return explain(text, opened, offset)
    plain = re.sub(r"[<>]", "", problem)
    return _at(text, offset, "S106", f"the YAML cannot be read: {plain}")


def _parser(*, pure: bool) -> Callable[[str], Any]:
    import yaml  # noqa: PLC0415 - 28 ms, and not needed where nothing is parsed

    if pure or not yaml.__with_libyaml__:
        return _pure_parser
    from yaml import cyaml  # noqa: PLC0415

    parser: Callable[[str], Any] = vars(cyaml)["CParser"]
    return parser


def _pure_parser(content: str) -> Any:
    from yaml.parser import Parser  # noqa: PLC0415
    from yaml.reader import Reader  # noqa: PLC0415
    from yaml.scanner import Scanner, ScannerError  # noqa: PLC0415

    class PureParser(Reader, Scanner, Parser):
        def __init__(self) -> None:
            Reader.__init__(self, content)
            Scanner.__init__(self)
            Parser.__init__(self)

        def scan_plain(self) -> Any:
            """A word, which libyaml lets no clinging `:` follow in brackets: what one parser refuses both do."""
            token = super().scan_plain()
            if self.flow_level and self.peek() == ":" and self.peek(1) in ",?[]{}":
                context, problem = "while scanning a plain scalar", "found unexpected ':'"
                raise ScannerError(context, token.start_mark, problem, self.get_mark())
            return token

    return PureParser()


def _tab_at(text: Text, offset: int) -> int | None:
    """Where the tab stands that a parser tripped over: at the offset, or in the indent of its line."""
    line_start = text.content.rfind("\n", 0, offset) + 1
    indent = _INDENT.match(text.content, line_start)
    if indent and "\t" in indent.group():
        return line_start + indent.group().index("\t")
    if text.content[offset : offset + 1] == "\t":
        return offset
    before = text.content[line_start:offset]
    return offset - 1 if re.search(r"(?:[:\-?]|^) *\t$", before) else None


def _tab(text: Text, tab: int) -> Diagnostic:
    line_start = text.content.rfind("\n", 0, tab) + 1
    indents = not text.content[line_start:tab].strip(" \t")
    tabs = re.compile("\t+").match(text.content, tab)
    end = tabs.end() if tabs else tab + 1
    if indents:
        return _at(text, tab, "S105", "a tab indents this line", end=end, hint="indent with spaces")
    return _at(text, tab, "S105", "a tab stands before a value", end=end, hint="write a space instead")


def _at(
    text: Text, offset: int, code: str, message: str, *, hint: str | None = None, end: int | None = None
) -> Diagnostic:
    return Diagnostic(code, message, text.place(offset, end or offset + 1), hint=hint)


def _unclosed(text: Text, opened: int, offset: int) -> Diagnostic:
    if text.content[offset - 1 : offset + 1] == "${":
        hint = "inside brackets, text that holds `${…}` needs quotes"
        return _at(text, offset - 1, "S106", "`${` opens a bracket here", end=offset + 1, hint=hint)
    mark = text.content[opened]
    found = text.content[offset : offset + 1].strip()
    line = text.place(offset, offset).line
    where = f"before `{found}` in line {line}" if found else "before the end of the file"
    closing = {"[": "]", "{": "}"}.get(mark, mark)
    message = f"the `{mark}` is not closed {where}"
    comma = ", or a `,` between two entries" if found and mark in "[{" else ""
    return _at(text, opened, "S107", message, hint=f"add the missing `{closing}`{comma}")


def _tight_colon(text: Text, _opened: int, offset: int) -> Diagnostic:
    hint = "write `name: value`, with a space after the `:`"
    return _at(text, offset, "S106", "a `:` without a space after it", hint=hint)


def _colon(text: Text, opened: int, offset: int) -> Diagnostic:
    above = text.content[: text.content.rfind("\n", 0, offset) + 1].rstrip()
    line_start = above.rfind("\n") + 1
    if tight := _TIGHT.match(
        above, line_start
    ):  # one word so far, of which only the next line's `:` makes a fault
        return _tight_colon(text, opened, tight.start("colon"))
    return _at(text, offset, "S106", "a `:` where no field can begin", hint=_COLON_HINT)


def _no_colon(text: Text, opened: int, _offset: int) -> Diagnostic:
    word = text.content[opened:].split("\n", 1)[0].rstrip()
    message = f"a field without `:`: `{word[:40]}`"
    is_merge = word.startswith(_MERGE_MARKS)
    hint = (
        "a merge left its marks: decide for one side, and delete them" if is_merge else "write `name: value`"
    )
    return _at(text, opened, "S106", message, end=opened + len(word), hint=hint)


def _indent(text: Text, _opened: int, offset: int) -> Diagnostic:
    line_start = text.content.rfind("\n", 0, offset) + 1
    if text.content[line_start:offset].strip(" "):
        hint = "put quotes around the whole value; a `'` inside `'…'` is written twice"
        return _at(text, offset, "S106", "text goes on after a value has ended", hint=hint)
    hint = "fields of one mapping, and items of one list, begin in the same column"
    return _at(text, offset, "S106", "this line is indented unlike its neighbours", hint=hint)


def _reserved(text: Text, _opened: int, offset: int) -> Diagnostic:
    mark = text.content[offset : offset + 1]
    return _at(text, offset, "S106", f"text cannot begin with `{mark}`", hint="put quotes around it")


def _escape(text: Text, _opened: int, offset: int) -> Diagnostic:
    start = text.content.rfind("\\", 0, offset + 1)
    mark = text.content[start : start + 2]
    hint = "write `\\\\` for a backslash, or use single quotes"
    return _at(text, start, "S106", f"`{mark}` is not an escape", end=start + 2, hint=hint)


def _surrogate(text: Text, opened: int, offset: int) -> Diagnostic:
    start = text.content.rfind("\\", 0, offset + 1)
    if start < 0:  # an escape of a tag's, with `%`
        return _at(
            text, opened, "S109", "a tag is cut short", hint="put quotes around text that begins with `!`"
        )
    escape = (re.match(r"\\[uUx][0-9a-fA-F]*", text.content[start:]) or ["\\"])[0]
    message = f"`{escape}` is half of a surrogate pair, or no character at all"
    hint = "write the character itself, or `\\U` and its eight digits"
    return _at(text, start, "S104", message, end=start + len(escape), hint=hint)


def _list_item(text: Text, _opened: int, offset: int) -> Diagnostic:
    return _at(text, offset, "S106", "a list item cannot begin here", hint="begin the list on the next line")


def _nothing(text: Text, _opened: int, offset: int) -> Diagnostic:
    mark = text.content[offset : offset + 1].strip()
    message = f"a value is missing before `{mark}`" if mark else "a value is missing"
    return _at(text, offset, "S106", message, hint="text that begins with a bracket or comma needs quotes")


def _anchor(text: Text, opened: int, _offset: int) -> Diagnostic:
    mark = text.content[opened]
    hint = f"put quotes around text that begins with `{mark}`"
    return _at(text, opened, "S106", f"`{mark}` without a name", hint=hint)


def _tag(text: Text, opened: int, _offset: int) -> Diagnostic:
    tag = (re.match(r"\S+", text.content[opened:]) or ["!"])[0]
    hint = "put quotes around text that begins with `!`"
    return _at(text, opened, "S109", f"unknown tag `{tag}`", end=opened + len(tag), hint=hint)


def _directive(text: Text, _opened: int, offset: int) -> Diagnostic:
    start = text.content.rfind("\n", 0, offset) + 1
    hint = "put quotes around text that begins with `%`"
    return _at(text, start, "S106", "unknown directive", end=start + 1, hint=hint)


def _second(text: Text, _opened: int, offset: int) -> Diagnostic:
    return _at(text, offset, "S106", "text goes on after the document has ended", hint="delete the `...`")


def _block_header(text: Text, opened: int, _offset: int) -> Diagnostic:
    mark = text.content[opened]
    hint = f"text after `{mark}` begins on the next line"
    return _at(text, opened, "S106", f"`{mark}` is followed by something else than a line break", hint=hint)


# By words that libyaml and PyYAML's own parser share, the more particular first.
_EXPLANATIONS: tuple[tuple[str, Callable[[Text, int, int], Diagnostic]], ...] = (
    (r"quoted scalar; found unexpected (end of stream|document)", _unclosed),
    (r"double-quoted scalar; expected escape|found unknown escape", _escape),
    (r"invalid Unicode character escape|escape sequence of \d+", _surrogate),
    (r"flow (sequence|mapping); (did not find )?expected", _unclosed),
    (r"plain scalar; found unexpected ':'", _tight_colon),
    (r"mapping values are not allowed", _colon),
    (r"could not find expected ':'", _no_colon),
    (r"sequence entries are not allowed", _list_item),
    (r"scanning an (alias|anchor);", _anchor),
    (r"(scanning|parsing) a tag|tag handle|tag directive", _tag),
    (r"cannot start any token", _reserved),
    (r"block scalar;", _block_header),
    (r"expected (the )?node content", _nothing),
    (r"block (mapping|collection|sequence); (did not find )?expected", _indent),
    (r"directive|incompatible YAML", _directive),
    (r"expected '?<document start>", _second),
)
