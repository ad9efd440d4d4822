"""From clips to film with the real ffmpeg: the right frames, the right sound, the same bytes.

Every frame of these clips says which it is: the left half's brightness is the clip, the right half's the
frame. Every sample of their sound says when it is: it rises by one step of 16 bits a sample.
"""

import asyncio
import os
import shutil
import subprocess
from array import array
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.digest import Digest, canonical_json, digest_file
from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg, locate_ffmpeg
from renderer.ffmpeg.encode import encode_arguments
from renderer.media.conform import Cut, choose_profile, held_frames, is_plain, needs_segment
from renderer.media.join import join
from renderer.media.manifests import join_manifest, reference_manifest, segment_manifest
from renderer.media.parts import Parts
from renderer.media.probe import probe
from renderer.media.segment import make_reference, make_segment
from renderer.media.sound import decode_sound, make_sound, sound_parts
from renderer.media.sounding import sound_manifest
from renderer.media.splice import splice
from renderer.media.splicer import read_ahead, splice_parts
from renderer.model import Fit, Json, MediaFacts, Size
from tests.checking import check_film


class Clip(NamedTuple):
    """A clip on disk."""

    path: Path
    digest: Digest
    facts: MediaFacts


Clips = Callable[..., Clip]
SlotDraw = tuple[int, int, tuple[str, int], tuple[int, int] | None]
FPS = Fraction(24)
TAGS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
OWN = encode_arguments(FPS)
STOCK = ["-c:v", "libx264", "-preset", "slow", "-pix_fmt", "yuv420p", "-video_track_timescale", "600"]
KINDS = {"own": OWN, "stock": STOCK, "matroska": ["-c:v", "mpeg4", "-q:v", "1", "-f", "matroska"]}
FIRST_LUMA, LUMA_STEP = 24, 6


