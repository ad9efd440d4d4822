"""The manifest of a resolved request, as a build makes it, without files."""

from typing import Any

from renderer.catalogue.resolve import Resolved
from renderer.digest import Digest, digest_bytes
from renderer.plan.manifest import generate_manifest
from renderer.storyboard import Source


def digest_of(source: Source) -> Digest:
    """A digest for a source, its text standing for its bytes."""
    return digest_bytes(source.text.encode())


def digests(media: Any) -> Any:
    """The digest of each source, lists as lists."""
    return digest_of(media) if isinstance(media, Source) else tuple(map(digest_of, media))


def manifest_of(resolved: Resolved, *, provider: str) -> dict[str, Any]:
    """The manifest of a resolved request, as a build makes it."""
    return generate_manifest(
        identity={"provider": provider},
        model=resolved.model,
        fields=resolved.keyed,
        inputs={role: digests(media) for role, media in resolved.media.items()},
        params=resolved.params_keyed,
        seed=resolved.seed,
        take=resolved.take,
    )
