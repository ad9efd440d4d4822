"""The filter graph of a film's mix: the clips' own sound, tracks placed to the sample, ducking, limits. Pure.

Input 0 is the clips' sound (with one channel more where something ducks), input n + 1 the file of cue n. All comes out as
`[mixed]`, exactly as long as input 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from renderer.ffmpeg.sound import CHANNELS, MIDDLES, STEREO, SURROUND, gain_filters, kept
from renderer.model import Json

PEAK_DB = "-1"
"""Where the sum of several sounds is held back if nothing else is said."""
DUCK_FLOOR_DB = 40
LIMIT_ATTACK_MS, LIMIT_RELEASE_MS = 5, 50
OVERSAMPLING = 4
"""A true peak lies between samples; ITU-R BS.1770 looks for it at four times the rate."""
LOUDNESS_FILE, PEAK_FILE = "loudness.txt", "peak.txt"


def mixing_graph(manifest: Mapping[str, Json], *, ends: Sequence[str]) -> str:
    """The graph of a mix's manifest; `ends` are the filters that the sum goes through."""
    cues, ducks = manifest["cues"], ducks_of(manifest)
    chains = [_cue_chain(cue, number, manifest) for number, cue in enumerate(cues)]
    voices = [number for number, cue in enumerate(cues) if cue["voice"]] if ducks else []
    chains += [f"[cue{number}]asplit[cue{number}m][cue{number}k]" for number in voices]
    bed = bed_layout(manifest)
    chains += _own_sound(bed, is_keyed=bool(ducks))
    if ducks:
        chains += _keys(voices, ducks, bed=bed)
        chains += [_ducking(cues[number]["duck"], number) for number in ducks]
    loud = [_label(number, voices, ducks) for number in range(len(cues))]
    summed = (
        f"[own]{''.join(loud)}amix=inputs={1 + len(cues)}:normalize=0:duration=first:dropout_transition=0"
    )
    return ";".join([*chains, ",".join([summed, *ends]) + "[mixed]"])


def bed_layout(manifest: Mapping[str, Json]) -> str:
    """The layout in which a mix is put together: left and right, or 5.1."""
    return SURROUND if manifest["encoder"]["layout"] == SURROUND else STEREO


def ducks_of(manifest: Mapping[str, Json]) -> list[int]:
    """The numbers of the cues that go down under voices."""
    return [number for number, cue in enumerate(manifest["cues"]) if cue.get("duck")]


def end_filters(manifest: Mapping[str, Json], *, layout: str, middle: Sequence[str]) -> list[str]:
    """The last filters of a mix: its layout, what is done to the whole, and the exact length."""
    samples = manifest["samples"]
    # In floats: of whole numbers, such as those of an encoder, ffmpeg sums each by half, so that nothing can clip.
    form = "" if layout == bed_layout(manifest) else "sample_fmts=flt:"
    return [
        f"aformat={form}channel_layouts={layout}",
        *middle,
        f"apad=whole_len={samples}",
        f"atrim=end_sample={samples}",
    ]


def limiter_filters(peak_db: str) -> list[str]:
    """Hold back what would pass a peak, and leave all else as it is, to the bit; nothing moves in time."""
    limit = 10 ** (float(peak_db) / 20)
    limiter = (
        f"alimiter=limit={limit:.6f}:attack={LIMIT_ATTACK_MS}:release={LIMIT_RELEASE_MS}:level=0:latency=1"
    )
    return [limiter]


def peak_filters(peak_db: str, *, rate_hz: int) -> list[str]:
    """Hold back true peaks, which lie between samples. The highest octave suffers a little; only where there is need."""
    over, back = (f"aresample=osr={rate}:osf=flt" for rate in (rate_hz * OVERSAMPLING, rate_hz))
    return [over, *limiter_filters(peak_db), back]


def measuring_filters() -> list[str]:
    """Write loudness and true peak (ITU-R BS.1770, EBU R 128) up to each tenth of a second into files of the current folder."""
    return [
        "ebur128=peak=true:metadata=1:framelog=verbose",
        f"ametadata=mode=print:key=lavfi.r128.I:file={LOUDNESS_FILE}",
        f"ametadata=mode=print:key=lavfi.r128.true_peak:file={PEAK_FILE}",
    ]


