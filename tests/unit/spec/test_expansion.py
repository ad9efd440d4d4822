"""A valid document to a `Storyboard`: merging, variables, prompts, times, origins, and laws about all of them."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import SpecError
from renderer.model import Size
from renderer.spec import expand, parse, validate
from renderer.storyboard import Request, Shot, Slot, Source, Storyboard, Use

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "schemas" / "storyboard.schema.json").read_text(encoding="utf-8"))


def board(text: str, *, provider: str | None = None, file: str = "specs/film.yaml") -> Storyboard:
    document = parse(f"version: 1\n{text}".encode(), file=file)
    assert validate(document, schema=SCHEMA) == []
    return expand(document, provider=provider)[0]


def shot(fields: str, *, head: str = "") -> Shot:
    return board(f"{head}\nshots:\n  - {{id: pad, {fields}}}\n").shots[0]


def request(fields: str, *, head: str = "") -> Request:
    made = shot(fields, head=head).request
    assert made
    return made


def codes(text: str) -> list[str]:
    document = parse(f"version: 1\n{text}".encode(), file="film.yaml")
    found = validate(document, schema=SCHEMA)
    if not any(diagnostic.severity == "error" for diagnostic in found):
        try:
            found = [*found, *expand(document)[1]]
        except SpecError as error:
            found = list(error.diagnostics)
    return [diagnostic.code for diagnostic in found]


# -- defaults and merging ------------------------------------------------------------------------------------


def test_the_smallest_storyboard_has_all_defaults() -> None:
    """Animatic, seed 1, 24 frames a second, crop, a film called after the storyboard, each shot once."""
    film = board("shots: [{id: b, prompt: x}, {id: a, image: y.png}]")
    output = film.outputs[0]
    assert ("main", "film.mp4", None, Fraction(24), "crop") == (
        output.name,
        output.file,
        output.size,
        output.fps,
        output.fit,
    )
    assert Request(provider="animatic", model=None, prompt="x") == film.shots[0].request
    assert [Slot("b", None, film.shots[0].place), Slot("a", None, film.shots[1].place)] == [*film.sequence]


def test_mappings_merge_lists_replace_and_null_unsets() -> None:
    """At every depth."""
    head = "defaults: {camera: static, params: {a: {x: 1, y: 2}, b: [1, 2], c: 3}, use: {in: 1}}"
    made = shot("prompt: x, camera: null, params: {a: {y: 3}, b: [4], c: null}, use: {out: 2.5}", head=head)
    assert made.request
    assert None is made.request.camera
    assert {"a": {"x": 1, "y": 3}, "b": [4]} == made.request.params
    assert Use(Fraction(1), Fraction(5, 2)) == made.use


def test_the_provider_of_the_command_line_wins() -> None:
    """Over the shot's own and over the default."""
    text = "defaults: {provider: aimlapi, model: m}\nshots: [{id: a, prompt: x}, {id: b, prompt: x, provider: y}]"
    made = [made.request for made in board(text, provider="animatic").shots]
    assert [("animatic", "m"), ("animatic", "m")] == [(one.provider, one.model) for one in made if one]


def test_own_footage_takes_nothing_from_defaults_but_its_use() -> None:
    """It is never generated."""
    head = "defaults: {prompt: x, image: y.png, takes: 3, seed: 5, use: 2}"
    made = shot("clip: logo.mp4", head=head)
    assert (None, Source("path", "logo.mp4"), 0, Use(out_s=Fraction(2))) == (
        made.request,
        made.clip,
        len(made.takes),
        made.use,
    )


def test_params_are_plain_json() -> None:
    """They go to a model as they are."""
    assert {"scale": 0.5, "steps": 30, "list": [1.5]} == dict(
        request("prompt: x, params: {scale: 0.50, steps: 30, list: [1.5]}").params
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("stills/a.jpg", Source("path", "stills/a.jpg")),
        ("https://example.com/a.jpg", Source("url", "https://example.com/a.jpg")),
        ("http://127.0.0.1:8000/a.jpg", Source("url", "http://127.0.0.1:8000/a.jpg")),
        ("http://localhost/a.jpg", Source("url", "http://localhost/a.jpg")),
        ('"data:image/png;base64,AA=="', Source("data", "data:image/png;base64,AA==")),
    ],
)
def test_an_image_is_a_path_a_url_or_a_data_uri(written: str, expected: Source) -> None:
    """Plain http is for this machine only."""
    assert expected == request(f"image: {written}").image
    assert ["S224"] == codes("shots: [{id: a, image: 'http://127.0.0.1.example.com/a.jpg'}]")


