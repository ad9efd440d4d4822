"""The film lasts exactly the sum of its slots: counted by decoding every picture."""

from fractions import Fraction

import av
import pytest

from .stage import Stage, duration_of, frames_in

CARDS = """\
version: 1
output: {size: 64x36, fps: FPS}
defaults: {provider: animatic, duration: DURATION}
shots:
  - {id: a, prompt: steam}
  - {id: b, prompt: visor}
  - {id: c, prompt: galaxies}
"""


@pytest.mark.parametrize(
    ("fps", "duration", "frames"),
    [
        ("24000/1001", "0.7", 50),  # 50.35 frames, where three times 17 would be 51
        ("30000/1001", "0.5", 45),
        ("12.5", "0.3", 11),  # 11.25 frames, where three times 4 would be 12
        ("25", "0.5", 38),  # 37.5: halves upward, once for the film
    ],
)
def test_rounding_never_adds_up(stage: Stage, fps: str, duration: str, frames: int) -> None:
    """The cuts are rounded on the running sum, at any rate."""
    stage.write("film.yaml", CARDS.replace("FPS", fps).replace("DURATION", duration))
    sequence = stage.built().json["sequence"]
    assert (frames, frames) == (sequence["frames"], frames_in(stage.film()))
    assert float(frames / Fraction(fps)) == pytest.approx(duration_of(stage.film()))
    assert float(frames / Fraction(fps)) == sequence["duration_s"]


def test_slots_are_trimmed_and_held_to_their_length(built: Stage) -> None:
    """A slot inside its clip is cut out of it; one beyond its clip's end holds the last picture, with a warning."""
    built.footage("own.mp4", fps="12", duration_s=1)
    built.edit(
        "shots:",
        "sequence: [{shot: pad, use: {in: 0.25}}, {shot: own, use: 0.5}, crew]\nshots:\n  - {id: own, clip: own.mp4}",
    )
    assert [] == built.built().ran
    assert 3 + 6 + 6 == frames_in(built.film())


def test_a_slot_beyond_its_clip_holds_the_last_picture(built: Stage) -> None:
    """The film is as long as it was asked to be, and one warning says where it stands still."""
    built.footage("own.mp4", fps="12", duration_s=0.5)
    built.edit("shots:", "shots:\n  - {id: own, clip: own.mp4, use: 1}")
    done = built.run("build")
    assert (0, 12 + 18) == (done.code, frames_in(built.film()))
    assert 1 == done.stderr.count("warning")
    assert done.stderr.startswith("warning[S223]: ")
    assert " --> film.yaml:5:" in done.stderr
    with av.open(str(built.film())) as film:
        pictures = [bytes(frame.planes[0]) for frame in film.decode(video=0)][5:12]
    assert 1 == len(set(pictures))


@pytest.mark.parametrize(("fps", "size"), [("24", "64x36"), ("30000/1001", "80x80"), ("12", "64x36")])
def test_own_footage_lasts_its_own_length_whatever_its_form(built: Stage, fps: str, size: str) -> None:
    """Footage of another rate and shape takes its place to the frame and has the film's size and rate."""
    built.footage("own.mp4", fps=fps, size=size, duration_s=0.5)
    built.edit("shots:", "shots:\n  - {id: own, clip: own.mp4}")
    assert [] == built.built().ran
    assert 6 + 18 == frames_in(built.film())
    with av.open(str(built.film())) as film:
        stream = film.streams.video[0]
        assert (64, 36, "12") == (stream.width, stream.height, str(stream.average_rate))


def test_the_first_clip_gives_the_size_where_none_is_written(stage: Stage) -> None:
    """Stock footage is never scaled without being asked."""
    stage.footage("own.mp4", fps="12", size="80x48", duration_s=0.5)
    stage.write(
        "film.yaml",
        """\
version: 1
output: {fps: 12}
defaults: {provider: animatic, duration: 0.25}
shots:
  - {id: own, clip: own.mp4}
  - {id: own_again, clip: own.mp4, use: 0.25}
""",
    )
    stage.built()
    with av.open(str(stage.film())) as film:
        assert (80, 48) == (film.streams.video[0].width, film.streams.video[0].height)
    assert 9 == frames_in(stage.film())


def test_a_long_cut_of_one_clip_is_exact(built: Stage) -> None:
    """Two hundred entries of a twelfth of a second are two hundred pictures."""
    entry = "{shot: pad, use: {in: 0.25, out: 0.3333333333}}"
    built.edit("shots:", f"sequence: [{', '.join([entry] * 200)}]\nshots:")
    assert 200 == built.built().json["sequence"]["frames"]
    assert 200 == frames_in(built.film())
