"""Buying over real HTTP from the simulated vendor: what is sent, what is charged, what is said, after everything."""

import contextlib
import json
import os
import pty
import signal
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.simulator.record import Received
from tests.simulator.simulator import Simulator

from .door import posts
from .stage import Stage, finish, playing, spoil

SPEC = """\
version: 1
output: {fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", use: 0.25}
shots:
  - {id: pad, prompt: steam, image: a.png}
  - {id: sky, prompt: galaxies, image: a.png, last_image: b.png, seed: 9}
"""
EACH_USD = 0.2625


@pytest.fixture
def vendor() -> Iterator[Simulator]:
    """Generations take a moment; clips are small."""
    with Simulator.start(generation_s=(0.2, 0.6), clip_s=0.5, clip_size="128x76") as running:
        yield running


@pytest.fixture
def buyer(customer: Stage) -> Stage:
    """Two shots."""
    customer.write("film.yaml", SPEC)
    return customer


def film(stage: Stage) -> str:
    return sha256(stage.film().read_bytes()).hexdigest()


def ledger(stage: Stage) -> dict[str, object]:
    return dict(stage.run("cost", "--json").json)


def test_a_yes_buys_each_request_once_and_a_second_build_sends_nothing(
    buyer: Stage, vendor: Simulator
) -> None:
    """Two requests, two charges, a film; then no request of any kind, and a price of nothing."""
    bought = buyer.build("--yes")
    assert (0, {"pad": "ran", "sky": "ran"}) == (bought.code, bought.outcomes)
    assert [EACH_USD] * 2 == [shot["cost_usd"] for shot in bought.json["shots"]]
    assert {job.id for job in vendor.jobs()} == {shot["job"] for shot in bought.json["shots"]}
    assert 2 * EACH_USD == bought.json["spent_usd"]
    assert [1, 1] == list(vendor.charges_by_request().values())
    before = len(vendor.received())
    again = buyer.build()
    assert (0, {"pad": "reused", "sky": "reused"}) == (again.code, again.outcomes)
    assert (0, 0) == (again.json["spent_usd"], again.json["shots"][0]["cost_usd"])
    assert before == len(vendor.received())


def test_one_prompt_changed_is_one_request(buyer: Stage, vendor: Simulator) -> None:
    """The other shot is reused; changing back sends nothing."""
    buyer.build("--yes")
    buyer.edit("galaxies", "nebulae")
    changed = buyer.build("--max-cost", "0.27")
    assert {"pad": "reused", "sky": "ran"} == changed.outcomes
    assert 3 == posts(vendor)
    buyer.edit("nebulae", "galaxies")
    assert {"pad": "reused", "sky": "reused"} == buyer.build().outcomes
    assert 3 == posts(vendor)


def test_a_zeroed_index_sends_nothing(buyer: Stage, vendor: Simulator) -> None:
    """The index is for speed alone."""
    buyer.build("--yes")
    before = len(vendor.received())
    (buyer.store / "index" / "cache.db").write_bytes(b"")
    assert {"pad": "reused", "sky": "reused"} == buyer.build().outcomes
    assert before == len(vendor.received())


def test_the_ledger_equals_what_the_vendor_charged(buyer: Stage, vendor: Simulator) -> None:
    """To the credit, by `cost --json`."""
    buyer.build("--yes")
    assert vendor.credits_charged() == round(2_000_000 * float(str(ledger(buyer)["charged_usd"])))


@pytest.mark.parametrize("fault", ["accept-then-reset", "accept-then-500", "accept-then-html"])
def test_a_lost_answer_is_found_in_the_log_and_not_sent_again(
    buyer: Stage, vendor: Simulator, fault: str
) -> None:
    """The request was accepted and its answer lost: one charge, and the film, without a question."""
    vendor.script(submit=fault, about="galaxies")
    built = buyer.build("--yes")
    for _ in range(10):
        if built.code == 0:
            break
        assert (3, ["G920"]) == (built.code, built.codes)
        time.sleep(0.2)
        built = buyer.build()
    assert 0 == built.code
    assert [1, 1] == list(vendor.charges_by_request().values())
    assert 2 == posts(vendor)


