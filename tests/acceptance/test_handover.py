"""`renderer handover`: the folder for an editor, by the command as a process."""

import csv
import json
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import opentimelineio as otio
import pytest
from PIL import Image

from renderer.digest import digest_file

from .stage import THREE_SHOTS, Finished, Stage, real_ffmpeg

FILM = THREE_SHOTS.replace("fps: 12", "fps: 24").replace("prompt: steam}", "prompt: steam, takes: 2}")


def handed(stage: Stage, *arguments: str) -> Finished:
    """A handover that succeeds."""
    done = stage.run("handover", "film.yaml", "out", "--json", *arguments)
    assert 0 == done.code, done.stdout + done.stderr
    return done


def contents(folder: Path) -> dict[str, str]:
    """The sha256 of each file in a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): digest_file(path).sha256
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def clips_in(folder: Path, name: str = "film.otio") -> list[Any]:
    """The items of a film's picture."""
    return list(otio.adapters.read_from_file(str(folder / name)).find_clips())


@pytest.fixture
def cutting_room(stage: Stage) -> Stage:
    """A film that was built, with two takes of a shot and own footage, and handed over to `out`."""
    stage.footage("Reel 1/Own Clip.MP4", fps="25", duration_s=2)
    stage.write("film.yaml", f"{FILM}  - {{id: own, clip: Reel 1/Own Clip.MP4}}\n")
    stage.built()
    handed(stage)
    return stage


def test_the_folder_holds_all_that_its_lists_name(cutting_room: Stage) -> None:
    """Each media reference is a file in it, whole, with the digest that its metadata tell."""
    out = cutting_room.root / "out"
    for clip in clips_in(out):
        for reference in clip.media_references().values():
            path = out / unquote(reference.target_url)
            assert out / "clips" == path.parent
            assert reference.metadata["renderer"]["sha256"] == digest_file(path).sha256
    names = sorted(path.name for path in (out / "clips").iterdir())
    assert ["crew_t01", "own", "pad_t01", "pad_t02", "sky_t01"] == [
        name.removeprefix("film_").rpartition("_")[0] for name in names
    ]
    assert [0.0, 50.0, 25.0] == [
        clips_in(out)[-1].source_range.start_time.value,
        clips_in(out)[-1].media_reference.available_range.duration.value,
        clips_in(out)[-1].media_reference.available_range.duration.rate,
    ]


def test_every_list_tells_the_same_cut(cutting_room: Stage) -> None:
    """Frame by frame, whichever program reads which."""
    out = cutting_room.root / "out"
    read = otio.adapters.read_from_file
    films = [read(str(out / "film.otio")), read(str(out / "film.xml")), read(str(out / "film.edl"), rate=24)]
    cuts = [
        [
            (clip.source_range.start_time.value, clip.source_range.duration.value)
            for clip in film.video_tracks()[0]
        ]
        for film in films
    ]
    assert [[(0, 12), (0, 12), (0, 12), (0, 48)]] * 3 == cuts
    rows = list(csv.DictReader(StringIO((out / "film.csv").read_text())))
    assert ["12", "12", "12", "48"] == [row["frames"] for row in rows]
    assert all((out / "clips" / row["file"]).is_file() for row in rows)


def test_again_it_writes_nothing(cutting_room: Stage) -> None:
    """And the same state gives the same bytes in another folder."""
    before = contents(cutting_room.root / "out")
    assert ([], []) == (handed(cutting_room).json["written"], handed(cutting_room).json["removed"])
    assert before == contents(cutting_room.root / "out")
    assert 0 == cutting_room.run("handover", "film.yaml", "else/where").code
    assert before == contents(cutting_room.root / "else/where")
    assert not [
        name
        for name in before
        if str(cutting_room.root).encode() in (cutting_room.root / "out" / name).read_bytes()
    ]


def test_a_new_cut_is_handed_over_in_place(cutting_room: Stage) -> None:
    """What the film no longer has goes, what it still has is not written again, what others put there stays."""
    cutting_room.write("out/notes.txt", "mine")
    cutting_room.write("out/clips/music.wav", "mine too")
    cutting_room.edit("prompt: galaxies", "prompt: more galaxies")
    cutting_room.built()
    done = handed(cutting_room).json
    assert ["film_sky_t01"] == [name.removeprefix("clips/").rpartition("_")[0] for name in done["removed"]]
    assert ["clips", "film.otio"] == sorted(
        {name.split("/")[0] for name in done["written"]} & {"clips", "film.otio"}
    )
    assert 1 == sum(name.startswith("clips/") for name in done["written"])
    names = set(contents(cutting_room.root / "out"))
    assert {"notes.txt", "clips/music.wav"} <= names
    assert 7 == sum(name.startswith("clips/") for name in names) + 1


