"""Digests and canonical JSON: how bytes and manifests get their names.

Canonical JSON is RFC 8785 restricted to what our manifests hold: objects, arrays, strings, booleans,
null and integers below 2^53. Floats are refused, because RFC 8785 (section 3.2.2.3) does not tell
`1` from `1.0`: a time or a rate is written as an exact string, and so is a 64-bit seed. Within that
domain the standard library's encoder gives the bytes of the RFC; a property test holds the two together.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

from renderer.row import Row

INTEGER_MAX = 2**53 - 1
CHUNK_BYTES = 1 << 20


class Digest(Row):
    """The name of some bytes: their sha256 in lower-case hex, and how many there are."""

    sha256: str
    size_bytes: int

    @property
    def short(self) -> str:
        return self.sha256[:8]


def digest_bytes(content: bytes) -> Digest:
    """The digest of bytes in memory.

    >>> digest_bytes(b"").short
    'e3b0c442'
    """
    return Digest(hashlib.sha256(content).hexdigest(), len(content))


def digest_file(path: Path) -> Digest:
    """The digest of a file's bytes, read in chunks. Raises `OSError` as `open` does."""
    state, size_bytes = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            state.update(chunk)
            size_bytes += len(chunk)
    return Digest(state.hexdigest(), size_bytes)


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of a manifest; `ValueError` for a float, a large integer or a lone surrogate.

    >>> canonical_json({"b": [1, "é"], "a": None}).decode()
    '{"a":null,"b":[1,"é"]}'
    """
    _refuse_inexact(value)
    return _dump(_utf16_ordered(value)).encode("utf-8")


def action_key(manifest: Any) -> str:
    """The action key: sha256 of the manifest's canonical JSON, in lower-case hex."""
    return hashlib.sha256(canonical_json(manifest)).hexdigest()


def exact(value: Any) -> Any:
    """A JSON value that has exact bytes: a whole float becomes an integer, another number `{"decimal": "0.5"}`.

    So does an integer beyond 2^53, which RFC 8785 does not hold. An author's own mapping that looks like one of
    ours is marked `literal`, so that no two values have one form.

    >>> exact({"cfg_scale": 0.5, "steps": 30.0})
    {'cfg_scale': {'decimal': '0.5'}, 'steps': 30}
    """
    if isinstance(value, float):
        return exact(int(value)) if value.is_integer() else {"decimal": repr(value)}
    if isinstance(value, int) and abs(value) > INTEGER_MAX:
        return {"decimal": str(value)}
    if isinstance(value, Mapping):
        mapping = {name: exact(item) for name, item in value.items()}
        return {"literal": mapping} if set(mapping) in ({"decimal"}, {"literal"}) else mapping
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return value


def inexact(value: Any) -> Any:
    """The value that `exact` was given, up to the number's kind: `30.0` comes back as the equal `30`.

    >>> inexact({"cfg_scale": {"decimal": "0.5"}, "steps": 30})
    {'cfg_scale': 0.5, 'steps': 30}
    """
    if isinstance(value, Mapping):
        if set(value) == {"decimal"}:
            text = value["decimal"]
            return int(text) if text.lstrip("-").isdecimal() else float(text)
        mapping = value["literal"] if set(value) == {"literal"} else value
        return {name: inexact(item) for name, item in mapping.items()}
    return [inexact(item) for item in value] if isinstance(value, list) else value


_dump = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=False, separators=(",", ":"), check_circular=False
).encode


def _utf16_ordered(value: Any) -> Any:
    # RFC 8785 section 3.2.3 sorts by UTF-16 code units, which differs from Python's order beyond the BMP.
    if isinstance(value, dict):
        keys = sorted(value, key=None if all(map(str.isascii, value)) else _utf16)
        return {key: _utf16_ordered(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [item if type(item) is str else _utf16_ordered(item) for item in value]
    return value


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _refuse_inexact(value: Any) -> None:
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise ValueError(f"{value} is beyond 2^53 and has no exact JSON number: carry it as a string")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"a key must be a string, not {key!r}")
            _refuse_inexact(item)
    elif isinstance(value, list | tuple):
        for item in value:
            if type(item) is not str:
                _refuse_inexact(item)
    else:
        raise ValueError(f"{value!r} has no exact JSON form: carry it as a string")


signature_of: Callable[[os.stat_result], tuple[int, int, int, int]] = attrgetter(
    "st_size", "st_mtime_ns", "st_ctime_ns", "st_ino"
)
"""What of a file's status is another where its bytes may be others."""


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises `ValueError` where it is none, or nested deeper than can be read."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError(str(error)) from error
