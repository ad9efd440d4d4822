"""A film by arithmetic, from what the pages say and nothing else: its slots, and which pictures stand at each of its frames.

It knows nothing of the program. Where the pages leave the rounding open, more than one picture may stand at a frame.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

from .footage import Clip

Board = Mapping[str, Any]
CARD_S = Fraction(2)


class Enter(NamedTuple):
    """A transition into a slot: which, how long, and the colour of a dip or the direction of a wipe."""

    name: str
    length_s: Fraction
    detail: str = ""


class Slot(NamedTuple):
    """A slot of the cut. A card has no clip, and a `colour`."""

    name: str
    clip: Clip | None
    in_s: Fraction = Fraction()
    part_s: Fraction = Fraction()
    speed: Fraction = Fraction(1)
    reverse: bool = False
    hold_s: Fraction = Fraction()
    enter: Enter | None = None
    fit: str = "crop"
    colour: str = ""

    @property
    def moving_s(self) -> Fraction:
        return self.part_s / self.speed

    @property
    def length_s(self) -> Fraction:
        return self.moving_s + self.hold_s


class Laid(NamedTuple):
    """A slot in its place: its first frame of the film, the one behind its last, and how many it shares with the slot before."""

    slot: Slot
    first: int
    end: int
    overlap: int
    exact_first: Fraction


class Film(NamedTuple):
    """One output as the pages have it."""

    name: str
    file: str
    rate: Fraction
    size: tuple[int, int] | None
    laid: Sequence[Laid]

    @property
    def frames(self) -> int:
        return self.laid[-1].end


def reckon(board: Board, clips: Mapping[str, Clip]) -> list[Film]:
    """All films of a storyboard, in order."""
    outputs = board["outputs"]
    main_fps = Fraction(next(iter(outputs.values())).get("fps", 24))
    return [
        Film(
            name,
            wish["file"],
            Fraction(wish.get("fps", 24)),
            _size(wish),
            lay(slots(board, clips, output=name, main_fps=main_fps), rate=Fraction(wish.get("fps", 24))),
        )
        for name, wish in outputs.items()
    ]


def _size(wish: Mapping[str, Any]) -> tuple[int, int] | None:
    if "size" not in wish:
        return None
    width, height = wish["size"].split("x")
    return int(width), int(height)


def slots(board: Board, clips: Mapping[str, Clip], *, output: str, main_fps: Fraction) -> list[Slot]:
    """The slots of one output, in order, with the cards before and after shots."""
    wish, shots = board["outputs"][output], {shot["id"]: shot for shot in board["shots"]}
    cut = [
        entry if isinstance(entry, Mapping) else {"shot": entry}
        for entry in wish.get("sequence", board.get("sequence", [*shots]))
    ]
    made: list[Slot] = []
    for place, entry in enumerate(cut):
        own = shots[entry["shot"]]
        said = _said(board, own, entry, output=output)
        titles = said.get("titles") or []
        is_first = entry["shot"] not in {one["shot"] for one in cut[:place]}
        is_last = entry["shot"] not in {one["shot"] for one in cut[place + 1 :]}
        slot = _slot(said, clips[own["clip"]], name=f"{place}:{own['id']}", main_fps=main_fps)
        slot = slot._replace(fit=said.get("fit", wish.get("fit", "crop")))
        before, after = (
            [
                _card(title, name=slot.name, main_fps=main_fps)
                for title in titles
                if title["at"] == at and is_it
            ]
            for at, is_it in (("before", is_first), ("after", is_last))
        )
        if before:
            before[0], slot = before[0]._replace(enter=slot.enter), slot._replace(enter=None)
        made += [*before, slot, *after]
    if (lead := made[0].enter) and lead.name != "dip":
        made[0] = made[0]._replace(enter=None)
    return made


def _said(board: Board, shot: Mapping[str, Any], entry: Mapping[str, Any], *, output: str) -> dict[str, Any]:
    """A shot's fields in one output: the defaults, the shot, the `for` of both, the entry of the cut."""
    defaults = board.get("defaults", {})
    said: dict[str, Any] = {}
    for level in (
        defaults,
        shot,
        defaults.get("for", {}).get(output, {}),
        shot.get("for", {}).get(output, {}),
    ):
        for name, value in level.items():
            is_mapping = (
                isinstance(value, Mapping) and isinstance(said.get(name), Mapping) and name != "enter"
            )
            said[name] = {**said[name], **value} if is_mapping else value
    return said | dict(entry)


