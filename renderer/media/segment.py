"""Segments: one slot's picture in the common format, cut to the frame. Sound is made for the whole film at once.

Makes the reference too, the clip that tells which clips our encoder could have made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

from renderer.errors import MediaError, MediaToolError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.codecs import seen_format
from renderer.ffmpeg.encode import encode_arguments
from renderer.ffmpeg.inputs import PICTURE, input_arguments
from renderer.ffmpeg.picture import (
    Shape,
    field_filters,
    fit_filters,
    flat_filters,
    frame_filters,
    ground_source,
    over_formats,
)
from renderer.ffmpeg.run import run_ffmpeg
from renderer.media.clock import clock_of
from renderer.media.conform import is_high_range
from renderer.media.made import probe_made
from renderer.media.manifests import centre_of
from renderer.media.moving import Moved, moving_filters, refuse_too_long
from renderer.media.sparing import run_sparing, sparing_arguments
from renderer.media.standing import made_ready, standing_filters, standing_source
from renderer.media.text import Drawing, TextDesk
from renderer.model import Json, MediaFacts, Size

SEEK_MARGIN_S = 2
SEEK_MIN_S = 10


async def make_segment(
    ffmpeg: Ffmpeg,
    clip: Path,
    facts: MediaFacts,
    manifest: Mapping[str, Json],
    *,
    output: Path,
    overlay: Path | None = None,
    desk: TextDesk | None = None,
) -> MediaFacts:
    """Make the segment that a manifest names and say what it is; exactly as many frames as it says.

    `overlay` is the PNG whose digest the manifest names, if it does; at `desk` its texts are set, if it has any.

    Raises `MediaError` (M805 when the result is not what was asked, M806 for high dynamic range, M875 for too much of it backwards) and as
    `run_ffmpeg` does.
    """
    refuse_high_dynamic_range(clip, facts)
    if moved := Moved.of(manifest):
        refuse_too_long(moved, Size.parse(manifest["size"]))
    drawing = await asyncio.to_thread(desk.lay_out, manifest) if desk else Drawing()
    picture = await made_ready(clip, facts, scratch=output.with_suffix(".png"))
    arguments = partial(
        segment_arguments, picture, facts, manifest, output=output, overlay=overlay, drawing=drawing.filters
    )
    await run_sparing(arguments(spare=True), arguments(), run=partial(drawing.run, ffmpeg))
    return await verify(output, manifest)


def refuse_high_dynamic_range(clip: Path, facts: MediaFacts) -> None:
    """Raises `MediaError` M806 for a clip whose brightness the common format cannot hold."""
    if is_high_range(facts.colour):
        raise MediaError(
            "the clip has a high dynamic range, which the common format cannot hold",
            code="M806",
            facts=[("clip", clip), ("colour", facts.colour)],
            hint="export it in BT.709",
        )


async def make_card(
    ffmpeg: Ffmpeg, manifest: Mapping[str, Json], *, output: Path, desk: TextDesk
) -> MediaFacts:
    """Make the card that a manifest names and say what it is. Raises as `make_segment` does."""
    drawing = await asyncio.to_thread(desk.lay_out, manifest)
    chain = ",".join([*flat_filters(manifest["encoder"]["pixel_format"]), *drawing.filters])
    arguments = [*card_source(manifest), "-vf", chain, "-frames:v", str(manifest["frames"])]
    encoding = encode_arguments(Fraction(manifest["fps"]), encoder=manifest["encoder"])
    await drawing.run(ffmpeg, [*arguments, *encoding, str(output)])
    return await verify(output, manifest)


def card_source(manifest: Mapping[str, Json]) -> list[str]:
    """The input that is a card's ground, in red, green and blue."""
    ground = ground_source(manifest["ground"], size=manifest["size"], fps=manifest["fps"])
    return ["-f", "lavfi", "-i", ground]


async def make_reference(ffmpeg: Ffmpeg, manifest: Mapping[str, Json], *, output: Path) -> MediaFacts:
    """Make the reference that a manifest names and say what it is."""
    source = f"color=c=black:s={manifest['size']}:r={manifest['fps']}"
    tags = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    arguments = ["-f", "lavfi", "-i", source, "-vf", tags, "-frames:v", str(manifest["frames"])]
    encoding = encode_arguments(Fraction(manifest["fps"]), encoder=manifest["encoder"])
    await run_ffmpeg(ffmpeg.path, [*arguments, *encoding, str(output)])
    return await verify(output, manifest)


def segment_arguments(
    clip: Path,
    facts: MediaFacts,
    manifest: Mapping[str, Json],
    *,
    output: Path,
    overlay: Path | None = None,
    drawing: Sequence[str] = (),
    spare: bool = False,
) -> list[str]:
    """The command line of a segment. Time stamps stay the file's own, so that a seek shifts nothing."""
    source = ["-copyts", *clip_source(clip, facts, [manifest], spare=spare)]
    chain = ",".join([*picture_chain(facts, manifest), *drawing])
    filters = _filtering(chain, overlay, pixel_format=manifest["encoder"]["pixel_format"])
    return [*source, *filters, *encoded_output(manifest, output)]


