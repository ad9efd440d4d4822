"""Copying in lanes: each byte once and at its place, whatever the lanes and the ways, and one right error."""

import resource
import threading
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import MediaError
from renderer.media.splice.copying import (
    BLOCK_BYTES,
    PIECE_BYTES_MAX,
    WAYS,
    Piece,
    Way,
    by_hand,
    pieces,
    reserve,
    write_film,
)

HEAD = b"head"
LACKING, FULL = OSError(18, "invalid cross-device link"), OSError(28, "no space left on device")
Run = tuple[int, int, int]


def copied(folder: Path, runs: Sequence[Run], sources: Sequence[Path], **how: object) -> bytes:
    """What stands in a film of a head and some runs."""
    film = folder / "film"
    write_film(film, HEAD, runs, sources=sources, **how)  # type: ignore[arg-type]
    return film.read_bytes()


def failing(error: OSError) -> Way:
    def way(source: int, target: int, piece: Piece) -> int:
        raise error

    return way


def part(folder: Path, content: bytes = b"0123456789") -> Path:
    (folder / "part").write_bytes(content)
    return folder / "part"


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1 << 40), st.integers(1, 3 * PIECE_BYTES_MAX))),
    st.integers(0, 1 << 40),
)
def test_pieces_lie_side_by_side_and_are_the_runs(runs: list[Run], start: int) -> None:
    """No byte of the film belongs to two lanes, and none to no lane."""
    found = list(pieces(runs, start=start))
    assert all(before.place + before.size_bytes == after.place for before, after in pairwise(found))
    assert all(0 < piece.size_bytes <= PIECE_BYTES_MAX for piece in found)
    assert ([start] if runs else []) == [piece.place for piece in found[:1]]
    assert sum(size for _, _, size in runs) == sum(piece.size_bytes for piece in found)
    ends = {piece.place + piece.size_bytes for piece in found}
    for source, offset, size in runs:
        own = [piece for piece in found if start <= piece.place < start + size]
        assert {(source, piece.place - start + offset) for piece in own} == {
            (piece.source, piece.offset) for piece in own
        }
        start += size
        assert start in ends


@st.composite
def contents_and_runs(draw: st.DrawFn) -> tuple[list[bytes], list[Run]]:
    """Some files, and stretches of them in any order."""
    contents = draw(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=12))
    runs = []
    for source in draw(st.lists(st.integers(0, len(contents) - 1), max_size=40)):
        offset = draw(st.integers(0, len(contents[source]) - 1))
        runs.append((source, offset, draw(st.integers(1, len(contents[source]) - offset))))
    return contents, runs


@given(drawn=contents_and_runs(), lanes=st.integers(1, 5))
def test_lanes_give_what_one_lane_gives(drawn: tuple[list[bytes], list[Run]], lanes: int) -> None:
    """However many, and from more files than are open at a time."""
    contents, runs = drawn
    with TemporaryDirectory() as name:
        sources = [Path(name) / str(number) for number in range(len(contents))]
        for path, content in zip(sources, contents, strict=True):
            path.write_bytes(content)
        expected = HEAD + b"".join(contents[source][start : start + size] for source, start, size in runs)
        assert expected == copied(Path(name), runs, sources, lanes_max=lanes)
        assert expected == copied(Path(name), runs, sources, lanes_max=1)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_of_copying_gives_the_same_bytes(tmp_path: Path, way: Way) -> None:
    """In blocks, from more files than are open at a time; by hand where a way is lacking here."""
    sources = [tmp_path / str(number) for number in range(20)]
    for number, source in enumerate(sources):
        source.write_bytes(bytes([number]) * (BLOCK_BYTES + 10))
    wanted = [(number, number, BLOCK_BYTES + 5 - number) for number in [*range(20), *range(20)] if number < 6]
    wanted += [(number, 3, 2) for number in range(20)]
    expected = HEAD + b"".join(bytes([source]) * size for source, _, size in wanted)
    assert expected == copied(tmp_path, wanted, sources, ways=[way, by_hand])


