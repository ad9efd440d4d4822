"""Transitions with the real ffmpeg: every frame around an overlap is the right one, and sound crosses over with the picture.

The left half of each clip's picture is as bright as its number, the right half as its frame's number. Its sound is
one level for as long as it lasts.
"""

import asyncio
import json
import math
import subprocess
from array import array
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import encode_arguments
from renderer.media.conform import Cut, Profile
from renderer.media.crossing import Along, Side, make_crossing
from renderer.media.manifests import card_manifest, crossing_manifest, segment_manifest
from renderer.media.mixing import mix_parts
from renderer.media.moving import Moved
from renderer.media.probe import probe
from renderer.media.segment import make_segment
from renderer.media.sound import decode_sound
from renderer.media.sounding import mix_manifest
from renderer.model import Json, MediaFacts, Size
from renderer.pipeline.film.crossfading import crossed_parts
from renderer.plan.film import SlotRow
from renderer.plan.mix import MixRow

SIZE = Size(64, 36)
RATES = [Fraction(24), Fraction(30000, 1001)]
FIRST, STEP = 24, 2
FRAMES = 60
TAGS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
BLACK, WHITE = 16, 235


@pytest.fixture(scope="session")
def clips(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[Fraction, int], Side]:
    """Two clips for each rate."""
    folder = tmp_path_factory.mktemp("clips")
    made = {}
    for rate in RATES:
        for number in (0, 40):
            path = folder / f"{number}-{rate.numerator}.mp4"
            luma = f"if(lt(X,32),{FIRST + STEP * number},{FIRST}+{STEP}*N)"
            picture = f"color=s={SIZE}:r={rate},geq=lum='{luma}':cb=128:cr=128,{TAGS}"
            arguments = ["-v", "error", "-f", "lavfi", "-i", picture, "-frames:v", str(FRAMES)]
            subprocess.run([ffmpeg.path, *arguments, *encode_arguments(rate), str(path)], check=True)
            made[rate, number] = Side(path, probe(path))
    return made


def manifest_of(
    ffmpeg: Ffmpeg,
    rate: Fraction,
    cuts: tuple[Cut | None, Cut],
    *,
    kind: str,
    overlap: int,
    colour: str = "",
) -> dict[str, Json]:
    profile = Profile(SIZE, rate, "crop", None)
    sides = [cut and segment_manifest("0" * 64, cut, profile, build=ffmpeg.build) for cut in cuts]
    assert sides[1]
    return crossing_manifest(sides[0], sides[1], kind=kind, overlap=overlap, colour=colour)


def lumas(path: Path) -> list[tuple[int, int]]:
    """The brightness of each frame's halves; stamps are held to the rate by `make_crossing`."""
    with av.open(path) as container:
        planes = [frame.planes[0] for frame in container.decode(video=0)]
    return [tuple(memoryview(plane)[plane.line_size * 18 + x] for x in (8, 48)) for plane in planes]  # type: ignore[misc]


def expected(number: int, frame: int) -> tuple[int, int]:
    return FIRST + STEP * number, FIRST + STEP * frame


def mixed(one: tuple[int, int], other: tuple[int, int], share: float) -> tuple[float, float]:
    first, second = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return first, second


