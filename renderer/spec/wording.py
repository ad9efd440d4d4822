"""What a schema's rule says to an author, in words. Owns no places: `shape` knows those."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from renderer.spec.text import Path

CHOICES_MAX = 20
SHOWN_CHARACTERS_MAX = 60
_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a mapping",
}

WITH_UNIT = r"(\d+(?:\.\d+)?)\s*(?:s|sec|secs|seconds?)"

Rule = Mapping[str, Any]
_GROUPS = ("defaults", "output")


def expected(rule: Rule) -> str:
    """What a rule asks for.

    >>> expected({"type": ["integer", "null"]})
    'a whole number'
    >>> expected({"anyOf": [{"type": "number"}, {"title": "a time such as `12f`"}, {"type": "null"}]})
    'a number or a time such as `12f`'
    """
    if branches := rule.get("anyOf"):
        return either([branch.get("title") or expected(branch) for branch in branches if not is_null(branch)])
    if choices := rule.get("enum"):
        named = [f"`{choice}`" for choice in choices if choice is not None]
        return (
            either(named) if len(named) <= CHOICES_MAX else f"one of {len(named)} names, such as {named[0]}"
        )
    types = rule.get("type", [])
    types = [types] if isinstance(types, str) else types
    return either([_TYPES[kind] for kind in types if kind != "null"])


def is_null(rule: Rule) -> bool:
    """Whether a rule asks for nothing but `null`."""
    return rule.get("type") == "null"


def describe(value: Any, *, written: str) -> str:
    """What a value is, for the end of a sentence; `written` is its own text.

    >>> describe(12, written="12")
    'the number `12`'
    """
    if isinstance(value, bool):
        return f"`{written}`"
    if isinstance(value, int | Decimal):
        return f"the number `{written}`"
    if isinstance(value, str):
        return f"the text `{shorten(value)}`" if value else "an empty text"
    if value == {}:
        return "an empty mapping"
    return "nothing" if value is None else "a mapping" if isinstance(value, dict) else "a list"


def either(choices: Sequence[str]) -> str:
    """Alternatives as a phrase.

    >>> either(["`crop`", "`pad`", "`stretch`"])
    '`crop`, `pad` or `stretch`'
    """
    return " or ".join(filter(None, [", ".join(choices[:-1]), *choices[-1:]]))


def listed(names: Sequence[str]) -> str:
    """Names as a list: `a`, `b`, `c`."""
    return ", ".join(f"`{name}`" for name in names)


def shorten(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS_MAX else f"{line[: SHOWN_CHARACTERS_MAX - 1]}…"


def type_hint(value: Any, *, rule: Rule, written: str) -> str | None:
    """What to write instead of a value of the wrong kind, where that is plain to see."""
    wanted = expected(rule)
    if "text" in wanted.split(" or ") and isinstance(value, int | Decimal):
        return f'put quotes around text: `"{written}"`'
    if "number" in wanted and isinstance(value, str) and (hint := _number_hint(value.strip(), wanted)):
        return hint
    if isinstance(value, dict) and "number" in wanted and (hint := _mapping_hint(value, rule)):
        return hint
    if wanted == "a list" and isinstance(value, dict | str):
        return "begin each item with `- `"
    if wanted == "a mapping" and isinstance(example := next(iter(rule.get("examples", ())), None), dict):
        return f"for example `{_flow(example)}`"
    return None


def _mapping_hint(value: Mapping[str, Any], rule: Rule) -> str | None:
    if not value:
        return f"for example `{rule['examples'][0]}`, or leave it out"
    told = "what is bought is told in seconds; how much of it is on screen, `use`, may be in beats"
    return told if "beats" in value else None


def tight_colon_hint(name: str, known: Iterable[str]) -> str | None:
    """What to write where a value clings to the name of its field, which YAML reads as one word.

    >>> tight_colon_hint("size:1280x720", ["size", "fps"])
    'put a space after the `:`, as in `size: 1280x720`'
    """
    field, colon, value = name.partition(":")
    return (
        f"put a space after the `:`, as in `{field}: {shorten(value)}`" if colon and field in known else None
    )


def _number_hint(text: str, wanted: str) -> str | None:
    if text.isascii() and text.replace(".", "", 1).isdecimal():
        return f"numbers stand without quotes: `{text}`"
    found = re.fullmatch(WITH_UNIT, text) if "seconds" in wanted else None
    return f"seconds stand without a unit: `{found[1]}`" if found else None


def _flow(mapping: Mapping[str, Any]) -> str:
    """A mapping on one line, as an author would write it."""
    entries = (
        f"{name}: {_flow(value) if isinstance(value, dict) else value}" for name, value in mapping.items()
    )
    return f"{{{', '.join(entries)}}}"


def subject(path: Path) -> str:
    """What stands at a path, in words.

    >>> subject(("shots", 2, "use", "in")), subject(("sequence", 0)), subject(())
    ('`use.in`', 'entry 1 of `sequence`', 'the storyboard')
    """
    if not path:
        return "the storyboard"
    last = path[-1]
    if isinstance(last, int):
        return f"entry {last + 1} of `{path[-2]}`"
    around = path[-2] if len(path) > 1 else None
    return f"`{around}.{last}`" if isinstance(around, str) and around not in _GROUPS else f"`{last}`"