# -- variables and prompts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("${ship} lifts off", "a white rocket lifts off"),
        ("${ship}${ship}", "a white rocketa white rocket"),
        ("${empty:-nothing} there", "nothing there"),
        ("${absent:-a cat: grey}", "a cat: grey"),
        ("${ colour }", "white"),
        ("$${ship} for $5 and ${colour}", "${ship} for $5 and white"),
        ("  stripped\n", "stripped"),
        ("two  spaces\n\nand lines", "two  spaces\n\nand lines"),
        ("cafe\u0301", "café"),
    ],
)
def test_variables_are_put_into_the_prompt(prompt: str, expected: str) -> None:
    """Inner text is kept, the whole is stripped and composed."""
    head = 'vars: {ship: "a ${colour} rocket", colour: white, empty: ""}\ndefaults: {style: "${empty}"}'
    written = json.dumps(prompt, ensure_ascii=False)
    document = parse(f"version: 1\n{head}\nshots: [{{id: a, prompt: {written}}}]\n".encode(), file="f.yaml")
    made = expand(document)[0].shots[0].request
    assert made
    assert expected == made.prompt


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("prompt: a, camera: b, style: c", "a. b. c"),
        ("prompt: a, style: c", "a. c"),
        ("image: i.png, camera: b", "b"),
        ("image: i.png", None),
        ("prompt: Is it?, camera: b., style: c!", "Is it? b. c!"),
        ("prompt: '\"It is late.\"', camera: b", '"It is late." b'),
        ("prompt: a…, style: c", "a… c"),
        ("prompt: a, style: c, prompt_template: '${style}: ${prompt}!'", "c: a!"),
        ("prompt: a, prompt_template: '${style}: ${prompt}!'", "a!"),
        (
            "prompt: a, style: c, prompt_template: 'Film still. ${prompt}, ${camera:-static}'",
            "Film still. a, static",
        ),
        ("prompt: a, prompt_template: '${mood} ${prompt}'", "calm a"),
    ],
)
def test_an_absent_part_of_the_prompt_leaves_no_trace(fields: str, expected: str | None) -> None:
    """It vanishes with the text before it, and no full stop is doubled."""
    head = "vars: {mood: calm}\ndefaults: {negative_prompt: '${mood}'}"
    assert expected == request(fields, head=head).prompt


def test_variables_are_put_into_paths_and_the_title() -> None:
    """And into the camera and the negative prompt."""
    head = "vars: {dir: stills, n: '7'}\ntitle: Film ${n}\n"
    text = f"{head}shots: [{{id: a, image: '${{dir}}/a${{n}}.png', camera: 'pan ${{n}}', negative_prompt: '${{n}}'}}]"
    film = board(text)
    made = film.shots[0].request
    assert made
    assert ("Film 7", Source("path", "stills/a7.png"), "pan 7", "7") == (
        film.title,
        made.image,
        made.camera,
        made.negative_prompt,
    )


def test_media_are_paths_urls_and_data_uris() -> None:
    """Lists keep their order, and variables go into each entry; a shot's list replaces that of the defaults."""
    head = "vars: {dir: stills}\ndefaults: {references: [old.png], audio: voice.wav}"
    made = request(
        "references: ['${dir}/a.png', 'https://example.org/b.png'], video: 'data:video/mp4,x'", head=head
    )
    assert (Source("path", "stills/a.png"), Source("url", "https://example.org/b.png")) == made.references
    assert (Source("data", "data:video/mp4,x"), Source("path", "voice.wav")) == (made.video, made.audio)


def test_what_is_unset_is_not_asked_for() -> None:
    """`null` takes a default away, for lists and words alike; `false` is a wish."""
    head = "defaults: {references: [a.png], resolution: 720p, enhance_prompt: true}"
    unset = request("prompt: x, references: null, resolution: null, enhance_prompt: null", head=head)
    assert ((), None, None) == (unset.references, unset.resolution, unset.enhance_prompt)
    assert request("prompt: x, enhance_prompt: false", head=head).enhance_prompt is False


