"""What a slot of a film shows of its clip, and the pieces that a film is joined of, as values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import cast

from renderer.columns import rows_of
from renderer.ffmpeg.picture import DEINTERLACER
from renderer.media.conform import Cut
from renderer.model import Json, MediaFacts, Result
from renderer.plan.action import Input
from renderer.plan.film import SlotRow


def facts_of(clip: Input) -> MediaFacts:
    """The facts of a clip, which all clips of a film have."""
    assert clip.facts, "BUG: a clip without facts"
    return clip.facts


def piece(result: Result | None) -> Input:
    """A result as a piece of a film."""
    assert result, "BUG: a piece that is not there"
    return Input(result.digest, facts=result.facts)


def inputs_of(results: Sequence[Result | None]) -> list[Input | None]:
    """Each result as a clip of a film, None where there is none; by columns, which is quick, where none is missing."""
    if not all(results):
        return [Input(result.digest, None, result.facts) if result else None for result in results]
    there = cast("Sequence[Result]", results)
    digests, facts = [result.digest for result in there], [result.facts for result in there]
    return [*rows_of(Input, digests, repeat(None, len(there)), facts)]


def is_still(clip: Input) -> bool:
    """Whether a clip is a single picture, which looks alike at any time and at any speed."""
    return clip.facts is not None and clip.facts.is_still


def cut_of(slot: SlotRow, clip: Input, *, skip: int = 0, frames: int | None = None) -> Cut:
    """So many frames of a slot, all where that is None, from its frame `skip` on, as a cut of its clip; of a still always the same one."""
    first = 0 if is_still(clip) else slot.first + skip
    return Cut(first, slot.frames if frames is None else frames)


def with_reading(manifest: dict[str, Json], clip: Input) -> dict[str, Json]:
    """The manifest of what is made of a clip, with what decides its pixels beside its bytes, where it is a still or interlaced."""
    if facts_of(clip).is_interlaced:
        return {**manifest, "deinterlacer": DEINTERLACER}
    if not is_still(clip):
        return manifest
    from renderer.media.standing import decoder  # noqa: PLC0415 - only for films with stills

    return {**manifest, "still": decoder()}