def test_an_unknown_request_waits_for_a_person(buyer: Stage, vendor: Simulator) -> None:
    """Never sent again by itself: exit 3, the verdict `unknown`, until `--resubmit` names its shot."""
    vendor.script(submit="reset-unread")
    first = buyer.build("--yes")
    assert (3, ["G920"], ["blocked", "ran"]) == (first.code, first.codes, sorted(first.outcomes.values()))
    (lost,) = [shot for shot, outcome in first.outcomes.items() if outcome == "blocked"]
    assert "unknown" == buyer.plan().verdicts[lost]
    assert (3, 1) == (buyer.build("--yes").code, len(vendor.jobs()))
    assert "ran" == buyer.build("--yes", "--resubmit", lost).outcomes[lost]
    assert [1, 1] == list(vendor.charges_by_request().values())


def test_a_job_told_by_hand_is_collected(buyer: Stage, vendor: Simulator) -> None:
    """Accepted, the answer lost and the log without our id: `jobs collect --as` brings the clip home."""
    vendor.script(submit="accept-then-reset", job="null-id", about="galaxies")
    assert 3 == buyer.build("--yes").code
    (unknown,) = [
        job for job in buyer.run("jobs", "list", "--json").json["jobs"] if job["state"] == "unknown"
    ]
    (lost,) = [job for job in vendor.jobs() if job.id not in _known(buyer)]
    done = buyer.run("jobs", "collect", unknown["intent"], "--as", lost.id, "--wait")
    assert (0, "1 stored, 0 still open\n") == (done.code, done.stderr)
    assert {"pad": "reused", "sky": "reused"} == buyer.build().outcomes
    assert [1, 1] == list(vendor.charges_by_request().values())


def _known(stage: Stage) -> set[str]:
    return {job["job"] for job in stage.run("jobs", "list", "--all", "--json").json["jobs"]}


def test_a_refusal_is_remembered(buyer: Stage, vendor: Simulator) -> None:
    """Exit 1 with the vendor's words; not sent again until `--retry-failed` names the shot."""
    vendor.script(submit="400", about="galaxies")
    assert (1, "failed") == ((first := buyer.build("--yes")).code, first.outcomes["sky"])
    again = buyer.build("--yes")
    assert (1, ["P712"]) == (again.code, again.codes)
    assert "refused" == buyer.plan().verdicts["sky"]
    assert 2 == posts(vendor)
    assert "ran" == buyer.build("--yes", "--retry-failed", "s*").outcomes["sky"]
    assert [1, 1] == list(vendor.charges_by_request().values())


def test_a_failed_generation_costs_nothing_and_is_remembered(buyer: Stage, vendor: Simulator) -> None:
    """The vendor takes the request and fails: free, `refused` from then on, other shots stored."""
    vendor.script(job="error:detail", about="galaxies")
    first = buyer.build("--yes")
    assert (1, {"pad": "ran", "sky": "failed"}) == (first.code, first.outcomes)
    assert EACH_USD == first.json["spent_usd"]
    assert {"pad": "reused", "sky": "refused"} == buyer.plan().verdicts
    assert vendor.credits_charged() == round(2_000_000 * float(str(ledger(buyer)["charged_usd"])))


def test_without_credits_nothing_more_is_bought_and_what_runs_is_collected(
    buyer: Stage, vendor: Simulator
) -> None:
    """Exit 4; the shot that was bought before is stored; with credits the next build buys the rest."""
    vendor.script(submit="403", about="galaxies")
    broke = buyer.build("--yes")
    assert (4, ["P705"], "ran") == (broke.code, broke.codes, broke.outcomes["pad"])
    assert {"pad": "reused", "sky": "ran"} == buyer.build("--yes").outcomes


