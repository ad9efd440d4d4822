"""Clips and sounds that are sent to a model: told by their first bytes."""

import os
from pathlib import Path

import pytest

from renderer.errors import MediaError
from renderer.media.stills import parse_data_uri
from renderer.media.tracks import TRACK_BYTES_MAX, inspect_track

MP4 = b"\0\0\0\x20ftypisom"
VIDEOS = [MP4, b"\0\0\0\x14ftypqt  ", b"\x1aE\xdf\xa3", b"RIFF\1\2\3\4AVI LIST"]
AUDIOS = [
    MP4,
    b"\x1aE\xdf\xa3",
    b"RIFF\1\2\3\4WAVEfmt ",
    b"FORM\1\2\3\4AIFF",
    b"ID3\4",
    b"\xff\xfb\x90",
    b"\xff\xf1",
    b"fLaC",
    b"OggS",
]


def refusal(path: Path, sort: str) -> str:
    """The code of what is wrong with a file."""
    with pytest.raises(MediaError) as caught:
        inspect_track(path, sort=sort)  # type: ignore[arg-type]
    return caught.value.code


@pytest.mark.parametrize(
    ("sort", "head"), [("video", head) for head in VIDEOS] + [("audio", head) for head in AUDIOS]
)
def test_a_track_is_told_by_its_first_bytes(tmp_path: Path, sort: str, head: bytes) -> None:
    """Whatever its name ends in."""
    path = tmp_path / "track.bin"
    path.write_bytes(head + bytes(100))
    inspect_track(path, sort=sort)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sort", "head", "code"),
    [
        ("video", b"\x89PNG\r\n\x1a\n", "S412"),
        ("video", b"RIFF\1\2\3\4WAVEfmt ", "S412"),
        ("audio", b"<!doctype html>", "S412"),
        ("audio", b"RIFF\1\2\3\4AVI LIST", "S412"),
        ("video", b"", "S404"),
        ("audio", b"version https://git-lfs.github.com/spec/v1", "S403"),
    ],
)
def test_what_is_no_track_is_refused(tmp_path: Path, sort: str, head: bytes, code: str) -> None:
    """Before anything is paid for it."""
    path = tmp_path / "track.mp4"
    path.write_bytes(head)
    assert code == refusal(path, sort)


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    """A named pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "S402" == refusal(tmp_path / "pipe.mp4", "video")
    assert "S402" == refusal(tmp_path, "video")
    assert "S401" == refusal(tmp_path / "nothing.mp4", "video")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """Its size is looked at first."""
    path = tmp_path / "huge.mp4"
    with path.open("wb") as stream:
        stream.write(MP4)
        stream.truncate(TRACK_BYTES_MAX + 1)
    assert "S405" == refusal(path, "video")


def test_a_data_uri_is_of_the_sort_that_is_asked_for() -> None:
    """A sound where a clip is to be is a slip of the pen."""
    assert b"hi" == parse_data_uri("data:video/mp4;base64,aGk=", size_max=10, sort="video")
    with pytest.raises(MediaError, match=r"data:video/…;base64") as caught:
        parse_data_uri("data:audio/wav;base64,aGk=", size_max=10, sort="video")
    assert "S410" == caught.value.code
