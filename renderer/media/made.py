"""What a picture is that ffmpeg has just made here: its packets are read, and of its frames only the keyframes decoded.

Footage may be anything, and is decoded to its end (`media.probe`). What our own encoder wrote a moment ago is held to its
time stamps: decoding all of it again would take a quarter of the time that making it took (measured).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from renderer.media.probe import STRICT, Tally, damaged, facts_of, open_clip
from renderer.model import MediaFacts

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

KEYFRAMES = {**STRICT, "skip_frame": "nokey"}


def probe_made(path: Path) -> MediaFacts:
    """Demux every packet of an MP4 without sound, decode its keyframes, and say what it is.

    Raises `MediaError` M802 where a packet is damaged, a keyframe does not decode, or there is no picture.
    """
    with open_clip(path, container="mp4") as clip:
        if not clip.streams.video:
            raise damaged(path, ("pictures", 0))
        video = clip.streams.video[0]
        video.codec_context.options = KEYFRAMES
        return facts_of("mp4", video, None, _tally(path, clip, video))


def _tally(path: Path, clip: InputContainer, video: VideoStream) -> Tally:
    tally, keys, decoded, last = Tally(), 0, 0, -1
    for packet in clip.demux(video):
        # Some decoders give the frames between, too.
        decoded += sum(frame.key_frame and not frame.is_corrupt for frame in packet.decode())
        if not packet.size:
            continue
        if packet.is_corrupt or packet.pts is None:
            raise damaged(path, ("packet", packet.pts))
        keys += packet.is_keyframe
        tally.hidden |= packet.is_discard
        if packet.pts > last:
            last, tally.last_ticks = packet.pts, packet.duration or 0
        tally.stamps.append(packet.pts)
    if not keys or keys != decoded:
        raise damaged(path, ("keyframes", keys), ("decoded", decoded))
    tally.stamps.sort()
    return tally
