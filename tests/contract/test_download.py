"""Bringing a clip over real HTTP: cut, stalled, changed, moved, refused; whole at the end, or not there at all."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from renderer.errors import StoreError
from renderer.wire.client import Client
from renderer.wire.download import Cause, Delivered, Limits, Undelivered, download
from renderer.wire.pace import Pace

from .raw import Line, Play, RawServer, answer, fields, saying

CLIP = random.Random(7).randbytes(300_000)
OTHER = random.Random(8).randbytes(300_000)
HALF = len(CLIP) // 2
LIMITS = Limits(size_bytes_max=1_000_000, stall_timeout_s=5)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    """Time that passes only by sleeping, and by `tick_s` with every look at the clock."""

    def __init__(self, tick_s: float = 0.0) -> None:
        self.slept: list[float] = []
        self._now_s = 0.0
        self._tick_s = tick_s

    @property
    def pace(self) -> Pace:
        return Pace(self._clock_s, lambda: NOON, self._sleep, lambda: 0.0)

    def _clock_s(self) -> float:
        self._now_s += self._tick_s
        return self._now_s

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now_s += seconds


def bring(
    link: str, target: Path, *, base: str | None = None, limits: Limits = LIMITS, clock: Clock | None = None
) -> Delivered | Undelivered:
    async def run() -> Delivered | Undelivered:
        client = Client(base or link)
        try:
            return await download(client, link, target=target, limits=limits, pace=(clock or Clock()).pace)
        finally:
            await client.close()

    return asyncio.run(run())


def cut(body: bytes = CLIP, *, at: int = HALF, length: int | None = -1, **headers: str) -> Play:
    """Announce a body and hang up in the middle."""
    whole = len(body) if length == -1 else length
    return saying(answer(body[:at], length=whole, **headers))


def rest(body: bytes = CLIP, *, start: int = HALF, total: int | None = None, **headers: str) -> Play:
    """The part of a body from `start`, as it was asked for."""
    told = f"bytes {start}-{len(body) - 1}/{total or len(body)}"
    return saying(
        answer(body[start:], status="206 Partial Content", Content_Range=told, length=-1, **headers)
    )


def whole(body: bytes = CLIP, **headers: str) -> Play:
    return saying(answer(body, Content_Type="Video/MP4; codecs=x", length=-1, **headers))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "clip.mp4"


def test_a_clip_is_written_whole_and_nothing_secret_is_sent(target: Path) -> None:
    """Neither a key nor a cookie goes to a link."""
    with RawServer(whole(Set_Cookie="id=7")) as server:
        assert Delivered("video/mp4", len(CLIP)) == bring(f"{server.url}/a.mp4?_jwt=x", target)
        assert not {"authorization", "cookie", "range"} & fields(server.heard[0]).keys()
        assert server.heard[0].startswith(b"GET /a.mp4?_jwt=x HTTP/1.1")
    assert CLIP == target.read_bytes()


@pytest.mark.parametrize(
    ("plays", "asked"),
    [
        ((cut(ETag='"a"'), rest(ETag='"a"')), (f"bytes={HALF}-", '"a"')),
        ((cut(), rest()), (f"bytes={HALF}-", None)),
        ((cut(ETag='W/"a"'), rest(ETag='W/"a"')), (f"bytes={HALF}-", None)),
    ],
)
def test_what_was_cut_is_resumed(
    target: Path, plays: tuple[Play, ...], asked: tuple[str, str | None]
) -> None:
    """By a strong validator, or else by the same total length."""
    with RawServer(*plays) as server:
        assert Delivered("", len(CLIP)) == bring(server.url, target)
        second = fields(server.heard[1])
    assert asked == (second["range"], second.get("if-range"))
    assert CLIP == target.read_bytes()


@pytest.mark.parametrize(
    "second",
    [
        whole(OTHER, ETag='"b"'),
        rest(OTHER, ETag='"b"'),
        rest(OTHER, start=HALF + 1),
        rest(OTHER, total=len(OTHER) + 1),
        saying(answer(OTHER, status="206 Partial Content")),
        saying(answer(b"", status="416 Range Not Satisfiable")),
    ],
)
def test_a_file_that_changed_meanwhile_is_begun_anew(target: Path, second: Play) -> None:
    """Halves of two files are never joined."""
    with RawServer(cut(ETag='"a"'), second, whole(OTHER, ETag='"b"')) as server:
        assert isinstance(bring(server.url, target), Delivered)
        assert "range" not in fields(server.heard[2]) if len(server.heard) > 2 else True
    assert OTHER == target.read_bytes()


def test_what_cannot_be_told_from_another_file_is_begun_anew(target: Path) -> None:
    """Without a validator and a length nothing shows that the rest belongs to it."""
    piece = f"{HALF:x}\r\n".encode() + CLIP[:HALF]
    chunked = saying(answer(piece, length=None, Transfer_Encoding="chunked"))
    with RawServer(chunked, whole()) as server:
        assert isinstance(bring(server.url, target), Delivered)
        assert "range" not in fields(server.heard[1])
    assert CLIP == target.read_bytes()


def test_a_clip_without_a_length_ends_with_the_connection(target: Path) -> None:
    """Not every server announces how much will come."""
    with RawServer(saying(answer(CLIP, length=None))) as server:
        assert Delivered("", len(CLIP)) == bring(server.url, target)
    assert CLIP == target.read_bytes()


def test_a_clip_cut_again_and_again_comes_whole(target: Path) -> None:
    """Each attempt goes on where the last one ended."""
    third = len(CLIP) // 3

    def part(line: Line) -> None:
        line.hear()
        told = f"bytes {third}-{len(CLIP) - 1}/{len(CLIP)}"
        left = CLIP[third:]
        line.say(answer(left[:third], status="206 Partial", length=len(left), Content_Range=told))

    clock = Clock()
    with RawServer(cut(at=third), part, rest(start=2 * third)) as server:
        assert isinstance(bring(server.url, target, clock=clock), Delivered)
    assert CLIP == target.read_bytes()
    assert [0.5, 1.0] == clock.slept


def test_a_stall_is_left_and_resumed(target: Path) -> None:
    """A line that says nothing is no better than a cut one."""

    def stall(line: Line) -> None:
        line.hear()
        line.say(answer(CLIP[:HALF], length=len(CLIP)))
        line.wait()

    limits = LIMITS._replace(stall_timeout_s=0.2)
    with RawServer(stall, rest()) as server:
        assert isinstance(bring(server.url, target, limits=limits), Delivered)
    assert CLIP == target.read_bytes()


def test_a_server_in_trouble_is_asked_again_when_it_says(target: Path) -> None:
    """Its own word on when to come back is heeded."""
    busy = saying(answer(b"", status="503 Busy", Retry_After="7"))
    clock = Clock()
    with RawServer(busy, saying(answer(b"", status="500 Oh")), whole()) as server:
        assert isinstance(bring(server.url, target, clock=clock), Delivered)
    assert [7.0, 1.0] == clock.slept


@pytest.mark.parametrize(
    ("play", "cause", "requests"),
    [
        (saying(answer(b"", status="403 Expired")), Cause.GONE, 1),
        (saying(answer(b"", status="404 None")), Cause.GONE, 1),
        (saying(answer(b"", status="410 Gone")), Cause.GONE, 1),
        (saying(answer(b"", status="400 Bad")), Cause.GONE, 1),
        (saying(answer(b"", status="204 Nothing")), Cause.GONE, 1),
        (saying(answer(b"", status="500 Oh")), Cause.LATER, 10),
        (saying(answer(b"", status="429 Busy")), Cause.LATER, 10),
        (saying(b"this is not HTTP\r\n\r\n"), Cause.LATER, 10),
        (saying(answer(b"", status="503 Busy", Retry_After="3000")), Cause.LATER, 1),
        (saying(answer(CLIP * 4)), Cause.TOO_LARGE, 1),
        (saying(answer(CLIP * 4, length=None)), Cause.TOO_LARGE, 1),
        (saying(answer(b"", status="302 Found", Location="http://example.org/a.mp4")), Cause.FORBIDDEN, 1),
        (saying(answer(b"", status="302 Found", Location="/again")), Cause.FORBIDDEN, 6),
    ],
)
def test_what_does_not_come_leaves_nothing_and_says_why(
    target: Path, play: Play, cause: Cause, requests: int
) -> None:
    """What may come later is tried ten times, the rest once."""
    with RawServer(play) as server:
        got = bring(server.url, target)
        assert isinstance(got, Undelivered)
        assert (cause, requests) == (got.cause, len(server.heard))
        assert server.url not in got.reason
    assert not target.exists()


def test_a_clip_that_drips_is_left_at_the_deadline(target: Path) -> None:
    """However steadily the bytes come, the whole takes no longer than it may."""
    with RawServer(whole()) as server:
        got = bring(server.url, target, clock=Clock(tick_s=1000))
    assert Undelivered(Cause.LATER, "it took too long") == got
    assert not target.exists()


def test_a_redirect_is_followed_and_what_was_cut_resumed_behind_it(target: Path) -> None:
    """Each attempt begins at the link itself, since a redirect may be signed for a short time."""
    there = saying(answer(b"", status="302 Found", Location="/there"))
    with RawServer(there, cut(), there, rest()) as server:
        assert isinstance(bring(f"{server.url}/here", target), Delivered)
        assert ["/here", "/there", "/here", "/there"] == [
            request.split(b" ")[1].decode() for request in server.heard
        ]
    assert CLIP == target.read_bytes()


@pytest.mark.parametrize(
    "link",
    [
        "http://example.org/a.mp4",
        "ftp://example.org/a.mp4",
        "file:///etc/passwd",
        "/a.mp4",
        "https://me:pw@example.org/a.mp4",
    ],
)
def test_a_link_that_is_not_https_is_not_followed(target: Path, link: str) -> None:
    """What would be refused in a storyboard is refused from a vendor."""
    got = bring(link, target, base="http://127.0.0.1:9")
    assert isinstance(got, Undelivered)
    assert Cause.FORBIDDEN is got.cause
    assert not target.exists()


def test_a_vendor_elsewhere_cannot_send_us_to_this_machine(target: Path) -> None:
    """Only a vendor on this machine may name this machine."""
    with RawServer(whole()) as server:
        got = bring(server.url, target, base="https://api.example.org")
        assert Undelivered(Cause.FORBIDDEN, "it leads to this machine") == got
        assert 0 == server.connections


def test_a_disk_that_refuses_is_not_blamed_on_the_server(tmp_path: Path) -> None:
    """The path is told, and what stands there is left alone."""
    (tmp_path / "mine").write_bytes(b"mine")
    with RawServer(whole()) as server:
        for target in (tmp_path / "missing" / "clip.mp4", tmp_path / "mine"):
            with pytest.raises(StoreError) as caught:
                bring(server.url, target)
            assert ("E610", ("path", str(target))) == (caught.value.code, caught.value.facts[0])
    assert b"mine" == (tmp_path / "mine").read_bytes()


def test_a_download_that_is_called_off_leaves_nothing(target: Path) -> None:
    """Ctrl-C is one such call."""
    arrived: list[Callable[[], object]] = []

    def stall(line: Line) -> None:
        line.hear()
        line.say(answer(CLIP[:HALF], length=len(CLIP)))
        for tell in arrived:
            tell()
        line.wait()

    async def run(url: str) -> None:
        loop, half_way = asyncio.get_running_loop(), asyncio.Event()
        arrived.append(lambda: loop.call_soon_threadsafe(half_way.set))
        client = Client(url)
        task = asyncio.create_task(download(client, url, target=target, limits=LIMITS))
        await half_way.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.close()

    with RawServer(stall) as server:
        asyncio.run(run(server.url))
    assert not target.exists()
