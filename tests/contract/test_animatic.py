"""The provider `animatic` through its port, with the real ffmpeg."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from renderer.digest import digest_file
from renderer.errors import MediaError, ProviderRefused
from renderer.ffmpeg.binary import Ffmpeg
from renderer.mate import Call, Mates
from renderer.model import Size
from renderer.providers.animatic import Animatic
from renderer.providers.base import Maker, Order

STILLS = Path(__file__).parents[2] / "specs" / "stills"
ROCKET, ASTRONAUT, HUBBLE = (
    STILLS / name for name in ("rocket.jpg", "astronaut.png", "hubble_deep_field.jpg")
)
SLATE = {"shot": "pad", "take": 1, "model": "gen3a_turbo", "note": "STALE"}


@pytest.fixture
def animatic(ffmpeg: Ffmpeg) -> Animatic:
    return Animatic(ffmpeg, filter_threads=1)


def order(
    animatic: Animatic,
    *,
    size: str = "160x90",
    fps: str = "24",
    seed: int = 7,
    slate: Mapping[str, object] | None = None,
    inputs: Mapping[str, Path] | None = None,
    **fields: str,
) -> Order:
    inputs = inputs or {}
    digests = {name: digest_file(path) for name, path in inputs.items()}
    manifest = {
        "action": "generate",
        "version": 1,
        "fields": {"duration": "1/2", **fields},
        "inputs": {name: {"sha256": d.sha256, "size_bytes": d.size_bytes} for name, d in digests.items()},
        "seed": str(seed),
        "params": {},
        **animatic.identity(size=Size.parse(size), fps=Fraction(fps)),
    }
    return Order(manifest | ({"slate": slate} if slate else {}), inputs)


def film(animatic: Animatic, what: Order, output: Path) -> Path:
    asyncio.run(animatic.generate(what, output=output))
    return output


def frames(path: Path) -> list[Image.Image]:
    with av.open(path) as clip:
        return [frame.to_image() for frame in clip.decode(video=0)]  # type: ignore[no-untyped-call]


def difference(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def test_animatic_fills_the_makers_port(animatic: Animatic) -> None:
    """It is a maker by that name."""
    maker: Maker = animatic
    assert "animatic" == maker.name


def test_identity_names_all_that_decides_the_bytes(animatic: Animatic, ffmpeg: Ffmpeg) -> None:
    """Picture, ffmpeg's build, encoder, the drawing library and the look; not the number of threads."""
    identity = animatic.identity(size=Size(1280, 720), fps=Fraction(24000, 1001))
    assert {"size": "1280x720", "fps": "24000/1001"} == identity["picture"]
    assert {"ffmpeg", "encoder", "pillow", "freetype", "design"} == set(identity["tools"])
    assert ffmpeg.build == identity["tools"]["ffmpeg"]


def test_identity_imports_nothing_that_draws() -> None:
    """A build with nothing to do does not pay for Pillow or ffmpeg-python."""
    program = (
        "import sys; from fractions import Fraction; from pathlib import Path\n"
        "from renderer.providers.animatic import Animatic; from renderer.ffmpeg.binary import Ffmpeg\n"
        "from renderer.model import Size\n"
        "Animatic(Ffmpeg(Path('x'), 'b'), filter_threads=1).identity(size=Size(2, 2), fps=Fraction(1))\n"
        "print(sorted({'PIL.Image', 'ffmpeg', 'av'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert "[]" == answer.stdout.strip()


@pytest.mark.parametrize(
    "fields",
    [
        {"inputs": {"image": ROCKET}},
        {"inputs": {"image": ROCKET, "last_image": HUBBLE}, "slate": SLATE},
        {"inputs": {"image": ASTRONAUT}, "camera": "handheld", "size": "90x160"},
        {"prompt": "a white rocket on the pad, مرحبا 東京", "slate": SLATE},
    ],
    ids=["still", "first to last", "contained", "card"],
)
def test_the_same_request_gives_the_same_bytes(
    ffmpeg: Ffmpeg, tmp_path: Path, fields: dict[str, object]
) -> None:
    """In another folder and with another number of threads too."""
    digests = []
    for threads in (1, 3):
        folder = tmp_path / f"with {threads} threads"
        folder.mkdir()
        animatic = Animatic(ffmpeg, filter_threads=threads)
        digests.append(digest_file(film(animatic, order(animatic, **fields), folder / "clip.mp4")))  # type: ignore[arg-type]
        assert ["clip.mp4"] == [path.name for path in folder.iterdir()]
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    "asked",
    [
        ("16x16", "24", "1/24", 1),
        ("160x90", "24000/1001", "2", 48),
        ("90x160", "12", "5/2", 30),
        ("128x128", "60", "1/2", 30),
        ("202x86", "30000/1001", "1/10", 3),
        ("160x90", "24", "1/12", 2),
        ("160x90", "25", "4/25", 4),
    ],
)
@pytest.mark.parametrize("stills", [0, 1, 2])
def test_a_clip_has_the_size_rate_and_frames_that_were_asked_for(
    animatic: Animatic, tmp_path: Path, asked: tuple[str, str, str, int], stills: int
) -> None:
    """Exactly, with evenly spaced time stamps, tagged BT.709, without sound."""
    size, fps, duration, count = asked
    inputs = dict(zip(("image", "last_image"), (ROCKET, HUBBLE)[:stills], strict=False))
    what = order(
        animatic, size=size, fps=fps, duration=duration, prompt="a rocket", inputs=inputs, camera="push in"
    )
    with av.open(film(animatic, what, tmp_path / "clip.mp4")) as clip:
        video = clip.streams.video[0]
        stamps = [frame.pts for frame in clip.decode(video)]
        assert (size, Fraction(fps)) == (f"{video.width}x{video.height}", video.average_rate)
        assert 1 == len(clip.streams)
        assert (1, 1) == (video.color_primaries, video.color_range)
    assert count == len(stamps)
    assert len({later - earlier for earlier, later in pairwise(stamps)}) <= 1  # type: ignore[operator]


