r"""The script that libass draws a sheet from: one event for each line, its place, fonts and sizes written out. Pure.

Nothing is left to libass but shaping: it neither breaks lines nor chooses fonts nor places. Frames are counted in steps
of `TICK_S`, since the format's clock has hundredths of a second alone. A backslash and braces of a text stay what
they are: an invisible joiner keeps `\n` from being an escape.
"""

from __future__ import annotations

from collections.abc import Iterable

from renderer.lettering.face import Face
from renderer.lettering.sheet import Block, Line
from renderer.model import Size
from renderer.row import Row

TICK_S = "1/10"
"""Frame n is shown to libass at n tenths of a second, whatever the film's rate."""
OUTLINE_EM, BLUR_EM, SHADOW_EM = 0.055, 0.012, 0.03
OUTLINE_ALPHA, SHADOW_ALPHA = 0x30, 0x60
BRIGHT_MIN = 0.45
JOINER = "\u2060"
MARKS = {True: "\u200e", False: "\u200f"}
HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: {size.width_px}
PlayResY: {size.height_px}
LayoutResX: {size.width_px}
LayoutResY: {size.height_px}
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: line,{font},40,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,0,0,2,0,0,0,-1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def write_script(blocks: Iterable[Block], frame: Size) -> str:
    """The script of a sheet for a picture of a size."""
    blocks = list(blocks)
    font = blocks[0].lettering.faces[0].name if blocks else "none"
    shown = [block for block in blocks if block.lettering.first + block.lettering.frames > 0]
    events = [_event(block, line) for block in shown for line in block.lines if line.runs]
    return HEAD.format(size=frame, font=font) + "".join(f"{event}\n" for event in events)


def _event(block: Block, line: Line) -> str:
    lettering = block.lettering
    start, end = _time(max(0, lettering.first)), _time(lettering.first + lettering.frames)
    faces = lettering.faces
    depth = max(_depth_px(faces[run.face], block.size_px) for run in line.runs)
    place = rf"\an{line.across}\pos({line.x:.2f},{line.y + depth:.2f})"
    head = "{" + place + _dress(block) + "}" + MARKS[line.rightward]
    body = "".join(_run(faces[run.face], run.text, block.size_px) for run in line.runs)
    return f"Dialogue: 0,{start},{end},line,,0,0,0,,{head}{body}"


def _run(face: Face, text: str, size_px: float) -> str:
    # libass counts a size from the top of the ascent to the bottom of the descent, not in ems.
    size = size_px * (face.ascent + face.descent) / face.units
    return "{" + rf"\fn{face.name}\fs{size:.3f}" + "}" + _escaped(text)


def _escaped(text: str) -> str:
    kept = text.replace("\t", " ").replace("\\", "\\" + JOINER)
    return kept.replace("{", r"\{").replace("}", r"\}")


def _depth_px(face: Face, size_px: float) -> float:
    return size_px * face.descent / face.units


def _dress(block: Block) -> str:
    """Colour, and over a picture an outline and a shadow that set the type off from whatever is behind it."""
    lettering, size = block.lettering, block.size_px
    dress = rf"\1c{_colour(lettering.colour)}"
    if lettering.plain:
        return dress
    around = "&H000000&" if brightness(lettering.colour) >= BRIGHT_MIN else "&HFFFFFF&"
    return dress + (
        rf"\3c{around}\4c{around}\3a&H{OUTLINE_ALPHA:02X}&\4a&H{SHADOW_ALPHA:02X}&"
        rf"\bord{OUTLINE_EM * size:.2f}\shad{SHADOW_EM * size:.2f}\blur{BLUR_EM * size:.2f}"
    )


class Rgb(Row):
    """A colour by its parts, 0 to 255."""

    red: int
    green: int
    blue: int


def parse_colour(text: str) -> Rgb:
    """A colour of the form `#rrggbb`; raises `ValueError` for another form."""
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"`{text}` is not a colour such as #ffb03b")
    return Rgb(*(int(text[place : place + 2], 16) for place in (1, 3, 5)))


def brightness(text: str) -> float:
    """How bright a colour is to the eye, 0 to 1 (luma of BT.709)."""
    red, green, blue = parse_colour(text)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def _colour(text: str) -> str:
    red, green, blue = parse_colour(text)
    return f"&H{blue:02X}{green:02X}{red:02X}&"


def _time(frame: int) -> str:
    minutes, tenths = divmod(frame, 600)
    return f"{minutes // 60}:{minutes % 60:02}:{tenths // 10:02}.{tenths % 10}0"
