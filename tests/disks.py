"""Filesystems of their own: small ones, and ones that nobody may write to."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(mount: Path, options: str) -> Iterator[Path | None]:
    """A filesystem in memory with these options at `mount`; None where this machine lets nobody mount one."""
    mount.mkdir()
    tmpfs = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(mount)]
    if shutil.which("mount") is None or subprocess.run(tmpfs, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield mount
    finally:
        subprocess.run(["umount", str(mount)], check=True)


@contextmanager
def disk(mount: Path, options: str) -> Iterator[Path]:
    """`mounted`; where nothing may be mounted the test is skipped."""
    with mounted(mount, options) as found:
        if found is None:
            pytest.skip("a filesystem cannot be mounted here")
        yield found


def fill(folder: Path, *, left: int = 0) -> Path:
    """Leave so many bytes free on a folder's filesystem; what fills it up is returned."""
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(max(0, shutil.disk_usage(folder).free - left)))
    return ballast
