"""The files that a storyboard includes, read: each found as other inputs are, and remembered by its digest."""

from __future__ import annotations

from pathlib import Path

from renderer.digest import Digest, digest_bytes
from renderer.errors import MediaError
from renderer.pipeline.reading.inputs import InputDesk
from renderer.spec import SIZE_MAX_BYTES

Included = tuple[tuple[str, str, int], ...]
"""Path relative to the storyboard's folder, sha256 and size of each included file, in the order of reading."""


class Reader:
    """Reads included files for one storyboard, and keeps the digest of what it read; what stands in `texts` was read before."""

    def __init__(self, desk: InputDesk, texts: dict[Path, bytes]) -> None:
        self.desk, self.texts = desk, texts
        self.digests: dict[str, Digest] = {}

    def read(self, name: str) -> bytes:
        """The bytes of a file, one more than are allowed at most; `RendererError` where it is not to be had.

        `name` is relative to the storyboard's folder and stays inside the project's root, as all inputs do.
        """
        path = self.desk.locate(name)
        if path not in self.texts:
            self.texts[path] = _bytes_of(path, name)
        self.digests[name] = digest_bytes(self.texts[path])
        return self.texts[path]

    @property
    def included(self) -> Included:
        return tuple((name, digest.sha256, digest.size_bytes) for name, digest in self.digests.items())


def _bytes_of(path: Path, name: str) -> bytes:
    if not path.is_file():
        if path.exists():
            raise MediaError(f"`{name}` is not a regular file", code="S402", hint="name a file")
        hint = "paths begin at the folder of the file that names them"
        raise MediaError(f"`{name}` does not exist", code="S401", hint=hint)
    try:
        with path.open("rb") as stream:
            return stream.read(SIZE_MAX_BYTES + 1)
    except OSError as error:
        raise MediaError(
            f"`{name}` cannot be read: {(error.strerror or str(error)).lower()}", code="U005"
        ) from error
