"""The providers by name: what is to be known of each before anything is asked of it. Owns `providers.json`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from renderer.catalogue.locate import read_schema
from renderer.model import Json
from renderer.row import Row


class Provider(Row):
    """One provider. Without `base` it sends nothing, and has neither key nor limit.

    `lists_prices` where its API lists its models with live prices.

    `key_variables` in order: the first that is set counts. `jobs_max` is for all its models together. `prices`
    says in words what a price in a model file is worth.
    """

    name: str
    title: str
    prices: str
    jobs_max: int | None = None
    key_variables: tuple[str, ...] = ()
    base_variable: str | None = None
    base: str | None = None
    lists_prices: bool = False


@cache
def providers() -> Mapping[str, Provider]:
    """All providers by name, in the order of the file, which is read once and only where one is named."""
    return {entry["name"]: _provider(entry) for entry in read_schema("providers.json")["providers"]}


def jobs_max(provider: str) -> int | None:
    """How many generations of a known provider may be in flight; None where nothing is sent.

    >>> jobs_max("aimlapi"), jobs_max("animatic")
    (8, None)
    """
    return providers()[provider].jobs_max


def _provider(entry: Mapping[str, Json]) -> Provider:
    return Provider(**{**entry, "key_variables": tuple(entry.get("key_variables", ()))})
