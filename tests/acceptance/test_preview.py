"""`preview`: the film as it would stand today, for nothing, whatever is missing."""

from .director import Director
from .stage import THREE_SHOTS, Stage, digest_of, finish, frames_in

PAID = THREE_SHOTS.replace("provider: animatic, duration: 0.5", "provider: aimlapi, model: gen3a_turbo")


def shows(stage: Stage) -> dict[str, str]:
    """What each shot shows in a preview that succeeds."""
    done = stage.run("preview", "--json")
    assert 0 == done.code, done.stderr + done.stdout
    return {shot["id"]: shot["shows"] for shot in done.json["shots"]}


def test_a_preview_of_nothing_is_all_stand_ins(stage: Stage) -> None:
    """As long as the film will be; the film's own place stays free."""
    stage.write("film.yaml", THREE_SHOTS)
    assert dict.fromkeys(("pad", "crew", "sky"), "stand-in") == shows(stage)
    assert 18 == frames_in(stage.film("film.preview.mp4"))
    assert not stage.film().exists()


def test_a_preview_of_a_finished_film_is_that_film(built: Stage) -> None:
    """The same pictures; nothing is made."""
    assert dict.fromkeys(("pad", "crew", "sky"), "footage") == shows(built)
    assert digest_of(built.film()) == digest_of(built.film("film.preview.mp4"))


def test_a_changed_shot_shows_its_newest_footage(stage: Stage) -> None:
    """Slated as stale; the film itself is not touched and nothing is generated."""
    stage.write("film.yaml", THREE_SHOTS)
    stage.built()
    film, traces = digest_of(stage.film()), stage.run("cache", "ls").stdout.count("generate")
    stage.edit("a visor", "a glove")
    assert {"pad": "footage", "crew": "stale", "sky": "footage"} == shows(stage)
    assert 18 == frames_in(stage.film("film.preview.mp4"))
    assert digest_of(stage.film("film.preview.mp4")) != film
    assert (film, traces) == (digest_of(stage.film()), stage.run("cache", "ls").stdout.count("generate"))
    assert {"crew": "run"} == {name: v for name, v in stage.plan().verdicts.items() if v != "reused"}


def test_a_paid_storyboard_is_previewed_without_a_key(stage: Stage) -> None:
    """Stand-ins as long as what would be bought; nothing is bought."""
    stage.still("a.png")
    stage.write(
        "film.yaml",
        PAID.replace("id: ", "use: 0.25, image: a.png, id: ").replace("fps: 12", "fps: 12, fit: pad"),
    )
    assert dict.fromkeys(("pad", "crew", "sky"), "stand-in") == shows(stage)
    assert 9 == frames_in(stage.film("film.preview.mp4"))
    assert {"run"} == set(stage.plan().verdicts.values())


def test_stand_ins_are_those_of_their_shots(stage: Stage) -> None:
    """However many takes were added to other shots beside the storyboard."""
    stage.still("a.png")
    stage.write("film.yaml", PAID.replace("id: ", "use: 0.25, image: a.png, id: "))
    shows(stage)
    before = digest_of(stage.film("film.preview.mp4"))
    assert 0 == stage.run("retake", "film.yaml", "pad", "-n", "3").code
    shows(stage)
    assert before == digest_of(stage.film("film.preview.mp4"))


def test_a_stand_in_is_no_footage(stage: Stage) -> None:
    """What a preview drew for a paid shot is never taken for what the shot had last."""
    stage.still("a.png")
    stage.write("film.yaml", PAID.replace("id: ", "use: 0.25, image: a.png, id: "))
    shows(stage)
    stage.edit("prompt: steam", "prompt: smoke")
    assert "stand-in" == shows(stage)["pad"]
    assert "never made" == stage.plan().reasons["pad"]


def test_a_preview_that_is_interrupted_leaves_the_old_one(stage: Stage, director: Director) -> None:
    """Exit 130; the next one ends it."""
    stage.write("film.yaml", THREE_SHOTS.replace("galaxies", "galaxies, duration: 0.75"))
    director.cue("wait", "-frames:v 9")
    door = director.listen()
    started = director.direct(stage).start("preview", "-j", "1")
    director.heard(door)
    started.terminate()
    done = finish(started)
    assert (130, []) == (done.code, director.alive())
    assert not stage.film("film.preview.mp4").exists()
    director.forget()
    shows(stage)
    assert 21 == frames_in(stage.film("film.preview.mp4"))
