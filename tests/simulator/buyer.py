"""Somebody who buys: the few acts of a client, for tests of the simulator itself."""

from typing import Any

import httpx

AT = "/v2/video/generations"
BODY = {
    "model": "gen3a_turbo",
    "prompt": "steam",
    "image_url": "https://a.example/i.jpg",
    "duration": 5,
    "seed": 7,
}


def buy(client: httpx.Client, *, at: str = AT, intent: str = "intent-1", **changes: Any) -> Any:
    """Submit, and expect to be accepted."""
    answer = client.post(at, json=BODY | changes, headers={"X-Client-Request-Id": intent})
    assert answer.status_code in {200, 201, 202}, answer.text
    return answer.json()


def look(client: httpx.Client, job: str, *, at: str = AT) -> Any:
    """Poll once."""
    return client.get(at, params={"generation_id": job}).json()


def download(url: str, **headers: str) -> httpx.Response:
    """Fetch a clip, with no key."""
    return httpx.get(url, trust_env=False, verify=False, headers=headers, timeout=20)
