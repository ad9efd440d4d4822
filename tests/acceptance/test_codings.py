"""How a film is written down: codec, quality, pixel format, background, channels; by the command, as files and as frames."""

from __future__ import annotations

import struct
import subprocess
from array import array
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import av
import pytest

from renderer.coding import CODECS, SCOPES, Coding
from renderer.ffmpeg.codecs import DECODERS, encoder_of, seen_format
from tests.simulator.simulator import Simulator

from .numbered import X264, ffmpeg, numbers, write_numbered
from .stage import THREE_SHOTS, Stage, frames_in, packets_in, real_ffmpeg
from .test_sound import RATE_HZ, actions, tone

ALL = """\
version: 1
title: All of it
output: {{size: 64x36, fps: 24, codec: {codec}, subtitles: {{burn: true}}}}
defaults: {{provider: animatic, duration: 1}}
tracks:
  - {{id: music, file: music.wav, kind: effects}}
shots:
  - {{id: own, clip: own.mp4}}
  - {{id: pad, image: pad.png, caption: steam, titles: [{{text: Liftoff, at: before, for: 0.5}}]}}
  - {{id: fast, clip: own.mp4, speed: 2, hold: 0.25, enter: {{crossfade: 0.25}}}}
  - {{id: back, clip: own.mp4, reverse: true, enter: {{dip: 0.5}}}}
"""
LENGTH = 24 + 12 + 24 + 12 + 6 - 6 + 24 - 12
X265 = ("-c:v", "libx265", "-x265-params", "log-level=none:qp=4:info=0", "-tag:v", "hvc1")
TEN_BITS = "color=s=64x36:r=24,format=yuv420p10le,geq=lum='300+X+N':cb=512:cr=512"
"""Every luma from 300 on, one for each column: three of four lie between what eight bits can hold."""


@pytest.mark.parametrize("codec", CODECS)
def test_everything_works_in_every_codec(stage: Stage, codec: str) -> None:
    """Footage, drawn shots, titles, captions, speed, transitions, sound and chapters; and a second build does nothing."""
    write_numbered(stage.root / "own.mp4", sound_s=1)
    stage.still("pad.png")
    tone(stage.root / "music.wav", hertz=440, seconds=2)
    stage.write("film.yaml", ALL.format(codec=codec))
    coding = next(
        Coding(name, pixel_format=SCOPES[name].pixel_formats[0]) for name in CODECS if name == codec
    )
    built = stage.built()
    assert LENGTH == built.json["sequence"]["frames"]
    film = stage.film(f"film{SCOPES[coding.codec].endings[0]}")
    assert LENGTH == frames_in(film)
    with av.open(film) as container:
        video, audio = container.streams.video[0].codec_context, container.streams.audio[0]
        assert DECODERS[coding.codec] == video.codec.canonical_name
        assert seen_format(encoder_of(coding)) == video.pix_fmt
        assert (1, 1, 1, 1) == (video.color_range, video.colorspace, video.color_primaries, video.color_trc)
        assert LENGTH * RATE_HZ // 24 == audio.duration
        chapters = [chapter["metadata"]["title"] for chapter in container.chapters()]
        assert ["own", "pad", "fast", "back"] == chapters
        assert "All of it" == container.metadata["title"]
    again = stage.built()
    assert [] == again.ran
    assert 0 == stage.run("plan", "--check").code


def test_footage_of_the_films_codec_is_not_touched(stage: Stage) -> None:
    """Packet for packet, and nothing is made but the film."""
    for name, first in (("one.mp4", ()), ("two.mp4", ("-vf", "negate"))):
        write_numbered(stage.root / name, options=(*X265, "-pix_fmt", "yuv420p10le", *first))
    clips = [packets_in(stage.root / name) for name in ("one.mp4", "two.mp4")]
    stage.write(
        "film.yaml",
        "version: 1\noutput: {codec: h265, pixel_format: yuv420p10}\n"
        "shots:\n  - {id: one, clip: one.mp4}\n  - {id: two, clip: two.mp4}\n",
    )
    stage.built()
    assert [packet for clip in clips for _, packet in clip if packet] == [
        packet for _, packet in packets_in(stage.film()) if packet
    ]
    assert Counter(join=1) == actions(stage)


def test_an_odd_clip_in_a_film_of_another_codec_is_encoded_once(stage: Stage) -> None:
    """However often it is shown, and the plan says why."""
    write_numbered(stage.root / "own.mp4", options=X264)
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36, codec: h265, quality: master}\n"
        "shots:\n  - {id: own, clip: own.mp4}\nsequence: [own, own, own]\n",
    )
    stage.built()
    assert Counter(segment=2, join=1) == actions(stage)
    assert [*range(24)] * 3 == numbers(stage.film())
    told = stage.run("plan", "-v").stdout
    assert "main: slot 1, own: encoded, since codec h264; colour unknown/" in told


