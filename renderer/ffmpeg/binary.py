"""Which ffmpeg runs, and the name of its build.

`RENDERER_FFMPEG` wins; else the static build that the `imageio-ffmpeg` wheel carries; else `ffmpeg` on the
path. The build's name enters every free manifest, because another build gives other bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from renderer.errors import MediaToolError
from renderer.row import Row

VERSION_TIMEOUT_S = 20.0
VERSION_MIN, LIBAVCODEC_MIN = "7.0", 61
"""The oldest ffmpeg that is used, and its libavcodec. 5.1.9 mixes sounds wrongly, and says nothing (measured)."""
LIBAVCODEC_LINE = r"^libavcodec +(\d+)\."
"""How `ffmpeg -version` tells of it: builds of a day have no other number."""
VARIABLE = "RENDERER_FFMPEG"
ENCODER_LINE = r"^ [VAS][A-Z.]{5} ([\w-]+)"
"""How `ffmpeg -encoders` tells of one."""
FILTER_LINE = r"^ [A-Z.]{2,3} +(\w+) +\S+->\S+ "
"""How `ffmpeg -filters` does."""
TRANSITION_LINE = r"^ {5}([a-z]+) +-?\d+ "
"""How `ffmpeg -h filter=xfade` tells of a transition."""
FORMATS_LINE = r"Supported pixel formats: (.*)"
"""How `ffmpeg -h encoder=NAME` tells of what it writes."""


class Ffmpeg(Row):
    """An ffmpeg that answered: its path and the name of its build, such as `n9.0.2-17-g2a571b6068-20260930+1f6cbb2a`."""

    path: Path
    build: str


def locate_ffmpeg(environ: Mapping[str, str]) -> Path:
    """The path of the ffmpeg to use, without starting it; raises `MediaToolError` when there is none."""
    if chosen := environ.get(VARIABLE):
        found = _which(chosen, environ)
        if not (found and os.path.isfile(found)):  # noqa: PTH113 - a FIFO may be executable, and never ends
            raise MediaToolError(
                _matter(chosen),
                hint=f"unset `{VARIABLE}` to use the ffmpeg that comes with the installation",
                facts=[(VARIABLE, chosen)],
            )
        return Path(found).absolute()
    return _bundled() or _on_path(environ)


def may_change_unseen(path: Path) -> bool:
    """Whether the program at a path may become another while its file stays: a script, or a link to a starter."""
    with path.open("rb") as stream:
        is_script = stream.read(2) == b"#!"
    return is_script or path.resolve().name != path.name


def describe_ffmpeg(path: Path) -> Ffmpeg:
    """Start `ffmpeg -version` once and name the build: version plus a digest of all that it prints.

    The digest covers the configuration and the versions of ffmpeg's own libraries. Raises `MediaToolError`
    when it does not start or answers something else, E626 where it is too old.
    """
    with _answered(path, "ffmpeg does not answer"):
        answer = _ask(path, "-version")
        program, word, version, _ = answer.split(maxsplit=3)
        if (program, word) != ("ffmpeg", "version"):
            raise ValueError("what it prints is not what ffmpeg prints")
        libavcodec = [int(number) for number in _found(LIBAVCODEC_LINE, answer)]
    if any(number < LIBAVCODEC_MIN for number in libavcodec):
        raise MediaToolError(
            f"ffmpeg {version} is too old",
            code="E626",
            facts=[("program", path), ("needed", f"ffmpeg {VERSION_MIN} or newer")],
            hint=f"unset `{VARIABLE}` to use the ffmpeg that comes with the installation, or name a newer one",
        )
    return Ffmpeg(path, f"{version}+{hashlib.sha256(answer.encode()).hexdigest()[:8]}")


def list_encoders(path: Path) -> frozenset[str]:
    """The encoders that an ffmpeg was built with, by its own names. Starts `ffmpeg -encoders` once.

    Raises `MediaToolError` when it does not start or answers something else.
    """
    return _listed(path, "-encoders", ENCODER_LINE, "ffmpeg does not say what it can encode")


def list_filters(path: Path) -> frozenset[str]:
    """The filters that an ffmpeg was built with, likewise."""
    return _listed(path, "-filters", FILTER_LINE, "ffmpeg does not say what it can draw")


def list_transitions(path: Path) -> frozenset[str]:
    """The transitions that an ffmpeg's filter `xfade` knows; empty where it does not say. Raises likewise where it does not start."""
    with _answered(path, "ffmpeg does not say which transitions it knows"):
        return frozenset(_found(TRANSITION_LINE, _ask(path, "-hide_banner", "-h", "filter=xfade")))


