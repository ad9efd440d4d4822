"""Which tools draw, by their versions: Pillow, and FreeType and Raqm, with which it letters.

To ask them is to load them, 2 ms with their libraries, for a name that changes once a year. Whoever can remember it asks
`drawing_state` first: a stat and two folders.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec

MODULE = "_imagingft."
BUNDLED = ("../pillow.libs", ".dylibs")
"""Where Pillow's wheels keep the libraries that come with them, on Linux and on macOS."""


def drawing_tools() -> Mapping[str, str]:
    """The versions of all that draws, as they belong into a manifest."""
    # The C module alone: a millisecond, where PIL.Image would cost thirty.
    from PIL import _imagingft  # noqa: PLC0415
    from PIL._version import __version__  # noqa: PLC0415

    shaping = f"raqm {_imagingft.raqm_version}" if _imagingft.HAVE_RAQM else "basic"
    return {"pillow": __version__, "freetype": f"{_imagingft.freetype2_version}, {shaping}"}


def drawing_state() -> str | None:
    """Another text wherever the files of these tools are others, without loading any; None where that cannot be told."""
    package = find_spec("PIL")
    folders = (package and package.submodule_search_locations) or ()
    return next((state_of(folder) for folder in folders), None)


def state_of(folder: str) -> str | None:
    """The state of the Pillow in a folder; None where it letters with the system's own FreeType, which comes and goes by itself."""
    module = next((name for name in sorted(os.listdir(folder)) if name.startswith(MODULE)), None)  # noqa: PTH208
    bundled = next((path for name in BUNDLED if os.path.isdir(path := f"{folder}/{name}")), None)  # noqa: PTH112
    if module is None or bundled is None:
        return None
    libraries = sorted(os.listdir(bundled))  # noqa: PTH208 - their names have digests in them
    return "\0".join([_look(f"{folder}/{module}"), *libraries])


def _look(path: str) -> str:
    status = os.stat(path)  # noqa: PTH116 - each build looks
    return f"{path}\0{status.st_ino}\0{status.st_size}\0{status.st_mtime_ns}\0{status.st_ctime_ns}"
