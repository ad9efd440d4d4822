"""What a frame, a segment, a reference and a film are made of: their free manifests. Pure, and quick to import.

All that decides a file's bytes is named, ffmpeg's build and encoder settings too, and nothing else: no path,
no place in the cut, no time. Strings and integers only. Those of sound are in `sounding`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from renderer.coding import MP4, Coding
from renderer.ffmpeg.codecs import encoder_of
from renderer.ffmpeg.encode import ENCODER, STILL, timescale
from renderer.media.conform import COMMON, Cut, Profile
from renderer.model import MIDDLE, Centre, Fit, Json, Size

FRAME_VERSION = 1
SEGMENT_VERSION = 1
JOIN_VERSION = 2
JOIN_FORM = "splice"
"""How a film's bytes come about: spliced, by ffmpeg's concat where its parts cannot be; the parts alone decide which."""
REFERENCE_FRAMES = 3
ENCODED = ("action", "version", "size", "fps", "encoder", "ffmpeg")
"""What all segments of a film have in common."""
CROSSED_THREADS = "2"
"""Whoever changes a transition waits for a picture or two and nothing else: two threads of libx264 take two thirds of the time of one (measured)."""
CROSSING_VERSION = 2
LETTERING_VERSION = 2
"""How texts are set: another way of breaking, placing or dressing lines is another version."""


def frame_manifest(sha256: str, number: int, *, build: str, rate: Fraction | None = None) -> dict[str, Json]:
    """The free manifest of a frame of the clip with this digest, as an image; frames are counted from 0.

    `rate` is that of a clip whose frames keep none, on the average: they are counted as it would be at that rate.
    """
    return {
        "action": "frame",
        "version": FRAME_VERSION,
        "clip": sha256,
        "frame": number,
        "encoder": dict(STILL),
        "ffmpeg": build,
        **({"rate": str(rate)} if rate else {}),
    }


def segment_manifest(
    sha256: str,
    cut: Cut,
    profile: Profile,
    *,
    build: str,
    overlay: str | None = None,
    fit: Fit | None = None,
    has_bars: bool = False,
    centre: Centre = MIDDLE,
    texts: Sequence[Mapping[str, Json]] = (),
    motion: Mapping[str, Json] | None = None,
    clock: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    """The free manifest of a segment of the clip with this digest, made by the ffmpeg of this build.

    `overlay` is the digest of a picture as wide as the film, laid over its lower edge; `fit` is the slot's own, None the film's;
    the film's ground is named only where it `has_bars`; `centre`, where a crop looks, is named only where that is not the middle; `texts` are drawn on the picture (`text_manifest`);
    `motion` is how its slot moves (`media.moving`), where not as it is; `clock` how its time stamps count (`media.clock`).
    """
    return {
        **_encoded(profile.size, profile.fps, build, profile.coding),
        "clip": sha256,
        "first": cut.first,
        "frames": cut.frames,
        "fit": fit or profile.fit,
        **({"background": profile.ground} if has_bars and profile.ground else {}),
        **({} if centre == MIDDLE else {"centre": f"{centre.x} {centre.y}"}),
        **({"overlay": overlay} if overlay else {}),
        **_lettered(texts),
        **({"motion": dict(motion)} if motion else {}),
        **(clock or {}),
    }


def card_manifest(
    ground: str,
    frames: int,
    *,
    size: Size,
    fps: Fraction,
    build: str,
    texts: Sequence[Mapping[str, Json]],
    coding: Coding = COMMON,
) -> dict[str, Json]:
    """The free manifest of a card: so many frames of one colour, `#rrggbb`, with texts on it."""
    return {
        **_encoded(size, fps, build, coding),
        "clip": None,
        "ground": ground,
        "frames": frames,
        **_lettered(texts),
    }


def in_threads(manifest: Mapping[str, Json]) -> Mapping[str, Json]:
    """The free manifest of a segment in a film with transitions, of which few are made at once: libx264 encodes it in more than one thread."""
    encoder = manifest["encoder"]
    if encoder["codec"] != ENCODER["codec"]:
        return manifest
    return {**manifest, "encoder": {**encoder, "threads": CROSSED_THREADS}}


def crossing_manifest(
    before: Mapping[str, Json] | None, after: Mapping[str, Json], *, kind: str, overlap: int, colour: str
) -> dict[str, Json]:
    """The free manifest of a transition: the manifests of two segments, or of one that fades up, whose ends overlap.

    `overlap` is in frames; without a `before` so many go by until the picture is all there.
    """
    shared = {name: after[name] for name in ENCODED}
    frames = after["frames"] + (before["frames"] - overlap if before else 0)
    return {
        **shared,
        "from": _side(before) if before else None,
        "to": _side(after),
        "transition": {
            "version": CROSSING_VERSION,
            "kind": kind,
            "frames": overlap,
            **({"colour": colour} if colour else {}),
        },
        "frames": frames,
    }


def sides_of(manifest: Mapping[str, Json]) -> tuple[Mapping[str, Json] | None, Mapping[str, Json]]:
    """The manifests of the two segments that a transition is made of."""
    shared = {name: manifest[name] for name in ENCODED}
    before, after = manifest["from"], manifest["to"]
    return {**shared, **before} if before else None, {**shared, **after}


def is_crossing(manifest: Mapping[str, Json]) -> bool:
    """Whether the manifest of a segment is that of a transition."""
    return "transition" in manifest


def _side(manifest: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in manifest.items() if name not in ENCODED}


def text_manifest(
    text: str,
    *,
    first: int,
    frames: int,
    position: str,
    size: str,
    colour: str,
    plain: bool,
    fonts: Sequence[str],
) -> dict[str, Json]:
    """The part of a manifest that says what is drawn of one text, from a frame of its slot on; fonts by digest and face."""
    return {
        "text": text,
        "first": first,
        "frames": frames,
        "place": position,
        "size": size,
        "colour": colour,
        "plain": plain,
        "fonts": list(fonts),
    }


def _lettered(texts: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    return {"lettering": LETTERING_VERSION, "texts": list(texts)} if texts else {}


def centre_of(manifest: Mapping[str, Json]) -> Centre:
    """Where the crop of a segment's manifest looks."""
    x, _, y = manifest.get("centre", "").partition(" ")
    return Centre(Fraction(x), Fraction(y)) if y else MIDDLE


