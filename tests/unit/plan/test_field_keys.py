"""Every field of the language: whether a change of it asks for another clip. One row each, each really compiled."""

import io
import json
import wave
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from renderer.lettering.find import TEXT, shipped_folder

from .desk import Desk, desk_with
from .test_golden_keys import DOT
from .test_media_keys import CLIP, VOICE

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "storyboard.schema.json").read_bytes())
DEFINED = SCHEMA["$defs"]
SEEDANCE, WAN = "bytedance/seedance-2-0", "alibaba/wan-2-6-t2v"
MUSIC = {"id": "music", "file": "tone.wav", "loop": True}


def tone() -> bytes:
    """A tenth of a second of silence, as a WAV file."""
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    return content.getvalue()


FILES = {
    "tone.wav": tone(),
    "a.png": DOT,
    "b.png": DOT + b"\n",
    "a.mp4": CLIP,
    "b.mp4": CLIP + b"\0",
    "a.wav": VOICE,
    "b.wav": VOICE + b"\0",
    "parts/a.yaml": b"defaults: {style: dusk}\n",
    "parts/b.yaml": b"defaults: {style: dawn}\n",
    "own.otf": (shipped_folder() / TEXT).read_bytes(),
}
CAST = {"mara": {"look": "a woman", "images": ["a.png"]}, "joe": {"look": "a man"}}


class Row(NamedTuple):
    """A field with two values. `beside` is what the shot, or the storyboard at its top, has in both cases."""

    before: Any
    after: Any
    changes: bool
    beside: Mapping[str, Any] = {}
    top: Mapping[str, Any] = {}


