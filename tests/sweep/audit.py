"""What must be true after a trial, whatever happened in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.acceptance.stage import Finished, Stage, digest_of
from tests.simulator.jobs import Job
from tests.simulator.simulator import Simulator

CREDITS_PER_USD = 2_000_000


def audit(stage: Stage, vendor: Simulator, *, shots: int, film: str) -> None:
    """Each request charged once, the ledger exact, the store sound, the film the same; another build sends nothing.

    A job that the vendor made dead for good was charged too, and bought again by a person's word.
    """
    _one_charge_each(vendor.jobs(), shots=shots)
    assert film == digest_of(stage.film()), "the film differs from that of an undisturbed build"
    sound = stage.run("cache", "verify")
    assert 0 == sound.code, sound.stdout + sound.stderr
    assert not stage.run("jobs", "list", "--json").json["jobs"], "jobs are left open"
    _same_ledger(stage, vendor)
    _nothing_is_sent(stage, vendor)


def _one_charge_each(jobs: list[Job], *, shots: int) -> None:
    earning: defaultdict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        if job.earns and "dead-link" not in job.fates:
            earning[job.digest].append(job)
    assert shots == len(earning), f"{len(earning)} requests were charged"
    double = {digest: bought for digest, bought in earning.items() if len(bought) > 1}
    assert not double, f"charged twice: {double}"


def _same_ledger(stage: Stage, vendor: Simulator) -> None:
    """To the credit; our estimate stands for the price of a job only where the vendor never names it.

    What was sent again, and never reached the vendor, counts as at most: only the vendor knows that it was not charged.
    """
    cost = stage.run("cost", "--json").json
    jobs = stage.run("jobs", "list", "--all", "--json").json["jobs"]
    doubtful = [job for job in jobs if job["counts_as"] == "at most"]
    assert 0 == cost["jobs"]["in_flight"], cost
    assert len(doubtful) == cost["jobs"]["at_most"], cost
    taken = {one.client_request_id for one in vendor.received("submit") if one.accepted}
    assert not [job for job in doubtful if job["state"] != "forgotten" or job["intent"] in taken], doubtful
    listed = {job["job"]: job for job in jobs}
    counted = [_credits(listed[job.id], job) for job in vendor.jobs() if job.earns]
    told = Decimal(cost["exact"]["charged_usd"]) + Decimal(cost["exact"]["estimated_usd"])
    assert sum(counted) == told * CREDITS_PER_USD, cost


def _credits(entry: Mapping[str, Any], truth: Job) -> int:
    counted: int = round(entry["cost_usd"] * CREDITS_PER_USD)
    if entry["counts_as"] == "estimated":
        assert "unlogged" in truth.fates, f"the log names a price for {entry}"
    else:
        assert truth.price == counted, f"{truth.price} credits were charged for {entry}"
    return counted


def _nothing_is_sent(stage: Stage, vendor: Simulator) -> None:
    before = len(vendor.received())
    again: Finished = stage.build()
    assert 0 == again.code, again.stderr
    assert {"reused"} == set(again.outcomes.values())
    assert before == len(vendor.received()), "a build with nothing to do sends requests"
