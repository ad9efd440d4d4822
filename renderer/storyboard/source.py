"""What the author names as material: files, addresses, parts of clips, frames that other shots show."""

from __future__ import annotations

import posixpath
import re
from fractions import Fraction
from typing import Literal

from renderer.row import Row

_LOOPBACK = re.compile(r"http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?(/|$)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Source(Row):
    """Where an image or clip comes from, as the author wrote it.

    A `path` is relative to the storyboard's folder; a `url` is https; `data` is a data URI.
    """

    kind: Literal["path", "url", "data"]
    text: str

    @classmethod
    def read(cls, text: str) -> Source | None:
        """The source that an author's text names; None for an address that is neither https nor of this machine."""
        if text.startswith("data:"):
            return cls("data", text)
        if text.startswith("https://") or _LOOPBACK.match(text):
            return cls("url", text)
        return None if _SCHEME.match(text) else cls("path", text)

    def below(self, folder: str) -> Source:
        """The same source as written in a file of `folder`, which is relative to the storyboard's own; empty for that one."""
        if self.kind != "path" or not folder:
            return self
        return self._replace(text=posixpath.normpath(posixpath.join(folder, self.text)))


class Use(Row):
    """The part of a clip that is on screen, in seconds of the clip; `out_s` None means to its end."""

    in_s: Fraction = Fraction(0)
    out_s: Fraction | None = None


class Frame(Row):
    """A frame of the clip that another shot shows, to start from or to end on.

    `at_s` is a time of that clip; None means the last frame before the out point of that shot's own `use`.
    """

    shot: str
    at_s: Fraction | None = None
