"""Clips whose frames tell their number, and reading it off a film."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import av

from .stage import real_ffmpeg

FRAMES = 24
SOURCE = "color=s=64x36:r=24,format=yuv420p,geq=lum='if(lt(X,32),40+8*N,if(lt(Y,18),235,16))':cb=128:cr=128"
"""Its left half tells the number of the frame; the right one is white above black."""
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-pix_fmt", "yuv420p")


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg, which succeeds."""
    subprocess.run([real_ffmpeg(), "-v", "error", "-nostdin", "-y", *arguments], check=True)


def write_numbered(path: Path, *, options: Sequence[str] = X264, sound_s: float = 0) -> Path:
    """Write a clip of a second, with a tone of so many."""
    heard = ["-f", "lavfi", "-i", f"sine=440:r=48000:d={sound_s}"] if sound_s else []
    frames = [] if "-frames:v" in options else ["-frames:v", str(FRAMES)]
    ffmpeg("-f", "lavfi", "-i", SOURCE, *heard, *frames, *options, str(path))
    return path


def lumas(film: Path, places: Sequence[tuple[int, int]]) -> list[list[int]]:
    """How bright each frame of a film is at some places."""
    with av.open(film) as container:
        planes = [frame.planes[0] for frame in container.decode(video=0)]
        return [[memoryview(plane)[y * plane.line_size + x] for x, y in places] for plane in planes]


def number_of(luma: int) -> int:
    """The number of a frame by how bright it is on the left."""
    return round((luma - 40) / 8)


def numbers(film: Path) -> list[int]:
    """The numbers of the frames of a film of 64x36."""
    return [number_of(luma) for [luma] in lumas(film, [(14, 18)])]
