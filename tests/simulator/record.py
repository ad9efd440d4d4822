"""The record of every request, and the state file from which a simulator that was stopped goes on.

The file is lines of JSON, each with an `event`: how it began, each job as it was accepted or changed, each top-up, each
move of the clock, each request. A torn last line is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple


class Received(NamedTuple):
    """A request as it was met: never with its key, only whether it carried one.

    `kind` is what was asked, `digest` names its body, `fault` what went wrong on purpose, `job` the one it was about.
    `said` is the status that was to be sent; 0 where nothing was said.
    """

    at_s: float
    vendor: str
    kind: str
    method: str
    target: str
    headers: Mapping[str, str]
    authorised: bool
    body_bytes: int
    digest: str | None
    client_request_id: str | None
    said: int
    accepted: bool
    job: str | None
    fault: str | None
    note: str | None


class State:
    """A file of events, or none: then nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIOWrapper | None = None

    def read(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The events so far."""
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_text().splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            yield event.pop("event"), event

    def open(self) -> None:
        """Write from here on; a torn line is ended, so that it spoils no other."""
        if self._path is not None:
            is_torn = self._path.exists() and self._path.read_bytes()[-1:] not in {b"", b"\n"}
            self._file = self._path.open("a")
            self._file.write("\n" if is_torn else "")

    def add(self, event: str, value: Mapping[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps({"event": event, **value}) + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
