"""The camera: which move a shot gets, and where its window stands at each instant.

A move is a direction on three axes (x right, y down, z into the picture), the same words that a director
uses: `pan left`, `crane up and push in`. A course is a move laid over one plate: at progress `p` the
window, a rectangle of the frame's own shape, shows the fraction `1 - shrink` of the plate's width and
never leaves the plate, because its position is a fraction of the room that the shrinking leaves.
Pure: no picture and no process is touched here.
"""

from __future__ import annotations

import hashlib
import math
import re
from fractions import Fraction
from typing import Literal

from renderer.row import Row

Zoom = Literal["in", "out", "hold", "breathe"]

TRAVEL_MIN, TRAVEL_MAX = 0.06, 0.14
EASE = 0.75
"""How much of the course is smoothstep; the rest is linear, so that a cut never lands on a dead camera."""
SWAY_ROOM = 0.022
ROLL_RAD = 0.0022


class Move(Row):
    """A direction on each axis, -1, 0 or 1, how far it goes (1 is the ordinary amount), and a hand's sway."""

    x: int = 0
    y: int = 0
    z: int = 0
    pace: float = 1.0
    sway: bool = False


class Focus(Row):
    """The point of a plate that a zoom keeps in its place, as fractions of its width and height."""

    x: float = 0.5
    y: float = 0.42


class Course(Row):
    """A window's way over one plate. `x` and `y` are its first and last place in the room left, each 0 to 1."""

    zoom: Zoom
    shrink: float
    x: tuple[float, float]
    y: tuple[float, float]
    sway_phase: float | None = None

    def window(self, progress: float) -> tuple[float, float, float]:
        """Left, top and size of the window as fractions of the plate, sway aside; `progress` from 0 to 1."""
        eased = ease(progress)
        room = self.shrink * _zoomed(self.zoom, progress, eased)
        return room * _between(self.x, eased), room * _between(self.y, eased), 1 - room


PUSH, PULL = Move(z=1), Move(z=-1)
REPERTOIRE = (
    PUSH,
    Move(x=1),
    PULL,
    Move(x=-1),
    Move(x=1, z=1),
    Move(y=-1),
    Move(x=-1, z=1),
    Move(y=1),
    Move(x=-1, y=-1),
    Move(x=1, y=-1),
)


def ease(progress: float) -> float:
    """Progress along a course: slow at both ends, 0 at 0 and 1 at 1, rising throughout.

    >>> [ease(p) for p in (0, 0.5, 1)]
    [0.0, 0.5, 1.0]
    """
    return progress + EASE * (progress * progress * (3 - 2 * progress) - progress)


def choose_move(
    camera: str | None, *, seed: int, picture: str, repertoire: tuple[Move, ...] = REPERTOIRE
) -> Move:
    """The move that the author's words name; what they leave open is decided by seed and picture.

    Takes whose seeds follow one another get different moves; one still keeps its move while prompts change.
    """
    turn = seed + int.from_bytes(hashlib.sha256(picture.encode()).digest()[:4])
    drawn = repertoire[turn % len(repertoire)]
    return read_camera(camera, turn=turn, otherwise=drawn) if camera and camera.strip() else drawn


_UP = r"(?:up(?:wards?)?|rise|rises|rising|ascend\w*|skywards?)"
_DOWN = r"(?:down(?:wards?)?|lower\w*|sink\w*|descend\w*|drop\w*)"
_TRAVEL = r"(?:push|dolly|dollie|zoom|track|truck|move|creep|ease|inch|glide|ride|crash|camera|go|fly|drift|pull|back)"
_GAP = r"\w*\W+(?:\w+\W+){0,2}?"
_STILL = re.compile(
    r"\b(static|stationary|still|lock(ed)?([ -](off|down|shot|camera))?|tripod|fixed|motionless"
    r"|(no|without)( any)?( camera)? (move\w*|motion))\b"
)
_SWAY = re.compile(r"\b(hand[ -]?held|shak[ye]\w*|sway\w*|wobbl\w*|breathing|documentary)\b")
_CROSSING = (
    (re.compile(r"\bleft\b[ -]*(?:hand )?(?:side )?(?:over )?to[ -]+(?:the )?right\b"), (1, 0)),
    (re.compile(r"\bright\b[ -]*(?:hand )?(?:side )?(?:over )?to[ -]+(?:the )?left\b"), (-1, 0)),
    (re.compile(r"\b(?:bottom|below) to (?:the )?(?:top|above)\b"), (0, -1)),
    (re.compile(r"\b(?:top|above) to (?:the )?(?:bottom|below)\b"), (0, 1)),
)
_IN = re.compile(
    rf"\b(push\w*(?![ -](?:out|back))|{_TRAVEL}{_GAP}(?:in|into|inwards?|forwards?|towards?|closer)|closer)\b"
)
_OUT = re.compile(
    rf"\b(pull\w*(?![ -](?:in|up|down|left|right|focus))|widen\w*|reveal\w*|{_TRAVEL}{_GAP}(?:out|outwards?|back|backwards?|away))\b"
)
_LOOSE = (
    (
        re.compile(r"\b(pan\w*|truck\w*|track\w*|slid\w*|orbit\w*|arc\w*|follow\w*|drift\w*|lateral\w*)\b"),
        "x",
    ),
    (re.compile(r"\b(tilt\w*|crane\w*|pedestal\w*|boom\w*|jib\w*)\b"), "y"),
    (re.compile(r"\b(zoom\w*|doll(y|ie)\w*)\b"), "z"),
)
_SLOW = re.compile(r"\b(slow\w*|gent\w*|subtl\w*|slight\w*|barely|creep\w*|calm\w*)\b")
_FAST = re.compile(r"\b(fast\w*|quick\w*|rapid\w*|swift\w*|crash|whip\w*|hurried\w*|sudden\w*)\b")


