"""Small real clips, made once per test run by the ffmpeg that the product uses."""

import subprocess
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import encode_arguments

TAGS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"


@pytest.fixture(scope="session")
def run(ffmpeg: Ffmpeg) -> Callable[..., Path]:
    """Run ffmpeg with these arguments and return the path that ends them."""

    def run(*arguments: str) -> Path:
        subprocess.run([ffmpeg.path, "-v", "error", "-nostdin", "-y", *arguments], check=True)
        return Path(arguments[-1])

    return run


@pytest.fixture(scope="session")
def clips(run: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A folder, and a way to make a clip in it: `clips("a.mp4", frames=24)`."""
    folder = tmp_path_factory.mktemp("clips")

    def make(
        name: str,
        *,
        frames: int = 12,
        size: str = "64x36",
        fps: str = "24",
        sound: str | None = None,
        options: Sequence[str] = (),
    ) -> Path:
        path = folder / name
        if path.exists():
            return path
        picture = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={fps}"]
        listening = ["-f", "lavfi", "-i", sound, "-shortest"] if sound else []
        encoding = options or encode_arguments(Fraction(fps))
        return run(*picture, *listening, "-vf", TAGS, "-frames:v", str(frames), *encoding, str(path))

    return make
