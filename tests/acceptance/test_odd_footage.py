"""Footage as cameras, phones, browsers and vendors write it: a film that shows it rightly, or one clear error, never a wrong film."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from tests.simulator.simulator import Simulator

from .numbered import FRAMES, X264, ffmpeg, lumas, number_of, numbers, write_numbered
from .stage import Stage, packets_in

ALL = tuple(range(FRAMES))


class Odd(NamedTuple):
    """A clip: how ffmpeg writes it, and which frames of the source a film of 24 frames a second shows."""

    name: str
    options: Sequence[str]
    shown: tuple[int, ...] = ALL
    sound_s: float = 0
    copied_from: Sequence[str] = ()
    turned: bool = False


FRAGMENTS = ("-g", "6", "-movflags", "frag_keyframe+empty_moov+default_base_moof")
SLOWER = "setpts='if(lt(N,12),N,12+(N-12)*2)/24/TB'"
FULL = "scale=in_range=tv:out_range=pc,format=yuvj420p"
DEEP_FULL = "scale=in_range=tv:out_range=pc,format=yuv420p10le"
X265 = ("-c:v", "libx265", "-x265-params", "log-level=none:qp=4", "-tag:v", "hvc1")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-crf", "4", "-b:v", "0")
EDITED = ("-ss", "0.5", "-c", "copy")
SLOWED = tuple(number for number in ALL for _ in range(1 if number < 12 else 2))[:-1]
"""The last one lasts as long as the source's, as ffmpeg writes it."""
GOOD = [
    Odd("fragments.mp4", (*X264, *FRAGMENTS)),
    Odd("browser.webm", VP9),
    Odd("browser-sound.webm", (*VP9, "-c:a", "libopus"), sound_s=1),
    Odd("edited.mov", EDITED, shown=ALL[12:], copied_from=X264),
    Odd("late.mov", ("-itsoffset", "0.3", "-c", "copy"), copied_from=X264),
    Odd("phone.mp4", (*X264, "-vf", SLOWER, "-fps_mode", "vfr"), shown=SLOWED),
    Odd("blink.mp4", (*X264, "-frames:v", "1"), shown=(0,)),
    Odd("turned.mp4", ("-display_rotation", "90", "-c", "copy"), copied_from=X264, turned=True),
    Odd("odd.webm", (*VP9, "-vf", "pad=65:37", "-pix_fmt", "yuv420p")),
    Odd("odd444.mp4", (*X264[:-1], "yuv444p", "-vf", "pad=65:37")),
    Odd("ten.mp4", (*X265, "-pix_fmt", "yuv420p10le")),
    Odd("camera.mov", ("-c:v", "prores_ks", "-profile:v", "3", "-pix_fmt", "yuv422p10le")),
    Odd("wide.mp4", (*X264, "-vf", "scale=48:36,setsar=4/3")),
    Odd("full.mp4", (*X264[:-1], "yuvj420p", "-vf", FULL, "-color_range", "pc")),
    Odd("short-sound.mp4", (*X264, "-c:a", "aac"), sound_s=0.3),
    Odd("long-sound.mp4", (*X264, "-c:a", "aac"), sound_s=3),
    Odd("mono-sound.mov", (*X264, "-c:a", "pcm_s16be", "-ar", "22050", "-ac", "1"), sound_s=1),
]
BAD = {
    "zero.mp4": ("M802", "is empty"),
    "truncated.mp4": ("M802", "is damaged or cut short"),
    "headless.mp4": ("M802", "is damaged or cut short"),
    "corrupt.mp4": ("M802", "is damaged or cut short"),
    "sound.mp4": ("M803", "has no picture"),
    "still.mp4": ("S406", "is not an image"),
    "resized.webm": ("M896", "changes in the middle"),
}


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Odd], Path]:
    """Write an odd clip, once."""
    folder = tmp_path_factory.mktemp("odd")

    def write(odd: Odd) -> Path:
        path = folder / odd.name
        if path.exists():
            return path
        if odd.copied_from:
            plain = write(Odd("plain.mov", odd.copied_from))
            before = odd.options[:2] if odd.options[0] in ("-ss", "-itsoffset", "-display_rotation") else ()
            ffmpeg(*before, "-i", str(plain), *odd.options[len(before) :], str(path))
            return path
        return write_numbered(path, options=odd.options, sound_s=odd.sound_s)

    return write


