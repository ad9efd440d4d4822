"""`docs/language.md` against the language: fields, types, defaults, what is in the key, and every example."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from renderer.ffmpeg.binary import locate_ffmpeg
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import open_project
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import open_workshop

from .pages import PAGES, ROOT, blocks, code_words, rows, sections
from .tour import Place, found

PAGE = (ROOT / "docs" / "language.md").read_text("utf-8")
SCHEMA = json.loads((ROOT / "schemas" / "storyboard.schema.json").read_text("utf-8"))
DEFINED = SCHEMA["$defs"]


def mapping(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of the form of a field that is a mapping of its own."""
    form = next(form for form in schema["anyOf"] if form.get("type") == "object")
    return cast("Mapping[str, Any]", form["properties"])


AUDIO = DEFINED["output"]["properties"]["audio"]["properties"]
TRACK = DEFINED["track"]["properties"]
TABLES = {
    "The file": SCHEMA["properties"],
    "output": DEFINED["output"]["properties"],
    "shots and defaults": DEFINED["shot"]["properties"],
    "matrix": DEFINED["matrix"]["properties"],
    "characters and cast": DEFINED["character"]["properties"],
    "frames of other shots": DEFINED["frame"]["properties"],
    "use": mapping(DEFINED["use"]),
    "enter": DEFINED["enter"]["properties"],
    "sequence": mapping(DEFINED["slot"]),
    "tracks": TRACK,
    "start": mapping(TRACK["start"]),
    "duck": mapping(TRACK["duck"]),
    "sound": DEFINED["sound"]["properties"],
    "audio of an output": AUDIO,
    "loudness": mapping(AUDIO["loudness"]),
    "beats": DEFINED["beats"]["properties"],
    "titles": DEFINED["title"]["properties"],
    "dialogue": DEFINED["spoken"]["properties"],
    "subtitles": DEFINED["subtitles"]["properties"],
    "for": {
        name: rule
        for name, rule in DEFINED["override"]["properties"].items()
        if name not in DEFINED["defaults"]["properties"]
    },
}
TYPES = {
    "object": "mapping",
    "array": "list",
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "true or false",
}
ONE_SHOTS = {"id", "matrix", "clip", "titles", "caption", "dialogue"}
"""What a shot alone can have."""
INCLUDED = re.compile(r"# (\w+/\w+\.yaml)\n")
"""How an example begins that others include: with its own name."""
SHOT = {
    "id": "pad",
    "provider": "aimlapi",
    "model": "gen3a_turbo",
    "prompt": "a rocket",
    "image": "stills/rocket.jpg",
    "ratio": "16:9",
    "duration": 5,
    "seed": 7,
}
OTHERWISE: Mapping[str, Any] = {
    "id": "other",
    "provider": "animatic",
    "prompt": "another rocket",
    "prompt_template": "${prompt}!",
    "style": "dusk",
    "camera": "static",
    "image": "stills/astronaut.png",
    "last_image": "stills/astronaut.png",
    "ratio": "9:16",
    "duration": 10,
    "seed": 8,
    "seeds": [8, 9],
    "takes": 2,
    "use": 1,
    "speed": 2,
    "reverse": True,
    "hold": 1,
    "sound": {"gain_db": -3},
    "enter": {"crossfade": 0.5},
}
"""Another value for each field that gen3a_turbo takes or that no model is told."""


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with what it refers to."""
    if "$ref" not in schema:
        return schema
    return {**resolved(DEFINED[schema["$ref"].rpartition("/")[2]]), **schema}


def type_of(name: str, schema: Mapping[str, Any]) -> str:
    """A field's type in the page's words."""
    if name == "use":
        return "time or range"
    if name == "start":
        return "time or mapping"
    if any(form.get("$ref") == "#/$defs/timecode" for form in schema.get("anyOf", ())):
        return "time"
    if "const" in schema:
        return "integer"
    forms = [resolved(form) for form in schema.get("anyOf") or [schema]]
    found = [form.get("type", "string") for form in forms]
    flat = [kind for kinds in found for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return " or ".join(dict.fromkeys(TYPES[kind] for kind in flat if kind != "null"))


def default_of(schema: Mapping[str, Any]) -> str:
    """A field's default as the page writes it."""
    default = schema.get("default")
    if default is None:
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


@pytest.mark.parametrize("heading", TABLES)
def test_the_page_names_every_field_with_its_type_and_default(heading: str) -> None:
    """Each table has the schema's fields, no more and no fewer."""
    fields = {name: resolved(schema) for name, schema in TABLES[heading].items()}
    expected = {name: (type_of(name, schema), default_of(schema)) for name, schema in fields.items()}
    told = {code_words(row[0])[0]: (row[1], row[2]) for row in rows(sections(PAGE)[heading])}
    assert expected == told


def test_defaults_take_every_field_of_a_shot_but_those_of_one_shot() -> None:
    """What the page says of `defaults` is what the schema says."""
    assert set(DEFINED["shot"]["properties"]) - ONE_SHOTS == set(DEFINED["defaults"]["properties"])


def test_what_the_page_says_is_in_the_key_is_in_the_key(tmp_path: Path) -> None:
    """Each field is changed alone; the key of take 1 follows just where the page says so."""
    told = {code_words(row[0])[0]: row[3] != "no" for row in rows(sections(PAGE)["shots and defaults"])}
    place = found(tmp_path, small=True)
    with open_workshop(place.environ, here=place.project) as workshop:

        def key(**changed: Any) -> str:
            spec = place.project / "specs" / "film.yaml"
            fields = {**SHOT, **({"seed": None} if "seeds" in changed else {}), **changed}
            spec.write_text(json.dumps({"version": 1, "shots": [fields]}))
            return open_run(workshop, open_project(spec), Wishes()).compiled.takes[0].key

        before = key()
        changed = {name: key(**{name: value}) != before for name, value in OTHERWISE.items()}
    assert {name: told[name] for name in OTHERWISE} == changed


def test_every_example_is_a_storyboard(tmp_path: Path) -> None:
    """All YAML of all pages validates, without a warning, with the demo's stills at hand."""
    place = found(tmp_path, small=True)
    add_logo(place)
    for path in place.project.glob("specs/*.yaml"):
        path.unlink()
    for name, text in examples():
        path = place.project / "specs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert {"version": 1, "errors": [], "warnings": []} == json.loads(
        place.run("renderer validate --json specs/*.yaml")
    )


def add_logo(place: Place) -> None:
    """Make the clip that examples name."""
    draw = ["-f", "lavfi", "-i", "color=black:s=64x36:r=24:d=1", "-pix_fmt", "yuv420p"]
    logo = place.project / "specs" / "stills" / "logo.mp4"
    subprocess.run([str(locate_ffmpeg({})), "-loglevel", "error", *draw, str(logo)], check=True)


def examples() -> Iterator[tuple[str, str]]:
    """Every YAML block of the pages as a whole storyboard, under a name that leads back to it; included ones as they are."""
    for page in PAGES:
        for block in blocks(page.read_text("utf-8"), "yaml"):
            if named := INCLUDED.match(block.text):
                yield named[1], block.text
            else:
                yield f"{page.stem}-{block.line}.yaml", whole(block.text)


def whole(text: str) -> str:
    """An example with the `version` and `shots` that it leaves out."""
    fields = yaml.safe_load(text)
    head = "" if "version" in fields else "version: 1\n"
    tail = "" if "shots" in fields else "shots: [{id: pad, prompt: a rocket on the pad}]\n"
    return head + text + tail
