"""What a shot has otherwise in one output: the fields below `for`, and how they lie over the shot's own.

For an output count in order: defaults, shot, `for` of the defaults, `for` of the shot, the profile, its `for`. What only says
how a clip is shown (`FREE`) shows the same clip another way; with any other field the output has a clip of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import cast

from renderer.model import MIDDLE, Centre, Fit
from renderer.row import Row
from renderer.spec.distance import hint_for
from renderer.spec.enter import ENTER, read_enter
from renderer.spec.merge import Merged, Written, merge
from renderer.spec.motion import MOTION, read_motion
from renderer.spec.nodes import Entry, Fields, Node
from renderer.spec.origins import Origins
from renderer.spec.outputs import OUTPUTS
from renderer.spec.scene import Scene, word
from renderer.spec.takes import check_rivals, without_rivals
from renderer.spec.text import Path
from renderer.spec.tracks import read_shot_sound
from renderer.spec.wording import listed, shorten
from renderer.spec.words import read_words
from renderer.storyboard import CUT, Framing, Use

FOR = "for"
DEFAULTS: Path = ("defaults",)
CUTTING = ("use", "fit", "reframe")
WORDED = ("titles", "caption", "dialogue")
FREE = (*CUTTING, *MOTION, "sound", ENTER, *WORDED)
"""What shows a clip another way; every other field asks for another clip."""
SIDES = {
    "left": Centre(x=Fraction(0)),
    "right": Centre(x=Fraction(1)),
    "top": Centre(y=Fraction(0)),
    "bottom": Centre(y=Fraction(1)),
    "center": MIDDLE,
}


class Level(Row):
    """The fields for one output in one place of the text."""

    entries: Mapping[str, Entry]
    path: Path

    def over(self, fields: Merged) -> Merged:
        """Fields with these on top."""
        return merge(self.entries, without_rivals(fields, self.entries), self.path)


class Override(Row):
    """What one output has otherwise: levels below the profile, the lowest first, and the profile's own, if there is one."""

    output: str
    levels: tuple[Level, ...]
    highest: Level | None

    @property
    def names(self) -> frozenset[str]:
        """The fields that are said for the output."""
        every = (*self.levels, self.highest) if self.highest else self.levels
        return frozenset(name for level in every for name in level.entries)

    @property
    def asks(self) -> bool:
        """Whether the output has a clip of its own."""
        return not self.names <= {*FREE}

    def under_profile(self, fields: Merged) -> Merged:
        """A shot's fields, defaults merged already, with those of the levels on top."""
        return reduce(lambda below, level: level.over(below), self.levels, fields)

    def over_profile(self, fields: Merged) -> Merged:
        """The same with those of the profile's own level on top."""
        return self.highest.over(fields) if self.highest else fields


def read_overrides(scene: Scene, node: Fields, path: Path) -> Iterator[Override]:
    """What each output has otherwise of the shot at `path`, in order of the outputs; none for one that has nothing."""
    own = node.entries.get(FOR)
    if not scene.profile and own is None and FOR not in scene.defaults:
        return
    is_footage = node.value.get("clip") is not None
    for output in scene.outputs:
        lowest = _level(scene.document.node((*DEFAULTS, FOR)), output.name, (*DEFAULTS, FOR))
        nearest = _level(own.node if own else None, output.name, (*path, FOR))
        highest = _of_profile(scene, output.name)
        if is_footage:
            lowest, highest = _free(lowest), _free(highest)
        if own and (own.node.value is None or _is_unset(own.node, output.name)):
            lowest = None
        levels = tuple(level for level in (lowest, nearest) if level)
        if levels or highest:
            yield Override(output.name, levels, highest)


def check_overrides(scene: Scene, entries: Mapping[str, Entry], path: Path) -> None:
    """Tell what is wrong with the `for` of a place: outputs that are not there (S251), seeds said in two ways (S227)."""
    entry = entries.get(FOR)
    if entry is None or not isinstance(entry.node, Fields):
        return
    known = [output.name for output in scene.outputs]
    for name, below in entry.node.entries.items():
        where = (*path, FOR, name)
        if isinstance(below.node, Fields):
            check_rivals(scene, below.node.entries, where)
        if name in known or any(fault in ((OUTPUTS,), (OUTPUTS, name)) for fault in scene.faults):
            continue
        message = f"no output is called `{shorten(name)}`"
        place = scene.document.place_of_key(where)
        hint = hint_for(name, known) or "write down each film below `outputs`"
        scene.problems.add("S251", message, place, notes=[f"outputs here: {listed(known)}"], hint=hint)


def read_framing(
    scene: Scene, fields: Merged, *, use: Use | None, names: frozenset[str]
) -> tuple[Framing, Origins]:
    """How an output shows a shot by its fields for it, and where that is written; `use` is what is shown of it elsewhere.

    `names` are the fields that are said for this output; all others are the shot's own.
    """
    here = scene.use(fields.get("use"))
    framing = Framing(
        use=None if here == use else here or Use(),
        fit=cast("Fit | None", word(fields.get("fit"))),
        centre=_centre(fields.get("reframe")),
        motion=read_motion(scene, fields) if names & {*MOTION} else None,
        sound=read_shot_sound(fields.get("sound")) if "sound" in names else None,
        words=read_words(scene, fields) if names & {*WORDED} else None,
        enter=(read_enter(scene, fields.get(ENTER)) or CUT) if ENTER in names else None,
    )
    told = {*CUTTING, *names}
    return framing, {
        name: scene.places(field) for name in FREE if name in told and (field := fields.get(name))
    }


def _centre(field: Written | Merged | None) -> Centre | None:
    if field is None:
        return None
    if isinstance(field, Written):
        return SIDES.get(str(field.node.value), MIDDLE)
    found = {
        name: Fraction(share.node.value)
        for name, share in field.items()
        if isinstance(share, Written) and isinstance(share.node.value, int | Decimal)
    }
    return MIDDLE._replace(**found)


def _level(node: Node | None, output: str, path: Path) -> Level | None:
    entry = node.entries.get(output) if isinstance(node, Fields) else None
    if entry is None or not isinstance(entry.node, Fields) or not entry.node.entries:
        return None
    return Level(entry.node.entries, (*path, output))


def _of_profile(scene: Scene, output: str) -> Level | None:
    if scene.profile is None:
        return None
    entry = scene.profile.entries.get(FOR)
    return _level(entry.node if entry else None, output, (*scene.profile.path, FOR))


def _free(level: Level | None) -> Level | None:
    """A level without what asks for another clip."""
    entries = {name: entry for name, entry in level.entries.items() if name in FREE} if level else {}
    return level._replace(entries=entries) if level and entries else None


def _is_unset(node: Node, output: str) -> bool:
    return isinstance(node, Fields) and output in node.entries and node.entries[output].node.value is None
