"""The matrix of a shot: one shot for each combination of values, in the order of the text.

The first axis turns slowest. What `exclude` names is left out, what `include` adds comes last. Each combination has
an id of its own, the shot's and a part for each axis, joined by dots; its values are variables of that shot alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from renderer.row import Row
from renderer.spec.distance import hint_for
from renderer.spec.merge import Written
from renderer.spec.nodes import Fields, Items, Node
from renderer.spec.scene import Scene
from renderer.spec.text import Path
from renderer.spec.variables import Filled
from renderer.spec.wording import listed, shorten

MATRIX = "matrix"
INCLUDE, EXCLUDE = "include", "exclude"
CELLS_MAX = 1_000
ID_CHARACTERS_MAX = 100
_PART = re.compile(r"[a-z0-9][a-z0-9_-]*")

Axes = Mapping[str, Mapping[str, Filled]]
"""For each axis its values, by the part of an id that each stands for."""


class Cell(Row):
    """One combination: what it adds to the shot's id, and the variables that it sets."""

    suffix: str
    values: Mapping[str, Filled]


WHOLE = Cell("", {})
"""The one cell of a shot without a matrix."""


def read_cells(scene: Scene, node: Fields, path: Path) -> list[Cell]:
    """The cells of a shot at `path`, in order. Tells S206, S208, S209, S211 and S228 to S230."""
    entry = node.entries.get(MATRIX)
    if entry is None or not isinstance(entry.node, Fields):
        return [WHOLE]
    matrix, where = entry.node, (*path, MATRIX)
    axes = {
        name: _axis(scene, axis.node, (*where, name))
        for name, axis in matrix.entries.items()
        if name not in (INCLUDE, EXCLUDE)
    }
    if not axes or prod(map(len, axes.values())) > CELLS_MAX:
        _tell_size(scene, axes, where)
        return []
    left_out = list(_entries(scene, matrix, EXCLUDE, axes, where))
    turns = (dict(zip(axes, parts, strict=True)) for parts in product(*axes.values()))
    kept = [parts for parts in turns if not any(out.items() <= parts.items() for _, out in left_out)]
    cells = [_cell(parts, {name: axes[name][part] for name, part in parts.items()}) for parts in kept]
    cells += _included(scene, matrix, axes, where, {cell.suffix for cell in cells})
    _check_ids(scene, str(node.value.get("id")), cells, where)
    return cells


def _cell(parts: Mapping[str, str], values: Mapping[str, Filled]) -> Cell:
    return Cell("".join(f".{part}" for part in parts.values()), values)


def _axis(scene: Scene, node: Node, path: Path) -> dict[str, Filled]:
    found: dict[str, Filled] = {}
    for part, value, where in _values(node, path):
        filled = scene.filled(Written(value, where))
        if part in found:
            message = f"the value `{part}` of `{path[-1]}` is written twice"
            related = [(found[part].places[0], "the first one")]
            scene.problems.add("S228", message, filled.places[0], related=related, hint="delete one of them")
        elif _is_part(scene, part, str(path[-1]), where):
            found[part] = filled
    return found


def _values(node: Node, path: Path) -> Iterator[tuple[str, Node, Path]]:
    """Each value of an axis with the part of an id that it stands for, and its path."""
    if isinstance(node, Items):
        there = [(number, item) for number, item in enumerate(node.nodes) if item.value is not None]
        for number, item in there:  # one at fault has been told
            yield str(item.value), item, (*path, number)
    elif isinstance(node, Fields):
        for part, entry in node.entries.items():
            yield part, entry.node, (*path, part)


def _is_part(scene: Scene, part: str, axis: str, path: Path) -> bool:
    if _PART.fullmatch(part):
        return True
    named = isinstance(path[-1], str) and path[-1] == part
    place = scene.document.place_of_key(path) if named else scene.document.place(path)
    hint = "ids are lower-case letters, digits, `_` and `-`"
    if not named:
        hint += f': write `{axis}: {{short: "{shorten(part)}"}}`'
    scene.problems.add("S208", f"`{shorten(part)}` cannot be a part of an id", place, hint=hint)
    return False


