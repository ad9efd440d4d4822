"""A frozen request as the body that is sent: every blob becomes a data URI, streamed from its file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from renderer.model import Json
from renderer.wire.body import Base64, Body

HEAD_BYTES = 64
SHA256 = re.compile("[0-9a-f]{64}")
TYPES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "image/avif"),
    (re.compile(rb".{4}ftyp(?:hei|hev|mif|msf)", re.DOTALL), "image/heic"),
    (re.compile(rb".{4}ftypM4A", re.DOTALL), "audio/mp4"),
    (re.compile(rb".{4}ftypqt  ", re.DOTALL), "video/quicktime"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1aE\xdf\xa3.*webm", re.DOTALL), "video/webm"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video/x-matroska"),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"ID3|\xff[\xf2\xf3\xfa\xfb]"), "audio/mpeg"),
    (re.compile(rb"\xff[\xf1\xf9]"), "audio/aac"),
)


def body_of(content: Mapping[str, Json], *, media: Mapping[str, Path]) -> Body:
    """The JSON of `content`, each `{"blob": sha256}` in it as a data URI of the file that `media` names for it.

    Raises `KeyError` for a blob without a file, `OSError` where a file cannot be read.
    """
    found = {sha256: _uri(path) for sha256, path in media.items()}
    return Body(tuple(_merged(_parts(content, found))), content)


def content_type(head: bytes) -> str:
    """The media type of a file that begins with these bytes, whatever its name ends in.

    >>> content_type(b"RIFF....WEBPVP8 ")
    'image/webp'
    """
    return next((name for magic, name in TYPES if magic.match(head)), "application/octet-stream")


def _uri(path: Path) -> tuple[bytes, Base64]:
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return f"data:{content_type(head)};base64,".encode(), Base64(path, path.stat().st_size)


def _parts(value: Json, media: Mapping[str, tuple[bytes, Base64]]) -> Iterator[bytes | Base64]:
    if is_blob(value):
        start, file = media[value["blob"]]
        yield b'"' + start
        yield file
        yield b'"'
    elif isinstance(value, Mapping):
        yield from _listed(
            b"{", b"}", ([_text(name) + b":", *_parts(item, media)] for name, item in value.items())
        )
    elif isinstance(value, list | tuple):
        yield from _listed(b"[", b"]", (list(_parts(item, media)) for item in value))
    else:
        yield _text(value)


def is_blob(value: Json) -> bool:
    """Whether a value of a frozen body stands for some bytes.

    >>> is_blob({"blob": 64 * "a"}), is_blob({"blob": "a word"}), is_blob({"blob": 64 * "a", "more": 1})
    (True, False, False)
    """
    is_alone = isinstance(value, Mapping) and set(value) == {"blob"} and isinstance(value["blob"], str)
    return is_alone and bool(SHA256.fullmatch(value["blob"]))


def _listed(start: bytes, end: bytes, items: Iterator[list[bytes | Base64]]) -> Iterator[bytes | Base64]:
    yield start
    for number, parts in enumerate(items):
        yield from [b"," * bool(number), *parts]
    yield end


def _text(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _merged(parts: Iterator[bytes | Base64]) -> Iterator[bytes | Base64]:
    """Neighbouring texts as one, so that a small request is one write."""
    for is_text, run in groupby(parts, key=lambda part: isinstance(part, bytes)):
        if is_text:
            yield b"".join(part for part in run if isinstance(part, bytes))
        else:
            yield from run
