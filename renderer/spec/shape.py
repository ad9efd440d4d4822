"""The shape of a storyboard against its JSON Schema, every fault at once, in our words and at the right token.

Refuses to pass on jsonschema's own messages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from renderer.spec.branches import leaves
from renderer.spec.distance import hint_for
from renderer.spec.document import Document
from renderer.spec.nodes import Fields, Node, without
from renderer.spec.problems import Problems
from renderer.spec.text import Path
from renderer.spec.wording import (
    Rule,
    describe,
    expected,
    listed,
    shorten,
    subject,
    tight_colon_hint,
    type_hint,
)

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

VERSION = 1
WORDS = frozenset({"camera", "negative_prompt", "prompt", "style"})
"""Fields of a shot that may hold any text or none, as far as the schema goes."""
FORM_DIGITS = 32
_BOUNDS = {
    "minimum": "at least {bound}",
    "maximum": "at most {bound}",
    "exclusiveMinimum": "more than {bound}",
    "maxLength": "at most {bound} characters long",
    "maxItems": "at most {bound} entries long",
    "maxProperties": "at most {bound} entries long",
}
_EMPTY = ("minLength", "minItems", "minProperties")
_FORM_HINTS = {
    "id": "ids are lower-case letters, digits, `_` and `-`, in parts joined by dots",
    "size": "two whole numbers of pixels with an `x` between them",
    "fps": "a rate that is no whole number is an exact fraction: NTSC is `24000/1001` or `30000/1001`",
    "provider": "a provider is one word in lower case",
}
_BOUND_HINTS = {"seed": "a seed has 32 bits: 0 to 4294967295"}
_NAMED = {"characters": "character", "profiles": "profile", "outputs": "film"}


def check_version(document: Document, problems: Problems) -> bool:
    """Whether this release reads the storyboard at all; where it does not, nothing else is worth saying (S203)."""
    value = document.root.value.get("version")
    if isinstance(value, int) and not isinstance(value, bool) and value == VERSION:
        return True
    hint = f"write `version: {VERSION}` at the top"
    if "version" not in document.root.entries:
        problems.add("S203", "the storyboard has no `version`", document.place(()), hint=hint)
    else:
        message = f"`{document.written(('version',))}` is not a version that this release reads"
        notes = [f"this release reads version {VERSION}"]
        problems.add("S203", message, document.place(("version",)), notes=notes, hint=hint)
    return False


def check_shape(
    document: Document, problems: Problems, *, schema: Rule, forms: frozenset[str] = frozenset()
) -> list[Path]:
    """Every fault of shape (S205 to S210); the paths at fault, for `prune`.

    Nothing is asked where each shot has one of `forms`, which shots had beside the same text while nothing was wrong.

    Whether there is any is asked of jsonschema-rs, two hundred times as fast (measured on 1,000 shots); what they
    are, of jsonschema. A test holds the two to the same answer.
    """
    shots = document.root.value.get("shots")
    if forms and isinstance(shots, list) and all(form_of(shot) in forms for shot in shots):
        return []
    if is_in_shape(document, schema=schema):
        return []
    faults: list[Path] = []
    for error in explainer(schema).iter_errors(document.root.value):
        for leaf in leaves(error):
            faults.extend(_report(document, problems, leaf))
    return faults


def form_of(shot: Any) -> str:
    """A digest of a shot's value but for its words: of two shots of one form both are in shape, or neither is."""
    if isinstance(shot, Mapping):
        shot = {
            name: None if name in WORDS and isinstance(told, str) else told for name, told in shot.items()
        }
    return hashlib.sha256(repr(shot).encode("utf-8", "backslashreplace")).hexdigest()[:FORM_DIGITS]


def is_in_shape(document: Document, *, schema: Rule) -> bool:
    """Whether there is no fault of shape at all."""
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415 - not needed where nothing is parsed

    return Draft202012Validator(dict(schema)).is_valid(document.root.value)


def explainer(schema: Rule) -> Validator:
    """Jsonschema for a schema, with its `integer`: `2.0` is one, also as the `Decimal` that was written."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 100 ms, and not needed where nothing is wrong
    from jsonschema.validators import extend  # noqa: PLC0415

    checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: _is_whole(value))
    ours: type[Validator] = extend(Draft202012Validator, type_checker=checker)  # type: ignore[no-untyped-call] # has no types
    return ours(inline(schema, schema))


def _is_whole(value: object) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def prune(document: Document, faults: list[Path]) -> Document:
    """The document without what is at fault, so that the rest can be looked at too."""
    root: Node = document.root
    for path in sorted(faults, key=len, reverse=True):
        root = without(root, path) if path else root
    assert isinstance(root, Fields)
    return document._replace(root=root)


def inline(rule: Any, schema: Rule) -> Any:
    """A schema with its `$ref`s put in place, which halves the time, and patterns that end where the text ends.

    In Python `$` also matches before a last line break; in JSON Schema (ECMA-262) it does not.
    """
    if isinstance(rule, list):
        return [inline(item, schema) for item in rule]
    if not isinstance(rule, Mapping):
        return rule
    if target := rule.get("$ref"):
        rule = {**schema["$defs"][target.removeprefix("#/$defs/")], **rule}
    fresh = {name: inline(item, schema) for name, item in rule.items() if name not in ("$ref", "$defs")}
    if isinstance(pattern := fresh.get("pattern"), str):
        fresh["pattern"] = pattern.removesuffix("$") + r"\Z"
    return fresh


def _report(document: Document, problems: Problems, error: ValidationError) -> list[Path]:
    """Tell one fault of jsonschema's; the paths that it puts at fault."""
    path: Path = tuple(error.absolute_path)
    rule: Any = error.schema
    keyword: Any = error.validator
    match keyword:
        case "additionalProperties":
            return _unknown_fields(document, problems, path, rule=rule)
        case "required":
            return _missing_fields(document, problems, path, rule=rule)
        case "not":
            return _footage_field(document, problems, path)
        case "pattern" if "propertyNames" in error.absolute_schema_path:
            return _bad_name(document, problems, path, name=str(error.instance))
        case "pattern" | "enum":
            _bad_form(document, problems, path, rule=rule)
        case "type" | "anyOf":
            _bad_kind(document, problems, path, rule=rule)
        case _:
            _out_of_bounds(document, problems, path, keyword=keyword, bound=error.validator_value)
    return [path]


