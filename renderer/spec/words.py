"""The words of a shot, titles, caption and dialogue, and what an output makes of them. None of it is part of a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal, cast

from renderer.diagnostic import Place
from renderer.spec.document import Document
from renderer.spec.merge import Merged, Written, merge
from renderer.spec.nodes import Fields, Items
from renderer.spec.prompt import composed
from renderer.spec.scene import Scene, number, shown, word
from renderer.spec.text import Path
from renderer.spec.wording import listed
from renderer.storyboard import SUBTITLES, Source, Spoken, Subtitles, Title, Words

CARD_S = Fraction(2)
SIZE = Fraction(9)
INK, GROUND = "#ffffff", "#0e0f12"
OVER, MIDDLE = "over", "middle"
ONLY_OVER, ONLY_CARDS = ("from",), ("background",)


def read_words(scene: Scene, fields: Merged) -> Words:
    """The words of a shot's merged fields. Tells S208, S218, S224, S283, S284 and S288."""
    caption = fields.get("caption")
    written = composed(scene.filled(caption).text)
    place = scene.place(caption) if isinstance(caption, Written) else None
    return Words(
        titles=tuple(title for entry in _entries(fields.get("titles")) if (title := _title(scene, entry))),
        caption=written if place and _is_seen(scene, written, place) else None,
        dialogue=tuple(said for entry in _entries(fields.get("dialogue")) if (said := _spoken(scene, entry))),
        caption_place=place,
    )


def read_subtitles(document: Document, fields: Mapping[str, Any], path: Path) -> Subtitles:
    """What an output at `path` says of its subtitles, with defaults for the rest."""
    said: Mapping[str, Any] = fields.get("subtitles") or {}
    if not said:
        return SUBTITLES
    path = (*path, "subtitles")
    place = document.place((*path, "font") if said.get("font") else path)
    size, font = said.get("size"), said.get("font")
    folder = document.text.folders.get(place.file, "")
    return Subtitles(
        srt=said.get("srt") is not False,
        vtt=said.get("vtt") is not False,
        burn=said.get("burn") is True,
        size=SUBTITLES.size if size is None else Fraction(size),
        colour=(said.get("colour") or SUBTITLES.colour).lower(),
        font=Source("path", font).below(folder) if font else None,
        place=place,
    )


Entry = tuple[Merged, Path, Fields]


def _entries(field: Written | Merged | None) -> Iterator[Entry]:
    """The mappings of a list, each as fields with its path."""
    if isinstance(field, Written) and isinstance(field.node, Items):
        for position, node in enumerate(field.node.nodes):
            if isinstance(node, Fields):
                path = (*field.path, position)
                yield merge(node.entries, {}, path), path, node


def _title(scene: Scene, entry: Entry) -> Title | None:
    fields, path, node = entry
    if "text" not in node.entries:  # it was wrong, and is told of
        return None
    text = composed(scene.filled(fields.get("text")).text)
    place = scene.document.place_of(node.entries["text"].node, (*path, "text"))
    if not _is_seen(scene, text, place):
        return None
    at = cast("Literal['before', 'over', 'after']", word(fields.get("at")) or OVER)
    _warn_idle(scene, fields, at)
    for_s, from_s = scene.time(fields.get("for")), scene.time(fields.get("from"))
    if for_s == 0:
        message = "a title that shows for no time"
        scene.problems.add("S218", message, scene.document.place((*path, "for")))
    return Title(
        text=text,
        at=at,
        for_s=CARD_S if for_s is None and at != OVER else for_s,
        from_s=from_s or Fraction(0) if at == OVER else Fraction(0),
        position=word(fields.get("place")) or MIDDLE,
        size=number(fields.get("size")) or SIZE,
        colour=(word(fields.get("colour")) or INK).lower(),
        ground=(word(fields.get("background")) or GROUND).lower(),
        font=_font(scene, fields),
        place=place,
    )


def _is_seen(scene: Scene, text: str, place: Place) -> bool:
    """Whether there is anything to read; tells of a text that is there and leaves no mark (S288)."""
    if text.isascii():
        return bool(text)
    from renderer.lettering.face import is_invisible  # noqa: PLC0415 - only where there is more than ASCII

    if not all(is_invisible(sign) or sign.isspace() for sign in text):
        return True
    signs = listed([f"U+{ord(sign):04X}" for sign in dict.fromkeys(text)])
    message = f"a text with nothing to read: {signs}"
    scene.problems.add("S288", message, place, severity="warning", hint="write a text, or delete it")
    return False


def _warn_idle(scene: Scene, fields: Merged, at: str) -> None:
    """Tell of a field that changes nothing of such a title (S284)."""
    for name in ONLY_CARDS if at == OVER else ONLY_OVER:
        if field := fields.get(name):
            where = "over the picture" if at == OVER else "on a card"
            message = f"`{name}` changes nothing of a title {where}"
            hint = "delete it" if at == OVER else "delete it: a card shows its title all the time"
            scene.problems.add("S284", message, scene.places(field)[0], severity="warning", hint=hint)


def _font(scene: Scene, fields: Merged) -> Source | None:
    field = fields.get("font")
    text = word(field)
    if not (text and isinstance(field, Written)):
        return None
    place = scene.place(field)
    source = Source.read(text)
    if source is None or source.kind != "path":
        hint = "fetch it, and give its path relative to this file"
        scene.problems.add("S224", f"`font` must be a path, not `{text}`", place, hint=hint)
        return None
    return source.below(scene.document.text.folders.get(place.file, ""))


def _spoken(scene: Scene, entry: Entry) -> Spoken | None:
    fields, path, node = entry
    if "line" not in node.entries:
        return None
    line = composed(scene.filled(fields.get("line")).text)
    place = scene.document.place_of(node.entries["line"].node, (*path, "line"))
    if not _is_seen(scene, line, place):
        return None
    at_s = scene.time(fields.get("at")) or Fraction(0)
    until_s = scene.time(fields.get("until"))
    if until_s is not None and until_s <= at_s:
        message = f"`until` is not after `at`: {shown(until_s)} s and {shown(at_s)} s"
        scene.problems.add("S283", message, scene.document.place((*path, "until")))
    return Spoken(
        who=composed(scene.filled(fields.get("who")).text) or None,
        line=line,
        at_s=at_s,
        until_s=until_s,
        place=place,
    )
