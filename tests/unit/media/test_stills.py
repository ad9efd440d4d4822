"""Stills: what is accepted, and how each other thing is named."""

import base64
import os
import socket
import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from renderer.errors import MediaError
from renderer.media.stills import STILL_BYTES_MAX, StillFacts, inspect_still, parse_data_uri
from renderer.model import Size


def picture(encoding: str, *, size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    stream = BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(stream, encoding, **options)
    return stream.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def refusal(source: Path | bytes) -> str:
    with pytest.raises(MediaError) as caught:
        inspect_still(source)
    return caught.value.code


@pytest.mark.parametrize(("encoding", "name"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WebP")])
def test_three_formats_are_told_by_content(encoding: str, name: str, tmp_path: Path) -> None:
    """The name of the file does not matter."""
    path = tmp_path / "still.txt"
    path.write_bytes(picture(encoding))
    assert StillFacts(Size(40, 20), name) == inspect_still(path)


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, Size(40, 20)), (3, Size(40, 20)), (6, Size(20, 40)), (8, Size(20, 40))]
)
def test_size_is_as_seen(orientation: int, size: Size) -> None:
    """A photograph held upright counts as upright."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert size == inspect_still(picture("JPEG", exif=exif)).size


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "S404"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "S403"),
        (b"<html>not found</html>", "S406"),
        (b"\0" * 100, "S406"),
        (b"\xff\xd8\xff", "S406"),
        (picture("GIF"), "S407"),
        (picture("BMP"), "S407"),
        (picture("TIFF"), "S407"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "S407"),
        (b"\0\0\0\x20ftypisom", "S407"),
        (b"\0\0\0\x20ftypheic", "S407"),
        (picture("JPEG", size=(400, 300))[:-2000], "S408"),
        (picture("PNG", size=(400, 300))[:-2000], "S408"),
        (picture("WEBP", size=(400, 300))[:-2000], "S408"),
        (png_claiming(100, 100), "S408"),
        (png_claiming(10_000, 8_000), "S409"),
        (png_claiming(20_000, 20_000), "S409"),
        (png_claiming(60_000, 60_000), "S409"),
    ],
)
def test_what_is_no_usable_still_is_named(content: bytes, code: str) -> None:
    """Each kind of thing has its own code, whatever limits the decoder itself has."""
    assert code == refusal(content)


def test_a_still_with_unreadable_notes_is_read_without_a_word() -> None:
    """Damaged EXIF is nothing that an author could act upon, and Pillow's own warnings name its source files."""
    notes = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 40
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert Size(40, 20) == inspect_still(picture("JPEG", exif=notes)).size
    assert [] == told


def test_a_file_with_a_flipped_byte_is_damaged() -> None:
    """A wrong checksum is seen although the picture would be shown."""
    content = bytearray(picture("PNG", size=(100, 100)))
    content[len(content) // 2] ^= 0xFF
    assert "S408" == refusal(bytes(content))


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    """A pipe without a writer would block for ever; a folder and a device are not files."""
    pipe, door = tmp_path / "pipe.png", tmp_path / "door.png"
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(door))
        assert ["S402"] * 4 == [refusal(path) for path in (pipe, door, tmp_path, Path("/dev/zero"))]


def test_a_missing_file_is_told_from_an_unreadable_one(tmp_path: Path) -> None:
    """A path through a file counts as missing; a name too long for the system is unreadable."""
    (tmp_path / "file").touch()
    assert ["S401", "S401", "S411"] == [
        refusal(path) for path in (tmp_path / "none.png", tmp_path / "file" / "x.png", tmp_path / ("x" * 300))
    ]


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    """A sparse file of 10 GB is refused by its size."""
    path = tmp_path / "huge.png"
    with path.open("wb") as stream:
        stream.truncate(10 * 10**9)
    assert "S405" == refusal(path)
    assert "S405" == refusal(b"\xff" * (STILL_BYTES_MAX + 1))


@given(
    content=st.binary(max_size=100), media_type=st.sampled_from(["image/png", "image/svg+xml", "IMAGE/JPEG"])
)
def test_a_data_uri_gives_its_bytes_back(content: bytes, media_type: str) -> None:
    """Base64 and percent encoding are both read."""
    percent = "".join(f"%{byte:02x}" for byte in content)
    assert content == parse_data_uri(
        f"data:{media_type};base64,{base64.b64encode(content).decode()}", size_max=100
    )
    assert content == parse_data_uri(f"data:{media_type},{percent}", size_max=100)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("data:text/plain;base64,aGk=", "S410"),
        ("data:image/png;base64,aGk", "S410"),
        ("data:image/png;base64,aG k=", "S410"),
        ("data:image/png;base64,aGk=\n", "S410"),
        ("data:image/png;base64,ä", "S410"),
        ("data:image/png,50%", "S410"),
        ("data:image/png,a b", "S410"),
        ("data:image/png;base64", "S410"),
        ("data:,x", "S410"),
        ("https://example.com/a.png", "S410"),
        ("data:image/png;base64," + "A" * 400, "S405"),
        ("data:image/png," + "a" * 101, "S405"),
    ],
)
def test_a_data_uri_is_read_strictly(text: str, code: str) -> None:
    """Nothing is forgiven, since the key must not depend on how it would be."""
    with pytest.raises(MediaError) as caught:
        parse_data_uri(text, size_max=100)
    assert code == caught.value.code
