"""The port that a provider may fill beside `Maker` or `Seller`: a list of what is sold, and for how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from renderer.model import Json
from renderer.row import Row


class Rate(Row):
    """What a vendor asks for one second or one generation, where all of `when`, in its own names, is sent."""

    usd: Decimal
    per: Literal["second", "generation"]
    when: Mapping[str, Json]


class Listing(Row):
    """A model as its vendor lists it; `names` are its id and then its aliases, ≥ 1.

    Without `rates`, `unread` tells why there are none; where that is empty, too, the list says nothing of a price.
    """

    names: tuple[str, ...]
    makes_clips: bool
    rates: tuple[Rate, ...] = ()
    unread: str = ""


class Listings(Row):
    """What a vendor lists, from where, and when it was read, by the vendor's own clock where it shows one."""

    models: tuple[Listing, ...]
    source: str
    read_at: datetime


class Lister(Protocol):
    """A vendor that tells what it sells. Asking is free and needs no key."""

    async def listings(self, names: Sequence[str] = ()) -> Listings:
        """The models of some names, of all where none is given. Raises `ProviderUnavailable` and its kinds."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...
