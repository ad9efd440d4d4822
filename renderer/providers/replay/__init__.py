"""Record what goes over the wire, and play it again without a network: for builds that are tested and not paid for.

`RENDERER_RECORD=DIR` writes each exchange of any vendor into a folder; `RENDERER_REPLAY=DIR` answers from it. It stands
below the vendors and is none itself: the same storyboard with the same provider gives the same keys, so a replayed build
fills a store just as the recorded one did. A replay needs no key and never opens a connection.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from renderer.errors import StoreError, UsageError
from renderer.providers.account import Account
from renderer.wire.client import Client, Wire

RECORD_VARIABLE, REPLAY_VARIABLE = "RENDERER_RECORD", "RENDERER_REPLAY"
REPLAY_KEY = "replay"


def connect(account: Account, environ: Mapping[str, str]) -> tuple[Account, Wire]:
    """The wire to an account's vendor, recorded or replayed where the environment asks for it, and whose account it is.

    What is replayed belongs to an account of its own, so that no job of it is ever asked after for real, nor counted as
    money. Raises `UsageError` U042 where both are asked for, U043 where there is no such recording, and `StoreError` E625,
    before anything is sent, where none can be written.
    """
    record, played = (environ.get(name, "").strip() for name in (RECORD_VARIABLE, REPLAY_VARIABLE))
    if record and played:
        raise UsageError(
            f"`{RECORD_VARIABLE}` and `{REPLAY_VARIABLE}` are both set",
            code="U042",
            hint="record first, then unset it and replay",
        )
    if played:
        return replace(account, key=REPLAY_KEY, replayed=True), _player(Path(played), vendor=account.provider)
    if record:
        return account, _recorder(Client(account.base), _writable(Path(record)), account)
    return account, Client(account.base)


def _player(folder: Path, *, vendor: str) -> Wire:
    from renderer.providers.replay.player import Player, read_recording  # noqa: PLC0415 - seldom needed

    if not folder.is_dir():
        raise UsageError(
            f"there is no recording at `{folder}`",
            code="U043",
            hint=f"build once with `{RECORD_VARIABLE}` set to this folder",
        )
    return Player(read_recording(folder, vendor=vendor), folder=folder)


def _writable(folder: Path) -> Path:
    """The folder, made where it is not there; what is bought must not turn out to be unrecorded afterwards."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise StoreError(
            "the recording cannot be written: nothing was sent",
            code="E625",
            facts=[("recording", folder), ("reason", error.strerror or str(error))],
            hint=f"set `{RECORD_VARIABLE}` to a folder that may be written, or unset it",
        ) from error


def _recorder(client: Client, folder: Path, account: Account) -> Wire:
    from renderer.providers.replay.recorder import Recorder  # noqa: PLC0415 - seldom needed

    return Recorder(client, folder=folder, vendor=account.provider, secrets=(account.key,))
