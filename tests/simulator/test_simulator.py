"""The simulator as an instrument: scripts, chance, forms, restarts, the record."""

import contextlib
import hashlib
import json
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from .buyer import AT, BODY, buy, download, look
from .conftest import QUICK
from .faults import INSTEAD, SHAPING
from .simulator import Simulator

MOST = {*INSTEAD, *SHAPING, "404", "429:date", "oversized:100", "oversized-unsized:100", "late:0.05"}
FAULTS = sorted(MOST - {"stall", "hang", "oversized", "oversized-unsized", "late"})


def client_of(simulator: Simulator) -> httpx.Client:
    headers = {"Authorization": f"Bearer {simulator.environ['AIMLAPI_API_KEY']}"}
    return httpx.Client(base_url=simulator.url, headers=headers, trust_env=False, verify=False)


def test_every_form_of_answer_comes(simulator: Simulator) -> None:
    """With all choices open: ids of all forms, each found by its encoded id, and several forms of video and meta."""
    with Simulator.start(wild=True, **QUICK) as wild, client_of(wild) as client:
        sold = [buy(client, seed=seed) for seed in range(60)]
        ids = [one.get("id") or one["generation_id"] for one in sold]
        wild.advance(25)
        done = [look(client, job) for job in ids]
    assert {"completed", "succeeded"} == {one["status"] for one in done}
    assert {dict, list} == {type(one["video"]) for one in done}
    assert {True, False} == {"meta" in one for one in sold}
    assert 4 <= len({("/" in job, ":" in job, job[0] == "-", job.isdecimal()) for job in ids})


def test_ids_are_opaque_and_must_be_encoded(simulator: Simulator, client: httpx.Client) -> None:
    """An id with a colon and slashes comes back as it was sent, and is on record encoded."""
    simulator.change(ids=["uuid-model"])
    job = buy(client)["id"]
    assert {job: 1} == {name: len(times) for name, times in simulator.polls().items()} or look(client, job)
    (poll,) = simulator.received("poll")
    assert (f"{AT}?generation_id={job}", job) == (unquote(poll.target), poll.job)


def test_a_script_is_met_in_order_and_by_prompt(simulator: Simulator, client: httpx.Client) -> None:
    """Lines wait for the requests that they are about; the rest stays to be met."""
    simulator.script(submit="500", about="visor")
    simulator.script(submit=["ok", "503"], times=2)
    said = [
        client.post(AT, json=BODY | {"prompt": prompt}).status_code for prompt in ("steam", "visor", "sky")
    ]
    assert [200, 500, 503] == said
    assert {"submit": ["ok", "503"]} == simulator.standing()["script"]


@pytest.mark.parametrize("line", [{"submit": "explode"}, {"lunch": "500"}, {"job": "sad"}])
def test_a_script_of_unknown_words_is_refused(simulator: Simulator, line: dict[str, str]) -> None:
    """A test that names a fault which there is not must not pass."""
    with pytest.raises(ValueError, match="there is no"):
        simulator.script(**line)  # type: ignore[arg-type]


def test_chance_can_be_had_again() -> None:
    """The same seed gives the same faults; the shares are about kept."""

    def said(seed: int) -> list[int]:
        with (
            Simulator.start(seed=seed, faults={"submit": {"500": 0.3}}, **QUICK) as some,
            client_of(some) as client,
        ):
            return [client.post(AT, json=BODY | {"seed": n}).status_code for n in range(60)]

    first, again, other = said(1), said(1), said(2)
    assert first == again != other
    assert 8 <= first.count(500) <= 28


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_outlasts_its_request(simulator: Simulator, client: httpx.Client, fault: str) -> None:
    """Whatever was said to one request of a kind, the next one is served in full."""
    job = buy(client)["id"]
    simulator.advance(25)
    link = look(client, job)["video"]["url"]
    simulator.script(poll=f"accept-then-{fault}", logs=f"accept-then-{fault}", download=fault)
    for ask in (lambda: look(client, job), lambda: client.get("/v2/logs?period=1h"), lambda: download(link)):
        with contextlib.suppress(httpx.HTTPError, ValueError):
            ask()
    assert {} == simulator.standing()["script"]
    assert "completed" == look(client, job)["status"]
    assert 200 == client.get("/v2/logs?period=1h").status_code
    assert simulator.clips()[job] == hashlib.sha256(download(link).content).hexdigest()


def test_a_reset_may_come_before_the_body_is_read(simulator: Simulator, client: httpx.Client) -> None:
    """Nothing is accepted, and nothing of the body is on record."""
    simulator.script(submit="reset-unread")
    with pytest.raises(httpx.TransportError):
        client.post(AT, json=BODY)
    (received,) = simulator.received("submit")
    assert (0, False, None) == (received.said, received.accepted, received.digest)


def test_a_job_may_be_unseen_at_first(simulator: Simulator, client: httpx.Client) -> None:
    """404 on polls soon after the submission."""
    simulator.script(job="unseen:5")
    job = buy(client)["id"]
    assert 404 == client.get(AT, params={"generation_id": job}).status_code
    simulator.advance(5)
    assert "id" in look(client, job)


def test_polls_and_waits_are_on_record(simulator: Simulator, client: httpx.Client) -> None:
    """When each job was polled, and how long after its end it was seen."""
    job = buy(client)["id"]
    look(client, job)
    simulator.advance(30)
    look(client, job)
    assert 2 == len(simulator.polls()[job])
    assert 5 == pytest.approx(simulator.waits_s()[job], abs=2)


def test_a_second_purchase_says_whether_the_log_had_the_first(
    simulator: Simulator, client: httpx.Client
) -> None:
    """What a client that re-submits could have known."""
    buy(client)
    buy(client)
    simulator.advance(25)
    buy(client)
    assert [False, True] == [double.was_logged for double in simulator.double_charges()]


def test_a_clock_may_run_fast() -> None:
    """A generation of 25 s ends at once where a second lasts a millisecond."""
    with Simulator.start(clock_scale=1000, **QUICK) as fast, client_of(fast) as client:
        job = buy(client)["id"]
        polls = [look(client, job)["status"] for _ in range(100)]
    assert "completed" == polls[-1]


def test_all_is_kept_over_a_restart(tmp_path: Path) -> None:
    """Jobs, money, record, clock and clips go on from the state file, after a kill too; a torn line is left out."""
    state = tmp_path / "state.jsonl"
    with Simulator.start(state=state, **QUICK) as simulator, client_of(simulator) as client:
        job = buy(client)["id"]
        simulator.advance(25)
        before = (simulator.clips(), simulator.charges_by_request(), simulator.peak(), simulator.received())
        simulator.kill()
        with state.open("a") as file:
            file.write(json.dumps({"event": "job"})[:-4])
        simulator.restart()
        after = (simulator.clips(), simulator.charges_by_request(), simulator.peak(), simulator.received())
        assert before == after
        assert "completed" == look(client, job)["status"]
        simulator.restart()
        assert 2 == len(simulator.received())
