"""Texts of a slot that is rendered in parts: each stands where it stands in the whole slot, in every frame."""

import pytest

from .numbered import ffmpeg, lumas
from .stage import Stage

SPEC = """\
version: 1
output: {{size: 320x180, subtitles: {{burn: true}}}}
shots:
  - {{id: pad, clip: dark.mp4, use: 1}}
  - id: sky
    clip: dark.mp4{enter}
    titles:
      - {{text: One, for: 0.8}}
      - {{text: Two two, from: 0.2, for: 3}}
      - {{text: Three, from: 2.5, for: 2}}
      - {{text: Below, place: bottom, from: 1, for: 3}}
    caption: and what is said
  - {{id: end, clip: dark.mp4, use: 1{enter_end}}}
"""
WHITE = 120


def rows(stage: Stage, **enters: str) -> list[set[int]]:
    """The lines of each frame of the slot `sky` that have white in them."""
    stage.write("film.yaml", SPEC.format(**enters))
    shots = stage.built().json["sequence"]["frames"]
    found = lumas(stage.film(), [(x, y) for y in range(180) for x in range(40, 280, 2)])
    assert shots == len(found)
    lit = [{place // 120 for place, luma in enumerate(frame) if luma > WHITE} for frame in found]
    begins = 24 - 12 * bool(enters["enter"])
    return lit[begins : begins + 120]


def middle(lit: set[int]) -> list[tuple[int, int]]:
    """The blocks of lines that belong together, each by its first and last one, above those at the lower edge."""
    lines = sorted(line for line in lit if line < 120)
    edges = [line for line in lines if line - 1 not in lit], [line for line in lines if line + 1 not in lit]
    return list(zip(*edges, strict=True))


@pytest.mark.parametrize("enter_end", ["", ", enter: {crossfade: 0.5}"])
def test_texts_stay_where_they_are_beside_transitions(stage: Stage, enter_end: str) -> None:
    """What comes and goes in another part of the slot moves none that stays, in the middle or below."""
    ffmpeg(
        "-f", "lavfi", "-i", "color=black:s=320x180:r=24", "-frames:v", "120", str(stage.root / "dark.mp4")
    )
    whole = rows(stage, enter="", enter_end="")
    crossed = rows(stage, enter="\n    enter: {crossfade: 0.5}", enter_end=enter_end)
    for number, (one, other) in enumerate(zip(whole[12:108], crossed[12:108], strict=True), 12):
        ends = [(one_end, other_end) for one_end, other_end in zip(middle(one), middle(other), strict=True)]
        off = [ends for ends in ends if max(abs(a - b) for a, b in zip(*ends, strict=True)) > 1]
        assert (number, []) == (number, off)
        assert (number, True) == (number, len(one ^ other) <= 4)
