"""One vendor's API, from a server that breaks off wherever it can: what is certain is told, and no more."""

import asyncio
import base64
import json
import logging
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from renderer import __version__
from renderer.wire.body import RAW_BYTES, Base64, Body
from renderer.wire.client import Client
from renderer.wire.exchange import Timeouts
from renderer.wire.outcome import NoAnswer, NotSent, Outcome, Reply

from .raw import END, Line, Play, RawServer, answer, bodies, fields, saying

QUICK = Timeouts(connect_s=5, send_s=5, answer_s=0.3)
PATIENT = Timeouts(connect_s=5, send_s=20, answer_s=20)
CERTIFICATE = Path(__file__).with_name("tls") / "loopback.pem"
SMALL = Body((b'{"model":"m"}',))


T = TypeVar("T")


def ask(base: str, act: Callable[[Client], Awaitable[T]], *, timeouts: Timeouts = PATIENT) -> T:
    async def run() -> T:
        client = Client(base, timeouts=timeouts)
        try:
            return await act(client)
        finally:
            await client.close()

    return asyncio.run(run())


def post(base: str, *, body: Body = SMALL, timeouts: Timeouts = PATIENT) -> Outcome:
    return ask(base, lambda client: client.post("/v2", body=body, headers={}), timeouts=timeouts)


def get(base: str, path: str = "/v2", *, query: dict[str, str] | None = None) -> Outcome:
    return ask(base, lambda client: client.get(path, query=query or {}, headers={}))


def hang_up(_: Line) -> None:
    pass


def hear_and_hang_up(line: Line) -> None:
    line.hear()


def hear_and_reset(line: Line) -> None:
    line.hear()
    line.reset()


def hear_and_wait(line: Line) -> None:
    line.hear()
    line.wait()


def wait(line: Line) -> None:
    line.wait()


def drip(line: Line) -> None:
    line.hear()
    line.say(answer(b"", length=10**9))
    while True:
        line.say(b" ")


@pytest.mark.parametrize(
    "play",
    [
        hang_up,
        hear_and_hang_up,
        hear_and_reset,
        hear_and_wait,
        wait,
        saying(b"this is not HTTP\r\n\r\n"),
        saying(b"HTTP/1.1 200 OK\r\nContent-Le"),
        saying(b"\0" * 100),
    ],
)
def test_a_request_that_may_have_left_is_not_answered(play: Play) -> None:
    """Whatever broke after the first byte, the server may have acted on it."""
    with RawServer(play) as server:
        assert isinstance(post(server.url, timeouts=QUICK), NoAnswer)
        assert 1 == server.connections


def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    """Nobody listens at the port of a closed server."""
    with RawServer(hang_up) as closed:
        url = closed.url
    assert isinstance(post(url), NotSent)


def test_a_server_without_tls_was_sent_nothing() -> None:
    """The handshake comes before the request."""
    with RawServer(lambda line: line.say(b"no TLS here")) as server:
        assert isinstance(post(server.url.replace("http:", "https:"), timeouts=QUICK), NotSent)
        assert [] == server.heard


def test_a_server_with_another_certificate_was_sent_nothing() -> None:
    """Whoever it is, it is not the vendor."""
    with RawServer(saying(answer()), tls=CERTIFICATE) as server:
        outcome = post(server.url)
        assert isinstance(outcome, NotSent)
        assert "certificate" in outcome.reason.lower()
        assert [] == server.heard


TALK = """
import asyncio, sys
from pathlib import Path
from renderer.wire.body import Base64, Body
from renderer.wire.client import Client

async def talk(url, picture):
    client = Client(url)
    body = Body((b'{"a":"', Base64(picture, picture.stat().st_size), b'"}'))
    for _ in range(2):
        print((await client.get("/v2", query={}, headers={})).status)
    print((await client.post("/v2", body=body, headers={})).status)
    print(type(await client.post("/v2", body=body, headers={})).__name__)
    await client.close()

asyncio.run(talk(sys.argv[1], Path(sys.argv[2])))
"""