SHOT = {
    "id": Row("pad", "launch", False),
    "matrix": Row({"sky": ["dusk"]}, {"sky": ["dawn"]}, True, {"prompt": "${sky}"}),
    "provider": Row("aimlapi", "animatic", True),
    "model": Row(WAN, SEEDANCE, True),
    "prompt": Row("a launch", "the launch", True),
    "prompt_template": Row("${prompt}!", "${prompt}?", True),
    "style": Row("dusk", "dawn", True),
    "camera": Row("pan left", "pan right", True),
    "negative_prompt": Row("rain", "snow", True, {"model": WAN}),
    "cast": Row(["mara"], ["joe"], True, top={"characters": CAST}),
    "image": Row("a.png", "b.png", True),
    "last_image": Row("a.png", "b.png", True, {"image": "a.png"}),
    "references": Row(["a.png"], ["b.png"], True),
    "video": Row("a.mp4", "b.mp4", True),
    "audio": Row("a.wav", "b.wav", True, {"image": "a.png"}),
    "ratio": Row("16:9", "9:16", True),
    "resolution": Row("480p", "720p", True),
    "duration": Row("120f", "240f", True),
    "enhance_prompt": Row(True, False, True, {"model": WAN}),
    "seed": Row(7, 8, True),
    "seeds": Row([7, 42], [8, 42], True),
    "takes": Row(1, 3, False),
    "use": Row(1, 2, False),
    "speed": Row(1, 2, False),
    "reverse": Row(False, True, False),
    "hold": Row(0, 1, False),
    "sound": Row({"gain_db": -3}, {"kind": "voice"}, False),
    "enter": Row({"crossfade": 0.5}, {"dip": 1}, False),
    "titles": Row([{"text": "Liftoff"}], [{"text": "Launch"}], False),
    "caption": Row("six", "seven", False),
    "dialogue": Row([{"line": "It's late."}], [{"line": "It is early."}], False),
    "params": Row({"watermark": False}, {"watermark": True}, True),
    "for": Row({"main": {"reframe": "left"}}, {"main": {"seed": 8}}, False),
}
ELSEWHERE = {
    "title": Row({"title": "Liftoff"}, {"title": "Launch"}, False),
    "include": Row({"include": "parts/a.yaml"}, {"include": ["parts/b.yaml"]}, True),
    "defaults": Row({"defaults": {"style": "dusk"}}, {"defaults": {"style": "dawn"}}, True),
    "vars": Row({"vars": {"sky": "dusk"}}, {"vars": {"sky": "dawn"}}, True, {"prompt": "${sky}"}),
    "profiles": Row({"profiles": {"d": {"style": "dusk"}}}, {"profiles": {}}, False),
    "characters": Row({"characters": CAST}, {"characters": {**CAST, "x": {"look": "x"}}}, False),
    "characters.look": Row(
        {"characters": {"x": {"look": "tall"}}},
        {"characters": {"x": {"look": "small"}}},
        True,
        {"cast": ["x"]},
    ),
    "characters.images": Row(
        {"characters": {"x": {"images": ["a.png"]}}},
        {"characters": {"x": {"images": ["b.png"]}}},
        True,
        {"cast": ["x"]},
    ),
    "shots": Row({}, {"shots": [{"id": "sky", "prompt": "stars", "model": WAN}]}, False),
    "sequence": Row({"sequence": ["pad"]}, {"sequence": ["pad", "pad"]}, False),
    "sequence.shot": Row({"sequence": [{"shot": "pad"}]}, {"sequence": ["pad"]}, False),
    "sequence.speed": Row(
        {"sequence": [{"shot": "pad", "speed": 2}]}, {"sequence": [{"shot": "pad", "speed": 0.5}]}, False
    ),
    "sequence.reverse": Row({"sequence": [{"shot": "pad", "reverse": True}]}, {"sequence": ["pad"]}, False),
    "sequence.hold": Row({"sequence": [{"shot": "pad", "hold": "12f"}]}, {"sequence": ["pad"]}, False),
    "sequence.use": Row(
        {"sequence": [{"shot": "pad", "use": 1}]}, {"sequence": [{"shot": "pad", "use": 2}]}, False
    ),
    "sequence.enter": Row(
        {"sequence": ["pad", {"shot": "pad", "enter": {"wipe": 0.5}}]}, {"sequence": ["pad", "pad"]}, False
    ),
    "use.in": Row({"defaults": {"use": {"in": 0}}}, {"defaults": {"use": {"in": 1}}}, False),
    "use.out": Row({"defaults": {"use": {"out": 2}}}, {"defaults": {"use": {"out": "36f"}}}, False),
    "matrix.include": Row({}, {"include": [{"sky": "noon"}]}, False),
    "matrix.exclude": Row({}, {"exclude": [{"sky": "dawn"}]}, False),
    "budget.per_run": Row({"budget": {"per_run": 1}}, {"budget": {"per_run": 2}}, False),
    "budget.total": Row({"budget": {"total": 1}}, {"budget": {"total": 2}}, False),
    "output.file": Row({"output": {"file": "a.mp4"}}, {"output": {"file": "b.mp4"}}, False),
    "output.size": Row({"output": {"size": "64x36"}}, {"output": {"size": "36x64"}}, False),
    "output.fps": Row({"output": {"fps": 24}}, {"output": {"fps": 25}}, False),
    "output.fit": Row({"output": {"fit": "pad"}}, {"output": {"fit": "crop"}}, False),
    "output.background": Row({"output": {"background": "white"}}, {"output": {}}, False),
    "output.codec": Row({"output": {"codec": "h265"}}, {"output": {"codec": "prores"}}, False),
    "output.quality": Row({"output": {"quality": "draft"}}, {"output": {"quality": "master"}}, False),
    "output.pixel_format": Row({"output": {"pixel_format": "yuv444p"}}, {"output": {}}, False),
    "output.subtitles": Row(
        {"output": {"subtitles": {"burn": True}}}, {"output": {"subtitles": {"burn": False}}}, False
    ),
    "outputs": Row({"outputs": {"wide": {}}}, {"outputs": {"wide": {}, "tall": {}}}, False),
    "for.fit": Row(
        {"defaults": {"for": {"main": {"fit": "pad"}}}},
        {"defaults": {"for": {"main": {"fit": "crop"}}}},
        False,
    ),
    "for.reframe": Row(
        {"defaults": {"for": {"main": {"reframe": "left"}}}},
        {"defaults": {"for": {"main": {"reframe": {"y": 1}}}}},
        False,
    ),
    "reframe.x": Row(
        {"defaults": {"for": {"main": {"reframe": {"x": 0}}}}},
        {"defaults": {"for": {"main": {"reframe": {"x": 1}}}}},
        False,
    ),
    "reframe.y": Row(
        {"defaults": {"for": {"main": {"reframe": {"y": 0}}}}},
        {"defaults": {"for": {"main": {"reframe": {"y": 1}}}}},
        False,
    ),
    "output.sequence": Row(
        {"output": {"sequence": ["pad"]}}, {"output": {"sequence": ["pad", "pad"]}}, False
    ),
    "output.audio": Row({"output": {"audio": {"loudness": -16}}}, {"output": {}}, False),
    "tracks": Row({"tracks": [MUSIC]}, {"tracks": [{**MUSIC, "start": 1, "gain_db": -3}]}, False),
    "x-": Row({"x-mine": 1}, {"x-mine": 2}, False),
}


