"""The outputs: which films are made of one cut, where each goes, and what its picture is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import PurePath, PurePosixPath
from typing import Any, cast

from renderer.coding import ENDINGS, SCOPES, Codec
from renderer.diagnostic import Place
from renderer.model import Fit, Size
from renderer.spec.coding import read_coding, tell_ending
from renderer.spec.document import Document
from renderer.spec.nodes import Fields
from renderer.spec.problems import Problems
from renderer.spec.profiles import PROFILES, RESERVED
from renderer.spec.text import Path
from renderer.spec.times import meant_rate, rate
from renderer.spec.tracks import read_film_sound
from renderer.spec.wording import either, shorten
from renderer.spec.words import read_subtitles
from renderer.storyboard import MAIN, Output, Storyboard

OUTPUT, OUTPUTS = "output", "outputs"
FPS = Fraction(24)
FPS_MAX = 240
SIDE_MIN_PX, SIDE_MAX_PX = 16, 8192
BLACK, WHITE = "#000000", "#ffffff"
COLOURS = {"black": BLACK, "white": WHITE}


def read_outputs(document: Document, problems: Problems) -> tuple[Output, ...]:
    """All outputs in the order of the text, ≥ 1: those of `outputs`, else the one of `output`, with defaults for what they do not say.

    Tells S209, S225, S250, S252, S275, S276 and S501 to S503.
    """
    node = document.node((OUTPUTS,))
    names = list(node.entries) if isinstance(node, Fields) else []
    stem = PurePath(document.file).stem
    if not names:
        return (_read(document, problems, MAIN, (OUTPUT,), otherwise=stem),)
    _check_alone(document, problems)
    found = tuple(
        _read(document, problems, name, (OUTPUTS, name), otherwise=f"{stem}-{name}" if names[1:] else stem)
        for name in names
    )
    _check_files(document, problems, found)
    return found


def path_of(document: Document, output: Output) -> Path:
    """Where the fields of an output are written, if they are."""
    several = isinstance(document.node((OUTPUTS,)), Fields)
    return (OUTPUTS, output.name) if several else (OUTPUT,)


def _read(document: Document, problems: Problems, name: str, path: Path, *, otherwise: str) -> Output:
    node = document.node(path)
    fields: Mapping[str, Any] = node.value if isinstance(node, Fields) else {}
    coding = read_coding(document, problems, fields, path)
    return Output(
        name=name,
        file=_file(document, problems, fields.get("file"), path, otherwise=otherwise, codec=coding.codec),
        size=_size(problems, fields.get("size"), document.place((*path, "size"))),
        fps=_fps(problems, fields.get("fps"), document.place((*path, "fps"))),
        fit=cast("Fit", fields.get("fit") or "crop"),
        place=document.place_of_key(path if fields or path[0] == OUTPUTS else ()),
        sound=read_film_sound(fields.get("audio")),
        subtitles=read_subtitles(document, fields, path),
        coding=coding,
        background=_background(fields.get("background")),
    )


def warn_grounds(document: Document, problems: Problems, storyboard: Storyboard) -> None:
    """Warn of each `background` of an output that pads no clip (S590)."""
    for output in storyboard.outputs:
        framings = (shot.framings.get(output.name) for shot in storyboard.shots)
        fits = {output.fit, *(framing.fit for framing in framings if framing)}
        if output.background and "pad" not in fits:
            place = document.place_of_key((*path_of(document, output), "background"))
            message = "`background` is seen around clips that are padded, and this film pads none"
            hint = "write `fit: pad` beside it, or delete it"
            problems.add("S590", message, place, severity="warning", hint=hint)


def _background(written: str | None) -> str:
    colour = COLOURS.get(written or "black", written or "").lower()
    return "" if colour == BLACK else colour


def _check_alone(document: Document, problems: Problems) -> None:
    """Tell of `output` beside `outputs`."""
    if document.root.value.get(OUTPUT) is None:
        return
    related = [(document.place_of_key((OUTPUTS,)), "the films, by name")]
    hint = "delete one of them: an entry of `outputs` has the same fields"
    place = document.place_of_key((OUTPUT,))
    problems.add("S250", "`output` stands beside `outputs`", place, related=related, hint=hint)


def _check_files(document: Document, problems: Problems, outputs: Sequence[Output]) -> None:
    """Tell of two outputs of which one would be written over the other; where letters differ in case alone, too."""
    for number, output in enumerate(outputs):
        found = (
            (other, words)
            for other in outputs[:number]
            for words in _clashes(document, output.file.casefold(), other.file.casefold())
        )
        if clash := next(found, None):
            other, words = clash
            path, first = (*path_of(document, output), "file"), (*path_of(document, other), "file")
            message = f"the output `{output.name}` would be written over `{other.name}`: {words}"
            related = [(document.place(first), f"the output `{other.name}`")]
            hint = "give each output a `file` of its own"
            problems.add("S252", message, document.place(path), related=related, hint=hint)


def _clashes(document: Document, file: str, other: str) -> Iterator[str]:
    """Why two files cannot stand beside each other, in words."""
    if file == other:
        yield f"both are `{shorten(file)}`"
    if file.startswith(f"{other}/") or other.startswith(f"{file}/"):
        yield "one would be a folder of the other"
    node = document.node((PROFILES,))
    variants = [RESERVED, *(node.entries if isinstance(node, Fields) else ())]
    paths = PurePosixPath(file), PurePosixPath(other)
    if file != other and paths[0].with_suffix("") == paths[1].with_suffix(""):
        yield "they share the name of their subtitles and of their account"
    for one, two in (paths, paths[::-1]):
        for variant in variants:
            if one.with_suffix("") == two.with_suffix(f".{variant}"):
                whose = "previews" if variant == RESERVED else f"films of the profile `{variant}`"
                yield f"`{shorten(str(one))}` is what {whose} are called"


def _file(
    document: Document, problems: Problems, written: Any, path: Path, *, otherwise: str, codec: Codec
) -> str:
    stem, endings = PurePath(document.file).stem, SCOPES[codec].endings
    if not isinstance(written, str):
        return otherwise + endings[0]
    place = document.place((*path, "file"))
    file = PurePosixPath(written)
    if reason := _leaves_build(written):
        hint = f"outputs are paths below `build/`, such as `film{endings[0]}`"
        problems.add("S501", f"the output `{shorten(written)}` {reason}", place, hint=hint)
    elif file.suffix not in ENDINGS or file.stem.startswith("."):
        hint = f"write `{file.stem or otherwise}{endings[0]}`"
        told = either([f"`{ending}`" for ending in ENDINGS])
        problems.add("S502", f"the output `{shorten(written)}` does not end in {told}", place, hint=hint)
    elif file.suffix not in endings:
        tell_ending(problems, place, file=file, codec=codec)
    elif file.parts[0] == stem:
        message = f"the output is in `{stem}/`, where the clips of the shots go"
        problems.add("S503", message, place, hint="choose another folder, or none")
    return str(file)


def _leaves_build(file: str) -> str | None:
    if "\\" in file:
        return "has a backslash"
    if file.startswith(("/", "~")) or re.match(r"[A-Za-z]:", file):
        return "is not relative to `build/`"
    return "leads out of `build/`" if ".." in PurePosixPath(file).parts else None


def _size(problems: Problems, written: str | None, place: Place) -> Size | None:
    if not written:
        return None
    size = Size.parse(written)
    sides = (size.width_px, size.height_px)
    if not all(SIDE_MIN_PX <= side <= SIDE_MAX_PX for side in sides):
        message = f"`size` must have sides of {SIDE_MIN_PX} to {SIDE_MAX_PX} pixels, not {written}"
        problems.add("S209", message, place)
    elif any(side % 2 for side in sides):
        even = Size(*(side + side % 2 for side in sides))
        hint = f"write `{even}`: the common pixel format halves both sides"
        problems.add("S209", f"`size` must have even sides, not {written}", place, hint=hint)
    return size


def _fps(problems: Problems, written: Any, place: Place) -> Fraction:
    if written is None:
        return FPS
    fps = rate(written)
    if fps > FPS_MAX:
        problems.add("S209", f"`fps` must be at most {FPS_MAX}, not {float(fps):g}", place)
    elif exact := meant_rate(fps):
        _warn_rounded(problems, fps, exact, place)
    return fps


def _warn_rounded(problems: Problems, fps: Fraction, exact: str, place: Place) -> None:
    message = f"{float(fps):g} frames per second is not the NTSC rate {exact}"
    problems.add("S225", message, place, severity="warning", hint=f'write `"{exact}"`')
