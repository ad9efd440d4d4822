"""The nouns of media and results: frozen values that every room speaks in, no behaviour beyond reading and writing.

The nouns of a storyboard are in `storyboard`, those of what is wrong with one in `diagnostic`. Here are the ones
that a build with nothing to do meets, as named tuples: they cost a tenth of a dataclass to define.

Times and rates are `Fraction` and exact; sizes are pixels. A value that is stored has `to_json` and
`from_json`, which are inverse; fractions are written as strings, `"24000/1001"` or `"7/2"`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from renderer.digest import Digest
from renderer.row import Row

Fit = Literal["crop", "pad", "stretch"]
Json = Any
STILLS = ("jpeg", "png", "webp")
"""The containers of clips that are a single picture, shown as long as is asked for."""
FACTS = "facts.3"
"""Under which name a store remembers what footage is; another one as soon as more is told of it, so that it is looked at again."""
AT = "@"
"""What joins the id of a shot and the name of an output to that of a variant; it stands in neither."""


class Size(Row):
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


class Centre(Row):
    """The point of a picture that a crop keeps in its middle, as far as the picture goes: shares of width and height, 0 to 1.

    Counted from the upper left corner.
    """

    x: Fraction = Fraction(1, 2)
    y: Fraction = Fraction(1, 2)


MIDDLE = Centre()


class AudioFacts(Row):
    """What a clip's first sound track is. `samples` per channel as decoded."""

    codec: str
    rate_hz: int
    channels: int
    samples: int


class MediaFacts(Row):
    """What a clip is, found by demuxing every packet and decoding every frame once.

    `container` is ffmpeg's demuxer name to force on the next open (`mp4`, `matroska`); `fps` is the exact
    average rate and `constant_rate` whether all frames keep it; `frames` counts decoded pictures;
    `parameter_sets` is the sha256 of the codec's extradata; `colour` is range/matrix/primaries/transfer;
    `origin` is where the first frame stands in time, 0 for a clean clip; `rotation_deg` is 0, 90, 180 or 270;
    `is_interlaced` says that the lines of a picture are of two moments. What was stored before that was told has no such word.
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
    is_interlaced: bool = False

    @property
    def is_still(self) -> bool:
        """Whether this is a picture that stands for a clip."""
        return self.container in STILLS

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
            **({"interlaced": True} if self.is_interlaced else {}),
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
            is_interlaced=value.get("interlaced", False),
        )


class Result(Row):
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


class Asker(Row):
    """Who asked for a result: the project (digest of its root), storyboard, shot and take."""

    project: str
    spec: str
    shot: str
    take: int


class Trace(Row):
    """A constructive trace: the key, the manifest that it is the digest of, and what came of it.

    Results in the order in which they were made, ≥ 1; the first is the one handed out.
    """

    key: str
    manifest: Mapping[str, Json]
    results: tuple[Result, ...]
    askers: tuple[Asker, ...] = ()
    made_at: str = ""


def variant_of(shot: str, output: str) -> str:
    """The id of a shot's variant for an output.

    >>> variant_of("crew", "tall")
    'crew@tall'
    """
    return f"{shot}{AT}{output}"


def base_of(shot: str) -> str:
    """The id of the shot that a variant stands for; that of any other shot is its own."""
    return shot.partition(AT)[0]


def output_of(shot: str) -> str | None:
    """The output that a variant is for, None for any other shot."""
    return shot.partition(AT)[2] or None


def frames_until(time_s: Fraction, fps: Fraction) -> int:
    """The number of the frame nearest to a time, halves upward.

    Cuts are rounded cumulatively: a slot from `a` to `b` lasts `frames_until(b) - frames_until(a)`, so that
    rounding never adds up over a film.

    >>> frames_until(Fraction("3.5"), Fraction(24))
    84
    """
    return math.floor(time_s * fps + Fraction(1, 2))


def dollars(amount: Decimal) -> str:
    """An amount with as many digits as it has, at least cents.

    >>> dollars(Decimal("0.2625")), dollars(Decimal(3))
    ('$0.2625', '$3.00')
    """
    return (
        f"${amount.quantize(Decimal('0.01'))}"
        if amount == amount.quantize(Decimal("0.01"))
        else f"${amount.normalize():f}"
    )
