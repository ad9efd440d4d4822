"""What is part of a request, and what is not: laws of the walk from text to key."""

import unicodedata
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .board import FREE, PAID, PROMPTS, STILLS, Shot, Table, requests, shots, storyboard, written

EXAMPLES = settings(max_examples=30, deadline=None)
KINDS = pytest.mark.parametrize(("defaults", "paid"), [(PAID, True), (FREE, False)], ids=["paid", "free"])


def shuffled(value: Any, random: Random) -> Any:
    """The same value, the fields of every mapping in another order."""
    if isinstance(value, dict):
        names = list(value)
        random.shuffle(names)
        return {name: shuffled(value[name], random) for name in names}
    return [shuffled(item, random) for item in value] if isinstance(value, list) else value


@KINDS
@EXAMPLES
@given(draw=st.data(), random=st.randoms(use_true_random=False))
def test_the_order_of_fields_does_not_count(
    table: Table, defaults: dict[str, str], draw: st.DataObject, random: Random, *, paid: bool
) -> None:
    """At any depth."""
    board = storyboard(draw.draw(shots(paid=paid)), defaults=defaults)
    assert table.keys(board) == table.keys(shuffled(board, random))


@KINDS
@EXAMPLES
@given(draw=st.data(), random=st.randoms(use_true_random=False))
def test_comments_and_blank_lines_do_not_count(
    table: Table, defaults: dict[str, str], draw: st.DataObject, random: Random, *, paid: bool
) -> None:
    """Between any two lines, and behind them; nor do line ends."""
    board = storyboard(draw.draw(shots(paid=paid)), defaults=defaults)
    lines = []
    for line in written(board).splitlines():
        lines += random.choice([[], [""], ["# steam, and more steam"], ["      # prompt: another"]])
        lines.append(line + random.choice(["", "   ", "  # as planned"]))
    assert table.keys(board) == table.keys_of("\n".join(lines))
    assert table.keys(board) == table.keys_of("\r\n".join(lines) + "\r\n")


@KINDS
@EXAMPLES
@given(draw=st.data())
def test_names_do_not_count(
    table: Table, defaults: dict[str, str], draw: st.DataObject, *, paid: bool
) -> None:
    """A renamed shot asks for the same."""
    asked = draw.draw(shots(paid=paid))
    renamed = [{**shot, "id": f"other.{shot['id']}"} for shot in asked]
    assert table.keys(storyboard(asked, defaults=defaults)) == table.keys(
        storyboard(renamed, defaults=defaults)
    )


@KINDS
@EXAMPLES
@given(draw=st.data(), random=st.randoms(use_true_random=False))
def test_order_sequence_use_and_outputs_file_do_not_count(
    table: Table, defaults: dict[str, str], draw: st.DataObject, random: Random, *, paid: bool
) -> None:
    """However the shots are cut, each asks for what it asked for."""
    asked = draw.draw(shots(paid=paid))
    moved = [{**shot, "use": {"in": 0.1, "out": 0.4}} for shot in asked]
    random.shuffle(moved)
    cut = [{"shot": shot["id"], "use": 0.25} for shot in moved]
    board = storyboard(
        moved, defaults=defaults, sequence=cut, title="Liftoff", output={"file": "another.mp4"}
    )
    assert by_shot(table, storyboard(asked, defaults=defaults)) == by_shot(table, board)


def by_shot(table: Table, board: dict[str, Any]) -> dict[tuple[str, int], str]:
    return {(row.shot, row.take): row.key for row in table.examine(written(board)).compiled.takes}


@KINDS
@EXAMPLES
@given(draw=st.data())
def test_where_a_field_is_written_does_not_count(
    table: Table, defaults: dict[str, str], draw: st.DataObject, *, paid: bool
) -> None:
    """In `defaults` or in the shot, through a variable or plainly."""
    shot = {"id": "a", **draw.draw(requests(paid=paid))}
    plain = storyboard([shot], defaults=defaults)
    rest = {name: value for name, value in shot.items() if name not in {"id", "prompt"}}
    moved = storyboard(
        [{"id": "a", "prompt": "${words}"}], defaults={**defaults, **rest}, vars={"words": shot["prompt"]}
    )
    assert table.keys(plain) == table.keys(moved)


@EXAMPLES
@given(
    size=st.sampled_from(["64x36", "1280x720"]),
    fps=st.sampled_from([12, 24, "24000/1001"]),
    asked=shots(paid=True),
)
def test_the_output_does_not_count_in_a_paid_key(
    table: Table, size: str, fps: Any, asked: list[Shot]
) -> None:
    """What is bought is bought for every film."""
    output = {"size": size, "fps": fps, "fit": "pad"}
    assert table.keys(storyboard(asked, defaults=PAID)) == table.keys(
        storyboard(asked, defaults=PAID, output=output)
    )


