"""Mono films: two sides summed to one, as loud in every codec."""

from __future__ import annotations

import asyncio
from array import array
from math import sqrt

import pytest

from renderer.media.mixing import play_mix

from .test_mix import SECOND, Desk, desk, noise

__all__ = ["desk"]
FULL = {"pcm_f32le": ("f32le", "f", 1.0), "pcm_s16le": ("s16le", "h", 32768.0)}


@pytest.mark.parametrize("codec", FULL)
@pytest.mark.parametrize("with_track", [False, True])
def test_a_mono_film_sums_both_sides_in_any_codec(desk: Desk, codec: str, *, with_track: bool) -> None:
    """Each of them 3 dB softer, whether its samples are floats or whole numbers, and whether there is a track."""
    own, raw = noise(SECOND, seed=6, level=0.2), desk.folder / "mixed"
    desk.clip("own", own, frames=24)
    desk.sound("quiet.wav", noise(SECOND, seed=7, level=0))
    form, kind, full = FULL[codec]
    manifest = desk.manifest(
        [{"sound": "quiet.wav"}] if with_track else [],
        samples=SECOND,
        parts=[{"clip": "own", "first": 0, "samples": SECOND, "open": "<>"}],
        channels=1,
    )
    sounds = {"quiet.wav": desk.folder / "quiet.wav"}
    encoding = ["-c:a", codec, "-f", form, str(raw)]
    asyncio.run(
        play_mix(desk.ffmpeg, manifest, encoding, clips=desk.clips, sounds=sounds, scratch=desk.scratch)
    )
    found = [value / full for value in array(kind, raw.read_bytes())]
    expected = [(left + right) * sqrt(0.5) for left, right in zip(own[::2], own[1::2], strict=True)]
    assert SECOND == len(found)
    assert max(abs(a - b) for a, b in zip(expected, found, strict=True)) < 1e-4
