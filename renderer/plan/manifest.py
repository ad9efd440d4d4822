"""Manifests of generations: the one walk from a resolved request to what is keyed.

A *paid* manifest holds what the author asked for and nothing that a machine or an upgrade could change.
A *free* one also names the picture's size and rate and the tools, since they decide its bytes. Neither
holds the shot's id, its place in the cut, or `use`. `explain` reads these same manifests to say why.
"""

from __future__ import annotations

from collections.abc import Mapping

from renderer.digest import INTEGER_MAX, Digest
from renderer.model import Json

KEY_VERSION = 1


def generate_manifest(
    *,
    identity: Mapping[str, Json],
    model: str | None,
    fields: Mapping[str, Json],
    inputs: Mapping[str, Digest],
    params: Mapping[str, Json],
    seed: int | None,
    take: int,
    slate: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    """The manifest of one take.

    `fields` are the neutral fields that count, defaults left out. With `seed` None (a model without seeds)
    the take's number tells takes apart. `model` None stands for a provider that ignores it. Empty parts
    are left out, so that a field unset and a field never written give one key.
    """
    told_apart = {"take": take} if seed is None else {"seed": str(seed)}
    parts = {
        "action": "generate",
        "version": KEY_VERSION,
        **identity,
        "model": model,
        "fields": exact(fields),
        "inputs": {name: digest_json(digest) for name, digest in inputs.items()},
        "params": exact(params),
        **told_apart,
        "slate": slate,
    }
    return {name: part for name, part in parts.items() if part not in (None, {})}


def digest_json(digest: Digest) -> dict[str, Json]:
    """How a manifest names an input."""
    return {"sha256": digest.sha256, "size_bytes": digest.size_bytes}


def exact(value: Json) -> Json:
    """A JSON value that has exact bytes: a whole float becomes an integer, another number `{"decimal": "0.5"}`.

    So does an integer beyond 2^53, which RFC 8785 does not hold. An author's own mapping that looks like one of
    ours is marked `literal`, so that no two values have one form.

    >>> exact({"cfg_scale": 0.5, "steps": 30.0})
    {'cfg_scale': {'decimal': '0.5'}, 'steps': 30}
    """
    if isinstance(value, float):
        return exact(int(value)) if value.is_integer() else {"decimal": repr(value)}
    if isinstance(value, int) and abs(value) > INTEGER_MAX:
        return {"decimal": str(value)}
    if isinstance(value, Mapping):
        mapping = {name: exact(item) for name, item in value.items()}
        return {"literal": mapping} if set(mapping) in ({"decimal"}, {"literal"}) else mapping
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return value
