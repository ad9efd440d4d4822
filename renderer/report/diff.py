"""How a storyboard differs from another revision of it: as text, as a Markdown table for a pull request, as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from renderer.model import Json, dollars
from renderer.report.run import CauseLine, ShotLine, id_json, price_of
from renderer.report.text import paint, price, take_name
from renderer.report.visible import visible
from renderer.row import Row

VERSION = 1
Kind = Literal["changed", "added", "removed", "renamed"]
COLOURS = {"changed": "run", "added": "ran", "removed": "failed", "renamed": "reused"}


class Difference(Row):
    """What became of one take: its line in today's plan, or the last one it had."""

    kind: Kind
    shot: ShotLine
    causes: tuple[CauseLine, ...] = ()


class Comparison(Row):
    """A storyboard against a revision; `films` are outputs with what differs, `same` counts the takes that are as they were."""

    spec: str
    revision: str
    commit: str
    shots: Sequence[Difference]
    films: Sequence[tuple[str, str]]
    same: int

    @property
    def cost(self) -> tuple[Decimal, int]:
        """What a build would pay for these takes now, and of how many the price is unknown."""
        return price_of(difference.shot for difference in self.shots)


def diff_lines(comparison: Comparison, *, colour: bool) -> list[str]:
    """A line for each take and film that differs, then what it adds up to."""
    names = [_name(difference) for difference in comparison.shots]
    width = max(map(len, [*names, *(name for name, _ in comparison.films)]), default=0)
    lines = [
        f"{paint(one.kind, COLOURS[one.kind], colour=colour, width=8)} {name:<{width}}  {_cost(one):>8}  {visible(one.shot.why)}"
        for one, name in zip(comparison.shots, names, strict=True)
    ]
    lines += [
        f"{paint('film', 'run', colour=colour, width=8)} {visible(name):<{width}}  {'':>8}  {visible(words)}"
        for name, words in comparison.films
    ]
    return [*(line.rstrip() for line in lines), *([""] if lines else []), summary(comparison)]


def diff_markdown(comparison: Comparison) -> list[str]:
    """A heading line and a table that a pull request shows; free text is escaped."""
    title = f"**{_cell(comparison.spec)}** against `{comparison.commit[:12]}`: {summary(comparison)}"
    if not (comparison.shots or comparison.films):
        return [title]
    rows = [
        f"| {_cell(_name(one))} | {one.kind} | {_cost(one)} | {_cell(one.shot.why)} |"
        for one in comparison.shots
    ]
    rows += [f"| {_cell(name)} | film |  | {_cell(words)} |" for name, words in comparison.films]
    return [title, "", "| shot | what | cost | why |", "|---|---|---:|---|", *rows]


def summary(comparison: Comparison) -> str:
    """How many takes differ and how, and what they would cost."""
    counts = Counter(difference.kind for difference in comparison.shots)
    parts = [f"{count} {kind}" for kind, count in counts.items()] + [f"{comparison.same} as before"]
    total, unknown = comparison.cost
    cost = f"costs {dollars(total)}" if total else "free"
    return f"{', '.join(parts)}; {f'{cost} and {unknown} of unknown price' if unknown else cost}"


def diff_json(comparison: Comparison) -> dict[str, Json]:
    """The object that `diff --json` prints."""
    total, unknown = comparison.cost
    return {
        "version": VERSION,
        "spec": comparison.spec,
        "revision": comparison.revision,
        "commit": comparison.commit,
        "shots": list(_shots_json(comparison.shots)),
        "sequences": [{"output": name, "reason": words} for name, words in comparison.films],
        "same": comparison.same,
        "estimate_usd": float(total),
        "unpriced": unknown,
    }


def _shots_json(shots: Iterable[Difference]) -> Iterable[dict[str, Json]]:
    for kind, shot, causes in shots:
        estimate = shot.estimate_usd
        yield {
            **id_json(shot.id, shot.take),
            "key": shot.known_key,
            "change": kind,
            "verdict": None if kind == "removed" else shot.verdict,
            "reason": shot.reason,
            "cause": causes[0]._asdict() if causes else None,
            "estimate_usd": None if estimate is None else float(estimate),
        }


def _name(difference: Difference) -> str:
    return visible(take_name(difference.shot.id, difference.shot.take))


def _cost(difference: Difference) -> str:
    return (
        "stored"
        if difference.shot.verdict == "reused" and difference.kind != "removed"
        else price(difference.shot)
    )


def _cell(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace("|", "\\|")
