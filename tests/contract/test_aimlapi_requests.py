"""AI/ML API's requests over real HTTP: what is sent, and when nothing is."""

import base64
import json
from pathlib import Path

from renderer.errors import ProviderUnauthorised
from renderer.providers.base import Accepted, NotAccepted, Why

from .aimlapi import BODY, INTENT, KEY, STILL, submit, told
from .raw import RawServer, bodies, fields
from .sellers import answered


def test_a_request_is_sent_with_its_key_and_our_id() -> None:
    """The body is the frozen one, word for word."""
    with RawServer(answered("200 OK", {"id": "a", "status": "queued"})) as server:
        assert Accepted("a") == submit(server.url)
        (request,) = server.heard
        sent = fields(request)
    assert request.startswith(b"POST /v2/video/generations HTTP/1.1\r\n")
    assert f"Bearer {KEY}" == sent["authorization"]
    assert (INTENT, "application/json") == (sent["x-client-request-id"], sent["content-type"])
    assert BODY == json.loads(next(bodies([request])))


def test_the_legacy_address_names_the_models_maker() -> None:
    """A setting chooses it, for new requests alone."""
    with RawServer(answered("200 OK", {"id": "a"})) as server:
        submit(server.url, AIMLAPI_ENDPOINT="legacy")
        assert server.heard[0].startswith(b"POST /v2/generate/video/runway/generation HTTP/1.1\r\n")


def test_media_are_sent_as_data_uris_wherever_they_stand(tmp_path: Path) -> None:
    """The type is told by the bytes, not by the name."""
    clip = tmp_path / "clip.png"
    clip.write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 100_000)
    still, film = {"blob": "a" * 64}, {"blob": "b" * 64}
    body = {
        "image_url": still,
        "keyframes": {"frame0": {"type": "image", "url": still}},
        "urls": [film, "https://x"],
    }
    with RawServer(answered("200 OK", {"id": "a"})) as server:
        submit(server.url, body=body, media={"a" * 64: STILL, "b" * 64: clip})
        sent = json.loads(next(bodies(server.heard)))
    picture = f"data:image/jpeg;base64,{base64.b64encode(STILL.read_bytes()).decode()}"
    assert picture == sent["image_url"]
    assert {"type": "image", "url": picture} == sent["keyframes"]["frame0"]
    assert f"data:video/mp4;base64,{base64.b64encode(clip.read_bytes()).decode()}" == sent["urls"][0]
    assert "https://x" == sent["urls"][1]


def test_a_medium_that_is_gone_was_not_sent(tmp_path: Path) -> None:
    """Nothing was bought, and the request is not to blame."""
    with RawServer(answered("200 OK", {"id": "a"})) as server:
        got = submit(server.url, body={"image_url": {"blob": "a" * 64}}, media={"a" * 64: tmp_path / "gone"})
        assert 0 == server.connections
    assert isinstance(got, NotAccepted)
    assert (Why.UNREADABLE, "P718") == (got.why, got.error.code)
    assert str(tmp_path / "gone") in told(got.error)


def test_without_a_key_nothing_is_sent() -> None:
    """The error names the variable."""
    with RawServer(answered("200 OK", {"id": "a"})) as server:
        for key in ("", "  ", "two words", "Schlüssel", "new\nline"):
            got = submit(server.url, AIMLAPI_API_KEY=key)
            assert isinstance(got, NotAccepted)
            assert Why.UNAUTHORISED is got.why
            assert isinstance(got.error, ProviderUnauthorised)
            assert "AIMLAPI_API_KEY" in str(got.error.hint)
            assert not key.strip() or key not in told(got.error)
        assert 0 == server.connections


def test_the_second_name_of_the_key_is_taken_too() -> None:
    """The vendor's own tools know both."""
    with RawServer(answered("401 No", {})) as server:
        got = submit(server.url, AIMLAPI_API_KEY="", AIML_API_KEY="other")
        assert "Bearer other" == fields(server.heard[0])["authorization"]
    assert isinstance(got, NotAccepted)
    assert "`AIML_API_KEY`" in str(got.error.hint)