def _unknown_fields(document: Document, problems: Problems, path: Path, *, rule: Rule) -> list[Path]:
    known = list(rule["properties"])
    own = [*rule.get("patternProperties", ())]
    node: Any = document.node(path)
    unknown = [
        name for name in node.entries if name not in known and not any(re.search(p, name) for p in own)
    ]
    for name in unknown:
        hint = tight_colon_hint(name, known) or hint_for(name, known)
        notes = () if hint else (f"fields here: {listed(known)}",)
        place = document.place_of_key((*path, name))
        problems.add("S205", f"unknown field `{shorten(name)}`", place, notes=notes, hint=hint)
    return [(*path, name) for name in unknown]


def _missing_fields(document: Document, problems: Problems, path: Path, *, rule: Rule) -> list[Path]:
    node: Any = document.node(path)
    for name in rule["required"]:
        if name not in node.entries:
            example = next(iter(rule["properties"][name].get("examples", ())), "…")
            hint = f"add `{name}: {example}`" if isinstance(example, str) else f"add `{name}:`"
            place = document.place_of_key(path)
            problems.add("S206", f"{subject(path)} has no `{name}`", place, hint=hint)
    return [path]


def _footage_field(document: Document, problems: Problems, path: Path) -> list[Path]:
    clip = (*path[:2], "clip")
    related = [(document.place(clip), "own footage, which is not generated")]
    hint = f"delete `{path[-1]}`, or make two shots of it"
    message = f"a shot with `clip` takes no `{path[-1]}`"
    problems.add("S210", message, document.place_of_key(path), hint=hint, related=related)
    return [path]


def _bad_name(document: Document, problems: Problems, path: Path, *, name: str) -> list[Path]:
    place = document.place_of_key((*path, name))
    named = _NAMED.get(str(path[-1]), "variable")
    letters = (
        "lower-case letters, digits, `_` and `-`"
        if named in {"profile", "film"}
        else "letters, digits, `_` and `-`, and begin with a letter"
    )
    hint = f"names are {letters}"
    problems.add("S208", f"`{shorten(name)}` cannot be the name of a {named}", place, hint=hint)
    return [(*path, name)]


def _bad_form(document: Document, problems: Problems, path: Path, *, rule: Rule) -> None:
    found = describe(_value(document, path), written=document.written(path))
    if choices := [choice for choice in rule.get("enum", ()) if choice is not None]:
        message = f"{subject(path)} must be {expected(rule)}, not {found}"
        hint = hint_for(str(_value(document, path)), map(str, choices))
    else:
        message = f"{subject(path)} must be written like `{rule['examples'][0]}`, not {found}"
        hint = _FORM_HINTS.get(str(path[-1]))
    problems.add("S208", message, document.place(path), hint=hint)


def _bad_kind(document: Document, problems: Problems, path: Path, *, rule: Rule) -> None:
    value, written = _value(document, path), document.written(path)
    if value is None:
        mark = "-" if isinstance(path[-1], int) else ":"
        where = f"in place of `{written}`" if written else f"after the `{mark}`"
        message, hint = f"{subject(path)} has no value", f"write {expected(rule)} {where}"
        problems.add("S207", message, document.place_of_key(path), hint=hint)
        return
    found = describe(value, written=written)
    if "number" in expected(rule):
        found = found.removeprefix("the number ")
    message = f"{subject(path)} must be {expected(rule)}, not {found}"
    hint_text = type_hint(value, rule=rule, written=written)
    problems.add("S207", message, document.place(path), hint=hint_text)


def _out_of_bounds(document: Document, problems: Problems, path: Path, *, keyword: str, bound: Any) -> None:
    value, written = _value(document, path), document.written(path)
    if keyword in _EMPTY:
        problems.add("S209", f"{subject(path)} is empty", document.place(path))
        return
    limit = _BOUNDS[keyword].format(bound=bound)
    found = f"{len(value)}" if isinstance(value, str | list | dict) else f"`{written}`"
    hint = _BOUND_HINTS.get(str(path[-1]))
    problems.add("S209", f"{subject(path)} must be {limit}, not {found}", document.place(path), hint=hint)


def _value(document: Document, path: Path) -> Any:
    node = document.node(path)
    return node and node.value