def test_a_4k_clip_of_one_frame_is_made(animatic: Animatic, tmp_path: Path) -> None:
    """The largest common size works."""
    what = order(animatic, size="4096x2304", duration="1/24", inputs={"image": ROCKET}, slate=SLATE)
    assert (4096, 2304) == frames(film(animatic, what, tmp_path / "clip.mp4"))[0].size


def test_first_and_last_frame_are_the_stills_themselves(animatic: Animatic, tmp_path: Path) -> None:
    """A match begins on the whole first still and ends on the whole last one."""

    def shot(inputs: Mapping[str, Path], camera: str, name: str) -> list[Image.Image]:
        what = order(animatic, inputs=inputs, camera=camera, size="320x180", duration="2")
        return frames(film(animatic, what, tmp_path / name))

    match = shot({"image": ROCKET, "last_image": ASTRONAUT}, "pan right", "match.mp4")
    first = shot({"image": ROCKET}, "static", "first.mp4")[0]
    last = shot({"image": ASTRONAUT}, "static", "last.mp4")[0]
    assert difference(first, match[0]) < 3
    assert difference(last, match[-1]) < 3
    assert difference(first, last) > 20


def test_a_locked_camera_does_not_move_and_a_pushing_one_does(animatic: Animatic, tmp_path: Path) -> None:
    """The author's words decide."""
    still, moving = (
        frames(
            film(animatic, order(animatic, inputs={"image": ROCKET}, camera=words), tmp_path / f"{words}.mp4")
        )
        for words in ("locked off", "push in")
    )
    assert difference(still[0], still[-1]) < 1 < difference(moving[0], moving[-1])


def test_a_slate_covers_the_lower_edge_alone(animatic: Animatic, tmp_path: Path) -> None:
    """The picture above the strip is that of the clip without a slate."""
    bare, slated = (
        frames(
            film(animatic, order(animatic, inputs={"image": ASTRONAUT}, slate=slate), tmp_path / f"{n}.mp4")
        )[0]
        for n, slate in enumerate((None, SLATE))
    )
    upper, lower = (0, 0, 160, 64), (0, 72, 160, 90)
    assert difference(bare.crop(upper), slated.crop(upper)) < 2
    assert difference(bare.crop(lower), slated.crop(lower)) > 10


def test_a_damaged_still_leaves_nothing_behind(animatic: Animatic, tmp_path: Path) -> None:
    """The error names the file, and the output folder stays empty."""
    still, folder = tmp_path / "still.png", tmp_path / "out"
    still.write_bytes(ASTRONAUT.read_bytes()[:9000])
    folder.mkdir()
    with pytest.raises(MediaError):
        film(animatic, order(animatic, inputs={"image": still}), folder / "clip.mp4")
    assert [] == list(folder.iterdir())


def test_a_refused_request_leaves_nothing_behind(animatic: Animatic, tmp_path: Path) -> None:
    """Odd sizes are refused before anything is drawn."""
    with pytest.raises(ProviderRefused):
        film(animatic, order(animatic, size="161x90", prompt="x"), tmp_path / "clip.mp4")
    assert [] == list(tmp_path.iterdir())


class Slow(Mates):
    """Whoever draws takes his time, and goes on to write."""

    def __init__(self, begun: threading.Event) -> None:
        super().__init__(cores=1, ahead=())
        self.begun = begun

    @contextmanager
    def lend(self) -> Iterator[Call]:
        yield self.call

    def call(self, _: str, given: Mapping[str, Any]) -> list[str]:
        self.begun.set()
        for number in range(20):
            time.sleep(0.02)
            (Path(given["folder"]) / f"layer{number}").write_bytes(b"layer")
        return []


def test_cancelling_waits_for_who_draws_and_leaves_nothing_behind(animatic: Animatic, tmp_path: Path) -> None:
    """A thread cannot be broken off, and what it writes must not outlive the folder."""
    begun = threading.Event()

    async def cancelled() -> None:
        what = order(animatic, prompt="steam")
        drawing = asyncio.create_task(
            animatic.generate(what, output=tmp_path / "clip.mp4", mates=Slow(begun))
        )
        await asyncio.to_thread(begun.wait)
        drawing.cancel()
        await drawing

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert [] == list(tmp_path.iterdir())


def test_cancelling_stops_ffmpeg_and_leaves_nothing_behind(animatic: Animatic, tmp_path: Path) -> None:
    """A minute of picture does not have to be waited for."""
    what = order(animatic, size="1280x720", duration="60", prompt="a long shot")

    async def cancelled() -> None:
        async with asyncio.timeout(0.8):
            await animatic.generate(what, output=tmp_path / "clip.mp4")

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())
    assert [] == list(tmp_path.iterdir())