def test_a_way_that_the_system_lacks_is_left_for_the_next(tmp_path: Path) -> None:
    """A kernel that cannot copy between two filesystems says so."""
    ways = [failing(LACKING), by_hand]
    assert HEAD + b"23478" == copied(tmp_path, [(0, 2, 3), (0, 7, 2)], [part(tmp_path)], ways=ways)


def test_writes_that_are_short_go_on_where_they_ended(tmp_path: Path) -> None:
    """As they may be at the edge of a disk, or of what one call can take."""

    def short(source: int, target: int, piece: Piece) -> int:
        return by_hand(source, target, piece._replace(size_bytes=min(piece.size_bytes, 2)))

    runs = [(0, 1, 9), (0, 0, 7)]
    assert HEAD + b"1234567890123456" == copied(tmp_path, runs, [part(tmp_path)], ways=[short])


def test_a_full_disk_is_not_mistaken_for_a_way_that_lacks(tmp_path: Path) -> None:
    """It is the system's error, as it came."""
    with pytest.raises(OSError, match="no space left"):
        copied(tmp_path, [(0, 2, 3)], [part(tmp_path)], ways=[failing(FULL), by_hand])


def test_a_source_that_became_shorter_is_named(tmp_path: Path) -> None:
    """By every way, in whichever lane it is met."""
    sources = [part(tmp_path), tmp_path / "shrunk"]
    sources[1].write_bytes(b"01234")
    with pytest.raises(MediaError, match="became shorter") as caught:
        copied(tmp_path, [(0, 0, 10), (1, 0, 10), (0, 0, 10)], sources)
    assert ("M850", [("clip", str(sources[1]))]) == (caught.value.code, list(caught.value.facts))


def test_a_source_that_is_gone_is_the_systems_error(tmp_path: Path) -> None:
    """Nothing is guessed at."""
    with pytest.raises(FileNotFoundError):
        copied(tmp_path, [(0, 0, 1), (1, 0, 1)], [part(tmp_path), tmp_path / "gone"])


def test_a_lane_that_fails_ends_the_others(tmp_path: Path) -> None:
    """With the piece that they have: a film of hours is not copied for nothing."""
    met, seen = threading.Barrier(2), []

    def way(source: int, target: int, piece: Piece) -> int:
        seen.append(piece)
        if met.wait(timeout=30) == 0:
            raise FULL
        # A lane that has nothing left to do ends: by then the one that failed has said so.
        for lane in others():
            lane.join(timeout=30)
        return by_hand(source, target, piece)

    with pytest.raises(OSError, match="no space left"):
        copied(tmp_path, [(0, 0, 5)] * 100, [part(tmp_path)], ways=[way])
    assert 2 == len(seen)


def others() -> list[threading.Thread]:
    """The other lanes."""
    lanes = [one for one in threading.enumerate() if one.name.startswith("lane")]
    return [lane for lane in lanes if lane is not threading.current_thread()]


def test_what_is_reserved_is_there_and_empty(tmp_path: Path) -> None:
    """Of the file's own size from the first, and what is written already stays."""
    with (tmp_path / "film").open("wb") as stream:
        stream.write(HEAD)
        stream.flush()
        reserve(stream.fileno(), 3 * BLOCK_BYTES)
    assert HEAD + bytes(3 * BLOCK_BYTES - len(HEAD)) == (tmp_path / "film").read_bytes()


def test_a_film_that_may_not_be_so_large_is_told_before_anything_is_copied(tmp_path: Path) -> None:
    """The system's error, as it came; whatever was set aside until then is given back."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    with (tmp_path / "film").open("wb") as stream:
        stream.write(HEAD)
        stream.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, (BLOCK_BYTES, usual[1]))
        try:
            with pytest.raises(OSError, match="too large"):
                reserve(stream.fileno(), 2 * BLOCK_BYTES)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert 0 == (tmp_path / "film").stat().st_size
