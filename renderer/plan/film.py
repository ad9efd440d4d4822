"""One film as rows: its slots in cut order, and beside them whatever is not the same for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from renderer.coding import Coding
from renderer.columns import pack_rows, unpack_rows
from renderer.model import Centre, Json
from renderer.plan.enter import EnterRow
from renderer.plan.mix import MixRow
from renderer.plan.motion import MotionRow
from renderer.plan.text import CardRow, TextRow
from renderer.plan.turns import Subtitle
from renderer.row import Row


class SlotRow(Row):
    """One entry of the cut: exactly one of `take` and `footage` is an index, the other -1; of a card both are -1.

    It shows `frames` frames of the clip from frame `first` on, both counted at the output's rate, and at the speed at which the slot shows it;
    the first `overlap` of them together with the last ones of the slot before.
    """

    shot: str
    take: int
    footage: int
    first: int
    frames: int
    overlap: int = 0

    @property
    def shows_clip(self) -> bool:
        """Whether it shows a clip, and no card."""
        return self.take >= 0 or self.footage >= 0


class FitRow(Row):
    """How the clip in one slot fits its film, where that is not the film's own way: `x` and `y` tell where a crop looks."""

    slot: int
    fit: str
    x: str
    y: str

    @property
    def centre(self) -> Centre:
        return Centre(Fraction(self.x), Fraction(self.y))


class OutputRow(Row):
    """One film: its path below the project's root, size or None for the first clip's, rate, fit and slots.

    `fits` are those of slots that do not fit in the film's own way, in cut order. `mix` is its sound, None where that is nothing but its clips' own.
    `cards` are the slots that show no clip; `texts` is what is drawn, in cut order; `cues` are the subtitles, and `subtitles` the endings of the
    files that hold them.
    `motions` are those of slots whose clip is not shown as it is, `enters` the transitions, in cut order. `background` is the colour around
    clips that are padded, `#rrggbb`, empty for black.
    """

    name: str
    file: str
    size: str | None
    fps: str
    fit: str
    fits: tuple[FitRow, ...]
    slots: tuple[SlotRow, ...]
    mix: MixRow | None = None
    cards: tuple[CardRow, ...] = ()
    texts: tuple[TextRow, ...] = ()
    cues: tuple[Subtitle, ...] = ()
    subtitles: tuple[str, ...] = ()
    motions: tuple[MotionRow, ...] = ()
    enters: tuple[EnterRow, ...] = ()
    coding: Coding = Coding()
    background: str = ""

    def to_json(self) -> Json:
        """The film as JSON, its slots in columns."""
        *head, slots, mix, cards, texts, cues, subtitles, motions, enters, coding, background = self
        return [
            *(*head, pack_rows(slots), mix, cards, texts, cues, subtitles, motions, enters),
            *(coding, background),
        ]

    @classmethod
    def from_json(cls, row: Sequence[Json]) -> OutputRow:
        """The inverse of `to_json`; raises `TypeError` or `ValueError` for another form."""
        *head, fits, slots, mix, cards, texts, cues, subtitles, motions, enters, coding, background = row
        return cls._make(
            [
                *head,
                tuple(map(FitRow._make, fits)),
                unpack_rows(SlotRow, slots),
                mix and MixRow.from_json(mix),
                tuple(map(CardRow._make, cards)),
                tuple(map(TextRow.from_json, texts)),
                tuple(map(Subtitle.from_json, cues)),
                tuple(subtitles),
                tuple(map(MotionRow._make, motions)),
                tuple(map(EnterRow._make, enters)),
                Coding._make(coding),
                background,
            ]
        )
