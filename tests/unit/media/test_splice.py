"""Sample tables read without trust: counts and sizes that lie cost neither time nor memory."""

import struct
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.media.check import spread
from renderer.media.splice.boxes import Box, UnfitError, box, children, full_box, numbers, written
from renderer.media.splice.index import FilmPlan, FilmTables, write_index
from renderer.media.splice.part import Chunk, chunks, read_picture, runs
from renderer.media.splice.tables import Samples, read_samples, shown_ticks, sync_places
from renderer.media.splice.track import picture_entry, read_track

Clips = Callable[..., Path]
MEMORY_MAX_BYTES = 1 << 20
MANY = 0xFFFFFFFF
FILE_BYTES = 1000
TABLES = {
    "stts": struct.pack(">III", 1, 3, 512),
    "stsz": struct.pack(">IIIII", 0, 3, 10, 20, 30),
    "stsc": struct.pack(">IIII", 1, 1, 3, 1),
    "stco": struct.pack(">II", 1, 100),
}


def stbl(**changed: bytes | None) -> list[Box]:
    """The tables of a track of three samples, some of them changed or left out."""
    bodies = {**TABLES, **changed}
    whole = b"".join(full_box(kind, body) for kind, body in bodies.items() if body is not None)
    return children(memoryview(whole))


def refusal(act: Callable[[], object]) -> str:
    """Why something is refused, without taking up memory for it."""
    tracemalloc.start()
    try:
        act()
    except UnfitError as error:
        assert tracemalloc.get_traced_memory()[1] < MEMORY_MAX_BYTES
        return error.reason
    finally:
        tracemalloc.stop()
    raise AssertionError("nothing was refused")


def test_samples_lie_where_the_tables_say() -> None:
    """Sizes, places in the file, and the ticks of decoding."""
    found = read_samples(stbl(), file_bytes=FILE_BYTES)
    assert ([10, 20, 30], [100, 110, 130], [0, 512, 1024], 1536) == (
        [*found.sizes],
        [*found.offsets],
        [*found.ticks],
        found.length,
    )


def test_samples_of_one_size_need_no_table() -> None:
    """As in sound without compression; 64-bit places are read too."""
    changed = {"stco": None, "co64": struct.pack(">IQ", 1, 940), "stsz": struct.pack(">II", 20, 3)}
    assert [940, 960, 980] == [*read_samples(stbl(**changed), file_bytes=FILE_BYTES).offsets]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"stsz": struct.pack(">II", 1, MANY)}, "it has more samples than any film"),
        ({"stsz": struct.pack(">II", 1, 1 << 20)}, "its samples reach beyond its end"),
        ({"stsz": struct.pack(">II", 0, MANY)}, "it has more samples than any film"),
        ({"stsz": struct.pack(">III", 0, 3, 10)}, "a table has another length than it says"),
        ({"stsz": struct.pack(">IIIII", 0, 3, 10, 0, 30)}, "it has an empty sample"),
        ({"stsz": struct.pack(">II", 0, 0)}, "it has an empty sample"),
        ({"stsz": None}, "it has no `stsz`"),
        ({"stts": struct.pack(">III", 1, MANY, 512)}, "its tables disagree on how many samples there are"),
        ({"stts": struct.pack(">I", MANY)}, "a table has another length than it says"),
        ({"stts": b""}, "a box is cut short"),
        ({"stsc": struct.pack(">IIII", 1, 1, MANY, 1)}, "its tables disagree on how many samples there are"),
        ({"stsc": struct.pack(">IIII", 1, 1, 0, 1)}, "its tables disagree on how many samples there are"),
        ({"stsc": struct.pack(">IIII", 1, 2, 3, 1)}, "its table of chunks is out of order"),
        ({"stsc": struct.pack(">IIII", 1, 1, 3, 2)}, "its table of chunks is out of order"),
        ({"stco": struct.pack(">II", 1, 941)}, "its samples reach beyond its end"),
        ({"stco": struct.pack(">III", 2, 100, 100)}, "its tables disagree on how many samples there are"),
        ({"stco": None, "co64": struct.pack(">IQ", 1, (1 << 64) - 1)}, "its samples reach beyond its end"),
        ({"co64": struct.pack(">IQ", 1, 100)}, ""),
        ({"saiz": bytes(9)}, "its tables have a `saiz`, which is not understood"),
    ],
)
def test_tables_that_lie_are_refused(changed: dict[str, bytes | None], reason: str) -> None:
    """At once, and before anything is made of a count."""
    if reason:
        assert reason == refusal(lambda: read_samples(stbl(**changed), file_bytes=FILE_BYTES))
    else:
        assert 3 == len(read_samples(stbl(**changed), file_bytes=FILE_BYTES).sizes)


def test_shifts_may_be_negative_whatever_their_version() -> None:
    """Encoders differ in what they call it."""
    boxes = stbl(ctts=struct.pack(">I6I", 3, 1, 512, 1, MANY - 511, 1, 0))
    assert [512, 0, 1024] == [*shown_ticks(boxes, read_samples(boxes, file_bytes=FILE_BYTES))]


