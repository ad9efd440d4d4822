"""A film as a CMX 3600 edit list, which nearly every editing program reads, by OpenTimelineIO's adapter."""

from __future__ import annotations

from renderer.digest import digest_bytes
from renderer.export.otio import build_timeline, library, require_timecode
from renderer.export.plain import timecode
from renderer.export.timeline import Timeline

REEL_SIGNS = 8


def to_edl(timeline: Timeline) -> str:
    """The film as a CMX 3600 list: picture alone, clips by file name. Raises as `to_fcp7xml`."""
    require_timecode(timeline.fps)
    film = build_timeline(timeline, reels=_reels(timeline), has_timecode=True)
    del film.tracks[1:]
    written: str = library().adapters.write_to_string(film, "cmx_3600", style="nucoda", reelname_len=None)
    title, _, rest = written.partition("\n")
    mode = "DROP FRAME" if ";" in timecode(0, fps=timeline.fps) else "NON-DROP FRAME"
    return f"{title}\nFCM: {mode}\n{_with_speeds(rest).rstrip()}\n"


def _with_speeds(text: str) -> str:
    """An edit list whose lines of speed name the reel; the adapter writes the clip's name, in which machines find no tape."""
    lines, reel = [], ""
    for line in text.splitlines():
        reel = line.split()[1] if line[:3].isdecimal() else reel
        freeze = line.startswith("M2 ")
        lines.append(f"M2   {reel:8} 000.0                {line.split()[-1]}" if freeze else line)
    return "\n".join(lines)


def _reels(timeline: Timeline) -> dict[tuple[str, str], str]:
    """A name of eight capitals and digits for each clip: the start of its shot's and of its digest; no two clips have one."""
    found: dict[tuple[str, str], str] = {}
    taken: dict[str, str] = {}
    for shown in (event.shown for event in timeline.events):
        digest = shown.clip.digest if shown.clip else digest_bytes(shown.shot.encode("utf-8", "replace"))
        sha256 = digest.sha256.upper()
        letters = "".join(sign for sign in shown.shot.upper() if sign.isascii() and sign.isalnum())[:4]
        names = [letters + sha256[: REEL_SIGNS - len(letters)], sha256[:REEL_SIGNS]]
        reel = next((name for name in names if taken.get(name, sha256) == sha256), names[-1])
        taken[reel] = sha256
        found[shown.shot, shown.label] = reel
    return found