def test_a_busy_vendor_is_waited_for(buyer: Stage, vendor: Simulator) -> None:
    """429, once with a Retry-After: later, and never twice."""
    vendor.script(submit=["429:1", "429"])
    assert 0 == buyer.build("--yes").code
    assert [1, 1] == list(vendor.charges_by_request().values())


def test_a_key_that_is_not_taken_is_named_by_its_variable(buyer: Stage, vendor: Simulator) -> None:
    """Exit 4, nothing charged, and the key stands nowhere."""
    done = buyer.using(AIMLAPI_API_KEY="not-this-one-7341").build("--yes")
    assert (4, {"P704"}) == (done.code, set(done.codes))
    assert "AIMLAPI_API_KEY" in done.stdout
    assert "not-this-one-7341" not in done.stdout + done.stderr
    assert [] == vendor.jobs()
    assert 0 == buyer.build("--yes").code


@pytest.mark.parametrize("instant", ["submit", "poll", "download"])
def test_a_killed_build_goes_on_with_its_jobs(buyer: Stage, vendor: Simulator, instant: str) -> None:
    """SIGKILL while jobs run or clips are fetched: the next build buys nothing."""
    vendor.change(generation_s=(1.5, 1.5))
    with playing(buyer.start("build", "--yes")) as build:
        _until(lambda: len(vendor.received(instant)) >= 2)
        if instant == "submit":
            _until(lambda: len(_known(buyer) - {None}) == 2)
        build.send_signal(signal.SIGKILL)
    done = buyer.build()
    assert (0, 2) == (done.code, posts(vendor))
    assert [1, 1] == list(vendor.charges_by_request().values())


def test_an_interrupt_leaves_jobs_running_and_the_next_build_collects_them(
    buyer: Stage, vendor: Simulator
) -> None:
    """Ctrl-C: exit 130, jobs on record and named, verdict in flight; then a film without a purchase."""
    vendor.change(generation_s=(2.5, 2.5))
    with playing(buyer.start("build", "--yes", "--json")) as build:
        _until(lambda: len(_known(buyer) - {None}) == 2)
        build.send_signal(signal.SIGINT)
        told, _ = build.communicate(timeout=20)
        assert 130 == build.returncode
    assert _known(buyer) == {shot["job"] for shot in json.loads(told)["shots"]}
    assert {"pad": "in_flight", "sky": "in_flight"} == buyer.plan().verdicts
    assert 0 == buyer.plan().json["estimate_usd"]
    done = buyer.build()
    assert (0, 0, 2) == (done.code, done.json["spent_usd"], posts(vendor))


def test_a_job_that_no_shot_asks_for_any_more_is_brought_home(buyer: Stage, vendor: Simulator) -> None:
    """Its shot is removed while it runs; the next build stores its clip, so that coming back costs nothing."""
    vendor.change(generation_s=(1.5, 1.5))
    with playing(buyer.start("build", "--yes")) as build:
        _until(lambda: len(_known(buyer) - {None}) == 2)
        build.send_signal(signal.SIGKILL)
    text = (buyer.root / "film.yaml").read_text("utf-8")
    buyer.write("film.yaml", "\n".join(line for line in text.splitlines() if "sky" not in line) + "\n")
    time.sleep(1.5)
    assert 0 == buyer.build().code
    buyer.write("film.yaml", text)
    assert {"pad": "reused", "sky": "reused"} == buyer.build().outcomes
    assert 2 == posts(vendor)


def test_a_link_that_expires_is_asked_for_again(buyer: Stage, vendor: Simulator) -> None:
    """Two stale links, then a good one; a cut download goes on."""
    vendor.script(job="stale-links:2", about="galaxies")
    vendor.script(download="cut:500", about="steam")
    assert 0 == buyer.build("--yes").code
    assert [1, 1] == list(vendor.charges_by_request().values())


