"""What a plan or a build says of each shot and film: values, and their JSON form as the contract fixes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from renderer.errors import RendererError
from renderer.model import Json, MediaFacts, output_of
from renderer.report.errors import error_json
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.report.budget import Allowance

VERSION = 1
_OWN = r"shots\[[0-9]+\]\."
UNKEYED = frozenset({"depends", "waiting"})
"""Verdicts of takes whose key is not known before others are made; `ShotLine.key` stands for it then."""
PRICED = frozenset({"run", "depends"})
"""Verdicts of what would be bought, if it costs anything."""


class ClipLine(Row):
    """A clip on disk: where, which bytes, what it is. `path` is absolute or relative to the current directory."""

    path: str
    sha256: str
    size_bytes: int
    facts: MediaFacts


class CauseLine(Row):
    """What an author changed: `defaults.style`, and where that is written, if it is in the storyboard."""

    field: str
    file: str | None
    line: int | None
    column: int | None

    @property
    def name(self) -> str:
        """The field as a line about one shot names it: a shot's own fields without the shot."""
        return re.sub(_OWN, "", self.field)

    @property
    def in_words(self) -> str:
        """As a question names it: `defaults.style` (line 20)."""
        return f"`{self.name}`" + (f" (line {self.line})" if self.line else "")

    def __str__(self) -> str:
        return f"`{self.name}`" + (f" ({self.file}:{self.line})" if self.file else "")


class ShotLine(Row):
    """One take of one shot. `verdict` is what the plan says, `outcome` how a build ended (None in a plan)."""

    id: str
    take: int
    verdict: str
    reason: str
    outcome: str | None
    key: str
    provider: str
    model: str | None
    seed: int
    estimate_usd: Decimal | None
    cost_usd: Decimal | None = None
    job: str | None = None
    clip: ClipLine | None = None
    error: RendererError | None = None
    causes: tuple[CauseLine, ...] = ()

    @property
    def known_key(self) -> str | None:
        """The key, None while it depends on what is not made yet."""
        return None if self.verdict in UNKEYED else self.key

    @property
    def why(self) -> str:
        """The reason in one line for people, with the places that are at the bottom of it."""
        return why_words(self.reason, self.causes)


class FilmLine(Row):
    """One film: its output's name, where it is written, and its length. `verdict`: `reused`, `run` or `depends`."""

    output: str
    file: str
    verdict: str
    reason: str
    clip: ClipLine | None = None
    frames: int = 0
    fps: Fraction = Fraction(24)
    outcome: str | None = None
    error: RendererError | None = None

    @property
    def duration_s(self) -> Fraction:
        return self.frames / self.fps


def why_words(reason: str, causes: Sequence[CauseLine]) -> str:
    """A reason in one line for people; where lines of the storyboard are at the bottom of it, those."""
    return f"{', '.join(map(str, causes))} changed" if causes else reason


def plan_json(
    *, spec: str, shots: Iterable[ShotLine], films: Iterable[FilmLine], budget: Allowance | None = None
) -> dict[str, Json]:
    """The object that `plan --json` prints; `budget` is there where the storyboard sets one."""
    listed = list(shots)
    total, unpriced = price_of(listed)
    return {
        "version": VERSION,
        "spec": spec,
        "shots": [_shot_json(shot) | _planned_json(shot) for shot in listed],
        "sequences": [_planned_film(film) for film in films],
        "estimate_usd": _money(total),
        "unpriced": unpriced,
        **({"budget": budget.to_json()} if budget else {}),
    }


def price_of(shots: Iterable[ShotLine]) -> tuple[Decimal, int]:
    """What all that is to be made costs, and of how many requests the price is unknown.

    Shots of one request share one clip, so a request counts once.
    """
    wanted = {shot.key: shot.estimate_usd for shot in shots if shot.verdict in PRICED}
    known = [price for price in wanted.values() if price is not None]
    return sum(known, Decimal(0)), len(wanted) - len(known)


def build_json(
    *,
    spec: str,
    shots: Iterable[ShotLine],
    films: Iterable[FilmLine],
    elapsed_s: float,
    spent_usd: Decimal = Decimal(0),
    errors: Iterable[RendererError] = (),
) -> dict[str, Json]:
    """The object that `build --json` prints; failures add `errors` to the same object.

    `spent_usd` is what this build sent requests for; a clip bought by an earlier build and fetched by this one adds nothing.
    """
    listed = list(shots)
    sequences = [film_json(film) for film in films]
    failures = [shot.error for shot in listed if shot.error] + list(errors)
    return {
        "version": VERSION,
        "spec": spec,
        "shots": [_shot_json(shot) | _ran_json(shot) for shot in listed],
        "sequence": sequences[0] if sequences else None,
        "sequences": sequences,
        "spent_usd": _money(spent_usd),
        "elapsed_s": round(elapsed_s, 3),
        **({"errors": [error_json(error) for error in failures]} if failures else {}),
    }


def film_json(film: FilmLine) -> dict[str, Json] | None:
    """A film that exists, or None."""
    if film.clip is None:
        return None
    return {
        "output": film.output,
        "path": film.clip.path,
        "sha256": film.clip.sha256,
        "duration_s": float(film.duration_s),
        "frames": film.frames,
    }


def _planned_film(film: FilmLine) -> dict[str, Json]:
    return {
        "output": film.output,
        "verdict": film.verdict,
        "reason": film.reason,
        "duration_s": float(film.duration_s),
        "frames": film.frames,
    }


def id_json(shot: str, take: int | None) -> dict[str, Json]:
    """How a take is named for machines; that of a variant with the output that shows it."""
    output = output_of(shot)
    return {"id": shot, **({"output": output} if output else {}), "take": take}


def _shot_json(shot: ShotLine) -> dict[str, Json]:
    return {
        **id_json(shot.id, shot.take),
        "key": shot.known_key,
        "provider": shot.provider,
        "model": shot.model,
        "seed": shot.seed,
    }


def _planned_json(shot: ShotLine) -> dict[str, Json]:
    cause = shot.causes[0]._asdict() if shot.causes else None
    return {
        "verdict": shot.verdict,
        "reason": shot.reason,
        "cause": cause,
        "estimate_usd": _money(shot.estimate_usd),
    }


def _ran_json(shot: ShotLine) -> dict[str, Json]:
    return {
        "outcome": shot.outcome,
        "job": shot.job,
        "cost_usd": _money(shot.cost_usd),
        "clip": _clip_json(shot.clip),
        "error": error_json(shot.error) if shot.error else None,
    }


def _clip_json(clip: ClipLine | None) -> dict[str, Json] | None:
    return (
        None
        if clip is None
        else {
            "path": clip.path,
            "sha256": clip.sha256,
            "bytes": clip.size_bytes,
            "duration_s": float(clip.facts.duration_s),
            "width": clip.facts.size.width_px,
            "height": clip.facts.size.height_px,
            "fps": str(clip.facts.fps),
        }
    )


def _money(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
