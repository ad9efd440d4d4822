"""What is to be told of a film's words once it is known how long they show: lines that are never said, captions that nobody can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from renderer.diagnostic import Diagnostic, Place
from renderer.plan.assemble import assemble, unsaid_lines
from renderer.plan.cues import hurried_s
from renderer.plan.rows import OutputRow, ShotRow
from renderer.storyboard import Shot, Storyboard


def check_words(storyboard: Storyboard, shots: Sequence[ShotRow]) -> Iterator[Diagnostic]:
    """Tell of each line of dialogue that an output which shows its shot leaves out (S282), and of captions that show too shortly (S289)."""
    words = [own for shot in shots for own in (shot.words, *(framing.words for framing in shot.framings))]
    if not any(own and (own.dialogue or own.caption) for own in words):
        return
    known = {shot.id: shot for shot in storyboard.shots}
    rows = assemble(storyboard, shots).outputs
    for output, row in zip(storyboard.outputs, rows, strict=True):
        for name, number in unsaid_lines(output, row, shots):
            said = known[name].within(output.name).words.dialogue[number]
            message = f"the film never shows `{name}` at {float(said.at_s):g} s, so this line is left out"
            hint = "move it, or show that part of the clip"
            yield Diagnostic("S282", message, said.place, "warning", hint=hint)
    yield from _hurried(rows, known)


def _hurried(rows: Sequence[OutputRow], known: dict[str, Shot]) -> Iterator[Diagnostic]:
    """A warning for each caption that nobody can read where it shows longest."""
    longest: dict[Place, tuple[Fraction, Shot, str]] = {}
    for row in rows:
        for slot in row.slots:
            shot = known[slot.shot].within(row.name)
            caption, place = shot.words.caption, shot.words.caption_place
            if slot.shows_clip and caption and place:
                shows_s = slot.frames / Fraction(row.fps)
                if place not in longest or longest[place][0] < shows_s:
                    longest[place] = (shows_s, shot, caption)
    for place, (shows_s, shot, caption) in longest.items():
        if shows_s < (least_s := hurried_s(caption)):
            shown = f"the caption of `{shot.id}` shows for {float(shows_s):.3g} s"
            message = f"{shown}, and whoever reads fast needs {float(least_s):.3g} s"
            hint = "shorten it, show the shot for longer, or share the text out among shots"
            yield Diagnostic("S289", message, place, "warning", hint=hint)
