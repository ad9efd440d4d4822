"""The storyboard as a whole: its shots, the cut, the films that are made of it, and what they may cost."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from renderer.coding import Coding
from renderer.diagnostic import Place
from renderer.model import Fit, Size
from renderer.row import Row
from renderer.storyboard.shot import Enter, Motion, Shot
from renderer.storyboard.sound import FilmSound, Track
from renderer.storyboard.source import Use
from renderer.storyboard.words import SUBTITLES, Subtitles

MAIN = "main"
"""The name of the one output of a storyboard that names none."""


class Slot(Row):
    """One entry of the cut: which shot, and which part of its clip, how that moves, and how it is entered, where the cut says so itself.

    `use_places` are where that part is written, empty where it is not.
    """

    shot_id: str
    use: Use | None
    place: Place
    motion: Motion = Motion()
    enter: Enter | None = None
    use_places: tuple[Place, ...] = ()


class Output(Row):
    """One film to make of the cut, or of one of its own: `sequence`, None for the storyboard's. `size` None means the first clip's size.

    `background` is the colour around what is padded, `#rrggbb`, empty for black.
    """

    name: str
    file: str
    size: Size | None
    fps: Fraction
    fit: Fit
    place: Place
    sound: FilmSound = FilmSound()
    subtitles: Subtitles = SUBTITLES
    sequence: tuple[Slot, ...] | None = None
    coding: Coding = Coding()
    background: str = ""


class Budget(Row):
    """The most that may be spent, in US dollars, exact: by one build, and by all builds of the storyboard together."""

    per_run_usd: Decimal | None = None
    total_usd: Decimal | None = None


class Storyboard(Row):
    """A storyboard after merging and expansion: shots in order of the file, slots in cut order, ≥ 1 each.

    `is_cut` where the author wrote the cut; else it shows every shot once.
    """

    file: str
    title: str | None
    outputs: tuple[Output, ...]
    shots: tuple[Shot, ...]
    sequence: tuple[Slot, ...]
    is_cut: bool = False
    budget: Budget = Budget()
    tracks: tuple[Track, ...] = ()

    def cut_of(self, output: Output) -> tuple[Slot, ...] | None:
        """The cut that is written for an output; None where it shows every shot once."""
        if output.sequence is not None:
            return output.sequence
        return self.sequence if self.is_cut else None

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots of all films, those of the cut that they share once."""
        own = (output.sequence for output in self.outputs if output.sequence is not None)
        return (*self.sequence, *(slot for sequence in own for slot in sequence))