def reference_manifest(size: Size, fps: Fraction, *, build: str, coding: Coding = COMMON) -> dict[str, Json]:
    """The free manifest of a reference: a few black frames of our encoder's at a film's size and rate.

    Its facts say which clips can stand beside our segments as they are (`choose_profile`).
    """
    return {**_encoded(size, fps, build, coding), "clip": None, "frames": REFERENCE_FRAMES}


def join_manifest(
    pictures: Iterable[tuple[str, int]],
    *,
    sound: str | None,
    size: Size,
    fps: Fraction,
    build: str,
    notes: Mapping[str, Json] | None = None,
    ending: str = MP4,
) -> dict[str, Json]:
    """The free manifest of a film: each picture as `digest/frames` in cut order, and the sound's digest.

    `ending` is that of its file, which is named where it is no MP4; `notes` are its title, a comment, its digital source type as `source`, and its chapters as `frame name`, as far as there are any. One string for each, because a film of ten thousand slots is keyed in every build.
    """
    return {
        "action": "join",
        "version": JOIN_VERSION,
        "form": JOIN_FORM,
        "pictures": [f"{sha256}/{frames}" for sha256, frames in pictures],
        "sound": sound,
        "size": str(size),
        "fps": str(fps),
        "timescale": timescale(fps),
        "ffmpeg": build,
        **({"notes": dict(notes)} if notes else {}),
        **({} if ending == MP4 else {"container": ending.removeprefix(".")}),
    }


def picture_frames(manifest: Mapping[str, Json]) -> list[int]:
    """How many frames each picture of a film's manifest has, in cut order."""
    return [int(picture.rpartition("/")[2]) for picture in manifest["pictures"]]


def _encoded(size: Size, fps: Fraction, build: str, coding: Coding) -> dict[str, Json]:
    return {
        "action": "segment",
        "version": SEGMENT_VERSION,
        "size": str(size),
        "fps": str(fps),
        "encoder": encoder_of(coding, size=size),
        "ffmpeg": build,
    }