def crossing(
    rate: Fraction, cuts: tuple[Cut, Cut], overlap: int, *, kind: str, colour: int
) -> list[tuple[float, float]]:
    """All frames of a transition by arithmetic."""
    last, coming = cuts
    before = [expected(0, last.first + n) for n in range(last.frames)]
    after = [expected(40, coming.first + n) for n in range(coming.frames)]
    ground, half = (colour, colour), overlap // 2
    shown: list[tuple[float, float]] = [*before[: last.frames - overlap]]
    for n in range(overlap):
        one, other = before[last.frames - overlap + n], after[n]
        if kind == "fade":
            shown.append(mixed(one, other, n / overlap))
        elif n < half:
            shown.append(mixed(one, ground, n / half))
        else:
            shown.append(mixed(ground, other, (n - half) / (overlap - half)))
    return [*shown, *after[overlap:]]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_frame_around_a_transition_is_the_right_one(
    ffmpeg: Ffmpeg, clips: dict[tuple[Fraction, int], Side], data: st.DataObject
) -> None:
    """Before the overlap what goes, after it what comes, in it both, whatever the lengths and the rate."""
    rate, kind = data.draw(st.sampled_from(RATES)), data.draw(st.sampled_from(["fade", "dip"]))
    overlap = data.draw(st.integers(1, 20))
    lengths = data.draw(st.tuples(*[st.integers(overlap, 30)] * 2))
    cuts = tuple(Cut(data.draw(st.integers(0, FRAMES - length)), length) for length in lengths)
    manifest = manifest_of(
        ffmpeg,
        rate,
        (cuts[0], cuts[1]),
        kind=kind,
        overlap=overlap,
        colour="#ffffff" if kind == "dip" else "",
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.mp4"
        asyncio.run(make_crossing(ffmpeg, manifest, [clips[rate, 0], clips[rate, 40]], output=path))
        found = lumas(path)
    wanted = crossing(rate, (cuts[0], cuts[1]), overlap, kind=kind, colour=WHITE)
    assert len(wanted) == len(found)
    for frame, (one, other) in enumerate(zip(wanted, found, strict=True)):
        assert one == pytest.approx(other, abs=3), f"frame {frame} of {len(wanted)}"


@pytest.fixture(scope="session")
def long(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Side:
    """A clip of half a minute with a keyframe every two seconds, so that its end is read from shortly before."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    picture = f"testsrc2=s={SIZE}:r=24,{TAGS}"
    arguments = ["-v", "error", "-f", "lavfi", "-i", picture, "-t", "30", *encode_arguments(RATES[0])]
    subprocess.run([ffmpeg.path, *arguments, str(path)], check=True)
    return Side(path, probe(path))


@pytest.mark.parametrize(
    ("cut", "moved"),
    [
        (Cut(0, 40), None),
        (Cut(300, 300), None),
        (Cut(700, 60), None),
        (Cut(24, 48), Moved(Fraction(2), reverse=True, moving=72, skip=0)),
        (Cut(264, 40), Moved(Fraction(3, 2), reverse=False, moving=60, skip=24)),
    ],
)
def test_what_goes_along_with_a_transition_is_the_same_bytes_as_alone(
    ffmpeg: Ffmpeg,
    clips: dict[tuple[Fraction, int], Side],
    long: Side,
    tmp_path: Path,
    *,
    cut: Cut,
    moved: Moved | None,
) -> None:
    """And so is the transition: from the clip's start, from its midst, where its end is held, backwards and faster.

    Two of the clip from which it leads, one of the other.
    """
    profile, end = Profile(SIZE, RATES[0], "crop", None), cut.first + cut.frames
    cuts = [cut, Cut(end, 12), Cut(end + 12, 12)]
    parts = [
        segment_manifest(
            *("0" * 64, part, profile),
            build=ffmpeg.build,
            motion=moved._replace(skip=moved.skip + part.first - cut.first).manifest() if moved else None,
        )
        for part in cuts
    ]
    coming = [
        segment_manifest("1" * 64, part, profile, build=ffmpeg.build) for part in (Cut(0, 12), Cut(12, 12))
    ]
    manifest = crossing_manifest(parts[2], coming[0], kind="fade", overlap=12, colour="")
    sides = [long, clips[RATES[0], 0]]
    made = [(parts[0], long), (parts[1], long), (coming[1], sides[1])]
    crossed, both = tmp_path / "crossed.mp4", tmp_path / "both.mp4"
    along = [Along(part, tmp_path / f"along{number}.mp4") for number, (part, _) in enumerate(made)]
    facts = asyncio.run(make_crossing(ffmpeg, manifest, sides, output=crossed))
    for number, (part, side) in enumerate(made):
        assert side.clip
        assert side.facts
        alone = tmp_path / f"alone{number}.mp4"
        facts.append(asyncio.run(make_segment(ffmpeg, side.clip, side.facts, part, output=alone)))
    assert facts == asyncio.run(make_crossing(ffmpeg, manifest, sides, output=both, along=along))
    assert crossed.read_bytes() == both.read_bytes()
    for number, one in enumerate(along):
        assert (tmp_path / f"alone{number}.mp4").read_bytes() == one.output.read_bytes()


@pytest.mark.parametrize("overlap", [1, 12])
def test_a_film_fades_up_from_a_colour(
    ffmpeg: Ffmpeg, clips: dict[tuple[Fraction, int], Side], tmp_path: Path, overlap: int
) -> None:
    """From all of it in the first frame to nothing of it after the last."""
    manifest = manifest_of(
        ffmpeg, RATES[0], (None, Cut(3, 24)), kind="dip", overlap=overlap, colour="#000000"
    )
    path = tmp_path / "made.mp4"
    asyncio.run(make_crossing(ffmpeg, manifest, [None, clips[RATES[0], 40]], output=path))
    black = (BLACK, BLACK)
    wanted = [mixed(black, expected(40, 3 + n), min(1, n / overlap)) for n in range(24)]
    for one, other in zip(wanted, lumas(path), strict=True):
        assert one == pytest.approx(other, abs=3)


def every_kind() -> list[str]:
    """All that `enter` can name of `xfade`."""
    schema = Path(__file__).parents[2] / "schemas" / "storyboard.schema.json"
    names = json.loads(schema.read_bytes())["$defs"]["enter"]["properties"]["xfade"]["enum"]
    return [name for name in names if name]


@pytest.mark.parametrize("kind", every_kind())
def test_every_transition_begins_with_one_clip_and_ends_with_the_other(
    ffmpeg: Ffmpeg, clips: dict[tuple[Fraction, int], Side], tmp_path: Path, kind: str
) -> None:
    """Whatever it does between; the frames of both run on under it, and none is missing."""
    manifest = manifest_of(ffmpeg, RATES[1], (Cut(2, 8), Cut(20, 8)), kind=kind, overlap=5)
    path = tmp_path / "made.mp4"
    sides = [clips[RATES[1], 0], clips[RATES[1], 40]]
    [facts] = asyncio.run(make_crossing(ffmpeg, manifest, sides, output=path))
    assert 8 + 8 - 5 == facts.frames
    found = lumas(path)
    for frame in (0, 1, 2):
        assert expected(0, 2 + frame) == pytest.approx(found[frame], abs=3)
    for frame in (8, 9, 10):
        assert expected(40, 20 + frame - 3) == pytest.approx(found[frame], abs=3)


def test_a_clip_goes_over_into_a_card(
    ffmpeg: Ffmpeg, clips: dict[tuple[Fraction, int], Side], tmp_path: Path
) -> None:
    """A card has no clip, and is a side as any other."""
    profile = Profile(SIZE, RATES[0], "crop", None)
    last = segment_manifest("0" * 64, Cut(0, 10), profile, build=ffmpeg.build)
    card = card_manifest("#ffffff", 10, size=SIZE, fps=RATES[0], build=ffmpeg.build, texts=[])
    manifest = crossing_manifest(last, card, kind="fade", overlap=4, colour="")
    path = tmp_path / "made.mp4"
    asyncio.run(make_crossing(ffmpeg, manifest, [clips[RATES[0], 0], Side(None, None)], output=path))
    found = lumas(path)
    assert expected(0, 0) == pytest.approx(found[0], abs=3)
    assert [(WHITE, WHITE)] * 6 == found[10:]


def test_a_transition_that_this_ffmpeg_lacks_is_told(
    ffmpeg: Ffmpeg, clips: dict[tuple[Fraction, int], Side], tmp_path: Path
) -> None:
    """As an older ffmpeg lacks the newer ones."""
    manifest = manifest_of(ffmpeg, RATES[0], (Cut(0, 10), Cut(0, 10)), kind="newest", overlap=4)
    sides = [clips[RATES[0], 0], clips[RATES[0], 40]]
    with pytest.raises(MediaError) as failure:
        asyncio.run(make_crossing(ffmpeg, manifest, sides, output=tmp_path / "made.mp4"))
    assert "M865" == failure.value.code


LEVELS = {"a": 0.5, "b": 0.25, "c": 0.125}


@pytest.fixture(scope="session")
def tones(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, MediaFacts]]:
    """Clips whose sound is one level, the whole time."""
    folder = tmp_path_factory.mktemp("tones")
    found = {}
    for name, level in LEVELS.items():
        path = folder / f"{name}.mov"
        sources = ["-f", "lavfi", "-i", f"color=s={SIZE}:r=24,{TAGS}", "-f", "lavfi"]
        level_source = f"aevalsrc=exprs={level}|{level}:s=48000:c=stereo"
        coding = ["-t", "3", *encode_arguments(Fraction(24))[:-2], "-c:a", "pcm_f32le", "-f", "mov"]
        argv = [str(ffmpeg.path), "-v", "error", *sources, "-i", level_source, *coding, str(path)]
        subprocess.run(argv, check=True)
        found[name] = (path, probe(path))
    return found


def test_sound_crosses_over_with_the_picture_to_the_sample(
    ffmpeg: Ffmpeg, tones: dict[str, tuple[Path, MediaFacts]], tmp_path: Path
) -> None:
    """One clip alone, both with equal power, the other alone; no fade where a clip goes on, a short one at a cut."""
    rows = [SlotRow("a", 0, -1, 0, 48), SlotRow("b", 1, -1, 0, 48, 12), SlotRow("c", 2, -1, 0, 24)]
    mix = MixRow(108 * 2000, 48_000, 2, None, (), ())
    slots = [(name, Cut(6, row.frames)) for name, row in zip("abc", rows, strict=True)]
    parts = list(crossed_parts(slots, rows, mix, fps=Fraction(24)))
    assert [36, 12, 36, 24] == [part["samples"] / 2000 for part in parts]
    manifest = mix_manifest(
        parts, [], samples=mix.samples, rate_hz=48_000, channels=2, loudness=None, build="x"
    )
    sink = tmp_path / "heard.f32"
    with sink.open("wb") as stream:
        asyncio.run(decode_sound(ffmpeg, list(mix_parts(manifest)), clips=tones, sink=stream.fileno()))
    left = array("f", sink.read_bytes())[::2]
    assert mix.samples == len(left)
    for place in range(36 * 2000, 48 * 2000, 97):
        share = (place - 36 * 2000) / (12 * 2000) * math.pi / 2
        assert 0.5 * math.cos(share) + 0.25 * math.sin(share) == pytest.approx(left[place], abs=1e-3)
    assert [pytest.approx(0.5)] * 3 == list(left[36 * 2000 - 3 : 36 * 2000])
    assert [pytest.approx(0.25)] * 3 == list(left[48 * 2000 : 48 * 2000 + 3])
    assert [pytest.approx(0.25)] * 3 == list(left[84 * 2000 - 243 : 84 * 2000 - 240])
    assert left[84 * 2000 - 1] < 0.01
    assert left[84 * 2000] < 0.01


def test_silence_takes_part_in_a_transition(tones: dict[str, tuple[Path, MediaFacts]]) -> None:
    """A clip without sound has none to cross, and the other one comes or goes alone."""
    rows = [SlotRow("a", 0, -1, 0, 48), SlotRow("b", 1, -1, 0, 48, 12), SlotRow("c", 2, -1, 0, 48, 12)]
    mix = MixRow(120 * 2000, 48_000, 2, None, (), ())
    slots = [("a", Cut(0, 48)), (None, Cut(0, 48)), (None, Cut(0, 48))]
    parts = list(crossed_parts(slots, rows, mix, fps=Fraction(24)))
    told = [(part["clip"], part.get("cross"), part["samples"] // 2000) for part in parts]
    quiet = [(None, None, frames) for frames in (24, 12, 36)]
    assert [("a", None, 36), ("a", "out", 12), *quiet] == told
