"""Of what a film was joined when it was last built, kept so that a plan can say why it is joined again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from renderer.coding import Coding
from renderer.model import Json
from renderer.pipeline.film.lettered import with_cards
from renderer.pipeline.reading.compile import last_films
from renderer.pipeline.reasons.heard import CARD, tracks_changed
from renderer.pipeline.run import Run
from renderer.pipeline.showing import clips_of
from renderer.plan.film import OutputRow
from renderer.plan.mix import TrackRow
from renderer.storyboard import MAIN

TOLD_MAX = 3
SILENT: Mapping[str, Json] = {"settings": ["48000", "2"], "tracks": {}, "clips": {}}
"""The sound of a film that is nothing but its clips' own."""
USUAL: Mapping[str, Json] = {**Coding()._asdict(), "background": ""}
"""How a film is written down where nothing is said of it."""


def recipes(run: Run) -> dict[str, Json]:
    """What each film that is there was joined of, by its output's name."""
    there = [
        output for output in run.compiled.outputs if (state := run.films.get(output.name)) and state.result
    ]
    return {output.name: found for output in there if (found := recipe(run, output))}


def recipe(run: Run, output: OutputRow) -> Mapping[str, Json] | None:
    """What a film is joined of: its settings, and for each slot shot, clip and frames; None while a clip is missing."""
    clips = clips_of(run, output)
    if clips is None:
        return None
    return {
        "size": output.size,
        "fps": output.fps,
        "fit": output.fit,
        "ffmpeg": run.workshop.ffmpeg.build,
        "slots": [
            [slot.shot, clip.digest.sha256 if clip else CARD, slot.first, slot.frames]
            for slot, clip in zip(output.slots, with_cards(output, clips), strict=True)
        ],
        **fits_of(output),
        **sound_recipe(output, run.compiled.tracks),
        **words_of(output),
        **enters_of(output),
        **coding_of(output),
    }


def fits_of(output: OutputRow) -> Mapping[str, Json]:
    """The part of a film's recipe that says which slots fit or move in a way of their own; nothing where none does."""
    fits = {"fits": [list(row) for row in output.fits]} if output.fits else {}
    return fits | ({"motions": [list(row) for row in output.motions]} if output.motions else {})


def coding_of(output: OutputRow) -> Mapping[str, Json]:
    """The part of a film's recipe that says how its picture is written down and what is around it; nothing where that is as usual."""
    told = {**output.coding._asdict(), "background": output.background}
    return {name: value for name, value in told.items() if value != USUAL[name]}


def sound_recipe(output: OutputRow, tracks: Sequence[TrackRow]) -> Mapping[str, Json]:
    """Of what a film's sound is mixed beside its clips, under `sound`; nothing where it is not."""
    mix = output.mix
    if mix is None:
        return {}
    cues = {
        tracks[cue.row].track: [tracks[cue.row].sha256, *map(str, cue._replace(row=0))] for cue in mix.cues
    }
    clips = {output.slots[one.slot].shot: [*map(str, one[1:])] for one in mix.slots}
    settings = [str(mix.rate_hz), str(mix.channels), *(mix.loudness or ())]
    return {"sound": {"settings": settings, "tracks": cues, "clips": clips}}


def words_of(output: OutputRow) -> Mapping[str, Json]:
    """The part of a film's recipe that says what is drawn on which slots; nothing where nothing is."""
    cards = [[card.slot, card.ground] for card in output.cards]
    texts = [[*text[:-1], [font.name for font in text.fonts]] for text in output.texts]
    return {"words": cards + texts} if cards or texts else {}


def enters_of(output: OutputRow) -> Mapping[str, Json]:
    """The part of a film's recipe that says which slots go over into others, and how; nothing where none does."""
    return {"enters": [list(row) for row in output.enters]} if output.enters else {}


def what_changed(run: Run, output: OutputRow) -> str:
    """In what a film differs from the one that was last joined, in one line; empty where none was, or nothing does."""
    before, after = last_films(run.workshop, run.project).get(output.name), recipe(run, output)
    if before is None or after is None:
        return ""
    return differences(before, after, output=output.name)


