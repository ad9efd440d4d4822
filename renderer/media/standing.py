"""Stills that stand in a film by themselves: what they are as clips, and how ffmpeg shows them.

Such a still is a clip of one frame that lasts as long as any slot asks. Its pixels are made ready once for each segment, and
that one picture is repeated behind all that scales it, which costs next to nothing (measured).
"""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path

from renderer.errors import MediaError, StoreError
from renderer.ffmpeg.inputs import local_url
from renderer.media.stills import STILL_BYTES_MAX, inspect_still, read_regular
from renderer.model import STILLS, Json, MediaFacts

STILL_DEMUXER = "png_pipe"
DESIGN = 2
"""The version of how a still's pixels come about; it is in every manifest."""
DAY_S = 86_400
"""How long a still may be shown; no slot is as long."""
COLOUR = "pc/gbr/bt709/iec61966-2-1"
MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "webp": b"RIFF"}
HEAD_BYTES = 12
ANIMATED = ("png", "webp")


def is_picture(path: Path) -> bool:
    """Whether a file that can be read is a still by its first bytes, as against a clip."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError:
        return False
    return head.startswith((MAGIC["png"], MAGIC["jpeg"])) or (
        head[:4] == MAGIC["webp"] and head[8:12] == b"WEBP"
    )


def inspect_standing(path: Path) -> MediaFacts:
    """What a still is as a clip. Raises `MediaError` as `inspect_still`, and M895 for one of many pictures."""
    still = inspect_still(path)
    kind = still.format.lower()
    assert kind in STILLS, "BUG: a still that is none"
    if kind in ANIMATED:
        _refuse_animation(path)
    return MediaFacts(
        container=kind,
        codec=kind,
        size=still.size,
        pixel_format="rgb24",
        fps=Fraction(1, DAY_S),
        frames=1,
        constant_rate=True,
        time_base=Fraction(1),
        sample_aspect=Fraction(1),
        rotation_deg=0,
        colour=COLOUR,
        parameter_sets="",
        origin_s=Fraction(0),
        duration_s=Fraction(DAY_S),
        audio=None,
    )


def _refuse_animation(path: Path) -> None:
    from PIL import Image  # noqa: PLC0415 - 40 ms, only where a still is looked at

    content = read_regular(path, size_max=STILL_BYTES_MAX)
    with Image.open(BytesIO(content), formats=("PNG", "WEBP")) as picture:
        pictures = getattr(picture, "n_frames", 1)
    if pictures > 1:
        raise MediaError(
            f"`{path}` is an animation of {pictures} pictures, not a still",
            code="M895",
            hint="convert it to an MP4 clip, or save one of its pictures as PNG",
        )


def decoder() -> dict[str, Json]:
    """All that decides a still's pixels beside its bytes, for manifests. A millisecond."""
    from PIL._version import __version__  # noqa: PLC0415 - only where a film shows a still

    return {"design": DESIGN, "pillow": __version__}


async def made_ready(clip: Path, facts: MediaFacts, *, scratch: Path) -> Path:
    """Where ffmpeg finds a clip: of a still, a PNG at `scratch`, upright, in sRGB, over black; any other is as it is.

    Raises `MediaError` M840 where it is no picture any more, `StoreError` E611 where it cannot be written.
    """
    if not facts.is_still:
        return clip
    import asyncio  # noqa: PLC0415 - a film with nothing to do names what decodes its stills, too

    await asyncio.to_thread(_make_ready, clip, scratch)
    return scratch


def _make_ready(still: Path, scratch: Path) -> None:
    from renderer.still import open_still  # noqa: PLC0415 - 40 ms, only where a still is shown

    picture = open_still(still)
    try:
        picture.save(scratch, "PNG", compress_level=1)
    except OSError as error:
        raise StoreError(
            "a still cannot be written for ffmpeg",
            code="E611",
            facts=[("folder", scratch.parent), ("error", error)],
            hint="free some space and run the same command again",
        ) from error


def standing_source(still: Path, *, fps: Fraction) -> list[str]:
    """The input that is a still that was made ready, for a film of this rate."""
    rate = ["-framerate", str(fps)]
    return ["-protocol_whitelist", "file", "-f", STILL_DEMUXER, *rate, "-i", local_url(still)]


def standing_filters(frames: int) -> list[str]:
    """One picture so many times; behind these each frame has its number as its time, as in any segment."""
    return [f"loop=loop={frames - 1}:size=1:start=0", "setpts=N", f"trim=end_frame={frames}"]
