"""The takes of a shot: which seeds, on which models, in which order.

They come round by round: the first seed on each model in order, then the next seed. So a seed or a model that is
added changes no request of the others; and what is at the end, a further seed, changes no take's number either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from renderer.diagnostic import Place
from renderer.spec.merge import Merged, Written
from renderer.spec.nodes import Entry, Items
from renderer.spec.origins import Origins
from renderer.spec.scene import Scene, number, word
from renderer.spec.text import Path
from renderer.storyboard import Take

SEED = 1
SEED_MAX = 2**32 - 1
SEEDS = "seeds"
COUNTED = ("seed", "takes")
"""What `seeds` says in other words."""

Field = TypeVar("Field")


def read_takes(scene: Scene, fields: Merged, origins: Origins) -> tuple[Take, ...]:
    """The takes of a shot's merged fields, in order, ≥ 1, also where each entry of a list is at fault. Tells S220 and S228."""
    models = _models(scene, fields.get("model"), origins)
    seeds = _seeds(scene, fields, origins)
    return tuple(Take(model, seed, turn) for turn, seed in enumerate(seeds, 1) for model in models)


def without_rivals(below: Mapping[str, Field], own: Mapping[str, Entry]) -> Mapping[str, Field]:
    """What lies below a level, without what the level says in other words: `seeds`, or `seed` and `takes`."""
    if _says(own, SEEDS):
        return {name: field for name, field in below.items() if name not in COUNTED}
    if SEEDS in below and any(_says(own, name) for name in COUNTED):
        return {name: field for name, field in below.items() if name != SEEDS}
    return below


def check_rivals(scene: Scene, own: Mapping[str, Entry], path: Path) -> None:
    """Tell a level that says which seeds there are in both ways (S227)."""
    if not _says(own, SEEDS):
        return
    for name in COUNTED:
        if _says(own, name):
            related = [(scene.document.place_of_key((*path, SEEDS)), "the seed of each take")]
            message = f"`{name}` stands beside `seeds`"
            hint = f"delete one of them: `seeds` says what `{name}` says"
            place = scene.document.place_of_key((*path, name))
            scene.problems.add("S227", message, place, related=related, hint=hint)


def tell_twice(scene: Scene, what: str, entries: Sequence[tuple[Any, Place]]) -> None:
    """Tell each entry of a list that stands there already (S228)."""
    first: dict[Any, Place] = {}
    for value, place in entries:
        before = first.setdefault(value, place)
        if before is not place:
            message = f"the {what} `{value}` is written twice"
            related = [(before, "the first one")]
            scene.problems.add("S228", message, place, related=related, hint="delete one of them")


def _models(scene: Scene, field: Written | Merged | None, origins: Origins) -> tuple[str | None, ...]:
    if not isinstance(field, Written) or not isinstance(field.node, Items):
        return (word(field),)
    listed = list(_listed(scene, field, "model", origins))
    tell_twice(scene, "model", listed)
    return tuple(dict.fromkeys(name for name, _ in listed)) or (None,)


def _seeds(scene: Scene, fields: Merged, origins: Origins) -> Sequence[int]:
    field = fields.get(SEEDS)
    if isinstance(field, Written) and isinstance(field.node, Items):
        listed = list(_listed(scene, field, SEEDS, origins))
        tell_twice(scene, "seed", listed)
        origins["seed"] = origins[SEEDS] = scene.places(field)
        return list(dict.fromkeys(int(seed) for seed, _ in listed)) or [SEED]
    seed = number(fields.get("seed"))
    first = SEED if seed is None else int(seed)
    count = int(number(fields.get("takes")) or 1)
    _check_last(scene, fields, first, count)
    return range(first, first + count)


def _listed(scene: Scene, field: Written, name: str, origins: Origins) -> Iterator[tuple[Any, Place]]:
    """The entries of a list, each with its place; `name.0` is the origin of the first."""
    assert isinstance(field.node, Items)
    for position, node in enumerate(field.node.nodes):
        place = scene.place(Written(node, (*field.path, position)))
        if node.value is not None:  # an entry at fault, which has been told
            origins[f"{name}.{position}"] = (place,)
            yield node.value, place


def _check_last(scene: Scene, fields: Merged, seed: int, takes: int) -> None:
    last = seed + takes - 1
    if seed <= SEED_MAX < last:
        written = fields["takes"]
        message = f"take {takes} would have the seed {last}, and seeds end at {SEED_MAX}"
        scene.problems.add("S220", message, scene.places(written)[0], hint="lower `seed` or `takes`")


def _says(own: Mapping[str, Entry], name: str) -> bool:
    entry = own.get(name)
    return entry is not None and entry.node.value is not None