@pytest.fixture(scope="session")
def clip(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Clips:
    """Make a clip whose frames can be told: `clip(3, frames=10, kind="own", rate=Fraction(24))`."""
    folder = tmp_path_factory.mktemp("clips")

    def make(
        number: int, *, frames: int, kind: str = "own", rate: Fraction = FPS, sound: Sequence[str] = ()
    ) -> Clip:
        path = folder / f"{number}-{frames}-{kind}-{rate.numerator}{'-heard' * bool(sound)}.mp4"
        if not path.exists():
            luma = f"if(lt(X,32),{FIRST_LUMA + LUMA_STEP * number},{FIRST_LUMA}+{LUMA_STEP}*N)"
            picture = f"color=s=64x36:r={rate},geq=lum='{luma}':cb=128:cr=128,{TAGS}"
            encoding = encode_arguments(rate) if kind == "own" else KINDS[kind]
            inputs = ["-f", "lavfi", "-i", picture, *sound[:4]]
            arguments = [
                "-v",
                "error",
                "-y",
                *inputs,
                "-frames:v",
                str(frames),
                *sound[4:],
                *encoding,
                str(path),
            ]
            subprocess.run([ffmpeg.path, *arguments], check=True)
        return Clip(path, digest_file(path), probe(path))

    return make


async def make_film(
    ffmpeg: Ffmpeg,
    clips: Sequence[Clip],
    cuts: Sequence[Cut],
    folder: Path,
    *,
    size: Size | None = None,
    fps: Fraction = FPS,
    fit: Fit = "crop",
    sound: bool = False,
) -> tuple[Path, int]:
    """What a build does: choose, cut what must be cut, join. Returns the film and how many were re-encoded."""
    facts = [clip.facts for clip in clips]
    profile = choose_profile(facts, cuts, size=size, fps=fps, fit=fit)
    if profile.format is None:
        manifest = reference_manifest(profile.size, fps, build=ffmpeg.build)
        reference = await make_reference(ffmpeg, manifest, output=folder / "reference.mp4")
        profile = choose_profile(facts, cuts, size=size, fps=fps, fit=fit, reference=reference)
    pictures, made = [], 0
    for place, (one, cut) in enumerate(zip(clips, cuts, strict=True)):
        pictures.append(one.path)
        if needs_segment(one.facts, cut, profile):
            pictures[-1], made = folder / f"segment{place}.mp4", made + 1
            manifest = segment_manifest(one.digest.sha256, cut, profile, build=ffmpeg.build)
            await make_segment(ffmpeg, one.path, one.facts, manifest, output=pictures[-1])
    track = None
    if sound:
        track = folder / "sound.m4a"
        heard = {one.digest.sha256: (one.path, one.facts) for one in clips if one.facts.audio}
        slots = [
            (one.digest.sha256 if one.facts.audio else None, cut)
            for one, cut in zip(clips, cuts, strict=True)
        ]
        manifest = sound_manifest(slots, fps=fps, build=ffmpeg.build)
        await make_sound(ffmpeg, manifest, clips=heard, output=track)
    film, scratch = folder / "film.mp4", folder / "scratch"
    scratch.mkdir()
    counts = [cut.frames for cut in cuts]
    await join(
        ffmpeg,
        Parts(pictures, frames=counts, fps=fps, size=profile.size, sound=track, output=film),
        scratch=scratch,
    )
    return film, made


def seen(film: Path) -> list[tuple[int, int, int]]:
    """Decode a film: for each frame its clip and frame number, and the tick at which it stands."""
    with av.open(film) as container:
        return [(read(frame, 8), read(frame, 48), frame.pts or 0) for frame in container.decode(video=0)]


def read(frame: av.VideoFrame, x: int) -> int:
    plane = frame.planes[0]
    return round((memoryview(plane)[plane.line_size * 18 + x] - FIRST_LUMA) / LUMA_STEP)


def shown(place: int, *, rate: Fraction, frames: int) -> int:
    """Which frame of a clip is on screen at the film's frame `place`: the last whose time, to the nearest frame, is not later."""
    on_time = [frame for frame in range(frames) if int(frame * FPS / rate + Fraction(1, 2)) <= place]
    return on_time[-1]


SLOTS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from([1, 2, 7, 12, 25]),
        st.sampled_from(
            [("own", 24), ("own", 24), ("stock", 24), ("stock", 12), ("stock", 30), ("matroska", 24)]
        ),
        st.none() | st.tuples(st.integers(0, 14), st.integers(1, 16)),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slots=SLOTS)
def test_a_film_is_its_slots_frame_by_frame(ffmpeg: Ffmpeg, clip: Clips, slots: list[SlotDraw]) -> None:
    """Whatever clips and cuts: the decoded film holds exactly the frames asked for, each at its time, the last one held."""
    clips = [
        clip(number, frames=frames, kind=kind, rate=Fraction(rate))
        for number, frames, (kind, rate), _ in slots
    ]
    cuts = [
        Cut(*part) if part else Cut(0, max(1, int(frames * FPS / rate)))
        for _, frames, (_, rate), part in slots
    ]
    with TemporaryDirectory() as folder:
        film, _ = asyncio.run(make_film(ffmpeg, clips, cuts, Path(folder)))
        found = seen(film)
    places = (
        (number, shown(place, rate=Fraction(rate), frames=frames))
        for (number, frames, (_, rate), _), cut in zip(slots, cuts, strict=True)
        for place in range(cut.first, cut.first + cut.frames)
    )
    assert [(*place, 512 * frame) for frame, place in enumerate(places)] == found


def test_stock_footage_that_is_alike_is_never_encoded_again(
    ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path
) -> None:
    """Clips of one vendor used whole are copied; one cut among them puts the film in our own format."""
    stock = [clip(number, frames=12, kind="stock") for number in range(3)]
    whole, cut = [Cut(0, 12)] * 3, [Cut(0, 12), Cut(2, 5), Cut(0, 12)]
    (tmp_path / "cut").mkdir()
    assert is_plain(stock[0].facts)
    assert 0 == asyncio.run(make_film(ffmpeg, stock, whole, tmp_path))[1]
    assert 3 == asyncio.run(make_film(ffmpeg, stock, cut, tmp_path / "cut"))[1]


