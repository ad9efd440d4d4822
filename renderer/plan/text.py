"""Text in a film: which cards stand in the cut, what is drawn on which slot, and which subtitles there are. Pure.

A shot that a film shows several times has its titles once, those before and over it the first time and those after it the
last. Captions and dialogue follow every time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from renderer.model import Json, frames_until
from renderer.plan.cues import Cue, Said, Screen, is_said
from renderer.plan.motion import Dialogue, Moving, said_at
from renderer.plan.slots import slot_starts
from renderer.row import Row

BEFORE, OVER, AFTER = "before", "over", "after"
BOTTOM = "bottom"


class FontRow(Row):
    """A face of a font file: digest and size of the file, the face's number in it, and where the file lies.

    The path is relative to the storyboard's folder; that of a font that ships with this program begins with `SHIPPED`.
    """

    sha256: str
    size_bytes: int
    number: int
    path: str

    @property
    def name(self) -> str:
        """How manifests name the face."""
        return f"{self.sha256}/{self.number}"


SHIPPED = "renderer:"
Fonts = tuple[FontRow, ...]


class TitleRow(Row):
    """A title as `storyboard.Title`, times as exact seconds in text, with the fonts that draw it."""

    text: str
    at: str
    for_s: str | None
    from_s: str
    position: str
    size: str
    colour: str
    ground: str
    fonts: Fonts


class WordsRow(Row):
    """All words of a shot. `dialogue` has who, line, begin and end in seconds; `burned`, by output, fonts for what is burned in."""

    titles: tuple[TitleRow, ...]
    caption: str | None
    dialogue: Dialogue
    burned: tuple[tuple[str, Fonts], ...]

    @property
    def said(self) -> list[Said]:
        return [
            Said(who, line, Fraction(at_s), None if until_s is None else Fraction(until_s))
            for who, line, at_s, until_s in self.dialogue
        ]

    @classmethod
    def from_json(cls, value: Sequence[Json]) -> WordsRow:
        """The inverse of writing it as JSON; raises `TypeError` or `ValueError` for another form."""
        titles, caption, dialogue, burned = value
        return cls(
            tuple(TitleRow._make([*head, fonts_from(fonts)]) for *head, fonts in titles),
            caption,
            tuple((who, line, at_s, until_s) for who, line, at_s, until_s in dialogue),
            tuple((output, fonts_from(fonts)) for output, fonts in burned),
        )


class TextRow(Row):
    """A text that is drawn on slot number `slot`, from its frame `first` on for `frames` frames.

    `plain` where it stands on a card, `burned` where it is a subtitle. Place, size and colour as in `storyboard.Title`.
    """

    slot: int
    first: int
    frames: int
    text: str
    position: str
    size: str
    colour: str
    plain: bool
    burned: bool
    fonts: Fonts

    @classmethod
    def from_json(cls, value: Sequence[Json]) -> TextRow:
        """The inverse of writing it as JSON; raises `TypeError` or `ValueError` for another form."""
        *head, fonts = value
        return cls._make([*head, fonts_from(fonts)])


class CardRow(Row):
    """A slot that is a card: its number and the colour of its ground."""

    slot: int
    ground: str


class Shown(Row):
    """An entry of the cut with what stands on it: the number of its shot, and the card's title where it is one."""

    shot: int
    words: WordsRow | None
    card: TitleRow | None
    first: bool = True

    def moved(self, moving: Moving | None) -> Shown:
        """The same with what is said at the times at which it is heard, in a slot that moves so."""
        if not (self.words and moving):
            return self
        return self._replace(words=self.words._replace(dialogue=said_at(self.words.dialogue, moving)))


def with_cards(numbers: Sequence[int], words: Sequence[WordsRow | None]) -> list[tuple[int | None, Shown]]:
    """The entries of a cut with cards between them; beside each its place in `numbers`, None for a card.

    `numbers` are those of the shots in cut order, `words` stands beside all shots.
    """
    if not any(words):
        return [(place, Shown(number, None, None)) for place, number in enumerate(numbers)]
    opening = {number: place for place, number in reversed(list(enumerate(numbers)))}
    closing = {number: place for place, number in enumerate(numbers)}
    entries: list[tuple[int | None, Shown]] = []
    for place, number in enumerate(numbers):
        own = words[number]
        if place == opening[number]:
            entries += [(None, Shown(number, own, title)) for title in _cards(own, BEFORE)]
        entries.append((place, Shown(number, own, None, first=place == opening[number])))
        if place == closing[number]:
            entries += [(None, Shown(number, own, title)) for title in _cards(own, AFTER)]
    return entries