def test_the_entry_of_a_list_is_pointed_at() -> None:
    """A fault of the second picture stands at the second picture."""
    made = shot("references: [a.png, b.png], params: {deep: {mask: c.png}}")
    assert "$.shots[0].references[1]" == made.origin("references.1").path
    assert "$.shots[0].params.deep.mask" == made.origin("params.deep.mask").path


@pytest.mark.parametrize("fields", ["video: a.mp4", "references: [a.png]", "params: {multi_prompt: [a, b]}"])
def test_a_shot_may_be_made_without_prompt_and_image(fields: str) -> None:
    """From a clip, from pictures, or from a prompt among a model's own fields."""
    assert [] == codes(f"shots: [{{id: a, {fields}}}]")
    assert ["S217"] == codes("shots: [{id: a, audio: a.wav}]")


@pytest.mark.parametrize("ratio", ["auto", "adaptive", "9:21"])
def test_a_ratio_may_be_a_word(ratio: str) -> None:
    """Of the words that models know."""
    assert ratio == request(f"prompt: x, ratio: {ratio}").ratio


def test_a_chain_of_ten_thousand_variables_is_resolved() -> None:
    """Without recursion."""
    chain = "".join(f'  v{n}: "${{v{n + 1}}}"\n' for n in range(10_000))
    film = board(f"vars:\n{chain}  v10000: end\nshots: [{{id: a, prompt: '${{v0}}'}}]")
    made = film.shots[0].request
    assert made
    assert "end" == made.prompt


# -- times ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("3.5", Use(Fraction(0), Fraction(7, 2))),
        ("0.1", Use(Fraction(0), Fraction(1, 10))),
        ("12f", Use(Fraction(0), Fraction(12 * 1001, 24000))),
        ("00:00:02:12", Use(Fraction(0), Fraction(60 * 1001, 24000))),
        ("{in: 0.8}", Use(Fraction(4, 5), None)),
        ("{in: 12f, out: 3.2}", Use(Fraction(12 * 1001, 24000), Fraction(16, 5))),
        ("{in: 0, out: 1}", Use(Fraction(0), Fraction(1))),
    ],
)
def test_times_are_exact(use: str, expected: Use) -> None:
    """Seconds are the decimal that was written; frames and timecode count at the output's rate."""
    assert expected == shot(f"prompt: x, use: {use}", head='output: {fps: "24000/1001"}').use


def test_an_output_says_file_size_rate_and_fit() -> None:
    """All of them exact."""
    output = board(
        "output: {file: cut/a.mp4, size: 720x1280, fps: 12.5, fit: pad}\nshots: [{id: a, prompt: x}]"
    ).outputs[0]
    assert ("cut/a.mp4", Size(720, 1280), Fraction(25, 2), "pad") == (
        output.file,
        output.size,
        output.fps,
        output.fit,
    )


def test_a_slot_may_have_a_use_of_its_own() -> None:
    """And a shot may be shown many times."""
    film = board(
        "shots: [{id: a, prompt: x, use: 3}]\nsequence: [a, {shot: a, use: {in: 1, out: 2}}, {shot: a}]"
    )
    assert [("a", None), ("a", Use(Fraction(1), Fraction(2))), ("a", None)] == [
        (slot.shot_id, slot.use) for slot in film.sequence
    ]


# -- origins -------------------------------------------------------------------------------------------------


def test_a_prompt_comes_from_all_that_made_it_the_nearest_first() -> None:
    """The shot's own fields, then variables and defaults as they appear."""
    made = board(
        "vars: {ship: 'a ${colour} rocket', colour: white}\n"
        "defaults: {style: dusk, seed: 7, params: {a: 1}}\n"
        "shots:\n  - {id: pad, prompt: '${ship}', camera: static, params: {b: 2}}"
    ).shots[0]
    paths = {name: [place.path for place in places] for name, places in made.origins.items()}
    assert paths == {
        "prompt": [
            "$.shots[0].prompt",
            "$.shots[0].camera",
            "$.vars.ship",
            "$.vars.colour",
            "$.defaults.style",
        ],
        "camera": ["$.shots[0].camera"],
        "seed": ["$.defaults.seed"],
        "params.a": ["$.defaults.params.a"],
        "params.b": ["$.shots[0].params.b"],
    }
    assert (5, 10) == (made.place.line, made.place.column)


# -- diagnostics across the whole file -----------------------------------------------------------------------