def test_a_link_that_is_dead_for_good_fails_and_is_not_bought_again(buyer: Stage, vendor: Simulator) -> None:
    """Exit 1 with the job; the next build sends nothing for it."""
    vendor.script(job="dead-link", about="galaxies")
    first = finish(buyer.start("build", "--yes", "--json"), timeout_s=90)
    assert (1, ["P707"], "failed") == (first.code, first.codes, first.outcomes["sky"])
    assert (1, 2) == (buyer.build("--yes").code, posts(vendor))
    assert vendor.credits_charged() == round(2_000_000 * float(str(ledger(buyer)["charged_usd"])))


def test_two_builds_at_once_buy_each_request_once(buyer: Stage, vendor: Simulator) -> None:
    """One buys, the other waits and reuses."""
    builds = [buyer.start("build", "--yes") for _ in range(2)]
    assert [0, 0] == [finish(build).code for build in builds]
    assert (2, [1, 1]) == (posts(vendor), list(vendor.charges_by_request().values()))


def test_the_legacy_address_buys_the_same(buyer: Stage, vendor: Simulator) -> None:
    """Its own names and answers; the key of the take is the same, so a later build sends nothing."""
    legacy = buyer.using(AIMLAPI_ENDPOINT="legacy")
    assert 0 == legacy.build("--yes").code
    assert {"/v2/generate/video/runway/generation"} == {one.target for one in vendor.received("submit")}
    before = len(vendor.received())
    assert (0, before) == (buyer.build().code, len(vendor.received()))


def test_a_frozen_and_an_offline_build_send_nothing(buyer: Stage, vendor: Simulator) -> None:
    """Exit 3 with what is missing."""
    assert (3, ["G910"]) == ((frozen := buyer.build("--yes", "--frozen")).code, frozen.codes)
    assert (3, ["G911"]) == ((offline := buyer.build("--yes", "--offline")).code, offline.codes)
    assert [] == vendor.received()


def test_a_budget_is_a_ceiling_and_no_consent(buyer: Stage, vendor: Simulator) -> None:
    """Above `per_run` nothing is sent, yes or not; below it somebody still has to say yes."""
    buyer.edit("shots:", "budget: {per_run: 0.5}\nshots:")
    assert (3, ["G923"]) == ((above := buyer.build("--yes")).code, above.codes)
    buyer.edit("per_run: 0.5", "per_run: 0.53")
    assert (3, ["G921"]) == ((silent := buyer.build()).code, silent.codes)
    assert [] == vendor.received()
    assert 0 == buyer.build("--yes").code


def test_the_budget_of_the_storyboard_counts_what_was_spent_before(buyer: Stage, vendor: Simulator) -> None:
    """Two takes of $0.2625 leave nothing of 60 cents for a third one; reused clips cost nothing."""
    buyer.edit("shots:", "budget: {total: 0.6}\nshots:")
    assert 0 == buyer.build("--yes").code
    assert 0 == buyer.build("--yes").code
    buyer.edit("galaxies", "nebulae")
    third = buyer.build("--yes")
    assert (3, ["G923"], 2) == (third.code, third.codes, posts(vendor))
    assert "spent before" in buyer.run("build", "--yes").stderr
    plan = buyer.run("plan").stdout
    assert (
        "budget: $0.525 of $0.60 spent before; beyond `budget.total`: a build stops before its first request"
        in plan
    )
    assert {"per_run_usd": None, "total_usd": 0.6, "spent_usd": 0.525} == buyer.plan().json["budget"]


def test_two_builds_at_once_keep_one_budget(buyer: Stage, vendor: Simulator) -> None:
    """Of two takes for 30 cents in all one is bought, whichever build is first."""
    buyer.edit("shots:", "budget: {total: 0.3}\nshots:")
    builds = [buyer.start("build", shot, "--yes") for shot in ("pad", "sky")]
    assert [0, 3] == sorted(finish(build).code for build in builds)
    assert 1 == len(vendor.jobs())


