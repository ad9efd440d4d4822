"""Chains: a shot that starts from, or ends on, a frame of another shot. Refuses unknown shots and loops, each told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from renderer.diagnostic import Place
from renderer.model import AT as AT_SIGN
from renderer.model import base_of
from renderer.spec.distance import hint_for
from renderer.spec.merge import Merged, Written, leaves
from renderer.spec.origins import Origins
from renderer.spec.scene import Scene
from renderer.spec.text import Path
from renderer.spec.variables import NAMES_SHOWN_MAX
from renderer.spec.wording import listed, shorten
from renderer.storyboard import Frame, Shot

LAST, ANY, AT = "last_frame_of", "frame_of", "at"
STILLS = ("image", "last_image")
VERBS = {"image": "starts from", "last_image": "ends on"}


def read_frame(scene: Scene, field: Merged, name: str, origins: Origins) -> Frame | None:
    """The frame that `{last_frame_of: ID}` or `{frame_of: ID, at: TIME}` names. Tells S208, and S242 for anything between the two."""
    if not field or _is_at_fault(scene, field):
        return None
    field = _nearest(field)
    origins[name] = scene.places(field)
    origins |= {f"{name}.{part}": scene.places(below) for part, below in field.items()}
    last, whole, at = field.get(LAST), field.get(ANY), field.get(AT)
    if (last is None) == (whole is None) or (at is None) != (whole is None):
        hint = f"write `{{{LAST}: ID}}`, or `{{{ANY}: ID, {AT}: TIME}}`"
        message = f"`{name}` names no one frame: {_between(field)}"
        scene.problems.add("S242", message, origins[name][0], hint=hint)
        return None
    shot = scene.filled(last or whole).text.strip()
    if last is not None:
        return Frame(shot)
    time_s = scene.time(at)
    return None if time_s is None else Frame(shot, time_s)


def _nearest(field: Merged) -> Merged:
    """Of what several levels write about one image, what the nearest that names a shot does: a profile, an output's, the shot."""
    levels: dict[Path, dict[str, Written | Merged]] = {}
    for name, below in field.items():
        level = next(leaves(below)).path[: -1 if isinstance(below, Written) else -2]
        levels.setdefault(level, {})[name] = below
    naming = [level for level, names in levels.items() if LAST in names or ANY in names]
    return (
        levels[max(naming, key=lambda level: (level[0] == "profiles", len(level)))]
        if len(naming) > 1
        else field
    )


def _is_at_fault(scene: Scene, field: Merged) -> bool:
    """Whether something of it was told already, and taken out."""
    around = {leaf.path[:-1] for leaf in leaves(field)}
    return any(fault[:-1] in around for fault in scene.faults)


def _between(field: Merged) -> str:
    if LAST in field and ANY in field:
        return f"`{LAST}` and `{ANY}` stand side by side"
    if LAST in field:
        return f"`{LAST}` takes no `{AT}`"
    return f"`{ANY}` has no `{AT}`" if ANY in field else f"`{AT}` of no shot"


def check_parents(
    scene: Scene, shots: Mapping[str, Shot], *, complete: bool, elsewhere: frozenset[str] = frozenset()
) -> None:
    """Tell chains from unknown shots (S240), if the shots are `complete` with those `elsewhere`. Nobody names a variant."""
    for shot in shots.values() if complete else ():
        for role, frame in frames_of(shot):
            if AT_SIGN in frame.shot or (frame.shot not in shots and frame.shot not in elsewhere):
                _tell_unknown(scene, shot, role, frame, [one.id for one in shots.values() if not one.output])


def check_loops(scene: Scene, shots: Mapping[str, Shot]) -> None:
    """Tell each loop of chains once (S241), that of variants where it is none of their shots."""
    chained = {shot.id: frames for shot in shots.values() if (frames := dict(frames_of(shot)))}
    told: set[frozenset[str]] = set()
    for loop in loops({name: [frame.shot for frame in frames.values()] for name, frames in chained.items()}):
        if (bases := frozenset(map(base_of, loop))) not in told:
            told.add(bases)
            _tell_loop(scene, loop, shots)


def frames_of(shot: Shot) -> Iterator[tuple[str, Frame]]:
    """The frames of other shots that a shot is made from, by role."""
    for role in STILLS if shot.request else ():
        given = getattr(shot.request, role)
        if isinstance(given, Frame):
            yield role, given


def loops(parents: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Each loop of a graph once, from its first node in order back to it; `parents` has, for each node, those before it.

    >>> list(loops({"a": ["b"], "b": ["c"], "c": ["b"], "d": ["d"]}))
    [['b', 'c'], ['d']]
    """
    known: set[frozenset[str]] = set()
    ended: set[str] = set()
    for start in parents:
        path: dict[str, Iterator[str]] = {} if start in ended else {start: iter(parents[start])}
        while path:
            node = next(reversed(path))
            above = next(path[node], None)
            if above is None:
                ended.add(node)
                del path[node]
            elif above in path:
                names = list(path)
                loop = names[names.index(above) :]
                if frozenset(loop) not in known:
                    known.add(frozenset(loop))
                    yield loop
            elif above in parents and above not in ended:
                path[above] = iter(parents[above])


def _tell_unknown(scene: Scene, shot: Shot, role: str, frame: Frame, shots: Sequence[str]) -> None:
    notes = [f"shots here: {listed([*shots])}"] if len(shots) <= NAMES_SHOWN_MAX else []
    message = f"shot `{shot.base}` {VERBS[role]} a frame of the unknown shot `{shorten(frame.shot)}`"
    first = next((name for name in shots if name.startswith(f"{frame.shot}.")), None)
    hint = f"name one of its shots, such as `{first}`" if first else hint_for(frame.shot, shots)
    scene.problems.add("S240", message, _place(shot, role, frame), notes=notes, hint=hint)


def _tell_loop(scene: Scene, loop: list[str], shots: Mapping[str, Shot]) -> None:
    """Tell a loop from the shot that stands first in the text."""
    order = {name: number for number, name in enumerate(shots)}
    first = min(range(len(loop)), key=lambda number: order[loop[number]])
    turned = [*loop[first:], *loop[:first], loop[first]]
    shown = " → ".join(f"`{name}`" for name in turned)
    place, *others = (
        _place(shots[name], role, frame)
        for name, above in pairwise(turned)
        for role, frame in frames_of(shots[name])
        if frame.shot == above
    )
    related = [(other, "part of the loop") for other in others]
    message = f"shots start from one another: {shown}"
    scene.problems.add("S241", message, place, related=related, hint="let one of them start from a still")


def _place(shot: Shot, role: str, frame: Frame) -> Place:
    return shot.origin(f"{role}.{LAST if frame.at_s is None else ANY}")
