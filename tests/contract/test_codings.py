"""Every codec and pixel format: the same bytes anywhere, spliced where it can be, frame for frame what its parts are."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import pytest
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane

from renderer.coding import CODECS, SCOPES, Coding, Quality
from renderer.ffmpeg.binary import Ffmpeg, list_encoders
from renderer.ffmpeg.codecs import ENCODERS, encoder_of, sound_of
from renderer.ffmpeg.encode import ENCODER
from renderer.media.conform import Cut, Profile, choose_profile, format_of, is_plain, needs_segment
from renderer.media.join import join
from renderer.media.manifests import reference_manifest, segment_manifest
from renderer.media.parts import Parts
from renderer.media.probe import probe
from renderer.media.segment import make_reference, make_segment
from renderer.media.sound import make_sound
from renderer.media.sounding import sound_manifest
from renderer.model import MediaFacts, Size

from ..acceptance.numbered import write_numbered  # noqa: TID252 - the other half of the tests

FPS, SIZE = Fraction(24), Size(64, 36)
CODINGS = [Coding(codec, "high", pixels) for codec in CODECS for pixels in SCOPES[codec].pixel_formats]
CUTS = [Cut(0, 24), Cut(3, 1), Cut(5, 12)]
STEPS: tuple[Quality, ...] = ("draft", "good", "high", "master")
Segments = Callable[[Coding], list["Made"]]


class Made(NamedTuple):
    path: Path
    facts: MediaFacts


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A second of numbered frames, with a tone."""
    path = write_numbered(tmp_path_factory.mktemp("clip") / "clip.mov", sound_s=1)
    return Made(path, probe(path))


@pytest.fixture(scope="module")
def segments(ffmpeg: Ffmpeg, clip: Made, tmp_path_factory: pytest.TempPathFactory) -> Segments:
    """The clip's cuts in a coding, each made once."""
    made: dict[Coding, list[Made]] = {}

    def segments(coding: Coding) -> list[Made]:
        if coding not in made:
            made[coding] = make_segments(ffmpeg, clip, coding, tmp_path_factory.mktemp("segments"))
        return made[coding]

    return segments


def make_segments(ffmpeg: Ffmpeg, clip: Made, coding: Coding, folder: Path) -> list[Made]:
    """The cuts of a clip, each as a segment."""
    profile = Profile(SIZE, FPS, "crop", None, coding)
    found = []
    for number, cut in enumerate(CUTS):
        manifest = segment_manifest("0" * 64, cut, profile, build=ffmpeg.build)
        output = folder / f"{number}.clip"
        facts = asyncio.run(make_segment(ffmpeg, clip.path, clip.facts, manifest, output=output))
        found.append(Made(output, facts))
    return found


def join_all(
    ffmpeg: Ffmpeg, parts: Sequence[Made], folder: Path, *, ending: str, sound: Path | None = None
) -> tuple[Path, list[str]]:
    """The film of some parts, and what the join told."""
    told: list[str] = []
    (folder / "scratch").mkdir(parents=True)
    output = folder / f"film{ending}"
    joining = join(
        ffmpeg,
        Parts(
            [part.path for part in parts],
            frames=[part.facts.frames for part in parts],
            fps=FPS,
            size=SIZE,
            sound=sound,
            output=output,
            notes={"title": "Parts", "chapters": ["0 first", "24 second"]},
        ),
        scratch=folder / "scratch",
        container=ending.removeprefix("."),
        tell=told.append,
    )
    asyncio.run(joining)
    return output, told


def pictures(path: Path) -> list[str]:
    """The decoded frames of a clip, each as the digest of what is seen of it."""
    with av.open(path) as container:
        return [
            hashlib.sha256(b"".join(seen(plane, frame) for plane in frame.planes)).hexdigest()
            for frame in container.decode(video=0)
        ]


def seen(plane: VideoPlane, frame: VideoFrame) -> bytes:
    """The rows of a plane, without what pads them."""
    width = plane.width * (2 if frame.format.components[0].bits > 8 else 1)
    rows = memoryview(plane)
    return b"".join(rows[y * plane.line_size :][:width] for y in range(plane.height))


def name_of(coding: Coding) -> str:
    return f"{coding.codec}-{coding.pixel_format}"


def test_the_usual_coding_is_the_common_format() -> None:
    """What is said by saying nothing changes no manifest."""
    assert dict(ENCODER) == encoder_of(Coding())


@pytest.mark.parametrize("coding", CODINGS, ids=name_of)
def test_a_film_in_each_coding_is_frame_for_frame_its_parts(
    ffmpeg: Ffmpeg, segments: Segments, tmp_path: Path, coding: Coding
) -> None:
    """An MP4 is spliced, a QuickTime file joined by ffmpeg; tags, chapters and pictures are those that were asked for."""
    parts = segments(coding)
    for ending in SCOPES[coding.codec].endings:
        film, told = join_all(ffmpeg, parts, tmp_path / ending, ending=ending)
        assert [] == told if ending == ".mp4" else ["only MP4" in line for line in told] == [True]
        assert [one for part in parts for one in pictures(part.path)] == pictures(film)
        facts = probe(film)
        assert (37, "tv/bt709/bt709/bt709") == (facts.frames, facts.colour)
        assert format_of(parts[0].facts)._replace(parameter_sets="") == format_of(facts)._replace(
            parameter_sets=""
        )
        with av.open(film) as container:
            assert ["first", "second"] == [one["metadata"]["title"] for one in container.chapters()]