def loop_filters(cue: Mapping[str, Json], *, rate_hz: int, layout: str = STEREO) -> list[str]:
    """The part of a file that a loop repeats, exactly one period long."""
    return _taken(cue, cue["period"], rate_hz=rate_hz, layout=layout)


def _cue_chain(cue: Mapping[str, Json], number: int, manifest: Mapping[str, Json]) -> str:
    rate_hz, samples = int(manifest["encoder"]["rate_hz"]), cue["samples"]
    taken = (
        ["asetpts=N", f"atrim=end_sample={samples}"]
        if cue["period"]
        else _taken(cue, samples, rate_hz=rate_hz, layout=bed_layout(manifest))
    )
    fade_in, fade_out = cue["fade_in"], cue["fade_out"]
    filters = [
        *taken,
        *gain_filters(cue["gain_db"]),
        *([f"afade=t=in:ss=0:ns={fade_in}"] if fade_in else []),
        *([f"afade=t=out:ss={samples - fade_out}:ns={fade_out}"] if fade_out else []),
        *([f"adelay=delays={cue['start']}S:all=1"] if cue["start"] else []),
        *(["apad"] if cue.get("duck") else []),
    ]
    return f"[{number + 1}:a:0]{','.join(filters)}[cue{number}]"


def _taken(cue: Mapping[str, Json], samples: int, *, rate_hz: int, layout: str) -> list[str]:
    """A part of a file as so many samples of the film's rate; what the file lacks is silence."""
    first = cue["first"]
    return [
        f"aresample=osr={rate_hz}:ochl={layout}:osf=flt",
        "asetpts=N",
        *([f"atrim=start_sample={first}", "asetpts=N"] if first else []),
        f"apad=whole_len={samples}",
        f"atrim=end_sample={samples}",
    ]


def _own_sound(bed: str, *, is_keyed: bool) -> list[str]:
    if not is_keyed:
        return ["[0:a:0]anull[own]"]
    return [
        "[0:a:0]asplit[both][third]",
        f"[both]pan={bed}|{kept(bed)}[own]",
        f"[third]pan=mono|c0=c{CHANNELS[bed]}[voice]",
    ]


def _keys(voices: Sequence[int], ducks: Sequence[int], *, bed: str) -> list[str]:
    """All voices as one channel, once for each cue that ducks."""
    mono = [f"[cue{number}k]pan=mono|c0={MIDDLES[bed]}[key{number}]" for number in voices]
    heard = "[voice]" + "".join(f"[key{number}]" for number in voices)
    outs = "".join(f"[under{number}]" for number in ducks)
    summed = f"{heard}amix=inputs={1 + len(voices)}:normalize=0:duration=first:dropout_transition=0"
    return [*mono, f"{summed},apad,asplit=outputs={len(ducks)}{outs}"]


def _ducking(duck: Sequence[str], number: int) -> str:
    """A cue that goes down by so many decibels while its key is above the threshold, however loud that is.

    The key is made a plain yes or no first. From there the envelope falls by `DUCK_FLOOR_DB` until the compressor lets
    go, so the ratio alone says how far down the cue goes. ffmpeg's times are four time constants. Where one of its two
    inputs ends, the compressor drops what is left of the other (measured), so both are without end.
    """
    by_db, attack_s, release_s, threshold_db = duck
    threshold = 10 ** (float(threshold_db) / 20)
    floor = 10 ** (-DUCK_FLOOR_DB / 20)
    ratio = 1 / (1 - float(by_db) / DUCK_FLOOR_DB)
    release_ms = float(Fraction(release_s) * 1000) * 4 / math.log(1 / floor)
    return (
        f"[under{number}]aeval=exprs='gt(abs(val(0)),{threshold:.6f})':c=same[yes{number}];"
        f"[cue{number}][yes{number}]sidechaincompress=threshold={floor}:ratio={ratio:.6f}"
        f":attack={float(Fraction(attack_s) * 1000):.3f}:release={release_ms:.3f}"
        f":knee=1:detection=peak:link=maximum:makeup=1[ducked{number}]"
    )


def _label(number: int, voices: Sequence[int], ducks: Sequence[int]) -> str:
    if number in ducks:
        return f"[ducked{number}]"
    return f"[cue{number}m]" if number in voices else f"[cue{number}]"
