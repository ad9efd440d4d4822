"""What editing programs call our transitions: effects of Final Cut Pro 7, codes of CMX 3600. Pure tables.

Names and categories are those of Final Cut Pro 7's own effects, wipe codes those of SMPTE ST 258. What has no kin there is a dissolve, and
its own name stands beside it: a comment in an edit list, metadata elsewhere.
"""

from __future__ import annotations

from renderer.export.plain import one_line
from renderer.export.timeline import Transition
from renderer.model import Json
from renderer.row import Row

CROSSFADE, DIP = "crossfade", "dip"


class Kin(Row):
    """The nearest effect of an editing program: its name, which is its id too, its category, its wipe code, and whether it runs the other way."""

    name: str
    category: str
    code: int = 0
    is_reversed: bool = False


DISSOLVE = Kin("Cross Dissolve", "Dissolve")
KIN = {
    DIP: Kin("Dip to Color Dissolve", "Dissolve"),
    "fadeblack": Kin("Dip to Color Dissolve", "Dissolve"),
    "fadewhite": Kin("Dip to Color Dissolve", "Dissolve"),
    "wiperight": Kin("Edge Wipe", "Wipe", 1),
    "wipeleft": Kin("Edge Wipe", "Wipe", 1, is_reversed=True),
    "wipedown": Kin("Edge Wipe", "Wipe", 2),
    "wipeup": Kin("Edge Wipe", "Wipe", 2, is_reversed=True),
    "radial": Kin("Clock Wipe", "Wipe", 201),
    "vertopen": Kin("Center Wipe", "Wipe", 21),
    "vertclose": Kin("Center Wipe", "Wipe", 21, is_reversed=True),
    "horzopen": Kin("Center Wipe", "Wipe", 22),
    "horzclose": Kin("Center Wipe", "Wipe", 22, is_reversed=True),
    "circleopen": Kin("Oval Iris", "Iris", 119),
    "circleclose": Kin("Oval Iris", "Iris", 119, is_reversed=True),
    "rectcrop": Kin("Rectangle Iris", "Iris", 101),
    "slideright": Kin("Push Slide", "Slide"),
    "slideleft": Kin("Push Slide", "Slide", is_reversed=True),
}


def kin_of(transition: Transition) -> Kin:
    """The nearest effect of an editing program."""
    return KIN.get(transition.kind, DISSOLVE)


def is_plain(transition: Transition) -> bool:
    """Whether every editing program has this very transition."""
    return transition.kind in (CROSSFADE, "fade")


def effect_of(transition: Transition) -> dict[str, Json]:
    """The effect of a transition, as Final Cut Pro 7 XML names it."""
    kin = kin_of(transition)
    return {
        "name": kin.name,
        "effectid": kin.name,
        "effectcategory": kin.category,
        "effecttype": "transition",
        "mediatype": "video",
        "wipecode": str(kin.code),
        "wipeaccuracy": "100",
        "startratio": "0",
        "endratio": "1",
        "reverse": "TRUE" if kin.is_reversed else "FALSE",
    }


def cmx_code(transition: Transition) -> str:
    """The code of a transition in an edit list: `D`, or `W` and the number of a wipe.

    >>> cmx_code(Transition("wiperight", 6)), cmx_code(Transition("dip", 6))
    ('W001', 'D')
    """
    code = kin_of(transition).code
    return f"W{code:03}" if code else "D"


def words_of(transition: Transition) -> str:
    """A transition in words, for people.

    >>> words_of(Transition("dip", 12, "#000000"))
    'dip of 12 frames through #000000'
    """
    through = f" through {transition.colour}" if transition.colour else ""
    return one_line(f"{transition.kind} of {transition.frames} frames{through}")
