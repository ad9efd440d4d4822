"""What was just made is told by its packets and keyframes: the same as by decoding all of it."""

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from renderer.errors import MediaError
from renderer.ffmpeg.encode import encode_arguments
from renderer.media.made import probe_made
from renderer.media.probe import probe

Clips = Callable[..., Path]


@pytest.mark.parametrize(("frames", "rate"), [(1, "24"), (2, "30000/1001"), (97, "24"), (130, "25")])
def test_what_was_made_is_told_as_by_decoding_all_of_it(clips: Clips, frames: int, rate: str) -> None:
    """One frame, and several keyframes with what lies between them."""
    clip = clips(f"made-{frames}.mp4", frames=frames, fps=rate)
    assert probe(clip) == probe_made(clip)


def test_a_damaged_keyframe_of_what_was_made_is_found(clips: Clips, tmp_path: Path) -> None:
    """The second one, so that it was not by opening the file."""
    clip = clips("keys.mp4", frames=60, size="128x72", options=[*encode_arguments(Fraction(24)), "-g", "24"])
    with av.open(clip) as container:
        keys = [packet for packet in container.demux(video=0) if packet.is_keyframe]
    assert 3 == len(keys)
    content = bytearray(clip.read_bytes())
    start = keys[1].pos
    assert start is not None
    content[start + 40 : start + keys[1].size] = random.Random(1).randbytes(keys[1].size - 40)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    with pytest.raises(MediaError) as failure:
        probe_made(broken)
    assert "M802" == failure.value.code


def test_sound_alone_is_no_picture_that_was_made(clips: Clips, tmp_path: Path) -> None:
    """As where ffmpeg was given nothing to see."""
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        container.add_stream("aac", rate=48_000)
    with pytest.raises(MediaError) as failure:
        probe_made(path)
    assert "M802" == failure.value.code
