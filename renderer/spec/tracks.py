"""Tracks and the sound of shots and films: which sounds are laid under the cut, where, and how loud."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from renderer.diagnostic import Place
from renderer.spec.distance import hint_for
from renderer.spec.document import Document
from renderer.spec.merge import Merged, Written, merge
from renderer.spec.nodes import Fields, Items
from renderer.spec.problems import Problems
from renderer.spec.scene import Scene, below, number, truth, word
from renderer.spec.tempo import is_beats
from renderer.spec.text import Path
from renderer.spec.variables import NAMES_SHOWN_MAX
from renderer.spec.wording import listed, shorten
from renderer.storyboard import Ducking, FilmSound, Loudness, ShotSound, SoundKind, Source, Start, Track

RATE_HZ = FilmSound().rate_hz
NOTHING = Fraction(0)
VOICE = "voice"


def read_tracks(scene: Scene, shots: Collection[str], *, complete: bool) -> tuple[Track, ...]:
    """The tracks in the order of the text; `shots` are all ids that a track may begin with, if they are `complete`.

    Tells equal ids (S263), tracks that begin with an unknown shot (S264), voices that duck (S265), and files that are
    none (S224).
    """
    known: dict[str, Track] = {}
    for track in _tracks(scene):
        first = known.setdefault(track.id, track)
        if first is not track:
            related = [(first.place, "the first one")]
            scene.problems.add("S263", f"two tracks are called `{track.id}`", track.place, related=related)
        if track.duck and track.kind == VOICE:
            hint = "delete `duck`, or choose another `kind`"
            scene.problems.add(
                "S265", "a voice does not go down under voices", track.places["duck"], hint=hint
            )
        if complete and track.start.shot_id is not None and track.start.shot_id not in shots:
            _tell_unknown(scene.problems, track.start.shot_id, track.places["start.shot"], shots)
    return tuple(known.values())


def read_shot_sound(merged: Written | Merged | None) -> ShotSound:
    """How a shot's own sound stands in the film."""
    fields = below(merged)
    return ShotSound(
        gain_db=_decibels(fields.get("gain_db")) or Decimal(0),
        mute=truth(fields.get("mute")) or False,
        kind=cast("SoundKind", word(fields.get("kind")) or "effects"),
    )


def read_film_sound(written: Mapping[str, Any] | None) -> FilmSound:
    """The sound of an output, with defaults for what it does not say."""
    fields = written or {}
    rate, channels = fields.get("rate") or RATE_HZ, fields.get("channels") or FilmSound().channels
    return FilmSound(int(rate), int(channels), _loudness(fields.get("loudness")))


def _loudness(written: Any) -> Loudness | None:
    if written is None:
        return None
    if not isinstance(written, Mapping):
        return Loudness(Decimal(written))
    if "lufs" not in written:  # it was wrong, and is told of
        return None
    peak = written.get("peak_db")
    standard = Loudness(Decimal(written["lufs"]))
    return standard if peak is None else standard._replace(peak_db=Decimal(peak))


def _tracks(scene: Scene) -> Iterator[Track]:
    node = scene.document.node(("tracks",))
    for place, item in enumerate(node.nodes if isinstance(node, Items) else ()):
        if isinstance(item, Fields):
            path: Path = ("tracks", place)
            track = _track(scene, merge(item.entries, {}, path), scene.document, path)
            if track:
                yield track


def _track(scene: Scene, fields: Merged, document: Document, path: Path) -> Track | None:
    own_id, source = word(fields.get("id")), _source(scene, fields)
    start = _start(scene, fields.get("start"))
    use = scene.use(fields.get("use"))
    fades = [scene.time(fields.get(name)) or NOTHING for name in ("fade_in", "fade_out")]
    duck = _ducking(fields.get("duck"))
    if own_id is None or source is None:
        return None
    bpm = fields.get("bpm")
    return Track(
        id=own_id,
        source=source,
        place=document.place((*path, "id")),
        kind=cast("SoundKind", word(fields.get("kind")) or "music"),
        bpm=Fraction(cast("Decimal", bpm.node.value)) if isinstance(bpm, Written) else None,
        start=start,
        use=use,
        loop=truth(fields.get("loop")) or False,
        gain_db=_decibels(fields.get("gain_db")) or Decimal(0),
        fade_in_s=fades[0],
        fade_out_s=fades[1],
        duck=duck,
        places=_places(scene, fields),
    )


def _source(scene: Scene, fields: Merged) -> Source | None:
    """Where a track's file is: relative to the file in which it is written. Tells S224."""
    filled = scene.filled(fields.get("file"))
    if not filled.text:
        return None
    source = Source.read(filled.text)
    if source is None:
        message = f"`file` must be a path, an https URL or a data URI, not `{shorten(filled.text)}`"
        scene.problems.add("S224", message, filled.places[0])
        return None
    return source.below(scene.document.text.folders.get(filled.places[0].file, ""))


def _start(scene: Scene, merged: Written | Merged | None) -> Start:
    fields = below(merged)
    if merged is None or is_beats(merged) or not fields:
        return Start(scene.time(merged) or NOTHING)
    return Start(scene.time(fields.get("at")) or NOTHING, word(fields.get("shot")))


def _ducking(merged: Written | Merged | None) -> Ducking | None:
    """A number is by how much; a mapping says more."""
    if merged is None:
        return None
    standard = Ducking()
    if isinstance(merged, Written):
        return standard._replace(by_db=_decibels(merged) or standard.by_db)
    attack_s, release_s = number(merged.get("attack")), number(merged.get("release"))
    threshold_db = _decibels(merged.get("threshold_db"))
    return Ducking(
        by_db=_decibels(merged.get("by_db")) or standard.by_db,
        attack_s=standard.attack_s if attack_s is None else attack_s,
        release_s=standard.release_s if release_s is None else release_s,
        threshold_db=standard.threshold_db if threshold_db is None else threshold_db,
    )


def _decibels(merged: Written | Merged | None) -> Decimal | None:
    value = merged.node.value if isinstance(merged, Written) else None
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _places(scene: Scene, fields: Merged) -> dict[str, Place]:
    """Where each field is written, and those within `start`."""
    places = {name: scene.places(field)[0] for name, field in fields.items() if field}
    within = below(fields.get("start"))
    return places | {f"start.{name}": scene.places(field)[0] for name, field in within.items()}


def _tell_unknown(problems: Problems, shot: str, place: Place, shots: Collection[str]) -> None:
    notes = [f"shots here: {listed([*shots])}"] if len(shots) <= NAMES_SHOWN_MAX else []
    message = f"the track begins with the unknown shot `{shorten(shot)}`"
    problems.add("S264", message, place, notes=notes, hint=hint_for(shot, shots))
