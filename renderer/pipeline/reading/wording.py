"""What is to be told of a film's words once it is known how long they show: lines and titles that are never shown, captions that nobody can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from renderer.diagnostic import Diagnostic, Place
from renderer.model import base_of, frames_until
from renderer.plan.assemble import unsaid_lines
from renderer.plan.cues import hurried_s
from renderer.plan.film import OutputRow
from renderer.plan.rows import ShotRow
from renderer.storyboard import Shot, Storyboard, Title


def check_words(
    storyboard: Storyboard, shots: Sequence[ShotRow], films: Sequence[OutputRow]
) -> Iterator[Diagnostic]:
    """Tell of each line of dialogue that an output which shows its shot leaves out, of titles that none shows (S282), and of captions that show too shortly (S289)."""
    words = [own for shot in shots for own in (shot.words, *(framing.words for framing in shot.framings))]
    late = any(own and any(Fraction(title.from_s) for title in own.titles) for own in words)
    if not (late or any(own and (own.dialogue or own.caption) for own in words)):
        return
    known = {shot.id: shot for shot in storyboard.shots}
    for output, row in zip(storyboard.outputs, films, strict=True):
        for name, number in unsaid_lines(output, row, shots):
            said = known[name].within(output.name).words.dialogue[number]
            message = f"the film never shows `{name}` at {float(said.at_s):g} s, so this line is left out"
            hint = "move it, or show that part of the clip"
            yield Diagnostic("S282", message, said.place, "warning", hint=hint)
    yield from _unseen(films, known)
    yield from _hurried(films, known)


def _unseen(rows: Sequence[OutputRow], known: dict[str, Shot]) -> Iterator[Diagnostic]:
    """A warning for each title over a picture that is over, in all films, before the title appears."""
    seen: dict[tuple[str, Title], bool] = {}
    for row in rows:
        first = {slot.shot: slot.frames for slot in reversed(row.slots) if slot.shows_clip}
        for name, frames in first.items():
            for title in known[name].within(row.name).words.titles:
                if title.at == "over":
                    appears = frames_until(title.from_s, Fraction(row.fps)) < frames
                    seen[name, title] = seen.get((name, title), False) or appears
    for name, title in (key for key, appears in seen.items() if not appears):
        message = f"`{base_of(name)}` is over before {float(title.from_s):g} s, so this title is left out"
        yield Diagnostic(
            "S282", message, title.place, "warning", hint="let it appear earlier, or the shot last longer"
        )


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
