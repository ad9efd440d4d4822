"""Request bodies in constant memory: text, and files that become base64 on their way.

64 submissions at once, with 4 MB of pictures each, hold some 20 MB this way, not 500.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from renderer.model import Json
from renderer.row import Row

RAW_BYTES = 3 << 15  # a multiple of 3, so that the base64 of the pieces is the base64 of the whole


class Base64(Row):
    """A file of `size_bytes` bytes, sent as base64 text."""

    path: Path
    size_bytes: int

    @property
    def length(self) -> int:
        return (self.size_bytes + 2) // 3 * 4


@dataclass(frozen=True, slots=True)
class Body:
    """The parts of one JSON body in order. It can be sent any number of times.

    `content` is the same body with media by digest, for a record of what was sent.
    """

    parts: Sequence[bytes | Base64]
    content: Json = None

    @property
    def length(self) -> int:
        """The exact Content-Length in bytes."""
        return sum(len(part) if isinstance(part, bytes) else part.length for part in self.parts)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes in order, at most 128 KiB of a file at a time. Raises `OSError` where a file is gone or shorter."""
        for part in self.parts:
            if isinstance(part, bytes):
                yield part
                continue
            for offset in range(0, part.size_bytes, RAW_BYTES):
                yield await asyncio.to_thread(_piece, part, offset)


def _piece(file: Base64, offset: int) -> bytes:
    # Opened anew for each piece: a request that is broken off leaves no open file behind.
    wanted = min(RAW_BYTES, file.size_bytes - offset)
    with file.path.open("rb") as stream:
        stream.seek(offset)
        raw = stream.read(wanted)
    if len(raw) < wanted:
        raise OSError(f"`{file.path.name}` is shorter than it was")
    return base64.b64encode(raw)
