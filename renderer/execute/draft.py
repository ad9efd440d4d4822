"""From an action to a request: what was keyed, in the model's own words, and a file for each medium in it. Spends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from renderer.catalogue.body import body
from renderer.catalogue.entry import Endpoint
from renderer.catalogue.library import load
from renderer.catalogue.resolve import sent_of
from renderer.digest import Digest
from renderer.execute.bring import bring
from renderer.model import Json
from renderer.plan.action import Action
from renderer.providers.base import Seller
from renderer.store.store import Store

Fit = Callable[..., Path]


@dataclass(frozen=True, slots=True)
class Draft:
    """A request ready to be frozen: the body in the model's words, who makes the model, and the file of each blob."""

    model: str
    vendor: str
    body: Mapping[str, Json]
    media: Mapping[str, Path]


async def draft(action: Action, *, seller: Seller, store: Store, fit: Fit, folder: Path) -> Draft:
    """The request that the manifest of a paid action means. In the body each medium is `{"blob": sha256}`.

    The inputs are in the store already; a still too large for the model's longest data URI is scaled down into
    `folder` by `fit`, which the key does not know. Raises `MediaError` M820 where an input changed since it was
    keyed, or cannot be made to fit.
    """
    manifest = action.manifest
    model = load(manifest["provider"], manifest["model"])
    resolved = sent_of(manifest, model=model)
    content = body(
        resolved,
        model=model,
        endpoint=cast("Endpoint", seller.endpoint),
        media={role: _reference(action, role, given) for role, given in resolved.media.items()},
    )
    media = {}
    paths = await bring(action, store)
    for role, given in action.inputs.items():
        for item, path in zip(given, paths[role], strict=True):
            media[item.digest.sha256] = path
            if model.uri_max_bytes is not None:
                fitting = await asyncio.to_thread(
                    fit, path, uri_max_bytes=model.uri_max_bytes, scratch=folder
                )
                media[item.digest.sha256] = fitting
    return Draft(model.id, model.vendor, content, media)


def _reference(action: Action, role: str, given: Digest | tuple[Digest, ...] | None) -> Json:
    """What stands in the body for a medium: the blob that it is, for a frame of a clip the picture made of it."""
    if given is None:
        given = action.inputs[role][0].digest
    if isinstance(given, Digest):
        return {"blob": given.sha256}
    return [{"blob": digest.sha256} for digest in given]
