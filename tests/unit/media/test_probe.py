"""Probing: what clips are, and that only whole clips count."""

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import MediaError
from renderer.media.mp4 import index_stands_first, track_kinds
from renderer.media.probe import probe, sniff_container
from renderer.media.rate import find_rate
from renderer.model import MediaFacts, Size

Clips = Callable[..., Path]
Run = Callable[..., Path]
X264 = ("-c:v", "libx264", "-preset", "ultrafast")
FIELDS = {
    "fields.mp4": ("-c:v", "libx264", "-flags", "+ildct+ilme"),
    "fields.mov": ("-c:v", "prores_ks", "-flags", "+ildct", "-pix_fmt", "yuv422p10le"),
    "fields.mkv": ("-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-q:v", "2"),
}
"""Clips of two fields a frame, as cameras and broadcasters write them."""


def refusal(path: Path) -> str:
    with pytest.raises(MediaError) as caught:
        probe(path)
    return caught.value.code


def test_a_clip_of_our_own_is_known_in_full(clips: Clips) -> None:
    """Every fact of a clip in the common format, and its form in JSON."""
    facts = probe(clips("own.mp4"))
    assert facts == MediaFacts.from_json(facts.to_json())
    assert {
        "container": "mp4",
        "codec": "h264",
        "size": "64x36",
        "pixel_format": "yuv420p",
        "fps": "24",
        "frames": 12,
        "constant_rate": True,
        "time_base": "1/12288",
        "sample_aspect": "1",
        "rotation_deg": 0,
        "colour": "tv/bt709/bt709/bt709",
        "parameter_sets": facts.parameter_sets,
        "origin_s": "0",
        "duration_s": "1/2",
        "audio": None,
    } == facts.to_json()


def test_clips_of_one_encoder_share_their_parameter_sets(clips: Clips) -> None:
    """Length does not matter to them; another set-up does."""
    own, short = probe(clips("own.mp4")), probe(clips("short.mp4", frames=1))
    other = probe(clips("other.mp4", options=(*X264, "-bf", "0")))
    assert own.parameter_sets == short.parameter_sets != other.parameter_sets


@pytest.mark.parametrize(
    ("name", "container"), [("a.mov", "mp4"), ("a.mkv", "matroska"), ("a.webm", "matroska"), ("a.mp4", "mp4")]
)
def test_containers_are_told_by_content(clips: Clips, name: str, container: str) -> None:
    """The rate is found in each, whole milliseconds or not."""
    codec = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8") if name == "a.webm" else X264
    facts = probe(clips(name, options=codec))
    assert (container, Fraction(24), 12, True) == (
        facts.container,
        facts.fps,
        facts.frames,
        facts.constant_rate,
    )


def test_an_ntsc_rate_is_exact(clips: Clips) -> None:
    """24000/1001 is not 23.976."""
    facts = probe(clips("ntsc.mp4", fps="24000/1001"))
    assert (Fraction(24000, 1001), Fraction(1001, 2000)) == (facts.fps, facts.duration_s)


def test_sound_is_counted_to_its_end(clips: Clips) -> None:
    """PCM has exactly as many samples as went in."""
    clip = clips("pcm.mov", sound="sine=440:r=48000:d=0.5", options=(*X264, "-c:a", "pcm_s16le"))
    audio = probe(clip).audio
    assert audio
    assert ("pcm_s16le", 48_000, 1, 24_000) == (audio.codec, audio.rate_hz, audio.channels, audio.samples)


def test_a_turned_clip_keeps_its_stored_size(clips: Clips, run: Run, tmp_path: Path) -> None:
    """Rotation is a fact of its own."""
    source = clips("own.mp4")
    turned = run("-display_rotation", "90", "-i", str(source), "-c", "copy", str(tmp_path / "turned.mp4"))
    facts = probe(turned)
    assert (Size(64, 36), 90) == (facts.size, facts.rotation_deg)


def test_wide_pixels_and_full_range_are_seen(clips: Clips) -> None:
    """The shape of a pixel and the tags are facts."""
    tags = ("-color_range", "pc", "-colorspace", "smpte170m")
    facts = probe(
        clips("wide.mp4", options=(*X264, "-vf", "setsar=4/3,scale=out_range=pc,format=yuvj420p", *tags))
    )
    assert (Fraction(4, 3), "yuvj420p", "pc/smpte170m") == (
        facts.sample_aspect,
        facts.pixel_format,
        "/".join(facts.colour.split("/")[:2]),
    )


@pytest.mark.parametrize("name", ["wide.mp4", "wide.webm"])
def test_the_container_says_how_wide_a_pixel_is(clips: Clips, name: str) -> None:
    """As players have it: the codec AV1 cannot tell, and says that pixels are square."""
    av1 = ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1")
    assert Fraction(4, 3) == probe(clips(name, options=(*av1, "-vf", "scale=96:72,setsar=4/3"))).sample_aspect


def test_a_variable_rate_is_not_taken_for_a_constant_one(clips: Clips) -> None:
    """The rate is then the average."""
    facts = probe(
        clips("variable.mp4", options=(*X264, "-vf", "setpts='if(lt(N,6),N,2*N)/24/TB'", "-fps_mode", "vfr"))
    )
    assert (False, 12) == (facts.constant_rate, facts.frames)


@pytest.mark.parametrize(("name", "options"), FIELDS.items())
def test_a_clip_whose_lines_are_of_two_moments_is_seen(
    clips: Clips, name: str, options: tuple[str, ...]
) -> None:
    """Whatever its codec; what was stored of it says so, too, and of any other clip nothing."""
    facts = probe(clips(name, options=("-vf", "tinterlace=interleave_top,setfield=tff", *options)))
    assert (True, facts) == (facts.is_interlaced, MediaFacts.from_json(facts.to_json()))
    plain = probe(clips("own.mp4"))
    assert (False, False) == (plain.is_interlaced, "interlaced" in plain.to_json())


