"""A recording by itself: what is written down, what is left out, and what is played when."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import ProviderUnavailable, StoreError, UsageError
from renderer.execute.clock import HastyClock
from renderer.providers.replay.exchange import Exchange, digest_of, scrubbed
from renderer.providers.replay.player import Player, read_recording
from renderer.providers.replay.recorder import Recorder
from renderer.wire.body import Body
from renderer.wire.client import Client, Wire
from renderer.wire.download import Cause, Delivered, Limits, Undelivered
from renderer.wire.exchange import Timeouts
from renderer.wire.outcome import NoAnswer, NotSent, Outcome, Reply
from renderer.wire.pace import PACE

from .raw import Line, Play, RawServer, answer, saying

T = TypeVar("T")

KEY = "k-5ecret5ecret"
QUICK = Timeouts(connect_s=5, send_s=5, answer_s=0.3)
LIMITS = Limits(10**6, attempts_max=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def body(**content: Any) -> Body:
    return Body((json.dumps(content).encode(),), content)


async def post(wire: Wire, content: Body, *, intent: str = "r-1") -> Outcome:
    headers = {"Authorization": f"Bearer {KEY}", "X-Client-Request-Id": intent}
    return await wire.post("/v2", body=content, headers=headers)


async def get(wire: Wire, **query: str) -> Outcome:
    return await wire.get("/v2", query=query, headers={"Authorization": f"Bearer {KEY}"})


async def bring(wire: Wire, link: str, target: Path) -> object:
    return await wire.download(link, target=target, limits=LIMITS, pace=PACE)


def recorded(
    folder: Path, play: Play, act: Callable[[Wire, str], Awaitable[T]], *, vendor: str = "aimlapi"
) -> T:
    """What an act gave while it was recorded from a server."""

    async def run(url: str) -> T:
        wire = Recorder(Client(url, timeouts=QUICK), folder=folder, vendor=vendor, secrets=(KEY,))
        try:
            return await act(wire, url)
        finally:
            await wire.close()

    with RawServer(play) as server:
        return asyncio.run(run(server.url))


def in_turn(*contents: bytes) -> Play:
    """Each connection gets the next of some bodies."""
    left = iter(contents)

    def play(line: Line) -> None:
        saying(answer(next(left)))(line)

    return play


def player(folder: Path) -> Player:
    return Player(read_recording(folder, vendor="aimlapi"), folder=folder)


def text_of(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.json")))


@pytest.mark.parametrize(
    "play",
    [
        saying(answer(b'{"id": 7, "usd": 0.2625}', status="201 Created", X_Inference_Id="7")),
        saying(answer(b'{"message": "no"}', status="422 No")),
        saying(answer(b"<html>", status="502 Bad", Content_Type="text/html")),
        saying(answer(b'{"id', length=99)),
        saying(b""),
    ],
)
def test_what_was_answered_is_answered_again(tmp_path: Path, play: Play) -> None:
    """Status, body, the headers that mean something, and what broke."""
    first = recorded(tmp_path, play, lambda wire, _: post(wire, body(a=1)))
    again = asyncio.run(post(player(tmp_path), body(a=1), intent="r-2"))
    assert type(first) is type(again)
    if isinstance(first, Reply) and isinstance(again, Reply):
        assert (first.status, first.whole) == (again.status, again.whole)
        assert first.headers.get("x-inference-id") == again.headers.get("x-inference-id")
        assert first.is_page == again.is_page
        assert not first.body.startswith(b'{"id":') or first.json() == again.json()


def test_a_body_is_found_by_its_content_alone(tmp_path: Path) -> None:
    """The order of its fields, our id and the key make no difference; another value does."""
    recorded(tmp_path, saying(answer(b'{"id": "a"}')), lambda wire, _: post(wire, body(a=1, b=[2])))
    played = player(tmp_path)
    with pytest.raises(ProviderUnavailable) as caught:
        asyncio.run(post(played, body(a=1, b=[3])))
    assert ("P730", "00001-aimlapi-post.json: POST /v2, other `b`") == (
        caught.value.code,
        dict(caught.value.facts)["nearest"],
    )
    assert isinstance(asyncio.run(post(played, body(b=[2], a=1), intent="r-9")), Reply)


def test_a_request_is_played_as_often_as_it_was_bought(tmp_path: Path) -> None:
    """A third purchase of what was bought twice was never recorded."""

    async def twice(wire: Wire, _: str) -> list[Outcome]:
        return [await post(wire, body(a=1)) for _ in range(2)]

    def bytes_of(outcome: Outcome) -> bytes:
        assert isinstance(outcome, Reply)
        return outcome.body

    recorded(tmp_path, in_turn(b'{"id": "a"}', b'{"id": "b"}'), twice)
    played = player(tmp_path)
    assert [b'{"id": "a"}', b'{"id": "b"}'] == [
        bytes_of(asyncio.run(post(played, body(a=1)))) for _ in range(2)
    ]
    with pytest.raises(ProviderUnavailable):
        asyncio.run(post(played, body(a=1)))


def test_questions_are_answered_in_their_order_and_the_last_one_for_ever(tmp_path: Path) -> None:
    """What was in the way and overcome is left out."""
    said = [
        answer(b'{"status": "queued"}'),
        answer(b"", status="429 Busy"),
        answer(b"", status="502 Oh"),
        answer(b'{"status": "generating"}'),
        answer(b'{"status": "completed"}'),
    ]

    async def five_times(wire: Wire, url: str) -> None:
        for _ in said:
            await get(wire, generation_id="a")

    recorded(tmp_path, saying(*said), five_times)
    played = player(tmp_path)
    heard = [asyncio.run(get(played, generation_id="a")) for _ in range(5)]
    words = [outcome.json()["status"] for outcome in heard if isinstance(outcome, Reply)]
    assert ["queued", "generating", "completed", "completed", "completed"] == words


def test_a_failure_that_was_not_overcome_is_played(tmp_path: Path) -> None:
    """Each time it is asked for."""
    recorded(tmp_path, saying(b""), lambda wire, _: get(wire, generation_id="a"))
    played = player(tmp_path)
    assert {NoAnswer} == {type(asyncio.run(get(played, generation_id="a"))) for _ in range(3)}


def test_what_was_never_sent_is_played(tmp_path: Path) -> None:
    """A vendor that was not there."""
    with RawServer(saying()) as closed:
        url = closed.url

    async def run() -> Outcome:
        return await post(Recorder(Client(url), folder=tmp_path, vendor="aimlapi", secrets=(KEY,)), body(a=1))

    assert isinstance(asyncio.run(run()), NotSent)
    assert isinstance(asyncio.run(post(player(tmp_path), body(a=1))), NotSent)


def test_a_log_is_found_whatever_times_are_asked_for(tmp_path: Path) -> None:
    """The clock has gone on since."""
    recorded(tmp_path, saying(answer(b'{"data": []}')), lambda wire, _: get(wire, start="1", end="2"))
    assert isinstance(asyncio.run(get(player(tmp_path), start="3", end="4")), Reply)


def test_a_clip_is_played_by_its_link_whatever_its_signature(tmp_path: Path) -> None:
    """Links that differed in their signatures alone still differ; an unknown one is the same clip."""

    async def both(wire: Wire, url: str) -> str:
        await bring(wire, f"{url}/a.mp4?_jwt=1", tmp_path / "1")
        await bring(wire, f"{url}/a.mp4?_jwt=2", tmp_path / "2")
        return url

    url = recorded(tmp_path / "rec", in_turn(b"one", b"two"), both)
    played = player(tmp_path / "rec")
    for target, query in (("c", "?_jwt=2"), ("d", "?_jwt=1")):
        asyncio.run(bring(played, f"{url}/a.mp4{query}", tmp_path / target))
    asyncio.run(bring(played, scrubbed(f"{url}/a.mp4?_jwt=3"), tmp_path / "e"))
    assert (b"two", b"one") == ((tmp_path / "c").read_bytes(), (tmp_path / "d").read_bytes())
    assert (tmp_path / "e").read_bytes() in {b"one", b"two"}


def test_a_clip_that_did_not_come_does_not_come_again(tmp_path: Path) -> None:
    """Its reason is recorded."""

    async def gone(wire: Wire, url: str) -> tuple[str, object]:
        return url, await bring(wire, f"{url}/a.mp4", tmp_path / "1")

    url, first = recorded(tmp_path / "rec", saying(answer(b"", status="403 Expired")), gone)
    assert Undelivered(Cause.GONE, "the server answers 403") == first
    assert first == asyncio.run(bring(player(tmp_path / "rec"), f"{url}/a.mp4", tmp_path / "2"))


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_clip_that_is_not_what_it_was_is_never_played(tmp_path: Path, damage: str) -> None:
    """Its name is the digest of its bytes."""

    async def fetch(wire: Wire, url: str) -> str:
        await bring(wire, f"{url}/a.mp4", tmp_path / "1")
        return url

    url = recorded(tmp_path / "rec", saying(answer(b"one")), fetch)
    (clip,) = (tmp_path / "rec" / "clips").iterdir()
    clip.write_bytes(b"two") if damage == "changed" else clip.unlink()
    with pytest.raises(ProviderUnavailable) as caught:
        asyncio.run(bring(player(tmp_path / "rec"), f"{url}/a.mp4", tmp_path / "2"))
    assert "P730" == caught.value.code
    assert not (tmp_path / "2").exists()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"status": "200", "headers": {}, "whole": True, "json": 1},
        {"status": 200, "headers": {}, "whole": True},
        {"clip": "../../secret.mp4", "content_type": "", "size_bytes": 1},
        {"clip": "/etc/passwd", "content_type": "", "size_bytes": 1},
        {"undelivered": "WHATEVER", "reason": ""},
    ],
    ids=str,
)
def test_a_recording_from_elsewhere_is_not_trusted(tmp_path: Path, said: Any) -> None:
    """An answer of another form, or a clip outside the recording, is refused as a whole."""
    text = Exchange("aimlapi", "CLIP", "https://x/a.mp4", None, {}, said).to_text()
    (tmp_path / "00001-aimlapi-clip.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_recording(tmp_path, vendor="aimlapi")
    assert "U043" == caught.value.code


def test_a_recording_goes_on_in_its_folder_and_keeps_vendors_apart(tmp_path: Path) -> None:
    """Two commands and two vendors may share one."""
    for vendor in ("aimlapi", "runway", "aimlapi"):
        recorded(
            tmp_path, saying(answer(b'{"id": "a"}')), lambda wire, _: post(wire, body(a=1)), vendor=vendor
        )
    assert ["00001-aimlapi-post.json", "00002-runway-post.json", "00003-aimlapi-post.json"] == sorted(
        path.name for path in tmp_path.iterdir()
    )
    assert 2 == len(read_recording(tmp_path, vendor="aimlapi"))


def test_a_record_that_was_broken_off_is_left_out(tmp_path: Path) -> None:
    """A kill leaves an empty file at most; what two processes record at once stands side by side."""
    (tmp_path / "00001-aimlapi-post.json").touch()
    first, second = (
        Recorder(Client("http://127.0.0.1:9"), folder=tmp_path, vendor="aimlapi", secrets=()) for _ in "ab"
    )

    async def both() -> None:
        for wire, number in ((first, 1), (second, 1), (first, 2)):
            await post(wire, body(a=number))

    asyncio.run(both())
    assert ["00002", "00003", "00004"] == [
        exchange.file[:5] for exchange in read_recording(tmp_path, vendor="aimlapi")
    ]
    assert [] == list(tmp_path.glob("*.part"))


def test_nothing_secret_is_written(tmp_path: Path) -> None:
    """Whatever a server echoes."""
    echo = {
        "key": f"your key {KEY}",
        "header": f"Authorization: Bearer {KEY}",
        "video": [{"url": "https://me:pw@cdn.example.org/a.mp4?_jwt=eyJh.eyJi.c&x=1#f"}],
        "token": "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln",
    }
    play = saying(answer(json.dumps(echo).encode(), Set_Cookie=f"k={KEY}", X_Request_Id=KEY, length=-1))
    content = body(image_url="https://example.org/a.png?signature=5ecret")
    recorded(tmp_path, play, lambda wire, _: post(wire, content))
    text = text_of(tmp_path)
    for secret in ("5ecret", "_jwt", "eyJ", "pw@", "ookie", "x=1"):
        assert secret not in text
    assert "https://cdn.example.org/a.mp4?recorded=" in text
    assert isinstance(asyncio.run(post(player(tmp_path), content)), Reply)


def test_a_record_that_cannot_be_written_loses_no_answer(tmp_path: Path) -> None:
    """What was bought, asked and fetched comes through; closing tells, once the connections are gone."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    heard: list[object] = []

    async def use(wire: Wire, url: str) -> None:
        heard.append(await post(wire, body(a=1)))
        heard.append(await get(wire, generation_id="a"))
        heard.append(await bring(wire, f"{url}/a.mp4", tmp_path / "clip"))

    with pytest.raises(StoreError) as caught:
        recorded(blocked / "rec", saying(answer(b'{"id": "a"}')), use)
    assert "E624" == caught.value.code
    assert [Reply, Reply, Delivered] == [type(outcome) for outcome in heard]
    assert b'{"id": "a"}' == (tmp_path / "clip").read_bytes()


