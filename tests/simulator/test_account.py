"""The simulator's account: rows that come late, without ids or never; pages, windows, limits, prices."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from .buyer import buy
from .simulator import Simulator


def rows(client: httpx.Client, **query: Any) -> Any:
    return client.get("/v2/logs", params={"period": "7d", **query}).json()["data"]


def test_rows_come_late_without_id_or_never(simulator: Simulator, client: httpx.Client) -> None:
    """As each job's fate says; the charge comes in any case."""
    fates = ["late-row:60", "null-id", "unlogged"]
    simulator.script(job=fates)
    jobs = [buy(client, seed=seed, intent=f"i-{seed}")["id"] for seed in range(3)]
    simulator.advance(26)
    assert [(jobs[1], None)] == [(row["inference_id"], row["client_request_id"]) for row in rows(client)]
    simulator.advance(60)
    assert {jobs[0], jobs[1]} == {row["inference_id"] for row in rows(client)}
    assert {jobs[0]} == simulator.logged()
    assert 3 == sum(simulator.charges_by_request().values())


def test_rows_may_come_at_once_and_all_without_ids(simulator: Simulator, client: httpx.Client) -> None:
    """Whether a running generation has a row is not documented; it costs nothing yet."""
    simulator.change(log_from="submit", log_null_share=1)
    buy(client)
    (row,) = rows(client)
    assert (None, 0) == (row["client_request_id"], row["cost"]["credits"])


def test_the_log_has_pages_and_filters(simulator: Simulator, client: httpx.Client) -> None:
    """Newest first, by limit and offset; status and model are matched exactly."""
    simulator.script(job=["ok", "ok", "error:text"])
    jobs = []
    for seed in range(3):
        jobs.append(buy(client, seed=seed)["id"])
        simulator.advance(1)
    simulator.advance(25)
    pages = [client.get("/v2/logs", params={"period": "1h", "limit": 2, "offset": n}).json() for n in (0, 2)]
    assert jobs[::-1] == [row["inference_id"] for page in pages for row in page["data"]]
    assert [True, False] == [page["pagination"]["has_more"] for page in pages]
    assert [jobs[2]] == [row["inference_id"] for row in rows(client, status="failed")]
    assert [3, 3, 0] == [
        len(rows(client, model=m)) for m in ("gen3a_turbo", "runway/gen3a_turbo", "gen3a_turbo,x")
    ]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "period=7x",
        "start=2026-07-01T00:00:00Z",
        "period=7d&start=2026-07-01T00:00:00Z&end=2026-07-02T00:00:00Z",
        "start=2026-07-02T00:00:00Z&end=2026-07-01T00:00:00Z",
        "start=2026-01-01T00:00:00Z&end=2026-07-01T00:00:00Z",
        "period=7d&limit=101",
        "period=7d&status=succeeded,failed",
    ],
)
def test_a_query_that_is_not_as_documented_is_refused(client: httpx.Client, query: str) -> None:
    """400 for windows, limits and words that do not exist."""
    assert 400 == client.get(f"/v2/logs?{query}").status_code


def test_the_log_answers_200_times_a_minute(simulator: Simulator, client: httpx.Client) -> None:
    """Then 429, until the minute is over."""
    said = [client.get("/v2/logs?period=1h").status_code for _ in range(201)]
    assert [200] * 200 + [429] == said
    simulator.advance(61)
    assert 200 == client.get("/v2/logs?period=1h").status_code


def test_the_service_may_live_on_another_day(simulator: Simulator, client: httpx.Client) -> None:
    """Rows and the Date header tell its own time, and windows are read by it."""
    simulator.change(clock_skew_s=86_400)
    buy(client)
    simulator.advance(25)
    now_s = simulator.standing()["now_s"]
    (row,) = rows(client, period="1h")
    told = parsedate_to_datetime(client.get("/v2/billing").headers["date"]).timestamp()
    assert 86_400 - 25 == pytest.approx(datetime.fromisoformat(row["created"]).timestamp() - now_s, abs=5)
    assert 86_400 == pytest.approx(told - now_s, abs=5)


def test_the_ledger_has_pages(simulator: Simulator, client: httpx.Client) -> None:
    """By an opaque cursor, newest first; top-ups are in it."""
    simulator.top_up(2_000_000)
    for seed in range(3):
        buy(client, seed=seed)
    simulator.advance(25)
    seen, cursor = [], None
    for _ in range(4):
        page = client.get(
            "/v2/billing/transactions", params={"limit": 1} | ({"cursor": cursor} if cursor else {})
        ).json()
        seen += [row["direction"] for row in page["data"]]
        cursor = page["pagination"]["next_cursor"]
    assert (["CHARGE"] * 3 + ["TOPUP"], None) == (seen, cursor)


def test_models_are_listed_with_prices_and_an_etag(simulator: Simulator, client: httpx.Client) -> None:
    """No key is needed; an alias finds the model; nothing new gives 304."""
    at = f"{simulator.url}/v1/models?id=runway/gen3a_turbo&include=pricing"
    listed = httpx.get(at, trust_env=False, verify=False)
    (model,) = listed.json()["data"]
    assert ("gen3a_turbo", 0.0525) == (model["id"], model["pricing"]["units"][0]["price"])
    assert ("second", "output", 1) == tuple(
        model["pricing"]["units"][0][name] for name in ("name", "measure", "per")
    )
    again = httpx.get(at, trust_env=False, verify=False, headers={"If-None-Match": listed.headers["etag"]})
    assert (304, b"") == (again.status_code, again.content)


def listed(simulator: Simulator, query: str = "") -> Any:
    return httpx.get(f"{simulator.url}/v1/models?{query}", trust_env=False, verify=False).json()["data"]


def test_the_list_has_what_a_setting_says(simulator: Simulator) -> None:
    """Models of other kinds, other names, prices of any form, and models that are sold and not listed."""
    variable = {"kind": "variable", "currency": "USD"}
    simulator.change(
        models=["studio/dream", "studio/chat"],
        unlisted=["gen3a_turbo"],
        aliases_of={"studio/dream": ["dream"]},
        types_of={"studio/chat": "openai/chat-completions"},
        pricing_of={"studio/dream": variable},
    )
    assert ["studio/chat", "studio/dream"] == [row["id"] for row in listed(simulator)]
    (dream,) = listed(simulator, "type=internal/video-generations/submit&include=pricing")
    assert ("studio/dream", variable) == (dream["id"], dream["pricing"])
    assert ["studio/dream"] == [row["id"] for row in listed(simulator, "id=DREAM,gen3a_turbo")]


def test_what_is_charged_is_what_is_listed(simulator: Simulator, client: httpx.Client) -> None:
    """The variant whose conditions hold; what no variant is for costs the rate by the second."""
    rates = [
        {"when": {"aspect_ratio": "9:16"}, "price": 0.9, "unit": "generation", "per": 1},
        {"when": {"duration": 5}, "price": 80, "unit": "second", "per": 1000},
    ]
    simulator.change(pricing_of={"gen3a_turbo": {"kind": "variants", "variants": rates}})
    buy(client, aspect_ratio="9:16")
    buy(client, duration=5)
    buy(client, duration=10)
    assert [1_800_000, 800_000, 1_050_000] == [job.price for job in simulator.jobs()]
