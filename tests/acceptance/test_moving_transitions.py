"""Motion and transitions together: every frame of the film is the right one, whatever its slots do, and so is its length."""

from fractions import Fraction
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .numbered import FRAMES, lumas, write_numbered
from .stage import Stage

HEAD = "version: 1\noutput: {size: 64x36, fps: 24}\nshots:\n  - {id: own, clip: own.mp4}\n"
LEFT = (14, 18)
NEAR = 4
"""Half of what one frame is brighter than the one before it."""


class Entry(NamedTuple):
    """An entry of the cut: which frames of the clip, how they move, how many the transition into it has."""

    first: int
    end: int
    speed: Fraction
    reverse: bool
    hold: int
    overlap: int

    @property
    def text(self) -> str:
        use = f"use: {{in: {self.first}f, out: {self.end}f}}"
        motion = f"speed: {float(self.speed)}, reverse: {str(self.reverse).lower()}, hold: {self.hold}f"
        enter = f", enter: {{crossfade: {self.overlap}f}}" if self.overlap else ""
        return f"  - {{shot: own, {use}, {motion}{enter}}}\n"

    @property
    def shown(self) -> list[int]:
        """How bright each frame of the slot is, by its number."""
        numbers = range(self.first, self.end)
        moving = [numbers[n * self.speed.numerator // self.speed.denominator] for n in range(self.moving)]
        moving = moving[::-1] if self.reverse else moving
        return [40 + 8 * number for number in [*moving, *moving[-1:] * self.hold]]

    @property
    def moving(self) -> int:
        return int((self.end - self.first) / self.speed)


@st.composite
def cuts(draw: st.DrawFn) -> list[Entry]:
    """Two to five slots whose lengths are whole frames; no two transitions of a slot overlap."""
    entries: list[Entry] = []
    for number in range(draw(st.integers(2, 5))):
        first = 2 * draw(st.integers(0, 8))
        end = draw(st.integers(first // 2 + 2, FRAMES // 2)) * 2
        speed = draw(st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(2)]))
        entry = Entry(first, end, speed, draw(st.booleans()), draw(st.integers(0, 3)), 0)
        room = len(entries[-1].shown) - entries[-1].overlap if number else 0
        overlap = draw(st.integers(0, min(room, len(entry.shown), 8)))
        entries.append(entry._replace(overlap=overlap))
    return entries


def expected(entries: list[Entry]) -> list[float]:
    """A film by arithmetic: frame n of an overlap of m shows the share n/m of what comes."""
    film: list[float] = []
    for entry in entries:
        shown, count = entry.shown, entry.overlap
        film, going = film[: len(film) - count], film[len(film) - count :]
        film += [
            (one * (count - n) + other * n) / count
            for n, (one, other) in enumerate(zip(going, shown, strict=False))
        ]
        film += shown[count:]
    return film


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=cuts())
def test_every_frame_of_slots_that_move_and_cross_over_is_the_right_one(
    stage: Stage, entries: list[Entry]
) -> None:
    """Faster, slower, backwards and held, each going over into the next one: to the frame, in number and in picture."""
    if not (stage.root / "own.mp4").exists():
        write_numbered(stage.root / "own.mp4", sound_s=1)
    stage.write("film.yaml", f"{HEAD}sequence:\n{''.join(entry.text for entry in entries)}")
    wanted = expected(entries)
    assert len(wanted) == stage.built().json["sequence"]["frames"]
    found = [luma for [luma] in lumas(stage.film(), [LEFT])]
    assert len(wanted) == len(found)
    off = [
        (frame, one, other)
        for frame, (one, other) in enumerate(zip(wanted, found, strict=True))
        if abs(one - other) >= NEAR
    ]
    assert [] == off
