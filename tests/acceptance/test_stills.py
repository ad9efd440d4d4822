"""Stills that stand in the film by themselves: how long, how they look, what they go over into, and what is wrong with one."""

import csv
import json
import os
from pathlib import Path

import av
import pytest
from PIL import Image

from .looking import frames_of, manifests
from .stage import Stage

HEAD = "version: 1\noutput: {size: 64x36, fps: 24}\nshots:\n"
RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (30, 40, 180)
Point = tuple[int, int]
NEAR = 8
"""How far a colour may be off after H.264 at 4:2:0."""


def shades(film: Path, *points: Point) -> list[list[tuple[int, ...]]]:
    """The colours at these points of every frame."""
    return [[tuple(picture.getpixel(point)) for point in points] for picture in frames_of(film)]  # type: ignore[arg-type]


def is_near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= NEAR for one, other in zip(found, wanted, strict=True))


def halves(path: Path, left: Point | tuple[int, ...], right: tuple[int, ...]) -> None:
    """A picture of two colours, 64 wide and 36 high."""
    picture = Image.new("RGB", (64, 36), left)
    picture.paste(right, (32, 0, 64, 36))
    picture.save(path, quality=95)


def frames(stage: Stage) -> int:
    found: int = stage.built().json["sequence"]["frames"]
    return found


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ("", 120),
        (", duration: 2", 48),
        (", duration: 12f", 12),
        (", use: 1.5", 36),
        (", use: 20", 480),
        (", use: {in: 1, out: 2}", 24),
        (", duration: 2, use: {in: 0.5}", 36),
        (", duration: 1, hold: 0.5", 36),
        (", duration: 1, speed: 1, reverse: false", 24),
    ],
)
def test_a_still_stays_as_long_as_it_says(stage: Stage, fields: str, shown: int) -> None:
    """By `duration`, by `use`, else five seconds; a hold comes on top. It is never short of frames."""
    stage.still("plate.png")
    stage.write("film.yaml", f"{HEAD}  - {{id: plate, clip: plate.png{fields}}}\n")
    run = stage.run("build", "--json", "film.yaml")
    assert (0, "") == (run.code, run.stderr)
    assert shown == run.json["sequence"]["frames"]


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_every_frame_of_a_still_is_the_still(stage: Stage, ending: str) -> None:
    """In its own colours, from the first frame to the last, whatever it was saved as and whatever its name says."""
    halves(stage.root / f"plate.{ending}", RED, BLUE)
    (stage.root / f"plate.{ending}").rename(stage.root / "plate.bin")
    stage.write("film.yaml", f"{HEAD}  - {{id: plate, clip: plate.bin, duration: 2}}\n")
    stage.built()
    found = shades(stage.film(), (10, 18), (54, 18))
    assert 48 == len(found)
    assert all(is_near(left, RED) and is_near(right, BLUE) for left, right in found)


def test_a_photograph_stands_upright_and_what_is_transparent_is_black(stage: Stage) -> None:
    """EXIF orientation is obeyed; alpha lies over the output's ground."""
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.new("RGB", (36, 64), RED)
    picture.paste(BLUE, (0, 0, 36, 32))
    picture.save(stage.root / "side.jpg", exif=exif, quality=95)
    Image.new("RGBA", (64, 36), (255, 255, 255, 0)).save(stage.root / "clear.png")
    shots = "  - {id: side, clip: side.jpg, duration: 1f}\n  - {id: clear, clip: clear.png, duration: 1f}\n"
    stage.write("film.yaml", HEAD + shots)
    stage.built()
    side, clear = shades(stage.film(), (10, 18), (54, 18))
    assert is_near(side[0], RED)
    assert is_near(side[1], BLUE)
    assert is_near(clear[0], (0, 0, 0))


def test_a_still_fits_and_is_reframed_as_any_clip(stage: Stage) -> None:
    """For one film another part of it, for another all of it between bars; nothing is made twice."""
    halves(stage.root / "plate.png", RED, BLUE)
    outputs = "{left: {size: 16x36}, right: {size: 16x36}, whole: {size: 36x36}}"
    settings = "{left: {reframe: left}, right: {reframe: right}, whole: {fit: pad}}"
    shot = f"  - {{id: plate, clip: plate.png, duration: 2f, for: {settings}}}\n"
    stage.write("film.yaml", f"version: 1\noutputs: {outputs}\nshots:\n{shot}")
    stage.built()
    left, right, whole = (
        shades(stage.film(f"film-{name}.mp4"), (8, 18), (8, 2))[0] for name in ("left", "right", "whole")
    )
    assert is_near(left[0], RED)
    assert is_near(right[0], BLUE)
    assert is_near(whole[0], RED)
    assert is_near(whole[1], (0, 0, 0))


