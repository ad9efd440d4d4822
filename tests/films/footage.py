"""Own footage of odd kinds: how it is written, and which picture stands in it when."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple

import av
from PIL import Image

from tests.acceptance.stage import real_ffmpeg

from .bars import draw

RATES = ("12", "24", "25", "30", "24000/1001", "30000/1001", "60")
FRAMES_MAX = 240
SIZES = ((160, 90), (160, 90), (90, 160), (128, 96), (161, 91), (96, 96))
LONG_FRAMES = 200
CODECS = {
    "h264": ("mp4", "mov", "mkv"),
    "h265": ("mp4", "mov", "mkv"),
    "vp8": ("webm", "mkv"),
    "vp9": ("webm", "mp4"),
    "av1": ("mp4", "webm"),
    "prores": ("mov",),
    "mjpeg": ("mov", "mkv"),
    "mpeg4": ("mp4", "mov"),
}
ENCODERS = {
    "h264": "-c:v libx264 -preset veryfast -crf 12 -pix_fmt {pixels} -g {gop} -keyint_min 1 -sc_threshold 0 -bf {b}",
    "h265": "-c:v libx265 -preset ultrafast -pix_fmt {pixels} -tag:v hvc1 "
    "-x265-params log-level=none:crf=12:keyint={gop}:min-keyint=1:scenecut=0:bframes={b}",
    "vp8": "-c:v libvpx -deadline realtime -cpu-used 8 -crf 6 -b:v 4M -pix_fmt yuv420p -g {gop}",
    "vp9": "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -crf 12 -b:v 0 -pix_fmt {pixels} -g {gop}",
    "av1": "-c:v libsvtav1 -preset 12 -crf 16 -svtav1-params lp=1 -pix_fmt yuv420p -g {gop}",
    "prores": "-c:v prores_ks -profile:v 2 -pix_fmt yuv422p10le",
    "mjpeg": "-c:v mjpeg -q:v 2 -pix_fmt yuvj422p",
    "mpeg4": "-c:v mpeg4 -q:v 2 -pix_fmt yuv420p -g {gop} -bf {b}",
}
PIXELS = {
    "h264": ("yuv420p", "yuv420p", "yuvj420p", "yuv444p"),
    "h265": ("yuv420p", "yuv420p10le"),
    "vp9": ("yuv420p",),
}
FORMS = (
    "plain",
    "long",
    "plain",
    "plain",
    "turned",
    "wide",
    "edited",
    "late",
    "fragments",
    "variable",
    "still",
)


class Kind(NamedTuple):
    """How a clip is made. `gop` is the distance of keyframes, `b` the B-frames between two others; `form` its oddity."""

    rate: str
    frames: int
    codec: str
    container: str
    gop: int
    b: int
    pixels: str
    size: tuple[int, int]
    form: str

    @property
    def aspect(self) -> float:
        return self.size[0] / self.size[1]


class Clip(NamedTuple):
    """A clip as a player sees it, with its own number as `mark`: `times` of its pictures in seconds from its first one, `numbers` told by them, and its length."""

    file: str
    mark: int
    kind: Kind
    times: tuple[Fraction, ...]
    numbers: tuple[int, ...]
    length_s: Fraction

    @property
    def is_still(self) -> bool:
        return self.kind.form == "still"


def choose(chance: Random) -> Kind:
    """A kind of clip, by chance."""
    codec = chance.choice(["h264", "h264", "h264", *CODECS])
    container, form = chance.choice(CODECS[codec]), chance.choice(FORMS)
    if form in ("turned", "edited", "late", "variable", "fragments"):
        codec, container = "h264", chance.choice(["mp4", "mov"])
    rate = chance.choice(RATES)
    longest = min(FRAMES_MAX, int(4 * Fraction(rate)))
    frames = chance.choice([1, 2, chance.randint(3, longest), chance.randint(longest // 4, longest), longest])
    pixels, size = chance.choice(PIXELS.get(codec, ("yuv420p",))), chance.choice(SIZES)
    if codec != "h264" or not pixels.endswith("444p"):
        size = (size[0] // 2 * 2, size[1] // 2 * 2)
    size = SIZES[0] if form == "wide" else size
    if form == "long":
        rate, frames = "12", LONG_FRAMES
    if form in ("edited", "variable"):
        frames = max(frames, 8)
    return Kind(
        rate,
        frames,
        codec,
        container,
        chance.choice([1, 12, 1000]),
        chance.choice([0, 0, 2, 3]),
        pixels,
        size,
        form,
    )


def write(kind: Kind, *, mark: int, folder: Path) -> Clip:
    """Write a clip of this kind, which carries this number."""
    name = f"clip{mark}.{'png' if kind.form == 'still' else kind.container}"
    path = folder / name
    if kind.form == "still":
        picture = draw(mark, 0, size=kind.size, aspect=kind.aspect)
        Image.frombytes("L", kind.size, bytes(_full(level) for level in picture)).convert("RGB").save(path)
        return Clip(name, mark, kind, (Fraction(),), (0,), Fraction(5))
    _encode(kind, mark=mark, path=path)
    return Clip(name, mark, kind, *_told(kind, path))


def _full(level: int) -> int:
    """A limited level as a full one."""
    return min(255, max(0, round((level - 16) * 255 / 219)))


def _encode(kind: Kind, *, mark: int, path: Path) -> None:
    stored = (120, 90) if kind.form == "wide" else kind.size
    aspect = 16 / 9 if kind.form == "wide" else kind.aspect
    pictures = b"".join(draw(mark, number, size=stored, aspect=aspect) for number in range(kind.frames))
    filters = (
        ["scale=in_range=tv:out_range=pc"] if kind.pixels.startswith("yuvj") or kind.codec == "mjpeg" else []
    )
    filters += ["setsar=4/3"] if kind.form == "wide" else []
    filters += ["transpose=clock"] if kind.form == "turned" else []
    filters += [_pauses(kind)] if kind.form == "variable" else []
    raw = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray",
        "-color_range",
        "tv",
        "-video_size",
        f"{stored[0]}x{stored[1]}",
        "-framerate",
        kind.rate,
    ]
    coded = ENCODERS[kind.codec].format(**kind._asdict()).split()
    shown = ["-vf", ",".join(["format=yuv444p", *filters])]
    flags = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"] if kind.form == "fragments" else []
    two = kind.form in ("turned", "edited", "late")
    first = path.with_name(f"first-{path.name}") if two else path
    timing = ["-fps_mode", "vfr"] if kind.form == "variable" else []
    _run(*raw, "-i", "pipe:", *shown, *timing, *coded, "-threads:v", "1", *flags, str(first), given=pictures)
    if two:
        before = {
            "turned": ["-display_rotation", "90"],
            "edited": ["-ss", f"{float(_cut_s(kind)):.6f}"],
            "late": ["-itsoffset", "0.3"],
        }
        _run(*before[kind.form], "-i", str(first), "-c", "copy", str(path))
        first.unlink()


def _cut_s(kind: Kind) -> Fraction:
    return Fraction(kind.frames // 3) / Fraction(kind.rate)


def _pauses(kind: Kind) -> str:
    """A clock that stands still now and then: before every fifth picture, for three frames."""
    return "setpts='(N+3*floor((N+1)/5))/FR/TB'"


def _told(kind: Kind, path: Path) -> tuple[tuple[Fraction, ...], tuple[int, ...], Fraction]:
    """When each picture stands, by the clip's own clock; that of an even rate is exact, whatever the container rounds."""
    rate = Fraction(kind.rate)
    with av.open(str(path)) as container:
        found = [
            Fraction(frame.pts or 0) * Fraction(frame.time_base or 1) for frame in container.decode(video=0)
        ]
    times = [time - found[0] for time in found]
    count = len(times)
    assert all(one < other for one, other in pairwise(times)), (kind, times)
    if kind.form == "variable":
        return tuple(times), tuple(range(count)), times[-1] + _last_s(path)
    even = tuple(number / rate for number in range(count))
    assert all(abs(one - other) < Fraction(1, 400) for one, other in zip(even, times, strict=True)), (
        kind,
        times,
    )
    return even, tuple(range(kind.frames - count, kind.frames)), count / rate


def _last_s(path: Path) -> Fraction:
    """How long the last picture stands, as the container says."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
    last = max(packets, key=lambda packet: packet.pts or 0)
    return (last.duration or 0) * last.time_base


def _run(*arguments: str, given: bytes | None = None) -> None:
    command = [str(real_ffmpeg()), "-v", "error", "-nostdin", "-y", *arguments]
    ended = subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)
    assert ended.returncode == 0, (command, ended.stderr.decode())