def test_a_limit_holds_where_the_vendor_is_dearer_than_the_catalogue(buyer: Stage, vendor: Simulator) -> None:
    """A dollar each, estimated at a quarter: the first goes alone, its price is seen, and the second is not sent."""
    vendor.change(price_usd_per_s="0.2")
    done = buyer.build("--max-cost", "1.6")
    assert (3, ["G922"], 1) == (done.code, done.codes, posts(vendor))
    assert 1 == done.json["spent_usd"]


def test_a_word_that_sends_again_is_good_for_one_request(buyer: Stage, vendor: Simulator) -> None:
    """Another shot's clip turns out damaged while the answer is lost once more: it is not sent a third time."""
    vendor.script(submit=["ok", "reset-unread"])
    buyer.build("pad", "--yes")
    assert 3 == buyer.build("sky", "--yes").code
    spoil(buyer.blob_of("pad"))
    buyer.clip("pad").unlink()
    vendor.script(submit="accept-then-reset", job="unlogged")
    before = posts(vendor)
    buyer.build("--yes", "--resubmit", "sky")
    assert 1 == len(
        [one for one in vendor.received("submit")[before:] if one.job and "sky" in _asked(buyer, one)]
    )


def _asked(stage: Stage, received: Received) -> set[str]:
    """The shots that a request was sent for."""
    jobs = stage.run("jobs", "list", "--all", "--json").json["jobs"]
    return {
        asker["shot"]
        for job in jobs
        if job["intent"] == received.client_request_id
        for asker in job["askers"]
    }


def test_a_job_that_the_vendor_does_not_know_is_not_put_on_record(buyer: Stage, vendor: Simulator) -> None:
    """A slip of the pen in `jobs collect --as` is told, and the right id is taken after."""
    vendor.script(submit="accept-then-reset", job="null-id", about="galaxies")
    assert 3 == buyer.build("--yes").code
    (unknown,) = [
        job for job in buyer.run("jobs", "list", "--json").json["jobs"] if job["state"] == "unknown"
    ]
    assert 2 == (slip := buyer.run("jobs", "collect", unknown["intent"], "--as", "no-such-job")).code
    assert "U057" in slip.stderr
    (lost,) = [job for job in vendor.jobs() if job.id not in _known(buyer)]
    assert 0 == buyer.run("jobs", "collect", unknown["intent"], "--as", lost.id, "--wait").code


@pytest.mark.parametrize(
    ("answer", "code", "bought"), [("b", 0, 2), ("yes", 0, 2), ("n", 3, 0), ("", 3, 0), ("what", 3, 0)]
)
def test_a_person_at_a_terminal_is_asked(
    buyer: Stage, vendor: Simulator, answer: str, code: int, bought: int
) -> None:
    """Takes by cause, what they come to, and a question: nothing but a clear yes buys."""
    theirs, ours = pty.openpty()
    with playing(buyer.start("build", stdin=ours, stdout=ours, stderr=ours)) as build:
        os.close(ours)
        os.write(theirs, f"{answer}\n\n".encode())
        said = _heard(theirs)
        assert (code, bought) == (build.wait(20), posts(vendor))
    assert "2 takes for $0.525" in said
    assert "never made: pad, sky" in said


def _heard(terminal: int) -> str:
    """All that is written to a terminal until nobody writes any more."""
    heard = b""
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 4096):
            heard += part
    os.close(terminal)
    return heard.decode()


def test_no_secret_is_written_down(buyer: Stage, vendor: Simulator) -> None:
    """Neither the key nor a signed link is in the store, in `build/` or in what is said."""
    done = buyer.build("--yes", "-v")
    key = vendor.environ["AIMLAPI_API_KEY"]
    listed = buyer.run("jobs", "list", "--all", "--json").stdout + json.dumps(ledger(buyer))
    written = [path.read_bytes() for path in _files(buyer.store, buyer.root)]
    for secret in (key, "_jwt", "Bearer"):
        assert secret not in done.stdout + done.stderr + listed
        assert not any(secret.encode() in content for content in written)


def _files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def _until(is_so: object, *, timeout_s: float = 20.0) -> None:
    assert callable(is_so)
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
