"""How a file gets onto the disk: written aside, flushed, renamed, and its folder flushed too.

A reader sees the old file, the new file or none, never a part, after a kill and after a power cut. All
functions raise `OSError`; the rooms above translate it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path

from renderer.digest import Digest, digest_file

READ_ONLY = 0o444
WRITABLE = 0o644
NAMES_MAX = 10_000
ASIDE, LEFT_S, ENTRIES_MAX = ".part", 60, 10_000
FLUSH_BESIDE_BYTES_MIN = 16 << 20


def ensure_folder(folder: Path) -> None:
    """Create a folder and its parents so that they survive a power cut; an existing one costs one call."""
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise
    except FileNotFoundError:
        # Not "if the parent is missing": another thread may have made it since, and some places allow no folder.
        ensure_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
    else:
        sync_folder(folder.parent)


def sync_folder(folder: Path | str) -> None:
    """Flush a folder, so that a rename inside it is durable (fsync(2)); no such thing exists on Windows."""
    if os.name != "nt":
        flush(folder)


def flush(path: Path | str) -> None:
    """Flush a file or folder that someone else has written."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def digest_and_flush(path: Path) -> Digest:
    """The digest of a file that someone else has written, and the file flushed.

    A large one is flushed while it is read, since the disk can work beside a core. Neither is done where this raises.
    """
    if path.stat().st_size < FLUSH_BESIDE_BYTES_MIN:
        digest = digest_file(path)
        flush(path)
        return digest
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - few files are large

    with ThreadPoolExecutor(1, thread_name_prefix="flush") as pool:
        flushed = pool.submit(flush, path)
        digest = digest_file(path)
    flushed.result()
    return digest


def write_aside(aside: Path | str, content: bytes, *, mode: int = READ_ONLY) -> None:
    """Write a new file and flush it; raises `FileExistsError` where there is one already."""
    number = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(number, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(number)


def put_in_place(aside: Path | str, target: Path | str) -> None:
    """Rename a flushed file over `target`, on the same filesystem, creating its folder, durably."""
    folder = os.path.dirname(target)  # noqa: PTH120 - no `Path` is made where texts are given: see `layout.Fan`
    try:
        os.replace(aside, target)  # noqa: PTH105
    except FileNotFoundError:
        ensure_folder(Path(folder))
        os.replace(aside, target)  # noqa: PTH105
    sync_folder(folder or os.curdir)


def replace_file(path: Path, content: bytes) -> None:
    """Put bytes at a path of the author's, by rename from a file of this process beside it.

    Raises `OSError`, and leaves nothing behind then. What killed processes left beside it goes.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}{ASIDE}")
    try:
        aside.unlink(missing_ok=True)
        write_aside(aside, content, mode=WRITABLE)
        _clear_left(aside, path)
        put_in_place(aside, path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise


def _clear_left(aside: Path, path: Path) -> None:
    """Remove files like `aside`, which live for milliseconds, that are much older than it."""
    begun_s, head = aside.stat().st_mtime - LEFT_S, f".{path.name}."
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in itertools.islice(entries, ENTRIES_MAX):
            number = entry.name.removeprefix(head).removesuffix(ASIDE)
            is_like = number.isdecimal() and entry.name == f"{head}{number}{ASIDE}"
            if is_like and entry.stat(follow_symlinks=False).st_mtime < begun_s:
                Path(entry.path).unlink()


def set_aside(path: Path, damaged: Path) -> Path | None:
    """Move what is damaged into the folder `damaged` under a free name; None where it cannot be moved.

    Never deletes: what looks damaged may be all that is left of something paid for.
    """
    with contextlib.suppress(OSError):
        ensure_folder(damaged)
        for number in itertools.islice(itertools.count(), NAMES_MAX):
            target = damaged / (f"{path.name}.{number}" if number else path.name)
            if not os.path.lexists(target):
                path.rename(target)
                return target
    return None