@pytest.mark.parametrize("name", ["README.txt", "film.otio", "clips/film_sky_t01"])
def test_a_file_of_another_is_never_replaced(cutting_room: Stage, name: str) -> None:
    """Ours that were changed are another's now: it is named, and nothing is written."""
    out = cutting_room.root / "out"
    path = next(path for path in out.rglob("*") if path.relative_to(out).as_posix().startswith(name))
    path.write_text("notes of an editor")
    before = contents(out)
    cutting_room.edit("prompt: a visor", "prompt: another visor")
    cutting_room.built()
    done = cutting_room.run("handover", "film.yaml", "out")
    assert (2, True, True) == (done.code, "U107" in done.stderr, path.name in done.stderr)
    assert before == contents(out)


def test_nothing_is_written_while_clips_are_missing(stage: Stage) -> None:
    """They are named; what there is can be had when asked for, and filled up later."""
    stage.write("film.yaml", FILM)
    stage.built("pad")
    done = stage.run("handover", "film.yaml", "out", "--json")
    assert (3, ["U103"]) == (done.code, done.codes)
    assert not (stage.root / "out").exists()
    done = handed(stage, "--partial")
    assert ["crew", "sky"] == done.json["missing"]
    assert ["ExternalReference", "MissingReference", "MissingReference"] == [
        clip.media_reference.schema_name() for clip in clips_in(stage.root / "out")
    ]
    stage.built()
    assert [] == handed(stage).json["missing"]
    assert {"ExternalReference"} == {
        clip.media_reference.schema_name() for clip in clips_in(stage.root / "out")
    }


def test_copies_are_not_the_stores_own_files(cutting_room: Stage) -> None:
    """An editor may write to them; the store stays sound."""
    for path in (cutting_room.root / "out" / "clips").iterdir():
        assert 1 == path.stat().st_nlink
        path.write_bytes(b"spoilt")
    assert 0 == cutting_room.run("cache", "verify").code


def test_the_contact_sheet_shows_a_frame_of_each_shot(stage: Stage) -> None:
    """In cut order, each once; a shot without a clip is crossed out."""
    for colour in ("red", "blue"):
        stage.still(f"{colour}.png", colour=colour, size=(256, 144))
    shots = "".join(
        f"  - {{id: {name}, image: {name}.png, prompt: x, camera: static}}\n" for name in ("red", "blue")
    )
    head = "version: 1\noutput: {size: 256x144, fps: 24}\ndefaults: {provider: animatic, duration: 0.5}\nshots:\n"
    stage.write("film.yaml", f"{head}{shots}  - {{id: none, prompt: y}}\nsequence: [blue, red, blue, none]\n")
    stage.built("red", "blue")
    handed(stage, "--partial")
    sheet = Image.open(stage.root / "out/film.jpg").convert("RGB")
    across = [24 + 192 + column * 408 for column in range(3)]
    pixels: list[Any] = [sheet.getpixel((x, 82 + 60)) for x in across]
    assert [True, True] == [pixels[0][2] - pixels[0][0] > 80, pixels[1][0] - pixels[1][2] > 80]
    assert max(pixels[2]) < 80
    assert 24 + 3 * 408 == sheet.width


@pytest.mark.parametrize(
    ("title", "told", "lacking"),
    [
        ("Lift\\U0010FFFDoff", "Lift U+10FFFD off", "\U0010fffd"),
        ("One\\u200b \\t two\\n", "One two", ""),
        ("\\u0627\\u0644\\u0625\\u0642\\u0644\\u0627\\u0639", "", ""),
        ("\\u0e1a\\u0e34\\u0e19 \\u05d0\\u05d1 \\u092e", "", ""),
    ],
)
def test_the_contact_sheet_loses_no_character_of_a_title(
    stage: Stage, title: str, told: str, lacking: str
) -> None:
    """Scripts that fonts here have are drawn; what none has is told by its number, and said."""
    sheets = []
    for one in (title, told or "x", ""):
        stage.write("film.yaml", f'{FILM}title: "{one}"\n' if one else FILM)
        stage.built()
        notes = handed(stage).json["notes"]
        said = [note for note in notes if "by its number" in note]
        assert ([lacking] if lacking and one == title else []) == [note.rpartition(": ")[2] for note in said]
        assert all(note in (stage.root / "out/README.txt").read_text("utf-8") for note in said)
        sheets.append((stage.root / "out/film.jpg").read_bytes())
    assert (sheets[0] == sheets[1]) is bool(told)
    assert sheets[0] != sheets[2]


