"""A shot: what it is made from, how each film shows it, and which places of the text said so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from renderer.diagnostic import Place
from renderer.model import Centre, Fit, base_of
from renderer.row import NOTHING, Row
from renderer.storyboard.request import Request, Take
from renderer.storyboard.sound import ShotSound
from renderer.storyboard.source import Source, Use
from renderer.storyboard.words import Words


class Asked(Row):
    """The variables that a shot's texts ask for, by name, and how many characters all that they fill comes to."""

    variables: tuple[str, ...] = ()
    characters: int = 0

    def and_of(self, other: Asked) -> Asked:
        """What two texts together ask for."""
        names = {*self.variables, *other.variables}
        return Asked(tuple(sorted(names)), self.characters + other.characters)


class Span(Row):
    """A piece of a text as it was put together, and the place at which that piece is written."""

    text: str
    place: Place


class Motion(Row):
    """How a clip is shown: how many times as fast, whether backwards, how long its last frame is held. None: as it is, or as the shot says."""

    speed: Fraction | None = None
    reverse: bool | None = None
    hold_s: Fraction | None = None


class Enter(Row):
    """How a slot is entered from the one before it, which it overlaps for so long.

    `kind` is the name of one of ffmpeg's, or `dip`, which goes through a colour, `#rrggbb`; `CUT` is no transition at all.
    """

    kind: str
    length_s: Fraction = Fraction(0)
    colour: str = ""
    place: Place | None = None

    def moved(self, move: Callable[[Place], Place]) -> Enter:
        """The same transition, as it stands in another text."""
        return self._replace(place=self.place and move(self.place))


DIP, CUT = "dip", Enter("cut")


class Framing(Row):
    """What one output has otherwise of a shot. None: as elsewhere.

    Which part of the clip it shows, how that fits, where a crop looks; how it moves, how it sounds, how it is entered (`CUT`: not at
    all), and all its words.
    """

    use: Use | None = None
    fit: Fit | None = None
    centre: Centre | None = None
    motion: Motion | None = None
    sound: ShotSound | None = None
    words: Words | None = None
    enter: Enter | None = None

    def moved(self, move: Callable[[Place], Place]) -> Framing:
        """The same, as it stands in another text."""
        return self._replace(
            words=self.words and self.words.moved(move), enter=self.enter and self.enter.moved(move)
        )


class Shot(Row):
    """One intended continuous piece of picture. Exactly one of `request` and `clip` is set.

    A *variant* is what one output shows in place of another shot: its id is `shot@output`, and `output` names the output. Else
    that is None. `framings` are by output; a variant has one of its own output at most. `length_s` is how long own footage is to be,
    which only a still can.

    `takes` are in the order of their numbers, ≥ 1 with a request, none without; `item` is the number, from 0, of the
    entry of `shots` that the shot comes from.

    `origins` names, for each resolved field (`"prompt"`, `"image"`, `"params.motion"`, …), the places
    in the text that made it, the nearest to the shot first; `place` is the shot's id. `spans` names, for each field that
    is a text, the pieces that show in it, in order; what stands between them comes from the template.
    """

    id: str
    place: Place
    request: Request | None
    clip: Source | None = None
    takes: tuple[Take, ...] = ()
    use: Use | None = None
    origins: Mapping[str, tuple[Place, ...]] = NOTHING
    asked: Asked = Asked()
    item: int = 0
    spans: Mapping[str, tuple[Span, ...]] = NOTHING
    output: str | None = None
    framings: Mapping[str, Framing] = NOTHING
    sound: ShotSound = ShotSound()
    words: Words = Words()
    motion: Motion = Motion()
    enter: Enter | None = None
    length_s: Fraction | None = None

    @property
    def asked_s(self) -> Fraction | None:
        """How long the author says that the clip is; None where that is not said, or said of another clip of this shot."""
        if self.request:
            return self.request.duration_s
        return None if self.output else self.length_s

    @property
    def base(self) -> str:
        """The id of the shot that the cut names."""
        return base_of(self.id)

    def within(self, output: str) -> Shot:
        """The shot as an output shows it, but for how its clip is cut."""
        framing = self.framings.get(output)
        if framing is None:
            return self
        return self._replace(
            motion=self.motion if framing.motion is None else framing.motion,
            sound=self.sound if framing.sound is None else framing.sound,
            words=self.words if framing.words is None else framing.words,
            enter=self.enter if framing.enter is None else framing.enter,
        )

    def moved(self, move: Callable[[Place], Place], *, item: int) -> Shot:
        """The same shot, as it stands in another text, which has it as entry number `item` of its shots."""
        spans = {
            name: tuple(span._replace(place=move(span.place)) for span in pieces)
            for name, pieces in self.spans.items()
        }
        return self._replace(
            place=move(self.place),
            origins={name: tuple(map(move, places)) for name, places in self.origins.items()},
            spans=spans,
            item=item,
            framings={name: framing.moved(move) for name, framing in self.framings.items()},
            words=self.words.moved(move),
            enter=self.enter and self.enter.moved(move),
        )

    def origin(self, name: str) -> Place:
        """The place to point at when field `name` is at fault: its own, else that of what it is part of, else the shot's."""
        return self.origins_of(name)[0]

    def origins_of(self, name: str) -> tuple[Place, ...]:
        """All places of that field, the nearest first; those of what it is part of, or the shot's alone, where it has none."""
        while name and not self.origins.get(name):
            name = name.rpartition(".")[0]
        return self.origins[name] if name else (self.place,)
