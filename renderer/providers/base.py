"""The port that every provider fills, and the values that pass through it.

A provider turns one order into one clip file. It knows nothing of plans, keys, stores or other shots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from renderer.model import Json, Size


@dataclass(frozen=True, slots=True)
class Order:
    """All that a provider is told about one take: the manifest's fields and the input files.

    `manifest` is the action's own manifest, so that what was keyed is what is made. `inputs` maps a field
    (`image`, `last_image`) to a file holding the original bytes whose digest the manifest names.
    """

    manifest: Mapping[str, Json]
    inputs: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of an order: the price in US dollars and the vendor's job id, if it has one."""

    price_usd: Decimal = Decimal(0)
    job: str | None = None


class Provider(Protocol):
    """A source of clips. `free` ones cost nothing and are limited by cores alone."""

    @property
    def name(self) -> str: ...

    @property
    def free(self) -> bool: ...

    def identity(self, *, size: Size, fps: Fraction) -> Mapping[str, Json]:
        """What of the provider itself decides the result, merged into the manifest.

        For a paid provider its name and a loopback base URL; for a free one also picture size, rate,
        ffmpeg's build, encoder settings and thread count.
        """
        ...

    async def generate(self, order: Order, *, output: Path) -> Delivery:
        """Write the clip of `order` to `output` (a fresh path ending in `.mp4`). May spend money unless `free`.

        Raises `ProviderError` or `MediaError`; leaves nothing behind at `output` then. Cancellation stops
        a free generation at once.
        """
        ...
