"""A still behind a URL: fetched once over real HTTP, then pinned."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from .stage import Stage

SPEC = """\
version: 1
output: {size: 64x36, fps: 12}
shots:
  - {id: pad, prompt: a pad, duration: 0.5, image: "URL/a.png"}
"""


class Shelf(HTTPServer):
    """Files by path, and the list of what was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        self.send_response(200 if content else 404)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        """Nothing on the test's own output."""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def film(stage: Stage, shelf: Shelf) -> Stage:
    still = stage.still("a.png", colour="navy")
    shelf.files["/a.png"] = Path(still).read_bytes()
    stage.write("film.yaml", SPEC.replace("URL", shelf.url))
    return stage


def test_a_url_is_fetched_once_and_then_pinned(film: Stage, shelf: Shelf) -> None:
    """Two builds ask once; what the URL holds later changes nothing, online or not."""
    assert ["pad"] == film.built().ran
    shelf.files.clear()
    film.edit("a pad", "a pad at night")
    assert ["pad"] == film.built("--offline").ran
    assert [] == film.built().ran
    assert ["/a.png"] == shelf.asked


def test_validate_fetches_nothing(film: Stage, shelf: Shelf) -> None:
    """What is not here yet is passed over."""
    assert 0 == film.run("validate").code
    assert [] == shelf.asked


def test_a_url_without_a_file_is_told_at_its_place(film: Stage, shelf: Shelf) -> None:
    """The server's answer, and the line of the storyboard."""
    shelf.files.clear()
    done = film.run("build")
    assert 2 == done.code
    assert "error[S463]: the server answers 404" in done.stderr
    assert "--> film.yaml:4:" in done.stderr


def test_a_pin_whose_bytes_are_lost_is_not_renewed_in_silence(film: Stage, shelf: Shelf) -> None:
    """The store has lost what was fetched, and the URL holds another picture now: that is an error."""
    film.built()
    film.run("cache", "stats")
    shelf.files["/a.png"] = Path(film.still("b.png", colour="orange")).read_bytes()
    for blob in (film.store / "cas").glob("*/*"):
        blob.unlink()
    done = film.run("build")
    assert 2 == done.code
    assert "error[S466]" in done.stderr
