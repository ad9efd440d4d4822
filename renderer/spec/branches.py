"""Of a schema's alternatives the one that the author meant: the branch that takes values of this kind.

Where several take mappings, it is the one whose fields are nearest to what is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from renderer.spec.distance import WORD_MAX, edit_distance

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

NAMES_MAX = 20


def leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The faults to tell: of alternatives those of the one branch that takes such values, else the choice itself.

    The choice is told for text of the wrong form too, since another alternative may be what was meant.
    """
    if error.validator != "anyOf":
        yield error
        return
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = [inners for inners in branches.values() if not any(map(_is_other_kind, inners))]
    if error.instance == {} and _takes_numbers(error):
        yield error  # nothing says which of the mappings was meant, if any
        return
    if len(meant) > 1 and isinstance(error.instance, Mapping):
        meant = [min(meant, key=partial(_strangeness, error))]
    if len(meant) != 1 or any(inner.validator == "pattern" and not inner.relative_path for inner in meant[0]):
        yield error
        return
    for inner in meant[0]:
        yield from leaves(inner)


def _strangeness(error: ValidationError, inners: list[ValidationError]) -> int:
    """How far the fields of a mapping are from those of one branch: the fewest letters to change."""
    rule: Any = error.schema
    branch = rule["anyOf"][inners[0].schema_path[0]]
    known = [*branch.get("properties", ())]
    written: Any = error.instance
    names = [name[:WORD_MAX] for name in islice(written, NAMES_MAX)]
    return sum(min((edit_distance(name, other) for other in known), default=len(name)) for name in names)


def _takes_numbers(error: ValidationError) -> bool:
    """Whether a number is one of the alternatives, as for times."""
    rule: Any = error.schema
    return any(branch.get("type") == "number" for branch in rule["anyOf"])


def _is_other_kind(error: ValidationError) -> bool:
    return error.validator == "type" and not error.relative_path