def _entries(
    scene: Scene, matrix: Fields, name: str, axes: Axes, path: Path
) -> Iterator[tuple[int, dict[str, str]]]:
    """The sound entries of `include` or `exclude`, by number, each as its parts by axis."""
    entry = matrix.entries.get(name)
    for number, item in enumerate(entry.node.nodes if entry and isinstance(entry.node, Items) else ()):
        if not isinstance(item, Fields):
            continue
        parts = {axis: str(value.node.value) for axis, value in item.entries.items()}
        where = (*path, name, number)
        faults = [_is_fault(scene, axis, part, axes, (*where, axis)) for axis, part in parts.items()]
        if parts and not any(faults):
            yield number, parts


def _is_fault(scene: Scene, axis: str, part: str, axes: Axes, path: Path) -> bool:
    """Whether there is no such axis, or for `exclude` no such value in it (S229)."""
    if axis not in axes:
        wrong, names, place = axis, list(axes), scene.document.place_of_key(path)
        message = f"the matrix has no `{shorten(axis)}`"
    elif EXCLUDE in path and part not in axes[axis]:
        wrong, names, place = part, list(axes[axis]), scene.document.place(path)
        message = f"`{axis}` is never `{shorten(part)}`"
    else:
        return False
    notes = [f"names here: {listed(names)}"]
    scene.problems.add("S229", message, place, notes=notes, hint=hint_for(wrong, names))
    return True


def _included(scene: Scene, matrix: Fields, axes: Axes, path: Path, known: set[str]) -> Iterator[Cell]:
    """The cells that `include` adds: a value of each axis, one that the axis has or a new one."""
    for number, parts in _entries(scene, matrix, INCLUDE, axes, path):
        where = (*path, INCLUDE, number)
        place = scene.document.place(where)
        if missing := [axis for axis in axes if axis not in parts]:
            message = f"this combination has no `{missing[0]}`"
            scene.problems.add("S206", message, place, hint="name a value of each axis")
            continue
        if not all(_is_part(scene, parts[axis], axis, (*where, axis)) for axis in axes):
            continue
        values = {axis: axes[axis].get(parts[axis]) or _new(scene, (*where, axis)) for axis in axes}
        cell = _cell({axis: parts[axis] for axis in axes}, values)
        if cell.suffix in known:
            message = f"the matrix makes `{cell.suffix[1:]}` already"
            scene.problems.add("S211", message, place, hint="delete it")
            continue
        known.add(cell.suffix)
        yield cell


def _new(scene: Scene, path: Path) -> Filled:
    node = scene.document.node(path)
    assert node, "BUG: a value that is not there"
    return scene.filled(Written(node, path))


def _tell_size(scene: Scene, axes: Axes, path: Path) -> None:
    place = scene.document.place_of_key(path)
    if axes:
        message = f"the matrix makes more than {CELLS_MAX:,} shots"
        scene.problems.add("S209", message, place, hint="make several shots of it")
    else:
        message, hint = "the matrix has no values", "write `name: [one, two]` below it"
        scene.problems.add("S206", message, place, hint=hint)


def _check_ids(scene: Scene, own_id: str, cells: list[Cell], path: Path) -> None:
    place = scene.document.place_of_key(path)
    if not cells and not scene.problems.errors:
        hint = "exclude less, or delete the shot"
        scene.problems.add("S230", "the matrix leaves no shot", place, hint=hint)
    if any(len(own_id + cell.suffix) > ID_CHARACTERS_MAX for cell in cells):
        message = f"the matrix makes ids of more than {ID_CHARACTERS_MAX} characters"
        scene.problems.add("S209", message, place, hint="shorten the id, or the names of the values")
