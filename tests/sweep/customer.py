"""A careful customer: builds again, and answers what a build asks with what the account's own pages show.

What the simulator knows stands for those pages. A request is sent again only where they never had it; a job without our
id is told by hand; a clip whose link is dead for good, or whose generation failed, is bought again on purpose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.stage import Stage
from tests.simulator.jobs import Job
from tests.simulator.simulator import Simulator

BOUGHT_AGAIN = ("dead-link", "error")
"""Fates after which a take is bought again, by a person's word."""
APPEARS_WITHIN_S = 61


@dataclass
class Customer:
    """One person at one project. `acts` counts what had to be done by hand."""

    stage: Stage
    vendor: Simulator
    acts: Counter[str] = field(default_factory=Counter)

    def answers(self) -> list[str]:
        """The options for the next build that say what to do about each request that stands still.

        Tells jobs by hand on the way, and waits for the log where a row is still to come.
        """
        standing = {job["intent"]: job for job in self.jobs() if job["state"] in {"unknown", "failed"}}
        if not standing:
            return []
        sold = {job.client_request_id: job for job in self.vendor.jobs() if job.client_request_id}
        rows_s = self.vendor.rows_s()
        self._wait_for_rows(
            rows_s[sold[intent].id]
            for intent, job in standing.items()
            if job["state"] == "unknown" and intent in sold
        )
        return [option for job in standing.values() for option in self._answer(job, sold, rows_s)]

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs that are not settled, as `jobs list` tells them."""
        done = self.stage.run("jobs", "list", "--json")
        assert 0 == done.code, done.stderr
        return list(done.json["jobs"])

    def visible(self) -> set[str]:
        """The requests that the log shows by now, by our ids for them."""
        logged = self.vendor.logged()
        return {job.client_request_id or "" for job in self.vendor.jobs() if job.id in logged}

    def _answer(
        self, job: Mapping[str, Any], sold: Mapping[str, Job], rows_s: Mapping[str, float | None]
    ) -> Iterator[str]:
        truth, shot = sold.get(job["intent"]), job["askers"][0]["shot"]
        if job["state"] == "failed":
            assert truth, f"a job that the vendor never had failed: {job}"
            assert set(truth.fates) & set(BOUGHT_AGAIN), f"given up, although its clip can be had: {job}"
            self.acts["bought again after a failure"] += 1
            yield from ("--retry-failed", shot)
        elif truth is None:
            self.acts["sent again: the log never had it"] += 1
            yield from ("--resubmit", shot)
        elif rows_s[truth.id] is None:
            self.acts["told by hand: the log has no id"] += 1
            self._tell_by_hand(job["intent"], truth.id)

    def _tell_by_hand(self, intent: str, vendor_job: str) -> None:
        """Say which job a request became; once more in a minute, as the hint says, where the vendor does not show it yet."""
        told = self.stage.run("jobs", "collect", intent, "--as", vendor_job)
        if "U057" in told.stderr:
            self.acts["waited for a job to appear"] += 1
            self.vendor.advance(APPEARS_WITHIN_S)
            told = self.stage.run("jobs", "collect", intent, "--as", vendor_job)
        assert told.code in {0, 1, 4}, told.stderr

    def settle_prices(self) -> None:
        """Hear from the log what nobody has named yet, once all rows are there that ever come."""
        self._wait_for_rows(self.vendor.logged_s())
        assert 0 == self.stage.run("jobs", "collect").code

    def _wait_for_rows(self, rows_s: Iterable[float | None]) -> None:
        last_s = max((row_s for row_s in rows_s if row_s is not None), default=0.0)
        left_s = last_s - self.vendor.standing()["now_s"]
        if left_s > 0:
            self.acts["waited for the log"] += 1
            self.vendor.advance(left_s + 1)