def _slot(said: Mapping[str, Any], clip: Clip, *, name: str, main_fps: Fraction) -> Slot:
    use = said.get("use") or {}
    use = use if isinstance(use, Mapping) else {"out": use}
    length_s = time_s(said["duration"], main_fps) if clip.is_still and "duration" in said else clip.length_s
    in_s = time_s(use.get("in", 0), main_fps)
    out_s = time_s(use["out"], main_fps) if use.get("out") is not None else length_s
    still = clip.is_still
    return Slot(
        name,
        clip,
        in_s,
        out_s - in_s,
        Fraction(1) if still else Fraction(str(said.get("speed") or 1)),
        bool(said.get("reverse")) and not still,
        time_s(said.get("hold") or 0, main_fps),
        _enter(said.get("enter"), main_fps=main_fps),
    )


def _card(title: Mapping[str, Any], *, name: str, main_fps: Fraction) -> Slot:
    length_s = time_s(title["for"], main_fps) if "for" in title else CARD_S
    return Slot(f"{name}+card", None, part_s=length_s, colour=title["background"])


def _enter(said: Mapping[str, Any] | None, *, main_fps: Fraction) -> Enter | None:
    if not said:
        return None
    if "xfade" in said:
        return Enter(said["xfade"], time_s(said["for"], main_fps))
    (name,) = {"crossfade", "dip", "wipe"} & {*said}
    detail = said.get("colour", "black") if name == "dip" else said.get("direction", "left")
    return Enter(name, time_s(said[name], main_fps), detail)


def time_s(value: Any, fps: Fraction) -> Fraction:
    """Seconds, frames or a timecode as exact seconds."""
    text = str(value)
    if text.endswith("f"):
        return int(text[:-1]) / fps
    if re.fullmatch(r"\d\d:\d\d:\d\d:\d\d", text):
        hours, minutes, seconds, frames = map(int, text.split(":"))
        return ((hours * 60 + minutes) * 60 + seconds) * ceil(fps) / fps + frames / fps
    return Fraction(text)


def lay(cut: Sequence[Slot], *, rate: Fraction) -> list[Laid]:
    """Every slot begins and ends on the frame that is nearest to its exact place."""
    laid: list[Laid] = []
    end_s, end = Fraction(), 0
    for slot in cut:
        first_s = end_s - (slot.enter.length_s if slot.enter and laid else 0)
        end_s = first_s + slot.length_s
        first = nearest(first_s * rate)
        laid.append(Laid(slot, first, nearest(end_s * rate), end - first, first_s * rate))
        end = laid[-1].end
    return laid


def nearest(place: Fraction) -> int:
    return floor(place + Fraction(1, 2))


def standing(laid: Laid, frame: int, *, rate: Fraction) -> set[int]:
    """The numbers of the pictures that may stand at a frame of the slot, counted from its first one; of a card, -1."""
    slot = laid.slot
    if slot.clip is None:
        return {-1}
    length = laid.end - laid.first
    # Whether the part or the hold is rounded is open where both end between two frames.
    ends = {
        length - nearest(slot.hold_s * rate),
        nearest(laid.exact_first + slot.moving_s * rate) - laid.first,
    }
    shown = set()
    for moving in (max(1, end) for end in ends):
        at = min(frame, moving - 1)
        shown |= _at(slot, moving - 1 - at if slot.reverse else at, rate=rate)
    return shown


def _at(slot: Slot, frame: int, *, rate: Fraction) -> set[int]:
    """The picture that stands in the middle of a frame's time; the part begins at the frame of the film nearest to it."""
    clip = slot.clip
    assert clip
    if clip.is_still:
        return {0}
    first = nearest(slot.in_s / slot.speed * rate)
    middle_s = (first + frame + Fraction(1, 2)) * slot.speed / rate
    shown = {clip.numbers[max(0, bisect_left(clip.times, middle_s) - 1)]}
    if middle_s < clip.length_s:
        return shown
    # Beyond the clip its last picture is held, or the last that a frame of the film showed of it.
    steps = floor((middle_s - clip.length_s) * rate / slot.speed) + 1
    return shown | {clip.numbers[max(0, bisect_left(clip.times, middle_s - steps * slot.speed / rate) - 1)]}


def scenes(film: Film) -> Iterator[tuple[int, Laid, Laid | None]]:
    """Each frame of a film with its slot, and with the one that goes, where one goes over into the other."""
    for place, laid in enumerate(film.laid):
        end = film.laid[place + 1].first if place + 1 < len(film.laid) else laid.end
        for frame in range(laid.first, end):
            yield frame, laid, film.laid[place - 1] if frame < laid.first + laid.overlap else None