OVERRIDES = st.dictionaries(
    st.sampled_from(["wide", "tall"]),
    st.fixed_dictionaries(
        {},
        optional={
            "reframe": st.sampled_from(["left", {"x": 0.3}]),
            "fit": st.sampled_from(["crop", "pad"]),
            "use": st.sampled_from([0.25, {"in": 0.25}]),
            "prompt": PROMPTS,
            "image": st.sampled_from(STILLS),
            "seeds": st.sampled_from([[4], [4, 9]]),
            "style": st.sampled_from([None, "dusk"]),
            "ratio": st.sampled_from(["16:9", "9:16"]),
        },
    ),
)
FRAMED = {"reframe", "fit", "use"}


@KINDS
@EXAMPLES
@given(draw=st.data(), override=OVERRIDES)
def test_what_an_output_has_otherwise_changes_no_other_key(
    table: Table, defaults: dict[str, str], draw: st.DataObject, override: dict[str, Any], *, paid: bool
) -> None:
    """A fresh `for` adds variants, each for one output, and leaves every take that there was as it was."""
    asked = draw.draw(shots(paid=paid))
    outputs = {"wide": {"size": "64x36"}, "tall": {"size": "36x64"}}
    before = by_shot(table, storyboard(asked, defaults=defaults, outputs=outputs))
    place = draw.draw(st.integers(0, len(asked) - 1))
    changed = [{**shot, "for": override} if n == place else shot for n, shot in enumerate(asked)]
    after = by_shot(table, storyboard(changed, defaults=defaults, outputs=outputs))
    assert before == {take: after[take] for take in before}
    name = asked[place]["id"]
    variants = {f"{name}@{output}" for output, fields in override.items() if fields.keys() - FRAMED}
    assert variants == {shot for shot, _ in after.keys() - before.keys()}


def meaning(shot: Shot, *, take: int) -> tuple[Any, ...]:
    """What a request of gen3a_turbo asks for, as the language says: the law's other side, written anew."""
    parts = [shot["prompt"], shot.get("camera"), shot.get("style")]
    return (
        unicodedata.normalize("NFC", ". ".join(part for part in parts if part).strip()),
        shot["image"],
        shot.get("last_image"),
        shot.get("ratio", "16:9"),
        shot.get("duration", 5),
        shot.get("seed", 1) + take - 1,
    )


@settings(max_examples=100, deadline=None)
@given(asked=shots(paid=True))
def test_paid_keys_are_equal_just_where_requests_are(table: Table, asked: list[Shot]) -> None:
    """Every field counts, and nothing else does."""
    rows = table.examine(written(storyboard(asked, defaults=PAID))).compiled.takes
    found = {shot["id"]: shot for shot in asked}
    meanings = [meaning(found[row.shot], take=row.take) for row in rows]
    for one, its in zip(rows, meanings, strict=True):
        for other, theirs in zip(rows, meanings, strict=True):
            assert (its == theirs) == (one.key == other.key), (one, other)


CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "prompt": PROMPTS,
    "image": st.sampled_from(STILLS),
    "last_image": st.none() | st.sampled_from(STILLS),
    "ratio": st.sampled_from(["16:9", "9:16"]),
    "duration": st.sampled_from([5, 10]),
    "seed": st.integers(0, 2**32 - 1),
}


@pytest.mark.parametrize("name", CHANGES)
@EXAMPLES
@given(asked=requests(paid=True), draw=st.data())
def test_each_field_of_a_paid_request_counts_alone(
    table: Table, name: str, asked: Shot, draw: st.DataObject
) -> None:
    """Another value, another key; the same value, the same key."""
    asked = {field: value for field, value in asked.items() if field != "takes"}
    changed = {**asked, name: draw.draw(CHANGES[name])}
    before, after = (
        table.keys(storyboard([{"id": "a", **shot}], defaults=PAID)) for shot in (asked, changed)
    )
    assert (meaning(asked, take=1) == meaning(changed, take=1)) == (before == after)


def test_the_bytes_of_a_still_count_and_its_name_does_not(table: Table) -> None:
    """A copy asks for the same, an edited file for another."""
    board = storyboard([{"id": "a", "prompt": "steam", "image": "here.png"}], defaults=PAID)
    copy = storyboard([{"id": "a", "prompt": "steam", "image": "there.png"}], defaults=PAID)
    still = (table.folder / "a.png").read_bytes()
    for name in ("here.png", "there.png"):
        (table.folder / name).write_bytes(still)
    before = table.keys(board)
    assert before == table.keys(copy)
    (table.folder / "here.png").write_bytes((table.folder / "b.png").read_bytes())
    assert before != table.keys(board)
