"""The nouns of a storyboard, after merging and expansion: frozen values, no behaviour. Times in seconds, exact.

Named tuples, as in `model`: an edit of one shot meets them all.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

from renderer.coding import Coding
from renderer.diagnostic import Place
from renderer.model import Centre, Fit, Json, Size, base_of
from renderer.row import Row

NOTHING: Mapping[str, Any] = MappingProxyType({})
MAIN = "main"
"""The name of the one output of a storyboard that names none."""
SoundKind = Literal["music", "voice", "effects"]

_LOOPBACK = re.compile(r"http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?(/|$)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Use(Row):
    """The part of a clip that is on screen, in seconds of the clip; `out_s` None means to its end."""

    in_s: Fraction = Fraction(0)
    out_s: Fraction | None = None


class Source(Row):
    """Where an image or clip comes from, as the author wrote it.

    A `path` is relative to the storyboard's folder; a `url` is https; `data` is a data URI.
    """

    kind: Literal["path", "url", "data"]
    text: str

    @classmethod
    def read(cls, text: str) -> Source | None:
        """The source that an author's text names; None for an address that is neither https nor of this machine."""
        if text.startswith("data:"):
            return cls("data", text)
        if text.startswith("https://") or _LOOPBACK.match(text):
            return cls("url", text)
        return None if _SCHEME.match(text) else cls("path", text)

    def below(self, folder: str) -> Source:
        """The same source as written in a file of `folder`, which is relative to the storyboard's own; empty for that one."""
        if self.kind != "path" or not folder:
            return self
        return self._replace(text=posixpath.normpath(posixpath.join(folder, self.text)))


class Frame(Row):
    """A frame of the clip that another shot shows, to start from or to end on.

    `at_s` is a time of that clip; None means the last frame before the out point of that shot's own `use`.
    """

    shot: str
    at_s: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What the author asks a provider for, in neutral fields, defaults merged and variables filled in.

    `prompt` is the whole text after `prompt_template`, stripped and NFC; None or absent means not asked.
    `camera` is the shot's own camera field, which `prompt` holds too; only animatic reads it.
    `model` and `seed` are those of take 1.
    """

    provider: str
    model: str | None
    prompt: str | None = None
    negative_prompt: str | None = None
    camera: str | None = None
    image: Source | Frame | None = None
    last_image: Source | Frame | None = None
    references: tuple[Source, ...] = ()
    video: Source | None = None
    audio: Source | None = None
    ratio: str | None = None
    resolution: str | None = None
    duration_s: Fraction | None = None
    enhance_prompt: bool | None = None
    seed: int = 1
    params: Mapping[str, Json] = field(default_factory=dict)


class Asked(Row):
    """The variables that a shot's texts ask for, by name, and how many characters all that they fill comes to."""

    variables: tuple[str, ...] = ()
    characters: int = 0

    def and_of(self, other: Asked) -> Asked:
        """What two texts together ask for."""
        names = {*self.variables, *other.variables}
        return Asked(tuple(sorted(names)), self.characters + other.characters)


class Take(Row):
    """One attempt at a shot: the model that is asked and the seed. `turn` counts the attempts at this model from 1."""

    model: str | None
    seed: int
    turn: int


class Span(Row):
    """A piece of a text as it was put together, and the place at which that piece is written."""

    text: str
    place: Place


class Motion(Row):
    """How a clip is shown: how many times as fast, whether backwards, how long its last frame is held. None: as it is, or as the shot says."""

    speed: Fraction | None = None
    reverse: bool | None = None
    hold_s: Fraction | None = None


class ShotSound(Row):
    """How a shot's own sound stands in the film: how much louder, not at all, or as a voice that tracks duck under."""

    gain_db: Decimal = Decimal(0)
    mute: bool = False
    kind: SoundKind = "effects"


