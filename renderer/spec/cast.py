"""Who is in a shot: the characters of the storyboard, and what the names in `cast` bring into a request.

A look goes into the prompt where the template has `${cast}`; images are references, after the shot's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from renderer.row import Row
from renderer.spec.distance import hint_for
from renderer.spec.merge import Merged, Written
from renderer.spec.nodes import Fields
from renderer.spec.scene import NOTHING, Character, Scene
from renderer.spec.takes import tell_twice
from renderer.spec.variables import NAMES_SHOWN_MAX, Filled
from renderer.spec.wording import listed, shorten

CHARACTERS = "characters"
BETWEEN = "; "
"""What stands between two looks. It is in every prompt of two characters, and so in the keys."""


class Cast(Row):
    """What the characters of one shot bring, in the order of their names: one text, and all images."""

    look: Filled = NOTHING
    images: tuple[Filled, ...] = ()


def read_characters(scene: Scene) -> Mapping[str, Character]:
    """All characters of the storyboard, by name."""
    node = scene.document.node((CHARACTERS,))
    entries = node.entries if isinstance(node, Fields) else {}
    return {
        name: _character(scene, entry.node, name)
        for name, entry in entries.items()
        if isinstance(entry.node, Fields)
    }


def read_cast(scene: Scene, field: Written | Merged | None, known: Mapping[str, Character]) -> Cast:
    """What the names of a `cast` bring. Tells S228 and S231."""
    names = [name for name in scene.filled_items(field) if name.text]
    tell_twice(scene, "character", [(name.text, name.places[0]) for name in names])
    found = list(_found(scene, {name.text: name for name in names}, known))
    looks = [(name, character.look) for name, character in found if character.look.text.strip()]
    places = [place for name, look in looks for place in (*name.places, *look.places)]
    text = BETWEEN.join(look.text.strip() for _, look in looks)
    spans = tuple(span for _, look in looks for span in look.spans)
    return Cast(Filled(text, tuple(places), spans), tuple(image for _, who in found for image in who.images))


def _character(scene: Scene, node: Fields, name: str) -> Character:
    path = (CHARACTERS, name)
    fields = {
        part: Written(entry.node, (*path, part))
        for part, entry in node.entries.items()
        if entry.node.value is not None
    }
    return Character(scene.filled(fields.get("look")), scene.filled_items(fields.get("images")))


def _found(
    scene: Scene, names: Mapping[str, Filled], known: Mapping[str, Character]
) -> Iterator[tuple[Filled, Character]]:
    for name, filled in names.items():
        if name in known:
            yield filled, known[name]
        elif not _is_excused(scene, name):
            notes = [f"characters here: {listed([*known])}"] if 0 < len(known) <= NAMES_SHOWN_MAX else []
            hint = hint_for(name, known) or "write down the look of each character below `characters`"
            message = f"no character is called `{shorten(name)}`"
            scene.problems.add("S231", message, filled.places[0], notes=notes, hint=hint)


def _is_excused(scene: Scene, name: str) -> bool:
    """Whether a character would be there, but for a fault that has been told."""
    return any(fault in ((CHARACTERS,), (CHARACTERS, name)) for fault in scene.faults)
