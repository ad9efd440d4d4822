"""The cut, frame for frame: faster, slower, backwards, held; what a change makes again, and that nothing is bought for it."""

from collections.abc import Sequence
from pathlib import Path

import av
import pytest

from .looking import manifests
from .numbered import FRAMES, numbers, write_numbered
from .stage import Stage
from .test_sound import tone

ALL = [*range(FRAMES)]
HEAD = "version: 1\noutput: {size: 64x36, fps: 24}\nshots:\n"


def cut(stage: Stage, *sequence: str, shot: str = "") -> list[int]:
    """The frames of a film of one clip, as a shot and as the cut show it."""
    if not (stage.root / "own.mp4").exists():
        write_numbered(stage.root / "own.mp4", sound_s=1)
    entries = f"sequence: [{', '.join(sequence)}]\n" if sequence else ""
    stage.write("film.yaml", f"{HEAD}  - {{id: own, clip: own.mp4{shot}}}\n{entries}")
    assert stage.built().json["sequence"]["frames"] == len(numbers(stage.film()))
    return numbers(stage.film())


def twice(frames: Sequence[int]) -> list[int]:
    return [number for number in frames for _ in range(2)]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        (", speed: 2", ALL[::2]),
        (", speed: 0.5", twice(ALL)),
        (", reverse: true", ALL[::-1]),
        (", hold: 6f", [*ALL, *[23] * 6]),
        (", use: {in: 6f, out: 12f}, hold: 3f", [6, 7, 8, 9, 10, 11, 11, 11, 11]),
        (", use: {in: 6f, out: 12f}, reverse: true, hold: 0.125", [11, 10, 9, 8, 7, 6, 6, 6, 6]),
        (", use: {in: 6f, out: 12f}, speed: 2", [6, 8, 10]),
        (", use: {in: 6f, out: 9f}, speed: 0.5, reverse: true", [8, 8, 7, 7, 6, 6]),
        (", use: 36f, hold: 2f", [*ALL, *[23] * 14]),
        (", speed: 1, reverse: false, hold: 0", ALL),
    ],
)
def test_a_shot_moves_as_it_says(stage: Stage, fields: str, shown: list[int]) -> None:
    """`use` counts the clip's own frames; frames are left out or repeated, turned round and held, exactly."""
    assert shown == cut(stage, shot=fields)


def test_an_entry_of_the_cut_moves_in_its_own_way(stage: Stage) -> None:
    """What it says wins over the shot, field by field."""
    shown = cut(
        stage,
        "own",
        "{shot: own, reverse: true}",
        "{shot: own, speed: 1, hold: 2f}",
        "{shot: own, use: {in: 12f, out: 14f}, speed: 1}",
        shot=", use: 6f, speed: 2",
    )
    assert [0, 2, 4, *[4, 2, 0], *range(6), 5, 5, 12, 13] == shown


def test_an_output_has_a_cut_of_its_own(stage: Stage) -> None:
    """A trailer of the same clips: the other film stays as it is, and what a cut alone never shows is told."""
    outputs = (
        "{film: {file: film.mp4, size: 64x36}, teaser: {size: 64x36, sequence: [{shot: own, use: 2f}, own]}}"
    )
    write_numbered(stage.root / "own.mp4")
    shots = "  - {id: own, clip: own.mp4}\n  - {id: pad, prompt: steam, duration: 0.5}\n"
    stage.write("film.yaml", f"version: 1\noutputs: {outputs}\nshots:\n{shots}sequence: [own, pad]\n")
    assert ["pad"] == stage.built().ran
    assert (ALL, [0, 1, *ALL]) == (numbers(stage.film())[:24], numbers(stage.film("film-teaser.mp4")))
    stage.edit("use: 2f", "use: 3f")
    assert [] == stage.built().ran
    assert [0, 1, 2, *ALL] == numbers(stage.film("film-teaser.mp4"))
    assert 0 == stage.run("validate").code
    stage.edit("sequence: [own, pad]", "sequence: [own]")
    assert "S221" in stage.run("validate").stderr + stage.run("validate").stdout
    stage.edit("{shot: own, use: 3f}", "{shot: owl, use: 3f}")
    assert (2, ["S204"]) == (stage.build().code, stage.build().codes)


def test_odd_speeds_add_up_on_the_running_sum(stage: Stage) -> None:
    """Seven thirds of speed, nine times: the film is as long as its times say, to the frame."""
    assert round(9 * 24 / 0.7) == len(cut(stage, *["own"] * 9, shot=", speed: 0.7"))


def segments(stage: Stage) -> list[dict[str, object]]:
    """The manifests of all segments in the store."""
    return [
        manifest
        for manifest in manifests(stage).values()
        if manifest.get("action") == "segment" and manifest["clip"]
    ]


def test_one_slot_changed_makes_one_segment(stage: Stage) -> None:
    """The others are copied, and nothing is generated."""
    slots = "pad, {shot: pad, use: 6f}, {shot: pad, speed: 2}, {shot: pad, reverse: true}"
    stage.write("film.yaml", f"{HEAD}  - {{id: pad, prompt: steam, duration: 1}}\nsequence: [{slots}]\n")
    stage.built()
    before = len(segments(stage))
    stage.edit("speed: 2", "speed: 4")
    assert "`pad` shows 6 frames, before 12" in stage.run("plan").stdout
    assert [] == stage.built().ran
    assert before + 1 == len(segments(stage))
    stage.edit("reverse: true", "hold: 0, speed: 1")
    assert "`pad` moves in another way" in stage.run("plan").stdout
    assert [] == stage.built().ran
    assert before + 1 == len(segments(stage))
    assert 24 + 6 + 6 + 24 == len(numbers(stage.film()))


