"""A storyboard by chance, over clips of its own; whatever it says, a film can be made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from fractions import Fraction
from random import Random
from typing import Any

from .blend import MIXING, WILD
from .footage import RATES, Clip
from .reckon import nearest, reckon

Wish = dict[str, Any]
FILM_SIZES = ("160x90", "90x160", "96x96", "128x72", "176x100")
SPEEDS = (0.5, 2, 0.25, 3, 1.5, 0.7, 1.1, 10, 0.1)
REPAIRS_MAX = 200
MOVED_MAX_S = 12


def draw_board(chance: Random, *, clips: Mapping[str, Clip]) -> Wish:
    """A storyboard: one to three outputs, a shot for each clip, and mostly a cut."""
    rates = [chance.choice(RATES) for _ in range(chance.choice([1, 1, 2, 3]))]
    outputs = {f"o{place}": _output(chance, rate, place=place) for place, rate in enumerate(rates)}
    shots = [_shot(chance, clip, name=f"s{clip.mark}", outputs=[*outputs]) for clip in clips.values()]
    board: Wish = {"version": 1, "outputs": outputs, "shots": shots}
    if chance.random() < 0.4:
        board["defaults"] = {"enter": _enter(chance)}
    if chance.random() < 0.8:
        board["sequence"] = _cut(chance, shots)
    for wish in outputs.values():
        if chance.random() < 0.3:
            wish["sequence"] = _cut(chance, shots)
    return mend(board, clips)


def edit(chance: Random, board: Wish, *, clips: Mapping[str, Clip]) -> Wish:
    """The same storyboard with something else: one slot, one transition, one shot, or one entry less or more."""
    board = deepcopy(board)
    board.setdefault("sequence", [{"shot": shot["id"]} for shot in board["shots"]])
    cut, place = board["sequence"], chance.randrange(len(board["sequence"]))
    entry = _as_entry(cut[place])
    acts: list[Callable[[], object]] = [
        lambda: entry.update(_motion(chance, _clip_of(board, entry["shot"], clips))),
        lambda: entry.update(enter=_enter(chance)),
        lambda: entry.update(use=_use(chance, _clip_of(board, entry["shot"], clips))),
        lambda: cut.insert(place, {"shot": chance.choice(board["shots"])["id"]}),
        lambda: cut.pop(place) if len(cut) > 1 else None,
    ]
    cut[place] = entry
    chance.choice(acts)()
    return mend(board, clips)


def mend(board: Wish, clips: Mapping[str, Clip]) -> Wish:
    """The same without what no film can be made of: too short slots, transitions that overlap each other."""
    board = deepcopy(board)
    for _ in range(REPAIRS_MAX):
        if not _mend_one(board, clips):
            return board
    raise AssertionError(f"not to be mended: {board}")


def _mend_one(board: Wish, clips: Mapping[str, Clip]) -> bool:
    for film in reckon(board, clips):
        behind = [*film.laid[1:], None]
        for laid, after in zip(film.laid, behind, strict=True):
            lead = laid.slot.enter.length_s if laid.slot.enter else Fraction()
            tail = after.slot.enter.length_s if after and after.slot.enter else Fraction()
            length = laid.end - laid.first
            frames = (laid.overlap if laid.first else 0) + (after.overlap if after else 0)
            is_short = length < 1 or laid.slot.length_s * film.rate < 1
            is_cut = bool(lead) and nearest(lead * film.rate) * (laid.overlap if laid.first else 1) < 1
            is_crossed = bool(lead or tail) and (lead + tail > laid.slot.length_s or frames > length)
            if is_short or is_cut or is_crossed:
                name = laid.slot if lead or not after or not tail else after.slot
                _calm(board, name.name, output=film.name, is_short=is_short)
                return True
    return False


def _calm(board: Wish, name: str, *, output: str, is_short: bool) -> None:
    """Take the transition from one entry, or where the slot is too short all that moves it."""
    wish = board["outputs"][output]
    owner = wish if "sequence" in wish else board
    owner.setdefault("sequence", [{"shot": shot["id"]} for shot in board["shots"]])
    place = int(name.partition(":")[0])
    entry = _as_entry(owner["sequence"][place])
    owner["sequence"][place] = entry | (
        {"enter": None, "speed": 1, "hold": 1} if is_short else {"enter": None}
    )


def _as_entry(entry: Any) -> Wish:
    return dict(entry) if isinstance(entry, Mapping) else {"shot": entry}


def _clip_of(board: Wish, shot: str, clips: Mapping[str, Clip]) -> Clip:
    return clips[next(one["clip"] for one in board["shots"] if one["id"] == shot)]


def _output(chance: Random, rate: str, *, place: int) -> Wish:
    wish: Wish = {
        "file": f"o{place}.mp4",
        "size": chance.choice(FILM_SIZES),
        "fps": rate if "/" in rate else int(rate),
    }
    if chance.random() < 0.5:
        wish["fit"] = chance.choice(["crop", "pad", "stretch"])
    codec = chance.choice(["h264"] * 7 + ["h265", "av1", "prores"])
    if codec != "h264":
        wish["codec"] = codec
    if codec == "prores":
        wish |= {"file": f"o{place}.mov", "pixel_format": "yuv422p10"}
    return wish


def _shot(chance: Random, clip: Clip, *, name: str, outputs: list[str]) -> Wish:
    shot: Wish = {"id": name, "clip": clip.file}
    if clip.is_still and chance.random() < 0.7:
        shot["duration"] = round(chance.uniform(0.2, 3), chance.choice([0, 1, 3])) or 1
    if chance.random() < 0.4 or clip.is_still:
        shot["use"] = _use(chance, clip)
    shot |= _motion(chance, clip) if chance.random() < 0.4 else {}
    if chance.random() < 0.4:
        shot["enter"] = chance.choice([None, _enter(chance), _enter(chance)])
    if chance.random() < 0.2:
        shot["titles"] = [
            _card(chance, at=at) for at in chance.choice([("before",), ("after",), ("before", "after")])
        ]
    if chance.random() < 0.3:
        other = _motion(chance, clip) | (
            {"enter": _enter(chance)} if chance.random() < 0.5 else {"fit": "pad"}
        )
        shot["for"] = {chance.choice(outputs): other}
    return shot


def _cut(chance: Random, shots: list[Wish]) -> list[Any]:
    cut: list[Any] = []
    for _ in range(chance.randint(1, 6)):
        shot = chance.choice(shots)
        entry: Wish = {"shot": shot["id"]}
        if chance.random() < 0.4:
            entry["enter"] = chance.choice([None, _enter(chance), _enter(chance)])
        if chance.random() < 0.3:
            entry |= {"speed": chance.choice(SPEEDS)}
        if chance.random() < 0.3:
            entry |= {"reverse": chance.random() < 0.7}
        if chance.random() < 0.2:
            entry |= {"hold": _time(chance, 1)}
        cut.append(entry if len(entry) > 1 or chance.random() < 0.5 else shot["id"])
    return cut


def _motion(chance: Random, clip: Clip) -> Wish:
    moved: Wish = {}
    if clip.is_still:
        return {"hold": _time(chance, 1)}
    if chance.random() < 0.6:
        moved["speed"] = chance.choice(
            [speed for speed in SPEEDS if clip.length_s / Fraction(str(speed)) < MOVED_MAX_S]
        )
    if chance.random() < 0.4:
        moved["reverse"] = True
    if chance.random() < 0.3:
        moved["hold"] = _time(chance, 1)
    return moved


def _use(chance: Random, clip: Clip) -> Any:
    """A part within the clip, or a little more than it has from its beginning."""
    length = float(clip.length_s)
    if clip.is_still:
        return _time(chance, 3)
    if chance.random() < 0.15:
        return round(length + 0.5, 2)
    if length < 0.2:
        return {"in": 0}
    first = chance.uniform(0, length * 0.7)
    last = chance.uniform(first + 0.1 * length, length * 0.99)
    digits = chance.choice([1, 2, 3])
    first, last = round(first, digits), round(last, digits)
    if not 0 <= first < last <= length:
        return {"in": 0}
    return chance.choice([last, {"in": first}, {"out": last}, {"in": first, "out": last}])


def _time(chance: Random, longest_s: float) -> Any:
    seconds = chance.uniform(0.05, longest_s)
    return chance.choice(
        [
            round(seconds, 3),
            round(seconds, 1) or 0.1,
            f"{max(1, int(seconds * 24))}f",
            f"00:00:{int(seconds):02}:{chance.randint(1, 11):02}",
        ]
    )


def _enter(chance: Random) -> Wish:
    length = _time(chance, chance.choice([0.3, 1]))
    return chance.choice(
        [
            {"crossfade": length},
            {"crossfade": length},
            {"dip": length, "colour": chance.choice(["black", "white", "#808080"])},
            {"wipe": length, "direction": chance.choice(["left", "right", "up", "down"])},
            {"xfade": chance.choice(MIXING), "for": length},
            {"xfade": chance.choice(WILD), "for": length},
        ]
    )


def _card(chance: Random, *, at: str) -> Wish:
    card: Wish = {
        "text": "x",
        "at": at,
        "place": "top-left",
        "size": 5,
        "background": chance.choice(["#404040", "#a0a0a0"]),
    }
    return card | ({"for": round(chance.uniform(0.2, 1), 2)} if chance.random() < 0.8 else {})
