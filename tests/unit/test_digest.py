"""Digests and canonical JSON."""

import hashlib
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from renderer.digest import INTEGER_MAX, action_key, canonical_json, digest_bytes

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-INTEGER_MAX, INTEGER_MAX), TEXT)
MANIFESTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=20,
)


@given(MANIFESTS)
def test_canonical_json_is_that_of_rfc_8785(manifest: Any) -> None:
    """Within our domain the bytes equal those of an independent implementation of the standard."""
    assert rfc8785.dumps(manifest) == canonical_json(manifest)


def test_keys_beyond_the_basic_plane_are_ordered_by_utf16_units() -> None:
    """RFC 8785 section 3.2.3: U+1F600 (a surrogate pair) sorts before U+FB33."""
    assert '{"\U0001f600":1,"\ufb33":2}'.encode() == canonical_json({"\ufb33": 2, "\U0001f600": 1})


@pytest.mark.parametrize("value", [0.5, 1.0, 2**53, -(2**53), {"a": [1.5]}, {1: "a"}, {"a": b"x"}])
def test_what_json_cannot_hold_exactly_is_refused(value: Any) -> None:
    """A float, a large integer, a key that is no string and bytes never reach a key."""
    with pytest.raises(ValueError, match=r"string"):
        canonical_json(value)


def test_an_action_key_is_the_sha256_of_the_canonical_manifest() -> None:
    """The key can be recomputed with any sha256 tool."""
    assert hashlib.sha256(b'{"a":1,"b":"x"}').hexdigest() == action_key({"b": "x", "a": 1})


def test_a_digest_counts_bytes() -> None:
    """The size is part of the digest."""
    assert (3, hashlib.sha256(b"abc").hexdigest()) == (
        digest_bytes(b"abc").size_bytes,
        digest_bytes(b"abc").sha256,
    )
