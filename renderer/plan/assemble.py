"""From the rows of single shots to the rows of a film: who comes when, for how long, and all inputs, each once.

What depends on more than one shot is worked out here and nowhere else, so that it comes out the same whether the
shots were just compiled or are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

from renderer.model import AT, MIDDLE, Json, frames_until, variant_of
from renderer.plan.chain import chains_of
from renderer.plan.enter import Entering, enter_rows, enters_of, frames_of, starts_of
from renderer.plan.film import FitRow, OutputRow, SlotRow
from renderer.plan.framing import framed, framing_of
from renderer.plan.mix import TrackRow
from renderer.plan.motion import Moving, held_alone, motion_rows, on_screen, over
from renderer.plan.rows import FETCHED, Compiled, InputRow, ShotRow
from renderer.plan.score import mix_of
from renderer.plan.slots import slot_span
from renderer.plan.text import (
    Burn,
    CardRow,
    Shown,
    TextRow,
    cards_of,
    screens,
    texts_of,
    unsaid,
    with_cards,
)
from renderer.plan.turns import Subtitle, by_picture, cues_by_slot, subtitles_of
from renderer.storyboard import Motion, Output, Slot, Storyboard, Use

Entry = tuple[int | None, Shown]
SUBTITLES = ("srt", "vtt")
MIDDLE_TEXT = (str(MIDDLE.x), str(MIDDLE.y))


def assemble(
    storyboard: Storyboard,
    shots: Sequence[ShotRow],
    *,
    included: Sequence[tuple[str, str, int]] = (),
    tracks: Sequence[tuple[TrackRow, InputRow]] = (),
    warnings: Iterable[Mapping[str, Json]] = (),
) -> Compiled:
    """The compiled storyboard of these shots, in order of the file; of `storyboard` come title, outputs, cut, tracks and budget.

    `included` are the files that it includes, as inputs; `tracks` the files of its tracks, as rows and as inputs. Its shots are not looked at: it may be that of an excerpt. Slots of shots without a row are left out.
    """
    inputs = dict.fromkeys(row for shot in shots for row in shot.inputs)
    inputs |= dict.fromkeys(row for _, row in tracks)
    files = tuple(row for row, _ in tracks)
    return Compiled(
        title=storyboard.title,
        takes=tuple(row for shot in shots for row in shot.takes),
        footage=tuple(shot.footage for shot in shots if shot.footage),
        outputs=tuple(_output(output, storyboard, shots, files) for output in storyboard.outputs),
        inputs=(*included, *((row.path, row.sha256, row.size_bytes) for row in inputs if row.path)),
        urls=tuple((_address(row.name), row.sha256, row.size_bytes) for row in inputs if not row.path),
        warnings=tuple(warnings),
        budget=(_text(storyboard.budget.per_run_usd), _text(storyboard.budget.total_usd)),
        tracks=files,
        chains=chains_of(shots),
    )


def _address(name: str) -> str:
    return name.removeprefix(FETCHED) if name.startswith(FETCHED) else ""


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _output(
    output: Output, storyboard: Storyboard, shots: Sequence[ShotRow], tracks: Sequence[TrackRow]
) -> OutputRow:
    shots = framed(shots, output.name)
    written = storyboard.cut_of(output)
    cut = None if written is None else [(slot.shot_id, slot.use) for slot in written]
    size = str(output.size) if output.size else None
    shown = _shown(cut, shots, output=output.name)
    entries, moved = _moved(written, shown, shots)
    enters = enters_of(entries, written, shots)
    slots = tuple(_slots(shown, entries, shots, output=output, moved=moved, enters=enters))
    fits = tuple(_fits(entries, shots, output=output))
    return OutputRow(
        output.name,
        output.file,
        size,
        str(output.fps),
        output.fit,
        fits,
        slots,
        mix_of(output.sound, storyboard.tracks, tracks, shots=shots, slots=slots, fps=output.fps),
        *_text_of(output, [entry for _, entry in entries], slots),
        tuple(motion_rows(moved, [slot.frames for slot in slots], fps=output.fps)),
        tuple(enter_rows(enters, slots, fps=output.fps)),
        output.coding,
        output.background,
    )


def _text_of(
    output: Output, entries: Sequence[Shown], slots: Sequence[SlotRow]
) -> tuple[tuple[CardRow, ...], tuple[TextRow, ...], tuple[Subtitle, ...], tuple[str, ...]]:
    """Cards, drawn texts, subtitles and the endings of their files."""
    if not any(entry.words for entry in entries):
        return (), (), (), ()
    asked = output.subtitles
    where = screens([(slot.first, slot.frames) for slot in slots], starts_of(slots))
    cues = cues_by_slot(entries, where, fps=output.fps)
    burn = Burn(output.name, str(asked.size), asked.colour) if asked.burn else None
    endings = tuple(ending for ending in SUBTITLES if getattr(asked, ending))
    return (
        cards_of(entries),
        texts_of(entries, where, cues=by_picture(cues) if burn else (), fps=output.fps, burn=burn),
        subtitles_of(cues, fps=output.fps),
        endings,
    )


def unsaid_lines(output: Output, row: OutputRow, shots: Sequence[ShotRow]) -> Iterator[tuple[str, int]]:
    """The lines of dialogue that an output never shows: the shot's id, and the line's number among its own."""
    shots = framed(shots, output.name)
    numbers = {shot.shot: number for number, shot in enumerate(shots)}
    cards, moved = {card.slot for card in row.cards}, {motion.slot: motion for motion in row.motions}
    slots = [(number, slot) for number, slot in enumerate(row.slots) if number not in cards]
    entries = [
        Shown(numbers[slot.shot], shots[numbers[slot.shot]].words, None).moved(
            (motion.speed, motion.reverse, "0") if (motion := moved.get(number)) else None
        )
        for number, slot in slots
    ]
    spans = [(slot.first, slot.frames) for _, slot in slots]
    for number, line in unsaid(entries, spans, fps=output.fps):
        yield shots[number].shot, line


def _shown(
    cut: Sequence[tuple[str, Use | None]] | None, shots: Sequence[ShotRow], *, output: str
) -> list[tuple[int, Use | None]]:
    """For each slot the number of the shot that an output shows there, its own variant where there is one."""
    numbers = {shot.shot: number for number, shot in enumerate(shots)}
    bases = [name for name in numbers if AT not in name]
    slots = [(name, None) for name in bases] if cut is None else cut
    if len(bases) == len(shots):
        return [(numbers[name], use) for name, use in slots if name in numbers]
    return [
        (numbers.get(variant_of(name, output), numbers[name]), use) for name, use in slots if name in numbers
    ]


def entries_of(shown: Sequence[tuple[int, Use | None]], shots: Sequence[ShotRow]) -> list[Entry]:
    """The entries of the film, cards among them, each with its place in `shown`."""
    return with_cards([number for number, _ in shown], [shot.words for shot in shots])


def _slots(
    shown: Sequence[tuple[int, Use | None]],
    entries: Sequence[Entry],
    shots: Sequence[ShotRow],
    *,
    output: Output,
    moved: Sequence[Moving | None],
    enters: Mapping[int, Entering],
) -> Iterator[SlotRow]:
    fps = output.fps
    first_take = list(accumulate((len(shot.takes) for shot in shots), initial=0))
    footage = list(accumulate((shot.footage is not None for shot in shots), initial=0))
    spans = [
        _card_span(entry)
        if place is None
        else on_screen(_span(shots[shown[place][0]], shown[place][1], output=output.name), moving)
        for (place, entry), moving in zip(entries, moved, strict=True)
    ]
    frames = frames_of([length_s for _, length_s in spans], enters, fps=fps)
    for (place, entry), (in_s, _), (count, overlap) in zip(entries, spans, frames, strict=True):
        shot, number = shots[entry.shot], entry.shot
        yield SlotRow(
            shot.shot,
            -1 if shot.footage or place is None else first_take[number],
            footage[number] if shot.footage and place is not None else -1,
            frames_until(in_s, fps) if in_s else 0,
            count,
            overlap,
        )


def _card_span(entry: Shown) -> tuple[Fraction, Fraction]:
    assert entry.card, "BUG: a slot without a clip that is no card"
    return Fraction(0), _seconds(entry.card.for_s or "0")


def _moved(
    cut: Sequence[Slot] | None, shown: Sequence[tuple[int, Use | None]], shots: Sequence[ShotRow]
) -> tuple[list[Entry], list[Moving | None]]:
    """The entries of a film, and how the clip of each moves: as the cut says, else as its shot does; what is said moves with it."""
    known = {shot.shot for shot in shots}
    own = [slot.motion for slot in cut or () if slot.shot_id in known]
    motions = own or [Motion()] * len(shown)
    every = [_moving(motion, shots[number]) for motion, (number, _) in zip(motions, shown, strict=True)]
    entries = entries_of(shown, shots)
    moved = [None if place is None else every[place] for place, _ in entries]
    return [
        (place, entry.moved(moving)) for (place, entry), moving in zip(entries, moved, strict=True)
    ], moved


def _moving(own: Motion, shot: ShotRow) -> Moving | None:
    """How a clip moves in a slot that says so much itself; a still can but be held."""
    moving = over(own, shot.moving)
    return held_alone(moving) if moving and shot.footage and shot.footage.is_still else moving


def _span(shot: ShotRow, use: Use | None, *, output: str) -> tuple[Fraction, Fraction]:
    """Which seconds of a shot's clip a slot shows: by its own `use`, the output's, or the shot's."""
    framing = framing_of(shot, output) if shot.framings else None
    written = framing.use if framing and framing.use else shot.use
    if use is None and written is not None:
        in_s, out_s = written
        use = Use(_seconds(in_s), None if out_s is None else _seconds(out_s))
    return slot_span(use, available_s=_seconds(shot.length_s))


def _fits(entries: Sequence[Entry], shots: Sequence[ShotRow], *, output: Output) -> Iterator[FitRow]:
    """How the clips in some slots fit otherwise than the film's own way; where a crop looks counts only where there is one."""
    for slot, (place, entry) in enumerate(entries):
        shot = shots[entry.shot]
        framing = framing_of(shot, output.name) if shot.framings and place is not None else None
        if framing is None:
            continue
        fit = framing.fit or output.fit
        x, y = framing.centre if framing.centre and fit == "crop" else MIDDLE_TEXT
        if (fit, x, y) != (output.fit, *MIDDLE_TEXT):
            yield FitRow(slot, fit, x, y)


@lru_cache(maxsize=4096)
def _seconds(text: str) -> Fraction:
    return Fraction(text)
