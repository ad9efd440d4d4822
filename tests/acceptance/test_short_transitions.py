"""Clips that are shorter than their slots, with transitions between them: their build ends."""

from .numbered import X264, write_numbered
from .stage import Stage


def test_a_build_ends_where_short_clips_go_over_into_each_other(stage: Stage) -> None:
    """What is cut from them goes along with the transition: no part waits for another one for ever, as ffmpeg does with a graph for each."""
    write_numbered(stage.root / "long.mkv", options=[*X264, "-vf", "setpts=2*PTS", "-r", "12"])
    write_numbered(stage.root / "short.mp4", options=[*X264, "-frames:v", "8"])
    stage.write(
        "film.yaml",
        "version: 1\noutput: {file: film.mov, size: 64x36, fps: 24, codec: prores, pixel_format: yuv422p10}\n"
        "shots:\n"
        "  - {id: long, clip: long.mkv, hold: 3f, titles: [{text: x, at: before, for: 14f}], enter: {crossfade: 8f}}\n"
        "  - {id: short, clip: short.mp4, use: 21f, hold: 2f, enter: {xfade: wipetl, for: 6f}}\n",
    )
    assert 14 + 48 + 3 - 6 + 23 == stage.built().json["sequence"]["frames"]
    assert stage.film("film.mov").is_file()