@pytest.mark.parametrize("places", [(0,), (1, 1), (2, 1), (4,), (MANY,), ()])
def test_keyframes_out_of_order_are_refused(places: tuple[int, ...]) -> None:
    """They count from 1, rise, and are there."""
    boxes = stbl(stss=struct.pack(">I", len(places)) + written(places))
    assert "its table of keyframes is out of order" == refusal(lambda: sync_places(boxes, count=3))


@given(st.binary(max_size=200))
def test_any_bytes_are_boxes_or_refused(content: bytes) -> None:
    """Boxes fill their parent exactly."""
    try:
        found = children(memoryview(content))
    except UnfitError:
        return
    assert content == b"".join(box(one.kind, bytes(one.body)) for one in found)


@given(st.lists(st.integers(0, (1 << 64) - 1)))
def test_numbers_are_written_as_they_are_read(values: list[int]) -> None:
    """Big-endian, on any machine."""
    content = written(values, width_bytes=8)
    assert b"".join(value.to_bytes(8, "big") for value in values) == content
    assert values == [*numbers(memoryview(content), width_bytes=8)]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_track_or_refused(content: bytes) -> None:
    """An index is never trusted."""
    with pytest.raises(UnfitError):
        read_track(memoryview(content), kind="vide", file_bytes=FILE_BYTES)


def test_chunks_end_with_the_second_and_where_something_lies_between() -> None:
    """What follows in the file and in time is one run to copy, all the same."""
    sizes, offsets = numbers(memoryview(written([5] * 5))), numbers(memoryview(written([0, 5, 10, 20, 25])))
    found = list(chunks(Samples(sizes, offsets, range(5), 5), [(0, 2), (1, 5)], source=7))
    assert [Chunk(7, 0, 10, 2, 0), Chunk(7, 10, 5, 1, 1), Chunk(7, 20, 10, 2, 1)] == found
    assert [(7, 0, 15), (7, 20, 10)] == list(runs(found))


def test_bit_rates_and_names_of_encoders_are_no_difference(clips: Clips) -> None:
    """Clips that differ in nothing else share their sample entry."""
    path = clips("own.mp4")
    entry = read_track(index_of(path), kind="vide", file_bytes=path.stat().st_size).entry
    body = bytearray(entry.body)
    body[42:50] = b"\7encoder"
    named = Box(entry.kind, memoryview(bytes(body) + box("btrt", bytes(12))))
    assert picture_entry(entry) == picture_entry(named)
    with pytest.raises(UnfitError, match="what is not understood"):
        picture_entry(Box(entry.kind, memoryview(bytes(body) + box("gama", bytes(4)))))


def index_of(path: Path) -> memoryview:
    content = path.read_bytes()
    start = content.index(b"moov")
    return memoryview(content)[start + 4 : start - 4 + int.from_bytes(content[start - 4 : start], "big")]


def test_a_film_beyond_four_gigabytes_has_wide_offsets(clips: Clips) -> None:
    """And one below has those that every player knows."""
    picture = read_picture(clips("own.mp4"), frames=12, fps=Fraction(24))
    samples, shifts, keys = picture.samples, picture.shifts, numbers(memoryview(written(picture.keyframes)))
    film = FilmTables(picture.entry, 12_288, 512, samples.sizes, shifts, keys)
    narrow, wide = (
        write_index(FilmPlan(film, None, [Chunk(0, 0, size, 12, 0)], sound_source=1))
        for size in (4_000_000_000, 4_300_000_000)
    )
    assert (True, False) == (b"stco" in narrow, b"co64" in narrow)
    assert (False, True) == (b"stco" in wide, b"co64" in wide)
    place = wide.index(b"co64") + 12
    assert len(wide) == int.from_bytes(wide[place : place + 8], "big")
    assert struct.pack(">I4sQ", 1, b"mdat", 4_300_000_016) == wide[-16:]


def test_a_film_of_weeks_is_refused(clips: Clips) -> None:
    """Its length would not fit the fields that every player reads."""
    picture = read_picture(clips("own.mp4"), frames=12, fps=Fraction(24))
    film = FilmTables(
        picture.entry, 12_288, 1 << 29, picture.samples.sizes, picture.shifts, picture.samples.sizes
    )
    plan = FilmPlan(film, None, [], sound_source=1)
    assert "the film is too long for its clock" == refusal(lambda: write_index(plan))


@given(st.integers(1, 500), st.integers(2, 20))
def test_spread_places_hold_both_ends(count: int, shown_max: int) -> None:
    """No more than asked, rising, from the first to the last."""
    found = spread(range(count), shown_max=shown_max)
    assert (0, count - 1, min(count, shown_max)) == (found[0], found[-1], len(found))
    assert sorted(set(found)) == list(found)
