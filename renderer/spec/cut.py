"""The cut: which shots the film shows in what order, and what may be spent on it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from renderer.model import variant_of
from renderer.spec.distance import hint_for
from renderer.spec.document import Document
from renderer.spec.enter import read_enter
from renderer.spec.merge import merge
from renderer.spec.motion import read_motion
from renderer.spec.nodes import Fields, Items, Node
from renderer.spec.outputs import path_of
from renderer.spec.problems import Problems
from renderer.spec.scene import Scene
from renderer.spec.shots import check_use
from renderer.spec.text import Path
from renderer.spec.variables import NAMES_SHOWN_MAX
from renderer.spec.wording import listed, shorten
from renderer.storyboard import CUT, Budget, Output, Shot, Slot, Storyboard

_TAKE = re.compile(r"(?P<shot>.+)\.take(?P<number>[2-9]|[1-9][0-9]+)")


def read_budget(document: Document) -> Budget:
    """What the storyboard allows to be spent; whole numbers and decimals are taken as they are written."""
    fields: Mapping[str, Any] = document.root.value.get("budget") or {}
    per_run, total = fields.get("per_run"), fields.get("total")
    return Budget(
        per_run_usd=None if per_run is None else Decimal(per_run),
        total_usd=None if total is None else Decimal(total),
    )


def read_sequence(
    scene: Scene, shots: Mapping[str, Shot], *, complete: bool, elsewhere: frozenset[str] = frozenset()
) -> tuple[Slot, ...]:
    """The slots in cut order; every shot once where no cut is written.

    Tells unknown shots (S204) if the shots are `complete` with those `elsewhere`.
    """
    written = _written(scene, ("sequence",), shots, complete=complete, elsewhere=elsewhere)
    if written is not None:
        return written
    return tuple(Slot(shot.id, None, shot.place) for shot in shots.values() if shot.output is None)


def read_own_sequences(
    scene: Scene, shots: Mapping[str, Shot], *, complete: bool, elsewhere: frozenset[str] = frozenset()
) -> tuple[Output, ...]:
    """The outputs with the cuts of their own, where they have any. Tells what `read_sequence` tells."""
    paths = ((output, (*path_of(scene.document, output), "sequence")) for output in scene.outputs)
    return tuple(
        output._replace(sequence=_written(scene, path, shots, complete=complete, elsewhere=elsewhere))
        for output, path in paths
    )


def tell_left_out(problems: Problems, storyboard: Storyboard, *, elsewhere: frozenset[str]) -> None:
    """Tell of shots that no film shows (S221), if nothing else is wrong with what they show."""
    shots = {shot.id: shot for shot in storyboard.shots if shot.output is None}
    shown = {slot.shot_id for slot in storyboard.slots}
    if all(storyboard.cut_of(output) for output in storyboard.outputs) and shown <= shots.keys() | elsewhere:
        slots = [slot for output in storyboard.outputs for slot in storyboard.cut_of(output) or ()]
        _tell_left_out(problems, slots, shots)


def _written(
    scene: Scene, path: Path, shots: Mapping[str, Shot], *, complete: bool, elsewhere: frozenset[str]
) -> tuple[Slot, ...] | None:
    """The slots of the cut that is written at a path; None where there is none."""
    node = scene.document.node(path)
    if not isinstance(node, Items):
        return None
    slots = [
        slot for number, item in enumerate(node.nodes) if (slot := _slot(scene, item, (*path, number), shots))
    ]
    known = {shot.id: shot for shot in shots.values() if shot.output is None}
    for slot in slots if complete else ():
        if slot.shot_id not in known and slot.shot_id not in elsewhere:
            _tell_unknown(scene.problems, slot, known)
    return tuple(slots)


def check_ids(problems: Problems, shots: list[Shot]) -> dict[str, Shot]:
    """The shots by id; tells equal ids (S211) and ids whose files would be the same (S212)."""
    known: dict[str, Shot] = {}
    for shot in shots:
        first = known.setdefault(shot.id, shot)
        if first is not shot and shot.output is None:
            related = [(first.place, "the first one")]
            problems.add("S211", f"two shots are called `{shot.id}`", shot.place, related=related)
    for shot in known.values():
        named = _named_as_take(shot.id)
        if named and (other := known.get(named[0])):
            message = f"the files of `{shot.id}` would be those of take {named[1]} of `{other.id}`"
            related = [(other.place, f"whose takes are files called `{other.id}.take2` and so on")]
            problems.add("S212", message, shot.place, related=related, hint="choose another id")
    return known


def ids_clash(ids: Collection[str]) -> bool:
    """Whether `check_ids` has anything to tell of shots with these ids."""
    known = set(ids)
    return len(known) < len(ids) or any((named := _named_as_take(name)) and named[0] in known for name in ids)


def _named_as_take(name: str) -> tuple[str, str] | None:
    found = _TAKE.fullmatch(name)
    return (found["shot"], found["number"]) if found else None


def _slot(scene: Scene, item: Node, path: Path, shots: Mapping[str, Shot]) -> Slot | None:
    if isinstance(item.value, str):
        return Slot(item.value, None, scene.document.place_of(item, path))
    if not isinstance(item, Fields) or not isinstance(item.value.get("shot"), str):
        return None
    name = item.value["shot"]
    fields = merge(item.entries, {}, path)
    use, motion = scene.use(fields.get("use")), read_motion(scene, fields)
    places = scene.places(fields["use"]) if use else ()
    enter = CUT if item.value.get("enter", "") is None else read_enter(scene, fields.get("enter"))
    for shown in (name, *(variant_of(name, output.name) for output in scene.outputs)):
        shot = shots.get(shown) if use else None
        if use and shot:
            check_use(scene, use, shot.asked_s, places)
    return Slot(name, use, scene.document.place((*path, "shot")), motion, enter, places)


def _tell_unknown(problems: Problems, slot: Slot, shots: Mapping[str, Shot]) -> None:
    notes = [f"shots here: {listed([*shots])}"] if len(shots) <= NAMES_SHOWN_MAX else []
    message = f"the cut shows the unknown shot `{shorten(slot.shot_id)}`"
    first = next((name for name in shots if name.startswith(f"{slot.shot_id}.")), None)
    hint = f"name one of its shots, such as `{first}`" if first else hint_for(slot.shot_id, shots)
    problems.add("S204", message, slot.place, notes=notes, hint=hint)


def _tell_left_out(problems: Problems, slots: list[Slot], shots: Mapping[str, Shot]) -> None:
    shown = {slot.shot_id for slot in slots}
    for shot in shots.values():
        if shot.id not in shown:
            message = f"the cut never shows `{shot.id}`"
            hint = "it is made all the same; add it to `sequence`, or delete it"
            problems.add("S221", message, shot.place, severity="warning", hint=hint)
