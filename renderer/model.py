"""The nouns: frozen values that every room speaks in. Owns no behaviour beyond reading and writing itself.

Times and rates are `Fraction` and exact; sizes are pixels. A value that is stored has `to_json` and
`from_json`, which are inverse; fractions are written as strings, `"24000/1001"` or `"7/2"`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from renderer.digest import Digest
from renderer.errors import Place

Fit = Literal["crop", "pad", "stretch"]
Json = Any


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of a picture in pixels, both even where it is to be encoded."""

    width_px: int
    height_px: int

    def __str__(self) -> str:
        return f"{self.width_px}x{self.height_px}"

    @classmethod
    def parse(cls, text: str) -> Size:
        """Read `1280x720`; raises `ValueError` for anything else."""
        width, cross, height = text.partition("x")
        if not (cross and width.isdecimal() and height.isdecimal()):
            raise ValueError(f"`{text}` is not a size such as 1280x720")
        return cls(int(width), int(height))


@dataclass(frozen=True, slots=True)
class Use:
    """The part of a clip that is on screen, in seconds of the clip; `out_s` None means to its end."""

    in_s: Fraction = Fraction(0)
    out_s: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where an image or clip comes from, as the author wrote it.

    A `path` is relative to the storyboard's folder; a `url` is https; `data` is a data URI.
    """

    kind: Literal["path", "url", "data"]
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the author asks a provider for, in neutral fields, defaults merged and variables filled in.

    `prompt` is the whole text after `prompt_template`, stripped and NFC; None or absent means not asked.
    `camera` is the shot's own camera field, which `prompt` holds too; only animatic reads it.
    `seed` is that of take 1.
    """

    provider: str
    model: str | None
    prompt: str | None = None
    negative_prompt: str | None = None
    camera: str | None = None
    image: Source | None = None
    last_image: Source | None = None
    ratio: str | None = None
    duration_s: Fraction | None = None
    seed: int = 1
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shot:
    """One intended continuous piece of picture. Exactly one of `request` and `clip` is set.

    `origins` names, for each resolved field (`"prompt"`, `"image"`, `"params.motion"`, …), the places
    in the text that made it, the nearest to the shot first; `place` is the shot's id.
    """

    id: str
    place: Place
    request: Request | None
    clip: Source | None = None
    takes: int = 1
    use: Use | None = None
    origins: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)

    def origin(self, name: str) -> Place:
        """The place to point at when field `name` is at fault: its own, else the shot's."""
        return next(iter(self.origins.get(name, ())), self.place)


@dataclass(frozen=True, slots=True)
class Slot:
    """One entry of the cut: which shot, and which part of its clip where the cut says so itself."""

    shot_id: str
    use: Use | None
    place: Place


@dataclass(frozen=True, slots=True)
class Output:
    """One film to make of the cut. `size` None means the first clip's size."""

    name: str
    file: str
    size: Size | None
    fps: Fraction
    fit: Fit
    place: Place


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A storyboard after merging and expansion: shots in order of the file, slots in cut order, ≥ 1 each."""

    file: str
    title: str | None
    outputs: tuple[Output, ...]
    shots: tuple[Shot, ...]
    sequence: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What a clip's first sound track is. `samples` per channel as decoded."""

    codec: str
    rate_hz: int
    channels: int
    samples: int


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a clip is, found by demuxing every packet and decoding every frame once.

    `container` is ffmpeg's demuxer name to force on the next open (`mp4`, `matroska`); `fps` is the exact
    average rate and `constant_rate` whether all frames keep it; `frames` counts decoded pictures;
    `parameter_sets` is the sha256 of the codec's extradata; `colour` is range/matrix/primaries/transfer;
    `origin` is where the first frame stands in time, 0 for a clean clip; `rotation_deg` is 0, 90, 180 or 270.
    """

    container: str
    codec: str
    size: Size
    pixel_format: str
    fps: Fraction
    frames: int
    constant_rate: bool
    time_base: Fraction
    sample_aspect: Fraction
    rotation_deg: int
    colour: str
    parameter_sets: str
    origin_s: Fraction
    duration_s: Fraction
    audio: AudioFacts | None

    def to_json(self) -> dict[str, Json]:
        audio = self.audio
        return {
            "container": self.container,
            "codec": self.codec,
            "size": str(self.size),
            "pixel_format": self.pixel_format,
            "fps": str(self.fps),
            "frames": self.frames,
            "constant_rate": self.constant_rate,
            "time_base": str(self.time_base),
            "sample_aspect": str(self.sample_aspect),
            "rotation_deg": self.rotation_deg,
            "colour": self.colour,
            "parameter_sets": self.parameter_sets,
            "origin_s": str(self.origin_s),
            "duration_s": str(self.duration_s),
            "audio": audio
            and {
                "codec": audio.codec,
                "rate_hz": audio.rate_hz,
                "channels": audio.channels,
                "samples": audio.samples,
            },
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> MediaFacts:
        """The inverse of `to_json`; raises `KeyError`, `ValueError` or `TypeError` for anything else."""
        audio = value["audio"]
        return cls(
            container=value["container"],
            codec=value["codec"],
            size=Size.parse(value["size"]),
            pixel_format=value["pixel_format"],
            fps=Fraction(value["fps"]),
            frames=value["frames"],
            constant_rate=value["constant_rate"],
            time_base=Fraction(value["time_base"]),
            sample_aspect=Fraction(value["sample_aspect"]),
            rotation_deg=value["rotation_deg"],
            colour=value["colour"],
            parameter_sets=value["parameter_sets"],
            origin_s=Fraction(value["origin_s"]),
            duration_s=Fraction(value["duration_s"]),
            audio=audio and AudioFacts(**audio),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What an action made: the digest of the bytes in the store and the facts of the clip.

    `facts` is None only for what is not a clip (a sound track). `price_usd` is what was paid, 0 for free.
    """

    digest: Digest
    facts: MediaFacts | None = None
    price_usd: Decimal = Decimal(0)

    def to_json(self) -> dict[str, Json]:
        return {
            "sha256": self.digest.sha256,
            "size_bytes": self.digest.size_bytes,
            "media": self.facts and self.facts.to_json(),
            "price_usd": str(self.price_usd),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Result:
        """The inverse of `to_json`; raises `KeyError`, `ValueError` or `TypeError` for anything else."""
        return cls(
            digest=Digest(value["sha256"], value["size_bytes"]),
            facts=value["media"] and MediaFacts.from_json(value["media"]),
            price_usd=Decimal(value["price_usd"]),
        )


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked for a result: the project (digest of its root), storyboard, shot and take."""

    project: str
    spec: str
    shot: str
    take: int


@dataclass(frozen=True, slots=True)
class Trace:
    """A constructive trace: the key, the manifest that it is the digest of, and what came of it.

    Results in the order in which they were made, ≥ 1; the first is the one handed out.
    """

    key: str
    manifest: Mapping[str, Json]
    results: tuple[Result, ...]
    askers: tuple[Asker, ...] = ()
    made_at: str = ""


@dataclass(frozen=True, slots=True)
class Clip:
    """Media on disk: its path, digest and facts."""

    path: Path
    digest: Digest
    facts: MediaFacts


def frames_until(time_s: Fraction, fps: Fraction) -> int:
    """The number of the frame nearest to a time, halves upward.

    Cuts are rounded cumulatively: a slot from `a` to `b` lasts `frames_until(b) - frames_until(a)`, so that
    rounding never adds up over a film.

    >>> frames_until(Fraction("3.5"), Fraction(24))
    84
    """
    return math.floor(time_s * fps + Fraction(1, 2))
