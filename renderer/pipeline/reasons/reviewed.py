"""A plan that was written down for review, and the promise that a build of it does what was read there, or nothing.

What would be bought is held by its keys, which say what is asked for; the cut by its slots. What a machine decides for itself, such as the
keys of free clips, is not in it. A chained take whose parent is not there yet is held by what stands for its key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from renderer.digest import read_json
from renderer.errors import GateError, UsageError, shortened
from renderer.model import Json
from renderer.pipeline.clips.chains import placeholders
from renderer.pipeline.reasons.joined import coding_of, enters_of, words_of
from renderer.pipeline.run import Run
from renderer.row import Row

VERSION = 1


class Reviewed(Row):
    """What was planned: the storyboard below its root, shots, keys of all paid takes by name, the cut, and what is to be bought.

    `ceiling_usd` is what all of `purchases`, by key, come to.
    """

    spec: str
    provider: str | None
    profile: str | None
    shots: tuple[str, ...]
    keys: Mapping[str, str]
    cut: Sequence[Json]
    purchases: frozenset[str]
    ceiling_usd: Decimal

    def to_json(self) -> dict[str, Json]:
        return {
            "version": VERSION,
            **self._asdict(),
            "purchases": sorted(self.purchases),
            "ceiling_usd": str(self.ceiling_usd),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Reviewed:
        """The inverse of `to_json`; raises `KeyError`, `TypeError`, `ValueError` or `ArithmeticError` for another form."""
        if value["version"] != VERSION:
            raise ValueError("another version")
        return cls(
            spec=str(value["spec"]),
            provider=value["provider"],
            profile=value["profile"],
            shots=tuple(map(str, value["shots"])),
            keys=dict(value["keys"]),
            cut=list(value["cut"]),
            purchases=frozenset(value["purchases"]),
            ceiling_usd=Decimal(value["ceiling_usd"]),
        )


def review(run: Run) -> Reviewed:
    """What a build of this run would do, to be written down."""
    takes = run.compiled.takes
    wanted = {key: takes[number].estimate_usd for key, number in _wanted(run).items()}
    return Reviewed(
        spec=run.project.spec_name,
        provider=run.project.provider,
        profile=run.project.profile,
        shots=run.wishes.shots,
        keys={takes[number].name: takes[number].key for number in sorted(run.selected) if takes[number].paid},
        cut=_cut(run),
        purchases=frozenset(wanted),
        ceiling_usd=sum((Decimal(price) for price in wanted.values() if price is not None), Decimal(0)),
    )


def write_review(reviewed: Reviewed, path: Path) -> None:
    """Write a plan down, whole or not at all."""
    text = json.dumps(reviewed.to_json(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def read_review(path: Path) -> Reviewed:
    """A plan that was written down; raises `UsageError` U083 for a file that is none."""
    try:
        return Reviewed.from_json(read_json(path.read_text("utf-8")))
    except (OSError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise UsageError(
            f"`{path}` is no plan that can be built",
            code="U083",
            hint="write one with `renderer plan --out FILE`",
        ) from error


def check_reviewed(run: Run, reviewed: Reviewed) -> None:
    """Raises `GateError` G940 where a build would not do what was reviewed: other requests, another cut, more to buy."""
    now = review(run)
    stood = placeholders(run)
    known = {name: {key, stood.get(key, key)} for name, key in now.keys.items()}
    names = [
        name for name in {**reviewed.keys, **now.keys} if reviewed.keys.get(name) not in known.get(name, ())
    ]
    more = [
        run.compiled.takes[number].name
        for key, number in _wanted(run).items()
        if not reviewed.purchases & {key, stood.get(key, key)}
    ]
    told = [("storyboard", now.spec)] if now.spec != reviewed.spec else []
    told += [("other requests", shortened(names))] if names else []
    told += [("another cut", "slots of a film differ")] if now.cut != reviewed.cut else []
    told += [("more to buy", shortened(more))] if more else []
    if told:
        raise GateError(
            "the plan is not of today's storyboard: nothing was sent",
            code="G940",
            facts=told,
            hint="plan again with `renderer plan --out FILE`, and have that reviewed",
        )


def _wanted(run: Run) -> dict[str, int]:
    """The requests that a build would buy, by key, each with the first take that asks for it."""
    takes = run.compiled.takes
    paid = [number for number in run.dirty() if run.is_bought(number)]
    return {takes[number].key: number for number in reversed(paid)}


def _cut(run: Run) -> list[Json]:
    return [
        [output.name, output.file, output.size, output.fps, output.fit]
        + [[slot.shot, slot.first, slot.frames] for slot in output.slots]
        + [list(row) for row in (*output.fits, *output.motions)]
        + ([words_of(output)] if output.texts or output.cards else [])
        + ([enters_of(output)] if output.enters else [])
        + ([coding_of(output)] if coding_of(output) else [])
        for output in run.compiled.outputs
    ]
