"""The simulator's links end, move, break and lie, as links do."""

import base64
import time

import httpx
import pytest

from .buyer import buy, download, look
from .simulator import Simulator


@pytest.fixture
def job(simulator: Simulator, client: httpx.Client) -> str:
    """A generation that is complete."""
    sold = str(buy(client)["id"])
    simulator.advance(25)
    return sold


def link_of(client: httpx.Client, job: str) -> str:
    return str(look(client, job)["video"]["url"])


@pytest.mark.parametrize("form", ["jwt", "expires"])
def test_a_link_ends_and_a_poll_gives_a_fresh_one(
    simulator: Simulator, client: httpx.Client, job: str, form: str
) -> None:
    """403 after its life; the next poll's link is another one and works."""
    simulator.change(links=[form], link_life_s=600)
    first = link_of(client, job)
    assert 200 == download(first).status_code
    simulator.advance(601)
    fresh = link_of(client, job)
    assert (403, 200) == (download(first).status_code, download(fresh).status_code)
    assert first != fresh


def test_a_dead_link_stays_dead(simulator: Simulator, client: httpx.Client) -> None:
    """404 whatever is polled, for a job that is complete and paid."""
    simulator.script(job="dead-link")
    job = buy(client)["id"]
    simulator.advance(25)
    assert {404} == {download(link_of(client, job)).status_code for _ in range(3)}
    assert 1 == len(simulator.charges_by_request())


def test_a_stale_link_is_followed_by_a_good_one(simulator: Simulator, client: httpx.Client) -> None:
    """The first link has expired when it is given."""
    simulator.script(job="stale-links:1")
    job = buy(client)["id"]
    simulator.advance(25)
    assert [403, 200] == [download(link_of(client, job)).status_code for _ in range(2)]


def test_a_forged_link_leads_nowhere(simulator: Simulator, client: httpx.Client) -> None:
    """The signature covers the path: it opens no other job's clip, and a changed one opens none."""
    simulator.change(ids=["digits"])
    one, other = (buy(client, seed=seed)["id"] for seed in (1, 2))
    simulator.advance(25)
    link = link_of(client, one)
    elsewhere = link.replace(b64(one), b64(other))
    assert link != elsewhere
    assert {403} == {download(forged).status_code for forged in (link[:-4] + "abcd", elsewhere)}


def b64(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def test_a_key_or_another_host_is_refused(client: httpx.Client, job: str) -> None:
    """The file server takes no key, and answers to its own name alone."""
    link = link_of(client, job)
    assert 400 == download(link, Authorization="Bearer x").status_code
    assert 421 == download(link.replace("127.0.0.1", "localhost")).status_code


def test_parts_are_served(simulator: Simulator, client: httpx.Client, job: str) -> None:
    """A range gives the rest of the same bytes; another version, or a server without ranges, the whole."""
    link = link_of(client, job)
    whole = download(link)
    rest = download(link, Range="bytes=100-", **{"If-Range": whole.headers["etag"]})
    assert (206, whole.content[100:]) == (rest.status_code, rest.content)
    assert 200 == download(link, Range="bytes=100-", **{"If-Range": '"other"'}).status_code
    assert 416 == download(link, Range="bytes=99999999-").status_code
    simulator.change(ranges=False, etags=False, lengths=False)
    plain = download(link, Range="bytes=100-")
    assert (200, whole.content) == (plain.status_code, plain.content)
    assert not {"etag", "content-length", "accept-ranges"} & set(plain.headers)


def test_redirects_are_followed_to_the_clip(simulator: Simulator, client: httpx.Client, job: str) -> None:
    """As many hops as are set."""
    simulator.change(link_hops=2)
    answer = httpx.get(link_of(client, job), trust_env=False, verify=False, follow_redirects=True)
    assert (200, 2) == (answer.status_code, len(answer.history))


@pytest.mark.parametrize("fault", ["cut:1000", "cut-by-reset:1000", "missized:5", "reset", "close"])
def test_a_download_is_cut(simulator: Simulator, client: httpx.Client, job: str, fault: str) -> None:
    """The client sees less than was announced."""
    simulator.script(download=fault)
    with pytest.raises(httpx.TransportError):
        download(link_of(client, job))


def test_a_download_is_wrong(simulator: Simulator, client: httpx.Client, job: str) -> None:
    """A page, nothing, half a clip, one other byte, far too much: all with status 200 and a true length."""
    link = link_of(client, job)
    whole = download(link).content
    faults = ["html", "zero", "truncated", "flipped", "oversized:1000000", "unsized", "slow:1000000"]
    simulator.script(download=faults)
    page, nothing, half, flipped, large, unsized, slow = [download(link).content for _ in faults]
    assert page.startswith(b"<!doctype")
    assert (b"", whole[: len(whole) // 2]) == (nothing, half)
    assert (len(whole), len(whole) + 1_000_000) == (len(flipped), len(large))
    assert whole == unsized == slow != flipped


def test_an_answer_that_never_comes_ends_with_the_client(
    simulator: Simulator, client: httpx.Client, job: str
) -> None:
    """A stall holds the connection until the client leaves; so does half a body."""
    link = link_of(client, job)
    simulator.script(download=["stall", "hang"])
    for _ in range(2):
        began_s = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(link, trust_env=False, verify=False, timeout=0.2)
        assert time.monotonic() - began_s < 5
