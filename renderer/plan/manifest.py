"""Manifests of generations: the one walk from a resolved request to what is keyed.

A *paid* manifest holds what the author asked for and nothing that a machine or an upgrade could change.
A *free* one also names the picture's size and rate and the tools, since they decide its bytes. Neither
holds the shot's id, its place in the cut, or `use`. `explain` reads these same manifests to say why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from renderer.digest import Digest, exact
from renderer.model import Json

KEY_VERSION = 1


def generate_manifest(
    *,
    identity: Mapping[str, Json],
    model: str | None,
    fields: Mapping[str, Json],
    inputs: Mapping[str, Digest | Sequence[Digest]],
    params: Mapping[str, Json],
    seed: int | None,
    take: int,
    slate: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    """The manifest of one take.

    `fields` are the neutral fields that count, defaults left out; `inputs` the digest of each medium by its
    role, or the digests of a list of them in order. With `seed` None (a model without seeds)
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
        "inputs": {role: input_json(given) for role, given in inputs.items()},
        "params": exact(params),
        **told_apart,
        "slate": slate,
    }
    return {name: part for name, part in parts.items() if part not in (None, {})}


def digest_json(digest: Digest) -> dict[str, Json]:
    """How a manifest names an input."""
    return {"sha256": digest.sha256, "size_bytes": digest.size_bytes}


def input_json(given: Digest | Sequence[Digest]) -> Json:
    """How a manifest names what stands in one role: a medium, or a list of them."""
    return digest_json(given) if isinstance(given, Digest) else [digest_json(digest) for digest in given]


def frame_json(clip_sha256: str, number: int) -> dict[str, Json]:
    """How a manifest names a frame of a clip: by the clip's digest and the frame's number from 0, never by pixels."""
    return {"sha256": clip_sha256, "frame": number}


def without_frames(manifest: Mapping[str, Json]) -> dict[str, Json]:
    """A manifest without the frames of clips among its inputs."""
    inputs = manifest.get("inputs", {})
    kept = {role: given for role, given in inputs.items() if "frame" not in given}
    rest = {name: part for name, part in manifest.items() if name != "inputs"}
    return {**rest, "inputs": kept} if kept else rest


def with_inputs(manifest: Mapping[str, Json], more: Mapping[str, Json]) -> dict[str, Json]:
    """A manifest with more roles among its inputs; no role at all leaves it as it is."""
    return {**manifest, "inputs": {**manifest.get("inputs", {}), **more}} if more else dict(manifest)
