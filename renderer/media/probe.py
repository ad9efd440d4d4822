"""What a clip is, found by reading all of it: a clip counts only when every packet and every frame decodes.

Refuses playlists and scripts, whatever their name ends in: the container is told by its first bytes, its
demuxer is forced, and no protocol but local files is open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from renderer.errors import MediaError
from renderer.ffmpeg.inputs import local_url
from renderer.media.colour import colour_of, look_of
from renderer.media.rate import find_rate
from renderer.media.stills import LFS_POINTER
from renderer.model import AudioFacts, MediaFacts, Size

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.codec.context import CodecContext
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

HEAD_BYTES = 64
SHORTFALL_MAX_S = Fraction(1, 2)
TRACKS_READ_MAX = 2
FACTS_SHARED_MAX = 256
STRICT = {"err_detect": "explode", "skip_loop_filter": "all"}
"""What does not decode is an error. Blocks are not smoothed: a quarter of the work, that finds no fault, and nobody looks at the pictures."""


def probe(path: Path, *, container: str | None = None) -> MediaFacts:
    """Demux every packet and decode every frame once, and say what the clip is.

    `container` is the demuxer to force, `mp4` or `matroska`; None tells it by the first bytes. Raises
    `MediaError`: M801 not a clip, M802 damaged or cut short, M803 no picture, M804 not there, M896 a picture that is another kind of picture from some frame on.
    """
    container = container or sniff_container(path)
    with open_clip(path, container=container) as clip:
        if not clip.streams:
            raise damaged(path, ("tracks", 0))
        if not clip.streams.video:
            raise MediaError(
                f"`{path}` has no picture", code="M803", hint="a clip needs a picture; sound alone is not one"
            )
        video = clip.streams.video[0]
        audio = clip.streams.audio[0] if clip.streams.audio else None
        if not all(stream.codec_context for stream in (video, audio) if stream):
            raise damaged(path, ("decoder", "its codec is unknown"))
        video.thread_type = "AUTO"
        video.codec_context.options = STRICT
        tally = _decode_all(path, clip, video, audio)
        _refuse_shortfall(path, clip, video, tally)
        return _shared(facts_of(container, video, audio, tally))


@lru_cache(maxsize=FACTS_SHARED_MAX)
def _shared(facts: MediaFacts) -> MediaFacts:
    """Equal facts as one value: the clips of a film are much alike, and a kilobyte each."""
    return facts


def sniff_container(path: Path) -> str:
    """`mp4` or `matroska` by the first bytes; raises `MediaError` (M801, M802, M804) for anything else."""
    try:
        if not path.is_file():
            raise MediaError(f"`{path}` is not a file", code="M804", hint="check the path")
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise MediaError(f"`{path}` cannot be read", code="M804", facts=[("error", error)]) from error
    if not head:
        raise MediaError(f"`{path}` is empty", code="M802", hint="download or export it again")
    if head.startswith(LFS_POINTER):
        raise MediaError(
            f"`{path}` is a git-lfs pointer, not the clip", code="M801", hint="run `git lfs pull`"
        )
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mp4"
    raise MediaError(
        f"`{path}` is not a clip",
        code="M801",
        hint="clips are MP4, MOV, Matroska or WebM files, stills JPEG, PNG or WebP",
    )


@contextmanager
def open_clip(path: Path, *, container: str) -> Iterator[InputContainer]:
    """Open a local clip with its demuxer forced; what libav refuses, here or while reading, is a `MediaError` M802."""
    import av  # noqa: PLC0415 - 70 ms, not needed for a build with nothing to do

    try:
        with av.open(
            local_url(path),
            mode="r",
            format=container,
            options={"protocol_whitelist": "file", "enable_drefs": "0"},
            metadata_errors="replace",
        ) as clip:
            yield clip
    except (av.FFmpegError, OSError) as error:
        raise damaged(path, ("decoder", error)) from error


def damaged(path: Path, *facts: tuple[str, object]) -> MediaError:
    return MediaError(
        f"`{path}` is damaged or cut short", code="M802", facts=facts, hint="download or export it again"
    )


def signature(codec: CodecContext) -> str:
    """How parameter sets are compared: the sha256 of the codec's extradata, as it stands in the container, else of its four letters.

    ProRes has no more than those, which name its profile.
    """
    return hashlib.sha256(codec.extradata or codec.codec_tag.encode("latin-1", "replace")).hexdigest()


class Tally:
    """What was counted while a clip was read; `stamps` are those of its pictures, `look` tells what is alike in all of them, as far as they say."""

    def __init__(self) -> None:
        self.stamps: list[int] = []
        self.packets = self.rotation_deg = self.last_ticks = self.samples = 0
        self.hidden = self.interlaced = False
        self.look: Mapping[str, str] = {}
        self.end_s = Fraction(0)


def _decode_all(path: Path, clip: InputContainer, video: VideoStream, audio: AudioStream | None) -> Tally:
    tally = Tally()
    for packet in clip.demux([video, audio] if audio else [video]):
        if packet.is_corrupt:
            raise damaged(path, ("packet", packet.pts))
        if packet.stream is video:
            _count_picture(path, packet, tally)
        else:
            tally.samples += sum(cast("AudioFrame", frame).samples for frame in packet.decode())
        if packet.pts is not None and packet.time_base:
            tally.end_s = max(tally.end_s, (packet.pts + (packet.duration or 0)) * packet.time_base)
    if not tally.stamps:
        raise damaged(path, ("frames", 0))
    tally.stamps.sort()
    return tally


def _count_picture(path: Path, packet: Packet[Any], tally: Tally) -> None:
    tally.packets += packet.size > 0
    tally.hidden |= packet.is_discard
    for frame in packet.decode():
        if frame.is_corrupt or frame.pts is None:
            raise damaged(path, ("frame", len(tally.stamps)))
        tally.interlaced |= frame.interlaced_frame
        _refuse_change(path, tally, look_of(frame))
        if not tally.stamps:
            tally.rotation_deg = round(frame.rotation / 90) * 90 % 360
        if not tally.stamps or frame.pts > tally.stamps[-1]:
            tally.last_ticks = frame.duration or tally.last_ticks
        tally.stamps.append(frame.pts)


def _refuse_change(path: Path, tally: Tally, look: Mapping[str, str]) -> None:
    # A scaler is set for one kind of picture: another one would be distorted, or have other colours.
    for name in look.keys() & tally.look.keys():
        if look[name] != tally.look[name]:
            raise MediaError(
                f"the picture of `{path}` changes in the middle",
                code="M896",
                facts=[(f"{name} at first", tally.look[name]), ("then", look[name])],
                hint="export it again in one piece, or cut it in two where it changes",
            )
    if look != tally.look:
        tally.look = {**tally.look, **look}


def _refuse_shortfall(path: Path, clip: InputContainer, video: VideoStream, tally: Tally) -> None:
    # A file cut short can still be read to its (early) end without an error: its index promised more.
    promised = len(video.index_entries)
    if tally.packets < promised:
        raise damaged(path, ("frames promised", promised), ("frames there", tally.packets))
    # Matroska's index names keyframes only; its length counts tracks that are not read here, too.
    promised_s = Fraction(clip.duration or 0, 1_000_000)
    if len(clip.streams) <= TRACKS_READ_MAX and promised_s - tally.end_s > SHORTFALL_MAX_S:
        raise damaged(
            path, ("promised", f"{float(promised_s):.2f} s"), ("there", f"{float(tally.end_s):.2f} s")
        )


def facts_of(container: str, video: VideoStream, audio: AudioStream | None, tally: Tally) -> MediaFacts:
    """What a clip is whose pictures were counted; their stamps are sorted, ≥ 1."""
    codec, base = video.codec_context, Fraction(video.time_base or 1)
    fps, constant = find_rate(
        tally.stamps, last_ticks=tally.last_ticks, time_base=base, declared=_declared(video)
    )
    return MediaFacts(
        container=container,
        codec=codec.codec.canonical_name,
        size=Size(codec.width, codec.height),
        pixel_format=codec.pix_fmt or "unknown",
        fps=fps,
        frames=len(tally.stamps),
        constant_rate=constant and not tally.hidden,
        time_base=base,
        # The container's word, as players have it, and the codec's where there is none: AV1 cannot tell, and says square.
        sample_aspect=Fraction(video.sample_aspect_ratio or codec.sample_aspect_ratio or 1) or Fraction(1),
        rotation_deg=tally.rotation_deg,
        colour=colour_of(video),
        parameter_sets=signature(codec),
        origin_s=tally.stamps[0] * base,
        duration_s=len(tally.stamps) / fps if constant else _span(tally) * base,
        audio=_sound_facts(audio, tally.samples) if audio else None,
        is_interlaced=tally.interlaced,
    )


def _sound_facts(audio: AudioStream, samples: int) -> AudioFacts:
    codec = audio.codec_context
    return AudioFacts(codec.name, codec.sample_rate, codec.channels, samples)


def _declared(video: VideoStream) -> Iterable[Fraction]:
    return [Fraction(rate) for rate in (video.average_rate, video.guessed_rate) if rate]


def _span(tally: Tally) -> int:
    return max(1, tally.stamps[-1] - tally.stamps[0] + tally.last_ticks)