def test_faults_of_shape_and_of_meaning_are_told_at_once() -> None:
    """And one fault is told once: nothing follows from a field that was wrong."""
    text = (
        "vars: {ship: 12}\ntitle: 5\n"
        "shots:\n- {id: a, prompt: 7}\n- {id: a, prompt: '${ship} ${nope}'}\n- {prompt: x}\n"
        "sequence: [a, b]\n"
    )
    assert ["S207", "S207", "S207", "S211", "S213", "S206"] == codes(text)


def test_more_than_a_hundred_problems_end_with_a_last_word() -> None:
    """A machine-made file cannot bury its reader."""
    cut = ", ".join(f"b{n}" for n in range(5000))
    found = codes(f"shots: [{{id: a, prompt: x}}]\nsequence: [{cut}]")
    assert 101 == len(found)
    assert "S299" == found[-1]


def test_anything_below_x_is_the_authors_own() -> None:
    """A place for anchors."""
    assert [] == codes("x-notes: {a: [1, no, 2.5]}\nshots: [{id: a, prompt: x}]")


# -- laws ----------------------------------------------------------------------------------------------------

WORDS = st.text(alphabet="abc é.!:#'\"{}[]&*,-?|>%@`$\n", min_size=1, max_size=20)
SHOTS = st.lists(
    st.fixed_dictionaries(
        {"prompt": WORDS.map(lambda text: f"x{text}".replace("${", "$ {"))},
        optional={
            "camera": st.sampled_from(["static", "push in"]),
            "seed": st.integers(0, 2**32 - 1),
            "duration": st.sampled_from([5, 2.4, 0.1]),
            "image": st.just("a.png"),
            "ratio": st.just("16:9"),
            "params": st.dictionaries(st.sampled_from(["a", "b", "no"]), st.integers(-5, 5)),
        },
    ),
    min_size=1,
    max_size=4,
)
STYLES = st.sampled_from(['"', "'", None])


def _film(shots: list[dict[str, Any]], *, style: str | None = None, flow: bool = False) -> Storyboard:
    named = [{"id": f"s{number}", **fields} for number, fields in enumerate(shots)]
    tree = {"version": 1, "defaults": {"style": "dusk", "seed": 3}, "shots": named}
    text = yaml.safe_dump(
        tree, default_style=style and None, default_flow_style=flow, allow_unicode=True, width=30
    )
    document = parse(text.encode(), file="film.yaml")
    assert [] == validate(document, schema=SCHEMA)
    return expand(document)[0]


def _requests(film: Storyboard) -> dict[str, Request | None]:
    return {made.id: made.request for made in film.shots}


@given(SHOTS, st.randoms(use_true_random=False))
def test_the_order_of_fields_and_the_style_of_writing_change_no_request(
    shots: list[dict[str, Any]], chance: Any
) -> None:
    """Block or flow, in whatever order: the same text means the same request."""
    shuffled = [dict(chance.sample(sorted(fields.items()), len(fields))) for fields in shots]
    assert _requests(_film(shots)) == _requests(_film(shuffled, flow=True))


@given(SHOTS)
def test_the_prompt_that_was_written_begins_the_request(shots: list[dict[str, Any]]) -> None:
    """A YAML writer and this reader agree about every text."""
    for fields, made in zip(shots, _film(shots).shots, strict=True):
        assert made.request
        assert (made.request.prompt or "").startswith(fields["prompt"].strip())


@given(st.lists(st.sampled_from(["# comment", "", "  # indented comment"]), min_size=3, max_size=3))
def test_comments_and_blank_lines_change_no_request(lines: list[str]) -> None:
    """They move places only."""
    text = "title: A{}\nshots:{}\n- id: a\n  prompt: x{}\n"
    plain = text.format("", "", "")
    noisy = text.format(*(f"\n{line}" for line in lines))
    assert _requests(board(plain)) == _requests(board(noisy))


@given(st.permutations(["a", "b", "c"]), st.sampled_from(["1", "{in: 1}", "00:00:01:00"]))
def test_the_cut_and_use_change_no_request(order: list[str], use: str) -> None:
    """They are never part of what is bought."""
    shots = ", ".join(f"{{id: {name}, prompt: shot {name}, use: {use}}}" for name in order)
    plain = "shots: [" + ", ".join(f"{{id: {name}, prompt: shot {name}}}" for name in "abc") + "]"
    assert _requests(board(plain)) == _requests(board(f"shots: [{shots}]\nsequence: [{', '.join(order)}]"))