def test_another_codec_is_no_reason_to_draw_or_buy(stage: Stage) -> None:
    """Segments and films alone are made, and the plan names the field."""
    stage.write("film.yaml", THREE_SHOTS)
    stage.built()
    before = actions(stage)
    stage.edit("fps: 12}", "fps: 12, codec: h265, quality: good}")
    assert "`output.codec` changed, `output.quality` changed" in stage.run("plan").stdout
    assert [] == stage.built().ran
    assert Counter(segment=4, join=1) == actions(stage) - before
    stage.edit("quality: good", "quality: draft")
    stage.built()
    assert Counter(segment=8, join=2) == actions(stage) - before


@pytest.mark.parametrize("codec", ["h265", "prores"])
def test_ten_bits_stay_ten_bits(stage: Stage, codec: str) -> None:
    """Lumas that eight bits cannot hold come out as they went in, cut or not."""
    encode = ["-frames:v", "24", "-c:v", "ffv1", "-color_range", "tv", "-colorspace", "bt709"]
    ffmpeg("-f", "lavfi", "-i", TEN_BITS, *encode, str(stage.root / "ten.mkv"))
    pixels = {"h265": "yuv420p10", "prores": "yuv422p10"}[codec]
    stage.write(
        "film.yaml",
        f"version: 1\noutput: {{size: 64x36, codec: {codec}, quality: master, pixel_format: {pixels}}}\n"
        "shots:\n  - {id: ten, clip: ten.mkv, use: {in: 0.5}, enter: {dip: 2f}}\n",
    )
    stage.built()
    found = rows(stage.film("film.mov" if codec == "prores" else "film.mp4"))
    wanted = [[300 + x + number for x in range(64)] for number in range(12, 24)]
    # The first frame comes out of black.
    pairs = [
        pair
        for row, asked in zip(found[2:], wanted[2:], strict=True)
        for pair in zip(row, asked, strict=True)
    ]
    assert sum(abs(one - other) for one, other in pairs) < len(pairs)
    assert sum(one % 4 != 0 for one, _ in pairs) > len(pairs) / 2


