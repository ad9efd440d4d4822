"""The store: one object over its rooms, and all that the rest of the program knows of it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from renderer.digest import Digest
from renderer.errors import StoreError
from renderer.model import Asker, Json, Result, Trace
from renderer.store.blobs import Blobs
from renderer.store.copies import copy_out
from renderer.store.fetched import Fetched
from renderer.store.index import Index
from renderer.store.layout import Layout, check_readable, check_version, check_writable
from renderer.store.locks import LOCK_TIMEOUT_S, Locks
from renderer.store.newest import Newest
from renderer.store.occupancy import Occupancy
from renderer.store.prices import Prices
from renderer.store.results import Results
from renderer.store.scratch import Scratch
from renderer.store.seen import Seen
from renderer.store.traces import Traces

if TYPE_CHECKING:
    from renderer.job import Job
    from renderer.store.care import Care
    from renderer.store.check import StoreCheck, StoreStats
    from renderer.store.journal import Journal

MEMO_SLOTS = 128


class Store:
    """A store of clips and of what made them, at a root that need not exist until something is written.

    Blobs and traces are files and are the truth; the index is for speed. Close it, or use it in a `with`,
    so that what was learnt is kept. Threads may share it; only the one that opened it uses the index.
    Every method raises `StoreError` where the disk refuses: E611 full, E613 forbidden, E610 else.
    """

    def __init__(self, root: Path, *, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._layout = layout = Layout(root)
        self._locks = Locks(layout.locks)
        self._occupancy = Occupancy(root, self._locks)
        self._scratch = Scratch(layout, self._locks, on_begin=self._occupancy.enter)
        self._index = Index(layout.index, damaged=layout.damaged)
        self._blobs = Blobs(layout, self._scratch)
        self._traces = Traces(layout, self._scratch, self._locks)
        self._results = Results(self._index, self._traces, self._blobs)
        self._seen = Seen(self._index, clock_ns=clock_ns)
        self._newest = Newest(layout, self._index, self._traces, self._blobs, clock_ns=clock_ns)
        self._fetched = Fetched(layout, self._scratch)
        self.prices = Prices(layout, self._scratch)

    @classmethod
    def open(cls, root: Path) -> Self:
        """The store at `root`, nothing created; raises `StoreError` E612 for a version that we do not know."""
        store = cls(root.absolute())
        check_version(store._layout)
        return store

    @property
    def root(self) -> Path:
        return self._layout.root

    def check_writable(self) -> None:
        """Raise `StoreError` E613 where nothing can be stored here, as on a disk that is not mounted; writes nothing."""
        check_writable(self._layout)

    def check_readable(self) -> None:
        """Raise `StoreError` E610 or E613 where nobody can tell what is here: asked before anything is said to be lost."""
        check_readable(self._layout)

    def save_some(self) -> None:
        """`save`, once there is enough of it to be worth the while; for builds that learn much before they end."""
        self._index.relieve()

    def save(self) -> None:
        """Write the index now; `close` does it anyway."""
        self._index.flush()

    def close(self) -> None:
        """Write the index, remove this process's scratch files and let go of all locks."""
        self._index.close()
        self._scratch.close()
        self._occupancy.leave()
        self._locks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def enter(self) -> None:
        """Rely on what is here: until the store is closed nothing is cleared away. Whoever writes does so anyway."""
        self._occupancy.enter()

    def used_at_s(self, project: str, *, spec: str) -> float | None:
        """When a use of a storyboard was last put on record, in seconds since 1970; None where there is none. One stat."""
        try:
            return self._layout.enrolment(project, spec=spec).stat().st_mtime
        except OSError:
            return None

    @cached_property
    def care(self) -> Care:
        """Whom the store is for, and how it is cleared."""
        from renderer.store.care import Care  # noqa: PLC0415 - not for those who only look

        return Care(
            self._layout, self._scratch, occupancy=self._occupancy, fetched=self._fetched, hold=self.hold
        )

    # The journal

    @cached_property
    def journal(self) -> Journal:
        """What was asked of vendors, what they answered, what it cost."""
        from renderer.store.journal import Journal  # noqa: PLC0415 - 4 ms that a build without jobs need not spend
        from renderer.store.lines import Lines  # noqa: PLC0415

        return Journal(Lines(self._layout.journal, hold=lambda: self.hold("journal")), self._index)

    def open_jobs(self) -> list[Job]:
        """Jobs with money at stake and no clip here, oldest first; one stat where nothing was ever bought."""
        return self.journal.open_jobs() if self._layout.journal.is_dir() else []

    # Blobs

    def path(self, digest: Digest) -> Path:
        """Where the blob stands, or would stand; its bytes are not checked."""
        return self._blobs.path(digest)

    def has(self, digest: Digest) -> bool:
        """Whether a blob of this name and size is there; one stat."""
        return self._blobs.has(digest)

    def find(self, sha256: str) -> Digest | None:
        """The digest of a blob by its sha256 alone, None where it is not there. Raises `StoreError` where that cannot be told."""
        return self._blobs.find(sha256)

    def put_bytes(self, content: bytes) -> Digest:
        return self._blobs.put_bytes(content)

    def seal(self, path: Path) -> Digest:
        """The digest of a complete file that nobody writes to any more; what is long about storing it is done then."""
        return self._blobs.seal(path)

    def put_file(self, path: Path, *, move: bool = True, sealed: Digest | None = None) -> Digest:
        """Store a complete file that nobody writes to any more, by its digest where it is `sealed`; with `move` it is taken and is gone after."""
        digest = self._blobs.put_file(path, move=move, sealed=sealed)
        blob = self._blobs.path(digest)
        self._seen.learn(blob, digest=digest, status=blob.stat())
        return digest

    def verify(self, digest: Digest) -> None:
        """Read the whole blob; raises `StoreError` E615 when it is gone, E614 when it is damaged."""
        self._blobs.verify(digest)

    def recall(self, digests: Sequence[Digest]) -> Mapping[str, Json]:
        """What is remembered of some blobs' files: ask before a thread that may not ask the index calls `verified_paths`."""
        return self._seen.recall([self._blobs.path(digest) for digest in digests])

    def verified_paths(
        self, digests: Sequence[Digest], *, recalled: Mapping[str, Json] | None = None
    ) -> list[Path]:
        """Where some blobs stand, in order, each read and checked since it last changed.

        Where nothing was `recalled` in another thread than the store's, all are read: there the index says nothing.

        Raises as `verify` does, for the first that fails; all are looked at, so that one more try meets no other.
        """
        paths = [self._blobs.path(digest) for digest in digests]
        failures = []
        for digest, found in zip(digests, self._seen.digests_of(paths, recalled=recalled), strict=True):
            if found != digest:
                try:
                    self._blobs.verify(digest)
                except StoreError as error:
                    failures.append(error)
        if failures:
            raise failures[0]
        return paths

    def copy_out(self, digest: Digest, target: Path) -> None:
        """Put the verified bytes at `target` by rename, a reflink where possible, never a hard link."""
        status = copy_out(self._blobs, digest, target.absolute(), locks=self._locks)
        self._seen.learn(target.absolute(), digest=digest, status=status)

    # Traces

    def lookup(self, key: str) -> Result | None:
        """The result that a key may reuse: its first one whose blob is there."""
        return self._results.of(key)

    def lookup_many(self, keys: Sequence[str]) -> list[Result | None]:
        """`lookup` for each key, in order; one stat for each when nothing changed since the last question."""
        return self._results.of_many(keys)

    def trace(self, key: str) -> Trace | None:
        """All that is known of a key, whether or not its blobs are there."""
        return self._traces.read(key)

    def record(
        self,
        key: str,
        *,
        manifest: Mapping[str, Json],
        result: Result,
        askers: Sequence[Asker] = (),
        now: datetime,
    ) -> Trace:
        """Add a result to the trace of a key, durably; a digest that it has already is not added again.

        `askers` are named for generations alone, since `newest_for` takes all that a shot asked for as footage.
        `now` has a time zone.
        """
        trace = self._traces.record(key, manifest=manifest, result=result, askers=askers, now=now)
        self._results.learn(trace)
        return trace

    def newest_for(self, project: str, *, spec: str, shots: Sequence[str]) -> list[Trace | None]:
        """For each shot, in order, the newest trace that it asked for and that has a result here."""
        return self._newest.of(project, spec=spec, shots=shots)

    def traces_for(self, project: str, *, spec: str, shot: str) -> list[Trace]:
        """Every trace that a shot asked for, the newest first, whether or not its blobs are there."""
        return self._newest.all_of(project, spec=spec, shot=shot)

    # What files held

    def digest_of(self, path: Path) -> Digest | None:
        """The digest of a file, with one stat when it has not changed; None where there is no regular file."""
        return self._seen.digest_of(path)

    def digests_of(self, paths: Sequence[Path | str]) -> list[Digest | None]:
        """`digest_of` for each path, in order."""
        return self._seen.digests_of(paths)

    def are_known(self, paths: Sequence[str], digests: Sequence[Digest]) -> bool:
        """Whether each file is known to hold the bytes of its digest: of long lists the quick question, asked before `digests_of`."""
        return self._seen.are_known(paths, digests)

    def fetched_get(self, url: str) -> Digest | None:
        """What a URL was pinned to when first fetched; its blob may be gone, and must then be fetched as such."""
        return self._fetched.get(url)

    def fetched_put(self, url: str, digest: Digest) -> None:
        self._fetched.put(url, digest)

    def pin_get(self, name: str) -> Digest | None:
        """`fetched_get` by the sha256 of the address."""
        return self._fetched.named(name)

    def pin_put(self, name: str, digest: Digest) -> None:
        self._fetched.put_named(name, digest)

    def memo_get(self, name: str, key: str) -> Json | None:
        """A value that was kept under a digest, or None, at any time and for any reason."""
        row = self._index.get(f"memo/{name}/{key}") or self._index.get(_memo_slot(name, key))
        return row[1] if row and row[0] == key else None

    def memo_put(self, name: str, key: str, value: Json) -> None:
        """Keep what can be computed again, megabytes too, for this store alone.

        A value beyond 4 KiB shares `MEMO_SLOTS` places with the others of its name, so that the index does
        not grow with every edit of a storyboard.
        """
        self._index.put(f"memo/{name}/{key}", [key, value], when_large=_memo_slot(name, key))

    # Working

    def lock(
        self, key: str, *, on_wait: Callable[[], None] | None = None, timeout_s: float = LOCK_TIMEOUT_S
    ) -> AbstractAsyncContextManager[None]:
        """Hold the action of a key against other processes and tasks; see `Locks.wait`."""
        return self._locks.wait(f"action/{key}", on_wait=on_wait, timeout_s=timeout_s)

    def hold(self, name: str) -> AbstractContextManager[None]:
        """Hold a name briefly, for a few file operations, against other processes; waits for it."""
        return self._locks.hold(f"name/{name}")

    def try_lock(self, key: str) -> Callable[[], None] | None:
        """Hold the action of a key if nobody does, and return what gives it back."""
        return self._locks.try_lock(f"action/{key}")

    def scratch(self) -> AbstractContextManager[Path]:
        """A fresh folder on the store's filesystem, removed at the end of the `with`."""
        return self._scratch.folder()

    # The whole

    def stats(self) -> StoreStats:
        from renderer.store.check import count_store  # noqa: PLC0415 - not on the way of a build

        return count_store(self._layout, index=self._index, journal=self.journal)

    def list_traces(self) -> Iterator[Trace]:
        """Every trace, ordered by key."""
        return self._traces.all()

    def list_blobs(self) -> Iterator[Digest]:
        """What every blob is by its name and size, ordered; their bytes are not read."""
        return (Digest(path.name, path.stat().st_size) for path in self._blobs.remaining())

    def list_pins(self) -> Iterator[str]:
        """The sha256 of every address that was fetched, ordered."""
        return self._fetched.names()

    def verify_all(self, on_item: Callable[[Path], None] | None = None) -> StoreCheck:
        """Read every byte and compare it with its name, changing nothing."""
        from renderer.store.check import check_store  # noqa: PLC0415

        return check_store(
            self._layout, blobs=self._blobs, fetched=self._fetched, journal=self.journal, on_item=on_item
        )

    def repair(self, on_item: Callable[[Path], None] | None = None, *, now: datetime) -> StoreCheck:
        """Check, move what is damaged to `damaged/` and make the index anew; what was found is returned.

        Damaged lines of the journal stay where they are; that somebody knows of them is put on record, at `now`.
        """
        from renderer.store.check import mend_store  # noqa: PLC0415

        check = self.verify_all(on_item)
        mend_store(
            self._layout,
            check=check,
            index=self._index,
            traces=self._traces,
            journal=self.journal,
            learn=self._results.learn,
            now=now,
        )
        return check


def _memo_slot(name: str, key: str) -> str:
    return f"memo/{name}/slot/{hashlib.sha256(key.encode()).digest()[0] % MEMO_SLOTS}"
