"""A shot's links to other shots, from what was written to rows; and those of them that lead past the end of a clip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from renderer.diagnostic import Diagnostic
from renderer.plan.chain import bad_links
from renderer.plan.rows import LinkRow, ShotRow
from renderer.storyboard import Frame, Storyboard


def links_of(frames: Mapping[str, Frame]) -> tuple[LinkRow, ...]:
    """The links of one take, in order of their roles."""
    return tuple(
        LinkRow(role, frame.shot, None if frame.at_s is None else str(frame.at_s))
        for role, frame in sorted(frames.items())
    )


def check_links(storyboard: Storyboard, rows: Sequence[ShotRow]) -> Iterator[Diagnostic]:
    """Tell of each frame at a time that its clip does not have (S243); a clip that is bought is taken at the length that is asked for."""
    shots = {shot.id: shot for shot in storyboard.shots}
    lengths_s = {row.shot: Fraction(row.length_s) for row in rows}
    for row, link in bad_links(rows):
        if link.at is None or link.shot not in lengths_s:
            continue  # of a shot that is not there, which has been told
        message = (
            f"the frame at {float(Fraction(link.at)):g} s of `{link.shot}` is past the end of its clip, "
            f"which lasts {float(lengths_s[link.shot]):g} s"
        )
        hint = f"name an earlier time, or `{{last_frame_of: {link.shot}}}`"
        yield Diagnostic("S243", message, shots[row.shot].origin(f"{link.role}.at"), hint=hint)
