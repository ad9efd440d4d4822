"""Which clips can be joined as they are, and which must become segments first. Pure.

A film has one sample entry: one size, rate, parameter set and colour. Browsers fail on several, although
ffmpeg plays them (measured), so clips are copied only where all of this agrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from renderer.coding import Coding
from renderer.ffmpeg.codecs import DECODERS, encoder_of, seen_format
from renderer.ffmpeg.encode import ticks_per_frame
from renderer.ffmpeg.picture import Shape, has_bars
from renderer.model import Fit, MediaFacts, Size, frames_until
from renderer.row import Row

TIMESCALE_MAX = 200_000
STILL_SIDE_MAX_PX = 1920
COMMON = Coding()
HIGH_RANGES = ("smpte2084", "arib-std-b67")


class Cut(Row):
    """A slot's part of its clip: `frames` frames from frame `first` on, both counted at the film's rate, ≥ 1 and ≥ 0."""

    first: int
    frames: int


class Format(Row):
    """All that must agree between clips that share one sample entry; compared as a whole, and cheaply."""

    codec: str
    size: Size
    pixel_format: str
    fps: Fraction
    time_base: Fraction
    colour: str
    parameter_sets: str


class Profile(Row):
    """How one film is made. A clip is copied when it is in `format` and used whole; None: none is copied.

    `coding` is what all else is encoded in; `ground` the colour around what is padded, `#rrggbb`, empty for black.
    """

    size: Size
    fps: Fraction
    fit: Fit
    format: Format | None
    coding: Coding = COMMON
    ground: str = ""


def choose_profile(
    clips: Sequence[MediaFacts],
    cuts: Sequence[Cut],
    *,
    size: Size | None,
    fps: Fraction,
    fit: Fit,
    coding: Coding = COMMON,
    ground: str = "",
    reference: MediaFacts | None = None,
    ours: bool = False,
) -> Profile:
    """The profile of a film of these clips, in cut order, ≥ 1, each with its cut.

    Stock footage that is alike and used whole is never re-encoded. As soon as one clip must be, the film is
    in our own encoder's format, since that clip can have no other; `reference` is a clip of our encoder's
    at this size and rate, and without it nothing is copied. `ours` says that a segment is made in any case.
    Size None is `film_size`.
    """
    size = size or film_size(clips)
    stock = format_of(clips[0])
    wanted = (size, fps)
    alike = not ours and (stock.size, stock.fps) == wanted
    if alike and all(
        format_of(clip) == stock and is_plain(clip, coding) and is_whole(clip, cut)
        for clip, cut in zip(clips, cuts, strict=True)
    ):
        return Profile(size, fps, fit, stock, coding, ground)
    own = format_of(reference) if reference else None
    if own and (own.size, own.fps) != wanted:
        raise ValueError(f"BUG: a reference of {own.size} at {own.fps} for a film of {size} at {fps}")
    return Profile(size, fps, fit, own, coding, ground)


def needs_segment(facts: MediaFacts, cut: Cut, profile: Profile) -> tuple[str, ...]:
    """Why a clip cannot be copied as it is, for people; empty when it can. Costs microseconds."""
    wanted = profile.format
    if wanted and format_of(facts) == wanted and is_plain(facts, profile.coding) and is_whole(facts, cut):
        return ()
    if facts.is_still:
        return ("it is a still",)
    plain = _plain_reasons(facts, profile.coding)
    shape = _format_reasons(facts, profile)
    other = not (plain or shape) and wanted != format_of(facts)
    settings = ["its encoder's settings are not the film's"] if other else []
    return (*_cut_reasons(facts, cut, profile.fps), *plain, *shape, *settings)


def format_of(facts: MediaFacts) -> Format:
    return Format(
        facts.codec,
        facts.size,
        facts.pixel_format,
        facts.fps,
        facts.time_base,
        facts.colour,
        facts.parameter_sets,
    )


def is_plain(facts: MediaFacts, coding: Coding = COMMON) -> bool:
    """Whether a clip's packets can stand in a film as they are: of its codec and pixels, square, upright, clean from 0 at one rate."""
    return (
        facts.container == "mp4"
        and facts.codec == DECODERS[coding.codec]
        and facts.pixel_format == pixels_of(coding)
        and not is_full_range(facts)
        and not facts.is_interlaced
        and facts.constant_rate
        and facts.sample_aspect == 1
        and not facts.rotation_deg
        and not facts.origin_s
        and facts.time_base.denominator <= TIMESCALE_MAX
        and ticks_per_frame(facts.fps, time_base=facts.time_base).denominator == 1
    )


