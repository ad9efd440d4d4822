"""A compiled storyboard as plain rows: small enough to keep, quick enough to read ten thousand of.

Everything here follows from the text, the catalogue and the inputs' digests alone, so it may be cached
under their digests. What the store has is never in it: verdicts are made anew each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from renderer.columns import pack_rows, unpack_rows
from renderer.model import STILLS, Json, output_of
from renderer.plan.enter import Entering
from renderer.plan.film import OutputRow
from renderer.plan.framing import FramingRow
from renderer.plan.mix import TrackRow
from renderer.plan.motion import Moving
from renderer.plan.text import WordsRow
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.storyboard import Shot

FORM = 12
FETCHED = "url:"
"""How the name of an input begins that was fetched; the rest is the sha256 of its address."""


class TakeRow(Row):
    """One take: `paid` makes `estimate_usd` count (None: unknown price). Line and column are the shot id's.

    The `key` of a chained take stands for one that is not known before the shots are that it starts from: see `chain`.
    """

    shot: str
    take: int
    key: str
    provider: str
    model: str | None
    seed: int
    paid: bool
    estimate_usd: str | None
    line: int
    column: int

    @property
    def name(self) -> str:
        return self.shot if self.take == 1 else f"{self.shot}.take{self.take}"

    @property
    def output(self) -> str | None:
        """The one output whose film shows this take, where it is that of a variant."""
        return output_of(self.shot)


class LinkRow(Row):
    """What one role of a chained take is: a frame of the clip that `shot` shows.

    `at` is a time of that clip, exact seconds as text; where it is None, the last frame before `until` is meant, or the clip's last one.
    """

    role: str
    shot: str
    at: str | None
    until: str | None = None


class ChainRow(Row):
    """A take that is made from frames of other shots: its links, ≥ 1, and its manifest without them.

    `take` is its number from 0: in a `ShotRow` among the shot's takes, in a `Compiled` among all.
    """

    take: int
    links: tuple[LinkRow, ...]
    manifest: Mapping[str, Json]

    @classmethod
    def from_json(cls, value: Sequence[Json]) -> ChainRow:
        """The inverse of writing it as JSON; raises `TypeError` or `ValueError` for another form."""
        take, links, manifest = value
        return cls(take, tuple(map(LinkRow._make, links)), manifest)


class Detail(Row):
    """What a take needs to be made, beside its row: the manifest, and the inputs of each role in order.

    An input is its digest, its size and its path, None where the store has it. `shot` tells where each field is written,
    None once nobody is going to ask: it is the largest part.
    """

    manifest: Mapping[str, Json]
    inputs: Mapping[str, Sequence[tuple[str, int, str | None]]]
    shot: Shot | None


class FootageRow(Row):
    """Own footage of one shot: its path relative to the storyboard's folder, digest and stored facts."""

    shot: str
    path: str
    sha256: str
    size_bytes: int
    facts: Mapping[str, Json]

    @property
    def is_still(self) -> bool:
        """Whether it is a picture that stands for a clip."""
        return self.facts["container"] in STILLS


class InputRow(Row):
    """An input as a shot names it: `name` tells what it was asked for as; `path` is empty where the store has it."""

    name: str
    path: str
    sha256: str
    size_bytes: int


class ShotRow(Row):
    """All that one shot comes to, whatever other shots stand beside it.

    Either takes, ≥ 1, or own footage. `length_s` and `use` (in and out point) are exact seconds as text; `variables`
    are those that its texts ask for, `characters` what they come to. `sound` is how its own sound stands in the film: gain
    in decibels as text, whether it is mute, and its kind; None for as it is.
    """

    shot: str
    takes: tuple[TakeRow, ...]
    footage: FootageRow | None
    length_s: str
    use: tuple[str, str | None] | None
    inputs: tuple[InputRow, ...]
    variables: tuple[str, ...]
    characters: int
    framings: tuple[FramingRow, ...] = ()
    sound: tuple[str, bool, str] | None = None
    chains: tuple[ChainRow, ...] = ()
    words: WordsRow | None = None
    moving: Moving | None = None
    enter: Entering | None = None

    def moved(self, lines: int) -> ShotRow:
        """The same shot, so many lines further down."""
        if not lines:
            return self
        return self._replace(takes=tuple(row._replace(line=row.line + lines) for row in self.takes))

    @classmethod
    def from_json(cls, value: Sequence[Json]) -> ShotRow:
        """The inverse of writing it as JSON; raises `TypeError` or `ValueError` for another form."""
        *head, framings, sound, chains, words, moving, enter = value
        shot, takes, footage, length_s, use, inputs, variables, characters = head
        return cls(
            shot,
            tuple(map(TakeRow._make, takes)),
            footage and FootageRow._make(footage),
            length_s,
            use and (use[0], use[1]),
            tuple(map(InputRow._make, inputs)),
            tuple(variables),
            characters,
            tuple(map(FramingRow.from_json, framings)),
            sound and (sound[0], sound[1], sound[2]),
            tuple(map(ChainRow.from_json, chains)),
            words and WordsRow.from_json(words),
            moving and (moving[0], moving[1], moving[2]),
            enter and (enter[0], enter[1], enter[2]),
        )


class Compiled(Row):
    """A storyboard ready to be looked up. Takes in order of the file, each shot's takes in order; outputs ≥ 1.

    `inputs` are the files it depends on besides the storyboard (path relative to the storyboard's folder,
    sha256, size); `urls` those that the store has, with the sha256 of the address where they were fetched, else nothing. `warnings` are diagnostics in their JSON form. `budget` is in exact US dollars,
    for one build and in all. `tracks` are the files of those that were found; `chains` the chained takes, in order of the file.
    """

    title: str | None
    takes: tuple[TakeRow, ...]
    footage: tuple[FootageRow, ...]
    outputs: tuple[OutputRow, ...]
    inputs: tuple[tuple[str, str, int], ...]
    urls: tuple[tuple[str, str, int], ...]
    warnings: tuple[Mapping[str, Json], ...]
    budget: tuple[str | None, str | None] = (None, None)
    tracks: tuple[TrackRow, ...] = ()
    chains: tuple[ChainRow, ...] = ()

    def to_json(self) -> dict[str, Json]:
        return {
            "form": FORM,
            "title": self.title,
            "takes": pack_rows(self.takes),
            "footage": self.footage,
            "outputs": [output.to_json() for output in self.outputs],
            "inputs": self.inputs,
            "urls": self.urls,
            "warnings": self.warnings,
            "budget": self.budget,
            "tracks": self.tracks,
            "chains": self.chains,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Compiled:
        """The inverse of `to_json`; raises `KeyError`, `TypeError` or `ValueError` for another form."""
        if value["form"] != FORM:
            raise ValueError("another form")
        return cls(
            title=value["title"],
            takes=unpack_rows(TakeRow, value["takes"]),
            footage=tuple(map(FootageRow._make, value["footage"])),
            outputs=tuple(map(OutputRow.from_json, value["outputs"])),
            inputs=tuple((path, sha256, size) for path, sha256, size in value["inputs"]),
            urls=tuple((url, sha256, size) for url, sha256, size in value["urls"]),
            warnings=tuple(value["warnings"]),
            budget=(value["budget"][0], value["budget"][1]),
            tracks=tuple(map(TrackRow._make, value["tracks"])),
            chains=tuple(map(ChainRow.from_json, value["chains"])),
        )
