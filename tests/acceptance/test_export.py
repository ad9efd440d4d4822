"""`renderer export`: the film for other programs, by the command as a process."""

import json
import subprocess
from pathlib import Path

import opentimelineio as otio

from .stage import THREE_SHOTS, Stage, digest_of

FORMS = ("otio", "fcp7xml", "edl", "csv", "depfile", "dot", "mermaid")
FILM = THREE_SHOTS.replace("fps: 12", "fps: 24")


def exported(stage: Stage, form: str, *arguments: str) -> str:
    """What an export prints."""
    done = stage.run("export", "--to", form, *arguments)
    assert 0 == done.code, done.stderr
    assert "" == done.stderr
    return done.stdout


def test_the_same_state_gives_the_same_bytes_in_any_folder(stage: Stage, tmp_path: Path) -> None:
    """No date, no absolute path, no name of a machine is in any form."""
    stage.write("film.yaml", FILM)
    stage.built()
    clone = stage.copy(tmp_path / "elsewhere" / "clone")
    clone.built()
    for form in FORMS:
        text = exported(stage, form)
        assert text == exported(clone, form)
        assert str(tmp_path) not in text
        assert "\\" not in text or form == "depfile"


def test_an_export_makes_nothing(stage: Stage) -> None:
    """Of a film that was never built it tells the cut, and says that its clips are missing."""
    stage.write("film.yaml", FILM)
    found = otio.adapters.read_from_string(exported(stage, "otio"), "otio_json")
    assert 36 == found.duration().value
    assert ["MissingReference"] * 3 == [one.media_reference.schema_name() for one in found.find_clips()]
    assert 36 == otio.adapters.read_from_string(exported(stage, "fcp7xml"), "fcp_xml").duration().value
    assert 36 == otio.adapters.read_from_string(exported(stage, "edl"), "cmx_3600", rate=24).duration().value
    assert not stage.film().parent.exists()


def test_paths_begin_at_the_folder_of_the_file(stage: Stage) -> None:
    """An editing program finds the clips from where the list lies; own footage where it is."""
    stage.footage("reel 1/own clip.mp4")
    stage.write("film.yaml", f"{FILM}  - {{id: own, clip: reel 1/own clip.mp4}}\n")
    stage.built()
    stage.write("cut/.keep", "")
    assert "" == exported(stage, "otio", "-o", "cut/film.otio")
    found = otio.adapters.read_from_file(str(stage.root / "cut/film.otio"))
    urls = [clip.media_reference.target_url for clip in found.find_clips()]
    assert ["../build/film/pad.mp4", "../reel%201/own%20clip.mp4"] == [urls[0], urls[-1]]
    assert all((stage.root / "cut" / url.replace("%20", " ")).is_file() for url in urls)


def test_a_picked_take_is_the_active_one(stage: Stage) -> None:
    """All takes of the shot are there to choose from."""
    stage.write("film.yaml", FILM.replace("prompt: steam}", "prompt: steam, takes: 2}"))
    stage.built()
    assert 0 == stage.run("pick", "film.yaml", "pad", "2").code
    clip = next(iter(otio.adapters.read_from_string(exported(stage, "otio"), "otio_json").find_clips()))
    assert ["take 1", "take 2"] == sorted(clip.media_references())
    assert "build/film/pad.take2.mp4" == clip.media_reference.target_url


def test_of_several_outputs_each_has_its_list(stage: Stage) -> None:
    """The first one where none is named; a name that there is not is a usage error, and so are two for one list."""
    stage.write(
        "film.yaml",
        FILM.replace(
            "output: {size: 64x36, fps: 24}",
            "outputs: {wide: {size: 64x36, fps: 24}, tall: {size: 36x64, fps: 25}}",
        ),
    )
    wide, tall = exported(stage, "otio"), exported(stage, "otio", "--output-name", "tall")
    assert ["24", "25"] == [json.loads(text)["metadata"]["renderer"]["rate"] for text in (wide, tall)]
    assert 2 == exported(stage, "dot").count("doubleoctagon")
    for names, code in ((("tal",), "U100"), (("wide", "tall"), "U101")):
        done = stage.run(
            "export", "--to", "otio", *(part for name in names for part in ("--output-name", name))
        )
        assert (2, True) == (done.code, code in done.stderr)


