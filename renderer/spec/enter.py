"""Transitions as they are written: how a slot is entered from the one before it. Never part of a request."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from renderer.spec.merge import Merged, Written, leaves
from renderer.spec.scene import Scene, below, shown, word
from renderer.spec.wording import listed
from renderer.storyboard import DIP, Enter

ENTER = "enter"
KINDS = ("crossfade", DIP, "wipe", "xfade")
BELONGS = {"colour": DIP, "direction": "wipe", "for": "xfade"}
FADE = "fade"
LEFT = "left"
COLOURS = {"black": "#000000", "white": "#ffffff"}


def read_enter(scene: Scene, merged: Written | Merged | None) -> Enter | None:
    """The transition that a mapping names, None where there is none.

    Tells one that is none or several (S270), a field of another kind of transition (S271), one that lasts no time
    (S272), one of ffmpeg's without a length (S206), and as `Scene.time`.
    """
    fields = below(merged)
    if not fields:
        return None
    place = scene.places(fields)[0]
    kinds = [kind for kind in KINDS if kind in fields]
    if len(kinds) != 1:
        _tell_kinds(scene, fields, kinds)
        return None
    kind = kinds[0]
    for name in fields:
        if name in BELONGS and BELONGS[name] != kind:
            told = f"`{name}` belongs to `{BELONGS[name]}`, and this is a `{kind}`"
            scene.problems.add("S271", told, scene.places(fields[name])[0], hint=f"delete `{name}`")
    length_s = _length(scene, fields, "for" if kind == "xfade" else kind)
    if length_s is None:
        return None
    return Enter(_name(kind, fields), length_s, _colour(fields) if kind == DIP else "", place)


def _tell_kinds(scene: Scene, fields: Merged, kinds: Sequence[str]) -> None:
    path = next(leaves(fields)).path
    path = path[: path.index(ENTER) + 1]
    if not kinds and any(fault[: len(path)] == path for fault in scene.faults):
        return  # what says the kind is at fault, and told
    said = f"is {' and '.join(f'a `{kind}`' for kind in kinds)} at once" if kinds else "names no transition"
    hint = f"name one of {listed(KINDS)}"
    scene.problems.add("S270", f"`enter` {said}", scene.places(fields)[0], hint=hint)


def _length(scene: Scene, fields: Merged, name: str) -> Fraction | None:
    written = fields.get(name)
    if written is None:
        hint = "say how long it lasts: `for: 0.5`"
        scene.problems.add("S206", f"`enter` has no `{name}`", scene.places(fields)[0], hint=hint)
        return None
    length_s = scene.time(written)
    if length_s is not None and length_s <= 0:
        message = f"a transition that lasts {shown(length_s)} s"
        hint = "write `enter: null` for a cut"
        scene.problems.add("S272", message, scene.places(written)[0], hint=hint)
        return None
    return length_s


def _name(kind: str, fields: Merged) -> str:
    """The transition by its name with ffmpeg, so that two spellings of one are one."""
    if kind == "wipe":
        return f"wipe{word(fields.get('direction')) or LEFT}"
    return (word(fields.get("xfade")) or FADE) if kind == "xfade" else FADE if kind == "crossfade" else kind


def _colour(fields: Merged) -> str:
    text = word(fields.get("colour")) or "black"
    return COLOURS.get(text, text.lower())