def test_each_output_has_its_lists(stage: Stage) -> None:
    """Clips are shared; a rate without timecode has no edit list, and the page says so."""
    outputs = "outputs: {wide: {size: 64x36, fps: 24}, tall: {size: 36x64, fps: 15}}"
    stage.write("film.yaml", FILM.replace("output: {size: 64x36, fps: 24}", outputs))
    stage.built()
    done = handed(stage).json
    names = {Path(row["path"]).name for row in done["files"]}
    assert {"film-wide.otio", "film-tall.otio", "film-wide.edl"} <= names
    assert not {"film-tall.edl", "film-tall.xml"} & names
    assert [True] == ["no edit list" in note for note in done["notes"]]
    assert "no edit list" in (stage.root / "out/README.txt").read_text()
    assert 4 == sum("/clips/" in row["path"] for row in done["files"])


def test_sounds_are_handed_over(stage: Stage) -> None:
    """Each track of the mix is in the folder and in the lists, where the film has it."""
    sound = ["-f", "lavfi", "-i", "sine=duration=0.75", str(stage.root / "song.wav")]
    subprocess.run([str(real_ffmpeg()), "-nostdin", "-loglevel", "error", *sound], check=True)
    stage.write("film.yaml", f"{FILM}tracks: [{{id: music, file: song.wav, start: 0.5, gain_db: -6}}]\n")
    stage.built()
    handed(stage)
    found = otio.adapters.read_from_file(str(stage.root / "out/film.otio")).audio_tracks()[0]
    item = next(iter(found.find_clips()))
    assert ("music", 12.0, 18.0) == (
        found.name,
        item.range_in_parent().start_time.value,
        item.duration().value,
    )
    assert "-6" == item.metadata["renderer"]["gain_db"]
    assert (stage.root / "out" / item.media_reference.target_url).read_bytes() == (
        stage.root / "song.wav"
    ).read_bytes()


def test_a_list_that_was_tampered_with_reaches_nothing_outside(cutting_room: Stage) -> None:
    """Names that lead out of the folder are not believed, and a link is not followed."""
    mine = cutting_room.write("mine.txt", "mine")
    path = cutting_room.root / "out/.handover.json"
    listed = json.loads(path.read_text())
    listed["files"] |= {
        "../mine.txt": [digest_file(mine).sha256],
        "/etc/passwd": ["x"],
        "a/../../mine.txt": [],
    }
    path.write_text(json.dumps(listed))
    handed(cutting_room)
    assert "mine" == mine.read_text()
    elsewhere = cutting_room.root / "elsewhere"
    (cutting_room.root / "out/clips").rename(elsewhere)
    (cutting_room.root / "out/clips").symlink_to(elsewhere)
    done = cutting_room.run("handover", "film.yaml", "out")
    assert (2, True) == (done.code, "U106" in done.stderr)


def test_a_file_is_no_folder(cutting_room: Stage) -> None:
    """It stays as it is."""
    done = cutting_room.run("handover", "film.yaml", "film.yaml")
    assert (2, True) == (done.code, "U106" in done.stderr)


def test_the_first_handover_wants_a_folder_of_its_own(cutting_room: Stage) -> None:
    """Among other files nothing is written; what the system puts into every folder does not count."""
    for folder in ("full", "fresh"):
        (cutting_room.root / folder).mkdir()
    (cutting_room.root / "full" / "taxes.ods").write_text("mine")
    (cutting_room.root / "fresh" / ".DS_Store").write_text("theirs")
    for folder in ("full", "."):
        done = cutting_room.run("handover", "film.yaml", folder)
        assert (2, True) == (done.code, "error[U107]" in done.stderr)
    assert ["taxes.ods"] == [path.name for path in (cutting_room.root / "full").iterdir()]
    assert 0 == cutting_room.run("handover", "film.yaml", "fresh").code
