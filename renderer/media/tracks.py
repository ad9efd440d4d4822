"""Clips and sounds that are sent to a model: whether a file is one, told by its first bytes.

They are not decoded: what a model makes of them is the model's matter, and a long one takes minutes to read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from renderer.errors import MediaError
from renderer.media.stills import read_head

TRACK_BYTES_MAX = 512 << 20
"""Beyond any vendor's limit: the largest that one is known to take is 200 MB (Runway's uploads)."""
HEAD_BYTES = 64
_ISO = rb".{4}(?:ftyp|moov|mdat|wide|free|skip)"
_MATROSKA = rb"\x1aE\xdf\xa3"
_HEADS = {  # compiled where a file is looked at: most builds look at none
    "video": rb"(?s)" + _ISO + rb"|" + _MATROSKA + rb"|RIFF.{4}AVI ",
    "audio": rb"(?s)"
    + _ISO
    + rb"|"
    + _MATROSKA
    + rb"|RIFF.{4}WAVE|FORM.{4}AIF|ID3|fLaC|OggS|\xff[\xe0-\xff]",
}
_KINDS = {
    "video": "a clip; clips are MP4, MOV, Matroska, WebM or AVI files",
    "audio": "a sound; sounds are WAV, MP3, AAC, M4A, FLAC, Ogg or AIFF files",
}


def inspect_track(path: Path, *, sort: Literal["video", "audio"]) -> None:
    """Refuse what is no clip or no sound: `MediaError` S412, or S401 to S405 for what is no readable file at all."""
    head = read_head(path, head_bytes=HEAD_BYTES, size_max=TRACK_BYTES_MAX)
    if not re.match(_HEADS[sort], head):
        what, _, hint = _KINDS[sort].partition("; ")
        raise MediaError(f"`{path}` is not {what}", code="S412", hint=hint)