def test_a_still_goes_over_into_clips_and_into_stills(stage: Stage) -> None:
    """A transition mixes it as it mixes any picture, titles stand over it, and its cards come before it."""
    for name, colour in (("a", RED), ("b", BLUE)):
        Image.new("RGB", (64, 36), colour).save(stage.root / f"{name}.png")
    stage.footage("own.mp4")
    stage.write(
        "film.yaml",
        f"{HEAD}  - {{id: a, clip: a.png, duration: 1, titles: [{{text: One, at: before, for: 1}}, {{text: Two}}]}}\n"
        "  - {id: b, clip: b.png, duration: 1, enter: {crossfade: 0.5}}\n"
        "  - {id: own, clip: own.mp4, enter: {wipe: 0.5}}\n"
        "  - {id: c, clip: a.png, duration: 1, enter: {dip: 0.5, colour: white}}\n",
    )
    assert 24 * 5 - 36 == frames(stage)
    found = [corner for [corner] in shades(stage.film(), (2, 33))]
    assert is_near(found[30], RED)
    assert not any(is_near(found[42], colour) for colour in (RED, BLUE))
    assert is_near(found[50], BLUE)
    assert is_near(found[-1], RED)


def test_a_shot_starts_from_a_still(stage: Stage) -> None:
    """`last_frame_of` and `frame_of` name its one picture, at whatever time."""
    stage.still("plate.png", colour="green")
    stage.write(
        "film.yaml",
        f"{HEAD}  - {{id: plate, clip: plate.png, duration: 2}}\n"
        "  - {id: on, prompt: on, image: {last_frame_of: plate}, duration: 0.5}\n"
        "  - {id: at, prompt: at, image: {frame_of: plate, at: 1}, duration: 0.5}\n",
    )
    assert ["on", "at"] == stage.built().ran
    first = shades(stage.film(), (32, 18))[50][0]
    assert is_near(first, (0, 128, 0))
    stage.edit("duration: 2}", "duration: 3}")
    assert [] == stage.built().ran


def segments(stage: Stage) -> list[str]:
    """The keys of all segments of stills in the store."""
    return [key for key, manifest in manifests(stage).items() if "still" in manifest]


def test_a_still_costs_one_segment_however_often_it_is_shown(stage: Stage) -> None:
    """Another part of a still is the same picture, so slots of one length share a segment; nothing is ever bought."""
    stage.still("plate.png")
    cut = "sequence: [plate, {shot: plate, use: {in: 1, out: 3}}, {shot: plate, use: 1}]\n"
    stage.write("film.yaml", f"{HEAD}  - {{id: plate, clip: plate.png, duration: 2}}\n{cut}")
    assert [] == stage.built().ran
    assert 2 == len(segments(stage))
    film = stage.film().read_bytes()
    stage.still("plate.png", colour="maroon")
    assert [] == stage.built().ran
    assert 4 == len(segments(stage))
    stage.still("plate.png")
    stage.built()
    assert film == stage.film().read_bytes()
    assert 4 == len(segments(stage))


def test_another_place_and_store_give_the_same_film(stage: Stage, tmp_path: Path) -> None:
    """A film of stills is the same bytes anywhere."""
    halves(stage.root / "plate.png", RED, BLUE)
    stage.write("film.yaml", f"{HEAD}  - {{id: plate, clip: plate.png, duration: 1}}\n")
    stage.built()
    other = stage.copy(tmp_path / "elsewhere", store=tmp_path / "other")
    other.built()
    assert stage.film().read_bytes() == other.film().read_bytes()


@pytest.mark.parametrize(
    ("size", "film"), [((96, 54), "96x54"), ((3840, 2160), "1920x1080"), ((31, 4001), "16x1920")]
)
def test_a_film_of_stills_alone_has_a_size_that_plays(stage: Stage, size: tuple[int, int], film: str) -> None:
    """Without a `size` the first clip's counts; of stills alone the first one's, within 1920 pixels."""
    stage.still("plate.png", size=size)
    stage.write("film.yaml", "version: 1\nshots:\n  - {id: plate, clip: plate.png, duration: 2f}\n")
    stage.built()
    with av.open(stage.film()) as container:
        video = container.streams.video[0]
        assert film == f"{video.width}x{video.height}"
    stage.footage("own.mp4")
    stage.edit("duration: 2f}", "duration: 2f}\n  - {id: own, clip: own.mp4}")
    stage.built()
    with av.open(stage.film()) as container:
        assert 64 == container.streams.video[0].width


