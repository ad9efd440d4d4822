"""Clips: real MP4s whose bytes follow from the request alone, so that a disturbed build ends in the same film.

A few base clips are drawn once per size and length and kept in a folder; each clip is one of them with a `free` box
behind it, which players skip, that holds the digest of its request. The digest picks the base clip, so that other
requests mostly look different.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg

LOOKS = (("navy", "orange"), ("black", "teal"), ("maroon", "gold"), ("indigo", "white"))
DRAW_TIMEOUT_S = 120.0
SIZES = {"16:9": "1280x768", "9:16": "768x1280", "1:1": "960x960", "4:3": "1104x832", "3:4": "832x1104"}


class Base(NamedTuple):
    """What a base clip looks like; `size` as in 1280x768."""

    size: str
    rate_fps: int
    seconds: float
    look: int


class Clips:
    """Base clips on disk and in memory; the drawing runs beside the server, from the moment a job is accepted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bases: dict[Base, Future[bytes]] = {}
        self._hands = ThreadPoolExecutor(1)

    def prepare(self, base: Base) -> Future[bytes]:
        """Begin to draw a base clip, unless it is there already."""
        if base not in self._bases:
            self._bases[base] = self._hands.submit(self._load, base)
        return self._bases[base]

    def clip(self, base: Base, *, picture: str, padding_bytes: int) -> bytes:
        """The bytes of a clip; waits where its base is not drawn yet."""
        return self.prepare(base).result(DRAW_TIMEOUT_S) + free_box(picture, padding_bytes=padding_bytes)

    def close(self) -> None:
        self._hands.shutdown(wait=True, cancel_futures=True)

    def _load(self, base: Base) -> bytes:
        name = hashlib.sha256(" ".join(_arguments(base)).encode()).hexdigest()[:16]
        path = self._folder / f"{base.size}-{name}.mp4"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder) as scratch:
                draft = Path(scratch) / path.name
                _draw(base, draft)
                draft.replace(path)
        return path.read_bytes()


def base_of(picture: str, *, size: str, seconds: float, rate_fps: int) -> Base:
    """The base clip for a picture, by its digest."""
    look = hashlib.sha256(picture.encode()).digest()[0] % len(LOOKS)
    return Base(size, rate_fps, seconds, look)


def free_box(picture: str, *, padding_bytes: int) -> bytes:
    """An MP4 box that players skip: the digest of a picture, and bytes that cannot be compressed."""
    digest = hashlib.sha256(picture.encode()).digest()
    filling = hashlib.shake_256(digest).digest(padding_bytes)
    return (8 + len(digest) + padding_bytes).to_bytes(4, "big") + b"free" + digest + filling


def clips_folder() -> Path:
    """Where base clips are kept between runs: one folder for each user and ffmpeg."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    build = Path(imageio_ffmpeg.get_ffmpeg_exe()).name
    return Path(tempfile.gettempdir()) / f"renderer-simulator-clips-{user}" / build


def size_for(ratio: str | None) -> str:
    """The size that a ratio gives: 1280x768 for 16:9, as the vendor's own pages say; `1280:720` is taken as written."""
    if ratio is None:
        return SIZES["16:9"]
    width, _, _ = ratio.partition(":")
    written = width.isdecimal() and int(width) >= 64
    return ratio.replace(":", "x") if written else SIZES.get(ratio, SIZES["16:9"])


def _arguments(base: Base) -> list[str]:
    """How ffmpeg draws a base clip: small, then grown, which is fast."""
    one, other = LOOKS[base.look]
    source = f"gradients=s=160x96:c0={one}:c1={other}:n=2:seed={base.look}:speed=0.02:r={base.rate_fps}"
    grown = f"scale={base.size.replace('x', ':')}:flags=fast_bilinear+bitexact,setsar=1"
    frames = round(base.seconds * base.rate_fps)
    coded = "-c:v libx264 -preset ultrafast -crf 30 -threads 1 -pix_fmt yuv420p -flags:v +bitexact"
    written = "-fflags +bitexact -movflags +faststart"
    return [
        "-f",
        "lavfi",
        "-i",
        source,
        "-vf",
        grown,
        "-frames:v",
        f"{frames}",
        *coded.split(),
        *written.split(),
    ]


def _draw(base: Base, path: Path) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *_arguments(base), "-y", str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=DRAW_TIMEOUT_S)
