"""The simulator keeps to what is documented of Runway's own API."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .buyer import download
from .simulator import Simulator

BODY = {
    "model": "gen3a_turbo",
    "promptText": "steam",
    "promptImage": [{"uri": "https://a.example/i.jpg", "position": "first"}],
    "duration": 5,
    "ratio": "1280:768",
    "seed": 7,
}


@pytest.fixture
def runway(simulator: Simulator) -> Iterator[httpx.Client]:
    """Somebody with a good key and the right version."""
    headers = {
        "Authorization": f"Bearer {simulator.environ['RUNWAYML_API_SECRET']}",
        "X-Runway-Version": "2024-11-06",
    }
    with httpx.Client(base_url=simulator.url, headers=headers, trust_env=False, verify=False) as client:
        yield client


def create(runway: httpx.Client, **changes: Any) -> str:
    answer = runway.post("/v1/image_to_video", json=BODY | changes)
    assert 200 == answer.status_code, answer.text
    return str(answer.json()["id"])


def task(runway: httpx.Client, name: str) -> Any:
    return runway.get(f"/v1/tasks/{name}").json()


def test_a_task_runs_and_ends_in_a_clip(simulator: Simulator, runway: httpx.Client) -> None:
    """PENDING, RUNNING with its progress, SUCCEEDED; another link at each look."""
    name = create(runway)
    said = [task(runway, name)["status"]]
    simulator.advance(12)
    said.append(task(runway, name)["status"])
    simulator.advance(13)
    done, again = task(runway, name), task(runway, name)
    assert ["PENDING", "RUNNING", "SUCCEEDED"] == [*said, done["status"]]
    assert done["output"] != again["output"]
    assert b"ftyp" == download(done["output"][0]).content[4:8]


def test_tasks_beyond_the_tier_are_throttled(simulator: Simulator, runway: httpx.Client) -> None:
    """They are accepted, wait, and start when another ends; never more than the tier run at once."""
    simulator.change(runway_concurrent_max=2)
    names = [create(runway, seed=seed) for seed in range(3)]
    assert "THROTTLED" == task(runway, names[2])["status"]
    simulator.advance(26)
    assert task(runway, names[2])["status"] in {"PENDING", "RUNNING"}
    simulator.advance(25)
    assert "SUCCEEDED" == task(runway, names[2])["status"]
    assert 2 == simulator.peak("runway")


def test_over_the_count_of_a_day_no_task_is_made(simulator: Simulator, runway: httpx.Client) -> None:
    """429 on create, until 24 hours have passed."""
    simulator.change(runway_daily_max=1)
    create(runway)
    assert 429 == runway.post("/v1/image_to_video", json=BODY).status_code
    simulator.advance(86_401)
    create(runway)


def test_a_task_that_fails_tells_a_code(simulator: Simulator, runway: httpx.Client) -> None:
    """FAILED with `failure` and, mostly, `failureCode`."""
    simulator.script(job=["error:SAFETY.INPUT.TEXT", "error:without-code"])
    names = [create(runway, seed=seed) for seed in range(2)]
    simulator.advance(25)
    first, second = (task(runway, name) for name in names)
    assert ("FAILED", "SAFETY.INPUT.TEXT") == (first["status"], first["failureCode"])
    assert "failureCode" not in second


def test_a_task_is_cancelled_then_deleted(simulator: Simulator, runway: httpx.Client) -> None:
    """DELETE ends a running task, which costs nothing; another DELETE removes it, and it is found no more."""
    name = create(runway)
    assert 204 == runway.delete(f"/v1/tasks/{name}").status_code
    assert "CANCELLED" == task(runway, name)["status"]
    assert 204 == runway.delete(f"/v1/tasks/{name}").status_code
    assert 404 == runway.get(f"/v1/tasks/{name}").status_code
    assert {} == simulator.charges_by_request()


def test_a_task_needs_key_version_and_form(runway: httpx.Client) -> None:
    """401, 400 and 403, each with a member `error`."""
    cases: list[tuple[int, dict[str, str], dict[str, Any]]] = [
        (401, {"Authorization": "Bearer x"}, {}),
        (400, {"X-Runway-Version": "2023-01-01"}, {}),
        (400, {}, {"ratio": "16:9"}),
        (400, {}, {"promptImage": "http://a.example/i.jpg"}),
        (400, {}, {"watermark": True}),
        (403, {}, {"model": "gen9"}),
    ]
    for status, headers, changes in cases:
        answer = runway.post("/v1/image_to_video", json=BODY | changes, headers=headers)
        assert (status, ["error"]) == (answer.status_code, list(answer.json())), changes
