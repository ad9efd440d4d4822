"""Fetching over real HTTP on the loopback interface, from a server that does as the path says."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from renderer import __version__
from renderer.errors import RendererError, StoreError
from renderer.wire import Fetched, check_url, fetch, shown

MOON = b"moon" * 1000


class Server(ThreadingHTTPServer):
    """Answers by path; `asked` holds the headers of every request, by name in lower case."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[dict[str, str]] = []
        self.release = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append({name.lower(): value for name, value in self.headers.items()})
        kind, _, rest = self.path[1:].partition("/")
        getattr(self, f"answer_{kind}")(rest)

    def answer_moon(self, _: str) -> None:
        self.reply(200, MOON, {"Content-Type": "Image/PNG; charset=binary", "Set-Cookie": "id=7"})

    def answer_unsized(self, _: str) -> None:
        self.reply(200, MOON, {}, length=None)

    def answer_empty(self, _: str) -> None:
        self.reply(200, b"", {})

    def answer_status(self, rest: str) -> None:
        self.reply(int(rest), b"no", {})

    def answer_truncated(self, _: str) -> None:
        self.reply(200, MOON[:-1], {}, length=len(MOON))

    def answer_slow(self, _: str) -> None:
        self.reply(200, b"", {}, length=4)
        self.server.release.wait(20)

    def answer_hops(self, rest: str) -> None:
        left = int(rest)
        self.reply(302, b"", {"Location": f"/hops/{left - 1}" if left else "/moon", "Set-Cookie": "id=7"})

    def answer_to(self, rest: str) -> None:
        self.reply(302, b"", {"Location": rest})

    def answer_noise(self, _: str) -> None:
        self.wfile.write(b"this is not HTTP\r\n\r\n")

    def reply(self, status: int, body: bytes, headers: dict[str, str], *, length: int | None = -1) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(len(body) if length < 0 else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=lambda: running.serve_forever(poll_interval=0.01))
        thread.start()
        yield running
        running.release.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "target"


@pytest.fixture
def get(target: Path) -> Callable[..., Fetched]:
    def get_url(url: str, *, size_max: int = 10_000, timeout_s: float = 20) -> Fetched:
        return fetch(url, size_max=size_max, timeout_s=timeout_s, connect_timeout_s=5, target=target)

    return get_url


Get = Callable[..., Fetched]


def refusal(get: Get, url: str, **limits: float) -> RendererError:
    with pytest.raises(RendererError) as caught:
        get(url, **limits)
    return caught.value


def test_the_body_is_written_and_its_type_and_size_told(server: Server, get: Get, target: Path) -> None:
    """The type is in lower case, without parameters."""
    assert Fetched("image/png", len(MOON)) == get(f"{server.url}/moon")
    assert MOON == target.read_bytes()


def test_a_body_without_a_length_ends_with_the_connection(server: Server, get: Get, target: Path) -> None:
    """Not every server announces a length, nor a type."""
    assert Fetched("", len(MOON)) == get(f"{server.url}/unsized")
    assert MOON == target.read_bytes()


def test_an_empty_body_is_a_file(server: Server, get: Get, target: Path) -> None:
    """Whether no bytes are an image is for others to say."""
    assert Fetched("", 0) == get(f"{server.url}/empty")
    assert b"" == target.read_bytes()


def test_the_request_names_us_and_carries_nothing_secret(server: Server, get: Get) -> None:
    """Neither credentials nor the cookies of an earlier hop are sent."""
    get(f"{server.url}/hops/2")
    assert {f"renderer/{__version__}"} == {asked["user-agent"] for asked in server.asked}
    assert {"identity"} == {asked["accept-encoding"] for asked in server.asked}
    assert not any({"authorization", "cookie"} & asked.keys() for asked in server.asked)


def test_five_redirects_are_followed_and_no_sixth(server: Server, get: Get, target: Path) -> None:
    """A loop ends."""
    assert len(MOON) == get(f"{server.url}/hops/4").size_bytes
    target.unlink()
    error = refusal(get, f"{server.url}/hops/5")
    assert ("S464", 2, "there are more than 5 redirects") == (error.code, error.exit_code, error.message)
    assert not target.exists()