def list_formats(path: Path, encoder: str) -> frozenset[str]:
    """The pixel formats that an encoder of an ffmpeg writes; empty where it does not say. Raises likewise."""
    with _answered(path, "ffmpeg does not say which pixel formats it writes"):
        lines = _found(FORMATS_LINE, _ask(path, "-hide_banner", "-h", f"encoder={encoder}"))
        return frozenset(" ".join(lines).split())


def _listed(path: Path, asked: str, line: str, otherwise: str) -> frozenset[str]:
    with _answered(path, otherwise):
        found = frozenset(_found(line, _ask(path, "-hide_banner", asked)))
        if not found:
            raise ValueError(f"`{asked}` names nothing")
    return found


def _found(line: str, text: str) -> list[str]:
    import re  # noqa: PLC0415 - not needed where that is known

    return re.findall(line, text, re.MULTILINE)


def _ask(path: Path, *arguments: str) -> str:
    import subprocess  # noqa: PLC0415 - not needed where the answer is known

    try:
        return subprocess.run(
            [str(path), *arguments], capture_output=True, timeout=VERSION_TIMEOUT_S, check=True, text=True
        ).stdout
    except subprocess.SubprocessError as error:
        raise ValueError(str(error)) from error


@contextlib.contextmanager
def _answered(path: Path, message: str) -> Iterator[None]:
    """What keeps an ffmpeg inside from answering as one does is raised as `MediaToolError`."""
    try:
        yield
    except (OSError, ValueError) as error:
        facts = [("program", path), ("error", error)]
        raise MediaToolError(message, facts=facts, hint="run `renderer doctor`") from error


def _bundled() -> Path | None:
    # Where the wheel keeps its one binary: importing the package to be told takes 80 ms (measured).
    package = find_spec("imageio_ffmpeg")
    for folder in (package and package.submodule_search_locations) or ():
        binaries = os.path.join(folder, "binaries")  # noqa: PTH118 - looked at by each build
        for name in sorted(os.listdir(binaries) if os.path.isdir(binaries) else ()):  # noqa: PTH112, PTH208
            path = Path(binaries, name)
            if name.startswith("ffmpeg-") and os.access(path, os.X_OK):
                return path.resolve()
    return None


def _which(program: str, environ: Mapping[str, str]) -> str | None:
    import shutil  # noqa: PLC0415 - 2 ms, only where the program that comes with the installation is not used

    return shutil.which(program, path=environ.get("PATH"))


def _matter(chosen: str) -> str:
    """Why what `RENDERER_FFMPEG` names cannot be run; a name without a folder was looked for on the path."""
    if not os.path.dirname(chosen):  # noqa: PTH120 - `./ffmpeg` has a folder, and `Path` drops it
        return f"no program on the path is named `{chosen}`"
    try:
        mode = Path(chosen).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return f"there is no program at `{chosen}`"
    except OSError:
        return f"`{chosen}` may not be looked at"
    if stat.S_ISDIR(mode):
        return f"`{chosen}` is a folder and not a program"
    return f"`{chosen}` may not be executed" if stat.S_ISREG(mode) else f"`{chosen}` is not a file"


def _on_path(environ: Mapping[str, str]) -> Path:
    found = _which("ffmpeg", environ)
    if not found:
        raise MediaToolError("ffmpeg was not found", hint=f"install ffmpeg, or set `{VARIABLE}` to its path")
    return Path(found).absolute()