@pytest.fixture
def broken(write: Callable[[Odd], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Write a clip that is none."""

    def broken(name: str) -> Path:
        path = tmp_path / name
        first = write(Odd("first.mp4", (*X264, "-movflags", "+faststart"))).read_bytes()
        last = write(Odd("last.mp4", X264)).read_bytes()
        middle = bytearray(last)
        middle[len(last) // 3 : len(last) // 3 + 2000] = Random(1).randbytes(2000)
        contents = {
            "zero.mp4": b"",
            "truncated.mp4": first[: len(first) // 2],
            "headless.mp4": last[: len(last) // 2],
            "corrupt.mp4": bytes(middle),
            "still.mp4": b"\x89PNG\r\n\x1a\n" + bytes(50),
        }
        if name in contents:
            path.write_bytes(contents[name])
        elif name == "resized.webm":
            write_resized(path, write(Odd("browser.webm", VP9)))
        else:
            ffmpeg("-f", "lavfi", "-i", "sine=440:d=0.5", "-c:a", "aac", str(path))
        return path

    return broken


def write_resized(path: Path, first: Path) -> None:
    """Write a clip as a browser records a screen that changes its size: the second half is as wide, and half as high."""
    second, script = path.with_name("second.webm"), path.with_name("both.txt")
    ffmpeg("-i", str(first), "-vf", "scale=64:18", *VP9, str(second))
    script.write_text(f"file '{first}'\nfile '{second}'\n")
    ffmpeg("-f", "concat", "-safe", "0", "-i", str(script), "-c", "copy", str(path))


def assert_shows(film: Path, odd: Odd) -> None:
    """The film shows these frames of the source, upright, whole, and in limited range."""
    places = [(18, 48), (8, 14), (28, 14)] if odd.turned else [(14, 18), (50, 8), (50, 28)]
    seen = lumas(film, places)
    assert [*odd.shown] == [number_of(luma) for luma, _, _ in seen]
    assert all(abs(white - 235) <= 4 and abs(black - 16) <= 4 for _, white, black in seen), seen[0]


@pytest.mark.parametrize("odd", GOOD, ids=lambda odd: odd.name)
def test_odd_footage_is_shown_rightly(stage: Stage, write: Callable[[Odd], Path], odd: Odd) -> None:
    """Frame for frame by its own clock, upright, in its own shape, with its blacks and whites where they belong."""
    shutil.copy(write(odd), stage.root / odd.name)
    size = "36x64" if odd.turned else "64x36"
    stage.write(
        "film.yaml", f"version: 1\noutput: {{size: {size}}}\nshots:\n  - {{id: own, clip: {odd.name}}}\n"
    )
    done = stage.built()
    assert len(odd.shown) == done.json["sequence"]["frames"]
    assert_shows(stage.film(), odd)


DEEP = [
    Odd("ten.mp4", (*X265, "-pix_fmt", "yuv420p10le")),
    Odd("ten-full.mp4", (*X265, "-vf", DEEP_FULL, "-color_range", "pc")),
    Odd("camera.mov", ("-c:v", "prores_ks", "-profile:v", "3", "-pix_fmt", "yuv422p10le")),
    Odd("full.mp4", (*X264[:-1], "yuvj420p", "-vf", FULL, "-color_range", "pc")),
    Odd("turned.mp4", ("-display_rotation", "90", "-c", "copy"), copied_from=X264, turned=True),
    Odd("browser.webm", VP9),
]


@pytest.mark.parametrize("odd", DEEP, ids=lambda odd: odd.name)
@pytest.mark.parametrize(
    ("codec", "pixels"), [("h265", "yuv420p10"), ("h265", "yuv420p"), ("prores", "yuv422p10")]
)
def test_odd_footage_is_shown_rightly_in_other_codecs(
    stage: Stage, write: Callable[[Odd], Path], odd: Odd, codec: str, pixels: str
) -> None:
    """Ten bits or eight, full range or limited: blacks and whites stay where they belong."""
    shutil.copy(write(odd), stage.root / odd.name)
    size = "36x64" if odd.turned else "64x36"
    stage.write(
        "film.yaml",
        f"version: 1\noutput: {{size: {size}, codec: {codec}, pixel_format: {pixels}, quality: master}}\n"
        f"shots:\n  - {{id: own, clip: {odd.name}}}\n",
    )
    stage.built()
    film = stage.film("film.mov" if codec == "prores" else "film.mp4")
    plain = film.with_name("plain.mkv")
    ffmpeg("-i", str(film), "-c:v", "ffv1", "-pix_fmt", "yuv420p", str(plain))
    assert_shows(plain, odd)


@pytest.mark.parametrize(
    ("image", "number"),
    [("{frame_of: own, at: 0.25}", 6), ("{frame_of: own, at: 1}", 18), ("{last_frame_of: own}", 20)],
)
def test_a_shot_starts_from_the_frame_that_a_variable_rate_shows_at_that_time(
    stage: Stage, write: Callable[[Odd], Path], image: str, number: int
) -> None:
    """Whatever the average rate would make of the time; `use` ends at 1.25 s, where frame 21 begins."""
    phone = next(odd for odd in GOOD if odd.name == "phone.mp4")
    shutil.copy(write(phone), stage.root / "own.mp4")
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36}\nsequence: [on]\nshots:\n  - {id: own, clip: own.mp4, use: 1.25}\n"
        f"  - {{id: on, image: {image}, camera: static, duration: 0.25}}\n",
    )
    stage.built()
    assert [number] * 6 == numbers(stage.film())


PQ = "setparams=range=tv:colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084"
HDR = ("-vf", PQ, "-pix_fmt", "yuv420p10le")


def test_high_dynamic_range_is_copied_or_refused(stage: Stage, write: Callable[[Odd], Path]) -> None:
    """Whole, in a film of its own kind, it stays what it is; to be encoded, it is one error at its place, before anything is made."""
    clip = shutil.copy(write(Odd("hdr.mp4", (*X265, *HDR))), stage.root / "hdr.mp4")
    stage.write(
        "film.yaml",
        "version: 1\noutput: {codec: h265, pixel_format: yuv420p10}\nshots:\n  - {id: own, clip: hdr.mp4}\n",
    )
    stage.built()
    assert [one for _, one in packets_in(Path(clip)) if one] == [
        one for _, one in packets_in(stage.film()) if one
    ]
    stage.footage("sdr.mp4")
    for old, new in (
        ("clip: hdr.mp4", "clip: hdr.mp4, use: 0.5"),
        ("clip: hdr.mp4, use: 0.5", "clip: hdr.mp4, speed: 2"),
        ("clip: hdr.mp4, speed: 2", "clip: hdr.mp4, titles: [{text: x}]"),
        (", titles: [{text: x}]}", "}\n  - {id: pad, prompt: steam, enter: {crossfade: 0.25}}"),
        ("id: pad, prompt: steam, enter: {crossfade: 0.25}", "id: pad, clip: sdr.mp4"),
    ):
        stage.edit(old, new)
        done = stage.build()
        told = [(one["code"], one["line"], one["column"]) for one in done.json["errors"]]
        assert (new, 2, [("M806", 4, 21)], []) == (new, done.code, told, done.json.get("shots", []))


@pytest.mark.parametrize("name", BAD)
def test_footage_that_is_none_is_one_error(stage: Stage, broken: Callable[[str], Path], name: str) -> None:
    """Exit 2 at its place in the storyboard, before anything is made."""
    code, words = BAD[name]
    shutil.copy(broken(name), stage.root / name)
    stage.write(
        "film.yaml", f"version: 1\nshots:\n  - {{id: own, clip: {name}}}\n  - {{id: pad, prompt: steam}}\n"
    )
    done = stage.build()
    assert (2, [code]) == (done.code, done.codes)
    [error] = done.json["errors"]
    assert (3, True, True) == (error["line"], words in error["message"], bool(error["hint"]))
    assert not (stage.root / "build").exists()


ANNEX_B = ("-bsf:v", "h264_mp4toannexb,dump_extra")
"""Parameter sets before every keyframe, where they may say something else from there on."""


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [("unknown", "bt709", []), ("bt709", "smpte170m", ["M896"]), ("bt709", "bt709", [])],
)
def test_colours_that_a_clip_tells_late_are_no_fault_and_others_are(
    stage: Stage, tmp_path: Path, first: str, second: str, told: list[str]
) -> None:
    """Two halves in one file: all frames are shown where they agree as far as they say, and one error is told where they do not."""
    for number, matrix in enumerate((first, second)):
        half = ("-vf", f"trim=start_frame={12 * number}:end_frame={12 * number + 12},setpts=N/24/TB")
        options = (*X264, "-bf", "0", "-x264-params", f"colormatrix={matrix.replace('unknown', 'undef')}")
        write_numbered(tmp_path / f"{number}.mkv", options=(*options, *half, "-frames:v", "12"))
    (tmp_path / "both.txt").write_text("file 0.mkv\nfile 1.mkv\n")
    both = ("-i", str(tmp_path / "both.txt"), "-c", "copy", *ANNEX_B)
    ffmpeg("-f", "concat", *both, str(stage.root / "own.mp4"))
    stage.write(
        "film.yaml", "version: 1\noutput: {size: 64x36}\nshots:\n  - {id: own, clip: own.mp4, speed: 0.5}\n"
    )
    done = stage.build()
    assert told == done.codes if told else done.code == 0
    if not told:
        assert [number for number in ALL for _ in range(2)] == numbers(stage.film())


SPEC = """\
version: 1
output: {size: 64x36, fps: 24}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", use: 1}
shots:
  - {id: pad, prompt: steam, image: a.png}
"""


@pytest.fixture
def buyer(customer: Stage) -> Stage:
    customer.write("film.yaml", SPEC)
    return customer


RETURNED = ["fragments.mp4", "browser.webm", "edited.mov", "phone.mp4", "blink.mp4", "ten.mp4", "full.mp4"]


@pytest.mark.parametrize("odd", [odd for odd in GOOD if odd.name in RETURNED], ids=lambda odd: odd.name)
def test_an_odd_clip_from_a_vendor_is_shown_rightly(
    buyer: Stage, vendor: Simulator, write: Callable[[Odd], Path], odd: Odd
) -> None:
    """It is cut to the slot's second, and its last frame is held where it is too short."""
    vendor.change(clip_file=str(write(odd)))
    assert 0 == buyer.build("--yes").code
    held = (*odd.shown, *(odd.shown[-1:] * FRAMES))[:FRAMES]
    assert_shows(buyer.film(), odd._replace(shown=held))


@pytest.mark.parametrize(
    ("name", "code"), [("zero.mp4", "P713"), ("corrupt.mp4", "P713"), ("sound.mp4", "P713")]
)
def test_a_clip_from_a_vendor_that_is_none_fails_its_shot(
    buyer: Stage, vendor: Simulator, broken: Callable[[str], Path], name: str, code: str
) -> None:
    """Exit 1, the reason and the job are told, no film is made, and nothing is bought again for it."""
    vendor.change(clip_file=str(broken(name)))
    first = buyer.build("--yes")
    assert (1, [code], {"pad": "failed"}) == (first.code, first.codes, first.outcomes)
    assert first.json["shots"][0]["job"]
    assert not buyer.film().exists()
    assert (1, 1) == (buyer.build("--yes").code, len(vendor.received("submit")))


TOO_LATE = {
    "zero.mp4": ("", "M802", 21),
    "sound.mp4": ("", "M803", 21),
    "corrupt.mp4": ("", "M802", 21),
    "hdr.mp4": ("", "M806", 21),
    "blink.mp4": (", use: 0.01", "S226", 10),
    "plain.mp4": (", use: {in: 7, out: 8}", "S219", 40),
    "cut.mp4": (", use: 0.5, enter: {crossfade: 0.75}", "S273", 59),
}


def refusals(stage: Stage) -> list[tuple[str, int, int]]:
    """The errors that three commands tell alike, by code and place."""
    told = []
    for command in (["validate"], ["plan"], ["build", "--yes"]):
        done = stage.run(*command, "--json")
        found = done.json.get("errors") or done.json["diagnostics"]
        errors = [one for one in found if one.get("severity", "error") == "error"]
        assert 2 == done.code, done.stdout
        told.append([(one["code"], one["line"], one["column"]) for one in errors])
    assert told[0] == told[1] == told[2]
    return told[0]


@pytest.mark.parametrize("name", TOO_LATE)
def test_what_no_film_can_show_is_told_before_anything_is_bought(
    buyer: Stage,
    vendor: Simulator,
    write: Callable[[Odd], Path],
    broken: Callable[[str], Path],
    name: str,
) -> None:
    """Own footage, its part, its transition: one error at its place in all three commands, and not one request."""
    asked, code, column = TOO_LATE[name]
    good = write(Odd("hdr.mp4", (*X265, *HDR)) if name == "hdr.mp4" else Odd("plain.mp4", X264))
    shutil.copy(broken(name) if name in BAD else good, buyer.root / "own.mp4")
    buyer.edit("image: a.png}", f"image: a.png}}\n  - {{id: own, clip: own.mp4{asked}}}")
    assert [(code, 6, column)] == refusals(buyer)
    assert [] == vendor.received("submit")


def test_a_shot_that_starts_from_high_range_is_refused_before_anything_is_bought(
    buyer: Stage, vendor: Simulator, write: Callable[[Odd], Path]
) -> None:
    """A frame of it could not be made; the error stands where the frame is asked for."""
    shutil.copy(write(Odd("hdr.mp4", (*X265, *HDR))), buyer.root / "own.mp4")
    buyer.edit("shots:\n", "sequence: [pad, next]\nshots:\n  - {id: own, clip: own.mp4}\n")
    buyer.edit("image: a.png}", "image: a.png}\n  - {id: next, prompt: on, image: {last_frame_of: own}}")
    [(code, line, _)] = refusals(buyer)
    assert ("M806", 8) == (code, line)
    assert [] == vendor.received("submit")


def test_too_much_backwards_is_told_before_anything_is_bought(buyer: Stage, vendor: Simulator) -> None:
    """What memory cannot hold is known from the storyboard; it stands where `reverse` is written, in the shot or in the cut."""
    buyer.footage("own.mp4", duration_s=1)
    buyer.edit("size: 64x36, fps: 24", "size: 8192x8192, fps: 240")
    buyer.edit("shots:\n", "shots:\n  - {id: own, clip: own.mp4, reverse: true}\n")
    for line, column in ((5, 39), (7, 19)):
        assert [("M875", line, column)] == refusals(buyer)
        if line == 5:
            buyer.edit(", reverse: true", "")
            text = (buyer.root / "film.yaml").read_text("utf-8")
            buyer.write("film.yaml", text + "sequence: [{shot: own, reverse: true}, pad]\n")
    assert [] == vendor.received("submit")


LONG = "word " * 199
TEXTS = {
    "caption": (f"caption: {LONG}", "subtitles: {burn: true, size: 20}, "),
    "dialogue": (f"dialogue: [{{line: {LONG}, until: 1}}]", "subtitles: {burn: true, size: 20}, "),
    "title": (f"titles: [{{text: {LONG}, size: 20}}]", ""),
    "card": (f"titles: [{{text: {LONG}, at: before, size: 20}}]", ""),
    "together": ("titles: [{text: one two, size: 50, for: 0.5}, {text: three, size: 50, from: 0.25}]", ""),
}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("size", ["size: 64x36, ", ""])
def test_a_text_too_long_for_the_picture_is_told_before_anything_is_bought(
    buyer: Stage, vendor: Simulator, kind: str, size: str
) -> None:
    """In a film of a size of its own, and in one as large as the clip that is still to be bought."""
    words, burn = TEXTS[kind]
    buyer.edit("size: 64x36, ", size + burn)
    buyer.edit("image: a.png}", f"image: a.png, {words}}}")
    [(code, line, _)] = refusals(buyer)
    assert ("M871", 5) == (code, line)
    assert [] == vendor.received("submit")


def test_an_edit_that_makes_a_text_too_long_is_told_like_the_whole(buyer: Stage, vendor: Simulator) -> None:
    """A storyboard that was compiled before is compiled by its edited shots alone, which must tell the same."""
    buyer.edit(
        "image: a.png}", "image: a.png, titles: [{text: short}]}\n  - {id: sky, prompt: stars, image: a.png}"
    )
    assert 0 == buyer.plan().code
    buyer.edit("text: short", f"text: {LONG}")
    assert [("M871", 5)] == [(one["code"], one["line"]) for one in buyer.plan().json["errors"]]
    assert [] == vendor.received("submit")
