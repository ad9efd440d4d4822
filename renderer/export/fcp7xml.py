"""A film as Final Cut Pro 7 XML, which Premiere and Resolve open: written by OpenTimelineIO's adapter, and completed.

The adapter knows no speeds, no channels of sound and no links between picture and sound, and takes for the length of a clip what is
used of it. Sources: Apple's Final Cut Pro XML Interchange Format (elements `clipitem`, `sourcetrack`, `link`; the Time Remap and Audio Levels
effects), and how Premiere writes a track of two channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from xml.etree import ElementTree as ET

from renderer.export.heard import heard_of
from renderer.export.library import library, require_timecode
from renderer.export.otio import build_timeline
from renderer.export.pieces import Piece, pieces_of
from renderer.export.plain import timecode
from renderer.export.scribe import Form, Scribe
from renderer.export.timeline import Event, Timeline
from renderer.model import Json

INDENT = "    "
SOUND = {"samplecharacteristics": {"depth": "16", "samplerate": "48000"}}
PICTURE = {"pixelaspectratio": "square", "fielddominance": "none", "anamorphic": "FALSE"}
ITEMS = ("clipitem", "generatoritem")
ORDER = (
    "parameterid", "name", "valuemin", "valuemax", "value", "keyframe", "enabled", "pathurl", "duration", "rate", "start",
    "end", "in", "out", "stillframe", "stillframeoffset", "alignment", "timecode", "file", "effectid", "effectcategory",
    "effecttype", "mediatype", "parameter", "effect", "media", "sourcetrack", "filter", "marker", "link",
)  # fmt: skip
"""The order in which editing programs write what an item, its file and its effects have."""
ORDERED = (*ITEMS, "transitionitem", "file", "effect", "parameter")
MANY = ("filter", "marker", "link", "parameter", "keyframe")


def to_fcp7xml(timeline: Timeline) -> str:
    """The film as Final Cut Pro 7 XML.

    Raises `UsageError` U102 for a rate without timecode, U105 where OpenTimelineIO is not installed.
    """
    require_timecode(timeline.fps)
    film = build_timeline(timeline, Form.XML)
    written: str = library().adapters.write_to_string(film, "fcp_xml")
    root = ET.fromstring(written)  # noqa: S314 - our own text
    _strip(root)
    _complete(root, timeline)
    ET.indent(root, INDENT)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{text}\n'


def _strip(root: ET.Element) -> None:
    for element in root.iter():
        element.tail = None
        if len(element):
            element.text = None


def _complete(root: ET.Element, timeline: Timeline) -> None:
    sequence, scribe = _one(root, ".//sequence"), Scribe(timeline, Form.XML)
    video, audio = _one(sequence, "media/video"), _one(sequence, "media/audio")
    tracks = audio.findall("track")
    pictures = _items(_one(video, "track"))
    slots = list(pieces_of(timeline))
    placed = [(event, piece) for event, pieces in slots for piece in pieces]
    for item, (event, piece) in zip(pictures, placed, strict=True):
        _complete_picture(item, event, piece, scribe)
    sounds = _items(tracks[0]) if tracks else []
    place, number = 0, 0
    for event, pieces in slots:
        if heard_of(scribe, event, pieces):
            number += 1
            _complete_sound(sounds[number - 1], event, scribe)
            _link((pictures[place], place + 1), (sounds[number - 1], number))
        place += len(pieces)
    for track in (*video.findall("track"), *tracks):
        _add(track, "enabled", "TRUE")
        _add(track, "locked", "FALSE")
    _spread(audio, tracks, _channels(timeline))
    _formats(sequence, video, audio, timeline)
    start = timecode(0, fps=timeline.fps)
    _one(sequence, "timecode/string").text = start
    _one(sequence, "timecode/displayformat").text = "DF" if ";" in start else "NDF"
    for item in sequence.iter():
        if item.tag in ORDERED:
            _order(item)


def _items(track: ET.Element) -> list[ET.Element]:
    return [child for child in track if child.tag in ITEMS]


def _complete_picture(item: ET.Element, event: Event, piece: Piece, scribe: Scribe) -> None:
    _length(item, scribe, event)
    if piece.is_held:
        first = _one(item, "in").text
        _add(item, "stillframe", "TRUE")
        _add(item, "stillframeoffset", first)
        item.append(_tree("filter", {"effect": _remap("0", reverse=False)}))
    elif event.motion.words:
        item.append(_tree("filter", {"effect": _moving(event, "video")}))


def _complete_sound(item: ET.Element, event: Event, scribe: Scribe) -> None:
    _length(item, scribe, event)
    _add(item, "enabled", "FALSE" if event.mute else "TRUE")
    if event.motion.words:
        item.append(_tree("filter", {"effect": _moving(event, "audio")}))


def _moving(event: Event, kind: str) -> dict[str, Json]:
    speed = f"{float(event.motion.speed * 100):.10g}"
    return {**_remap(speed, reverse=event.motion.reverse), "mediatype": kind}


def _length(item: ET.Element, scribe: Scribe, event: Event) -> None:
    """How long the whole clip is at its speed, and not what is used of it."""
    clip = event.shown.clip
    if clip:
        _one(item, "duration").text = str(scribe.length_of(clip, event))


def _remap(speed: str, *, reverse: bool) -> dict[str, Json]:
    """The effect that makes a clip faster, slower or run backwards; its in and out points are counted at that speed."""
    said = (
        ("variablespeed", "0", ("0", "1")),
        ("speed", speed, ("-100000", "100000")),
        ("reverse", "TRUE" if reverse else "FALSE", None),
        ("frameblending", "FALSE", None),
    )
    parameters = [
        {
            "parameterid": name,
            "name": name,
            **({"valuemin": bounds[0], "valuemax": bounds[1]} if bounds else {}),
            "value": value,
        }
        for name, value, bounds in said
    ]
    kinds = {"effectcategory": "motion", "effecttype": "motion", "mediatype": "video"}
    return {"name": "Time Remap", "effectid": "timeremap", **kinds, "parameter": parameters}


def _link(picture: tuple[ET.Element, int], sound: tuple[ET.Element, int]) -> None:
    """Let the sound of a clip move with its picture; beside each its number among the items of its track."""
    both = [_linked(*picture, "video"), _linked(*sound, "audio")]
    picture[0].extend(both)
    sound[0].extend(map(deepcopy, both))


def _linked(item: ET.Element, number: int, kind: str) -> ET.Element:
    told = {"linkclipref": item.get("id", ""), "mediatype": kind, "trackindex": "1", "clipindex": str(number)}
    return _tree("link", told)


def _channels(timeline: Timeline) -> list[int]:
    """How many channels each track of sound has, in order."""
    clips = [event.shown.clip.channels for event in timeline.events if event.is_heard and event.shown.clip]
    sounds = {sound.track: sound.channels for sound in timeline.sounds}
    return [*([max(clips)] if clips else []), *sounds.values()]


def _spread(audio: ET.Element, tracks: Sequence[ET.Element], channels: Sequence[int]) -> None:
    """Give each channel of a sound a track: Final Cut Pro's have one, and programs take a pair for one of two."""
    for track, count in zip(tracks, channels, strict=True):
        place = list(audio).index(track)
        audio.remove(track)
        pair = min(2, count)
        for number in range(pair):
            audio.insert(place + number, _channel(track, number, pair))


