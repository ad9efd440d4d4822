"""`--profile NAME`: another film of the same shots, beside the real one."""

from .stage import THREE_SHOTS, Stage, digest_of, frames_in

PROFILES = "profiles: {brief: {use: 0.25}, red: {style: red}}\n"


def test_a_profile_makes_a_film_of_its_own(stage: Stage) -> None:
    """Film and clips carry its name, the real ones stay as they are, and clips that it does not change are reused."""
    stage.write("film.yaml", PROFILES + THREE_SHOTS)
    assert ["pad", "crew", "sky"] == stage.built().ran
    before = digest_of(stage.film())
    assert [] == stage.built("--profile", "brief").ran
    assert (18, 9) == (frames_in(stage.film()), frames_in(stage.film("film.brief.mp4")))
    assert ["pad", "crew", "sky"] == stage.built("--profile", "red").ran
    assert {"film.mp4", "film.brief.mp4", "film.red.mp4"} == {
        path.name for path in stage.film().parent.glob("*.mp4")
    }
    assert (stage.film().parent / "film.red" / "pad.mp4").is_file()
    assert before == digest_of(stage.film())
    assert [] == stage.built().ran


def test_an_edit_of_a_profile_reaches_its_own_film_alone(stage: Stage) -> None:
    """What is remembered of one is not taken for the other."""
    stage.write("film.yaml", PROFILES + THREE_SHOTS)
    stage.built("--profile", "red")
    stage.built()
    stage.edit("style: red", "style: blue")
    assert [] == stage.built().ran
    assert ["pad", "crew", "sky"] == stage.built("--profile", "red").ran


def test_an_unknown_profile_is_a_usage_error(stage: Stage) -> None:
    """Nothing is made."""
    stage.write("film.yaml", PROFILES + THREE_SHOTS)
    done = stage.build("--profile", "rad")
    assert 2 == done.code
    assert ["U010"] == done.codes
    assert 2 == stage.run("validate", "--profile", "rad").code
    assert 0 == stage.run("validate", "--profile", "red").code
    assert not stage.film().parent.exists()
