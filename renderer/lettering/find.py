"""Where fonts come from: those that ship with this program, and those of the system. Reads folders and font files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from renderer.errors import MediaError
from renderer.lettering.face import ENDINGS, Face, read_faces
from renderer.lettering.runs import clusters, missing, script_of
from renderer.row import Row

TEXT, DISPLAY = "Inter-Medium.otf", "InterDisplay-SemiBold.otf"
SHIPPED = (
    "NotoSansArabic-Bold.ttf",
    "NotoSansHebrew-Bold.ttf",
    "NotoSansDevanagari-Bold.ttf",
    "NotoSansThai-Bold.ttf",
)
"""Beside the two cuts of Inter, which have Latin, Greek and Cyrillic."""
FONTS_MAX = 4000
SANS = (
    "notosans",
    "sourcehansans",
    "hiragino",
    "pingfang",
    "applesd",
    "malgun",
    "yugoth",
    "msyh",
    "arial",
    "segoeui",
)
PLAIN = (
    "serif",
    "mono",
    "italic",
    "oblique",
    "thin",
    "light",
    "black",
    "condensed",
    "narrow",
    "nastaliq",
    "looped",
)
SYSTEM_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "$WINDIR/Fonts",
    "$LOCALAPPDATA/Microsoft/Windows/Fonts",
)


class Font(Row):
    """A face and the file that holds it."""

    path: Path
    face: Face


def shipped(first: str) -> tuple[Font, ...]:
    """The fonts that ship with this program, `TEXT` or `DISPLAY` first."""
    folder = shipped_folder()
    return tuple(Font(folder / name, read_faces(folder / name)[0]) for name in (first, *SHIPPED))


def shipped_folder() -> Path:
    return Path(str(files("renderer").joinpath("fonts")))


def system_files(environ: Mapping[str, str]) -> list[Path]:
    """The font files in the usual folders of Linux, macOS and Windows, in an order that no file system decides."""
    found: list[Path] = []
    for name in SYSTEM_FOLDERS:
        folder = _expanded(name, environ)
        for parent, _, names in os.walk(folder) if folder else ():
            found += [Path(parent, name) for name in names if name.lower().endswith(ENDINGS)]
    return sorted(found)[:FONTS_MAX]


def search(text: str, paths: Sequence[Path]) -> list[Font]:
    """Fonts for the characters of a text, few and plain; what none has stays missing. Unreadable files are passed over.

    For each script the first font that has all of it, plain sans serifs before all others; else the one that has most.
    """
    chosen: list[Font] = []
    by_script: dict[str, str] = {}
    for cluster in clusters(text):
        script = script_of(cluster[0])
        by_script[script] = by_script.get(script, "") + cluster
    for script, part in by_script.items():
        wanted = missing(part, [font.face for font in chosen])
        if wanted and (best := _best(wanted, script, paths, text=text)):
            chosen.append(best)
    return chosen


def _best(wanted: str, script: str, paths: Iterable[Path], *, text: str) -> Font | None:
    best, most = None, 0
    for path in sorted(paths, key=lambda path: _rank(path, script)):
        for font in _in_order(path, text):
            has = len(wanted) - len(missing(wanted, [font.face]))
            if has > most:
                best, most = font, has
        if most == len(wanted):
            break
    return best


def _in_order(path: Path, text: str) -> Iterator[Font]:
    """The faces of a file, of a collection of East Asian ones first that of the text's own language."""
    try:
        faces = read_faces(path)
    except MediaError:
        return
    kana = any("\u3040" <= character <= "\u30ff" for character in text)
    hangul = any("\uac00" <= character <= "\ud7af" for character in text)
    language = "jp" if kana else "kr" if hangul else "sc"
    yield from (
        Font(path, face) for face in sorted(faces, key=lambda face: language not in face.name.lower())
    )


def _rank(path: Path, script: str) -> tuple[bool, int, int, str, str]:
    name = path.stem.lower().replace(" ", "").replace("-", "")
    sans = next((place for place, start in enumerate(SANS) if name.startswith(start)), len(SANS))
    return script.lower() not in name, sum(word in name for word in PLAIN), sans, name, str(path)


def _expanded(name: str, environ: Mapping[str, str]) -> Path | None:
    head, _, rest = name.partition("/")
    variable = {"~": "HOME", "$WINDIR": "WINDIR", "$LOCALAPPDATA": "LOCALAPPDATA"}.get(head)
    if variable is None:
        return Path(name)
    return Path(environ[variable], rest) if environ.get(variable) else None
