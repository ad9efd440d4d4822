"""Live prices as they were kept: of which provider, at which address."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from renderer.catalogue.providers import providers
from renderer.store.prices import unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from renderer.catalogue.live import Book
    from renderer.store.store import Store

DIGITS = 12


def price_file(environ: Mapping[str, str], *, provider: str) -> str:
    """The name under which a store keeps a provider's live prices; those of another address are kept apart.

    So a server on this machine never prices what is bought for real.
    """
    known = providers()[provider]
    base = environ.get(known.base_variable or "", "").strip().rstrip("/")
    if base in {"", known.base}:
        return provider
    return f"{provider}-{hashlib.sha256(base.encode('utf-8', 'surrogateescape')).hexdigest()[:DIGITS]}"


def read_book(store: Store, environ: Mapping[str, str], *, provider: str) -> Book:
    """The live prices that were kept, none where none were. Raises `StoreError` E623 where the file has another form."""
    from renderer.catalogue.live import Book  # noqa: PLC0415 - a build with nothing to do prices nothing

    if not providers()[provider].lists_prices:
        return Book()
    name = price_file(environ, provider=provider)
    value = store.prices.get(name)
    try:
        return Book() if value is None else Book.from_json(value)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise unreadable(store.prices.path(name), reason=f"{type(error).__name__}: {error}") from error
