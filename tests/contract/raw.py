"""A server of bytes: each connection is played by one function, so that anything can go wrong in it."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

Play = Callable[["Line"], None]
END = b"\r\n\r\n"


class Line:
    """One connection, from the server's side."""

    def __init__(self, link: socket.socket, heard: list[bytes], gone: threading.Event) -> None:
        self._link = link
        self._heard = heard
        self._gone = gone

    def hear(self) -> bytes:
        """One whole request, empty where the client has hung up; kept in `heard` of the server."""
        head = b""
        while END not in head:
            if not (more := self._link.recv(1 << 16)):
                return b""
            head += more
        head, _, body = head.partition(END)
        length = next(
            (
                int(line.partition(b":")[2])
                for line in head.lower().split(b"\r\n")
                if line[:15] == b"content-length:"
            ),
            0,
        )
        kept, left = bytearray(body), length - len(body)
        while left > 0 and (more := self._link.recv(1 << 18)):
            left -= len(more)
            if len(kept) < 1 << 20:
                kept += more
        request = head + END + bytes(kept)
        self._heard.append(request)
        return request

    def say(self, content: bytes) -> None:
        self._link.sendall(content)

    def reset(self) -> None:
        """Hang up so that the client's kernel is told of an error."""
        self._link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._link.close()

    def stop_talking(self) -> None:
        """End our half, and let the client finish its own."""
        self._link.shutdown(socket.SHUT_WR)
        while self._link.recv(1 << 18):
            pass

    def wait(self) -> None:
        """Say nothing for as long as the test lasts."""
        self._gone.wait(30)


class RawServer:
    """Listens on this machine. The n-th connection is played by the n-th of `plays`, further ones by the last.

    `tls` is a file with a certificate and its key.
    """

    def __init__(self, *plays: Play, tls: Path | None = None) -> None:
        self.heard: list[bytes] = []
        self.connections = 0
        self._plays: Sequence[Play] = plays
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._tls = _context(tls) if tls else None
        self._gone = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._listen)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gone.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _listen(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            play = self._plays[min(self.connections, len(self._plays) - 1)]
            self.connections += 1
            self._start(lambda link=link, play=play: self._play(link, play))  # type: ignore[misc]

    def _play(self, link: socket.socket, play: Play) -> None:
        link.settimeout(30)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(link.close)
            if self._tls:
                link = stack.enter_context(self._tls.wrap_socket(link, server_side=True))
            play(Line(link, self.heard, self._gone))

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target)
        self._threads.append(thread)
        thread.start()


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def answer(body: bytes = b"{}", *, status: str = "200 OK", length: int | None = -1, **headers: str) -> bytes:
    """The bytes of one answer; underscores in names of headers are hyphens. `length` None leaves it out."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if length is not None:
        fields["Content-Length"] = str(len(body) if length < 0 else length)
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def saying(*answers: bytes) -> Play:
    """Hear a request, say an answer, as often as there are answers; then hang up."""

    def play(line: Line) -> None:
        for content in answers:
            if not line.hear():
                return
            line.say(content)

    return play


def bodies(heard: Sequence[bytes]) -> Iterator[bytes]:
    return (request.partition(END)[2] for request in heard)


def fields(request: bytes) -> dict[str, str]:
    """The headers of a request by name in lower case."""
    lines = request.partition(END)[0].decode().split("\r\n")[1:]
    return {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}
