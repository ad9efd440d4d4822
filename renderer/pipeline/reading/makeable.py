"""What a film asks for that no ffmpeg could make of any clip: texts too long for the picture, too much of it backwards. Told before anything is bought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from renderer.catalogue.library import CatalogueError, load
from renderer.diagnostic import Diagnostic, Place
from renderer.errors import MediaError
from renderer.lettering.sheet import set_sheet
from renderer.media.conform import film_size
from renderer.media.moving import backwards_frames_max
from renderer.model import MediaFacts, Size, base_of
from renderer.pipeline.film.lettered import clip_slots, find_fonts, manifest_of, with_those_above
from renderer.pipeline.reading.films import told_once
from renderer.pipeline.reading.outputs import size_of_clip
from renderer.plan.film import OutputRow
from renderer.plan.rows import Compiled
from renderer.plan.text import TextRow
from renderer.storyboard import Output, Shot, Storyboard, Words


def check_makeable(storyboard: Storyboard, compiled: Compiled, *, folder: Path) -> list[Diagnostic]:
    """Tell of each text that fits a film's picture in no legible size (M871), and of each slot with too many frames to be played backwards (M875).

    `folder` is the storyboard's. The size of a film that has none of its own is its first clip's, as far as that is known. Only the
    shots of `storyboard` have places, which may be an excerpt's; for texts of others the place is None.
    """
    films = zip(storyboard.outputs, compiled.outputs, strict=True)
    told = (
        (output.name, found)
        for output, row in films
        if _is_measured(row) and (frame := _frame(storyboard, compiled, output, row))
        for found in (*_too_long(storyboard, row, frame, folder), *_backwards(storyboard, output, row, frame))
    )
    return told_once(told, films=[output.name for output in storyboard.outputs])


def is_uncertain(storyboard: Storyboard, compiled: Compiled) -> bool:
    """Whether that cannot be told of an excerpt, since a film is as large as a clip of a shot that the excerpt has not."""
    return any(
        _is_measured(row) and _frame(storyboard, compiled, output, row) is None
        for output, row in zip(storyboard.outputs, compiled.outputs, strict=True)
    )


def _is_measured(row: OutputRow) -> bool:
    """Whether anything in a film depends on how large its picture is."""
    return bool(row.texts) or any(motion.reverse for motion in row.motions)


def _frame(storyboard: Storyboard, compiled: Compiled, output: Output, row: OutputRow) -> Size | None:
    """The size of a film's picture; None where only its first clip will tell."""
    if output.size:
        return output.size
    stills = []
    for slot in clip_slots(row):
        if slot.take >= 0:
            return _expected(storyboard, compiled.takes[slot.take].shot, output)
        facts = MediaFacts.from_json(compiled.footage[slot.footage].facts)
        if not facts.is_still:
            return film_size([facts])
        stills.append(facts)
    return film_size(stills) if stills else None


def _expected(storyboard: Storyboard, name: str, output: Output) -> Size | None:
    shot = next((shot for shot in storyboard.shots if shot.id == name), None)
    if shot is None or shot.request is None:
        return None
    try:
        model = load(shot.request.provider, shot.takes[0].model)
    except CatalogueError:
        return None  # which has been told
    return size_of_clip(shot.request, model, output)


def _too_long(storyboard: Storyboard, row: OutputRow, frame: Size, folder: Path) -> Iterator[Diagnostic]:
    if not row.texts:
        return
    from renderer.media.text import lettering_of  # noqa: PLC0415 - asyncio, only where text is drawn

    shots = {shot.id: shot for shot in storyboard.shots}
    fonts = {sha256: font.path for sha256, font in find_fonts(row, folder).items() if font.path}
    alike = {(text.text, text.size, text.fonts): [text] for text in reversed(row.texts) if text.fonts}
    unfit: set[TextRow] = set()
    for texts in (*reversed(alike.values()), *_beside_others(row.texts)):
        if not unfit.isdisjoint(texts):
            continue
        try:
            set_sheet([lettering_of(manifest_of(text), fonts) for text in texts], frame)
        except MediaError as error:
            unfit.add(text := texts[-1])
            name = row.slots[text.slot].shot
            place = _place_of(text, shots[name].within(row.name).words) if name in shots else None
            notes = tuple(f"{fact}: {value}" for fact, value in error.facts)
            yield Diagnostic(error.code, error.message, place, notes=notes, hint=error.hint)


def _beside_others(texts: Sequence[TextRow]) -> Iterator[list[TextRow]]:
    """Each text that makes room for others in its slot, behind those."""
    slots: dict[int, list[TextRow]] = {}
    for text in texts:
        if text.fonts:
            slots.setdefault(text.slot, []).append(text)
    for group in slots.values():
        for number, text in enumerate(group[1:], 1):
            if len(needed := with_those_above(group[: number + 1], [text])) > 1:
                yield needed


def _place_of(text: TextRow, words: Words) -> Place | None:
    """Where a text is written: a title, a line or the caption of its shot."""
    written = [
        *((title.text, title.place) for title in words.titles if not text.burned),
        *((said.line, said.place) for said in words.dialogue if text.burned),
    ]
    drawn = "".join(text.text.split())
    return next((place for line, place in written if drawn in "".join(line.split())), words.caption_place)


def _backwards(storyboard: Storyboard, output: Output, row: OutputRow, frame: Size) -> Iterator[Diagnostic]:
    most = backwards_frames_max(frame)
    shots = {shot.id: shot for shot in storyboard.shots}
    for motion in row.motions:
        if motion.reverse and motion.moving > most:
            name = row.slots[motion.slot].shot
            message = f"the slot of `{base_of(name)}` is too long to be played backwards"
            notes = (f"it has {motion.moving} frames, and at {frame} at most {most} can be",)
            hint = "show less of it with `use`, or cut it into several slots, the last part first"
            place = _turned(storyboard, output, row, motion.slot) or _turns(shots.get(name), output.name)
            yield Diagnostic("M875", message, place, notes=notes, hint=hint)


def _turned(storyboard: Storyboard, output: Output, row: OutputRow, number: int) -> Place | None:
    """Where the cut itself says that a slot runs backwards, if it does."""
    shown = {base_of(slot.shot) for slot in row.slots}
    cut = [slot for slot in storyboard.cut_of(output) or () if slot.shot_id in shown]
    before = sum(slot.shows_clip for slot in row.slots[:number])
    return cut[before].place if cut and cut[before].motion.reverse else None


def _turns(shot: Shot | None, output: str) -> Place | None:
    """Where a shot says so, of one output or of itself."""
    if shot is None:
        return None
    own = output in shot.framings and shot.framings[output].motion is not None
    return shot.origin(f"for.{output}.reverse" if own else "reverse")
