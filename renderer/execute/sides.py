"""The two sides of a transition, from the inputs of its action: each as a segment would have it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from renderer.media.crossing import Side
from renderer.media.text import TextDesk
from renderer.plan.action import Action


def side_of(action: Action, inputs: Mapping[str, list[Path]], folder: Path, *, role: str) -> Side | None:
    """The side of a role, `from` or `to`, None where there is none; its texts are set in a folder of its own."""
    manifest = action.manifest[role]
    if manifest is None:
        return None
    named = f"{role}_fonts"
    given = zip(action.inputs.get(named, ()), inputs.get(named, ()), strict=True)
    fonts = {font.digest.sha256: path for font, path in given}
    clip = action.inputs.get(f"{role}_clip")
    return Side(
        clip=next(iter(inputs.get(f"{role}_clip", [])), None),
        facts=clip[0].facts if clip else None,
        overlay=next(iter(inputs.get(f"{role}_overlay", [])), None),
        desk=TextDesk(folder.absolute(), fonts, role) if "texts" in manifest else None,
    )