def test_our_own_clips_stay_as_they_are_beside_a_cut(ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path) -> None:
    """Only the slot that is cut is encoded."""
    own = [clip(number, frames=12) for number in range(3)]
    film, made = asyncio.run(make_film(ffmpeg, own, [Cut(0, 12), Cut(2, 20), Cut(0, 12)], tmp_path))
    assert 1 == made
    assert 10 == held_frames(own[1].facts, Cut(2, 20), FPS)
    assert [(1, 11)] * 10 == [found[:2] for found in seen(film)[22:32]]


def test_the_same_inputs_give_the_same_film_in_any_folder(
    ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path
) -> None:
    """Neither the folder's name nor the day is in the film's bytes; a quote in the name does no harm."""
    clips = [clip(0, frames=12, sound=RAMP), clip(1, frames=7, kind="stock"), clip(2, frames=1)]
    cuts = [Cut(0, 12), Cut(3, 9), Cut(0, 1)]
    films: list[bytes] = []
    for name in ("a", "it's #2 \\ %d: ü"):
        folder = tmp_path / name
        folder.mkdir()
        moved = [Clip(Path(folder / f"{one.path.name}"), one.digest, one.facts) for one in clips]
        for one, before in zip(moved, clips, strict=True):
            one.path.write_bytes(before.path.read_bytes())
            os.utime(one.path, (0, 10**9 * len(films)))
        films.append(asyncio.run(make_film(ffmpeg, moved, cuts, folder, sound=True))[0].read_bytes())
    assert films[0] == films[1]


@pytest.mark.parametrize("fps", [Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25)])
def test_a_thousand_slots_do_not_drift(ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path, fps: Fraction) -> None:
    """Single frames and short clips by the hundred: every time stamp is exact at fractional rates too."""
    pair = [clip(0, frames=1, rate=fps), clip(1, frames=3, rate=fps)]
    count = 1000 if fps.denominator > 1 and fps < 24 else 60
    clips, cuts = (pair * count)[:count], ([Cut(0, 1), Cut(0, 3)] * count)[:count]
    film, made = asyncio.run(make_film(ffmpeg, clips, cuts, tmp_path, fps=fps))
    facts = probe(film)
    assert (0, fps, 2 * count, True) == (made, facts.fps, facts.frames, facts.constant_rate)
    assert 0 == facts.origin_s


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_other_shapes_are_fitted(ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path, fit: Fit) -> None:
    """A wide clip in a tall film: bars only where they were asked for."""
    one = clip(5, frames=2)
    film, _ = asyncio.run(make_film(ffmpeg, [one], [Cut(0, 2)], tmp_path, size=Size(36, 64), fit=fit))
    with av.open(film) as container:
        frame = next(container.decode(video=0))
        plane = frame.planes[0]
        top, middle = (memoryview(plane)[plane.line_size * y + 4] for y in (2, 32))
    assert (Size(36, 64), fit == "pad") == (Size(frame.width, frame.height), top < 20)
    assert abs(FIRST_LUMA + 5 * LUMA_STEP - middle) <= 3


def test_a_clip_whose_sound_stands_first_still_gives_its_picture(
    ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path
) -> None:
    """Tracks are told by kind, not by number."""
    plain = clip(0, frames=12)
    swapped = tmp_path / "swapped.mp4"
    tone = ["-f", "lavfi", "-i", "sine=440", "-map", "1:a", "-map", "0:v", "-c:v", "copy", "-shortest"]
    subprocess.run([ffmpeg.path, "-v", "error", "-i", plain.path, *tone, swapped], check=True)
    first = Clip(swapped, digest_file(swapped), probe(swapped))
    film, made = asyncio.run(make_film(ffmpeg, [plain, first, plain], [Cut(0, 12)] * 3, tmp_path))
    assert (0, [(0, frame % 12, 512 * frame) for frame in range(36)]) == (made, seen(film))