def read_camera(text: str, *, turn: int, otherwise: Move) -> Move:
    """The move that some words name; `otherwise` where they name none, `turn` decides a side left open.

    >>> read_camera("slow push in", turn=0, otherwise=PULL)
    Move(x=0, y=0, z=1, pace=0.65, sway=False)
    >>> read_camera("pan from left to right", turn=0, otherwise=PULL).x
    1
    """
    words = text.casefold()
    pace = 0.65 if _SLOW.search(words) else 1.4 if _FAST.search(words) else 1.0
    sway = bool(_SWAY.search(words))
    if _STILL.search(words):
        return Move(pace=pace)
    x, y, words = _crossing(words)
    x = x or _side(words, r"(?:left(?:wards?)?)", r"(?:right(?:wards?)?)")
    y = y or _side(words, _UP, _DOWN)
    z = bool(_IN.search(words)) - bool(_OUT.search(words))
    if not (x or y or z):
        x, y, z = _loose(words, 1 if turn % 2 else -1)
    if x or y or z or sway:
        return Move(x, y, z, pace, sway)
    return Move(otherwise.x, otherwise.y, otherwise.z, pace)


def _crossing(words: str) -> tuple[int, int, str]:
    for pattern, (x, y) in _CROSSING:
        if pattern.search(words):
            return x, y, pattern.sub(" ", words)
    return 0, 0, words


def _side(words: str, negative: str, positive: str) -> int:
    return bool(re.search(rf"\b{positive}\b", words)) - bool(re.search(rf"\b{negative}\b", words))


def _loose(words: str, sign: int) -> tuple[int, int, int]:
    axes = next((axis for pattern, axis in _LOOSE if pattern.search(words)), "")
    return sign * (axes == "x"), sign * (axes == "y"), axes == "z"


def travel(move: Move, duration_s: Fraction) -> float:
    """How much of the frame a move crosses: 10 % in five seconds, so that speed varies little with length."""
    ordinary = min(0.11, max(0.08, 0.06 + 0.008 * float(duration_s)))
    return min(TRAVEL_MAX, max(TRAVEL_MIN, ordinary * move.pace))


def lay_course(move: Move, *, duration_s: Fraction, focus: Focus, seed: int) -> Course:
    """The course of one plate on its own: it uses the plate whole wherever the move allows."""
    amount = travel(move, duration_s)
    still = not (move.x or move.y or move.z)
    zoom: Zoom = "in" if move.z > 0 else "out" if move.z < 0 else "hold"
    ends = {"in": _arriving, "out": _leaving, "hold": _crossing_over}[zoom]
    return Course(
        zoom=zoom,
        shrink=0.0 if still else amount / (1 + amount),
        x=ends(move.x, focus.x),
        y=ends(move.y, focus.y),
        sway_phase=(seed % 360) / 360 * math.tau if move.sway else None,
    )


def lay_match(move: Move, *, duration_s: Fraction, focus: tuple[Focus, Focus]) -> tuple[Course, Course]:
    """Two courses that dissolve into one movement, from the whole first plate to the whole last one.

    Both windows have the same size at any instant and travel the same way; the first stands still and
    whole at progress 0, the second at progress 1.
    """
    amount = 0.0 if move == Move(pace=move.pace) else travel(move, duration_s)
    shrink = amount / (1 + amount)
    first = Course("breathe", shrink, _arriving(move.x, focus[0].x), _arriving(move.y, focus[0].y))
    last = Course("breathe", shrink, _leaving(move.x, focus[1].x), _leaving(move.y, focus[1].y))
    return first, last


def _arriving(axis: int, focus: float) -> tuple[float, float]:
    return (0.5, 0.5 + axis / 2) if axis else (focus, focus)


def _leaving(axis: int, focus: float) -> tuple[float, float]:
    return (0.5 - axis / 2, 0.5) if axis else (focus, focus)


def _crossing_over(axis: int, focus: float) -> tuple[float, float]:
    return (0.5 - axis / 2, 0.5 + axis / 2) if axis else (focus, focus)


def _between(ends: tuple[float, float], eased: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * eased


def _zoomed(zoom: Zoom, progress: float, eased: float) -> float:
    return {"in": eased, "out": 1 - eased, "hold": 1.0, "breathe": math.sin(math.pi * progress) ** 2}[zoom]
