"""What sounds are, decoded once for each digest and remembered in the store."""

from __future__ import annotations

from pathlib import Path

from renderer.digest import Digest
from renderer.media.hearing import SoundFacts, hear
from renderer.store.store import Store

MEMO = "sound"


def sound_of(store: Store, digest: Digest, path: Path | None) -> SoundFacts | None:
    """What the sound with this digest is, which lies at `path`; None where it is not at hand and was never heard.

    Raises as `hear`.
    """
    known = store.memos.get(MEMO, digest.sha256)
    if known is not None:
        return SoundFacts.from_json(known)
    if path is None:
        return None
    found = hear(path)
    store.memos.put(MEMO, digest.sha256, found)
    return found
