"""Files that are the author's, beside the store: read whole and replaced whole; what the system refuses of one is told by its name.

Owns the sentences of E617. `name` is what messages call the file.
"""

from __future__ import annotations

from pathlib import Path

from renderer.errors import StoreError
from renderer.store.files import replace_file


def read_authored(path: Path, *, name: str) -> str | None:
    """A file's text, None where there is no file. Raises `StoreError` E617."""
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(name, "read", error) from error


def replace_authored(path: Path, content: bytes, *, name: str) -> None:
    """Put bytes into a file, by rename. Raises `StoreError` E617, and leaves what was there."""
    try:
        replace_file(path, content)
    except OSError as error:
        raise unwritable(name, error) from error


def unwritable(name: object, error: OSError) -> StoreError:
    """What the system refused to have written."""
    return _refused(name, "written", error)


def _refused(name: object, act: str, error: OSError) -> StoreError:
    return StoreError(f"`{name}` cannot be {act}", code="E617", facts=[("reason", error.strerror or error)])