@pytest.mark.parametrize(
    "there",
    [
        "http://example.org/moon",
        "ftp://example.org/moon",
        "file:///etc/passwd",
        "https://user:password@example.org/moon",
        "//example.org/moon",
    ],
)
def test_a_redirect_is_checked_as_the_first_url_was(server: Server, get: Get, there: str) -> None:
    """What would be refused in a storyboard is refused on the way."""
    error = refusal(get, f"{server.url}/to/{there}")
    assert ("S462", 2) == (error.code, error.exit_code)
    assert 1 == len(server.asked)
    assert not any("user:password" in fact for _, fact in error.facts)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/moon",
        "http://localhost.example.org/moon",
        "http://127.0.0.1.example.org/moon",
        "http://10.0.0.1/moon",
        "ftp://127.0.0.1/moon",
        "file:///etc/passwd",
        "https://user@example.org/moon",
        "https:///moon",
        "moon.png",
        "",
        "https://[::1/moon",
        "https://example.org:port/moon",
    ],
)
def test_a_url_that_is_not_fetched_is_refused_before_any_request(get: Get, url: str) -> None:
    """https alone, http to this machine alone, and no credentials."""
    error = refusal(get, url)
    assert ("S462", "the URL is not one that is fetched") == (error.code, error.message)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a?b#c",
        "http://localhost:8000/",
        "http://127.1.2.3/",
        "http://[::1]:80/",
        "HTTPS://EXAMPLE.ORG/",
    ],
)
def test_a_url_that_may_be_fetched_passes(url: str) -> None:
    """Scheme and host are compared without regard to case."""
    assert check_url(url) is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize("path", ["moon", "unsized"])
def test_a_body_beyond_the_limit_is_cut_off(server: Server, get: Get, target: Path, path: str) -> None:
    """Announced or not, no more than the limit is taken, and nothing is left."""
    error = refusal(get, f"{server.url}/{path}", size_max=len(MOON) - 1)
    assert ("S461", 2, "the file is too large") == (error.code, error.exit_code, error.message)
    assert ("limit", f"{len(MOON) - 1} bytes") in error.facts
    assert not target.exists()


def test_a_body_of_just_the_limit_passes(server: Server, get: Get) -> None:
    """The limit itself is allowed."""
    assert len(MOON) == get(f"{server.url}/unsized", size_max=len(MOON)).size_bytes


@pytest.mark.parametrize("path", ["truncated", "noise"])
def test_a_broken_answer_is_a_failure_that_may_pass(
    server: Server, get: Get, target: Path, path: str
) -> None:
    """A body shorter than announced is never taken for the file."""
    error = refusal(get, f"{server.url}/{path}")
    assert ("S460", 4, True) == (error.code, error.exit_code, error.retryable)
    assert not target.exists()


def test_a_server_that_says_nothing_is_left(server: Server, get: Get, target: Path) -> None:
    """The time limit holds for the body too."""
    error = refusal(get, f"{server.url}/slow", timeout_s=0.2)
    assert ("S460", ("reason", "it took too long")) == (error.code, error.facts[1])
    assert not target.exists()


def test_a_server_that_drips_is_left_at_the_deadline(server: Server, target: Path) -> None:
    """However quickly each byte comes, the whole takes no longer than it may."""
    moments = iter([0.0, 1e9])
    with pytest.raises(RendererError) as caught:
        fetch(
            f"{server.url}/moon",
            size_max=10_000,
            timeout_s=20,
            connect_timeout_s=5,
            target=target,
            clock_s=lambda: next(moments),
        )
    assert "S460" == caught.value.code
    assert not target.exists()


def test_a_server_that_is_not_there_is_a_failure_that_may_pass(server: Server, get: Get) -> None:
    """Nobody listens at the port of a closed server."""
    with Server() as closed:
        url = closed.url
    error = refusal(get, f"{url}/moon")
    assert ("S460", 4) == (error.code, error.exit_code)


@pytest.mark.parametrize(
    ("status", "exit_code"), [(404, 2), (403, 2), (204, 2), (206, 2), (300, 2), (429, 4), (500, 4), (503, 4)]
)
def test_any_status_but_200_is_an_error(
    server: Server, get: Get, target: Path, status: int, exit_code: int
) -> None:
    """A page that says no is not taken for the file; only a busy or broken server is worth another try."""
    error = refusal(get, f"{server.url}/status/{status}")
    assert ("S463", exit_code) == (error.code, error.exit_code)
    assert str(status) in error.message
    assert not target.exists()


def test_a_file_that_stands_at_the_target_is_left_alone(server: Server, get: Get, target: Path) -> None:
    """The target is a fresh path; anything else is a failure to write."""
    target.write_bytes(b"mine")
    error = refusal(get, f"{server.url}/moon")
    assert isinstance(error, StoreError)
    assert b"mine" == target.read_bytes()


def test_a_file_that_cannot_be_written_is_not_blamed_on_the_server(server: Server, tmp_path: Path) -> None:
    """A folder that is missing is the disk's affair, with its path."""
    with pytest.raises(StoreError) as caught:
        fetch(
            f"{server.url}/moon",
            size_max=10_000,
            timeout_s=20,
            connect_timeout_s=5,
            target=tmp_path / "missing" / "target",
        )
    assert "E610" == caught.value.code
    assert ("path", str(tmp_path / "missing" / "target")) in caught.value.facts


def test_a_shown_url_has_neither_user_nor_query() -> None:
    """A signed URL's signature stays out of messages and logs."""
    assert "https://example.org:8443/a.png" == shown("https://me:pw@example.org:8443/a.png?signature=x#y")
