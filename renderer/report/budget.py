"""What a storyboard's budget leaves for a plan: one line for people, and its JSON form."""

from __future__ import annotations

from decimal import Decimal

from renderer.model import Json, dollars
from renderer.row import Row

STOPS = "a build stops before its first request"


class Allowance(Row):
    """The most that one build and all builds may spend, in US dollars, and what was spent before; None is no limit."""

    per_run_usd: Decimal | None
    total_usd: Decimal | None
    spent_usd: Decimal

    def passed_by(self, estimate_usd: Decimal) -> str | None:
        """The limit that a build of this price would pass, the narrower one first; None where it passes none."""
        if self.per_run_usd is not None and estimate_usd > self.per_run_usd:
            return "budget.per_run"
        is_beyond = self.total_usd is not None and self.spent_usd + estimate_usd > self.total_usd
        return "budget.total" if is_beyond and estimate_usd else None

    def line(self, estimate_usd: Decimal) -> str:
        """How a plan of this price stands to the budget.

        >>> Allowance(Decimal(1), Decimal(60), Decimal("59.5")).line(Decimal("0.525"))
        'budget: $0.525 of $1.00 for one build; $59.50 of $60.00 spent before; beyond `budget.total`: a build stops before its first request'
        """
        parts = []
        if self.per_run_usd is not None:
            parts.append(f"{dollars(estimate_usd)} of {dollars(self.per_run_usd)} for one build")
        if self.total_usd is not None:
            parts.append(f"{dollars(self.spent_usd)} of {dollars(self.total_usd)} spent before")
        if passed := self.passed_by(estimate_usd):
            parts.append(f"beyond `{passed}`: {STOPS}")
        return f"budget: {'; '.join(parts)}"

    def to_json(self) -> dict[str, Json]:
        """Numbers of dollars, for `plan --json`."""
        return {name: None if usd is None else float(usd) for name, usd in self._asdict().items()}
