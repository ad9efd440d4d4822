"""Cards and titles as generators: the colour of a card in the picture, each text on a track above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from renderer.export.pieces import Piece
from renderer.export.plain import one_line
from renderer.export.scribe import OURS, Form, Scribe
from renderer.export.timeline import Event, Title
from renderer.model import Json

COLOUR, TEXT = "Color", "Text"
ALIGNMENTS = {"left": "1", "right": "3"}
CENTRED = "2"
EDGE = 0.4
"""How far from the middle of the picture, in parts of its size, the text of a corner stands."""


def card_name(event: Event) -> str:
    """What the item of a card is called."""
    return f"{one_line(event.shown.shot)}, card"


def card(scribe: Scribe, number: int, event: Event, piece: Piece) -> Any:
    """A card's ground; what stands on it is on a track of titles."""
    ground = event.ground or "#000000"
    effect = _generator("Matte", [{"parameterid": "fillcolor", "name": "Color", "value": _colour(ground)}])
    return scribe.schema.Clip(
        name=card_name(event),
        source_range=scribe.span(piece.first, piece.frames),
        media_reference=_reference(scribe, COLOUR, {"colour": ground}, effect),
        metadata={OURS: {"shot": one_line(event.shown.shot), "slot": number + 1, "ground": ground}},
    )


def title_tracks(scribe: Scribe) -> list[Any]:
    """All titles, those that show at the same time on tracks above each other."""
    lanes: list[list[Title]] = []
    for title in scribe.timeline.titles:
        free = next((lane for lane in lanes if lane[-1].start + lane[-1].frames <= title.start), None)
        if free is None:
            lanes.append([title])
        else:
            free.append(title)
    return [_track(scribe, number, lane) for number, lane in enumerate(lanes, start=1)]


def _track(scribe: Scribe, number: int, lane: Sequence[Title]) -> Any:
    schema, end = scribe.schema, 0
    name = "titles" if number == 1 else f"titles {number}"
    track = schema.Track(name=name, kind=schema.TrackKind.Video)
    for turn, title in enumerate(lane, start=1):
        if title.start > end:
            track.append(schema.Gap(source_range=scribe.span(0, title.start - end)))
        told = {
            "text": lines_of(title.text),
            "place": title.place,
            "size": title.size,
            "colour": title.colour,
        }
        track.append(
            schema.Clip(
                name=one_line(title.text) or "title",
                source_range=scribe.span(0, title.frames),
                media_reference=_reference(scribe, TEXT, told, _generator(TEXT, _parameters(scribe, title))),
                metadata={OURS: {"title": turn, "track": number}},
            )
        )
        end = title.start + title.frames
    return track


def lines_of(text: str) -> str:
    r"""A text whose lines are plain.

    >>> lines_of("a\n\tb")
    'a\nb'
    """
    return "\n".join(one_line(line) for line in text.split("\n"))


def _reference(scribe: Scribe, kind: str, told: dict[str, Json], effect: dict[str, Json]) -> Any:
    reference = scribe.schema.GeneratorReference(
        name=kind,
        generator_kind=kind,
        parameters=told,
        metadata={"fcp_xml": effect} if scribe.form is Form.XML else {},
    )
    reference.available_range = None
    return reference


def _generator(category: str, parameters: list[dict[str, Json]]) -> dict[str, Json]:
    kinds = {"effectcategory": category, "effecttype": "generator", "mediatype": "video"}
    return {**kinds, "parameter": parameters}


def _parameters(scribe: Scribe, title: Title) -> list[dict[str, Json]]:
    side = min(scribe.timeline.size) if scribe.timeline.size else 0
    across = next((way for way in ALIGNMENTS if way in title.place), "")
    down = EDGE * (("bottom" in title.place) - ("top" in title.place))
    aside = EDGE * ((across == "right") - (across == "left"))
    said: list[tuple[str, str, Json]] = [
        ("str", "Text", lines_of(title.text)),
        ("fontsize", "Size", str(round(float(title.size) * side / 100))),
        ("fontalign", "Alignment", ALIGNMENTS.get(across, CENTRED)),
        ("fontcolor", "Font Color", _colour(title.colour)),
        ("origin", "Origin", {"horiz": f"{aside:g}", "vert": f"{down:g}"}),
    ]
    return [{"parameterid": name, "name": called, "value": value} for name, called, value in said]


def _colour(colour: str) -> dict[str, Json]:
    red, green, blue = (str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    return {"alpha": "255", "red": red, "green": green, "blue": blue}
