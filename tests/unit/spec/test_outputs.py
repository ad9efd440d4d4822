"""Several films of one cut: what each is called, what a shot has otherwise in one of them, and in which order levels count."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from renderer.model import MIDDLE, Centre, Size
from renderer.storyboard import CUT, Framing, Motion, Shot, ShotSound, Source, Storyboard, Use, Words

from .test_expansion import board, codes

ROOT = Path(__file__).parents[3]
TWO = "outputs: {wide: {size: 64x36, fps: 12}, tall: {size: 36x64, fps: 24}}\n"


def shots(fields: str, *, head: str = TWO) -> Mapping[str, Shot]:
    return {shot.id: shot for shot in board(f"{head}\nshots:\n  - {{id: pad, {fields}}}\n").shots}


def framing(fields: str) -> Framing:
    """How the tall film shows a shot of which it has no clip of its own."""
    (pad,) = shots(fields).values()
    return pad.framings["tall"]


def test_each_output_has_the_fields_of_one() -> None:
    """In the order of the text, each with its defaults."""
    wide, tall = board(f"{TWO}shots: [{{id: a, prompt: x}}]").outputs
    assert ("wide", "film-wide.mp4", Size(64, 36), Fraction(12)) == wide[:4]
    assert ("tall", "film-tall.mp4", Size(36, 64), Fraction(24)) == tall[:4]
    assert "$.outputs.tall" == tall.place.path


def test_one_output_with_a_name_is_called_after_the_storyboard() -> None:
    """Its name counts where there are several."""
    (output,) = board("outputs: {wide: null}\nshots: [{id: a, prompt: x}]").outputs
    assert ("wide", "film.mp4") == output[:2]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("left", Centre(x=Fraction(0))),
        ("bottom", Centre(y=Fraction(1))),
        ("center", MIDDLE),
        ("{x: 0.3}", Centre(x=Fraction(3, 10))),
        ("{x: 0, y: 1}", Centre(Fraction(0), Fraction(1))),
    ],
)
def test_a_reframe_is_a_side_or_a_point(written: str, expected: Centre) -> None:
    """What is not said lies in the middle."""
    assert expected == framing(f"prompt: x, for: {{tall: {{reframe: {written}}}}}").centre


def test_what_cuts_a_clip_another_way_makes_no_variant() -> None:
    """`use`, `fit` and `reframe` are the output's; one `use` that is the shot's own is none."""
    assert Framing(use=Use(out_s=Fraction(1)), fit="pad") == framing(
        "prompt: x, for: {tall: {use: 1, fit: pad}}"
    )
    assert Framing(use=Use()) == framing("prompt: x, use: 2, for: {tall: {use: null}}")
    assert {} == shots("prompt: x, use: 2, for: {tall: {use: 2}}")["pad"].framings


def test_any_other_field_makes_a_variant() -> None:
    """A shot of its own behind the other, with all that the other has."""
    found = shots("prompt: x, seed: 3, use: 2, for: {tall: {ratio: 9:16, takes: 2, reframe: left}}")
    assert ["pad", "pad@tall"] == list(found)
    pad, tall = found.values()
    assert pad.request
    assert tall.request
    assert (None, "9:16") == (pad.request.ratio, tall.request.ratio)
    assert ([3], [3, 4]) == ([take.seed for take in pad.takes], [take.seed for take in tall.takes])
    assert (pad.use, "tall", "pad") == (tall.use, tall.output, tall.base)
    assert ({}, {"tall": Framing(centre=Centre(x=Fraction(0)))}) == (pad.framings, tall.framings)


def test_levels_count_in_order() -> None:
    """Defaults, shot, `for` of the defaults, `for` of the shot: each over the one before; lists replace, `null` unsets."""
    head = TWO + (
        "defaults: {style: film, ratio: 16:9, seed: 1, params: {a: 1},"
        " for: {tall: {style: tall, ratio: 9:16, seeds: [5], params: {b: 2}, reframe: left}}}"
    )
    found = shots("prompt: x, style: own, for: {tall: {ratio: null, params: {c: 3}}}", head=head)
    tall = found["pad@tall"]
    assert tall.request
    assert ("x. tall", None, {"a": 1, "b": 2, "c": 3}) == (
        tall.request.prompt,
        tall.request.ratio,
        tall.request.params,
    )
    assert ([5], Centre(x=Fraction(0))) == ([take.seed for take in tall.takes], tall.framings["tall"].centre)
    assert found["pad"].request
    assert "x. own" == found["pad"].request.prompt


@pytest.mark.parametrize("written", ["for: null", "for: {tall: null}", "for: {wide: {fit: pad}, tall: null}"])
def test_null_unsets_what_the_defaults_have_for_an_output(written: str) -> None:
    """For all outputs, or for one."""
    head = f"{TWO}defaults: {{for: {{tall: {{ratio: 9:16}}}}}}"
    assert ["pad"] == list(shots(f"prompt: x, {written}", head=head))


def test_each_cell_of_a_matrix_has_its_variants() -> None:
    """Behind it, with its values."""
    film = board(
        f"{TWO}shots:\n  - {{id: a, matrix: {{city: [rome, oslo]}}, prompt: x, for: {{tall: {{style: 'in ${{city}}'}}}}}}"
    )
    assert ["a.rome", "a.rome@tall", "a.oslo", "a.oslo@tall"] == [shot.id for shot in film.shots]
    assert ["x", "x. in rome", "x", "x. in oslo"] == prompts(film)


def prompts(film: Storyboard) -> list[str | None]:
    return [shot.request.prompt if shot.request else None for shot in film.shots]


def test_own_footage_may_be_another_clip_in_an_output() -> None:
    """Or stand in for what is generated elsewhere; of the defaults it has what cuts it."""
    head = f"{TWO}defaults: {{ratio: 16:9, for: {{tall: {{ratio: 9:16, reframe: right}}}}}}"
    logo, tall = shots("clip: a.mp4, for: {tall: {clip: b.mp4}}", head=head).values()
    assert (Source("path", "a.mp4"), Source("path", "b.mp4")) == (logo.clip, tall.clip)
    assert Centre(x=Fraction(1)) == tall.framings["tall"].centre
    assert ["pad"] == list(shots("clip: a.mp4", head=head))
    made, shown = shots("prompt: x, for: {tall: {clip: b.mp4}}").values()
    assert (None, None) == (made.clip, shown.request)


def test_variants_are_not_in_the_cut() -> None:
    """It names shots, and without one every shot comes once."""
    film = board(f"{TWO}shots: [{{id: a, prompt: x, for: {{tall: {{seed: 2}}}}}}, {{id: b, prompt: y}}]")
    assert ["a", "b"] == [slot.shot_id for slot in film.sequence]
    assert ["S204"] == codes(
        f"{TWO}shots: [{{id: a, prompt: x, for: {{tall: {{seed: 2}}}}}}]\nsequence: [a, a@tall]"
    )


def test_a_slot_is_held_against_each_clip_that_it_shows() -> None:
    """Also against that of a variant, which may be shorter."""
    shot = "{id: a, prompt: x, duration: 5, for: {tall: {duration: 2}}}"
    assert ["S223"] == codes(f"{TWO}shots: [{shot}]\nsequence: [{{shot: a, use: 3}}]")
    assert [] == codes(f"{TWO}shots: [{shot}]\nsequence: [{{shot: a, use: 2}}]")


def test_what_is_at_fault_in_both_is_told_once() -> None:
    """A shot and its variant share most of their fields."""
    assert ["S213"] == codes(f"{TWO}shots: [{{id: a, prompt: '${{ship}}', for: {{tall: {{seed: 2}}}}}}]")
    assert ["S213"] == codes(f"{TWO}shots: [{{id: a, prompt: x, for: {{tall: {{prompt: '${{ship}}'}}}}}}]")
    assert ["S211"] == codes(f"{TWO}shots: [{', '.join(['{id: a, prompt: x, for: {tall: {seed: 2}}}'] * 2)}]")


def test_a_variable_that_one_output_alone_asks_for_is_used() -> None:
    """In shots, and in profiles that are not chosen."""
    assert [] == codes(
        f"vars: {{sea: calm}}\n{TWO}shots: [{{id: a, prompt: x, for: {{tall: {{style: '${{sea}}'}}}}}}]"
    )
    profile = "profiles: {draft: {for: {tall: {style: '${sea}'}}}}\n"
    assert [] == codes(f"vars: {{sea: calm}}\n{TWO}{profile}shots: [{{id: a, prompt: x}}]")


FREE_FIELDS = {
    "use": ("1", "use"),
    "fit": ("pad", "fit"),
    "reframe": ("left", "centre"),
    "speed": ("2", "motion"),
    "reverse": ("true", "motion"),
    "hold": ("1", "motion"),
    "sound": ("{mute: true}", "sound"),
    "enter": ("{dip: 1}", "enter"),
    "titles": ("[{text: Up}]", "words"),
    "caption": ("Up", "words"),
    "dialogue": ("[{line: Up}]", "words"),
}
BOUGHT_FIELDS = {
    "provider": "animatic",
    "model": "x",
    "prompt": "y",
    "prompt_template": '"${prompt}!"',
    "style": "dusk",
    "camera": "static",
    "negative_prompt": "no",
    "image": "b.png",
    "last_image": "b.png",
    "references": "[b.png]",
    "video": "b.mp4",
    "audio": "b.wav",
    "ratio": "9:16",
    "resolution": "720p",
    "duration": "3",
    "enhance_prompt": "true",
    "seed": "4",
    "seeds": "[4, 5]",
    "takes": "2",
    "params": "{a: 1}",
    "clip": "b.mp4",
    "cast": "[mara]",
}


def test_every_field_for_an_output_is_free_or_asks_for_a_clip() -> None:
    """The two lists here are all that there is, and those of the page on outputs."""
    schema = json.loads((ROOT / "schemas" / "storyboard.schema.json").read_text("utf-8"))
    taken = set(schema["$defs"]["override_of_shot"]["properties"])
    assert taken == FREE_FIELDS.keys() | BOUGHT_FIELDS.keys()
    page = (ROOT / "docs" / "outputs.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.*?) \| (free|a clip of its own) \|", page, re.MULTILINE)
    told = {name: cost for names, cost in rows for name in re.findall("`([a-z_]+)`", names)}
    free = dict.fromkeys(FREE_FIELDS, "free")
    assert {**free, **dict.fromkeys(BOUGHT_FIELDS, "a clip of its own")} == told


@pytest.mark.parametrize("name", FREE_FIELDS)
def test_what_is_free_changes_one_film_alone(name: str) -> None:
    """The shot keeps its own, and no variant is made."""
    written, field = FREE_FIELDS[name]
    found = shots(f"prompt: x, for: {{tall: {{{name}: {written}}}}}")
    assert ["pad"] == list(found)
    pad = found["pad"]
    assert ["tall"] == list(pad.framings)
    assert pad.framings["tall"] == Framing(**{field: getattr(pad.framings["tall"], field)})
    assert shots("prompt: x")["pad"] == pad._replace(framings={}, origins=shots("prompt: x")["pad"].origins)


@pytest.mark.parametrize("name", sorted({*BOUGHT_FIELDS} - {"cast"}))
def test_what_asks_for_a_clip_makes_a_variant(name: str) -> None:
    """One for that film, whatever else is free there."""
    found = shots(f"prompt: x, for: {{tall: {{{name}: {BOUGHT_FIELDS[name]}, hold: 1}}}}")
    assert ["pad", "pad@tall"] == list(found)
    assert [None, 1] == [found[shot].motion.hold_s for shot in ("pad", "pad@tall")]


def test_null_takes_back_for_one_film_what_the_shot_has() -> None:
    """Titles, a transition, a speed: the other films keep them."""
    own = "titles: [{text: Up}], caption: Up, enter: {dip: 1}, speed: 2, sound: {mute: true}"
    unset = "titles: null, caption: null, enter: null, speed: null, sound: null"
    pad = shots(f"prompt: x, {own}, for: {{tall: {{{unset}}}}}")["pad"]
    tall = pad.within("tall")
    assert (Words(), CUT, Motion(), ShotSound()) == (tall.words, tall.enter, tall.motion, tall.sound)
    assert pad.within("wide") is pad


def test_a_mapping_for_an_output_lies_over_the_shots_own() -> None:
    """Sound merges field by field, a transition is replaced, lists replace, and the rest of the words stays."""
    own = "sound: {gain_db: -6, kind: voice}, enter: {crossfade: 1}, titles: [{text: Up}], caption: There"
    over = "sound: {mute: true}, enter: {dip: 2}, titles: [{text: Off}]"
    tall = shots(f"prompt: x, {own}, for: {{tall: {{{over}}}}}")["pad"].within("tall")
    assert (Decimal(-6), True, "voice") == tall.sound
    assert tall.enter
    assert ("dip", Fraction(2)) == tall.enter[:2]
    assert (["Off"], "There") == ([title.text for title in tall.words.titles], tall.words.caption)
