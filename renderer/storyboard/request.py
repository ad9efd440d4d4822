"""What is asked of a provider for a shot, and the takes of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from renderer.model import Json
from renderer.row import NOTHING, Row
from renderer.storyboard.source import Frame, Source


class Request(Row):
    """What the author asks a provider for, in neutral fields, defaults merged and variables filled in.

    `prompt` is the whole text after `prompt_template`, stripped and NFC; None or absent means not asked.
    `camera` is the shot's own camera field, which `prompt` holds too; only animatic reads it.
    `model` and `seed` are those of take 1.
    """

    provider: str
    model: str | None
    prompt: str | None = None
    negative_prompt: str | None = None
    camera: str | None = None
    image: Source | Frame | None = None
    last_image: Source | Frame | None = None
    references: tuple[Source, ...] = ()
    video: Source | None = None
    audio: Source | None = None
    ratio: str | None = None
    resolution: str | None = None
    duration_s: Fraction | None = None
    enhance_prompt: bool | None = None
    seed: int = 1
    params: Mapping[str, Json] = NOTHING


class Take(Row):
    """One attempt at a shot: the model that is asked and the seed. `turn` counts the attempts at this model from 1."""

    model: str | None
    seed: int
    turn: int