class Title(Row):
    """A text on the screen: on a card of its own `before` or `after` the shot, or `over` its picture.

    It shows for `for_s`, over a picture from `from_s` on, in seconds on screen; None to the slot's end. `position` is where it
    stands, `size` a percentage of the picture's shorter side, colours are `#rrggbb`; `ground` is a card's.
    """

    text: str
    at: Literal["before", "over", "after"]
    for_s: Fraction | None
    from_s: Fraction
    position: str
    size: Fraction
    colour: str
    ground: str
    font: Source | None
    place: Place


class Spoken(Row):
    """A line of dialogue: who says it, if that is told, and when, in seconds of the clip; `until_s` None: as long as it reads."""

    who: str | None
    line: str
    at_s: Fraction
    until_s: Fraction | None
    place: Place


class Words(Row):
    """All words of a shot: titles and lines in the order of the text, and a caption for as long as it is on screen."""

    titles: tuple[Title, ...] = ()
    caption: str | None = None
    dialogue: tuple[Spoken, ...] = ()
    caption_place: Place | None = None


class Subtitles(Row):
    """What an output makes of captions and dialogue: files beside the film, or type in the picture, in this dress."""

    srt: bool = True
    vtt: bool = True
    burn: bool = False
    size: Fraction = Fraction(5)
    colour: str = "#ffffff"
    font: Source | None = None
    place: Place | None = None


SUBTITLES = Subtitles()


class Enter(Row):
    """How a slot is entered from the one before it, which it overlaps for so long.

    `kind` is the name of one of ffmpeg's, or `dip`, which goes through a colour, `#rrggbb`; `CUT` is no transition at all.
    """

    kind: str
    length_s: Fraction = Fraction(0)
    colour: str = ""
    place: Place | None = None


DIP, CUT = "dip", Enter("cut")


class Framing(Row):
    """What one output has otherwise of a shot. None: as elsewhere.

    Which part of the clip it shows, how that fits, where a crop looks; how it moves, how it sounds, how it is entered (`CUT`: not at
    all), and all its words.
    """

    use: Use | None = None
    fit: Fit | None = None
    centre: Centre | None = None
    motion: Motion | None = None
    sound: ShotSound | None = None
    words: Words | None = None
    enter: Enter | None = None


class Shot(Row):
    """One intended continuous piece of picture. Exactly one of `request` and `clip` is set.

    A *variant* is what one output shows in place of another shot: its id is `shot@output`, and `output` names the output. Else
    that is None. `framings` are by output; a variant has one of its own output at most. `length_s` is how long own footage is to be,
    which only a still can.

    `takes` are in the order of their numbers, ≥ 1 with a request, none without; `item` is the number, from 0, of the
    entry of `shots` that the shot comes from.

    `origins` names, for each resolved field (`"prompt"`, `"image"`, `"params.motion"`, …), the places
    in the text that made it, the nearest to the shot first; `place` is the shot's id. `spans` names, for each field that
    is a text, the pieces that show in it, in order; what stands between them comes from the template.
    """

    id: str
    place: Place
    request: Request | None
    clip: Source | None = None
    takes: tuple[Take, ...] = ()
    use: Use | None = None
    origins: Mapping[str, tuple[Place, ...]] = NOTHING
    asked: Asked = Asked()
    item: int = 0
    spans: Mapping[str, tuple[Span, ...]] = NOTHING
    output: str | None = None
    framings: Mapping[str, Framing] = NOTHING
    sound: ShotSound = ShotSound()
    words: Words = Words()
    motion: Motion = Motion()
    enter: Enter | None = None
    length_s: Fraction | None = None

    @property
    def asked_s(self) -> Fraction | None:
        """How long the author says that the clip is; None where that is not said, or said of another clip of this shot."""
        if self.request:
            return self.request.duration_s
        return None if self.output else self.length_s

    @property
    def base(self) -> str:
        """The id of the shot that the cut names."""
        return base_of(self.id)

    def within(self, output: str) -> Shot:
        """The shot as an output shows it, but for how its clip is cut."""
        framing = self.framings.get(output)
        if framing is None:
            return self
        return self._replace(
            motion=self.motion if framing.motion is None else framing.motion,
            sound=self.sound if framing.sound is None else framing.sound,
            words=self.words if framing.words is None else framing.words,
            enter=self.enter if framing.enter is None else framing.enter,
        )

    def origin(self, name: str) -> Place:
        """The place to point at when field `name` is at fault: its own, else that of what it is part of, else the shot's."""
        while name and not self.origins.get(name):
            name = name.rpartition(".")[0]
        return self.origins[name][0] if name else self.place


