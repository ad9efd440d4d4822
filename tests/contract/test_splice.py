"""Spliced films against their parts, frame for frame, by two decoders; and what is not spliced, by its reason."""

import asyncio
import hashlib
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from renderer.digest import digest_file
from renderer.errors import MediaError, StoreError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import encode_arguments, sound_arguments
from renderer.ffmpeg.sound import boundary_samples
from renderer.media.join import join
from renderer.media.mp4 import track_kinds
from renderer.media.parts import Parts
from renderer.media.probe import probe
from renderer.media.splice import UnfitError, splice
from renderer.model import Size
from renderer.providers.animatic import Animatic
from renderer.providers.base import Order
from tests.checking import check_film

STILLS = Path(__file__).parents[2] / "specs" / "stills"
Maker = Callable[..., Path]
FPS = Fraction(24)
TAGS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
X264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-threads:v", "1")
SETUPS: dict[str, tuple[str, ...]] = {
    "own": tuple(encode_arguments(FPS)),
    "baseline": (*X264, "-profile:v", "baseline", "-g", "4"),
    "main": (*X264, "-profile:v", "main", "-bf", "2", "-video_track_timescale", "600"),
    "deep": (*X264, "-preset", "slow", "-bf", "8", "-b_strategy", "2", "-movflags", "+faststart"),
    "shallow": (*X264, "-preset", "medium", "-x264-params", "bframes=3:b-pyramid=none"),
    "every frame a key": (*X264, "-g", "1"),
    "negative shifts": (*X264, "-bf", "3", "-movflags", "+negative_cts_offsets"),
    "sets in band": (*X264, "-g", "5", "-bsf:v", "dump_extra=freq=keyframe"),
    "h265": (
        *("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-g", "6"),
        *("-pix_fmt", "yuv420p", "-x265-params", "log-level=none:bframes=3:open-gop=0:pools=none"),
    ),
    "av1": ("-c:v", "libsvtav1", "-preset", "13", "-g", "6", "-pix_fmt", "yuv420p"),
}
SOUNDS: dict[str, tuple[str, ...]] = {
    "mute": (),
    "heard": ("-f", "lavfi", "-i", "sine=440:r=44100", "-c:a", "aac"),
}
SYSTEM_FFMPEG = shutil.which("ffmpeg")


