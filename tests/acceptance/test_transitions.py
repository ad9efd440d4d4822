"""Transitions by the command: how long the film is, what is made again when, what is told, and what an editor gets."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from .stage import Stage, frames_in
from .test_sound import actions, heard, near, tone

FILM = """\
version: 1
output: {size: 64x36, fps: 24}
defaults: {provider: animatic, duration: 3, enter: {crossfade: 0.5}}
shots:
  - {id: pad, prompt: steam}
  - {id: crew, prompt: a visor}
  - {id: sky, prompt: galaxies}
  - {id: sea, prompt: waves}
"""
FRAMES = 4 * 72 - 3 * 12
RATE_HZ = 48_000


def staged(stage: Stage) -> Stage:
    stage.write("film.yaml", FILM)
    return stage


def test_a_film_is_shorter_by_its_overlaps(stage: Stage) -> None:
    """To the frame, in the file, in the account and in the plan."""
    built = staged(stage).built()
    assert FRAMES == built.json["sequence"]["frames"] == frames_in(stage.film())
    assert [] == stage.built().ran


def test_a_transition_that_changes_is_all_that_is_made(stage: Stage) -> None:
    """Another kind: one segment and the join, nothing is generated, and the plan says why. Another length: its second."""
    staged(stage).built()
    before = actions(stage)
    stage.edit("galaxies}", "galaxies, enter: {wipe: 0.5}}")
    assert "the transition into `sky` changed" in stage.run("plan").stdout
    assert [] == stage.built().ran
    assert Counter(segment=1, join=1) == actions(stage) - before
    before = actions(stage)
    stage.edit("{wipe: 0.5}", "{wipe: 0.75}")
    built = stage.built()
    assert [] == built.ran
    assert Counter(segment=3, join=1) == actions(stage) - before
    assert FRAMES - 6 == built.json["sequence"]["frames"] == frames_in(stage.film())


def test_a_shot_that_changes_is_made_with_the_transitions_beside_it(stage: Stage) -> None:
    """Its own three pictures, and two transitions."""
    staged(stage).built()
    before = actions(stage)
    stage.edit("galaxies", "nebulae")
    assert ["sky"] == stage.built().ran
    assert Counter(generate=1, segment=5, join=1) == actions(stage) - before


def test_a_film_made_at_once_is_the_same_bytes_as_one_made_bit_by_bit(stage: Stage, tmp_path: Path) -> None:
    """Pictures go along with transitions; with titles, a card and motion too, and so with `-B`."""
    more = """\
  - {id: ebb, prompt: sand, duration: 5, speed: 2, titles: [{text: Ebb, at: before, for: 2}]}
  - {id: end, prompt: night, titles: [{text: The end, from: 0.25}, {text: fin, at: after, for: 2}]}
  - {id: logo, prompt: a mark}
"""
    staged(stage).write("film.yaml", FILM + more)
    bits = stage.copy(tmp_path / "bits", store=tmp_path / "other")
    whole = stage.built()
    made = actions(stage)
    assert 1 + 4 * 6 + 3 == made["segment"]
    assert whole.json["sequence"]["sha256"] == stage.built("-B").json["sequence"]["sha256"]
    assert made == actions(stage)
    lines = (FILM + more).splitlines(keepends=True)
    for count in range(2, 8):
        bits.write("film.yaml", "".join(lines[: 4 + count]))
        built = bits.built()
    assert whole.json["sequence"]["sha256"] == built.json["sequence"]["sha256"]


def test_a_cut_in_the_cut_wins_over_the_shots_transition(stage: Stage) -> None:
    """`enter: null` in an entry is a cut; the film is longer by the overlap."""
    stage.write(
        "film.yaml", FILM + "sequence: [pad, {shot: crew, enter: null}, sky, {shot: sea, enter: {dip: 1}}]\n"
    )
    assert 4 * 72 - 12 - 24 == stage.built().json["sequence"]["frames"]


def test_a_slot_that_is_all_transition_is_shown(stage: Stage) -> None:
    """Shorter than a second, it is a picture beside its transition; what stands before and after it is as it was."""
    stage.write("film.yaml", FILM + "sequence: [pad, {shot: crew, use: 0.625, enter: null}, sky]\n")
    assert 72 + 15 + 72 - 12 == stage.built().json["sequence"]["frames"] == frames_in(stage.film())


@pytest.mark.parametrize(
    "spelling", ["{crossfade: 12f}", "{xfade: fade, for: 0.5}", "{crossfade: '00:00:00:12'}"]
)
def test_two_spellings_of_a_transition_are_one(stage: Stage, spelling: str) -> None:
    """Nothing is made again."""
    staged(stage).built()
    before = actions(stage)
    stage.edit("{crossfade: 0.5}", spelling)
    stage.built()
    assert before == actions(stage)


def test_transitions_that_do_not_fit_are_refused_before_anything_is_made(stage: Stage) -> None:
    """Both of a slot together, and one that is longer than all of its slot."""
    staged(stage)
    stage.edit("crossfade: 0.5", "crossfade: 1.6")
    refused = stage.build()
    assert 2 == refused.code
    assert {"S273"} == set(refused.codes)
    assert not stage.film().exists()
    stage.edit("crossfade: 1.6", "crossfade: 0.001")
    assert {"S272"} == set(stage.build().codes)


def test_a_transition_into_the_first_shot_is_told_unless_it_is_everybodys(stage: Stage) -> None:
    """A default says nothing of the first one in particular; a `dip` fades up and shortens nothing."""
    staged(stage)
    assert "S274" not in stage.run("validate").stderr
    stage.edit("steam}", "steam, enter: {wipe: 0.5}}")
    told = stage.run("validate")
    assert 0 == told.code
    assert "S274" in told.stdout + told.stderr
    stage.edit("{wipe: 0.5}", "{dip: 0.5}")
    assert FRAMES == stage.built().json["sequence"]["frames"]


def test_sound_lasts_as_long_as_the_picture(stage: Stage) -> None:
    """A track that begins with a shot begins where that is first seen."""
    staged(stage)
    tone(stage.root / "sounds" / "music.wav", hertz=440, seconds=20)
    stage.edit("shots:", "tracks:\n  - {id: music, file: sounds/music.wav, start: {shot: crew}}\nshots:")
    stage.built()
    sound = heard(stage.film())
    assert FRAMES * 2000 == len(sound)
    assert near(0, max(sound[: 60 * 2000 - 1200]), within=1e-3)
    assert max(sound[60 * 2000 : 62 * 2000]) > 0.2


def test_an_editor_gets_dissolves(stage: Stage) -> None:
    """With the frames on both sides as handles, and as long as the film."""
    staged(stage).built()
    stage.edit("galaxies}", "galaxies, enter: {dip: 1}}")
    stage.built()
    track = json.loads(stage.run("export", "--to", "otio").stdout)["tracks"]["children"][0]
    kinds = [child["name"] for child in track["children"] if child["OTIO_SCHEMA"].startswith("Transition")]
    assert ["crossfade", "dip", "crossfade"] == kinds
    items = [child for child in track["children"] if child["OTIO_SCHEMA"].startswith("Clip")]
    shown = sum(item["source_range"]["duration"]["value"] for item in items)
    assert FRAMES - 12 == shown == frames_in(stage.film())
    assert "D 024" in stage.run("export", "--to", "edl").stdout