WORDS = {
    "titles": {
        "text": "Launch",
        "at": "before",
        "from": 1,
        "for": 1,
        "place": "top",
        "size": 5,
        "colour": "#000000",
        "background": "#ffffff",
        "font": "own.otf",
    },
    "dialogue": {"who": "mara", "line": "It is early.", "at": 1, "until": 3},
}
"""Fields of a title and of a line, each with another value than it has by itself."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """All files that the rows name."""
    with desk_with(tmp_path_factory.mktemp("fields"), FILES) as desk:
        yield desk


def first_key(desk: Desk, shot: Mapping[str, Any], top: Mapping[str, Any]) -> str:
    """The key of the first take of one paid shot, beside further shots that `top` may have."""
    base = {"id": "pad", "provider": "aimlapi", "model": SEEDANCE, "prompt": "a launch"}
    asked = {name: value for name, value in {**base, **shot}.items() if value is not None}
    return desk.takes(json.dumps({"version": 1, **top, "shots": [asked, *top.get("shots", [])]}))[0].key


@pytest.mark.parametrize("name", SHOT)
def test_a_field_of_a_shot_changes_its_key_just_if_the_table_says_so(desk: Desk, name: str) -> None:
    """What is asked for does; what only names, repeats or cuts it does not."""
    row = SHOT[name]
    before, after = (
        first_key(desk, {**row.beside, name: value}, row.top) for value in (row.before, row.after)
    )
    assert row.changes == (before != after)


@pytest.mark.parametrize("name", sorted(SHOT.keys() & DEFINED["defaults"]["properties"].keys()))
def test_a_default_is_what_the_shot_would_have_said(desk: Desk, name: str) -> None:
    """The same key, whichever of the two says it."""
    row = SHOT[name]
    own = first_key(desk, {**row.beside, name: row.after}, row.top)
    shared = first_key(desk, {**row.beside, name: None}, {**row.top, "defaults": {name: row.after}})
    assert own == shared


@pytest.mark.parametrize("name", [name for name in ELSEWHERE if not name.startswith("matrix.")])
def test_a_field_elsewhere_changes_the_key_just_if_the_table_says_so(desk: Desk, name: str) -> None:
    """Shared fields and words do; the film, its cut and its budget do not."""
    row = ELSEWHERE[name]
    assert row.changes == (first_key(desk, row.beside, row.before) != first_key(desk, row.beside, row.after))


@pytest.mark.parametrize("name", ["matrix.include", "matrix.exclude"])
def test_other_combinations_of_a_matrix_do_not_change_a_key(desk: Desk, name: str) -> None:
    """Each shot has its own."""
    row = ELSEWHERE[name]
    before, after = (
        first_key(desk, {"prompt": "${sky}", "matrix": {"sky": ["dusk", "dawn"], **more}}, {})
        for more in (row.before, row.after)
    )
    assert row.changes == (before != after)


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in WORDS for field in WORDS[name]])
def test_no_word_of_a_film_changes_a_key(desk: Desk, name: str, field: str) -> None:
    """Titles and lines are the film's, never the request's."""
    plain = {"titles": {"text": "Liftoff"}, "dialogue": {"line": "It's late."}}[name]
    keys = {first_key(desk, {name: [said]}, {}) for said in (plain, {**plain, field: WORDS[name][field]})}
    assert 1 == len(keys)


def test_the_words_have_every_field_of_the_language() -> None:
    """Each is held against the key."""
    assert [set(DEFINED[rule]["properties"]) for rule in ("title", "spoken")] == [*map(set, WORDS.values())]


def test_the_table_has_every_field_of_the_language() -> None:
    """But `version`, which has one value; and `clip`, whose shots are never generated."""
    range_ = next(form for form in DEFINED["use"]["anyOf"] if form.get("type") == "object")
    slot = next(form for form in DEFINED["slot"]["anyOf"] if form.get("type") == "object")
    below = {
        "output": DEFINED["output"],
        "budget": SCHEMA["properties"]["budget"],
        "characters": DEFINED["character"],
        "matrix": DEFINED["matrix"],
        "use": range_,
        "sequence": slot,
    }
    point = next(form for form in DEFINED["reframe"]["anyOf"] if form.get("type") == "object")
    override = DEFINED["override"]["properties"].keys() - DEFINED["defaults"]["properties"].keys()
    inner = {f"{name}.{field}" for name, rule in below.items() for field in rule["properties"]}
    inner |= {f"for.{field}" for field in override} | {f"reframe.{field}" for field in point["properties"]}
    assert set(DEFINED["shot"]["properties"]) - {"clip"} == set(SHOT)
    assert set(SCHEMA["properties"]) - {"version", "output", "budget"} | inner | {"x-"} == set(ELSEWHERE)
