"""A cinema for one browser: a server on loopback that hands out a film in ranges, and a real Chromium that looks at it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SHOW_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 10.0
PAGE = Path(__file__).with_name("page.html").read_text("utf-8")


def find_browser() -> str:
    """The Chromium of this machine; raises `SystemExit` where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise SystemExit("there is no Chromium on the search path")
    return found


def watch(film: Path, *, seeks_s: Sequence[float]) -> Any:
    """What a browser sees of a film: one fresh load for each seek, then the film from its start to its end.

    `{"seeks": [[left, right] …], "played": [[time, left, right] …], "ended": true, "error": null}`, the brightness of
    both halves of the picture from 0 to 255. Raises `TimeoutError` where the browser never tells.
    """
    with Cinema(film, seeks_s) as cinema, TemporaryDirectory() as profile:
        flags = [
            "--headless=new",
            "--disable-gpu",
            "--mute-audio",
            "--no-first-run",
            f"--user-data-dir={profile}",
        ]
        flags += [
            "--autoplay-policy=no-user-gesture-required",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        ]
        browser = subprocess.Popen(
            [find_browser(), *flags, cinema.address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            if not cinema.told.wait(SHOW_TIMEOUT_S):
                raise TimeoutError(f"the browser said nothing for {SHOW_TIMEOUT_S:g} s")
            return cinema.seen
        finally:
            browser.terminate()
            browser.wait(STOP_TIMEOUT_S)


class Cinema(ThreadingHTTPServer):
    """Serves the page and the film, and hears what the page saw."""

    daemon_threads = True

    def __init__(self, film: Path, seeks_s: Sequence[float]) -> None:
        super().__init__(("127.0.0.1", 0), Usher)
        self.film, self.seeks_s = film.read_bytes(), list(seeks_s)
        self.told, self.seen = threading.Event(), None
        self.address = f"http://127.0.0.1:{self.server_address[1]}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Usher(BaseHTTPRequestHandler):
    """One connection of a browser."""

    server: Cinema
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/film"):
            self._hand_out_film()
        else:
            page = PAGE.replace("SEEKS", json.dumps(self.server.seeks_s))
            self._answer(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def do_POST(self) -> None:
        self.server.seen = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(204, b"", {})
        self.server.told.set()

    def _hand_out_film(self) -> None:
        film = self.server.film
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2]) if asked and asked[2] else len(film) - 1, len(film) - 1)
        heads = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes"}
        if asked:
            heads["Content-Range"] = f"bytes {first}-{last}/{len(film)}"
        self._answer(206 if asked else 200, film[first : last + 1], heads)

    def _answer(self, status: int, body: bytes, heads: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**heads, "Content-Length": str(len(body)), "Cache-Control": "no-store"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: a browser breaks off requests as it likes."""
