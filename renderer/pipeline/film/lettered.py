"""The texts of a film as parts of its actions: which slots they are drawn on, on which cards, with which font files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from renderer.digest import Digest
from renderer.media.conform import Profile
from renderer.media.manifests import card_manifest, text_manifest
from renderer.model import Json
from renderer.plan.action import Input
from renderer.plan.film import OutputRow, SlotRow
from renderer.plan.text import SHIPPED, FontRow, TextRow, fonts_of
from renderer.row import Row

NO_FONTS: Mapping[str, Input] = MappingProxyType({})
CARD = Input(Digest("", 0))
"""Stands where a card has no clip."""


class Part(Row):
    """Frames of a slot: so many, from its frame `skip` on."""

    slot: int
    skip: int
    frames: int


class Made(Row):
    """Of what a part of a slot is made: the manifest of its segment, and the inputs by role."""

    manifest: Mapping[str, Json]
    inputs: Mapping[str, tuple[Input, ...]]


class Lettered:
    """The texts and cards of one film. `slots` are those that something is drawn on; `grounds` the colours of cards."""

    def __init__(self, output: OutputRow, fonts: Mapping[str, Input]) -> None:
        self.fonts = fonts
        self.output = output
        self.grounds = {card.slot: card.ground for card in output.cards}
        self.texts: dict[int, list[TextRow]] = {}
        for text in output.texts:
            self.texts.setdefault(text.slot, []).append(text)
        self.slots = self.texts.keys() | self.grounds.keys()

    def manifests(self, part: Part) -> list[dict[str, Json]]:
        """What is drawn on a part of a slot, as its manifest says it."""
        return [manifest_of(text) for text in self._drawn(part)]

    def inputs(self, part: Part) -> dict[str, tuple[Input, ...]]:
        """The font files that draw it, each once."""
        used = dict.fromkeys(font.sha256 for text in self._drawn(part) for font in text.fonts)
        return {"fonts": tuple(self.fonts[sha256] for sha256 in used)} if used else {}

    def card(self, part: Part, profile: Profile, *, build: str) -> dict[str, Json]:
        """The manifest of a part of a card."""
        return card_manifest(
            self.grounds[part.slot],
            part.frames,
            size=profile.size,
            fps=profile.fps,
            build=build,
            texts=self.manifests(part),
            coding=profile.coding,
        )

    def _drawn(self, part: Part) -> list[TextRow]:
        """The texts on a part, from its first frame on and to its last.

        A text keeps its place from one part of a slot to the next: where it makes room for others that show before or
        after this part alone, those are told too, and all of them whole.
        """
        texts = [text._replace(first=text.first - part.skip) for text in self.texts.get(part.slot, ())]
        shown = [text for text in texts if text.first < part.frames and text.first + text.frames > 0]
        if 0 < len(shown) < len(texts):
            needed = with_those_above(texts, shown)
            if len(needed) > len(shown):
                return needed
        return [_within(text, part.frames) for text in shown]


def with_those_above(texts: Sequence[TextRow], shown: Sequence[TextRow]) -> list[TextRow]:
    """The texts that are shown, and all before them that they make room for (`lettering.sheet`), in order."""
    from renderer.lettering.sheet import meet, row_of  # noqa: PLC0415 - only where texts come and go

    needed: list[TextRow] = []
    for text in reversed(texts):
        row = row_of(text.position)
        if text in shown or any(row == row_of(below.position) and meet(text, below) for below in needed):
            needed.append(text)
    return needed[::-1]


def _within(text: TextRow, frames: int) -> TextRow:
    first, last = max(0, text.first), min(frames, text.first + text.frames)
    return text._replace(first=first, frames=last - first)


def clip_slots(output: OutputRow) -> Sequence[SlotRow]:
    """The slots of a film that show a clip, in cut order."""
    if not output.cards:
        return output.slots
    cards = {card.slot for card in output.cards}
    return [slot for number, slot in enumerate(output.slots) if number not in cards]


def with_cards(output: OutputRow, clips: Sequence[Input]) -> Sequence[Input | None]:
    """The clips of a film, one for each slot in cut order: None for a card."""
    if not output.cards:
        return clips
    cards, rest = {card.slot for card in output.cards}, iter(clips)
    return [None if number in cards else next(rest) for number in range(len(output.slots))]


def find_fonts(output: OutputRow, folder: Path) -> Mapping[str, Input]:
    """The files of all fonts that draw a film's texts, by their digests; `folder` is the storyboard's."""
    if not output.texts:
        return NO_FONTS
    return {
        sha256: Input(Digest(sha256, font.size_bytes), font_path(font, folder))
        for sha256, font in fonts_of(output.texts).items()
    }


def font_path(font: FontRow, folder: Path) -> Path:
    """Where a font's file lies."""
    if font.path.startswith(SHIPPED):
        from renderer.lettering.find import shipped_folder  # noqa: PLC0415 - only where text is drawn

        return shipped_folder() / font.path.removeprefix(SHIPPED)
    return folder / font.path


def manifest_of(text: TextRow) -> dict[str, Json]:
    """A text as manifests say it."""
    return text_manifest(
        text.text,
        first=text.first,
        frames=text.frames,
        position=text.position,
        size=text.size,
        colour=text.colour,
        plain=text.plain,
        fonts=[font.name for font in text.fonts],
    )
