"""The adapters, wired once for one command: store, ffmpeg, providers, and where we stand."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from renderer.catalogue.providers import providers
from renderer.ffmpeg.binary import (
    VERSION_MIN,
    Ffmpeg,
    describe_ffmpeg,
    list_encoders,
    list_filters,
    list_formats,
    list_transitions,
    locate_ffmpeg,
    may_change_unseen,
)
from renderer.model import Size
from renderer.pipeline.prices import price_file, read_book
from renderer.store.layout import locate_root
from renderer.store.store import Store

if TYPE_CHECKING:
    from renderer.catalogue.entry import Model
    from renderer.catalogue.live import Book
    from renderer.execute.clock import Clock
    from renderer.mate import Mates
    from renderer.model import Json
    from renderer.plan.rows import TakeRow
    from renderer.providers.base import Maker, Seller
    from renderer.providers.lister import Lister

ANIMATIC = "animatic"
MATE_NEEDS = ("renderer.providers.animatic.layout", "renderer.media.splicer", "av")
"""What is drawn is drawn first; films come last."""
LARGE_BYTES, MANY_SLOTS = 50_000, 100
"""A mate takes a tenth of a second of a core, so it is had where a join computes longer: a storyboard of so many bytes has as many shots."""
KNOWN_FFMPEG = f"ffmpeg from {VERSION_MIN} on"
"""The memo of builds that were asked, and found new enough."""


class Workshop:
    """All that commands share. `here` is the current directory, `cores` how many local actions run at once.

    `clock` is the time by which purchases wait; None is this machine's own. `texts` are the storyboard compiled last and what it
    includes as they were read, by path: a build goes on with what it began with, whatever is edited meanwhile. `is_building` says that what was edited will be made.
    """

    def __init__(
        self, store: Store, *, environ: Mapping[str, str], here: Path, cores: int, clock: Clock | None = None
    ) -> None:
        self.store, self.environ, self.here, self.cores, self.clock = store, environ, here, cores, clock
        self.is_building = False
        self.texts: dict[Path, bytes] = {}
        self._sellers: dict[str, Seller] = {}
        self._books: dict[str, Book] = {}
        self._imprinted: tuple[Sequence[TakeRow] | None, str] = None, ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.store.close()
        finally:
            if "mates" in self.__dict__:
                self.mates.close()

    @cached_property
    def mates(self) -> Mates:
        """Who computes beside this process; let go with the workshop."""
        from renderer.mate import Mates  # noqa: PLC0415 - only where something is made

        return Mates(cores=self.cores, ahead=MATE_NEEDS)

    def expect_work(self, *, size_bytes: int) -> None:
        """A storyboard of so many bytes was edited: where it is to be built, whoever will compute beside this process gets ready meanwhile."""
        if self.is_building and size_bytes >= LARGE_BYTES:
            self.mates.prepare()

    @cached_property
    def ffmpeg(self) -> Ffmpeg:
        """The ffmpeg in use; its build is remembered under the file's path, size and times."""
        path = locate_ffmpeg(self.environ)
        if may_change_unseen(path):
            return describe_ffmpeg(path)
        stat = path.stat()
        seen = f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{stat.st_ctime_ns}"
        key = hashlib.sha256(seen.encode("utf-8", "surrogateescape")).hexdigest()
        build = self.store.memos.get(KNOWN_FFMPEG, key)
        if isinstance(build, str):
            return Ffmpeg(path, build)
        ffmpeg = describe_ffmpeg(path)
        self.store.memos.put(KNOWN_FFMPEG, key, ffmpeg.build)
        return ffmpeg

    @cached_property
    def drawing_tools(self) -> Mapping[str, str]:
        """The versions of all that draws; remembered under what its files look like, where that tells."""
        from renderer.providers.animatic.tools import drawing_state, drawing_tools  # noqa: PLC0415 - as below

        state = drawing_state()
        if state is None:
            return drawing_tools()
        key = hashlib.sha256(state.encode("utf-8", "surrogateescape")).hexdigest()
        known = self.store.memos.get("drawing", key)
        if isinstance(known, dict):
            return known
        tools = drawing_tools()
        self.store.memos.put("drawing", key, dict(tools))
        return tools

    @cached_property
    def encoders(self) -> frozenset[str]:
        """What the ffmpeg in use can encode, by its own names; remembered under its build."""
        return self._listed("encoders", list_encoders)

    @cached_property
    def filters(self) -> frozenset[str]:
        """The filters of the ffmpeg in use; remembered likewise."""
        return self._listed("filters", list_filters)

    @cached_property
    def transitions(self) -> frozenset[str]:
        """What its filter `xfade` knows, empty where it does not say; remembered likewise."""
        return self._listed("transitions", list_transitions)

    def formats_of(self, encoder: str) -> frozenset[str]:
        """The pixel formats that an encoder of it writes, empty where it does not say; remembered likewise."""
        return self._listed(f"formats of {encoder}", lambda path: list_formats(path, encoder))

    def _listed(self, name: str, ask: Callable[[Path], frozenset[str]]) -> frozenset[str]:
        path, build = self.ffmpeg
        known = None if may_change_unseen(path) else self.store.memos.get(name, build)
        if isinstance(known, list):
            return frozenset(known)
        found = ask(path)
        self.store.memos.put(name, build, sorted(found))
        return found

    @cached_property
    def tools(self) -> str:
        """All tools that decide the bytes of what is free, as one text: another makes every free key another."""
        identity = self.maker().identity(size=Size(16, 16), fps=Fraction(1))
        return json.dumps(identity, sort_keys=True)

    def imprint_of(self, takes: Sequence[TakeRow]) -> str:
        """A digest of which takes there are and of their keys, in order; worked out once for the rows of a run."""
        if self._imprinted[0] is not takes:
            told = "\0".join([*[row.shot for row in takes], *[row.key for row in takes]])
            self._imprinted = takes, hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
        return self._imprinted[1]

    def paid_identity(self, provider: str) -> Mapping[str, Json]:
        """What of a paid provider belongs into a manifest: its name, and its address where that is this machine.

        Clips made by a server on this machine are never taken for the vendor's own.
        """
        variable = providers()[provider].base_variable
        base = self.environ.get(variable, "").strip().rstrip("/") if variable else ""
        if base:
            from renderer.wire.address import is_loopback  # noqa: PLC0415 - only where an address is set

            if is_loopback(base):
                return {"provider": provider, "base": base}
        return {"provider": provider}

    @cached_property
    def addresses(self) -> str:
        """All addresses of providers on this machine, as one text: another makes every paid key another."""
        return json.dumps([self.paid_identity(name) for name in providers()])

    @cached_property
    def prices_state(self) -> str:
        """Another text whenever live prices are others. One stat for each provider that lists them."""
        listing = [name for name, known in providers().items() if known.lists_prices]
        files = [price_file(self.environ, provider=name) for name in listing]
        return json.dumps([self.store.prices.state(file) for file in files])

    def book(self, provider: str) -> Book:
        """The live prices of a provider, read once. Raises `StoreError` E623 where their file has another form."""
        if provider not in self._books:
            self._books[provider] = read_book(self.store, self.environ, provider=provider)
        return self._books[provider]

    def priced(self, model: Model) -> Model:
        """A model of the catalogue with its live prices, where its provider's list was read."""
        return self.book(model.provider).priced(model)

    @property
    def is_replaying(self) -> bool:
        """Whether sellers answer from a recording, so that nothing has to be waited for."""
        return bool(self.environ.get("RENDERER_REPLAY", "").strip())

    def seller(self, name: str) -> Seller:
        """The adapter of a paid provider, one for the length of a command; its key is read when it is needed.

        Raises `UsageError` where its variables make no sense.
        """
        if name not in self._sellers:
            self._sellers[name] = self._open_seller(name)
        return self._sellers[name]

    def _open_seller(self, name: str) -> Seller:
        assert name in {"aimlapi", "runway"}, f"BUG: no adapter for `{name}`"
        if name == "runway":
            from renderer.providers.runway import open_runway  # noqa: PLC0415 - only where something is bought

            return open_runway(self.environ)
        from renderer.providers.aimlapi import open_aimlapi  # noqa: PLC0415 - only where something is bought

        return open_aimlapi(self.environ)

    def lister(self, name: str) -> Lister:
        """A fresh adapter that reads a provider's list, to be closed in the loop that used it. Raises as `seller`."""
        assert name == "aimlapi", f"BUG: no list of `{name}` is read"
        from renderer.providers.aimlapi import open_aimlapi  # noqa: PLC0415 - only where a list is read

        return open_aimlapi(self.environ)

    def maker(self, name: str = ANIMATIC) -> Maker:
        """The adapter of a free provider."""
        assert name == ANIMATIC, f"BUG: `{name}` is not free"
        from renderer.providers.animatic import Animatic  # noqa: PLC0415 - not needed when nothing runs

        return Animatic(self.ffmpeg, filter_threads=self.cores, tools=self.drawing_tools)


def open_workshop(
    environ: Mapping[str, str], *, here: Path, cache_dir: Path | None = None, clock: Clock | None = None
) -> Workshop:
    """Wire the adapters. Creates nothing; a missing store is an empty one until something is put into it."""
    root = locate_root(environ, chosen=cache_dir)
    return Workshop(Store.open(root), environ=environ, here=here, cores=available_cores(), clock=clock)


def available_cores() -> int:
    """How many processors this process may use, ≥ 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