def test_hidden_frames_make_a_clip_unfit_to_copy(clips: Clips, run: Run, tmp_path: Path) -> None:
    """A stream copy from between keyframes hides its first frames behind an edit list."""
    source = clips("long.mp4", frames=48)
    trimmed = run("-ss", "0.5", "-i", str(source), "-c", "copy", str(tmp_path / "trimmed.mp4"))
    facts = probe(trimmed)
    assert (36, False) == (facts.frames, facts.constant_rate)


def test_a_late_start_is_its_origin(clips: Clips, run: Run, tmp_path: Path) -> None:
    """Without an edit list, reordered frames start late."""
    late = run("-i", str(clips("own.mp4")), "-c", "copy", "-use_editlist", "0", str(tmp_path / "late.mp4"))
    assert probe(late).origin_s > 0


def test_what_is_no_clip_is_named(clips: Clips, run: Run, tmp_path: Path) -> None:
    """Text, playlists, pictures, pointers, folders, nothing at all."""
    own = clips("own.mp4")
    contents = {
        "text.mp4": (b"hello", "M801"),
        "list.mp4": (f"ffconcat version 1.0\nfile '{own}'\n".encode(), "M801"),
        "hls.mp4": (f"#EXTM3U\n#EXTINF:1,\n{own}\n".encode(), "M801"),
        "picture.mp4": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "M801"),
        "pointer.mp4": (b"version https://git-lfs.github.com/spec/v1\n", "M801"),
        "empty.mp4": (b"", "M802"),
        "stub.mp4": (own.read_bytes()[:40], "M802"),
    }
    for name, (content, _) in contents.items():
        (tmp_path / name).write_bytes(content)
    assert [code for _, code in contents.values()] == [refusal(tmp_path / name) for name in contents]
    assert ["M804", "M804", "M804"] == [
        refusal(path) for path in (tmp_path, tmp_path / "none.mp4", Path("/dev/null"))
    ]
    sound = run("-f", "lavfi", "-i", "sine=440:d=0.1", str(tmp_path / "sound.m4a"))
    assert "M803" == refusal(sound)


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv"])
def test_a_clip_cut_short_does_not_count(clips: Clips, tmp_path: Path, name: str) -> None:
    """Neither container gets away with its second half missing."""
    whole = clips(
        f"whole-{name}",
        frames=96,
        size="128x72",
        options=(*X264, "-movflags", "+faststart", "-g", "12")[: 8 if "mp4" in name else 4],
    )
    content = whole.read_bytes()
    short = tmp_path / name
    short.write_bytes(content[: len(content) // 2])
    assert "M802" == refusal(short)


def test_a_damaged_frame_is_found(clips: Clips, tmp_path: Path) -> None:
    """Bytes overwritten in the middle of the pictures are not concealed."""
    content = bytearray(clips("damage.mp4", frames=48, size="128x72").read_bytes())
    middle = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 2
    content[middle : middle + 6000] = random.Random(1).randbytes(6000)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    assert "M802" == refusal(broken)


def test_boxes_tell_the_order_of_a_file(clips: Clips, run: Run, tmp_path: Path) -> None:
    """The index first or last, the tracks in order."""
    own = clips("own.mp4")
    late = run("-i", str(own), "-c", "copy", str(tmp_path / "late.mp4"))
    audible = run(
        *("-i", str(own), "-f", "lavfi", "-i", "sine=440", "-map", "1:a", "-map", "0:v"),
        *("-c:v", "copy", "-shortest", str(tmp_path / "audible.mp4")),
    )
    assert [True, False] == [index_stands_first(own), index_stands_first(late)]
    assert [["vide"], ["soun", "vide"]] == [track_kinds(own), track_kinds(audible)]
    (tmp_path / "text").write_bytes(b"no boxes here, just text and more text")
    assert (False, []) == (index_stands_first(tmp_path / "text"), track_kinds(tmp_path / "text"))


def test_only_four_containers_are_sniffed(tmp_path: Path) -> None:
    """AVI is none of them."""
    (tmp_path / "a.avi").write_bytes(b"RIFF\0\0\0\0AVI LIST")
    with pytest.raises(MediaError, match="is not a clip"):
        sniff_container(tmp_path / "a.avi")


@given(
    rate=st.sampled_from([Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60)]),
    base=st.sampled_from([Fraction(1, 1000), Fraction(1, 90_000), Fraction(1, 12_288), Fraction(1, 600)]),
    frames=st.integers(2, 200),
    start=st.integers(-50, 1000),
)
def test_a_rate_is_found_in_rounded_time_stamps(
    rate: Fraction, base: Fraction, frames: int, start: int
) -> None:
    """A constant rate is recognised although the container rounds its time stamps, wherever they start."""
    stamps = [start + round(frame / rate / base) for frame in range(frames)]
    assert (rate, True) == find_rate(
        stamps, last_ticks=round(1 / rate / base), time_base=base, declared=[rate]
    )


@given(frames=st.integers(4, 100), lost=st.integers(1, 98))
def test_a_lost_frame_breaks_a_rate(frames: int, lost: int) -> None:
    """One frame missing in the middle is seen."""
    stamps = [frame * 512 for frame in range(frames) if frame != min(lost, frames - 2)]
    assert not find_rate(stamps, last_ticks=512, time_base=Fraction(1, 12_288), declared=[Fraction(24)])[1]