class Ducking(Row):
    """How far a track goes down under voices, how fast it goes and comes back, and how loud a voice has to be for it."""

    by_db: Decimal = Decimal(12)
    attack_s: Fraction = Fraction(1, 50)
    release_s: Fraction = Fraction(2, 5)
    threshold_db: Decimal = Decimal(-45)


class Start(Row):
    """Where a track begins: so long after the film's beginning, or after the first slot of a shot begins."""

    after_s: Fraction = Fraction(0)
    shot_id: str | None = None


class Track(Row):
    """A sound that is laid under the film. `use` is the part of its file that is heard, None all of it.

    A `loop` is heard again and again until the film ends. Fades are at the ends of what is heard. `places` are those
    of its fields as they are written.
    """

    id: str
    source: Source
    place: Place
    kind: SoundKind = "music"
    bpm: Fraction | None = None
    start: Start = Start()
    use: Use | None = None
    loop: bool = False
    gain_db: Decimal = Decimal(0)
    fade_in_s: Fraction = Fraction(0)
    fade_out_s: Fraction = Fraction(0)
    duck: Ducking | None = None
    places: Mapping[str, Place] = NOTHING


class Loudness(Row):
    """How loud a film is as a whole, in LUFS, and which true peak it stays below, in dB of full scale."""

    lufs: Decimal
    peak_db: Decimal = Decimal(-1)


class FilmSound(Row):
    """The sound of an output: its rate, 1 or 2 channels, its loudness where one is asked for."""

    rate_hz: int = 48_000
    channels: int = 2
    loudness: Loudness | None = None


class Slot(Row):
    """One entry of the cut: which shot, and which part of its clip, how that moves, and how it is entered, where the cut says so itself."""

    shot_id: str
    use: Use | None
    place: Place
    motion: Motion = Motion()
    enter: Enter | None = None


class Output(Row):
    """One film to make of the cut, or of one of its own: `sequence`, None for the storyboard's. `size` None means the first clip's size.

    `background` is the colour around what is padded, `#rrggbb`, empty for black.
    """

    name: str
    file: str
    size: Size | None
    fps: Fraction
    fit: Fit
    place: Place
    sound: FilmSound = FilmSound()
    subtitles: Subtitles = SUBTITLES
    sequence: tuple[Slot, ...] | None = None
    coding: Coding = Coding()
    background: str = ""


class Budget(Row):
    """The most that may be spent, in US dollars, exact: by one build, and by all builds of the storyboard together."""

    per_run_usd: Decimal | None = None
    total_usd: Decimal | None = None


class Storyboard(Row):
    """A storyboard after merging and expansion: shots in order of the file, slots in cut order, ≥ 1 each.

    `is_cut` where the author wrote the cut; else it shows every shot once.
    """

    file: str
    title: str | None
    outputs: tuple[Output, ...]
    shots: tuple[Shot, ...]
    sequence: tuple[Slot, ...]
    is_cut: bool = False
    budget: Budget = Budget()
    tracks: tuple[Track, ...] = ()

    def cut_of(self, output: Output) -> tuple[Slot, ...] | None:
        """The cut that is written for an output; None where it shows every shot once."""
        if output.sequence is not None:
            return output.sequence
        return self.sequence if self.is_cut else None

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots of all films, those of the cut that they share once."""
        own = (output.sequence for output in self.outputs if output.sequence is not None)
        return (*self.sequence, *(slot for sequence in own for slot in sequence))