def test_over_tls_it_is_as_without(tmp_path: Path) -> None:
    """Where the certificate is trusted: kept lines for questions, a line of its own for each request, breaks told."""
    picture = tmp_path / "picture"
    picture.write_bytes(b"x" * 300_000)
    plays = (saying(answer(), answer()), saying(answer(status="201 Created")), saying(b""))
    with RawServer(*plays, tls=CERTIFICATE) as server:
        told = subprocess.run(
            [sys.executable, "-W", "error", "-c", TALK, server.url, str(picture)],
            env={**os.environ, "SSL_CERT_FILE": str(CERTIFICATE)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (["200", "200", "201", "NoAnswer"], "") == (told.stdout.split(), told.stderr)
        assert [0, 0, 400_008, 400_008] == [len(body) for body in bodies(server.heard)]


def test_a_header_that_cannot_be_sent_does_not_tell_itself() -> None:
    """The words of an error may not hold a key."""
    with RawServer(saying(answer())) as server:
        outcome = ask(
            server.url,
            lambda client: client.post("/v2", body=SMALL, headers={"Authorization": "Bearer se\ncret"}),
        )
    assert isinstance(outcome, NoAnswer | NotSent)
    assert "cret" not in outcome.reason


@pytest.mark.parametrize("status", [200, 400, 503])
@pytest.mark.parametrize("cut", [b'{"id": "1', b""])
def test_a_status_is_known_although_its_body_was_cut(status: int, cut: bytes) -> None:
    """A refusal stays a refusal; whether the body is whole is told."""
    with RawServer(saying(answer(cut, status=f"{status} Words", length=100))) as server:
        outcome = post(server.url)
    assert isinstance(outcome, Reply)
    assert (status, cut, False) == (outcome.status, outcome.body, outcome.whole)
    with pytest.raises(ValueError, match="cut short"):
        outcome.json()


def test_a_status_is_known_although_its_body_stalls() -> None:
    """The time for an answer covers its body."""

    def stall(line: Line) -> None:
        line.hear()
        line.say(answer(b"{", status="422 No", length=2))
        line.wait()

    with RawServer(stall) as server:
        outcome = post(server.url, timeouts=QUICK)
    assert isinstance(outcome, Reply)
    assert (422, False) == (outcome.status, outcome.whole)


def test_an_answer_that_drips_or_swells_is_left() -> None:
    """Neither time nor memory is without limit."""
    with RawServer(drip) as server:
        outcome = post(server.url, timeouts=QUICK)
    assert isinstance(outcome, Reply)
    assert not outcome.whole
    with RawServer(saying(answer(b" " * (9 << 20)))) as server:
        outcome = post(server.url)
    assert isinstance(outcome, Reply)
    assert not outcome.whole


def test_an_answer_that_comes_before_the_body_is_sent_counts() -> None:
    """A server may refuse a body without reading it."""

    def refuse(line: Line) -> None:
        line.say(answer(b'{"message": "too large"}', status="413 Too Large", Connection="close"))
        line.stop_talking()

    with RawServer(refuse) as server:
        outcome = post(server.url, body=Body((b" " * 1_000_000,)))
    assert isinstance(outcome, Reply)
    assert (413, {"message": "too large"}) == (outcome.status, outcome.json())


def test_no_redirect_is_followed() -> None:
    """The key goes to the vendor's address alone."""
    with RawServer(saying(answer(b"", status="307 Elsewhere", Location="/v3"))) as server:
        outcome = post(server.url)
        assert isinstance(outcome, Reply)
        assert (307, 1) == (outcome.status, len(server.heard))


def test_every_post_has_a_connection_of_its_own() -> None:
    """On a kept one that is closed meanwhile, nobody could say whether the request was taken."""

    async def twice(client: Client) -> None:
        for _ in range(2):
            await client.get("/v2", query={}, headers={})
        for _ in range(2):
            assert isinstance(await client.post("/v2", body=SMALL, headers={}), Reply)

    with RawServer(saying(answer(), answer(), answer())) as server:
        ask(server.url, twice)
        assert (4, 3) == (len(server.heard), server.connections)


def test_a_get_is_asked_again_when_its_kept_connection_was_closed() -> None:
    """It costs nothing, and nothing is wrong with the server."""

    def once(line: Line) -> None:
        line.hear()
        line.say(answer())
        line.hear()

    async def twice(client: Client) -> list[Outcome]:
        return [await client.get("/v2", query={}, headers={}) for _ in range(2)]

    with RawServer(once, saying(answer(b"[2]"))) as server:
        _, second = ask(server.url, twice)
        assert isinstance(second, Reply)
        assert [2] == second.json()
        assert 3 == len(server.heard)


def test_a_get_is_not_asked_for_ever() -> None:
    """Twice, then it is told."""
    with RawServer(hear_and_hang_up) as server:
        assert isinstance(get(server.url), NoAnswer)
        assert 2 == server.connections


def test_every_reserved_sign_of_a_query_is_encoded() -> None:
    """A job's name may hold `:`, `/`, spaces and more."""
    with RawServer(saying(answer())) as server:
        get(server.url, query={"generation_id": "a/b:c d&e=f+g?#%é"})
        first = server.heard[0].split(b"\r\n")[0]
    assert b"GET /v2?generation_id=a%2Fb%3Ac%20d%26e%3Df%2Bg%3F%23%25%C3%A9 HTTP/1.1" == first


def test_a_request_names_us_and_neither_keeps_nor_sends_cookies() -> None:
    """Nothing is sent that was not asked for."""

    async def twice(client: Client) -> None:
        for _ in range(2):
            await client.get("/v2", query={}, headers={})

    with RawServer(saying(*[answer(Set_Cookie="id=7; Path=/")] * 2)) as server:
        ask(server.url, twice)
        sent = [fields(request) for request in server.heard]
    assert [f"renderer/{__version__}"] * 2 == [each["user-agent"] for each in sent]
    assert {"host", "user-agent", "accept", "accept-encoding", "connection"} == set(sent[1])


def test_a_file_is_sent_as_base64_with_its_exact_length(tmp_path: Path) -> None:
    """Pieces of any size join without padding in between."""
    for size_bytes in (0, 1, 2, 3, RAW_BYTES - 1, RAW_BYTES, RAW_BYTES + 1, 3 * RAW_BYTES + 2):
        content = bytes(number % 251 for number in range(size_bytes))
        picture = tmp_path / f"{size_bytes}"
        picture.write_bytes(content)
        body = Body((b'{"a":"', Base64(picture, size_bytes), b'","b":1}'))
        with RawServer(saying(answer())) as server:
            assert isinstance(post(server.url, body=body), Reply)
            sent = fields(server.heard[0])
            (received,) = bodies(server.heard)
        assert {"a": base64.b64encode(content).decode(), "b": 1} == json.loads(received)
        assert str(len(received)) == sent["content-length"]
        assert "transfer-encoding" not in sent


def test_a_file_that_shrinks_under_way_is_never_sent_as_if_whole(tmp_path: Path) -> None:
    """Less than was announced is no request, but the server may see it otherwise."""
    picture = tmp_path / "picture"
    picture.write_bytes(b"x" * RAW_BYTES)
    body = Body((Base64(picture, RAW_BYTES + 1),))
    with RawServer(saying(answer())) as server:
        assert isinstance(post(server.url, body=body), NoAnswer)


def test_many_submissions_at_once_hold_little_memory(tmp_path: Path) -> None:
    """16 bodies with 4 MB of pictures each are 85 MB on the wire, and a fraction of that here."""
    picture = tmp_path / "picture"
    picture.write_bytes(b"x" * 4_000_000)
    body = Body((b'{"a":"', Base64(picture, 4_000_000), b'"}'))

    async def all_at_once(client: Client) -> list[Outcome]:
        return await asyncio.gather(*(client.post("/v2", body=body, headers={}) for _ in range(16)))

    def swallow(line: Line) -> None:
        line.hear()
        line.say(answer())

    with RawServer(swallow) as server:
        tracemalloc.start()
        try:
            outcomes = ask(server.url, all_at_once)
            peak_bytes = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    assert peak_bytes < 45_000_000


def test_no_address_goes_to_a_log(caplog: pytest.LogCaptureFixture) -> None:
    """A link's query may hold a signature."""
    caplog.set_level(logging.DEBUG)
    with RawServer(saying(answer())) as server:
        get(server.url, query={"_jwt": "secret"})
    assert "secret" not in caplog.text


def test_no_proxy_stands_between_us_and_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment is for the network."""
    with RawServer(saying(b"HTTP/1.1 502 The proxy\r\n\r\n")) as proxy, RawServer(saying(answer())) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        outcome = get(server.url)
        assert isinstance(outcome, Reply)
        assert (200, 0) == (outcome.status, proxy.connections)


def test_a_proxy_that_refuses_was_not_sent_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was asked for a line to the vendor, and nothing has gone through it."""
    with RawServer(saying(answer(status="403 No"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        outcome = post("https://vendor.invalid")
        heard = proxy.heard[0].partition(END)[0]
    assert isinstance(outcome, NotSent)
    assert heard.startswith(b"CONNECT vendor.invalid:443")
