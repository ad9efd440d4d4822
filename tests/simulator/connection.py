"""One connection: h11 reads requests, answers are written by hand, since many of them must be wrong."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

import h11

from .message import Answer, Ending, Request

READ_BYTES = 1 << 18
WRITE_BYTES = 1 << 16
REQUESTS_MAX = 100_000
NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Reception:
    """Whom a connection asks: what to say to a head already, what to a whole request, and the time of day."""

    greet: Callable[[Request], Answer | None]
    answer: Callable[[Request], Answer]
    date: Callable[[], str]
    body_max_bytes: Callable[[], int]


class Gone(Exception):  # noqa: N818 - it is no error: the other side left
    """The other side closed the connection, or speaks something else than HTTP."""


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, reception: Reception
) -> None:
    """Answer the requests of one connection, one after the other, until either side ends it."""
    trailing = b""
    with contextlib.closing(writer), contextlib.suppress(Gone, ConnectionError):
        for _ in range(REQUESTS_MAX):
            parser = h11.Connection(h11.SERVER)
            if trailing:
                parser.receive_data(trailing)
            answer = await _hear(reader, parser, reception=reception)
            await _say(reader, writer, answer, date=reception.date())
            if not answer.keeps_open:
                break
            trailing = parser.trailing_data[0]


async def _hear(reader: asyncio.StreamReader, parser: h11.Connection, *, reception: Reception) -> Answer:
    head = await _event(reader, parser)
    assert isinstance(head, h11.Request)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    request = Request.read(head.method, head.target, headers)
    early = reception.greet(request)
    if early is not None:
        return early
    chunks: list[bytes] = []
    room = reception.body_max_bytes()
    while isinstance(event := await _event(reader, parser), h11.Data):
        chunks.append(bytes(event.data))
        room -= len(event.data)
        if room < 0:
            return Answer(413, ending=Ending.CLOSE)
    return reception.answer(replace(request, body=b"".join(chunks)))


async def _event(reader: asyncio.StreamReader, parser: h11.Connection) -> h11.Event:
    while True:
        try:
            event = parser.next_event()
        except h11.RemoteProtocolError as error:
            raise Gone from error
        if event is h11.NEED_DATA:
            parser.receive_data(await reader.read(READ_BYTES))
        elif isinstance(event, h11.Event) and not isinstance(event, h11.ConnectionClosed):
            return event
        else:
            raise Gone


async def _say(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer, *, date: str
) -> None:
    if answer.pause_s:
        await _pause(reader, answer.pause_s)
    if not answer.silent:
        writer.write(answer.head(date))
        await _pour(writer, answer)
        await writer.drain()
    if answer.lingering_s:
        await _pause(reader, answer.lingering_s)
    if answer.ending is Ending.RESET:
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        writer.transport.abort()


async def _pause(reader: asyncio.StreamReader, pause_s: float) -> None:
    """Wait, but no longer than the other side stays: a client that waits for an answer sends nothing."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(pause_s):
            if not await reader.read(1):
                raise Gone
            await asyncio.sleep(pause_s)


async def _pour(writer: asyncio.StreamWriter, answer: Answer) -> None:
    left = answer.size if answer.sent_max is None else min(answer.sent_max, answer.size)
    step = WRITE_BYTES
    if answer.rate_bytes_per_s is not None:
        step = max(1, min(WRITE_BYTES, int(answer.rate_bytes_per_s / 10)))
    for start in range(0, left, step):
        chunk = answer.body[start : min(start + step, left)]
        writer.write(chunk + bytes(min(step, left - start) - len(chunk)))
        await writer.drain()
        if answer.rate_bytes_per_s is not None:
            await asyncio.sleep(step / answer.rate_bytes_per_s)
