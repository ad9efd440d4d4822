"""Bytes to a located tree: YAML 1.2 values, places, limits, and the same with and without libyaml."""

import contextlib
import time
import tracemalloc
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import SpecError
from renderer.spec import SIZE_MAX_BYTES, Document, parse
from renderer.spec.scalars import resolve

BAD = Path(__file__).parents[2] / "bad"


def read(text: str, *, pure: bool = False) -> Document:
    return parse(text.encode(), file="film.yaml", pure=pure)


def value(text: str, *, pure: bool = False) -> Any:
    document = read(f"x: {text}\n", pure=pure)
    assert document.diagnostics == ()
    return document.root.value["x"]


def codes(content: bytes, *, pure: bool = False) -> list[str]:
    with pytest.raises(SpecError) as caught:
        parse(content, file="film.yaml", pure=pure)
    return [found.code for found in caught.value.diagnostics]


@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16:9", "16:9"),
        ("1:30:00", "1:30:00"),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("2024-01-31", "2024-01-31"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-3", -3),
        ("2.40", Decimal("2.40")),
        ("1e3", Decimal(1000)),
        (".5", Decimal("0.5")),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("~", None),
        ("", None),
        ("Null", None),
        ('"12"', "12"),
        ("'no'", "no"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("!!float 12", 12),
        ("=", "="),
        ("[1, a]", [1, "a"]),
        ("{a: {b: no}}", {"a": {"b": "no"}}),
        ("'<<'", "<<"),
        ("|\n  one\n  two\n", "one\ntwo\n"),
        (">\n  one\n  two\n", "one two\n"),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text: str, expected: Any, pure: bool) -> None:  # noqa: FBT001
    """Ratios, `no` and dates stay text, floats stay exact."""
    found = value(text, pure=pure)
    assert expected == found
    assert type(expected) is type(found)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_a_float_is_the_decimal_that_was_written(number: Decimal) -> None:
    """No binary float comes between the text and the value."""
    assert number == resolve(str(number))


def test_a_place_is_the_line_column_and_end_of_the_token() -> None:
    """Columns count characters, wide ones and those beyond the BMP as one; anchors and tags are left out."""
    document = read("é🎬: [a, &x 'b c']\r\nsub:\r\n- deep: !!str text\r\n")
    spans = {
        path: (place.line, place.column, place.end_column, place.path)
        for path in [("é🎬",), ("é🎬", 1), ("sub",), ("sub", 0), ("sub", 0, "deep")]
        for place in [document.place(path)]
    }
    assert spans == {
        ("é🎬",): (1, 5, 18, '$["é🎬"]'),
        ("é🎬", 1): (1, 12, 17, '$["é🎬"][1]'),
        ("sub",): (3, 1, 2, "$.sub"),
        ("sub", 0): (3, 3, 7, "$.sub[0]"),
        ("sub", 0, "deep"): (3, 15, 19, "$.sub[0].deep"),
    }


def test_a_place_of_a_key_and_of_what_is_not_there_is_the_nearest_thing_around() -> None:
    """A finding about an absent field points at what should hold it."""
    document = read("shots:\n  - id: pad\n    seed:\n")
    assert (2, 5, 7) == _span(document.place_of_key(("shots", 0, "id")))
    assert (3, 5, 9) == _span(document.place(("shots", 0, "seed")))
    assert (2, 5, 7) == _span(document.place(("shots", 0, "camera")))
    assert (1, 1, 6) == _span(document.place_of_key(("titel", "x")))


def _span(place: Any) -> tuple[int, int, int]:
    return place.line, place.column, place.end_column


def test_an_anchor_gives_its_value_and_its_place_to_each_alias() -> None:
    """What an alias repeats is written in one place only."""
    document = read("x-look: &look dusk\na: *look\n")
    assert "dusk" == document.root.value["a"]
    assert (1, 15, 19) == _span(document.place(("a",)))


def test_merge_keys_take_in_fields_and_a_field_of_the_mapping_itself_wins() -> None:
    """Then the earlier source wins over the later."""
    document = read("x-a: &a {p: 1, q: 1}\nx-b: &b {q: 2, r: 2}\nc: {<<: [*a, *b], p: 3}\n")
    assert {"p": 3, "q": 1, "r": 2} == document.root.value["c"]


def test_a_byte_order_mark_and_crlf_change_nothing() -> None:
    """Windows editors write both."""
    plain = read("a: 1\nb: [x,\n  y]\n")
    other = parse("\ufeffa: 1\r\nb: [x,\r\n  y]\r\n".encode(), file="film.yaml")
    assert plain.root.value == other.root.value
    assert plain.place(("b", 1)) == other.place(("b", 1))


def test_a_file_beyond_the_limit_is_refused_at_once() -> None:
    """50 MB are refused without being read as text."""
    content = b"a" * 50_000_000
    started = time.perf_counter()
    assert ["S101"] == codes(content)
    assert ["S101"] == codes(b" " * (SIZE_MAX_BYTES + 1))
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])
@pytest.mark.parametrize(
    "content",
    [
        b"a: " + b"[" * 10_000 + b"]" * 10_000,
        b"- " * 10_000 + b"x",
        b"a: " + b"{a: " * 10_000,
        b"? " * 10_000,
    ],
    ids=["brackets", "items", "braces", "keys"],
)
def test_ten_thousand_levels_give_one_error(content: bytes, pure: bool) -> None:  # noqa: FBT001
    """However the nesting is written; nothing of ours or of the parser's overflows."""
    found = codes(content, pure=pure)
    assert found in (["S112"], ["S115"])


