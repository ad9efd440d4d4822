"""An action: a node of the plan with all that is needed to make its result anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from renderer.digest import Digest, action_key
from renderer.model import Asker, Json, MediaFacts
from renderer.row import Row

Kind = Literal["generate", "frame", "segment", "sound", "join"]


class Input(Row):
    """Bytes that an action reads: their digest, where they lie outside the store if they do, and their facts.

    `path` None means the store has them.
    """

    digest: Digest
    path: Path | None = None
    facts: MediaFacts | None = None


class Action(Row):
    """What is to be made. `name` is for people; `key` is the digest of `manifest` and names the result.

    `inputs` holds, for each role (`image`, `clip`, `picture`, …), the inputs in order. `along` are actions whose results the same
    run can make for less; it is in no key.
    """

    name: str
    kind: Kind
    manifest: Mapping[str, Json]
    key: str
    inputs: Mapping[str, tuple[Input, ...]] = MappingProxyType({})
    askers: tuple[Asker, ...] = ()
    along: tuple[Action, ...] = ()

    @classmethod
    def of(
        cls,
        manifest: Mapping[str, Json],
        *,
        name: str,
        inputs: Mapping[str, tuple[Input, ...]],
        askers: tuple[Asker, ...] = (),
    ) -> Action:
        """The action of a manifest; its key is computed here and nowhere else."""
        return cls(
            name=name,
            kind=manifest["action"],
            manifest=manifest,
            key=action_key(manifest),
            inputs=inputs,
            askers=askers,
        )
