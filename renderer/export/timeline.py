"""The value that all exports are made of: one film as an editor sees it, full-length clips and what is used of them.

Frames are counted at the film's rate unless a clip says otherwise. `pipeline` fills it in; the exports only read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from renderer.digest import Digest
from renderer.model import Json, Size
from renderer.row import Row

SHORT = 4
NAME_MAX = 100
_ODD = re.compile(r"[^a-z0-9._-]+")


class Clip(Row):
    """A full-length clip: where it lies, relative to the document that names it, and what it is; `frames` at its own rate.

    `path` has forward slashes, and is empty for a clip that is in the store alone. `channels` are those of its sound.
    """

    path: str
    digest: Digest
    size: Size
    fps: Fraction
    frames: int
    has_sound: bool
    channels: int = 2


class Version(Row):
    """One attempt at a shot, or own footage (`provider` empty). `take` is None for a clip of an older request.

    `clip` is None where there is none yet. `request` is what was asked for, in neutral fields, `key` its action key, where that is known;
    `parents` are the shots of which it takes frames.
    """

    shot: str
    take: int | None
    clip: Clip | None
    provider: str = ""
    model: str | None = None
    seed: int | None = None
    price_usd: Decimal | None = None
    request: Mapping[str, Json] = {}
    parents: tuple[str, ...] = ()
    key: str = ""

    @property
    def label(self) -> str:
        """How a version is told from the others of its shot."""
        if not self.provider:
            return "own footage"
        return "older request" if self.take is None else f"take {self.take}"

    @property
    def prompt(self) -> str:
        fields = self.request.get("fields")
        prompt = fields.get("prompt") if isinstance(fields, Mapping) else None
        return prompt if isinstance(prompt, str) else ""


class Transition(Row):
    """How a slot is entered from the one before it: they overlap by `frames`, ≥ 1, so the film is that much shorter.

    `colour` is what a dip goes through, `#rrggbb`, else empty.
    """

    kind: str
    frames: int
    colour: str = ""


class Motion(Row):
    """How a clip moves: its speed, > 0, and whether its frames come in the opposite order."""

    speed: Fraction = Fraction(1)
    reverse: bool = False

    @property
    def words(self) -> str:
        """Speed and way for people; empty for a clip that is shown as it is."""
        speed = [f"at {float(self.speed):g} times its speed"] if self.speed != 1 else []
        return " and ".join([*speed, *(["backwards"] if self.reverse else [])])

    def shows(self, frame: int) -> int:
        """The frame of the clip that a film shows as its frame number `frame` at this speed, both at the film's rate.

        >>> [Motion(Fraction(3, 2)).shows(frame) for frame in range(4)], [Motion(Fraction(1, 2)).shows(3)]
        ([0, 2, 3, 5], [1])
        """
        # The frame that is nearest, as ffmpeg's `fps` rounds, and of two the later one.
        return math.ceil(self.speed * (frame + Fraction(1, 2))) - 1

    def spans(self, frames: int) -> int:
        """How many frames of a clip so many of the film are, ≥ 1."""
        return max(1, round(frames * self.speed))


class Event(Row):
    """One slot of the cut: `frames` frames of the clip from `first` on; the last `held` of them repeat one frame.

    Frames of the clip are counted as they are at the speed of `motion`; backwards, the slot begins with the last of them and holds the first,
    and where the clip ends before them, the first `ahead` frames of the slot repeat the clip's last one.
    `versions` are all there are of its shot, `shown` the one among them that the film shows. `ground` is the colour of a card, `#rrggbb`, which
    shows no clip; None where there is one. `gain_db` is exact text.
    """

    shown: Version
    first: int
    frames: int
    held: int = 0
    versions: tuple[Version, ...] = ()
    enter: Transition | None = None
    motion: Motion = Motion()
    ground: str | None = None
    gain_db: str = "0"
    mute: bool = False
    ahead: int = 0

    @property
    def is_heard(self) -> bool:
        """Whether the film hears anything of the clip, but for its gain."""
        clip = self.shown.clip
        return clip is not None and clip.has_sound


class Title(Row):
    """A text that is drawn from frame `start` of the film on; `size` is in percent of the shorter side, `place` as `bottom-left`."""

    start: int
    frames: int
    text: str
    place: str
    size: str
    colour: str


class Sound(Row):
    """One hearing of a track: `frames` frames of its file from `first` on, at `start` of the film; all at the film's rate.

    `rate_hz` and `samples` are the file's own, `how` tells what the film does to it, such as its gain; `path` as a clip's.
    `levels` are how loud it is between those frames of this hearing, 1 for as loud as its gain makes it; none where it does not fade.
    """

    track: str
    path: str
    digest: Digest
    rate_hz: int
    samples: int
    start: int
    first: int
    frames: int
    how: Mapping[str, Json] = {}
    channels: int = 2
    gain_db: str = "0"
    levels: tuple[tuple[int, Fraction], ...] = ()


class Timeline(Row):
    """One film. `name` is its file's stem; `size` None where no clip tells it yet; events in cut order, ≥ 1; sounds track by track.

    `opening` is what the film fades up from, titles are in order of time.
    """

    name: str
    title: str
    file: str
    size: Size | None
    fps: Fraction
    events: tuple[Event, ...]
    sounds: tuple[Sound, ...] = ()
    opening: Transition | None = None
    titles: tuple[Title, ...] = ()

    @property
    def starts(self) -> tuple[int, ...]:
        """The frame of the film at which each event starts."""
        found, at = [], 0
        for event in self.events:
            at -= event.enter.frames if event.enter else 0
            found.append(at)
            at += event.frames
        return tuple(found)

    @property
    def frames(self) -> int:
        """How many frames the film has."""
        return self.starts[-1] + self.events[-1].frames

    @property
    def missing(self) -> tuple[str, ...]:
        """The shots that the film shows and that have no clip, each once, in cut order."""
        shown = (event.shown for event in self.events if event.ground is None)
        return tuple(dict.fromkeys(version.shot for version in shown if version.clip is None))

    def versions(self) -> tuple[Version, ...]:
        """Every version of every shot in the cut, each once: those of a shot together, shots in cut order."""
        return tuple({id(version): version for event in self.events for version in event.versions}.values())


def safe_name(text: str) -> str:
    """A text as a file's name, or a part of one: small letters, digits, `.`, `_` and `-`, never empty, no dot in front.

    >>> safe_name("../Käse brot"), safe_name("verse.tokyo")
    ('k-se-brot', 'verse.tokyo')
    """
    return _ODD.sub("-", text.lower()).strip(".-")[:NAME_MAX] or "film"


def clip_name(
    film: str, *, shot: str, take: int | None, sha256: str, ending: str = "mp4", signs: int = SHORT
) -> str:
    """The name of a copy of a clip, the same as long as the clip is the same.

    >>> clip_name("liftoff", shot="pad", take=2, sha256="3f9a" * 16)
    'liftoff_pad_t02_3f9a.mp4'
    """
    number = [] if take is None else [f"t{take:02}"]
    stem = "_".join([safe_name(film), safe_name(shot), *number, sha256[:signs]])
    return f"{stem}.{safe_name(ending)}"


def unique_names(names: Sequence[Sequence[str]]) -> list[str]:
    """For each clip the first of its names, from short to long, that stands for no other clip; the last where none does.

    Lists of equal length. Clips are told apart by their longest name.
    """
    found = []
    for row in names:
        free = (
            name
            for place, name in enumerate(row)
            if all(other[-1] == row[-1] for other in names if other[place] == name)
        )
        found.append(next(free, row[-1]))
    return found
