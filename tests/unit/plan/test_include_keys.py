"""`include`: what is taken in from other files, where paths and faults belong, and whose keys follow an edit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Reach, open_project
from renderer.pipeline.reading.compile import compile_storyboard
from renderer.pipeline.wishes import Wishes
from renderer.plan.rows import TakeRow

from .desk import Desk, desk_with
from .test_golden_keys import DOT
from .test_media_keys import VOICE

FILM = """\
version: 1
include: [shared/look.yaml, acts/one.yaml]
vars: {hour: dawn}
defaults: {style: "${hour}, ${film}", takes: 2}
profiles: {draft: {provider: animatic}}
shots:
  - {id: end, prompt: to be continued}
sequence: [end, pad, crew]
"""
LOOK = """\
include: ../shared/people.yaml
vars: {hour: dusk, film: 35 mm}
defaults: {provider: aimlapi, model: bytedance/seedance-2-0, style: none, seeds: [7, 8, 9], references: [dot.png]}
profiles: {draft: {takes: 1}}
"""
PEOPLE = "characters: {mara: {look: a woman of 40, images: [../dot.png]}}\n"
ACT = """\
version: 1
include: [../shared/people.yaml]
shots:
  - {id: pad, prompt: "steam, ${hour}", image: ../dot.png, params: {audio_urls: [../shared/voice.wav]}}
  - {id: crew, prompt: a visor, cast: [mara], references: null, takes: 1}
"""
FILES = {
    "shared/look.yaml": LOOK.encode(),
    "shared/people.yaml": PEOPLE.encode(),
    "acts/one.yaml": ACT.encode(),
    "dot.png": DOT,
    "shared/dot.png": DOT,
    "shared/voice.wav": VOICE,
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The film in its files."""
    (tmp_path / "renderer.toml").touch()
    with desk_with(tmp_path, FILES) as desk:
        yield desk


def built(desk: Desk, text: str = FILM) -> tuple[TakeRow, ...]:
    """The takes with all that is remembered."""
    spec = desk.folder / "film.yaml"
    spec.write_text(text, encoding="utf-8")
    return open_run(desk.workshop, open_project(spec), Wishes(reach=Reach(fetch=False))).compiled.takes


def test_the_including_file_wins_and_included_shots_come_first(desk: Desk) -> None:
    """Mappings merge, in one set of defaults and variables; `takes` here wins over `seeds` there."""
    found = desk.examine(FILM)
    assert [] == found.diagnostics
    shots = {shot.id: shot for shot in found.storyboard.shots}
    assert ["pad", "crew", "end"] == list(shots)
    prompts = [shot.request.prompt for shot in shots.values() if shot.request]
    assert [
        "steam, dawn. dawn, 35 mm",
        "a visor. a woman of 40. dawn, 35 mm",
        "to be continued. dawn, 35 mm",
    ] == prompts
    assert [[1, 2], [1], [1, 2]] == [[take.seed for take in shot.takes] for shot in shots.values()]


def test_a_path_begins_in_the_folder_of_its_file(desk: Desk) -> None:
    """In fields, in lists, in characters and among `params`."""
    found = desk.examine(FILM)
    paths = {
        (row.shot, role): [path for *_, path in given]
        for row, detail in zip(found.compiled.takes, found.details, strict=True)
        for role, given in detail.inputs.items()
    }
    assert {
        ("pad", "image"): ["dot.png"],
        ("pad", "references"): ["shared/dot.png"],
        ("pad", "params.audio_urls"): ["shared/voice.wav"],
        ("crew", "references"): ["dot.png"],
        ("end", "references"): ["shared/dot.png"],
    } == paths
    files = {path for path, *_ in found.compiled.inputs}
    assert {"shared/look.yaml", "shared/people.yaml", "acts/one.yaml"} <= files


def test_places_are_in_the_file_where_things_are_written(desk: Desk) -> None:
    """Shots are counted within their own file."""
    shots = {shot.id: shot for shot in desk.examine(FILM).storyboard.shots}
    root = desk.folder
    assert (f"{root}/film.yaml", 7, "$.shots[0].id") == (*shots["end"].place[:2], shots["end"].place.path)
    assert (f"{root}/acts/one.yaml", 5, "$.shots[1].id") == (
        *shots["crew"].place[:2],
        shots["crew"].place.path,
    )
    where = [(place.file.removeprefix(f"{root}/"), place.path) for place in shots["pad"].origins["prompt"]]
    assert [
        ("acts/one.yaml", "$.shots[0].prompt"),
        ("film.yaml", "$.vars.hour"),
        ("film.yaml", "$.defaults.style"),
        ("shared/look.yaml", "$.vars.film"),
    ] == where


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("acts/one.yaml", "steam", "smoke", {"pad", "pad.take2"}),
        ("shared/people.yaml", "40", "41", {"crew"}),
        ("shared/look.yaml", "35 mm", "70 mm", {"pad", "pad.take2", "crew", "end", "end.take2"}),
        ("shared/look.yaml", "hour: dusk", "hour: noon", set()),
    ],
)
def test_an_edit_of_an_included_file_changes_the_keys_of_what_it_reaches(
    desk: Desk, name: str, old: str, new: str, expected: set[str]
) -> None:
    """Also with all that is remembered: the storyboard's own text is as it was."""
    before = built(desk)
    assert before == built(desk)
    path = desk.folder / name
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")
    after = built(desk)
    assert expected == {row.name for row, other in zip(before, after, strict=True) if row.key != other.key}
    assert after == desk.examine(FILM).compiled.takes


def test_an_edit_beside_included_defaults_compiles_to_what_the_whole_does(desk: Desk) -> None:
    """The other shots are remembered with the files as they were."""
    film = FILM.replace(", acts/one.yaml", "").replace(
        "sequence: [end, pad, crew]\n", "  - {id: pad, prompt: steam}\n"
    )
    for text, compiled in ((film, 4), (film.replace("steam", "smoke"), 2), (film.replace("to be", "not"), 4)):
        spec = desk.folder / "film.yaml"
        spec.write_text(text, encoding="utf-8")
        found, details, _ = compile_storyboard(desk.workshop, open_project(spec), reach=Reach(fetch=False))
        whole = desk.examine(text)
        assert (compiled, whole.compiled) == (len(details), found)
        assert {number: whole.details[number] for number in details} == details


def test_a_file_outside_the_project_is_not_read(desk: Desk) -> None:
    """As with every path of a storyboard."""
    found = desk.examine("version: 1\ninclude: ../other.yaml\nshots: [{id: a, prompt: x}]\n").diagnostics
    assert [("S511", "$.include")] == [(one.code, one.place and one.place.path) for one in found]
