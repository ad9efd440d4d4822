"""Which encoder writes a coding, with which settings, as values for manifests and command lines. Pure.

One word of quality means about the same in each codec. Every setting that decides bytes is written out, threads above all.
"""

from __future__ import annotations

from collections.abc import Mapping

from renderer.coding import Codec, Coding, Quality, stored_format
from renderer.ffmpeg.encode import ENCODER, PCM, SOUND
from renderer.model import Size

ENCODERS: Mapping[Codec, str] = {
    "h264": "libx264",
    "h265": "libx265",
    "av1": "libsvtav1",
    "prores": "prores_ks",
}
"""ffmpeg's name of the encoder of each codec."""
DECODERS: Mapping[Codec, str] = {"h264": "h264", "h265": "hevc", "av1": "av1", "prores": "prores"}
"""What ffmpeg calls each codec where it reads one."""
CRF: Mapping[Codec, Mapping[Quality, int]] = {
    "h264": {"draft": 28, "good": 23, "high": 18, "master": 10},
    "h265": {"draft": 32, "good": 27, "high": 22, "master": 12},
    "av1": {"draft": 55, "good": 46, "high": 34, "master": 10},
}
"""Constant rate factors. Those of H.265 and AV1 are such that SSIM is that of H.264 at the same step, measured on moving stills in
720p: about 0.955, 0.964, 0.970 and 0.974."""
PROFILES: Mapping[str, Mapping[Quality, str]] = {
    "yuv422p10": {"draft": "proxy", "good": "lt", "high": "standard", "master": "hq"},
    "yuv444p10": {"draft": "4444", "good": "4444", "high": "4444", "master": "4444xq"},
}
"""ProRes has no steps but its profiles."""
X265 = "pools=none:frame-threads=1:wpp=0:open-gop=0:info=0:log-level=error"
"""One thread; keyframes that need nothing before them; no text of the encoder's in the stream."""
X265_NARROW_PX, X265_NARROW = 64, ":cutree=0"
"""Looking ahead at narrower pictures, x265 writes beyond its memory (ffmpeg 9.0.2, ten bits, 34 to 48 wide: it aborts); not without this."""
SVT_AV1 = "lp=1"
"""One thread."""


def encoder_of(coding: Coding, *, size: Size | None = None) -> dict[str, str]:
    """The settings of the encoder of a coding, for pictures of a size."""
    picture = {"codec": ENCODERS[coding.codec], "pixel_format": stored_format(coding.pixel_format)}
    if coding.codec == "prores":
        return {
            **picture,
            "profile": PROFILES[coding.pixel_format][coding.quality],
            "vendor": "apl0",
            "colour": ENCODER["colour"],
            "threads": "1",
            "container": "mov",
        }
    is_narrow = size is not None and size.width_px < X265_NARROW_PX
    own: Mapping[Codec, Mapping[str, str]] = {
        "h264": {},
        "h265": {"preset": "fast", "x265": X265 + X265_NARROW * is_narrow, "tag": "hvc1"},
        "av1": {"preset": "8", "svtav1": SVT_AV1},
    }
    return {**ENCODER, **picture, "crf": str(CRF[coding.codec][coding.quality]), **own[coding.codec]}


def seen_format(encoder: Mapping[str, str]) -> str:
    """The pixel format that a decoder gives of what an encoder with these settings wrote: ProRes 4444 always comes out as 12 bits."""
    pixel_format = encoder["pixel_format"]
    return "yuv444p12le" if (encoder["codec"], pixel_format) == ("prores_ks", "yuv444p10le") else pixel_format


def sound_of(coding: Coding) -> Mapping[str, str]:
    """The settings of the sound that stands beside a coding: as it is with ProRes, else AAC."""
    return PCM if coding.codec == "prores" else SOUND
