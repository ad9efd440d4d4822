"""The words of shots and films: titles, captions, dialogue, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from renderer.diagnostic import Place
from renderer.row import Row
from renderer.storyboard.source import Source


class Title(Row):
    """A text on the screen: on a card of its own `before` or `after` the shot, or `over` its picture.

    It shows for `for_s`, over a picture from `from_s` on, in seconds on screen; None to the slot's end. `position` is where it
    stands, `size` a percentage of the picture's shorter side, colours are `#rrggbb`; `ground` is a card's.
    """

    text: str
    at: Literal["before", "over", "after"]
    for_s: Fraction | None
    from_s: Fraction
    position: str
    size: Fraction
    colour: str
    ground: str
    font: Source | None
    place: Place


class Spoken(Row):
    """A line of dialogue: who says it, if that is told, and when, in seconds of the clip; `until_s` None: as long as it reads."""

    who: str | None
    line: str
    at_s: Fraction
    until_s: Fraction | None
    place: Place


class Words(Row):
    """All words of a shot: titles and lines in the order of the text, and a caption for as long as it is on screen."""

    titles: tuple[Title, ...] = ()
    caption: str | None = None
    dialogue: tuple[Spoken, ...] = ()
    caption_place: Place | None = None

    def moved(self, move: Callable[[Place], Place]) -> Words:
        """The same words, as they stand in another text."""
        return self._replace(
            titles=tuple(title._replace(place=move(title.place)) for title in self.titles),
            dialogue=tuple(spoken._replace(place=move(spoken.place)) for spoken in self.dialogue),
            caption_place=self.caption_place and move(self.caption_place),
        )


class Subtitles(Row):
    """What an output makes of captions and dialogue: files beside the film, or type in the picture, in this dress."""

    srt: bool = True
    vtt: bool = True
    burn: bool = False
    size: Fraction = Fraction(5)
    colour: str = "#ffffff"
    font: Source | None = None
    place: Place | None = None


SUBTITLES = Subtitles()