@pytest.mark.parametrize("codec", CODECS)
def test_the_same_parts_give_the_same_bytes_in_another_folder(
    ffmpeg: Ffmpeg, clip: Made, segments: Segments, tmp_path: Path, codec: str
) -> None:
    """Encoded again and joined again, with sound: encoders run on one thread."""
    coding = next(one for one in CODINGS if one.codec == codec)
    films = []
    for number, parts in enumerate((segments(coding), make_segments(ffmpeg, clip, coding, tmp_path))):
        folder = tmp_path / f"folder {number}"
        folder.mkdir()
        manifest = sound_manifest(
            [("clip", cut) for cut in CUTS], fps=FPS, build=ffmpeg.build, encoder=sound_of(coding)
        )
        sound = folder / "sound.clip"
        clips: Mapping[str, tuple[Path, MediaFacts]] = {"clip": (clip.path, clip.facts)}
        asyncio.run(make_sound(ffmpeg, manifest, clips=clips, output=sound))
        ending = SCOPES[coding.codec].endings[0]
        films.append(join_all(ffmpeg, parts, folder / "join", ending=ending, sound=sound)[0])
    assert films[0].read_bytes() == films[1].read_bytes()
    with av.open(films[0]) as container:
        heard = container.streams.audio[0]
        assert ("pcm_s24le" if codec == "prores" else "aac") == heard.codec_context.name
        assert 48_000 * 37 // 24 == heard.duration


@pytest.mark.parametrize("coding", CODINGS, ids=name_of)
def test_segments_of_a_coding_stand_beside_each_other_and_beside_its_reference(
    ffmpeg: Ffmpeg, segments: Segments, tmp_path: Path, coding: Coding
) -> None:
    """Whatever their length; so a clip that our encoder made is never encoded again."""
    manifest = reference_manifest(SIZE, FPS, build=ffmpeg.build, coding=coding)
    reference = asyncio.run(make_reference(ffmpeg, manifest, output=tmp_path / "reference"))
    made = [part.facts for part in segments(coding)]
    assert {format_of(reference)} == {format_of(facts) for facts in made}
    profile = Profile(SIZE, FPS, "crop", format_of(reference), coding)
    assert [()] * 3 == [needs_segment(facts, Cut(0, facts.frames), profile) for facts in made]


@pytest.mark.parametrize("codec", CODECS)
def test_better_quality_is_a_larger_file(ffmpeg: Ffmpeg, clip: Made, tmp_path: Path, codec: str) -> None:
    """In every codec, step by step."""
    sizes = []
    for step in STEPS:
        coding = next(one for one in CODINGS if one.codec == codec)._replace(quality=step)
        (tmp_path / step).mkdir()
        sizes.append(make_segments(ffmpeg, clip, coding, tmp_path / step)[0].path.stat().st_size)
    assert sorted(set(sizes)) == sizes


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec != "h264"])
def test_a_clip_of_another_codec_is_encoded_and_one_of_the_films_own_is_not(
    segments: Segments, codec: str
) -> None:
    """Footage that is alike, whole and in the film's codec sets the format; all else is told with its reason."""
    coding = next(one for one in CODINGS if one.codec == codec)
    own, other = segments(coding)[0].facts, segments(Coding())[0].facts
    cuts = [Cut(0, 24)] * 2
    stock = choose_profile([own, own], cuts, size=None, fps=FPS, fit="crop", coding=coding)
    assert format_of(own) == stock.format
    assert is_plain(own, coding)
    assert not is_plain(other, coding)
    assert "codec h264" in needs_segment(other, Cut(0, 24), stock)
    assert choose_profile([own, other], cuts, size=None, fps=FPS, fit="crop", coding=coding).format is None


def test_prores_of_two_profiles_is_not_copied_into_one_track(
    ffmpeg: Ffmpeg, clip: Made, tmp_path: Path
) -> None:
    """They have no parameter sets, and the four letters of a track name one profile."""
    formats = set()
    for step in STEPS[1:3]:
        (tmp_path / step).mkdir()
        made = make_segments(ffmpeg, clip, Coding("prores", step, "yuv422p10"), tmp_path / step)
        formats.add(format_of(made[0].facts))
    assert 2 == len(formats)


def test_h265_is_called_by_the_name_that_apple_plays(
    ffmpeg: Ffmpeg, segments: Segments, tmp_path: Path
) -> None:
    """Spliced or joined by ffmpeg, from clips under the other name too."""
    parts = segments(Coding("h265"))
    renamed = []
    for part in parts:
        # The sample entry alone differs between the two.
        path = tmp_path / part.path.name
        path.write_bytes(part.path.read_bytes().replace(b"hvc1", b"hev1"))
        renamed.append(Made(path, part.facts))
    for number, (given, ending) in enumerate([(parts, ".mp4"), (parts, ".mov"), (renamed, ".mp4")]):
        film, _ = join_all(ffmpeg, given, tmp_path / str(number), ending=ending)
        with av.open(film) as container:
            assert "hvc1" == container.streams.video[0].codec_context.codec_tag


def test_the_ffmpeg_that_comes_with_the_program_has_every_encoder(ffmpeg: Ffmpeg) -> None:
    """By the names under which they are asked for."""
    assert set(ENCODERS.values()) <= list_encoders(ffmpeg.path)


def test_a_program_that_is_no_ffmpeg_does_not_say_what_it_encodes() -> None:
    """One error, with the program's name."""
    from renderer.errors import MediaToolError

    program = shutil.which("true")
    assert program
    with pytest.raises(MediaToolError, match="does not say"):
        list_encoders(Path(program))
