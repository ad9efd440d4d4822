"""The matrix of a shot: which shots it makes, in which order, and what their texts become."""

import json
from pathlib import Path

from renderer.spec import expand, parse, validate
from renderer.storyboard import Shot, Source

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "schemas" / "storyboard.schema.json").read_text(encoding="utf-8"))


def shots(text: str) -> tuple[Shot, ...]:
    """The shots of a sound storyboard."""
    document = parse(f"version: 1\n{text}".encode(), file="film.yaml")
    assert [] == validate(document, schema=SCHEMA)
    return expand(document)[0].shots


def matrix(written: str, prompt: str = "x") -> dict[str, str | None]:
    """The prompt of each shot of one matrix, by its id, in order."""
    made = shots(f"shots:\n  - {{id: v, matrix: {written}, prompt: '{prompt}'}}")
    return {shot.id: shot.request.prompt for shot in made if shot.request}


def test_the_first_axis_turns_slowest() -> None:
    """The order is that of the text."""
    assert ["v.b.x", "v.b.y", "v.a.x", "v.a.y"] == list(matrix("{city: [b, a], hour: [x, y]}"))


def test_values_are_variables_of_their_own_shot() -> None:
    """As texts, in lists and in mappings, and numbers as they are written."""
    written = "{city: {rome: the ruins, oslo: snow}, lens: [035, 50]}"
    assert {
        "v.rome.35": "the ruins at 35 mm",
        "v.rome.50": "the ruins at 50 mm",
        "v.oslo.35": "snow at 35 mm",
        "v.oslo.50": "snow at 50 mm",
    } == matrix(written, "${city} at ${lens} mm")


def test_exclude_leaves_out_all_that_fits_and_include_comes_last() -> None:
    """An included value may be a new one; one that an axis has means what it means there."""
    written = (
        "{city: {rome: the ruins, oslo: snow}, hour: [day, night], exclude: [{city: rome}],"
        " include: [{hour: dusk, city: rome}, {city: paris, hour: day}]}"
    )
    assert {
        "v.oslo.day": "snow day",
        "v.oslo.night": "snow night",
        "v.rome.dusk": "the ruins dusk",
        "v.paris.day": "paris day",
    } == matrix(written, "${city} ${hour}")


def test_values_reach_every_text_and_win_over_vars() -> None:
    """Defaults, paths and lists too; values may hold variables themselves."""
    text = """
vars: {city: nowhere, ship: a rocket}
defaults: {style: "${city} light", references: ["${city}.png"]}
shots:
  - {id: v, matrix: {city: {rome: "${ship} in Rome"}}, prompt: a, image: "${city}.jpg", camera: "to ${city}", negative_prompt: "no ${city}"}
  - {id: w, matrix: {city: [logo]}, clip: "${city}.mp4"}
  - {id: z, prompt: z}
"""
    v, w, z = shots(text)
    assert v.request
    assert z.request
    assert "a. to a rocket in Rome. a rocket in Rome light" == v.request.prompt
    assert ("a rocket in Rome.jpg", "no a rocket in Rome") == (
        isinstance(v.request.image, Source) and v.request.image.text,
        v.request.negative_prompt,
    )
    assert ["a rocket in Rome.png"] == [source.text for source in v.request.references]
    assert "logo.mp4" == (w.clip and w.clip.text)
    assert "z. nowhere light" == z.request.prompt


def test_a_value_is_among_the_origins_of_what_it_is_put_into() -> None:
    """After the text that asks for it, before defaults; that of the other shot is not."""
    first, second = shots("shots:\n  - {id: v, matrix: {city: [rome, oslo]}, prompt: 'to ${city}'}\n")
    assert ["$.shots[0].prompt", "$.shots[0].matrix.city[0]"] == [
        place.path for place in first.origins["prompt"]
    ]
    assert "$.shots[0].matrix.city[1]" == second.origins["prompt"][1].path
    assert (0, 0) == (first.item, second.item)


def test_shots_of_several_entries_know_where_they_come_from() -> None:
    """By the number of the entry."""
    made = shots(
        "shots:\n  - {id: s, prompt: x}\n  - {id: v, matrix: {a: [x, y]}, prompt: x}\n  - {id: t, prompt: x}"
    )
    assert [0, 1, 1, 2] == [shot.item for shot in made]
