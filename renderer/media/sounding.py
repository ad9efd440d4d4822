"""What a film's sound is made of: its free manifests, plain and mixed. Pure, and quick to import; as `manifests`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from renderer.ffmpeg.encode import SOUND, sound_encoder
from renderer.ffmpeg.mixing import PEAK_DB
from renderer.ffmpeg.sound import FADE_SAMPLES_MAX
from renderer.media.conform import Cut
from renderer.model import Json

SOUND_VERSION, MIX_VERSION = 3, 4
"""No two are alike, since they tell what a sound is; raised with anything that changes a sample."""


def sound_manifest(
    slots: Sequence[tuple[str | None, Cut]], *, fps: Fraction, build: str, encoder: Mapping[str, str] = SOUND
) -> dict[str, Json]:
    """The free manifest of a film's sound: for each slot in cut order the clip's digest and cut.

    The digest is None where the clip has no sound.
    """
    return {
        "action": "sound",
        "version": SOUND_VERSION,
        "slots": [{"clip": sha256, "first": cut.first, "frames": cut.frames} for sha256, cut in slots],
        "fps": str(fps),
        "encoder": dict(encoder),
        "fade_samples": FADE_SAMPLES_MAX,
        "ffmpeg": build,
    }


def mix_manifest(
    parts: Sequence[Mapping[str, Json]],
    cues: Sequence[Mapping[str, Json]],
    *,
    samples: int,
    rate_hz: int,
    channels: int,
    loudness: tuple[str, str] | None,
    build: str,
    encoder: Mapping[str, str] = SOUND,
) -> dict[str, Json]:
    """The free manifest of a film's sound that is more than its clips: all that is heard, in samples, and nothing seen.

    `parts` are in cut order: the clip's digest or None, its first sample, how many, and where they are not as they are
    `gain_db` and `voice`. `cues` are as `ffmpeg.mixing` reads them. `loudness` is LUFS and true peak;
    `encoder` are the settings of common sound, or of sound that is not compressed. A mono film names what its two sides are summed in.
    """
    return {
        "action": "sound",
        "version": MIX_VERSION,
        "samples": samples,
        "parts": list(parts),
        "cues": list(cues),
        "encoder": sound_encoder(rate_hz=rate_hz, channels=channels, base=encoder),
        "fade_samples": FADE_SAMPLES_MAX,
        "peak_db": PEAK_DB,
        "ffmpeg": build,
        **({"summed_in": "flt"} if channels == 1 else {}),
        **({"loudness": {"lufs": loudness[0], "peak_db": loudness[1]}} if loudness else {}),
    }


def is_mix(manifest: Mapping[str, Json]) -> bool:
    """Whether the manifest of a sound is that of a mix."""
    return bool(manifest["version"] == MIX_VERSION)
