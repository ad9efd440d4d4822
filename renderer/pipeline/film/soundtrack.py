"""The action that makes a film's sound: what is heard of its clips and tracks, and nothing of what is seen.

A film that is nothing but its clips, one after the other, has the plain manifest; gains, tracks and loudness make a mix.
Two outputs that sound alike share one sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from renderer.digest import canonical_json
from renderer.ffmpeg.codecs import sound_of
from renderer.ffmpeg.encode import SOUND_RATE_HZ
from renderer.ffmpeg.sound import boundary_samples
from renderer.media.conform import Cut
from renderer.media.sounding import mix_manifest, sound_manifest
from renderer.model import Json
from renderer.pipeline.film.crossfading import crossed_parts, moved_sound, shaped
from renderer.plan.action import Action, Input
from renderer.plan.enter import length_frames
from renderer.plan.film import OutputRow
from renderer.plan.mix import CueRow, MixRow, SlotSound, TrackRow
from renderer.plan.motion import MotionRow
from renderer.row import Row


class Track(Row):
    """The file of a track, and its bytes."""

    row: TrackRow
    given: Input


def sound_action(
    output: OutputRow,
    clips: Sequence[Input],
    cuts: Sequence[Cut],
    *,
    tracks: Sequence[Track],
    build: str,
) -> Action | None:
    """The action of a film's sound, None where nothing of it is heard; clips with facts and their cuts in cut order."""
    heard = {clip.digest.sha256: clip for clip in clips if clip.facts and clip.facts.audio}
    name, fps = f"{output.name}: sound", Fraction(output.fps)
    slots = [
        (clip.digest.sha256 if clip.digest.sha256 in heard else None, cut)
        for clip, cut in zip(clips, cuts, strict=True)
    ]
    motions = {
        row.slot: row for row in output.motions if slots[row.slot][0] and (row.reverse or row.speed != "1")
    }
    if output.mix is None and not motions:
        if not heard:
            return None
        manifest = sound_manifest(slots, fps=fps, build=build, encoder=sound_of(output.coding))
        return Action.of(manifest, name=name, inputs={"clips": tuple(heard.values())})
    mix = output.mix or MixRow(_length(output, fps), SOUND_RATE_HZ, 2, None, (), ())
    parts = list(
        crossed_parts(slots, output.slots, mix, motions, fps=fps)
        if any(slot.overlap for slot in output.slots)
        else _parts(slots, mix, motions, fps=fps)
    )
    layers = [layer for part in parts for layer in (part, part.get("under", {})) if layer.get("clip")]
    named = {layer["clip"]: heard[layer["clip"]] for layer in layers}
    # In an order of their own, so that the order of the text is not heard.
    cues = sorted((_cue(cue, tracks[cue.row]) for cue in mix.cues), key=canonical_json)
    if not (named or cues):
        return None
    sounds = {tracks[cue.row].row.sha256: tracks[cue.row].given for cue in mix.cues}
    return Action.of(
        _mix(mix, parts, cues, build=build, encoder=sound_of(output.coding)),
        name=name,
        inputs={"clips": tuple(named.values()), "sounds": tuple(sounds.values())},
    )


def _length(output: OutputRow, fps: Fraction) -> int:
    return boundary_samples(length_frames(output.slots), fps=fps)


def _mix(
    mix: MixRow,
    parts: list[dict[str, Json]],
    cues: list[dict[str, Json]],
    *,
    build: str,
    encoder: Mapping[str, str],
) -> dict[str, Json]:
    return mix_manifest(
        parts,
        cues,
        samples=mix.samples,
        rate_hz=mix.rate_hz,
        channels=mix.channels,
        loudness=mix.loudness,
        build=build,
        encoder=encoder,
    )


def _parts(
    slots: Sequence[tuple[str | None, Cut]],
    mix: MixRow,
    motions: Mapping[int, MotionRow],
    *,
    fps: Fraction,
) -> Iterator[dict[str, Json]]:
    """The clips' own sound, bounded by the running total of frames; neighbouring silences are one."""
    sounds: Mapping[int, SlotSound] = {one.slot: one for one in mix.slots}
    silence, frames, start = 0, 0, 0
    for number, (clip, cut) in enumerate(slots):
        frames += cut.frames
        end = boundary_samples(frames, fps=fps, rate_hz=mix.rate_hz)
        samples, start = end - start, end
        sound = sounds.get(number)
        if clip is None or (sound and sound.mute):
            silence += samples
            continue
        if silence:
            yield _silence(silence)
        silence = 0
        first = boundary_samples(cut.first, fps=fps, rate_hz=mix.rate_hz)
        moving = moved_sound(motions.get(number), cut.first, fps=fps, rate_hz=mix.rate_hz)
        yield {"clip": clip, "first": first, "samples": samples, **shaped(sound), **moving}
    if silence:
        yield _silence(silence)


def _silence(samples: int) -> dict[str, Json]:
    return {"clip": None, "first": 0, "samples": samples}


def _cue(cue: CueRow, track: Track) -> dict[str, Json]:
    own = cue._asdict()
    del own["row"]
    duck = own.pop("duck")
    named = {"sound": track.row.sha256, "container": track.row.container}
    return {**named, **own, **({"duck": list(duck)} if duck else {})}
