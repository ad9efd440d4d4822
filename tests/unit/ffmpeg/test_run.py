"""Running ffmpeg: what it says, how it fails, how it is stopped."""

import asyncio
import os
from pathlib import Path

import pytest

from renderer.errors import MediaError, MediaToolError, StoreError
from renderer.ffmpeg.binary import describe_ffmpeg, locate_ffmpeg
from renderer.ffmpeg.run import run_ffmpeg

TONE = ["-f", "lavfi", "-i", "sine=440:r=8000:d=0.01", "-f", "s16le"]
ENDLESS = ["-re", "-f", "lavfi", "-i", "sine=440", "-f", "null", "-"]


@pytest.fixture(scope="module")
def program() -> Path:
    return locate_ffmpeg(os.environ)


def test_a_build_is_named_by_version_and_configuration(program: Path) -> None:
    """The same binary gives the same name each time."""
    build = describe_ffmpeg(program).build
    assert build == describe_ffmpeg(program).build
    assert 8 == len(build.rpartition("+")[2])


def test_a_chosen_program_that_is_missing_is_named() -> None:
    """`RENDERER_FFMPEG` is never passed over in silence."""
    with pytest.raises(MediaToolError) as caught:
        locate_ffmpeg({"RENDERER_FFMPEG": "/nowhere/ffmpeg"})
    assert "there is no program at `/nowhere/ffmpeg`" == caught.value.message


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("folder", "`{0}` is a folder and not a program"),
        ("text", "`{0}` may not be executed"),
        ("fifo", "`{0}` is not a file"),
        ("text/ffmpeg", "there is no program at `{0}`"),
        ("x" * 300, "`{0}` may not be looked at"),
    ],
)
def test_what_is_the_matter_with_a_chosen_program_is_told(tmp_path: Path, name: str, told: str) -> None:
    """A folder, a file that may not be executed, a FIFO, nothing at all: each in its own words, and none is waited for."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("no program")
    os.mkfifo(tmp_path / "fifo", 0o755)
    chosen = str(tmp_path / name)
    with pytest.raises(MediaToolError) as caught:
        locate_ffmpeg({"RENDERER_FFMPEG": chosen})
    assert (told.format(chosen), "E620") == (caught.value.message, caught.value.code)


def test_a_chosen_program_may_stand_on_the_path(program: Path, tmp_path: Path) -> None:
    """A name alone is looked for there, and told as such where it is missing."""
    (tmp_path / "our-ffmpeg").symlink_to(program)
    assert tmp_path / "our-ffmpeg" == locate_ffmpeg({"RENDERER_FFMPEG": "our-ffmpeg", "PATH": str(tmp_path)})
    with pytest.raises(MediaToolError) as caught:
        locate_ffmpeg({"RENDERER_FFMPEG": "their-ffmpeg", "PATH": str(tmp_path)})
    assert "no program on the path is named `their-ffmpeg`" == caught.value.message


def test_a_program_that_is_not_ffmpeg_is_refused() -> None:
    """Whatever answers must answer as ffmpeg does."""
    with pytest.raises(MediaToolError) as caught:
        describe_ffmpeg(Path("/bin/false"))
    assert "ffmpeg does not answer" == caught.value.message


ANSWER = """\
ffmpeg version {version} Copyright (c) 2000-2026 the FFmpeg developers
built with gcc 12 (Debian 12.2.0-14+deb12u1)
libavutil      57. 28.100 / 57. 28.100
libavcodec     {codecs} / {codecs}
"""


def answering(folder: Path, *, version: str, codecs: str) -> Path:
    """A program that says it is an ffmpeg of some version."""
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\ncat <<'.'\n{ANSWER.format(version=version, codecs=codecs)}.\n")
    program.chmod(0o755)
    return program


def test_an_ffmpeg_that_is_too_old_is_refused(tmp_path: Path) -> None:
    """By its libraries, since builds of a day have no other number; nothing is made with it."""
    program = answering(tmp_path, version="5.1.9-0+deb12u1", codecs="59. 37.100")
    with pytest.raises(MediaToolError) as caught:
        describe_ffmpeg(program)
    assert ("E626", "ffmpeg 5.1.9-0+deb12u1 is too old") == (caught.value.code, caught.value.message)
    assert ("needed", "ffmpeg 7.0 or newer") in caught.value.facts


@pytest.mark.parametrize(
    ("version", "codecs"), [("7.0.2-static", "61.  3.100"), ("N-109542-g4a80db5", "63.  1.102")]
)
def test_an_ffmpeg_that_is_new_enough_is_used(tmp_path: Path, version: str, codecs: str) -> None:
    """Whatever its version is called."""
    assert describe_ffmpeg(answering(tmp_path, version=version, codecs=codecs)).build.startswith(
        f"{version}+"
    )


def test_descriptors_carry_bytes_in_and_out(program: Path, tmp_path: Path) -> None:
    """PCM goes in through one descriptor and comes out through another, unchanged."""
    before, after = tmp_path / "before.pcm", tmp_path / "after.pcm"
    before.write_bytes(bytes(range(256)) * 8)
    raw = ["-f", "s16le", "-ar", "8000", "-ac", "1"]
    with before.open("rb") as source, after.open("wb") as sink:
        arguments = [*raw, "-i", "pipe:0", *raw, "pipe:1"]
        said = asyncio.run(run_ffmpeg(program, arguments, stdin=source.fileno(), stdout=sink.fileno()))
    assert ("", before.read_bytes()) == (said, after.read_bytes())


def test_bytes_are_fed_to_its_input(program: Path, tmp_path: Path) -> None:
    """A small input needs no file."""
    output = tmp_path / "copy.pcm"
    raw = ["-f", "s16le", "-ar", "8000", "-ac", "1"]
    asyncio.run(run_ffmpeg(program, [*raw, "-i", "pipe:0", *raw, str(output)], stdin=b"ab" * 50))
    assert b"ab" * 50 == output.read_bytes()


def test_a_failure_shows_the_command_and_its_last_words(program: Path, tmp_path: Path) -> None:
    """Argument list and the end of stderr are facts of the error."""
    with pytest.raises(MediaError) as caught:
        asyncio.run(run_ffmpeg(program, ["-i", str(tmp_path / "none.mp4"), "-f", "null", "-"]))
    facts = dict(caught.value.facts)
    assert "E621" == caught.value.code
    assert str(program) in facts["argv"]
    assert "No such file" in facts["stderr"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_the_stores_error(program: Path) -> None:
    """It is told apart from a broken clip, since a retry may help."""
    with pytest.raises(StoreError) as caught:
        asyncio.run(run_ffmpeg(program, [*TONE, "/dev/full"]))
    assert "E611" == caught.value.code


def test_a_program_that_cannot_start_is_a_tool_error(tmp_path: Path) -> None:
    """A missing binary is not blamed on the clip."""
    with pytest.raises(MediaToolError):
        asyncio.run(run_ffmpeg(tmp_path / "ffmpeg", []))


def test_a_run_beyond_its_time_is_stopped(program: Path) -> None:
    """The limit holds and is named."""
    with pytest.raises(MediaError) as caught:
        asyncio.run(run_ffmpeg(program, ENDLESS, timeout_s=0.05))
    assert ("E622", "ffmpeg did not end within 0.05 s") == (caught.value.code, caught.value.message)


def test_cancelling_ends_the_run(program: Path, tmp_path: Path) -> None:
    """Nothing runs on after its task was cancelled: the pipe that it alone holds open is closed."""

    async def cancel_when_it_writes() -> bool:
        source, sink = os.pipe()
        arguments = ["-re", "-f", "lavfi", "-i", "sine=440", "-f", "s16le", "pipe:1"]
        task = asyncio.create_task(run_ffmpeg(program, arguments, stdout=sink))
        await asyncio.to_thread(os.read, source, 1)
        os.close(sink)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with os.fdopen(source, "rb") as rest:
            await asyncio.to_thread(rest.read)
        return task.cancelled()

    assert asyncio.run(cancel_when_it_writes())


@pytest.mark.parametrize(
    ("name", "code", "message", "hint"),
    [
        ("KILL", "E621", "ffmpeg was ended by SIGKILL", "memory ran out"),
        ("SEGV", "E621", "ffmpeg was ended by SIGSEGV", None),
        ("XFSZ", "E611", "the disk is full", "free some space"),
    ],
)
def test_a_signal_that_ends_ffmpeg_is_named(
    tmp_path: Path, name: str, code: str, message: str, hint: str | None
) -> None:
    """The system's own, too: SIGKILL where memory runs out, SIGXFSZ where files may not be so large."""
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\nkill -{name} $$\n")
    program.chmod(0o755)
    with pytest.raises((MediaError, StoreError)) as caught:
        asyncio.run(run_ffmpeg(program, []))
    assert (code, message) == (caught.value.code, caught.value.message)
    assert (hint or "") in (caught.value.hint or "")
