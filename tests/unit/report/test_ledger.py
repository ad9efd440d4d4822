"""The ledger and the jobs as people read them, word for word."""

from decimal import Decimal
from typing import Any

from renderer.job import Job, JobState, Price
from renderer.model import Asker
from renderer.money import sums
from renderer.report.cells import age, table
from renderer.report.jobs import job_json, job_lines, short_length
from renderer.report.ledger import CostRow, cost_json, cost_lines
from tests import builders
from tests.builders import NOON

CHARGED = Price(Decimal("0.2625"), "submit")


def job(intent: str, state: JobState, **facts: Any) -> Job:
    """A job that was sent at half past eleven."""
    return builders.job(intent, at="2026-01-01T11:30:00+00:00", state=state, **facts)


STORED = job("r-aaaaaaaa1", JobState.STORED, job="7:gen/3", price=CHARGED)
RUNNING = job("r-bbbbbbbb1", JobState.RUNNING, job="8", price=CHARGED, reason="answer")
UNKNOWN = job(
    "r-cccccccc1",
    JobState.UNKNOWN,
    reason="the connection was reset",
    askers=(Asker("project", "film.yaml", "pad", 1), Asker("project", "film.yaml", "again", 2)),
)
FAILED = job("r-dddddddd1", JobState.FAILED, job="9", code="P703", reason="face detected")
UNPRICED = job("r-eeeeeeee1", JobState.UNKNOWN, estimate_usd=None, reason="timed out")
JOBS = [STORED, RUNNING, UNKNOWN, FAILED, UNPRICED]


def test_the_ledger_names_each_part_that_there_is() -> None:
    """Charged, in flight, at most, free; what has no known price is said, not counted."""
    assert [
        "charged    $0.2625  1 job, as the vendor says",
        "in flight  $0.2625  1 job, paid for if it succeeds",
        "at most      $0.30  2 jobs, nobody knows whether it was charged; see `renderer jobs list --all`",
        "free            $0  1 job, not accepted, refused, failed or replayed",
        "in all      $0.825  5 jobs",
        "not counted: 1 job of unknown price",
    ] == cost_lines(sums(JOBS), (), by=None)


def test_the_ledger_by_group_is_a_table() -> None:
    """One row each, then the parts."""
    rows = [CostRow("gen3a_turbo", sums([STORED, STORED])), CostRow("ray", sums([RUNNING]))]
    assert [
        "model        jobs  charged  in flight",
        "gen3a_turbo     2   $0.525         $0",
        "ray             1       $0    $0.2625",
        "",
        "charged     $0.525  2 jobs, as the vendor says",
        "in flight  $0.2625  1 job, paid for if it succeeds",
        "in all     $0.7875  3 jobs",
    ] == cost_lines(sums([STORED, STORED, RUNNING]), rows, by="model")


def test_nothing_bought_is_said() -> None:
    """In one line."""
    assert ["nothing was bought"] == cost_lines(sums([]), (), by="model")


def test_amounts_are_numbers_and_exact_texts() -> None:
    """The same amounts twice; groups by the word that was asked for."""
    rows = [CostRow("gen3a_turbo", sums([STORED]))]
    found = cost_json(sums(JOBS), rows, by="model", spec="film.yaml", since=NOON)
    assert (0.2625, "0.2625") == (found["charged_usd"], found["exact"]["charged_usd"])
    assert (0.825, "0.8250", 1) == (found["total_usd"], found["exact"]["total_usd"], found["unpriced"])
    assert {"charged": 1, "estimated": 0, "in_flight": 1, "at_most": 2, "free": 1} == found["jobs"]
    assert ("gen3a_turbo", 0.2625) == (found["rows"][0]["model"], found["rows"][0]["charged_usd"])
    assert ("film.yaml", NOON.isoformat()) == (found["spec"], found["since"])
    assert "rows" not in cost_json(sums(JOBS), (), by=None, spec=None, since=None)


def test_each_job_is_a_line() -> None:
    """As much of the intent as names it, state, age, money, model, shot, the vendor's id, the reason."""
    assert [
        "r-aaaaaaaa  stored   30 min   $0.2625  gen3a_turbo  film.yaml:pad     7:gen/3",
        "r-bbbbbbbb  running  30 min  ~$0.2625  gen3a_turbo  film.yaml:pad     8",
        "r-cccccccc  unknown  30 min    ≤$0.30  gen3a_turbo  film.yaml:pad +1           the connection was reset",
        "r-dddddddd  failed   30 min      free  gen3a_turbo  film.yaml:pad     9        P703 face detected",
        "r-eeeeeeee  unknown  30 min         ?  gen3a_turbo  film.yaml:pad              timed out",
    ] == job_lines(JOBS, names=[found.intent for found in JOBS], now=NOON, colour=False)


def test_a_job_tells_machines_all_but_the_request() -> None:
    """Money as a number; nothing is shown for a reason that is none."""
    found = job_json(RUNNING)
    assert ("running", "8", 0.2625, "in flight") == (
        found["state"],
        found["job"],
        found["cost_usd"],
        found["counts_as"],
    )
    assert (None, "submit", 0.3) == (found["reason"], found["price_source"], found["estimate_usd"])
    assert [{"project": "project", "spec": "film.yaml", "shot": "pad", "take": 1}] == found["askers"]


def test_what_a_vendor_says_cannot_command_the_terminal() -> None:
    """Escapes in ids and reasons are shown as signs."""
    evil = FAILED._replace(reason="\x1b[2J", job="\x1b]0;x\x07")
    (line,) = job_lines([evil], names=["r-dddddddd1"], now=NOON, colour=False)
    assert "\x1b" not in line


def test_colour_marks_the_state_alone() -> None:
    """Not an intent that happens to hold the same letters."""
    (line,) = job_lines([job("failed00", JobState.FAILED)], names=["failed00"], now=NOON, colour=True)
    assert line.startswith("failed00  \x1b[1;31mfailed\x1b[0m  ")


def test_the_age_is_told_in_its_largest_unit() -> None:
    """A clock that runs behind says that it is now."""
    ages = [age(f"2025-12-30T{time}+00:00", now=NOON) for time in ("11:59:00", "12:00:01")]
    assert ["2 d", "1 d"] == ages
    assert ("59 s", "0 s") == (
        age("2026-01-01T11:59:01+00:00", now=NOON),
        age("2026-01-02T12:00:00+00:00", now=NOON),
    )


def test_intents_are_shown_as_long_as_they_must_be() -> None:
    """Ten characters, or what tells all apart."""
    assert 10 == short_length([])
    assert 10 == short_length(["r-aaaaaaaa1", "r-bbbbbbbb1"])
    assert 12 == short_length(["r-aaaaaaaa11", "r-aaaaaaaa12", "b"])


def test_empty_columns_are_left_out() -> None:
    """And no rows are no lines."""
    assert ["a  c"] == table([("a", "", "c")], right=set())
    assert [] == table([], right=set())