def test_make_builds_the_film_when_it_must(stage: Stage) -> None:
    """The film is a target like any other: made again after an edit, and not otherwise."""
    stage.still("a still.png")
    stage.write("film.yaml", FILM.replace("prompt: steam", 'image: "a still.png"'))
    rule = "build/film.mp4:\n\trenderer build film.yaml -q && touch $@\n-include film.d\n"
    stage.write("Makefile", rule)
    exported(stage, "depfile", "-o", "film.d")

    def make() -> str:
        environ = {
            "PATH": f"{Path(__import__('sys').executable).parent}:/usr/bin:/bin",
            "RENDERER_CACHE_DIR": str(stage.store),
        }
        return subprocess.run(
            ["make"], cwd=stage.root, env=environ, capture_output=True, text=True, check=True
        ).stdout

    assert "renderer build" in make()
    assert "up to date" in make()
    stage.still("a still.png", colour="red")
    assert "renderer build" in make()


def test_an_export_that_cannot_be_written_is_an_error(stage: Stage) -> None:
    """It names the file; nothing half-written is left."""
    stage.write("film.yaml", FILM)
    stage.write("taken", "")
    done = stage.run("export", "--to", "csv", "-o", "taken/list.csv")
    assert (4, True) == (done.code, "E617" in done.stderr)
    assert {"film.yaml", "taken"} == {path.name for path in stage.root.iterdir()}


def test_a_missing_form_is_told_with_all_that_there_are(stage: Stage) -> None:
    """In one sentence."""
    done = stage.run("export")
    listed = ", ".join(f"`{form}`" for form in (*FORMS[:4], "srt", "vtt", *FORMS[4:]))
    assert (2, f"error[U008]: missing option `--to`: one of {listed}") == (
        done.code,
        done.stderr.split("\n")[0],
    )


GRAPH = """\
digraph film {
  rankdir=LR;
  film1 [shape=doubleoctagon, label="film.mp4"];
  s1_1 [shape=cds, label="12 frames from 0"];
  t1 [shape=box, label="pad, take 1"];
  i2 [shape=note, label="image %s"];
  s1_2 [shape=cds, label="12 frames from 0"];
  t3 [shape=box, label="crew, take 1"];
  c4 [shape=cds, label="a frame of pad"];
  i2 -> t1;
  t1 -> s1_1;
  s1_1 -> film1;
  c4 -> t3;
  t3 -> s1_2;
  s1_2 -> film1;
  t1 -> c4;
}
"""


def test_graphs_and_dependencies_are_written_to_the_letter(stage: Stage) -> None:
    """Of a film that is there: what is needed, what is made of it, and which files a build reads."""
    still = digest_of(stage.still("a still.png"))[:8]
    head, _, _ = FILM.partition("shots:")
    stage.write(
        "film.yaml",
        f"{head}shots:\n  - {{id: pad, image: a still.png}}\n  - {{id: crew, prompt: x, image: {{last_frame_of: pad}}}}\n",
    )
    stage.built()
    assert GRAPH % still == exported(stage, "dot")
    mermaid = exported(stage, "mermaid").splitlines()
    assert ["flowchart LR", '  film1[["film.mp4"]]', '  s1_1("12 frames from 0")'] == mermaid[:3]
    assert [line.replace("->", "-->").rstrip(";") for line in GRAPH.splitlines() if "->" in line] == [
        line for line in mermaid if "-->" in line
    ]
    assert (
        "build/film.mp4: \\\n  film.yaml \\\n  a\\ still.png\n\nfilm.yaml:\n\na\\ still.png:\n"
    ) == exported(stage, "depfile")


def test_a_film_is_exported_although_no_record_says_how_a_clip_was_made(customer: Stage) -> None:
    """The lock names the clip, and what was asked for is in the storyboard still."""
    shot = "provider: aimlapi, model: gen3a_turbo, prompt: steam, image: a.png, duration: 5, ratio: '16:9', takes: 2"
    customer.write("film.yaml", f"version: 1\nshots:\n  - {{id: pad, {shot}, use: 0.25}}\n")
    customer.built("--yes")
    before = exported(customer, "csv")
    for path in (customer.store / "ac").glob("*/*.json"):
        path.unlink()
    assert before == exported(customer, "csv")