def differences(before: Mapping[str, Json], after: Mapping[str, Json], *, output: str) -> str:
    """In what two recipes of a film differ, in one line; empty where they do not. `output` is the film's name."""
    slots = [*_slots(before["slots"], after["slots"])]
    told = [
        *_settings(before, after, output=output),
        *(slots or [*_fits(before, after), *_words(before, after)]),
        *_enters(before, after),
    ]
    told += _sound({"sound": SILENT, **before}, {"sound": SILENT, **after}, output=output)
    more = f" and {len(told) - TOLD_MAX} more" if len(told) > TOLD_MAX else ""
    return ", ".join(told[:TOLD_MAX]) + more


def _settings(before: Mapping[str, Json], after: Mapping[str, Json], *, output: str) -> Iterator[str]:
    group = _group(output)
    for name in ("size", "fps", "fit", *USUAL):
        if before.get(name, USUAL.get(name)) != after.get(name, USUAL.get(name)):
            yield f"`{group}.{name}` changed"
    if before["ffmpeg"] != after["ffmpeg"]:
        yield "`ffmpeg` changed"


def _group(output: str) -> str:
    """Where the fields of an output stand."""
    return "output" if output == MAIN else f"outputs.{output}"


def _sound(before: Mapping[str, Json], after: Mapping[str, Json], *, output: str) -> Iterator[str]:
    old, new = before["sound"], after["sound"]
    if old["settings"] != new["settings"]:
        yield f"`{_group(output)}.audio` changed"
    yield from (f"the track `{name}` came in" for name in new["tracks"] if name not in old["tracks"])
    yield from (f"the track `{name}` is gone" for name in old["tracks"] if name not in new["tracks"])
    if old["settings"][0] == new["settings"][0]:
        yield from (f"the track `{name}` changed" for name in tracks_changed(before, after))
    clips = dict.fromkeys([*old["clips"], *new["clips"]])
    changed = (name for name in clips if old["clips"].get(name) != new["clips"].get(name))
    yield from (f"the sound of `{name}` changed" for name in changed)


def _slots(before: Sequence[Json], after: Sequence[Json]) -> Iterator[str]:
    old, new = [slot[0] for slot in before], [slot[0] for slot in after]
    if old != new:
        yield from (f"`{shot}` came in" for shot in dict.fromkeys(new) if shot not in old)
        yield from (f"`{shot}` is gone" for shot in dict.fromkeys(old) if shot not in new)
        if sorted(old) == sorted(new):
            yield "the cut has another order"
        elif set(old) == set(new):
            yield "the cut shows its shots another number of times"
        return
    for (shot, clip, first, frames), (_, clip_now, first_now, frames_now) in zip(before, after, strict=True):
        if clip != clip_now:
            yield f"`{shot}` has another clip"
        if (first, frames) != (first_now, frames_now):
            yield f"`{shot}` shows {_part(first_now, frames_now)}, before {_part(first, frames)}"


def _fits(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    """Shots of the same cut that are fitted into the film, or move in it, in another way."""
    for kind, words in (("fits", "is framed in another way"), ("motions", "moves in another way")):
        old, new = ({tuple(row) for row in recipe.get(kind, ())} for recipe in (before, after))
        numbers = sorted({slot for slot, *_ in old ^ new})
        yield from dict.fromkeys(f"`{after['slots'][number][0]}` {words}" for number in numbers)


def _words(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    """Shots of the same cut on or beside which other words stand."""
    old, new = (recipe.get("words", ()) for recipe in (before, after))
    changed = sorted(row[0] for row in [*old, *new] if (row in old) != (row in new))
    yield from dict.fromkeys(f"the text on `{after['slots'][number][0]}` changed" for number in changed)


def _enters(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    """Transitions that changed between the same shots."""
    old, new = ([slot[0] for slot in recipe["slots"]] for recipe in (before, after))
    if old == new:
        was, now = (recipe.get("enters", ()) for recipe in (before, after))
        changed = sorted({row[0] for row in [*was, *now] if (row in was) != (row in now)})
        yield from dict.fromkeys(f"the transition into `{new[number]}` changed" for number in changed)


def _part(first: int, frames: int) -> str:
    return f"{frames} frames from {first} on" if first else f"{frames} frames"