def test_an_anchor_bomb_is_refused_at_once_and_in_little_memory() -> None:
    """A few lines that stand for billions of values cost what a few lines cost."""
    bomb = (BAD / "S111-anchor-bomb.yaml").read_bytes()
    tracemalloc.start()
    started = time.perf_counter()
    try:
        assert ["S111"] == codes(bomb)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - started < 1.0
    assert peak_bytes < 20_000_000


def test_a_million_values_are_too_many() -> None:
    """Even where no alias multiplies another."""
    shared, written = b"1," * 999, b"1," * 100_000
    text = b"a: &a [" + shared + b"]\nb: [" + written + b"]\nc: [" + b"*a," * 1000 + b"]"
    assert ["S113"] == codes(text)


def test_a_shared_mapping_in_every_shot_is_no_bomb() -> None:
    """What an honest author writes a thousand times passes."""
    shots = "".join(f"- {{<<: *base, id: s{n}}}\n" for n in range(1000))
    document = read(f"x: &base {{a: 1, b: 2, c: 3, d: 4}}\nshots:\n{shots}")
    assert 5 == len(document.root.value["shots"][999])


@pytest.mark.parametrize("spec", sorted(BAD.glob("S1??-*.yaml")), ids=lambda spec: spec.stem)
def test_both_parsers_refuse_the_same_texts(spec: Path) -> None:
    """libyaml is for speed only. PyYAML's own parser reads tabs more strictly, never less."""
    outcomes = []
    for pure in (False, True):
        try:
            outcomes.append(
                [found.code for found in parse(spec.read_bytes(), file="f", pure=pure).diagnostics]
            )
        except SpecError as error:
            outcomes.append([found.code for found in error.diagnostics])
    assert outcomes[0] == outcomes[1]


@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@`#? \t\n0~.$\\u0", max_size=60))
def test_no_text_escapes_as_another_exception(text: str) -> None:
    """Whatever the text, it is a document or a `SpecError` with places inside it, by either parser."""
    lines = text.count("\n") + 1
    for pure in (False, True):
        try:
            found = list(read(text, pure=pure).diagnostics)
        except SpecError as error:
            found = list(error.diagnostics)
        assert all(diagnostic.place and 1 <= diagnostic.place.line <= lines for diagnostic in found)


@given(st.binary(max_size=40))
def test_no_bytes_escape_as_another_exception(content: bytes) -> None:
    """Whatever the bytes, they are a document or a `SpecError`."""
    with contextlib.suppress(SpecError):
        parse(content, file="film.yaml")
