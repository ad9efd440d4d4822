"""Plans and builds as lines for people; no colour is needed to read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from renderer.model import dollars
from renderer.report.run import PRICED, FilmLine, ShotLine, price_of
from renderer.report.visible import visible

STYLES = {
    "reused": "\x1b[2m",
    "run": "\x1b[1;33m",
    "ran": "\x1b[1;32m",
    "depends": "\x1b[33m",
    "waiting": "\x1b[31m",
    "failed": "\x1b[1;31m",
    "blocked": "\x1b[31m",
    "in_flight": "\x1b[36m",
    "unknown": "\x1b[1;31m",
    "refused": "\x1b[31m",
    "kept": "\x1b[2m",
    "lost": "\x1b[1;31m",
}
RESET = "\x1b[0m"
VERDICT_WIDTH = 7
NAME_WIDTH_MAX = 32
GROUP_MIN = 10
"""From how many takes on a plan tells those that one cause has changed in one line."""
NAMES_SHOWN_MAX = 4


AT_STAKE = frozenset({"in_flight", "unknown", "refused", "lost"})
"""Verdicts of takes that cost, or may have cost, money already."""


def plan_lines(
    shots: Sequence[ShotLine], films: Sequence[FilmLine], *, colour: bool, grouped: bool = False
) -> list[str]:
    """A line for each take and film: verdict, name, price, reason; then what it adds up to.

    `grouped` makes one line of many takes that one cause has changed.
    """
    width = _width([_take_name(shot) for shot in shots] + [film.file for film in films])
    verdict_width = max([VERDICT_WIDTH, *(len(shot.verdict) for shot in shots)])
    lines = [
        f"{paint(_words(group[0].verdict), group[0].verdict, colour=colour, width=verdict_width)}"
        f"  {_group_name(group):<{width}}  {_group_price(group):>8}  {visible(_group_why(group))}"
        for group in _groups(shots, least=GROUP_MIN if grouped else len(shots) + 1)
    ]
    lines += [
        f"{paint(film.verdict, film.verdict, colour=colour, width=verdict_width)}  {visible(film.file):<{width}}"
        f"  {'':>8}  {film.reason or _length(film)}"
        for film in films
    ]
    return [*(line.rstrip() for line in lines), "", plan_total(shots, films)]


def _groups(shots: Sequence[ShotLine], *, least: int) -> list[Sequence[ShotLine]]:
    """The takes in order, those that one cause has changed together where the first of them stands, if they are as many."""
    alike: dict[tuple[str, str], list[ShotLine]] = {}
    for shot in shots:
        if shot.causes:
            alike.setdefault((shot.verdict, shot.why), []).append(shot)
    large = {kind: group for kind, group in alike.items() if len(group) >= least}
    groups: list[Sequence[ShotLine]] = []
    for shot in shots:
        group = large.get((shot.verdict, shot.why)) if shot.causes else None
        if group is None:
            groups.append([shot])
        elif shot is group[0]:
            groups.append(group)
    return groups


def _group_name(group: Sequence[ShotLine]) -> str:
    return _take_name(group[0]) if len(group) == 1 else f"{len(group)} takes"


def _group_price(group: Sequence[ShotLine]) -> str:
    if len(group) == 1 or group[0].verdict not in PRICED:
        return price(group[0])
    total, unknown = price_of(group)
    return "unknown" if unknown else dollars(total) if total else "free"


def _group_why(group: Sequence[ShotLine]) -> str:
    if len(group) == 1:
        return group[0].why
    names = ", ".join(_take_name(shot) for shot in group[:NAMES_SHOWN_MAX])
    return f"{group[0].why}: {names} and {len(group) - NAMES_SHOWN_MAX} more"


def plan_total(shots: Sequence[ShotLine], films: Sequence[FilmLine] = ()) -> str:
    """How many of each verdict, and the price of all that is to be bought."""
    counts = Counter(shot.verdict for shot in shots)
    parts = ", ".join(f"{count} {_words(verdict)}" for verdict, count in counts.items())
    verdicts = {shot.verdict for shot in shots} | {film.verdict for film in films}
    if verdicts <= {"reused", "kept"}:
        return f"nothing to do: {parts}" if parts else "nothing to do"
    total, unknown = price_of(shots)
    cost = f"costs {dollars(total)}" if total else "buys nothing" if verdicts & AT_STAKE else "free"
    priced = f"{cost} and {unknown} of unknown price" if unknown else cost
    return f"{parts}; {priced}" if parts else priced


def shot_line(shot: ShotLine, *, width: int, elapsed_s: float | None, colour: bool) -> str:
    """The one line that a build prints for a take when it has ended."""
    outcome = shot.outcome or shot.verdict
    where = visible(shot.clip.path if shot.clip else shot.error.message if shot.error else "")
    took = "" if elapsed_s is None else f"{elapsed_s:.1f} s"
    painted = paint(outcome, outcome, colour=colour, width=VERDICT_WIDTH)
    return f"{painted}  {_take_name(shot):<{width}}  {took:>7}  {where}".rstrip()


def closing_line(counts: Counter[str], *, elapsed_s: float, spent_usd: Decimal, at_most: bool = False) -> str:
    """How many reused, ran, failed, blocked; the time; the money where any was spent, or may have been."""
    shown = [f"{counts[name]} {name}" for name in ("reused", "ran", "failed")]
    shown += [f"{counts['blocked']} blocked"] if counts["blocked"] else []
    spent = f", spent {'at most ' if at_most else ''}{dollars(spent_usd)}" if spent_usd else ""
    return f"{', '.join(shown)} in {elapsed_s:.1f} s{spent}"


def film_line(film: FilmLine, *, colour: bool) -> str:
    """Where the film is, and how long."""
    name = paint("film", "ran", colour=colour, width=VERDICT_WIDTH)
    where = visible(film.clip.path) if film.clip else ""
    return f"{name}  {where}  {_length(film)}"


def paint(text: str, style: str, *, colour: bool, width: int = 0) -> str:
    """`text` padded to `width`, in the colour that stands for `style` where colour is wanted."""
    padded = f"{text:<{width}}"
    return f"{STYLES[style]}{padded}{RESET}" if colour and style in STYLES else padded


def price(shot: ShotLine) -> str:
    """What a take would cost, blank where it costs nothing."""
    if shot.verdict not in {"run", "depends"}:
        return ""
    return (
        "unknown"
        if shot.estimate_usd is None
        else dollars(shot.estimate_usd)
        if shot.estimate_usd
        else "free"
    )


def _words(verdict: str) -> str:
    return verdict.replace("_", " ")


def name_width(takes: Iterable[tuple[str, int]]) -> int:
    """How wide the column of names is, for takes as shot and number."""
    return _width([take_name(shot, take) for shot, take in takes])


def seconds(time_s: Fraction) -> str:
    """A length for people: `15.5 s`, `2:05 min`."""
    if time_s < 120:
        return f"{float(time_s):.2f}".rstrip("0").rstrip(".") + " s"
    return f"{int(time_s) // 60}:{int(time_s) % 60:02} min"


def _length(film: FilmLine) -> str:
    return f"{seconds(film.duration_s)}  {film.frames} frames" if film.frames else ""


def _take_name(shot: ShotLine) -> str:
    return take_name(shot.id, shot.take)


def take_name(shot: str, take: int) -> str:
    """How people read a take's name."""
    return shot if take == 1 else f"{shot} take {take}"


def _width(names: list[str]) -> int:
    return min(NAME_WIDTH_MAX, max((len(name) for name in names), default=0))