def encoded_output(manifest: Mapping[str, Json], output: Path) -> list[str]:
    """The output that is a segment, of what was mapped before."""
    encoding = encode_arguments(Fraction(manifest["fps"]), encoder=manifest["encoder"])
    return ["-frames:v", str(manifest["frames"]), *encoding, str(output)]


def clip_source(
    clip: Path, facts: MediaFacts, manifests: Sequence[Mapping[str, Json]], *, spare: bool = False
) -> list[str]:
    """The input that is the clip of segments of one film, ≥ 1, from early enough on. Needs `-copyts` before all inputs.

    To `spare`, packets of which nothing is seen are left out, as far as that can be told.
    """
    if facts.is_still:
        return standing_source(clip, fps=Fraction(manifests[0]["fps"]))
    read_from_s = min(_shown(facts, manifest)[1] for manifest in manifests)
    seek_s = seek_before(read_from_s, duration_s=facts.duration_s)
    opening = [*PICTURE, *input_arguments(clip, container=facts.container, seek_s=seek_s)]
    return [*(sparing_arguments(clip, facts, manifests) if spare else []), *opening]


def picture_chain(facts: MediaFacts, manifest: Mapping[str, Json]) -> list[str]:
    """The filters that make a segment's picture of its clip."""
    shape = Shape(facts.size, facts.sample_aspect, facts.rotation_deg)
    target, fit, centre = Size.parse(manifest["size"]), manifest["fit"], centre_of(manifest)
    fitted = fit_filters(
        shape,
        target=target,
        fit=fit,
        colour=facts.colour,
        centre=centre,
        pixel_format=manifest["encoder"]["pixel_format"],
        ground=manifest.get("background", ""),
    )
    if facts.is_still:
        return [*fitted, *standing_filters(manifest["frames"])]
    shown, _ = _shown(facts, manifest)
    return [*field_filters(is_interlaced=facts.is_interlaced), *shown, *fitted]


def _shown(facts: MediaFacts, manifest: Mapping[str, Json]) -> tuple[list[str], Fraction]:
    """The filters that show a segment's frames, and from which second of the clip on it must be read."""
    fps, moved = Fraction(manifest["fps"]), Moved.of(manifest)
    first, frames = manifest["first"], manifest["frames"]
    if moved is None:
        return frame_filters(first=first, frames=frames, fps=fps, clock=clock_of(facts)), first / fps
    filters = moving_filters(moved, first=first, frames=frames, fps=fps, clock=clock_of(facts))
    return filters, (first - moved.skip) / fps * moved.speed


def overlay_source(overlay: Path) -> list[str]:
    """The input that is a picture to lay over the lower edge."""
    return ["-protocol_whitelist", "file", "-f", "png_pipe", "-i", str(overlay)]


def overlay_graph(
    chain: str, *, clip: str, overlay: int, out: str, pixel_format: str, within: str = ""
) -> str:
    """A graph that lays input `overlay` over what a chain makes of a stream; `within` makes labels its own."""
    see_through, kind = over_formats(pixel_format)
    return (
        f"[{clip}]{chain}[under{within}];[{overlay}:v:0]format={see_through}[over{within}];"
        f"[under{within}][over{within}]overlay=x=0:y=H-h:format={kind}:eof_action=repeat[{out}]"
    )


def _filtering(chain: str, overlay: Path | None, *, pixel_format: str) -> list[str]:
    if overlay is None:
        return ["-map", "0:v:0", "-vf", chain]
    graph = overlay_graph(chain, clip="0:v:0", overlay=1, out="out", pixel_format=pixel_format)
    return [*overlay_source(overlay), "-filter_complex", graph, "-map", "[out]"]


def seek_before(time_s: Fraction, *, duration_s: Fraction) -> Fraction:
    """Where to start reading for a picture at `time_s`: early enough to be exact, 0 where seeking saves little.

    Two seconds early, so that rates down to one frame in two seconds and the overlap of sound are whole.
    """
    if time_s < SEEK_MIN_S:
        return Fraction(0)
    return max(Fraction(0), min(time_s, duration_s) - SEEK_MARGIN_S)


async def verify(output: Path, manifest: Mapping[str, Json]) -> MediaFacts:
    """What a segment that was just made is. Raises `MediaError` M805 where that is not what its manifest asks, `MediaToolError` M881 where its pixels are others."""
    made = await asyncio.to_thread(probe_made, output)
    if made.pixel_format != seen_format(manifest["encoder"]):
        raise _other_pixels(manifest["encoder"], made)
    found = (made.frames, str(made.size), str(made.fps), made.constant_rate)
    asked = (manifest["frames"], manifest["size"], manifest["fps"], True)
    if found != asked:
        raise MediaError(
            "ffmpeg made another segment than it was asked for",
            code="M805",
            facts=[("asked", asked), ("made", found)],
            hint="run `renderer doctor`",
        )
    return made


def _other_pixels(encoder: Mapping[str, str], made: MediaFacts) -> MediaToolError:
    # ffmpeg takes the nearest format without a word where an encoder was built for fewer.
    return MediaToolError(
        f"the encoder `{encoder['codec']}` of this ffmpeg does not write `{encoder['pixel_format']}`",
        code="M881",
        facts=[("made", made.pixel_format)],
        hint="choose another `pixel_format`, or unset `RENDERER_FFMPEG`, so that the one that came with this program is used",
    )
