"""The simulator keeps to what is documented of generations: submit, poll, clip, money, log."""

import hashlib
import io
from fractions import Fraction

import av
import httpx
import pytest

from .buyer import AT, BODY, buy, download, look
from .simulator import Simulator


def test_a_generation_is_queued_made_and_fetched(simulator: Simulator, client: httpx.Client) -> None:
    """Submit, poll until the time is over, download: the clip is a real MP4 of its own bytes."""
    sold = buy(client)
    assert ("queued", 525_000) == (sold["status"], sold["meta"]["usage"]["credits_used"])
    assert "queued" == look(client, sold["id"])["status"]
    simulator.advance(25)
    done = look(client, sold["id"])
    clip = download(done["video"]["url"]).content
    assert "completed" == done["status"]
    assert b"ftyp" == clip[4:8]
    assert simulator.clips() == {sold["id"]: hashlib.sha256(clip).hexdigest()}


@pytest.mark.parametrize(("ratio", "size"), [("16:9", (1280, 768)), ("9:16", (768, 1280))])
def test_a_clip_has_the_documented_size_and_the_length_bought(
    simulator: Simulator, client: httpx.Client, ratio: str, size: tuple[int, int]
) -> None:
    """1280x768 or upright, 24 frames a second, every frame decodes; the padding behind is skipped."""
    simulator.change(clip_s=None, clip_size=None, clip_padding_bytes=10_000, link_host="localhost")
    job = buy(client, aspect_ratio=ratio)["id"]
    simulator.advance(25)
    link = look(client, job)["video"]["url"]
    assert link.startswith(f"http://localhost:{simulator.port}/")
    with av.open(io.BytesIO(download(link).content), "r") as clip:
        (stream,) = clip.streams.video
        frames = len(list(clip.decode(stream)))
        assert (size, 120) == ((stream.width, stream.height), frames)
        assert Fraction(24) == stream.average_rate


def test_a_price_is_held_then_charged_and_logged(simulator: Simulator, client: httpx.Client) -> None:
    """The balance falls and the row appears when the generation ends; both name the same job."""
    job = buy(client)["id"]
    assert 1000 == client.get("/v2/billing").json()["current_balance"]
    assert [] == client.get("/v2/logs?period=24h").json()["data"]
    simulator.advance(25)
    (row,) = client.get("/v2/logs?period=24h").json()["data"]
    (charge,) = client.get("/v2/billing/transactions").json()["data"]
    assert 999.7375 == client.get("/v2/billing").json()["current_balance"]
    assert ("intent-1", job, 525_000) == (
        row["client_request_id"],
        row["inference_id"],
        row["cost"]["credits"],
    )
    assert (job, 525_000) == (charge["reference_id"], charge["amount"]["credits"])


def test_a_failed_generation_is_charged_nothing(simulator: Simulator, client: httpx.Client) -> None:
    """It answers 200 with `error`, its hold is gone and its row says so."""
    simulator.script(job="error:detail")
    job = buy(client)["id"]
    simulator.advance(25)
    failed = look(client, job)
    assert ("error", "face_detection_error") == (failed["status"], failed["error"]["detail"][0]["type"])
    assert "failed" == client.get("/v2/logs?period=24h").json()["data"][0]["status"]
    assert {} == simulator.charges_by_request()


def test_an_answer_lost_after_acceptance_leaves_a_job(simulator: Simulator, client: httpx.Client) -> None:
    """The client sees a reset; the job exists, costs money and stands in the log under the client's id."""
    simulator.script(submit="accept-then-reset")
    with pytest.raises(httpx.ReadError):
        buy(client)
    (seen,) = simulator.saw("intent-1")
    (job,) = simulator.jobs()
    assert (True, job.id) == (seen.accepted, seen.job)
    assert [1] == list(simulator.charges_by_request().values())


@pytest.mark.parametrize("fault", ["500", "502", "503", "504", "429:2", "html:502", "empty:500", "reset"])
def test_a_fault_on_its_own_accepts_nothing(simulator: Simulator, client: httpx.Client, fault: str) -> None:
    """Nothing is bought by a request that met a fault before it was served."""
    simulator.script(submit=fault)
    with pytest.raises((AssertionError, httpx.ReadError)):
        buy(client)
    assert [] == simulator.jobs()


@pytest.mark.parametrize("fault", ["500", "504", "html", "empty", "garbage", "odd", "cut:5", "close", "429"])
def test_a_fault_after_acceptance_leaves_a_job(
    simulator: Simulator, client: httpx.Client, fault: str
) -> None:
    """Whatever the answer looks like, the money is spent."""
    simulator.script(submit=f"accept-then-{fault}")
    with pytest.raises((AssertionError, httpx.HTTPError, ValueError, TypeError)):
        buy(client)["id"]
    assert 1 == len(simulator.jobs())


def test_the_same_request_gives_the_same_clip(simulator: Simulator, client: httpx.Client) -> None:
    """Bytes follow from the request alone, and another seed gives others; each purchase is counted."""
    for seed in (7, 7, 8):
        buy(client, seed=seed)
    simulator.advance(25)
    first, again, other = simulator.clips().values()
    assert first == again != other
    assert [2, 1] == sorted(simulator.charges_by_request().values(), reverse=True)


def test_beyond_the_limit_a_request_is_refused(simulator: Simulator, client: httpx.Client) -> None:
    """As many generations as are allowed run at once, and the most that ever did is on record."""
    simulator.change(in_flight_max=2, retry_after=["3"])
    buy(client, seed=1)
    buy(client, seed=2)
    refused = client.post(AT, json=BODY)
    assert (429, "3") == (refused.status_code, refused.headers["retry-after"])
    simulator.advance(25)
    buy(client, seed=3)
    assert 2 == simulator.peak()


def test_without_credits_nothing_is_accepted(simulator: Simulator, client: httpx.Client) -> None:
    """403 and the documented form, until somebody pays."""
    simulator.change(balance_usd="0.3")
    buy(client)
    refused = client.post(AT, json=BODY)
    assert 403 == refused.status_code
    assert {"message", "path", "requestId", "statusCode", "timestamp"} == set(refused.json())
    simulator.top_up(525_000)
    buy(client)


def test_a_key_is_needed(simulator: Simulator, client: httpx.Client) -> None:
    """401 without one or with another one."""
    for key in ("", "Bearer other"):
        assert 401 == client.post(AT, json=BODY, headers={"Authorization": key}).status_code


def test_no_key_is_on_record(simulator: Simulator, client: httpx.Client) -> None:
    """The record says that there was a key, and not which."""
    buy(client)
    (received,) = simulator.received("submit")
    assert received.authorised
    assert simulator.environ["AIMLAPI_API_KEY"] not in str(received)