def loud(film: Path) -> list[bool]:
    """For each frame of a film, whether anything is heard with it."""
    with av.open(film) as container:
        parts = [
            memoryview(bytes(frame.planes[0])).cast("f")[: frame.samples]
            for frame in container.decode(audio=0)
        ]
    samples = [abs(sample) for part in parts for sample in part]
    return [
        max(samples[at + 400 : at + 1600], default=0) > 0.01 for at in range(0, len(samples) - 1999, 2000)
    ]


def test_sound_moves_with_its_picture(stage: Stage) -> None:
    """It goes on under a hold, is heard at half the speed and backwards, and not under what is held behind that."""
    part = "shot: own, use: 6f"
    shown = cut(
        stage,
        f"{{{part}, hold: 6f}}",
        f"{{{part}, speed: 0.5}}",
        f"{{{part}, reverse: true, hold: 6f}}",
        f"{{{part}}}",
    )
    assert 42 == len(shown)
    heard = loud(stage.film())
    assert [True, True, True, False, True] == [
        all(heard[1:11]),
        all(heard[13:23]),
        all(heard[25:29]),
        any(heard[31:35]),
        all(heard[37:41]),
    ]


def test_what_runs_backwards_is_not_said(stage: Stage) -> None:
    """The dialogue of a clip is in the subtitles where it runs forwards, and not where it runs backwards."""
    said = ", dialogue: [{line: lift off, at: 0}]"
    cut(stage, "own", "{shot: own, reverse: true}", "{shot: own, hold: 1}", shot=said)
    assert 2 == stage.film("film.srt").read_text("utf-8").count("lift off")


def test_what_is_said_moves_with_the_sound(stage: Stage) -> None:
    """From three to nine twenty-fourths of the clip; at half the speed from six to eighteen, and so in the film."""
    said = ", dialogue: [{line: lift off, at: 0.125, until: 0.375}]"
    cut(stage, "own", "{shot: own, speed: 0.5}", "{shot: own, speed: 2}", shot=said)
    told = stage.film("film.srt").read_text("utf-8")
    assert 3 == told.count("lift off")
    assert "00:00:00,125 --> 00:00:00,375" in told
    assert "00:00:01,250 --> 00:00:01,750" in told


def test_an_export_says_what_edit_lists_cannot(stage: Stage) -> None:
    """A held frame is told in frames, another speed in words, from the clip's own frame on."""
    cut(stage, "{shot: own, use: 6f, hold: 3f}", "{shot: own, use: {in: 6f, out: 12f}, speed: 2}", "own")
    held, fast, plain = stage.run("export", "--to", "csv").stdout.splitlines()[1:]
    assert "last frame held for 3 frames" in held
    assert "shown at 2 times its speed" in fast
    assert not {"held", "shown"} & set(plain.replace(",", " ").split())


def test_too_much_backwards_is_refused(stage: Stage) -> None:
    """Frames that are played backwards are all in memory at once, so there is a limit, which is told at its place before any work."""
    clip = write_numbered(stage.root / "own.mp4")
    assert clip.exists()
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 4096x2160}\nshots:\n  - {id: own, clip: own.mp4, use: 60, reverse: true}\n",
    )
    done = stage.build()
    told = [(one["code"], one["line"], one["column"]) for one in done.json["errors"]]
    assert (2, ("M875", 4, 48)) == (done.code, told[-1])


TRAILER = """\
version: 1
outputs:
  film: {size: 64x36}
  trailer: {size: 64x36, sequence: [sky, pad]}
defaults: {provider: animatic, duration: 2}
tracks: [{id: narrator, file: sounds/voice.wav, kind: voice, start: {shot: crew}}]
shots:
  - {id: pad, prompt: steam}
  - {id: crew, prompt: a visor}
  - {id: sky, prompt: galaxies, enter: {crossfade: 0.5}}
"""


def test_a_trailer_is_told_nothing_of_what_the_film_shows_well(stage: Stage) -> None:
    """It may begin with a shot that is entered in the film, and leave out what a track begins with."""
    tone(stage.root / "sounds" / "voice.wav", hertz=1000, seconds=1)
    stage.write("film.yaml", TRAILER)
    assert [] == codes_told(stage)
    stage.edit("[sky, pad]", "[{shot: sky, enter: {wipe: 1}}, pad]")
    assert ["S274"] == codes_told(stage)
    stage.edit("tracks:", "sequence: [pad, sky]\ntracks:")
    assert ["S274", "S269", "S221"] == codes_told(stage)


def test_what_is_wrong_in_one_of_two_films_names_the_film(stage: Stage) -> None:
    """The place is the shot's own, and the slot is too short in the trailer alone; what is so in both names neither."""
    tone(stage.root / "sounds" / "voice.wav", hertz=1000, seconds=1)
    stage.write("film.yaml", TRAILER.replace("[sky, pad]", "[pad, {shot: sky, use: 0.25}]"))
    (found,) = (one for one in stage.run("validate", "--json").json["errors"] if one["code"] == "S273")
    assert ["12 frames into `sky`", "this is so in `trailer`"] == found["notes"]
    stage.edit("{shot: sky, use: 0.25}", "sky")
    stage.edit("crossfade: 0.5", "crossfade: 2.5")
    notes = [one["notes"] for one in stage.run("validate", "--json").json["errors"] if one["code"] == "S273"]
    assert ["60 frames into `sky`"] in notes


def codes_told(stage: Stage) -> list[str]:
    """The codes of all that is told of a storyboard, in order of place."""
    told = stage.run("validate", "--json").json
    return [one["code"] for one in [*told.get("errors", ()), *told.get("warnings", ())]]
