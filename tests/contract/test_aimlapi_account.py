"""AI/ML API's settings and secrets: where requests go, and what of them may be shown."""

import pytest

from renderer.errors import ProviderError, ProviderUnauthorised, UsageError
from renderer.job import Frozen
from renderer.providers.aimlapi import open_aimlapi
from renderer.providers.base import NotAccepted

from .aimlapi import BODY, KEY, look_at, poll_fails, submit_to, told
from .sellers import answered, raised


def test_an_account_is_told_by_a_fingerprint_of_its_key() -> None:
    """Different keys differ, and none can be read off it."""
    one, same, other = (open_aimlapi({"AIML_API_KEY": key}).account for key in ("k-1", " k-1 ", "k-2"))
    assert one == same != other
    assert 12 == len(one)
    assert isinstance(raised(lambda: open_aimlapi({}).account), ProviderUnauthorised)


@pytest.mark.parametrize(
    ("base", "told_base"),
    [
        ("", ""),
        ("https://api.aimlapi.com/", ""),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("https://gateway.example.org/aiml/", "https://gateway.example.org/aiml"),
    ],
)
def test_the_address_is_the_vendors_own_or_a_checked_one(base: str, told_base: str) -> None:
    """A slash at its end makes no difference."""
    assert told_base == open_aimlapi({"AIMLAPI_API_BASE": base}).base


@pytest.mark.parametrize(
    "base",
    [
        "http://api.aimlapi.com",
        "https://me:secret@api.aimlapi.com",
        "https://api.aimlapi.com/?key=secret",
        "api.aimlapi.com",
        "ftp://127.0.0.1",
        "https://",
        "https://[::1",
    ],
)
def test_an_address_that_would_leak_the_key_is_refused(base: str) -> None:
    """https alone, http to this machine alone, and nothing secret in it."""
    error = raised(lambda: open_aimlapi({"AIMLAPI_API_BASE": base}))
    assert ("U041", UsageError) == (error.code, type(error))
    assert "secret" not in told(error)


def test_an_unknown_endpoint_is_refused() -> None:
    """The two that there are, are named."""
    error = raised(lambda: open_aimlapi({"AIMLAPI_ENDPOINT": "legasy"}))
    assert ("U040", "`AIMLAPI_ENDPOINT` is `universal` or `legacy`, not `legasy`") == (
        error.code,
        error.message,
    )
    assert ["universal", "legacy"] == [
        open_aimlapi({"AIMLAPI_ENDPOINT": word}).endpoint for word in ("", "legacy")
    ]


LEAKY = {
    "message": f"key {KEY} is bad, header was Authorization: Bearer {KEY}; image data:image/png;base64,{'A' * 999}"
    " from https://cdn.example.org/a.png?_jwt=eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln\x1b[2J"
}


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 422, 429, 500])
def test_nothing_secret_comes_back_in_words(status: int) -> None:
    """A server that echoes the request is not quoted on keys, signatures and pictures."""
    got = submit_to(answered(f"{status} Words", LEAKY))
    seen = told(got.error) if isinstance(got, NotAccepted) else repr(got)
    seen += told(poll_fails(answered("500 Oh", LEAKY)))
    seen += told(look_at({"status": "error", "error": LEAKY}).error or ProviderError(""))
    for secret in (KEY, "_jwt", "eyJ", "AAAA", "\x1b"):
        assert secret not in seen


def test_an_adapter_does_not_show_its_key() -> None:
    """Neither it nor its account."""
    seller = open_aimlapi({"AIMLAPI_API_KEY": KEY})
    assert KEY not in repr(seller) + repr(seller._account) + str(vars(seller))
    assert KEY not in repr(Frozen("/v2", BODY))