@lru_cache
def pixels_of(coding: Coding) -> str:
    """The pixel format of clips in a coding, as a decoder gives it."""
    return seen_format(encoder_of(coding))


def is_full_range(facts: MediaFacts) -> bool:
    """Whether a clip says that its blacks and whites are at the ends of what its numbers can hold."""
    return facts.colour.startswith("pc/")


def is_high_range(colour: str) -> bool:
    """Whether a clip of this colour has its brightness coded as PQ or HLG, which can be copied but not encoded here."""
    return colour.rpartition("/")[2] in HIGH_RANGES


def shows_ground(facts: MediaFacts, profile: Profile, fit: Fit | None) -> bool:
    """Whether a clip, fitted in a way of its own or in the film's, leaves any of the film's ground to be seen."""
    if not profile.ground:
        return False
    shape = Shape(facts.size, facts.sample_aspect, facts.rotation_deg)
    return has_bars(shape, target=profile.size, fit=fit or profile.fit)


def is_whole(facts: MediaFacts, cut: Cut) -> bool:
    """Whether a cut shows every frame of a clip of the film's rate, and no more."""
    return cut.first == 0 and cut.frames == facts.frames


def frames_at(facts: MediaFacts, fps: Fraction) -> int:
    """How many frames a clip has when it is seen at the film's rate."""
    return facts.frames if facts.constant_rate and facts.fps == fps else frames_until(facts.duration_s, fps)


def held_frames(facts: MediaFacts, cut: Cut, fps: Fraction) -> int:
    """How many frames at a slot's end must hold the clip's last one, because the clip is too short; 0 for none."""
    return min(cut.frames, max(0, cut.first + cut.frames - frames_at(facts, fps)))


def seen_size(facts: MediaFacts) -> Size:
    """The size of a film that shows a clip as it is seen: upright, in square pixels, both sides even."""
    width, height = Shape(facts.size, facts.sample_aspect, facts.rotation_deg).upright
    return Size(max(2, int(width) // 2 * 2), max(2, int(height) // 2 * 2))


def film_size(clips: Sequence[MediaFacts]) -> Size:
    """The size of a film that has none of its own: of its first clip, of stills alone the first one's within 1920 pixels."""
    moving = next((clip for clip in clips if not clip.is_still), None)
    size = seen_size(moving or clips[0])
    scale = min(Fraction(1), Fraction(STILL_SIDE_MAX_PX, max(size)))
    if moving or scale == 1:
        return size
    return Size(*(max(16, round(side * scale / 2) * 2) for side in size))


def _cut_reasons(facts: MediaFacts, cut: Cut, fps: Fraction) -> list[str]:
    """What of a clip is on screen, where that is not all of it; its frames counted at the film's rate, as those of a cut are."""
    if is_whole(facts, cut):
        return []
    frames, end = frames_at(facts, fps), cut.first + cut.frames
    cases = {
        f"frames {cut.first} to {min(end, frames) - 1} of {frames} are used": cut.first > 0 or end < frames,
        "its last frame is held": end > frames,
    }
    return [reason for reason, holds in cases.items() if holds]


def _plain_reasons(facts: MediaFacts, coding: Coding) -> list[str]:
    if is_plain(facts, coding):
        return []
    cases = {
        f"container {facts.container}": facts.container != "mp4",
        f"codec {facts.codec}": facts.codec != DECODERS[coding.codec],
        f"pixel format {facts.pixel_format}": facts.pixel_format != pixels_of(coding),
        "full range": is_full_range(facts),
        "it is interlaced": facts.is_interlaced,
        f"pixels of {facts.sample_aspect}": facts.sample_aspect != 1,
        f"turned by {facts.rotation_deg} degrees": bool(facts.rotation_deg),
        f"starts at {float(facts.origin_s):.3f} s": bool(facts.origin_s),
    }
    return [reason for reason, holds in cases.items() if holds] or ["its frames keep no exact rate"]


def _format_reasons(facts: MediaFacts, profile: Profile) -> list[str]:
    wanted = profile.format
    cases = {
        f"size {facts.size}, not {profile.size}": facts.size != profile.size,
        f"{facts.fps} frames a second, not {profile.fps}": facts.fps != profile.fps,
    }
    reasons = [reason for reason, holds in cases.items() if holds]
    if wanted and facts.colour != wanted.colour:
        reasons.append(f"colour {facts.colour}, not {wanted.colour}")
    return reasons
