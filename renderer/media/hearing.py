"""What a sound file is, found by decoding all of it: the files of tracks, which the film mixes in.

Its demuxer is told by the first bytes and forced, so that no playlist is followed. Clips count as sound files, too:
their picture is passed over.
"""

from __future__ import annotations

import io
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import MediaError
from renderer.ffmpeg.inputs import local_url
from renderer.media.stills import read_head
from renderer.media.tracks import HEAD_BYTES, TRACK_BYTES_MAX
from renderer.model import Json
from renderer.row import Row

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

CHANNELS_MAX = 64
RATE_MAX_HZ = 768_000
LENGTH_MAX_S = 6 * 3600
SHORTFALL_MAX_S = Fraction(1, 2)
INDEXED = frozenset({"wav", "aiff", "flac", "mp4", "matroska"})
"""Containers that say how long they are; the length of others is a guess."""
_CONTAINERS = {
    "wav": rb"(?s)(?:RIFF|RF64|BW64).{4}WAVE",
    "aiff": rb"(?s)FORM.{4}AIF[FC]",
    "flac": rb"fLaC",
    "ogg": rb"OggS",
    "matroska": rb"\x1aE\xdf\xa3",
    "mp4": rb"(?s).{4}(?:ftyp|moov|mdat|wide|free|skip)",
    "aac": rb"\xff[\xf0\xf1\xf8\xf9]",
    "mp3": rb"ID3|\xff[\xe0-\xff]",
}
"""By ffmpeg's demuxer; AAC before MP3, whose first bytes are much alike."""


class SoundFacts(Row):
    """What a sound file is. `container` is ffmpeg's demuxer to force; `samples` per channel, at `rate_hz`."""

    container: str
    rate_hz: int
    channels: int
    samples: int

    @classmethod
    def from_json(cls, value: Json) -> SoundFacts:
        """The inverse of writing it as JSON; raises `TypeError` or `ValueError` for another form."""
        container, rate_hz, channels, samples = value
        return cls(str(container), int(rate_hz), int(channels), int(samples))


def hear(path: Path, *, length_max_s: int = LENGTH_MAX_S) -> SoundFacts:
    """What a sound file is.

    Raises `MediaError`: S401 to S405 for what is no readable file, S412 for what is no sound file, M841 where it has no
    sound, M842 where it is damaged or cut short, M844 where it is longer than `length_max_s`.
    """
    head = read_head(path, head_bytes=HEAD_BYTES, size_max=TRACK_BYTES_MAX)
    container = container_of(head, name=f"`{path}`")
    return _hear(local_url(path), f"`{path}`", container=container, length_max_s=length_max_s)


def hear_bytes(content: bytes) -> SoundFacts:
    """What the bytes of a data URI are. Raises as `hear`."""
    name = "the data URI"
    container = container_of(content[:HEAD_BYTES], name=name)
    return _hear(io.BytesIO(content), name, container=container, length_max_s=LENGTH_MAX_S)


def container_of(head: bytes, *, name: str) -> str:
    """The demuxer of a file that begins like this; raises `MediaError` S412 where it is none of a sound."""
    for container, pattern in _CONTAINERS.items():
        if re.match(pattern, head):
            return container
    raise MediaError(
        f"{name} is not a sound",
        code="S412",
        hint="sounds are WAV, MP3, AAC, M4A, FLAC, Ogg or AIFF files",
    )


def _hear(source: str | io.BytesIO, name: str, *, container: str, length_max_s: int) -> SoundFacts:
    import av  # noqa: PLC0415 - 70 ms, not needed for a build with nothing to do

    options = {"protocol_whitelist": "file", "enable_drefs": "0"}
    try:
        with av.open(
            source, mode="r", format=container, options=options, metadata_errors="replace"
        ) as opened:
            if not opened.streams.audio:
                raise MediaError(
                    f"{name} has no sound", code="M841", hint="a track needs a file with sound in it"
                )
            audio = opened.streams.audio[0]
            samples = _decode(opened, audio, name, length_max_s=length_max_s)
            return _facts(opened, audio, name, container=container, samples=samples)
    except (av.FFmpegError, OSError) as error:
        raise _damaged(name, ("decoder", error)) from error


def _decode(opened: InputContainer, audio: AudioStream, name: str, *, length_max_s: int) -> int:
    """Decode all of a sound and count its samples."""
    samples = 0
    for packet in opened.demux(audio):
        if packet.is_corrupt:
            raise _damaged(name, ("packet", packet.pts))
        samples += sum(frame.samples for frame in packet.decode())
        if samples > length_max_s * (audio.codec_context.sample_rate or RATE_MAX_HZ):
            hint = "cut it to what the film needs"
            raise MediaError(f"{name} is longer than {length_max_s / 3600:g} hours", code="M844", hint=hint)
    return samples


def _facts(
    opened: InputContainer, audio: AudioStream, name: str, *, container: str, samples: int
) -> SoundFacts:
    rate_hz, channels = audio.codec_context.sample_rate, audio.codec_context.channels
    if not samples or not rate_hz or not 1 <= channels <= CHANNELS_MAX:
        raise _damaged(name, ("samples", samples), ("channels", channels))
    promised_s = Fraction(opened.duration or 0, 1_000_000)
    if container in INDEXED and promised_s - Fraction(samples, rate_hz) > SHORTFALL_MAX_S:
        there = f"{samples / rate_hz:.2f} s"
        raise _damaged(name, ("promised", f"{float(promised_s):.2f} s"), ("there", there))
    if container == "mp4" and audio.duration and audio.time_base:
        # The decoder does not know what the edit list cuts off at the end.
        samples = min(samples, round(audio.duration * audio.time_base * rate_hz))
    return SoundFacts(container, rate_hz, channels, samples)


def _damaged(name: str, *facts: tuple[str, object]) -> MediaError:
    return MediaError(
        f"{name} is damaged or cut short",
        code="M842",
        facts=facts,
        hint="download or export it again",
    )
