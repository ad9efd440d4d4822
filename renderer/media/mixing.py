"""A film's mix: the clips' own sound and the tracks as one, measured where a loudness is asked for, encoded once.

The clips come through a pipe as they do without tracks; files of tracks are opened beside it. A file that loops is
decoded once, to raw sound, because only that repeats to the sample. A loudness takes two passes: one that measures,
one that raises or lowers the whole by what is missing; and one between them where a limiter is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import sound_arguments
from renderer.ffmpeg.inputs import input_arguments, local_url
from renderer.ffmpeg.mixing import (
    LOUDNESS_FILE,
    PEAK_FILE,
    bed_layout,
    ducks_of,
    end_filters,
    limiter_filters,
    loop_filters,
    measuring_filters,
    mixing_graph,
    peak_filters,
)
from renderer.ffmpeg.sound import VOICED, gain_filters, pcm
from renderer.ffmpeg.tempo import Tempo
from renderer.media.sound import Clips, Form, Part, play_into, run_alike
from renderer.model import Json

SILENT_LUFS = -70.0
"""The absolute gate of ITU-R BS.1770-4: what is softer counts as silence."""
_VALUE = re.compile(rb"=(-?[0-9]+\.[0-9]+|-?inf|-?nan)\s*\Z")
TAIL_BYTES = 200
MAKEUP_MAX_DB = Decimal(3)


async def make_mix(
    ffmpeg: Ffmpeg,
    manifest: Mapping[str, Json],
    *,
    clips: Clips,
    sounds: Mapping[str, Path],
    output: Path,
    scratch: Path,
) -> None:
    """Make the track that a manifest of a mix names; `clips` and `sounds` hold, by digest, all that it hears.

    An MP4 with one AAC track of exactly the film's length. `scratch` is a folder for what lies between. Raises as
    `play_mix`.
    """
    encoding = [*sound_arguments(manifest["encoder"]), str(output)]
    await play_mix(ffmpeg, manifest, encoding, clips=clips, sounds=sounds, scratch=scratch)


async def play_mix(
    ffmpeg: Ffmpeg,
    manifest: Mapping[str, Json],
    encoding: Sequence[str],
    *,
    clips: Clips,
    sounds: Mapping[str, Path],
    scratch: Path,
) -> None:
    """Play a mix into an encoder, ffmpeg's output arguments. Raises `MediaError` M843 where it cannot be measured, and as `run_ffmpeg` does."""
    mixing = _Mixing(ffmpeg, manifest, clips, scratch)
    await mixing.open(sounds)
    wanted = manifest.get("loudness")
    middle = limiter_filters(manifest["peak_db"]) if manifest["cues"] else []
    if wanted:
        middle = await _correction(mixing, Decimal(wanted["lufs"]), wanted["peak_db"])
    await mixing.run(middle, [], encoding)


def mix_parts(manifest: Mapping[str, Json]) -> Iterator[Part]:
    """The clips' own sound by the manifest of a mix, in cut order."""
    yield from map(_part, manifest["parts"])


def _part(part: Mapping[str, Json]) -> Part:
    return Part(
        *(part["clip"], part["first"], part["samples"]),
        gain_db=part.get("gain_db", "0"),
        voice=part.get("voice", False),
        cross=part.get("cross", ""),
        open_ends=part.get("open", ""),
        under=_part(part["under"]) if "under" in part else None,
        tempo=Tempo(Fraction(part.get("speed", 1)), part.get("backwards", 0), part.get("skip", 0)),
    )


class _Mixing:
    """One mix while it is made: its inputs, once they are open, and how it is run."""

    def __init__(self, ffmpeg: Ffmpeg, manifest: Mapping[str, Json], clips: Clips, scratch: Path) -> None:
        self.ffmpeg, self.manifest, self.clips, self.scratch = ffmpeg, manifest, clips, scratch
        self.rate_hz = int(manifest["encoder"]["rate_hz"])
        self.bed = bed_layout(manifest)
        self.form = Form(self.rate_hz, VOICED[self.bed] if ducks_of(manifest) else self.bed)
        self.inputs: list[str] = []

    async def open(self, sounds: Mapping[str, Path]) -> None:
        """Find the input of each cue; what loops is decoded first."""
        for number, cue in enumerate(self.manifest["cues"]):
            opening = ["-vn", *input_arguments(sounds[cue["sound"]], container=cue["container"])]
            if cue["period"]:
                raw = self.scratch / f"loop{number}.f32"
                form = pcm(rate_hz=self.rate_hz, layout=self.bed)
                chain = ",".join(loop_filters(cue, rate_hz=self.rate_hz, layout=self.bed))
                filters = ["-map", "0:a:0", "-af", chain]
                await run_alike(self.ffmpeg, [*opening, *filters, *form, str(raw)])
                opening = ["-protocol_whitelist", "file", "-stream_loop", "-1", *form, "-i", local_url(raw)]
            self.inputs += opening

    async def measured(self, middle: Sequence[str]) -> tuple[float, float]:
        """Loudness in LUFS and true peak, 1 being full scale, after what is done to the whole."""
        await self.run(middle, measuring_filters(), ["-f", "null", "-"])
        return _measured(self.scratch / LOUDNESS_FILE), _measured(self.scratch / PEAK_FILE)

    async def run(self, middle: Sequence[str], after: Sequence[str], encoding: Sequence[str]) -> None:
        """Mix, with what is done to the whole and what listens to it, into an encoder."""
        layout = self.manifest["encoder"]["layout"]
        ends = [*end_filters(self.manifest, layout=layout, middle=middle), *after]
        form = pcm(rate_hz=self.rate_hz, layout=self.form.layout)
        own = ["-protocol_whitelist", "pipe", *form, "-i", "pipe:0"]
        graph = ["-filter_complex", mixing_graph(self.manifest, ends=ends), "-map", "[mixed]"]
        arguments = [*own, *self.inputs, *graph, *encoding]
        parts = list(mix_parts(self.manifest))
        await play_into(self.ffmpeg, parts, arguments, clips=self.clips, form=self.form, cwd=self.scratch)


async def _correction(mixing: _Mixing, lufs: Decimal, peak_db: str) -> list[str]:
    """The gain to a loudness, and the limiter where that gain would pass the peak; nothing for silence.

    What the limiter takes away is measured once more and given back, as far as that goes.
    """
    found, peak = await mixing.measured([])
    if not found > SILENT_LUFS:
        return []
    gain = round(lufs - Decimal(str(found)), 3)
    if peak * 10 ** (float(gain) / 20) <= 10 ** (float(peak_db) / 20):
        return gain_filters(f"{gain:f}" if gain else "0")
    limiting = peak_filters(peak_db, rate_hz=mixing.rate_hz)
    softer, _ = await mixing.measured([*gain_filters(f"{gain:f}"), *limiting])
    gain += min(MAKEUP_MAX_DB, max(Decimal(0), round(lufs - Decimal(str(softer)), 3)))
    return [*gain_filters(f"{gain:f}"), *limiting]


def _measured(path: Path) -> float:
    """The last value that ffmpeg wrote down, which is that of the whole."""
    with path.open("rb") as stream:
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - TAIL_BYTES))
        found = _VALUE.search(stream.read())
    if found is None:
        raise MediaError("ffmpeg did not say how loud the film is", code="M843", hint="run `renderer doctor`")
    return float(found[1])
