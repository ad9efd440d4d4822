"""Filter chains for one slot's picture: its rate, its frames, its shape and its colours. Pure.

A chain is a list of filters in order; joined by commas it is a graph with one input and one output.
"""

from __future__ import annotations

import math
from fractions import Fraction

from renderer.model import MIDDLE, Centre, Fit, Size
from renderer.row import Row

SCALER = "flags=lanczos+accurate_rnd+full_chroma_int+bitexact"
DEINTERLACER = "bwdif"
WHOLE = Fraction(1)
TICKS_MAX = 2**31 - 1
"""Ticks of a second that ffmpeg can count in; a deinterlacer counts in halves of a clip's own."""
HD_WIDTH_MIN, HD_HEIGHT_MIN = 1280, 577
MATRICES = {
    "bt709": "bt709",
    "fcc": "fcc",
    "bt470bg": "bt470bg",
    "smpte170m": "smpte170m",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}


class Shape(Row):
    """A picture as it is stored: its size, the shape of a pixel, and how far it is to be turned for the eye."""

    size: Size
    sample_aspect: Fraction = Fraction(1)
    rotation_deg: int = 0

    @property
    def upright(self) -> tuple[Fraction, Fraction]:
        """Width and height as seen, in square pixels: widened by the pixel's shape, then turned."""
        width, height = self.size.width_px * self.sample_aspect, Fraction(self.size.height_px)
        return (height, width) if self.rotation_deg % 180 else (width, height)


def field_filters(*, is_interlaced: bool) -> list[str]:
    """One whole picture of each one whose lines are of two moments, that of its first field; others go by as they are.

    What comes first of all: scaled, the lines of both moments would be mixed for good.
    """
    return [f"{DEINTERLACER}=mode=send_frame:parity=auto:deint=interlaced"] if is_interlaced else []


class Clock(Row):
    """How a clip's time stamps count: from `origin_s` on, in ticks of `time_base`, at `fps` frames a second on average.

    `is_near` says that all frames keep that rate and the ticks only come near it, such as the milliseconds of Matroska.
    """

    origin_s: Fraction
    time_base: Fraction
    fps: Fraction
    is_near: bool = False

    @property
    def tick(self) -> Fraction:
        """In what its frames are counted: a frame, where its own ticks only come near one."""
        return 1 / self.fps if self.is_near else self.time_base

    def is_brief(self, fps: Fraction, *, speed: Fraction) -> bool:
        """Whether two of its frames may go by in less than half a frame of a film of this rate."""
        return self.fps * speed > 4 * fps


def frame_filters(
    *, first: int, frames: int, fps: Fraction, clock: Clock, speed: Fraction = WHOLE
) -> list[str]:
    """Frames `first` to `first + frames - 1` of the clip as seen at a speed and at rate `fps`, counted from its first picture.

    Each shows what stands in the middle of its time, up to there. What lies beyond the clip's end holds its last frame. Time
    stamps must be those of the file.
    """
    origin_s = clock.origin_s
    shift = [f"setpts=round(PTS-{origin_s.numerator}/{origin_s.denominator}/TB)"] if origin_s else []
    return [
        *shift,
        # Without one more behind it ffmpeg 7 and older let the last picture of some clips go where the rate is another.
        "tpad=stop=1:stop_mode=clone",
        *([f"settb={clock.tick}"] if clock.is_near else []),
        *_paced(speed, tick=clock.tick),
        # Rounded, the end of a clip that is over in less than half a frame would be its beginning, and no frame would come out.
        f"fps=fps={fps}:round=near:eof_action={'pass' if clock.is_brief(fps, speed=speed) else 'round'}",
        f"tpad=stop={first + frames}:stop_mode=clone",
        f"trim=start_pts={first}:end_pts={first + frames}",
        f"setpts=PTS-{first}",
    ]


def _paced(speed: Fraction, *, tick: Fraction) -> list[str]:
    """Time stamps at a speed, in ticks so fine that each is exact: ffmpeg cuts off what is left, and a frame would come too soon."""
    if speed == 1:
        return []
    is_fine = speed.numerator > 1 and 2 * tick.denominator * speed.numerator <= TICKS_MAX
    finer = [f"settb=intb/{speed.numerator}"] if is_fine else []
    return [*finer, f"setpts=round(PTS*{speed.denominator}/{speed.numerator})"]


