"""The simulator refuses what the documentation does not allow, at both addresses."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from .buyer import AT, BODY, buy, look
from .simulator import Simulator

LEGACY = "/v2/generate/video/runway/generation"


def still(kind: str, *, size: tuple[int, int] = (64, 36)) -> str:
    stream = io.BytesIO()
    Image.new("RGB", size).save(stream, kind)
    return base64.b64encode(stream.getvalue()).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "gen9"},
        {"image_url": None},
        {"image_url": "stills/rocket.jpg"},
        {"image_url": "http://a.example/i.jpg"},
        {"image_url": "data:image/png;base64,AAAA"},
        {"image_url": f"data:image/png;base64,{still('JPEG')}"},
        {"image_url": f"data:image/gif;base64,{still('GIF')}"},
        {"image_url": f"data:image/png;base64,{'A' * 3_000_000}"},
        {"prompt": "x" * 1001},
        {"duration": "5"},
        {"duration": 7},
        {"aspect_ratio": "4:3"},
        {"seed": 4294967296},
        {"seed": -1},
        {"ratio": "16:9"},
        {"last_image_url": "https://a.example/i.jpg"},
    ],
)
def test_a_request_that_is_not_as_documented_is_refused(
    client: httpx.Client, changes: dict[str, Any]
) -> None:
    """400, in the documented form; the status is told again as text or as a number."""
    refused = client.post(AT, json=BODY | changes)
    assert 400 == refused.status_code
    assert refused.json()["message"].startswith("Body validation error")
    assert refused.json()["statusCode"] in {"400", 400}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_images_are_taken_as_data_uris(simulator: Simulator, client: httpx.Client, kind: str) -> None:
    """JPEG, PNG and WebP, for both frames."""
    uri = f"data:image/{kind.lower()};base64,{still(kind)}"
    buy(client, image_url=uri, tail_image_url=uri)
    assert 1 == len(simulator.jobs())


def test_the_legacy_address_has_names_and_answers_of_its_own(
    simulator: Simulator, client: httpx.Client
) -> None:
    """`ratio` and `last_image_url` are known there, the universal names are not; the video is an array of links."""
    job = buy(client, at=LEGACY, ratio="9:16", last_image_url="https://a.example/l.jpg")["id"]
    assert 400 == client.post(LEGACY, json=BODY | {"aspect_ratio": "9:16"}).status_code
    simulator.advance(25)
    assert [str] == [type(link) for link in look(client, job, at=LEGACY)["video"]]


def test_both_addresses_sell_the_same_clip(simulator: Simulator, client: httpx.Client) -> None:
    """A request is the same by whichever names it comes."""
    buy(client, aspect_ratio="9:16")
    buy(client, at=LEGACY, ratio="9:16")
    assert [2] == list(simulator.charges_by_request().values())


def test_without_a_ratio_the_shape_of_the_image_is_checked(client: httpx.Client) -> None:
    """At the legacy address, which has no default, width is 0.5 to 2 times height."""
    wide = f"data:image/png;base64,{still('PNG', size=(90, 30))}"
    assert 400 == client.post(LEGACY, json=BODY | {"image_url": wide}).status_code
    buy(client, at=LEGACY, image_url=wide, ratio="16:9")


def test_unknown_fields_can_be_let_pass(simulator: Simulator, client: httpx.Client) -> None:
    """Whether they are refused is not documented."""
    simulator.change(unknown_fields_refused=False)
    buy(client, watermark=True)
    assert 1 == len(simulator.jobs())


def test_other_models_come_from_a_file(tmp_path: Path) -> None:
    """A mapping of ids to schemas, bare or under `request`; slips of published schemas are mended."""
    frame = {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}
    fields = {"model": {"const": "a/b"}, "image_url": {"type": "string", "required": True}, "frame": frame}
    file = tmp_path / "schemas.json"
    file.write_text(json.dumps({"a/b": {"request": {"type": "object", "properties": fields}}}))
    with Simulator.start(schemas=file) as simulator:
        at = simulator.url + AT
        key = {"Authorization": f"Bearer {simulator.environ['AIMLAPI_API_KEY']}"}
        link = "https://a.example/i.jpg"
        bodies = [
            {"model": "a/b", "frame": {"url": link}},
            {"model": "a/b", "frame": {"url": link, "x": 1}},
            {"model": "a/b", "prompt": "steam"},
        ]
        said = [
            httpx.post(at, json=body, headers=key, trust_env=False, verify=False).status_code
            for body in bodies
        ]
    assert [200, 400, 400] == said
