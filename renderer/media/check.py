"""The film as it is on disk: what a build promises of it, checked before anyone sees it.

Checked: every packet stands at its time, none is missing, the length is the sum of the slots, the index
stands first, the sound ends with the picture, and at every seam a fresh seek decodes the frame that must be
there. Not decoded again: the frames between; those of a clip were decoded when it was probed, of a segment when it was made
its keyframes were.

Of a spliced film a few seams are decoded, the first and the last among them, and at all of them the packet must be, byte for
byte, the one that the picture begins with: it was decoded when the picture was probed, with the parameter sets that are the
film's. So what is decoded shows that the film's one sample entry can be entered, and each seam that its packet is.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import MediaError
from renderer.ffmpeg.encode import ticks_per_frame
from renderer.ffmpeg.sound import boundary_samples
from renderer.media.colour import colour_of
from renderer.media.mp4 import index_stands_first
from renderer.media.probe import open_clip, signature
from renderer.media.splice import Opening
from renderer.model import AudioFacts, MediaFacts, Size

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

SEAMS_DECODED_MAX = 4
"""Decoding a keyframe at 720p takes 4 to 6 ms: at each of 200 seams it would take as long as six joins (measured)."""


def check_packets(path: Path, *, frames: int, fps: Fraction, size: Size, has_sound: bool) -> MediaFacts:
    """Hold all packets of a film against what they must be, and say what it is.

    Raises `MediaError`: M810 wrong number of frames or length, M811 time stamps, M812 index not first,
    M814 sound missing or of another length, M815 another size, M802 unreadable.
    """
    if not index_stands_first(path):
        raise MediaError("the film's index does not stand first", code="M812", facts=[("film", path)])
    with open_clip(path, container="mp4") as film:
        video = film.streams.video[0]
        samples = _walk(film, video, frames=frames, step=_whole_step(video, fps))
        if Size(video.codec_context.width, video.codec_context.height) != size:
            raise _wrong("M815", "the film has another size", size, video.codec_context.width)
        _check_sound(film, samples, has_sound=has_sound, frames=frames, fps=fps)
        return _film_facts(film, video, frames=frames, fps=fps, samples=samples)


def check_seams(
    path: Path, *, fps: Fraction, seams: Sequence[int], openings: Sequence[Opening] | None
) -> None:
    """Enter a film at the frames at which its pictures begin.

    `openings`, for a spliced film, says where the first packet of each picture came from. Raises `MediaError`: M813 a seam does not
    decode, M811 as `check_packets`, M802 unreadable.
    """
    shown = seams if openings is None else spread(seams, shown_max=SEAMS_DECODED_MAX)
    with open_clip(path, container="mp4") as film:
        video = film.streams.video[0]
        step = _whole_step(video, fps)
        for seam in shown:
            _decode_at(film, video, stamp=seam * step, seam=seam)
        for seam, opening in zip(seams, openings or (), strict=openings is not None):
            _compare_at(film, video, stamp=seam * step, seam=seam, opening=opening)


def _whole_step(video: VideoStream, fps: Fraction) -> int:
    step = ticks_per_frame(fps, time_base=Fraction(video.time_base or 1))
    if step.denominator != 1:
        raise _wrong("M811", "the film's clock cannot carry its rate", fps, video.time_base)
    return int(step)


def _walk(film: InputContainer, video: VideoStream, *, frames: int, step: int) -> int:
    """Read every packet; returns at which sample the sound ends, 0 for none."""
    audio = film.streams.audio[0] if film.streams.audio else None
    seen, last, samples = bytearray(frames), None, 0
    for packet in film.demux([video, audio] if audio else [video]):
        if packet.dts is None or packet.pts is None:
            continue
        if packet.stream is audio:
            samples = packet.pts + (packet.duration or 0)
            continue
        place, rest = divmod(packet.pts, step)
        if rest or (last is not None and packet.dts <= last) or packet.dts > packet.pts:
            raise _wrong("M811", "a picture of the film stands at a wrong time", f"frame {place}", packet.pts)
        if not 0 <= place < frames or seen[place]:
            raise _wrong("M810", "the film has a picture too many", f"{frames} frames", f"frame {place}")
        seen[place], last = 1, packet.dts
    if not all(seen):
        raise _wrong("M810", "the film has too few pictures", frames, sum(seen))
    if video.duration != frames * step:
        raise _wrong("M810", "the film has another length than its slots", frames * step, video.duration)
    return samples


def _check_sound(film: InputContainer, samples: int, *, has_sound: bool, frames: int, fps: Fraction) -> None:
    audio = film.streams.audio[0] if film.streams.audio else None
    if has_sound != bool(audio):
        asked = "sound" if has_sound else "none"
        raise _wrong("M814", "the film's sound is not what was asked", asked, samples or "none")
    if audio:
        expected = boundary_samples(frames, fps=fps, rate_hz=audio.sample_rate)
        if samples != expected:
            raise _wrong("M814", "the sound does not end with the picture", expected, samples)


def spread(places: Sequence[int], *, shown_max: int) -> Sequence[int]:
    """At most so many of some places, evenly spread, the first and the last among them.

    >>> spread(range(10), shown_max=4)
    [0, 3, 6, 9]
    """
    if len(places) <= shown_max:
        return places
    return [places[number * (len(places) - 1) // (shown_max - 1)] for number in range(shown_max)]


def _compare_at(film: InputContainer, video: VideoStream, *, stamp: int, seam: int, opening: Opening) -> None:
    packet = _packet_at(film, video, stamp=stamp)
    with opening.path.open("rb") as stream:
        stream.seek(opening.offset)
        expected = stream.read(opening.size_bytes)
    if (packet.pts, packet.is_keyframe) != (stamp, True) or bytes(packet) != expected:
        raise _wrong("M813", f"another picture begins at frame {seam} of the film", stamp, packet.pts)


def _packet_at(film: InputContainer, video: VideoStream, *, stamp: int) -> Packet[VideoStream]:
    film.seek(stamp, stream=video, backward=True, any_frame=False)
    return next(film.demux(video))


def _decode_at(film: InputContainer, video: VideoStream, *, stamp: int, seam: int) -> None:
    # The packet alone must give the frame: whatever stands before it is of another picture.
    packet = _packet_at(film, video, stamp=stamp)
    frames = [*video.codec_context.decode(packet), *video.codec_context.decode(None)]
    if [(frame.pts, frame.is_corrupt) for frame in frames] != [(stamp, False)]:
        found = [frame.pts for frame in frames]
        raise _wrong(
            "M813", f"the film cannot be entered at frame {seam}, where a picture begins", stamp, found
        )


def _film_facts(
    film: InputContainer, video: VideoStream, *, frames: int, fps: Fraction, samples: int
) -> MediaFacts:
    codec = video.codec_context
    return MediaFacts(
        container="mp4",
        codec=codec.codec.canonical_name,
        size=Size(codec.width, codec.height),
        pixel_format=codec.pix_fmt or "unknown",
        fps=fps,
        frames=frames,
        constant_rate=True,
        time_base=Fraction(video.time_base or 1),
        sample_aspect=Fraction(codec.sample_aspect_ratio or 1),
        rotation_deg=0,
        colour=colour_of(video),
        parameter_sets=signature(codec),
        origin_s=Fraction(0),
        duration_s=frames / fps,
        audio=_sound_facts(film.streams.audio[0], samples) if film.streams.audio else None,
    )


def _sound_facts(audio: AudioStream, samples: int) -> AudioFacts:
    return AudioFacts(audio.codec_context.name, audio.sample_rate, audio.channels, samples)


def _wrong(code: str, message: str, expected: object, found: object) -> MediaError:
    return MediaError(
        message,
        code=code,
        facts=[("expected", expected), ("found", found)],
        hint="run the build again; if it stays so, run `renderer doctor`",
    )