def fit_filters(
    shape: Shape,
    *,
    target: Size,
    fit: Fit,
    colour: str,
    centre: Centre = MIDDLE,
    pixel_format: str = "yuv420p",
    ground: str = "",
) -> list[str]:
    """Fill the target: cut what stands over (`crop`), add bars (`pad`), or distort (`stretch`).

    Scaled once, in which step the colours become BT.709 limited. A crop has `centre` in its middle, as far as the picture
    goes; bars are alike on both sides, in `ground`, `#rrggbb`, else black. `colour` is range/matrix/primaries/transfer.
    ffmpeg has already turned the picture upright.
    """
    scaled = scaled_size(shape, target=target, fit=fit)
    looks_at = centre if fit == "crop" else MIDDLE
    left = _offset(scaled.width_px, target.width_px, looks_at.x)
    top = _offset(scaled.height_px, target.height_px, looks_at.y)
    box = f"{target.width_px}:{target.height_px}:{left}:{top}"
    bars = ground.replace("#", "0x") or "black"
    edges = [] if scaled == target else [f"crop={box}" if fit == "crop" else f"pad={box}:{bars}"]
    return [
        f"scale={scaled.width_px}:{scaled.height_px}:{SCALER}:{_colours(colour, shape.size)}",
        f"format={pixel_format}",
        *edges,
        "setsar=1",
        "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709:field_mode=prog",
    ]


def ground_source(colour: str, *, size: Size | str, fps: Fraction | str) -> str:
    """A source of one colour, `#rrggbb`, in red, green and blue; `flat_filters` come behind it."""
    return f"color=c={colour.replace('#', '0x')}:s={size}:r={fps},format=gbrp"


def flat_filters(pixel_format: str = "yuv420p") -> list[str]:
    """Bring what was drawn in red, green and blue into a film's colours and pixel format."""
    return [
        f"scale={SCALER}:out_color_matrix=bt709:out_range=tv",
        f"format={pixel_format}",
        "setsar=1",
        "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709:field_mode=prog",
    ]


def over_formats(pixel_format: str) -> tuple[str, str]:
    """The format in which a picture is laid over one of this format, with its alpha, and what ffmpeg's `overlay` calls the latter.

    >>> over_formats("yuv420p"), over_formats("yuv422p10le")
    (('yuva420p', 'yuv420'), ('yuva422p10le', 'yuv422p10'))
    """
    return pixel_format.replace("yuv", "yuva"), pixel_format.removesuffix("le").removesuffix("p")


def has_bars(shape: Shape, *, target: Size, fit: Fit) -> bool:
    """Whether anything of the ground is to be seen around a picture."""
    return fit == "pad" and scaled_size(shape, target=target, fit=fit) != target


def _offset(length_px: int, target_px: int, share: Fraction) -> int:
    """Where along one side a crop begins that has this share of it in its middle, or the picture between two bars; even.

    >>> _offset(1280, 404, Fraction(0)), _offset(1280, 404, Fraction(1, 2)), _offset(1280, 404, Fraction(1))
    (0, 438, 876)
    """
    room = length_px - target_px
    if room <= 0:
        return -room // 2 // 2 * 2
    return min(max(math.floor(length_px * share - Fraction(target_px, 2)), 0), room) // 2 * 2


def still_filters(shape: Shape, *, colour: str) -> list[str]:
    """A frame as a picture by itself: upright, in square pixels and in full-range RGB.

    `colour` is range/matrix/primaries/transfer. ffmpeg has already turned the picture upright.
    """
    width, height = (max(1, round(side)) for side in shape.upright)
    return [
        f"scale={width}:{height}:{SCALER}:{_source_colours(colour, shape.size)}:out_range=pc",
        "format=rgb24",
        "setsar=1",
    ]


def scaled_size(shape: Shape, *, target: Size, fit: Fit) -> Size:
    """The size to scale to before cutting or padding; even, and equal to the target for `stretch`.

    >>> str(scaled_size(Shape(Size(1280, 768)), target=Size(1280, 720), fit="pad"))
    '1200x720'
    """
    if fit == "stretch":
        return target
    width, height = shape.upright
    ratios = Fraction(target.width_px) / width, Fraction(target.height_px) / height
    if fit == "crop":
        scale = max(ratios)
        return Size(_even_up(width * scale), _even_up(height * scale))
    scale = min(ratios)
    return Size(_even_down(width * scale), _even_down(height * scale))


def _even_up(length: Fraction) -> int:
    return 2 * math.ceil(length / 2)


def _even_down(length: Fraction) -> int:
    return max(2, 2 * math.floor(length / 2))


def _colours(colour: str, size: Size) -> str:
    return f"{_source_colours(colour, size)}:out_color_matrix=bt709:out_range=tv"


def _source_colours(colour: str, size: Size) -> str:
    # Untagged footage is read as players read it: BT.709 where it is large (mpv: 1280 wide or more than 576 high).
    colour_range, matrix, *_ = colour.split("/")
    large = size.width_px >= HD_WIDTH_MIN or size.height_px >= HD_HEIGHT_MIN
    source = MATRICES.get(matrix, "bt709" if large else "smpte170m")
    full = "pc" if colour_range == "pc" else "tv"
    return f"in_color_matrix={source}:in_range={full}"