def _channel(track: ET.Element, number: int, pair: int) -> ET.Element:
    one = deepcopy(track) if number else track
    if pair > 1:
        one.set("currentExplodedTrackIndex", str(number))
        one.set("totalExplodedTrackCount", str(pair))
        one.set("premiereTrackType", "Stereo")
    for item in _items(one):
        for source in item.findall("sourcetrack"):
            item.remove(source)
        item.append(_tree("sourcetrack", {"mediatype": "audio", "trackindex": str(number + 1)}))
        if number:
            item.set("id", f"{item.get('id')}-{number + 1}")
            for file in item.findall("file"):
                file[:] = []
    for other in one.findall("outputchannelindex"):
        one.remove(other)
    _add(one, "outputchannelindex", str(number + 1))
    return one


def _formats(sequence: ET.Element, video: ET.Element, audio: ET.Element, timeline: Timeline) -> None:
    """Size, rate and shape of the picture, and what the sound is."""
    characteristics = _tree("samplecharacteristics", {})
    if timeline.size:
        _add(characteristics, "width", str(timeline.size.width_px))
        _add(characteristics, "height", str(timeline.size.height_px))
    for name, value in PICTURE.items():
        _add(characteristics, name, value)
    characteristics.append(deepcopy(_one(sequence, "rate")))
    _one(video, "format")[:] = [characteristics]
    if len(audio):
        audio.insert(0, _tree("format", SOUND))
        audio.insert(0, _tree("numOutputChannels", "2"))


def _order(item: ET.Element) -> None:
    """One of each, in the usual order."""
    seen: set[str] = set()
    kept = []
    for child in item:
        if child.tag in seen and child.tag not in MANY:
            continue
        seen.add(child.tag)
        kept.append(child)
    item[:] = sorted(kept, key=lambda child: ORDER.index(child.tag) if child.tag in ORDER else len(ORDER))


def _one(element: ET.Element, path: str) -> ET.Element:
    found = element.find(path)
    assert found is not None, f"BUG: the adapter wrote no `{path}`"
    return found


def _add(element: ET.Element, name: str, text: str | None) -> None:
    ET.SubElement(element, name).text = text


def _tree(name: str, value: Json) -> ET.Element:
    """A JSON value as elements: a list is one for each of its items."""
    element = ET.Element(name)
    if not isinstance(value, dict):
        element.text = str(value)
        return element
    for tag, inner in value.items():
        element.extend(_tree(tag, one) for one in (inner if isinstance(inner, list) else [inner]))
    return element
