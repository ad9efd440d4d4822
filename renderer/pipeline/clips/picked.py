"""The picks against the takes: which clip each shot shows, which takes are not made since it was decided otherwise.

A variant (another provider, a profile) ignores picks and keeps. Everything here is decided anew by each command: only the text
of the picks is remembered, under its digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from renderer.model import Json, output_of
from renderer.pipeline.project import Project
from renderer.plan.rows import TakeRow
from renderer.row import Row
from renderer.store.authored import read_authored
from renderer.store.store import Store

if TYPE_CHECKING:
    from renderer.decisions.picks import Decision
    from renderer.diagnostic import Diagnostic

MEMO = "picks"


class Choice(Row):
    """What a shot shows: the take of this number among all, or one very clip where `clip` names it by its sha256."""

    number: int
    clip: str = ""


class Picked(Row):
    """What was decided, for today's takes. `choices` by the number of a shot's first take; takes among all.

    `kept` are the shots whose footage is held on to, with the reason; `passed` the takes that are not made, since another one of their shot is picked
    and its request has changed; `approved` the shots by the sha256 that was approved.
    """

    choices: Mapping[int, Choice] = {}
    kept: Mapping[str, str] = {}
    passed: frozenset[int] = frozenset()
    approved: Mapping[str, str] = {}
    warnings: tuple[Diagnostic, ...] = ()


NOTHING_PICKED = Picked()


def read_picks(store: Store, project: Project) -> Mapping[str, Decision]:
    """The decisions beside a storyboard, by shot; none for a variant. Raises `SpecError` as `parse_picks`, `StoreError` E617."""
    digest = None if project.variant is not None else store.digest_of(project.picks)
    if digest is None:
        return {}
    from renderer.decisions.picks import parse_picks  # noqa: PLC0415 - only where something was decided

    known = store.memos.get(MEMO, digest.sha256)
    if known is None:
        known = parse_picks(picks_text(project), file=project.label_of_picks)
        store.memos.put(MEMO, digest.sha256, known)
    return {shot: _decision_of(row) for shot, row in known.items()}


def _decision_of(row: Sequence[Json]) -> Decision:
    """A decision as it was remembered: JSON makes lists of tuples."""
    from renderer.decisions.picks import Decision  # noqa: PLC0415 - there already

    return Decision._make(tuple(item) if isinstance(item, list) else item for item in row)


def picks_text(project: Project) -> str:
    """The text of the picks, empty where there is no file."""
    return read_authored(project.picks, name=project.label_of_picks) or ""


def retakes_of(store: Store, project: Project) -> dict[str, tuple[int, ...]]:
    """The seeds of further takes, by shot; only shots that have some."""
    return {shot: one.retakes for shot, one in read_picks(store, project).items() if one.retakes}


def resolve_picks(decisions: Mapping[str, Decision], takes: Sequence[TakeRow], *, file: str) -> Picked:
    """What decisions mean for today's takes; `file` is how messages name the picks.

    A decision whose shot is gone follows the shot that asks for what it was picked for, that of a variant one for the same output. Where the picked take's request has changed,
    it is that take that is made and shown, and no other of its shot.
    """
    if not decisions:
        return NOTHING_PICKED
    book = _Book(takes, file)
    for name, decision in decisions.items():
        book.take(name, decision)
    return Picked(book.choices, book.kept, frozenset(book.passed), book.approved, tuple(book.warnings))


class _Book:
    """What is gathered of all decisions."""

    def __init__(self, takes: Sequence[TakeRow], file: str) -> None:
        self.takes, self.file = takes, file
        self.numbers: dict[str, list[int]] = {}
        for number, row in enumerate(takes):
            self.numbers.setdefault(row.shot, []).append(number)
        self.askers = {(row.key, row.output): row.shot for row in reversed(takes)}
        self.choices: dict[int, Choice] = {}
        self.kept: dict[str, str] = {}
        self.approved: dict[str, str] = {}
        self.passed: set[int] = set()
        self.warnings: list[Diagnostic] = []

    def take(self, name: str, decision: Decision) -> None:
        shot = name if name in self.numbers else self.askers.get((decision.request, output_of(name)))
        if shot is None:
            self._warn(decision, "D111", f"there is no shot `{name}` any more")
            return
        first = self.numbers[shot][0]
        if decision.approved:
            self.approved[shot] = decision.approved
        if decision.keep:
            self.kept[shot] = decision.reason
            self.choices[first] = Choice(first, decision.keep)
        elif decision.pick or decision.clip:
            self._pick(shot, decision)

    def _pick(self, shot: str, decision: Decision) -> None:
        numbers, place = self.numbers[shot], (decision.pick or 1) - 1
        if place >= len(numbers):
            self._warn(decision, "D112", f"`{shot}` has no take {decision.pick}: its first one is shown")
            return
        picked = numbers[place]
        is_current = decision.request in {"", self.takes[picked].key}
        self.choices[numbers[0]] = Choice(picked, decision.clip if is_current else "")
        if not is_current:
            self.passed.update(number for number in numbers if number != picked)
            message = (
                f"the pick of `{shot}` was made for another request: today's take {place + 1} stands for it"
            )
            hint = (
                f"look at it and `renderer pick` again; `renderer keep` holds on to the old clip of `{shot}`"
            )
            self._warn(decision, "D110", message, hint)

    def _warn(self, decision: Decision, code: str, message: str, hint: str | None = None) -> None:
        from renderer.diagnostic import Diagnostic, Place  # noqa: PLC0415 - only where there is one

        place = Place(self.file, decision.line, 1, 1)
        self.warnings.append(Diagnostic(code, message, place, "warning", hint=hint))
