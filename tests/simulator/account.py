"""The account: balance, ledger and log. All three are derived from the jobs and the time; nothing is counted twice.

Documented: a hold at submission, a charge written after completion, nothing for failed requests, amounts in
US dollars and in credits at 2,000,000 a dollar, log rows of succeeded and failed requests. Guesses: holds are not in
the balance that is shown; rows appear when the generation ends, or later.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .clock import iso
from .draw import dice
from .jobs import Job, Jobs
from .settings import Settings

CREDITS_PER_USD = 2_000_000


class Account:
    """What the vendor knows of the money of one key; `topups` are credits with the time they came."""

    def __init__(self, *, seed: int, jobs: Jobs) -> None:
        self.seed = seed
        self.topups: list[tuple[float, int]] = []
        self._jobs = jobs

    def balance(self, *, settings: Settings, now_s: float) -> int:
        """Credits that are shown: what came in, less what was charged by now."""
        spent = sum(job.price for job in self._ours() if self._charged_s(job, settings) <= now_s)
        return self._income(settings) - spent

    def available(self, *, settings: Settings) -> int:
        """Credits that may still be spent: less the holds of what is not charged yet."""
        return self._income(settings) - self._jobs.committed["aimlapi"]

    def transactions(self, *, settings: Settings, now_s: float) -> list[dict[str, Any]]:
        """One entry for each movement of the balance, newest first."""
        skew_s = settings.clock_skew_s
        charged = [(self._charged_s(job, settings), job) for job in self._ours()]
        rows = [
            (at_s, _movement("CHARGE", "MODEL_USAGE", at_s + skew_s, job.price, model=job.model, of=job.id))
            for at_s, job in charged
            if at_s <= now_s
        ]
        rows += [(at_s, _movement("TOPUP", "PAYMENT", at_s + skew_s, paid)) for at_s, paid in self.topups]
        return [row for _, row in sorted(rows, key=lambda entry: entry[0], reverse=True)]

    def log(self, *, settings: Settings, now_s: float) -> list[tuple[float, dict[str, Any]]]:
        """The rows that are to be seen by now, newest first, each with the time of its request."""
        seen = [job for job in self._ours() if self._logged_s(job, settings) <= now_s]
        rows = [(job.accepted_s, self._row(job, settings=settings, now_s=now_s)) for job in seen]
        return sorted(rows, key=lambda entry: entry[0], reverse=True)

    def row_s(self, job: Job, *, settings: Settings) -> float | None:
        """From when on a job's row is to be seen with the id that the client sent; None for never."""
        row = self._row(job, settings=settings, now_s=job.accepted_s)
        return None if row["client_request_id"] is None else self.logged_s(job, settings=settings)

    def logged_s(self, job: Job, *, settings: Settings) -> float | None:
        """From when on a job's row is to be seen, with that id or without; None for never."""
        from_s = self._logged_s(job, settings)
        return None if from_s == float("inf") else from_s

    def _ours(self) -> list[Job]:
        return [job for job in self._jobs if job.vendor == "aimlapi"]

    def _income(self, settings: Settings) -> int:
        return in_credits(settings.balance_usd) + sum(paid for _, paid in self.topups)

    def _charged_s(self, job: Job, settings: Settings) -> float:
        if not job.earns:
            return float("inf")
        return job.ends_s + dice(self.seed, "charge", job.id).uniform(*settings.charge_delay_s)

    def _logged_s(self, job: Job, settings: Settings) -> float:
        chance = dice(self.seed, "row", job.id)
        is_lost = chance.random() < settings.log_lost_share or "unlogged" in job.fates
        delay_s = float(job.fates.get("late-row") or chance.uniform(*settings.log_delay_s))
        from_s = job.ends_s if settings.log_from == "end" else job.accepted_s
        return float("inf") if is_lost else from_s + delay_s

    def _row(self, job: Job, *, settings: Settings, now_s: float) -> dict[str, Any]:
        chance = dice(self.seed, "null", job.id)
        is_null = chance.random() < settings.log_null_share or "null-id" in job.fates
        paid = job.price if job.earns and job.is_over(now_s) else 0
        return {
            "created": iso(job.accepted_s + settings.clock_skew_s),
            "status": "failed" if job.fails and job.is_over(now_s) else "succeeded",
            "origin": "api",
            "model": f"runway/{job.model}" if "/" not in job.model else job.model,
            "cost": {"usd": float(in_usd(paid)), "credits": paid},
            "tokens": {"input": 0, "output": 0, "total": 0},
            "request_id": None if chance.random() < 0.5 else f"req-{job.digest[:12]}-{job.nth}",
            "inference_id": job.id,
            "client_request_id": None if is_null else job.client_request_id,
        }


def in_credits(usd: str | Decimal) -> int:
    return int(Decimal(usd) * CREDITS_PER_USD)


def in_usd(amount: int) -> Decimal:
    return Decimal(amount) / CREDITS_PER_USD


def _movement(
    direction: str, kind: str, at_s: float, amount: int, *, model: str | None = None, of: str | None = None
) -> dict[str, Any]:
    return {
        "created_at": iso(at_s),
        "direction": direction,
        "type": kind,
        "amount": {"usd": float(in_usd(amount)), "credits": amount},
        "model": model,
        "reference_id": of,
    }