@pytest.mark.parametrize("depth", [10, 600, 50_000])
def test_an_answer_nested_deep_is_recorded_like_any_other(tmp_path: Path, depth: int) -> None:
    """It names a job that was bought; read again it says the same, as far as it can be read at all."""
    said = b'{"id": "a", "nest": ' + b"[" * depth + b"]" * depth + b"}"
    first = recorded(tmp_path, saying(answer(said)), lambda wire, _: post(wire, body(a=1)))
    again = asyncio.run(post(player(tmp_path), body(a=1)))
    assert isinstance(first, Reply)
    assert isinstance(again, Reply)
    assert said == first.body
    assert depth > 600 or first.json() == again.json()


@pytest.mark.parametrize(
    "query",
    ["_jwt=5ecret&x=?recorded=1", "recorded=488246839eb3&_jwt=5ecret", "recorded=5ecret5ecret", "a#5ecret"],
)
def test_a_query_that_looks_like_a_recorded_one_is_no_way_around(query: str) -> None:
    """Only what we wrote ourselves is left as it stands."""
    hidden = str(scrubbed(f"https://me:5ecret@cdn.example.org/a.mp4?{query}"))
    assert hidden.startswith("https://cdn.example.org/a.mp4?recorded=")
    assert "5ecret" not in hidden
    assert hidden == scrubbed(hidden)


@given(JSON, st.dictionaries(st.sampled_from(["x-client-request-id"]), st.text()))
def test_an_exchange_is_read_as_it_was_written(content: Any, headers: Mapping[str, str]) -> None:
    """Any text, also such as no other program should ever send."""
    reply = {"status": 200, "headers": {}, "whole": True, "json": content}
    exchange = Exchange("aimlapi", "POST", "/v2", content, headers, reply, "1.json")
    assert exchange == Exchange.from_text(exchange.to_text(), file="1.json")
    assert digest_of(content) == digest_of(Exchange.from_text(exchange.to_text(), file="").body)
    assert scrubbed(content) == scrubbed(scrubbed(content))


def test_a_replay_waits_for_nothing_and_time_passes_all_the_same() -> None:
    """Waits that overlap are one."""

    async def run() -> float:
        clock = HastyClock()
        await asyncio.gather(clock.sleep(25), clock.sleep(10))
        await clock.sleep(5)
        return clock.monotonic_s()

    assert 30 == asyncio.run(run())
