"""What a film's sound is keyed by: nothing of it changed for films without tracks, and only what is heard for the others."""

from fractions import Fraction

from renderer.digest import Digest, action_key
from renderer.media.conform import Cut
from renderer.media.sounding import is_mix, mix_manifest, sound_manifest
from renderer.model import AudioFacts, Size
from renderer.pipeline.film.soundtrack import Track, sound_action
from renderer.plan.action import Action, Input
from renderer.plan.film import OutputRow
from renderer.plan.mix import CueRow, MixRow, SlotSound, TrackRow
from tests.builders import facts

PLAIN_KEY = "906fb2044cb209bcacb419f6da64747aebf735c888c806ed47801c9414d67a69"
CUTS = [Cut(0, 24), Cut(0, 24), Cut(0, 24), Cut(12, 24)]
MUTE, LOUD = "a" * 64, "b" * 64
CUE = CueRow(0, 100, 0, 48_000, 0, "-6", 0, 0, voice=False, duck=None)


def clip(sha256: str, *, audio: AudioFacts | None) -> Input:
    heard = facts(
        size=Size(64, 36), frames=48, colour="", parameter_sets="", duration_s=Fraction(2), audio=audio
    )
    return Input(Digest(sha256, 1), facts=heard)


CLIPS = [
    clip(MUTE, audio=None),
    clip(LOUD, audio=AudioFacts("aac", 48_000, 2, 96_000)),
    clip(MUTE, audio=None),
    clip(MUTE, audio=None),
]


def track(name: str, sha256: str) -> Track:
    return Track(TrackRow(name, f"{name}.wav", sha256, 1, "wav", 48_000, 96_000), Input(Digest(sha256, 1)))


def action(mix: MixRow | None, *tracks: Track, clips: list[Input] = CLIPS, times: int = 1) -> Action:
    output = OutputRow("main", "film.mp4", None, str(24 * times), "crop", (), (), mix)
    cuts = [Cut(times * cut.first, times * cut.frames) for cut in CUTS]
    made = sound_action(output, clips, cuts, tracks=tracks, build="n9.0.2")
    assert made
    return made


def mix(*cues: CueRow, slots: tuple[SlotSound, ...] = ()) -> MixRow:
    return MixRow(4 * 48_000, 48_000, 2, None, slots, cues)


def test_the_plain_form_keeps_its_key() -> None:
    """That of films without tracks, whatever comes to those that have some."""
    slots = [("a" * 64, Cut(3, 24)), (None, Cut(0, 12)), ("b" * 64, Cut(0, 7))]
    manifest = sound_manifest(slots, fps=Fraction(24000, 1001), build="n9.0.2")
    assert PLAIN_KEY == action_key(manifest)
    assert not is_mix(manifest)
    assert not is_mix(action(None).manifest)


def test_a_mix_names_what_is_heard_in_samples() -> None:
    """Silences side by side are one, and clips without sound are not named."""
    made = action(mix(CUE), track("music", "c" * 64))
    assert is_mix(made.manifest)
    assert [
        {"clip": None, "first": 0, "samples": 48_000},
        {"clip": LOUD, "first": 0, "samples": 48_000},
        {"clip": None, "first": 0, "samples": 96_000},
    ] == made.manifest["parts"]
    assert (LOUD,) == tuple(given.digest.sha256 for given in made.inputs["clips"])


def test_what_is_only_seen_is_no_part_of_it() -> None:
    """Another picture without sound, another rate of the same length, another order of tracks: the same key."""
    music, voice = track("music", "c" * 64), track("voice", "d" * 64)
    other = CUE._replace(row=1, start=7)
    before = action(mix(CUE, other), music, voice)
    seen = [clip("e" * 64, audio=None), *CLIPS[1:]]
    assert before.key == action(mix(CUE, other), music, voice, clips=seen).key
    assert before.key == action(mix(CUE, other), music, voice, times=2).key
    turned = action(mix(other._replace(row=0), CUE._replace(row=1)), voice, music)
    assert before.key == turned.key


def test_what_is_heard_otherwise_is_another_sound() -> None:
    """A gain, a place, a file, a mute clip."""
    music = track("music", "c" * 64)
    keys = [
        action(mix(CUE), music).key,
        action(mix(CUE._replace(gain_db="-7")), music).key,
        action(mix(CUE._replace(start=101)), music).key,
        action(mix(CUE), track("music", "f" * 64)).key,
        action(mix(CUE, slots=(SlotSound(1, "0", mute=True, voice=False),)), music).key,
        action(mix(CUE, slots=(SlotSound(1, "3", mute=False, voice=False),)), music).key,
    ]
    assert len(keys) == len(set(keys))


def test_a_film_of_which_nothing_is_heard_has_no_sound() -> None:
    """Not even with a loudness; silence is not encoded."""
    output = OutputRow("main", "film.mp4", None, "24", "crop", (), (), mix()._replace(loudness=("-16", "-1")))
    mute = [clip(MUTE, audio=None)] * 4
    assert sound_action(output, mute, CUTS, tracks=[], build="n9.0.2") is None


def test_a_mix_says_how_it_is_encoded() -> None:
    """Rate and layout, and fewer bits for one channel."""
    manifest = mix_manifest([], [], samples=1, rate_hz=44_100, channels=1, loudness=None, build="x")
    assert ("44100", "mono", "96k") == tuple(
        manifest["encoder"][name] for name in ("rate_hz", "layout", "bit_rate")
    )