def rows(film: Path) -> list[list[int]]:
    """The lumas of the middle row of each frame, in ten bits."""
    with av.open(film) as container:
        planes = [frame.planes[0] for frame in container.decode(video=0)]
        return [
            [*struct.unpack_from(f"<{plane.width}H", plane, plane.line_size * plane.height // 2)]
            for plane in planes
        ]


@pytest.mark.parametrize(
    ("background", "expected"),
    [("", (16, 128, 128)), ("white", (235, 128, 128)), ('"#FF0000"', (63, 102, 240))],
)
def test_bars_have_the_colour_of_the_background(
    stage: Stage, background: str, expected: tuple[int, int, int]
) -> None:
    """In BT.709, on both sides; the picture between them is what it was."""
    stage.footage("own.mp4", size="36x36")
    field = f", background: {background}" if background else ""
    stage.write(
        "film.yaml",
        f"version: 1\noutput: {{size: 64x36, fit: pad{field}}}\nshots:\n  - {{id: own, clip: own.mp4}}\n",
    )
    stage.built()
    for x in (4, 60):
        assert all(
            abs(one - other) <= 3 for one, other in zip(expected, colour_at(stage.film(), x, 18), strict=True)
        )


def colour_at(film: Path, x: int, y: int) -> list[int]:
    """Luma and chroma of a pixel of the first frame."""
    with av.open(film) as container:
        planes = next(container.decode(video=0)).planes
        places = [(x, y), (x // 2, y // 2), (x // 2, y // 2)]
        return [
            plane_[b * plane_.line_size + a]
            for plane_, (a, b) in zip(map(_Bytes, planes), places, strict=True)
        ]


class _Bytes:
    """A plane's bytes, by number."""

    def __init__(self, plane: av.video.plane.VideoPlane) -> None:
        self.line_size, self._seen = plane.line_size, memoryview(plane)

    def __getitem__(self, place: int) -> int:
        return int(self._seen[place])


def test_a_background_that_nobody_sees_changes_nothing(stage: Stage) -> None:
    """Where a clip has the film's shape, or fills it, there is nothing to make again."""
    stage.footage("own.mp4", size="128x72")
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36, fit: pad}\nshots:\n  - {id: own, clip: own.mp4}\n",
    )
    stage.built()
    stage.edit("fit: pad", 'fit: pad, background: "#102030"')
    before = actions(stage)
    stage.built()
    assert Counter() == actions(stage) - before
    assert 0 == stage.run("plan", "--check").code


@pytest.mark.parametrize("codec", ["h264", "prores"])
def test_a_film_in_surround_keeps_what_it_hears_where_it_is(stage: Stage, codec: str) -> None:
    """Stereo on the left and right, mono in the middle, nothing behind; music that ducks and loops, too."""
    stage.footage("picture.mp4", duration_s=1)
    for name, source in (
        ("left.mp4", "aevalsrc=0.25*sin(2*PI*440*t)|0:s=48000:d=1"),
        ("mono.mp4", "sine=440:r=48000:d=1"),
    ):
        sound = ["-f", "lavfi", "-i", source, "-c:v", "copy", "-c:a", "aac", "-b:a", "192k"]
        ffmpeg("-i", str(stage.root / "picture.mp4"), *sound, str(stage.root / name))
    tone(stage.root / "music.wav", hertz=1000, seconds=0.5)
    stage.write(
        "film.yaml",
        f"version: 1\noutput: {{codec: {codec}, audio: {{channels: 6}}}}\n"
        "tracks:\n  - {id: music, file: music.wav, loop: true, duck: 30, start: {shot: mono}}\n"
        "shots:\n  - {id: left, clip: left.mp4}\n  - {id: mono, clip: mono.mp4, sound: {kind: voice}}\n",
    )
    stage.built()
    film = stage.film("film.mov" if codec == "prores" else "film.mp4")
    first, second = (loudest(film, start_s) for start_s in (0.3, 1.3))
    assert [True, False, False, False, False, False] == [level > 0.1 for level in first]
    assert [False, False, True, False, False, False] == [level > 0.05 for level in second]
    assert all(0 < level < 0.05 for level in second[:2])


def loudest(film: Path, start_s: float) -> list[float]:
    """The loudest sample of each of six channels in half a second."""
    decode = ["-map", "0:a:0", "-f", "f32le", "-ac", "6", "pipe:1"]
    argv = [str(real_ffmpeg()), "-v", "error", "-i", str(film), *decode]
    sound = array("f", subprocess.run(argv, check=True, capture_output=True).stdout)
    start = int(start_s * RATE_HZ)
    return [
        max(abs(one) for one in sound[6 * start + channel : 6 * (start + RATE_HZ // 2) : 6])
        for channel in range(6)
    ]


def test_a_film_that_is_not_spliced_is_told_with_the_reason(stage: Stage) -> None:
    """By `build -v` alone."""
    stage.write(
        "film.yaml",
        "version: 1\noutput: {file: film.mov, size: 64x36}\nshots:\n  - {id: pad, prompt: steam, duration: 1}\n",
    )
    loud = stage.run("build", "-v").stderr
    assert "main: joined by ffmpeg, not spliced: only MP4 files are spliced\n" in loud
    assert "spliced" not in stage.run("build", "-B").stderr


def test_a_place_of_another_kind_is_refused(stage: Stage) -> None:
    """What `-o` names ends as the film does, before anything is made."""
    stage.write(
        "film.yaml",
        "version: 1\noutput: {codec: prores, size: 64x36}\nshots:\n  - {id: pad, prompt: steam, duration: 1}\n",
    )
    refused = stage.build("-o", "cut.mp4")
    assert (2, ["U007"]) == (refused.code, refused.codes)
    assert not (stage.root / "build").exists()
    assert 0 == stage.build("-o", "cut.mov").code
    assert (stage.root / "cut.mov").exists()


@pytest.fixture
def poor(tmp_path: Path) -> Path:
    """An ffmpeg that was built without H.265."""
    script = tmp_path / "poor-ffmpeg"
    real = real_ffmpeg()
    script.write_text(
        '#!/bin/sh\ncase " $* " in\n'
        f'  *" -encoders "*) "{real}" "$@" | grep -v libx265 ;;\n'
        '  *libx265*) echo "Unknown encoder" >&2; exit 1 ;;\n'
        f'  *) exec "{real}" "$@" ;;\nesac\n'
    )
    script.chmod(0o755)
    return script


def test_an_ffmpeg_without_the_encoder_is_told_before_anything_is_bought(
    stage: Stage, vendor: Simulator, poor: Path
) -> None:
    """Exit 4, one error, no request; the same storyboard in another codec is built."""
    stage.still("a.png")
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36, codec: h265}\n"
        "shots:\n  - {id: pad, provider: aimlapi, model: gen3a_turbo, prompt: steam, image: a.png, duration: 5, ratio: '16:9', use: 0.25}\n",
    )
    buyer = stage.using(**vendor.environ, RENDERER_FFMPEG=str(poor))
    refused = buyer.build("--yes")
    assert (4, ["M880"], []) == (refused.code, refused.codes, vendor.received("submit"))
    assert not (stage.root / "build").exists()
    [finding] = [one for one in buyer.run("doctor", "--json").json["checks"] if "libx265" in one["says"]]
    assert ("note", "codecs") == (finding["state"], finding["subject"])
    buyer.edit(", codec: h265", "")
    assert 0 == buyer.build("--yes").code
    buyer.edit("64x36}", "64x36, codec: h265}")
    late = buyer.build("--yes")
    assert (4, ["M880"], 1) == (late.code, late.codes, len(vendor.received("submit")))


class Less(NamedTuple):
    """What is asked of an ffmpeg, what its answer is cut by, the error that follows, and what a film has that is lacking then."""

    asked: str
    lacks: str
    code: str
    output: str
    shot: str


def write_less(script: Path, asked: str, lacks: str) -> Path:
    """An ffmpeg whose answer to what is asked lacks something."""
    real = real_ffmpeg()
    script.write_text(
        f'#!/bin/sh\ncase " $* " in\n  *" {asked} "*) "{real}" "$@" | {lacks} ;;\n  *) exec "{real}" "$@" ;;\nesac\n'
    )
    script.chmod(0o755)
    return script


@pytest.mark.parametrize(
    "less",
    [
        Less("-filters", 'grep -v " ass "', "M870", "", ", titles: [{text: Hi}]"),
        Less("-filters", 'grep -v " fade "', "M865", "", ", enter: {crossfade: 0.25}"),
        Less("-filters", 'grep -v " overlay "', "M865", "", ", enter: {dip: 0.25}"),
        Less("-filters", 'grep -v " xfade "', "M865", "", ", enter: {wipe: 0.25}"),
        Less(
            "-h filter=xfade", 'grep -v " circleopen "', "M865", "", ", enter: {xfade: circleopen, for: 0.25}"
        ),
        Less("-h encoder=libx264", 'sed "s/ yuv420p10le//"', "M881", ", pixel_format: yuv420p10", ""),
    ],
)
def test_what_an_ffmpeg_lacks_is_told_before_anything_is_bought(
    stage: Stage, vendor: Simulator, tmp_path: Path, less: Less
) -> None:
    """Texts, transitions, pixel formats: exit 4, one error, no request; without them the same storyboard is built."""
    script = write_less(tmp_path / "less-ffmpeg", less.asked, less.lacks)
    stage.still("a.png")
    stage.write(
        "film.yaml",
        f"version: 1\noutput: {{size: 64x36{less.output}}}\ndefaults: {{use: 0.5}}\nshots:\n  - {{id: sky, clip: a.png}}\n"
        f"  - {{id: pad, provider: aimlapi, model: gen3a_turbo, prompt: steam, image: a.png, duration: 5, ratio: '16:9'{less.shot}}}\n",
    )
    buyer = stage.using(**vendor.environ, RENDERER_FFMPEG=str(script))
    planned = [buyer.plan("--out", "plan.json"), buyer.build("-n")]
    assert [(4, [less.code])] * 2 == [(plan.code, plan.codes) for plan in planned]
    refused = buyer.build("--yes")
    assert (4, [less.code], []) == (refused.code, refused.codes, vendor.received("submit"))
    assert not (stage.root / "plan.json").exists()
    assert not (stage.root / "build").exists()
    buyer.edit(less.output or less.shot, "")
    assert 0 == buyer.plan().code
    assert 0 == buyer.build("--yes").code


@pytest.mark.parametrize("asked", ["-h filter=xfade", "-h encoder=libx264"])
def test_an_ffmpeg_that_does_not_say_what_it_can_do_is_tried(
    stage: Stage, tmp_path: Path, asked: str
) -> None:
    """Nothing is refused that may well be made."""
    script = write_less(tmp_path / "mute-ffmpeg", asked, "grep -v . || true")
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36, pixel_format: yuv420p10}\ndefaults: {duration: 0.5}\nshots:\n"
        "  - {id: sky, prompt: x}\n  - {id: pad, prompt: y, enter: {xfade: circleopen, for: 0.25}}\n",
    )
    assert 0 == stage.using(RENDERER_FFMPEG=str(script)).build().code