def cards_of(entries: Sequence[Shown]) -> tuple[CardRow, ...]:
    """The cards of a cut."""
    return tuple(CardRow(slot, shown.card.ground) for slot, shown in enumerate(entries) if shown.card)


def texts_of(
    entries: Sequence[Shown],
    where: Sequence[Screen],
    *,
    cues: Sequence[Sequence[tuple[int, Cue]]],
    fps: Fraction,
    burn: Burn | None,
) -> tuple[TextRow, ...]:
    """All that is drawn on the slots of a cut, in order; `where` each stands, and what is to be read on each, by the slot whose words it is, if that is burned in."""
    if not any(shown.words for shown in entries):
        return ()
    found: list[TextRow] = []
    for slot, (shown, screen) in enumerate(zip(entries, where, strict=True)):
        if shown.words is None:
            continue
        if shown.card:
            found.append(_drawn(slot, shown.card, 0, screen.frames, plain=True))
            continue
        if shown.first:
            found += _over(slot, shown.words, screen, fps=fps)
        if burn:
            found += _burned(slot, entries, cues[slot], screen.start, burn=burn)
    return tuple(found)


class Burn(Row):
    """How an output burns its subtitles in: its name, and the size and colour of the type."""

    output: str
    size: str
    colour: str


def unsaid(
    entries: Sequence[Shown], spans: Sequence[tuple[int, int]], *, fps: Fraction
) -> list[tuple[int, int]]:
    """The lines that a film never shows: number of the shot, and of the line among its own."""
    said: set[tuple[int, int]] = set()
    every: dict[tuple[int, int], None] = {}
    for shown, screen in zip(entries, screens(spans), strict=True):
        lines = shown.words.said if shown.words and not shown.card else []
        for number, line in enumerate(lines):
            every[shown.shot, number] = None
            if is_said(line, lines, screen, fps=fps):
                said.add((shown.shot, number))
    return [known for known in every if known not in said]


def screens(spans: Sequence[tuple[int, int]], starts: Sequence[int] | None = None) -> list[Screen]:
    """Where each slot stands in the film, by the first frame and the frames of its clip."""
    starts = slot_starts(frames for _, frames in spans) if starts is None else starts
    return [Screen(start, first, frames) for (first, frames), start in zip(spans, starts, strict=True)]


def fonts_of(texts: Sequence[TextRow]) -> Mapping[str, FontRow]:
    """All fonts that draw some texts, by their digests."""
    return {font.sha256: font for text in texts for font in text.fonts}


def fonts_from(value: Sequence[Json]) -> Fonts:
    """The inverse of writing fonts as JSON."""
    return tuple(map(FontRow._make, value))


def _cards(words: WordsRow | None, at: str) -> list[TitleRow]:
    return [title for title in words.titles if title.at == at] if words else []


def _over(slot: int, words: WordsRow, screen: Screen, *, fps: Fraction) -> Iterator[TextRow]:
    for title in words.titles:
        if title.at != OVER:
            continue
        from_s = Fraction(title.from_s)
        first = frames_until(from_s, fps)
        last = screen.frames if title.for_s is None else frames_until(from_s + Fraction(title.for_s), fps)
        if first < min(last, screen.frames):
            yield _drawn(slot, title, first, min(last, screen.frames) - first, plain=False)


def _burned(
    slot: int, entries: Sequence[Shown], cues: Sequence[tuple[int, Cue]], begin: int, *, burn: Burn
) -> Iterator[TextRow]:
    for owner, cue in cues:
        words = entries[owner].words
        fonts = dict(words.burned).get(burn.output, ()) if words else ()
        first, frames = cue.start - begin, cue.end - cue.start
        yield TextRow(slot, first, frames, cue.text, BOTTOM, burn.size, burn.colour, False, True, fonts)


def _drawn(slot: int, title: TitleRow, first: int, frames: int, *, plain: bool) -> TextRow:
    look = (title.position, title.size, title.colour)
    return TextRow(slot, first, frames, title.text, *look, plain, False, title.fonts)