def test_what_asks_for_moving_pictures_is_told(stage: Stage) -> None:
    """`speed` and `reverse` change nothing of a still, in the shot or in the cut; `duration` is nothing for a clip."""
    stage.still("plate.png")
    stage.footage("own.mp4")
    stage.write(
        "film.yaml",
        f"{HEAD}  - {{id: plate, clip: plate.png, duration: 2, speed: 2}}\n  - {{id: own, clip: own.mp4}}\n"
        "sequence: [plate, own, {shot: plate, reverse: true}]\n",
    )
    checked = stage.run("validate")
    assert 0 == checked.code
    assert 2 == (checked.stdout + checked.stderr).count("S287")
    assert 24 * 5 == frames(stage)
    stage.edit("clip: own.mp4", "clip: own.mp4, duration: 2")
    assert (2, ["S287", "S286", "S287"]) == (stage.build().code, stage.build().codes)


def test_an_output_shows_another_still_or_a_clip_in_its_place(stage: Stage) -> None:
    """The length that a still has says nothing of a clip that stands for it."""
    stage.still("plate.png", colour="green")
    stage.still("tall.png", colour="maroon")
    stage.footage("own.mp4")
    outputs = "outputs: {wide: {size: 64x36}, tall: {size: 36x64}, own: {size: 64x36}}"
    settings = "{tall: {clip: tall.png}, own: {clip: own.mp4}}"
    shot = f"  - {{id: plate, clip: plate.png, duration: 2, for: {settings}}}\n"
    stage.write("film.yaml", f"version: 1\n{outputs}\nshots:\n{shot}")
    run = stage.built()
    assert [48, 48, 24] == [film["frames"] for film in run.json["sequences"]]
    assert is_near(shades(stage.film("film-tall.mp4"), (18, 30))[47][0], (128, 0, 0))


def test_an_editor_gets_a_still_as_a_clip_of_its_length(stage: Stage) -> None:
    """The file itself lies among the clips; in the lists it is as long as it is shown, and holds nothing."""
    stage.still("plate.png")
    shots = "  - {id: plate, clip: plate.png, duration: 2, hold: 1}\n  - {id: pad, prompt: x, duration: 1}\n"
    stage.write("film.yaml", HEAD + shots)
    stage.built()
    assert 0 == stage.run("handover", "film.yaml", "room").code
    [still] = [path for path in (stage.root / "room" / "clips").iterdir() if path.suffix == ".png"]
    assert (stage.root / "plate.png").read_bytes() == still.read_bytes()
    rows = list(csv.DictReader((stage.root / "room" / "film.csv").read_text("utf-8").splitlines()))
    assert ("72", still.name) == (rows[0]["frames"], rows[0]["file"])
    [picture] = json.loads((stage.root / "room" / "film.otio").read_text())["tracks"]["children"][:1]
    item = picture["children"][0]
    reference = item["media_references"][item["active_media_reference_key"]]
    assert (
        72 == item["source_range"]["duration"]["value"] == reference["available_range"]["duration"]["value"]
    )
    assert [] == item["effects"]


FAULTS = {
    "folder": "S402",
    "pipe": "S402",
    "pointer": "M801",
    "cut": "S408",
    "empty": "M802",
    "gif": "M801",
    "animation": "M895",
    "missing": "S401",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_is_no_still_is_one_clear_error(stage: Stage, fault: str) -> None:
    """Nothing blocks, nothing is decoded for ever, and nothing of it comes into a film."""
    _spoil(stage.root / "plate.png", fault)
    stage.write("film.yaml", f"{HEAD}  - {{id: plate, clip: plate.png, duration: 2}}\n")
    run = stage.run("build", "--json", "film.yaml")
    assert (2, [FAULTS[fault]]) == (run.code, run.codes)
    assert not (stage.root / "build" / "film.mp4").exists()


def _spoil(path: Path, fault: str) -> None:
    """Put what is no still at a path."""
    pictures = [Image.new("RGB", (32, 32), (shade, 0, 0)) for shade in (0, 120, 240)]
    match fault:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "pointer":
            path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 5\n")
        case "cut":
            pictures[2].save(path)
            path.write_bytes(path.read_bytes()[:-30])
        case "empty":
            path.write_bytes(b"")
        case "gif":
            pictures[0].save(path, format="GIF")
        case "animation":
            pictures[0].save(path, format="WEBP", save_all=True, append_images=pictures[1:])
