"""What outputs ask of shots: where their settings are written, how each shows a shot otherwise, and what of that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from renderer import spec
from renderer.catalogue.entry import Model, parse_ratio
from renderer.catalogue.resolve import clip_size, resolve
from renderer.diagnostic import Diagnostic, Place
from renderer.ffmpeg.picture import Shape, scaled_size
from renderer.model import MIDDLE, Centre, Size
from renderer.pipeline.reading.tracks import sound_row
from renderer.plan.enter import entering
from renderer.plan.framing import ENTER, MOVING, SOUND, WORDS, FramingRow
from renderer.plan.motion import moving_of
from renderer.plan.text import WordsRow
from renderer.storyboard import Framing, Output, Request, Shot, Storyboard, Use, Words

ROOM_MIN_PX = 4
"""Less than this is rounding, and moves nothing that anyone sees."""


def settings_of(
    document: spec.Document, outputs: Sequence[Output]
) -> dict[str, dict[str, tuple[Place, ...]]]:
    """Where the settings of each output are written that enter a free manifest, by its name."""
    return {output.name: _settings_of(document, output) for output in outputs}


def _settings_of(document: spec.Document, output: Output) -> dict[str, tuple[Place, ...]]:
    if output.place.path == "$":
        return {}
    path = spec.path_of(document, output)
    written = [name for name in ("size", "fps") if document.node((*path, name))]
    places = {f"output.{name}": (document.place((*path, name)),) for name in written}
    return {"output": (output.place,), **places}


class Lettering(Protocol):
    """Finds the fonts of words, for one output or for all (`Letterer.words_of`)."""

    def __call__(self, words: Words, *, output: str | None) -> WordsRow | None: ...


def framing_rows(shot: Shot, lettering: Lettering) -> tuple[FramingRow, ...]:
    """How outputs show a shot otherwise, in their order."""
    return tuple(_framing_row(output, framing, lettering) for output, framing in shot.framings.items())


def _framing_row(output: str, framing: Framing, lettering: Lettering) -> FramingRow:
    centre = framing.centre and (str(framing.centre.x), str(framing.centre.y))
    given = {
        WORDS: framing.words,
        MOVING: framing.motion,
        SOUND: framing.sound,
        ENTER: framing.enter,
    }
    return FramingRow(
        output,
        use_row(framing.use),
        framing.fit,
        centre,
        instead=tuple(name for name, own in given.items() if own is not None),
        words=framing.words and lettering(framing.words, output=output),
        moving=framing.motion and moving_of(framing.motion),
        sound=framing.sound and sound_row(framing.sound),
        enter=entering(framing.enter),
    )


def use_row(use: Use | None) -> tuple[str, str | None] | None:
    """The in and out point of a `use`, as a row has them."""
    return use and (str(use.in_s), None if use.out_s is None else str(use.out_s))


def uses_of(storyboard: Storyboard) -> Iterator[tuple[Shot, Use, tuple[Place, ...]]]:
    """Each `use` with the shot whose clip it is a part of, and where it is written, ≥ 1 place: of shots, of outputs, of the cut."""
    for shot in storyboard.shots:
        if shot.use:
            yield shot, shot.use, shot.origins_of("use")
        for output, framing in shot.framings.items():
            if framing.use:
                yield shot, framing.use, shot.origins_of(f"for.{output}.use")
    cut = {slot: slot.use for slot in storyboard.slots if slot.use}
    if not cut:
        return
    shown: dict[str, list[Shot]] = {}
    for shot in storyboard.shots:
        shown.setdefault(shot.base, []).append(shot)
    for slot, use in cut.items():
        yield from ((shot, use, slot.use_places) for shot in shown.get(slot.shot_id, ()))


def size_of_clip(request: Request, model: Model, output: Output) -> Size | None:
    """The size that a clip will have: of what is drawn, the output's; of what is bought, as far as its ratio tells."""
    if model.lenient:
        return output.size or clip_size(request, model=model)
    ratio = str(resolve(request, model=model).sent.get("ratio", ""))
    return clip_size(request, model=model) if parse_ratio(ratio) else None


def idle_reframes(storyboard: Storyboard, sizes: Mapping[str, Size | None]) -> Iterator[Diagnostic]:
    """A warning, S253, for each `reframe` that can change nothing; `sizes` are those of clips, by shot, as far as they are known.

    One that many shots share is told of where it changes nothing in any of them.
    """
    outputs = {output.name: output for output in storyboard.outputs}
    found: dict[Place, list[tuple[str, Framing, str]]] = {}
    for shot in storyboard.shots:
        for name, framing in shot.framings.items():
            if framing.centre is not None:
                words = _idle(framing, outputs[name], sizes.get(shot.id))
                found.setdefault(shot.origin(f"for.{name}.reframe"), []).append((name, framing, words))
    for place, shown in found.items():
        if all(words for _, _, words in shown):
            name, framing, words = shown[0]
            message = f"`reframe` changes nothing in `{name}`: {words}"
            hint = "delete it" if framing.fit in (None, "crop") else "delete it, or let `fit` be `crop`"
            yield Diagnostic("S253", message, place, "warning", hint=hint)


def _idle(framing: Framing, output: Output, clip: Size | None) -> str:
    """Why a framing's crop cannot look elsewhere; empty where it can, or where that is not known."""
    fit, centre = framing.fit or output.fit, framing.centre
    if centre is None or centre == MIDDLE:
        return ""
    if fit != "crop":
        return f"`fit: {fit}` cuts nothing off"
    if output.size is None or clip is None:
        return ""
    return _without_room(centre, scaled_size(Shape(clip), target=output.size, fit="crop"), output.size)


def _without_room(centre: Centre, scaled: Size, target: Size) -> str:
    wide, high = scaled.width_px - target.width_px, scaled.height_px - target.height_px
    if max(wide, high) < ROOM_MIN_PX:
        return "the clip has the shape of the film"
    if centre.x == MIDDLE.x and high < ROOM_MIN_PX:
        return "the clip is wider than the film, so that it is cut on the left and right alone"
    if centre.y == MIDDLE.y and wide < ROOM_MIN_PX:
        return "the clip is higher than the film, so that it is cut at the top and bottom alone"
    return ""
