"""Footage of two fields a frame: what the film shows has whole pictures, one for each frame, whatever becomes of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from tests.simulator.simulator import Simulator

from .numbered import ffmpeg, lumas
from .stage import Stage, real_ffmpeg

MOVING = "color=s=64x36:r=48,format=yuv420p,geq=lum='if(lt(mod(X+64-4*N,64),16),235,16)':cb=128:cr=128"
"""A column of 16 pixels that moves by four to the right from field to field; 24 frames of two fields a second."""
WOVEN = f"{MOVING},tinterlace=interleave_top,setfield=tff"
ROWS = (5, 6, 17, 18, 29, 30)
"""Lines of either field."""
FIELDS = {
    "h264.mp4": ("-c:v", "libx264", "-qp", "4", "-flags", "+ildct+ilme"),
    "prores.mov": ("-c:v", "prores_ks", "-flags", "+ildct", "-pix_fmt", "yuv422p10le"),
    "mpeg2.mkv": ("-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-q:v", "2"),
}


def write_woven(path: Path, options: Sequence[str]) -> Path:
    ffmpeg("-f", "lavfi", "-i", WOVEN, "-frames:v", "24", *options, str(path))
    return path


def bright(film: Path) -> list[list[tuple[int, bool]]]:
    """For each frame of a film, where the column begins on each of some lines, and whether it is 14 to 18 pixels wide there."""
    found = lumas(film, [(x, y) for y in ROWS for x in range(64)])
    return [
        [_column(frame[number * 64 : number * 64 + 64]) for number in range(len(ROWS))] for frame in found
    ]


def _column(line: Sequence[int]) -> tuple[int, bool]:
    on = [luma > 120 for luma in line]
    begins = next(x for x in range(64) if on[x] and not on[x - 1])
    return begins, sum(on) in range(14, 19)


def assert_whole(frames: Sequence[list[tuple[int, bool]]], wanted: Sequence[int]) -> None:
    """Each frame is that of the first field of a frame of the clip, and all lines say so."""
    assert len(wanted) == len(frames)
    off = [
        (place, number, lines)
        for place, (number, lines) in enumerate(zip(wanted, frames, strict=True))
        if any((begins - 8 * number + 1) % 64 > 2 or not is_wide for begins, is_wide in lines)
    ]
    assert [] == off


@pytest.mark.parametrize(("name", "options"), FIELDS.items())
def test_a_film_shows_interlaced_footage_in_whole_pictures(
    stage: Stage, name: str, options: tuple[str, ...]
) -> None:
    """One frame a frame, each of one moment; used whole and at the film's rate it is encoded all the same, and `plan` says why."""
    write_woven(stage.root / name, options)
    stage.write("film.yaml", f"version: 1\noutput: {{size: 64x36}}\nshots:\n  - {{id: own, clip: {name}}}\n")
    assert "it is interlaced\n" in stage.run("plan", "-v").stdout
    stage.built()
    assert_whole(bright(stage.film()), range(24))


def test_cut_moved_and_faded_interlaced_footage_is_whole(stage: Stage) -> None:
    """From its middle, backwards, half as fast, and beside a transition."""
    write_woven(stage.root / "own.mp4", FIELDS["h264.mp4"])
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36}\nshots:\n  - {id: own, clip: own.mp4}\n  - {id: end, clip: end.png}\n"
        "sequence:\n  - {shot: own, use: {in: 6f, out: 12f}}\n  - {shot: own, use: {in: 0, out: 6f}, reverse: true}\n"
        "  - {shot: own, use: {in: 12f, out: 18f}, speed: 0.5}\n  - {shot: own, use: {in: 2f, out: 12f}}\n"
        "  - {shot: end, use: 6f, enter: {crossfade: 4f}}\n",
    )
    stage.still("end.png", colour="black")
    stage.built()
    wanted = [*range(6, 12), *reversed(range(6)), *(n // 2 for n in range(24, 36)), *range(2, 8)]
    assert_whole(bright_until(stage.film(), len(wanted)), wanted)


def bright_until(film: Path, count: int) -> list[list[tuple[int, bool]]]:
    """As `bright`, of the first frames alone; what comes then is black."""
    plain = film.with_name("begin.mkv")
    ffmpeg("-i", str(film), "-an", "-frames:v", str(count), "-c:v", "ffv1", "-pix_fmt", "yuv420p", str(plain))
    return bright(plain)


def test_a_shot_starts_from_a_whole_picture_of_interlaced_footage(stage: Stage) -> None:
    """The frame that it starts from has no lines of another moment."""
    write_woven(stage.root / "own.mp4", FIELDS["h264.mp4"])
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36}\nshots:\n  - {id: own, clip: own.mp4}\n"
        "  - {id: on, image: {frame_of: own, at: 9f}, camera: static, duration: 0.25}\n",
    )
    stage.built()
    [frame] = [path for path in stage.store.rglob("cas/*/*") if path.read_bytes()[:4] == b"\x89PNG"]
    with Image.open(frame) as picture:
        lumas_of_all = picture.convert("L").tobytes()
    assert_whole([[_column(lumas_of_all[y * 64 : y * 64 + 64]) for y in ROWS]], [9])


def test_an_ffmpeg_that_cannot_make_it_whole_is_told_before_anything_is_bought(
    stage: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """Exit 4, one error, no request."""
    write_woven(stage.root / "own.mp4", FIELDS["h264.mp4"])
    script, real = tmp_path / "less-ffmpeg", real_ffmpeg()
    script.write_text(
        f'#!/bin/sh\ncase " $* " in\n  *" -filters "*) "{real}" "$@" | grep -v " bwdif " ;;\n'
        f'  *) exec "{real}" "$@" ;;\nesac\n'
    )
    script.chmod(0o755)
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36}\nshots:\n  - {id: own, clip: own.mp4}\n"
        "  - {id: pad, provider: aimlapi, model: gen3a_turbo, prompt: steam, duration: 5, ratio: '16:9', image: a.png}\n",
    )
    stage.still("a.png")
    buyer = stage.using(**vendor.environ, RENDERER_FFMPEG=str(script))
    planned, refused = buyer.plan(), buyer.build("--yes")
    assert (4, ["M897"]) == (planned.code, planned.codes)
    assert (4, ["M897"], []) == (refused.code, refused.codes, vendor.received("submit"))