RAMP = (
    *("-f", "lavfi", "-i", "aevalsrc='mod(n,30000)/32768':s=48000:c=stereo"),
    *("-t", "1", "-c:a", "pcm_s16le"),
)


def test_sound_starts_with_its_picture_over_fifty_joins(ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path) -> None:
    """Before it is encoded, every sample of every slot is the one that belongs to its picture; silence elsewhere."""
    fps = Fraction(24000, 1001)
    heard, mute = clip(0, frames=20, kind="matroska", sound=RAMP), clip(1, frames=5)
    slots = [
        (heard.digest.sha256, Cut(place % 7, 3 + place % 5)) if place % 5 else (None, Cut(0, 4))
        for place in range(50)
    ]
    manifest = sound_manifest(slots, fps=fps, build=ffmpeg.build)
    assert mute.facts.audio is None
    pcm = decode(ffmpeg, manifest, {heard.digest.sha256: (heard.path, heard.facts)}, tmp_path)
    bounds = [0, *(round(frames / fps * 48_000) for frames in accumulate(cut.frames for _, cut in slots))]
    assert 2 * bounds[-1] == len(pcm)
    for (sha256, cut), start, end in zip(slots, bounds, bounds[1:], strict=False):
        first = round(cut.first / fps * 48_000)
        for place in (start + 240, (start + end) // 2, end - 241):
            expected = (first + place - start) % 30_000 if sha256 else 0
            assert expected == round(pcm[2 * place] * 32_768)
        assert [0, 0] == [round(pcm[2 * edge] * 32_768 / 500) for edge in (start, end - 1)]


def test_a_clips_sound_beyond_its_end_is_silence(ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path) -> None:
    """A slot that holds its last frame holds no sound."""
    heard = clip(0, frames=20, kind="matroska", sound=RAMP)
    manifest = sound_manifest([(heard.digest.sha256, Cut(0, 48))], fps=FPS, build=ffmpeg.build)
    pcm = decode(ffmpeg, manifest, {heard.digest.sha256: (heard.path, heard.facts)}, tmp_path)
    assert 2 * 96_000 == len(pcm)
    assert (True, {0}) == (any(pcm[2 * 30_000 : 2 * 39_000]), set(pcm[2 * 48_000 :]))


def test_sound_far_into_a_clip_is_exact_to_the_sample(ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path) -> None:
    """A seek shifts nothing."""
    source = tmp_path / "long.mov"
    tones = ["-f", "lavfi", "-i", "aevalsrc='mod(n,30000)/32768':s=48000:c=stereo"]
    picture = ["-f", "lavfi", "-i", "color=s=16x16:r=24"]
    coding = ["-t", "20", "-c:v", "mpeg4", "-c:a", "pcm_s16le"]
    subprocess.run([ffmpeg.path, "-v", "error", *picture, *tones, *coding, source], check=True)
    sha256, facts = "0" * 64, probe(source)
    manifest = sound_manifest([(sha256, Cut(300, 24)), (sha256, Cut(12, 24))], fps=FPS, build=ffmpeg.build)
    pcm = decode(ffmpeg, manifest, {sha256: (source, facts)}, tmp_path)
    for first, start in ((600_000, 0), (24_000, 48_000)):
        found = [round(pcm[2 * (start + place)] * 32_768) for place in range(240, 47_000, 1000)]
        assert [(first + place) % 30_000 for place in range(240, 47_000, 1000)] == found


def test_aac_far_into_a_clip_stands_where_it_was(ffmpeg: Ffmpeg, bursts: Path, tmp_path: Path) -> None:
    """A burst of noise at 15 s of a clip is heard one second into a slot that starts at 14 s, to the millisecond."""
    sha256, facts = "0" * 64, probe(bursts)
    manifest = sound_manifest([(sha256, Cut(14 * 24, 48))], fps=FPS, build=ffmpeg.build)
    pcm = decode(ffmpeg, manifest, {sha256: (bursts, facts)}, tmp_path)
    onset = next(place for place in range(len(pcm) // 2) if abs(pcm[2 * place]) > 0.3)
    assert abs(48_000 - onset) <= 48


@pytest.fixture(scope="module")
def bursts(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bursts") / "bursts.mp4"
    noise = "aevalsrc='if(lt(mod(t,5),0.1),0.9*(2*random(0)-1),0)':s=44100"
    picture = ["-f", "lavfi", "-i", "color=s=16x16:r=24"]
    coding = ["-t", "20", "-c:v", "libx264", "-c:a", "aac", "-b:a", "192k"]
    subprocess.run(
        [ffmpeg.path, "-v", "error", *picture, "-f", "lavfi", "-i", noise, *coding, path], check=True
    )
    return path


def decode(
    ffmpeg: Ffmpeg, manifest: Mapping[str, Json], clips: Mapping[str, tuple[Path, MediaFacts]], folder: Path
) -> "array[float]":
    target = folder / "sound.pcm"
    with target.open("wb") as sink:
        asyncio.run(decode_sound(ffmpeg, list(sound_parts(manifest)), clips=clips, sink=sink.fileno()))
    return array("f", target.read_bytes())


def test_a_films_sound_ends_with_its_picture_to_the_sample(
    ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path
) -> None:
    """The encoded track starts at 0 behind its priming, is as long as the picture, and is loud where it should be."""
    tone = ("-f", "lavfi", "-i", "sine=1000:r=44100", "-shortest", "-c:a", "aac")
    loud, mute = clip(0, frames=25, sound=tone), clip(1, frames=12)
    clips, cuts = [mute, loud, mute, loud], [Cut(0, 12), Cut(0, 25), Cut(0, 12), Cut(5, 7)]
    film, made = asyncio.run(make_film(ffmpeg, clips, cuts, tmp_path, sound=True))
    facts = probe(film)
    assert (1, 56, Fraction(7, 3)) == (made, facts.frames, facts.duration_s)
    pcm = array(
        "h",
        subprocess.run(
            # The one that comes with the program: others decode the last packet whole, whatever the file says.
            [locate_ffmpeg({}), "-v", "error", "-i", film, "-map", "0:a", "-f", "s16le", "-"],
            check=True,
            capture_output=True,
        ).stdout,
    )
    assert 2 * 112_000 == len(pcm)
    volumes = [
        max(map(abs, pcm[2 * start : 2 * (start + 2000)])) > 1000
        for start in (0, 20_000, 26_000, 70_000, 78_000, 94_000, 100_000, 108_000)
    ]
    assert [False, False, True, True, False, False, True, True] == volumes


def test_a_failure_on_either_side_of_the_pipe_ends_the_sound(
    ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path
) -> None:
    """A clip that is gone, or an output that cannot be written, is an error and not a wait."""
    heard = clip(0, frames=20, kind="matroska", sound=RAMP)
    sha256 = heard.digest.sha256
    manifest = sound_manifest([(sha256, Cut(0, 48))] * 40, fps=FPS, build=ffmpeg.build)
    gone = {sha256: (tmp_path / "gone.mkv", heard.facts)}
    with pytest.raises(MediaError, match="ffmpeg ended"):
        asyncio.run(make_sound(ffmpeg, manifest, clips=gone, output=tmp_path / "a.m4a"))
    there = {sha256: (heard.path, heard.facts)}
    with pytest.raises(MediaError, match="ffmpeg ended"):
        asyncio.run(make_sound(ffmpeg, manifest, clips=there, output=tmp_path / "none" / "a.m4a"))


def test_a_film_that_is_not_its_sum_is_refused(ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path) -> None:
    """Frames, length, sound, size, seams and the place of the index are each held against what was asked."""
    one = clip(0, frames=12)
    late = tmp_path / "late.mp4"
    subprocess.run([ffmpeg.path, "-v", "error", "-i", one.path, "-c", "copy", late], check=True)
    asked: dict[str, Any] = {"frames": 12, "fps": FPS, "size": Size(64, 36), "has_sound": False, "seams": [0]}
    wrong: dict[str, dict[str, Any]] = {
        "M810": {"frames": 13},
        "M811": {"fps": Fraction(25)},
        "M812": {},
        "M813": {"seams": [0, 5]},
        "M814": {"has_sound": True},
        "M815": {"size": Size(36, 64)},
    }
    assert 12 == check_film(one.path, **asked).frames
    for code, change in wrong.items():
        with pytest.raises(MediaError) as caught:
            check_film(late if code == "M812" else one.path, **{**asked, **change})
        assert code == caught.value.code
    with pytest.raises(MediaError) as caught:
        check_film(one.path, **{**asked, "frames": 11})
    assert "M810" == caught.value.code


def test_a_picture_that_is_not_what_it_was_fails_the_film(
    ffmpeg: Ffmpeg, clip: Clips, tmp_path: Path
) -> None:
    """A clip shorter than the plan says is seen before the film is shown to anyone."""
    one = clip(0, frames=12)
    with pytest.raises(MediaError) as caught:
        asyncio.run(
            join(
                ffmpeg,
                Parts(
                    [one.path, one.path],
                    frames=[12, 13],
                    fps=FPS,
                    size=Size(64, 36),
                    sound=None,
                    output=tmp_path / "film.mp4",
                ),
                scratch=tmp_path,
            )
        )
    assert "M810" == caught.value.code


def test_what_was_read_ahead_is_read_again_where_it_has_changed(clip: Clips, tmp_path: Path) -> None:
    """A film has the parts as they are when it is joined, and those that could not be read ahead."""
    paths, film, plain = (
        [tmp_path / "a.mp4", tmp_path / "b.mp4"],
        tmp_path / "film.mp4",
        tmp_path / "plain.mp4",
    )
    shutil.copy(clip(0, frames=12).path, paths[0])
    read_ahead(pictures=[str(path) for path in paths], frames=[12, 12], fps="24")
    for path, number in zip(paths, (1, 2), strict=True):
        shutil.copy(clip(number, frames=12).path, path)
    splice(paths, frames=[12, 12], fps=FPS, sound=None, output=plain)
    parts = Parts(paths, [12, 12], FPS, Size(64, 36), None, film)
    assert 2 == len(splice_parts(parts=parts.to_json())["openings"])
    assert plain.read_bytes() == film.read_bytes()


def test_a_part_that_looks_unchanged_but_is_not_is_read_again(clip: Clips, tmp_path: Path) -> None:
    """Of the same size, and of the same age by its date: its time of change tells of it."""
    part, film = tmp_path / "part.mp4", tmp_path / "film.mp4"
    shutil.copy(clip(0, frames=12).path, part)
    read_ahead(pictures=[str(part)], frames=[12], fps="24")
    before = part.stat()
    part.write_bytes(part.read_bytes().replace(b"trak", b"none"))
    os.utime(part, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "unfit" in splice_parts(parts=Parts([part], [12], FPS, Size(64, 36), None, film).to_json())


def test_manifests_are_exact_json(ffmpeg: Ffmpeg, clip: Clips) -> None:
    """Whatever decides the bytes is in them, as strings and integers only."""
    one = clip(0, frames=12)
    profile = choose_profile([one.facts], [Cut(0, 12)], size=None, fps=FPS, fit="crop")
    sha256, build = one.digest.sha256, ffmpeg.build
    manifests = [
        segment_manifest(sha256, Cut(0, 12), profile, build=build),
        reference_manifest(profile.size, FPS, build=build),
        sound_manifest([(sha256, Cut(0, 12)), (None, Cut(0, 3))], fps=FPS, build=build),
        join_manifest([(sha256, 12)], sound=None, size=profile.size, fps=FPS, build=build),
    ]
    assert ["segment", "segment", "sound", "join"] == [manifest["action"] for manifest in manifests]
    assert [True] * 4 == [build.encode() in canonical_json(manifest) for manifest in manifests]