@pytest.fixture(scope="session")
def clip(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Make a clip whose every frame is another: `clip("deep", 3, frames=10, sound="heard")`."""
    folder = tmp_path_factory.mktemp("parts")

    def make(
        setup: str, number: int = 0, *, frames: int = 10, sound: str = "mute", options: Sequence[str] = ()
    ) -> Path:
        name = hashlib.sha256(repr((setup, number, frames, sound, options)).encode()).hexdigest()[:12]
        path = folder / f"{name}.mp4"
        if not path.exists():
            picture = f"testsrc2=s=64x36:r=24,hue=h={40 * number},{TAGS}"
            inputs = ["-f", "lavfi", "-i", picture, *SOUNDS[sound][:4]]
            ending = [*SOUNDS[sound][4:], "-frames:v", str(frames), "-t", str(float(frames / FPS))]
            run(ffmpeg.path, *inputs, *SETUPS[setup], *ending, *options, path)
        return path

    return make


@pytest.fixture(scope="session")
def track(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A sound as the sound action makes it, as long as so many frames."""
    folder = tmp_path_factory.mktemp("tracks")

    def make(frames: int) -> Path:
        path = folder / f"{frames}.m4a"
        if not path.exists():
            samples = boundary_samples(frames, fps=FPS)
            source = f"aevalsrc='0.5*sin(n*n/90000)|0.4*sin(n/20)':s=48000,atrim=end_sample={samples}"
            run(ffmpeg.path, "-f", "lavfi", "-i", source, *sound_arguments(), path)
        return path

    return make


def run(program: Path | str, *arguments: object) -> bytes:
    command = [str(word) for word in (program, "-v", "error", "-nostdin", "-y", *arguments)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def pictures_by_ffmpeg(program: Path | str, path: Path) -> list[str]:
    """The md5 of each decoded picture, as ffmpeg shows it."""
    passing = ("-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-")
    text = run(program, "-i", path, *passing).decode()
    return [line.rsplit(",", 1)[1].strip() for line in text.splitlines() if not line.startswith("#")]


def pictures_by_av(path: Path) -> list[str]:
    """The sha256 of each decoded picture, in PyAV's own libraries."""
    with av.open(path, metadata_errors="replace") as container:
        return [digest_of(frame) for frame in container.decode(video=0)]


def digest_of(frame: av.VideoFrame) -> str:
    digest = hashlib.sha256()
    for plane in frame.planes:
        rows = memoryview(plane)
        for start in range(0, plane.height * plane.line_size, plane.line_size):
            digest.update(rows[start : start + plane.width])
    return digest.hexdigest()


def stamps(path: Path) -> list[int]:
    with av.open(path, metadata_errors="replace") as container:
        return [frame.pts or 0 for frame in container.decode(video=0)]


def heard(program: Path, path: Path) -> bytes:
    return run(program, "-i", path, "-map", "0:a:0", "-f", "s16le", "-")


def is_the_sum(ffmpeg: Ffmpeg, film: Path, parts: Sequence[Path]) -> None:
    """Assert that a film shows its parts' frames, all and no others, by every decoder that there is."""
    assert [shown for part in parts for shown in pictures_by_av(part)] == pictures_by_av(film)
    programs: list[Path | str] = [ffmpeg.path, *([SYSTEM_FFMPEG] if SYSTEM_FFMPEG else [])]
    for program in programs:
        expected = [shown for part in parts for shown in pictures_by_ffmpeg(program, part)]
        assert expected == pictures_by_ffmpeg(program, film)


SLOT = st.tuples(st.integers(0, 3), st.sampled_from([1, 2, 3, 7, 10, 26]), st.sampled_from(sorted(SOUNDS)))


@given(
    drawn=st.tuples(st.sampled_from(sorted(SETUPS)), st.lists(SLOT, min_size=1, max_size=5), st.booleans())
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_splice_is_its_parts_frame_for_frame(
    ffmpeg: Ffmpeg,
    clip: Maker,
    track: Callable[[int], Path],
    drawn: tuple[str, list[tuple[int, int, str]], bool],
) -> None:
    """Whatever the encoder's set-up: two decoders see the parts' frames at exact times, and the sound to the sample."""
    setup, slots, has_sound = drawn
    parts = [clip(setup, number, frames=frames, sound=sound) for number, frames, sound in slots]
    frames = [count for _, count, _ in slots]
    sound = track(sum(frames)) if has_sound else None
    with TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        openings = splice(parts, frames=frames, fps=FPS, sound=sound, output=film)
        facts = check_film(
            film,
            frames=sum(frames),
            fps=FPS,
            size=Size(64, 36),
            has_sound=has_sound,
            seams=[0, *accumulate(frames)][:-1],
            openings=openings,
        )
        assert probe(film)._replace(audio=None) == facts._replace(audio=None)
        assert (["vide", "soun"] if sound else ["vide"]) == track_kinds(film)
        assert [512 * frame for frame in range(sum(frames))] == stamps(film)
        is_the_sum(ffmpeg, film, parts)
        if sound:
            assert heard(ffmpeg.path, sound) == heard(ffmpeg.path, film)
            assert 4 * boundary_samples(sum(frames), fps=FPS) == len(heard(ffmpeg.path, film))


@pytest.mark.parametrize("fps", ["24000/1001", "30000/1001", "25", "60", "1/2"])
def test_any_rate_is_kept_exactly(ffmpeg: Ffmpeg, tmp_path: Path, fps: str) -> None:
    """Rates that no clock of whole milliseconds holds; parts of a second and of many."""
    rate, frames = Fraction(fps), [1, 40, 7, 90]
    parts = [tmp_path / f"{count}.mp4" for count in frames]
    for path, count in zip(parts, frames, strict=True):
        source = f"testsrc2=s=64x36:r={fps},{TAGS}"
        run(ffmpeg.path, "-f", "lavfi", "-i", source, "-frames:v", count, *encode_arguments(rate), path)
    film = tmp_path / "film.mp4"
    openings = splice(parts, frames=frames, fps=rate, sound=None, output=film)
    seams = [0, *accumulate(frames)][:-1]
    check_film(film, frames=138, fps=rate, size=Size(64, 36), has_sound=False, seams=seams, openings=openings)
    facts = probe(film)
    assert (rate, True, 138 / rate) == (facts.fps, facts.constant_rate, facts.duration_s)
    is_the_sum(ffmpeg, film, parts)


def test_the_same_parts_give_the_same_bytes_in_any_folder(
    clip: Maker, track: Callable[[int], Path], tmp_path: Path
) -> None:
    """Neither names nor dates are in them; a picture shown twice is there twice."""
    parts, films = [clip("own", 0), clip("own", 1, sound="heard"), clip("own", 0)], []
    for name in ("a", "b c"):
        (tmp_path / name).mkdir()
        copies = [Path(shutil.copy(part, tmp_path / name / f"{place}")) for place, part in enumerate(parts)]
        os.utime(copies[0], (0, 0))
        films.append(tmp_path / name / "film")
        splice(copies, frames=[10] * 3, fps=FPS, sound=track(30), output=films[-1])
    assert films[0].read_bytes() == films[1].read_bytes()


def test_sound_lies_beside_its_picture(clip: Maker, track: Callable[[int], Path], tmp_path: Path) -> None:
    """A player that streams the film never has to look a second ahead for the other track."""
    film = tmp_path / "film.mp4"
    splice([clip("own", frames=100)] * 3, frames=[100] * 3, fps=FPS, sound=track(300), output=film)
    with av.open(film) as container:
        packets = [packet for packet in container.demux() if packet.pts is not None]
        packets.sort(key=lambda packet: packet.pos or 0)
        times = [(packet.stream.type, float((packet.dts or 0) * packet.time_base)) for packet in packets]
    latest = {"video": 0.0, "audio": 0.0}
    for kind, time_s in times:
        latest[kind] = time_s
        assert abs(latest["video"] - latest["audio"]) < 1.2


def refusal(parts: Sequence[Path], folder: Path, *, frames: Sequence[int] | None = None) -> str:
    """Why parts are not spliced; nothing is written then."""
    film = folder / "film.mp4"
    with pytest.raises(UnfitError) as caught:
        splice(parts, frames=frames or [10] * len(parts), fps=FPS, sound=None, output=film)
    assert not film.exists()
    return caught.value.reason


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-movflags", "frag_keyframe+empty_moov"), "it is in fragments"),
        (("-f", "mov"), "it is a QuickTime file"),
        (("-tag:v", "avc3"), "its samples are `avc3`, which is not spliced"),
        (("-c:v", "mpeg4"), "its samples are `mp4v`, which is not spliced"),
        (("-s", "32x32"), "its sample entry is not that of the pictures before it"),
        (("-color_range", "pc"), "its sample entry is not that of the pictures before it"),
        (("-refs", "2"), "its sample entry is not that of the pictures before it"),
        (("-r", "25"), "its clock cannot carry the film's rate"),
        (("-r", "12", "-video_track_timescale", "12000"), "it has 5 samples for 10 frames"),
        (("-frames:v", "9"), "it has 9 samples for 10 frames"),
        (("-map", "0:v", "-map", "0:v"), "it has 2 tracks of pictures or sound where one is needed"),
    ],
)
def test_what_does_not_stand_beside_the_others_is_refused(
    clip: Maker, tmp_path: Path, options: tuple[str, ...], reason: str
) -> None:
    """Each with its reason."""
    odd = clip("deep", options=options)
    assert reason == refusal([clip("deep"), odd], tmp_path)


def test_a_turned_picture_is_refused(ffmpeg: Ffmpeg, clip: Maker, tmp_path: Path) -> None:
    """The matrix of its track is not the film's."""
    turned = tmp_path / "turned.mp4"
    run(ffmpeg.path, "-display_rotation", "90", "-i", clip("own"), "-c", "copy", turned)
    assert "its picture is turned" == refusal([turned], tmp_path)


def test_an_edit_that_trims_is_refused(ffmpeg: Ffmpeg, clip: Maker, tmp_path: Path) -> None:
    """A copy from the middle on holds frames that it does not show."""
    cut = tmp_path / "cut.mp4"
    run(ffmpeg.path, "-ss", "0.2", "-i", clip("main", frames=20), "-c", "copy", cut)
    assert refusal([cut], tmp_path, frames=[20])


def test_parameter_sets_in_band_that_differ_are_refused(ffmpeg: Ffmpeg, clip: Maker, tmp_path: Path) -> None:
    """A film of ffmpeg's concat, whose second part brings its own sets, would spoil the part behind it."""
    script = tmp_path / "list"
    other = clip("own", options=("-bf", "0"))
    script.write_text(f"file '{clip('own')}'\nfile '{other}'\n")
    mixed = tmp_path / "mixed.mp4"
    run(ffmpeg.path, "-f", "concat", "-safe", "0", "-i", script, "-c", "copy", mixed)
    assert "it brings parameter sets of its own" == refusal([mixed], tmp_path, frames=[20])


@pytest.mark.parametrize(
    "content", [b"", b"#EXTM3U\nhttp://localhost/\n", bytes(5000), b"\0\0\0\1ftyp" + b"\xff" * 900]
)
def test_what_is_no_film_is_refused(content: bytes, tmp_path: Path) -> None:
    """Empty files, text and noise have no index."""
    path = tmp_path / "odd.mp4"
    path.write_bytes(content)
    assert "it has no index" == refusal([path], tmp_path)


def test_what_is_refused_is_joined_by_ffmpeg(ffmpeg: Ffmpeg, clip: Maker, tmp_path: Path) -> None:
    """Fragmented parts, which a splice does not read, give the film all the same."""
    parts = [clip("own", number, options=("-movflags", "frag_keyframe+empty_moov")) for number in range(3)]
    film = tmp_path / "film.mp4"
    joined = join(
        ffmpeg,
        Parts(parts, frames=[10] * 3, fps=FPS, size=Size(64, 36), sound=None, output=film),
        scratch=tmp_path,
    )
    assert 30 == asyncio.run(joined).frames
    is_the_sum(ffmpeg, film, parts)


def test_what_we_make_ourselves_is_joined_without_ffmpeg(
    ffmpeg: Ffmpeg, clip: Maker, track: Callable[[int], Path], tmp_path: Path
) -> None:
    """Clips drawn from stills, segments and the sound of a film are spliced: no program is started."""
    parts = [drawn_clip(ffmpeg, still, tmp_path) for still in ("rocket.jpg", "astronaut.png")]
    parts += [clip("own", frames=12), clip("own", 1, frames=12, sound="heard")]
    nobody = Ffmpeg(tmp_path / "nobody", ffmpeg.build)
    film = tmp_path / "film.mp4"
    joined = join(
        nobody,
        Parts(parts, frames=[12] * 4, fps=FPS, size=Size(64, 36), sound=track(48), output=film),
        scratch=tmp_path,
    )
    assert (48, 96_000) == (asyncio.run(joined).frames, len(heard(ffmpeg.path, film)) // 4)
    is_the_sum(ffmpeg, film, parts)


def drawn_clip(ffmpeg: Ffmpeg, still: str, folder: Path) -> Path:
    """Half a second of a move over one of the demo's stills."""
    animatic, path, output = Animatic(ffmpeg, filter_threads=1), STILLS / still, folder / f"{still}.mp4"
    digest = digest_file(path)
    manifest = {
        "action": "generate",
        "version": 1,
        "fields": {"duration": "0.5", "camera": "push in"},
        "inputs": {"image": {"sha256": digest.sha256, "size_bytes": digest.size_bytes}},
        "seed": "7",
        "params": {},
        **animatic.identity(size=Size(64, 36), fps=FPS),
    }
    asyncio.run(animatic.generate(Order(manifest, {"image": path}), output=output))
    return output


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_a_full_disk_says_so(clip: Maker) -> None:
    """As it does where ffmpeg joins; what is on the disk already stays."""
    with pytest.raises(StoreError) as caught:
        splice([clip("own")], frames=[10], fps=FPS, sound=None, output=Path("/dev/full"))
    assert "E611" == caught.value.code


def test_a_part_that_shrinks_while_it_is_copied_is_an_error(clip: Maker, tmp_path: Path) -> None:
    """Its index says more than there is, as where another program writes to it."""
    from renderer.media.splice.copying import WAYS, write_film

    part = clip("own")
    for ways in (WAYS, WAYS[-1:]):
        runs = [(0, 0, 10), (0, 5, part.stat().st_size)]
        with pytest.raises(MediaError) as caught:
            write_film(tmp_path / "film", b"", runs, sources=[part], ways=ways)
        assert "M850" == caught.value.code


@given(seed=st.integers(0, 1 << 32), kind=st.sampled_from(["bytes", "words", "cut", "doubled"]))
@settings(max_examples=200, deadline=timedelta(seconds=20), suppress_health_check=list(HealthCheck))
def test_a_damaged_part_is_refused_or_joined_rightly(
    ffmpeg: Ffmpeg, clip: Maker, seed: int, kind: str
) -> None:
    """Whatever an index says: no hang, no crash, no wrong film."""
    good, draw = clip("own", frames=7), random.Random(seed)
    with TemporaryDirectory() as folder:
        odd, film = Path(folder) / "odd.mp4", Path(folder) / "film.mp4"
        odd.write_bytes(spoilt(good.read_bytes(), draw, kind=kind))
        try:
            facts = probe(odd)
            parts, frames = [good, odd, good], [7, facts.frames, 7]
            openings = splice(parts, frames=frames, fps=FPS, sound=None, output=film)
            seams = [0, *accumulate(frames)][:-1]
            check_film(
                film,
                frames=sum(frames),
                fps=FPS,
                size=Size(64, 36),
                has_sound=False,
                seams=seams,
                openings=openings,
            )
        except (MediaError, UnfitError):
            return
        assert [shown for part in parts for shown in pictures_by_av(part)] == pictures_by_av(film)


@given(seed=st.integers(0, 1 << 32), kind=st.sampled_from(["bytes", "words", "cut", "doubled"]))
@example(seed=3745, kind="words")  # an edit that begins beyond the sound's end
@settings(max_examples=100, deadline=timedelta(seconds=20), suppress_health_check=list(HealthCheck))
def test_a_damaged_sound_is_refused_or_heard_as_it_is(
    ffmpeg: Ffmpeg, clip: Maker, track: Callable[[int], Path], seed: int, kind: str
) -> None:
    """A film has it as it was, if it is of the film's length."""
    draw = random.Random(seed)
    with TemporaryDirectory() as folder:
        odd, film = Path(folder) / "odd.m4a", Path(folder) / "film.mp4"
        odd.write_bytes(spoilt(track(7).read_bytes(), draw, kind=kind))
        try:
            openings = splice([clip("own", frames=7)], frames=[7], fps=FPS, sound=odd, output=film)
            check_film(
                film, frames=7, fps=FPS, size=Size(64, 36), has_sound=True, seams=[0], openings=openings
            )
        except (MediaError, UnfitError):
            return
        assert ["vide", "soun"] == track_kinds(film)


def spoilt(content: bytes, draw: random.Random, *, kind: str) -> bytes:
    """A clip whose index (it stands first) has some bytes changed, or that is cut short or grown."""
    spoiled, head = bytearray(content), content.index(b"mdat")
    if kind == "cut":
        return content[: draw.randrange(len(content))]
    if kind == "doubled":
        start = draw.randrange(head)
        return content[:start] + content[start : start + draw.randrange(64)] + content[start:]
    for _ in range(draw.randint(1, 3)):
        place = draw.randrange(head)
        if kind == "bytes":
            spoiled[place] = draw.randrange(256)
        else:
            word = draw.choice([0, 1, 2, 8, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, len(content)])
            spoiled[place : place + 4] = word.to_bytes(4, "big")
    return bytes(spoiled[: len(content)])
