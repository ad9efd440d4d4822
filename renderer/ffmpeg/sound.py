"""Filter graphs for one film's sound: each slot's part exactly as long as its picture. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from renderer.ffmpeg.encode import SOUND_RATE_HZ
from renderer.ffmpeg.tempo import PLAIN, Tempo, tempo_filters

FADE_SAMPLES_MAX = 240
STEREO, SURROUND = "stereo", "5.1"
VOICED = {STEREO: "2.1", SURROUND: "6.1"}
"""Layouts with one channel more, the last one, which is what counts as voice."""
CHANNELS = {STEREO: 2, SURROUND: 6, VOICED[STEREO]: 3, VOICED[SURROUND]: 7}
MIDDLES = {STEREO: "0.5*c0+0.5*c1", SURROUND: "0.5*c0+0.5*c1+c2"}
"""What of a layout is heard as voice, in one channel."""


def pcm(*, rate_hz: int = SOUND_RATE_HZ, layout: str = STEREO) -> list[str]:
    """Arguments of raw sound in 32-bit floats."""
    return ["-f", "f32le", "-ar", str(rate_hz), "-ac", str(CHANNELS[layout])]


def bed_of(layout: str) -> str:
    """A layout without the channel of voices."""
    return next((bed for bed, voiced in VOICED.items() if voiced == layout), layout)


def kept(layout: str) -> str:
    """The channels of a layout, each as it is, as `pan` wants them."""
    return "|".join(f"c{number}=c{number}" for number in range(CHANNELS[layout]))


def boundary_samples(frames: int, *, fps: Fraction, rate_hz: int = SOUND_RATE_HZ) -> int:
    """The sample that stands where frame `frames` of a film begins: the nearest one, halves upward.

    >>> boundary_samples(1, fps=Fraction(24000, 1001))
    2002
    """
    return math.floor(frames / fps * rate_hz + Fraction(1, 2))


def heard_filters(
    *,
    first: int,
    samples: int,
    origin_s: Fraction,
    rate_hz: int = SOUND_RATE_HZ,
    gain_db: str = "0",
    cross: str = "",
    open_ends: str = "",
    tempo: Tempo = PLAIN,
    layout: str = STEREO,
) -> list[str]:
    """Samples `first` to `first + samples - 1` of a clip's sound, counted from its first picture, ≥ 1, and at its `tempo`.

    What the clip lacks is silence; gaps in its sound stay gaps. Fades of at most 5 ms at both ends keep
    the joins from clicking, but not at `open_ends`, `<` and `>`, where the same sound goes on. With `cross` it comes `in`
    or goes `out` over all its length. Time stamps must be those of the file.
    """
    shift = [f"asetpts=PTS-{origin_s.numerator}/{origin_s.denominator}/TB"] if origin_s else []
    fades = crossing_filters(cross, samples) if cross else _edge_filters(samples, open_ends=open_ends)
    return [
        *shift,
        # In two steps, because `first_pts` counts at the rate that comes in.
        f"aresample=osr={rate_hz}:ochl={bed_of(layout)}:osf=flt",
        f"aresample=async=1:first_pts={tempo.in_source(first)}",
        "asetpts=N",
        *tempo_filters(tempo, rate_hz=rate_hz),
        f"apad=whole_len={tempo.skip + samples}",
        f"atrim=start_sample={tempo.skip}:end_sample={tempo.skip + samples}",
        # Padding that follows nothing has no time of its own.
        "asetpts=N",
        *fades,
        *gain_filters(gain_db),
    ]


def crossing_filters(cross: str, samples: int) -> list[str]:
    """Come `in` or go `out` over so many samples; both together keep their power, since sine and cosine do."""
    return [f"afade=t={cross}:ss=0:ns={samples}:curve=qsin"]


def _edge_filters(samples: int, *, open_ends: str) -> list[str]:
    fade = min(FADE_SAMPLES_MAX, samples // 2)
    begin = [f"afade=t=in:ss=0:ns={fade}"] if fade and "<" not in open_ends else []
    end = [f"afade=t=out:ss={samples - fade}:ns={fade}"] if fade and ">" not in open_ends else []
    return [*begin, *end]


def gain_filters(gain_db: str) -> list[str]:
    """So many decibels more or less; nothing for none."""
    return [f"volume=volume={gain_db}dB:precision=float"] if gain_db != "0" else []


def voiced_filters(layout: str, *, voice: bool) -> list[str]:
    """One more channel beside those of a layout that has it: what they say where it is a voice, else silence."""
    bed = bed_of(layout)
    said = MIDDLES[bed] if voice else "0*c0"
    return [f"pan={layout}|{kept(bed)}|c{CHANNELS[bed]}={said}"]


def silence_filters(samples: int, *, rate_hz: int = SOUND_RATE_HZ, layout: str = STEREO) -> list[str]:
    """So many samples of silence, from nothing."""
    source = f"anullsrc=r={rate_hz}:cl={layout}"
    return [source, "aformat=sample_fmts=flt", f"atrim=end_sample={samples}"]


def chained(parts: Iterable[Sequence[tuple[int | None, list[str]]]]) -> str:
    """One graph that plays parts one after the other into `[sound]`; a part's number is its input, if it has one.

    A part is one layer, or several that are heard at once.
    """
    chains, labels = [], []
    for place, layers in enumerate(parts):
        names = [f"[s{place}]"] if len(layers) == 1 else [f"[s{place}l{n}]" for n in range(len(layers))]
        for name, (source, filters) in zip(names, layers, strict=True):
            chains.append(("" if source is None else f"[{source}:a:0]") + ",".join(filters) + name)
        if len(layers) > 1:
            chains.append(f"{''.join(names)}amix=inputs={len(layers)}:normalize=0[s{place}]")
        labels.append(f"[s{place}]")
    return ";".join([*chains, "".join(labels) + f"concat=n={len(labels)}:v=0:a=1[sound]"])
