"""The store: one object over its rooms, and all that the rest of the program knows of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from renderer.digest import Digest
from renderer.model import Asker, Json, Result, Trace
from renderer.store.blobs import Blobs
from renderer.store.copies import Copies
from renderer.store.index import Index, Memos
from renderer.store.layout import Layout, check_readable, check_version, check_writable
from renderer.store.locks import LOCK_TIMEOUT_S, Locks
from renderer.store.occupancy import Occupancy
from renderer.store.prices import Prices
from renderer.store.results import Results
from renderer.store.scratch import Scratch
from renderer.store.seen import Seen
from renderer.store.traces import Traces

if TYPE_CHECKING:
    from renderer.job import Job
    from renderer.store.audit import Audit
    from renderer.store.care import Care
    from renderer.store.checked import Checked
    from renderer.store.fetched import Fetched
    from renderer.store.journal import Journal
    from renderer.store.newest import Newest


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
        self.copies = Copies(self._blobs, locks=self._locks)
        self._traces = Traces(layout, self._scratch, self._locks)
        self._results = Results(self._index, self._traces, self._blobs)
        self._seen = Seen(self._index, clock_ns=clock_ns)
        self._clock_ns = clock_ns
        self.memos = Memos(self._index)
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
        self.copies.close()
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
            self._layout, self._scratch, occupancy=self._occupancy, fetched=self.fetched, hold=self.hold
        )

    @cached_property
    def audit(self) -> Audit:
        """The whole of it: listed, counted, checked, mended."""
        from renderer.store.audit import Audit  # noqa: PLC0415 - not on the way of a build

        return Audit(
            self._layout,
            index=self._index,
            blobs=self._blobs,
            traces=self._traces,
            fetched=self.fetched,
            journal=lambda: self.journal,
            learn=self._results.learn,
        )

    @cached_property
    def fetched(self) -> Fetched:
        """What each URL was pinned to when first fetched; its blob may be gone, and must then be fetched as such."""
        from renderer.store.fetched import Fetched  # noqa: PLC0415 - for storyboards that name a URL

        return Fetched(self._layout, self._scratch)

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

    def seal(self, path: Path, *, place: Path | None = None) -> Digest:
        """The digest of a complete file that nobody writes to any more; what is long about storing it is done then.

        So is what is long about putting it at an absolute `place` by `copy_out`.
        """
        seal = partial(self._blobs.seal, path)
        return self.copies.begin(path, place, seal=seal) if place else seal()

    def put_file(self, path: Path, *, move: bool = True, sealed: Digest | None = None) -> Digest:
        """Store a complete file that nobody writes to any more, by its digest where it is `sealed`; with `move` it is taken and is gone after."""
        digest = self._blobs.put_file(path, move=move, sealed=sealed)
        blob = self._blobs.path(digest)
        self._seen.learn(blob, digest=digest, status=blob.stat())
        return digest

    def verify(self, digest: Digest) -> None:
        """Read the whole blob; raises `StoreError` E615 when it is gone, E614 when it is damaged."""
        self._blobs.verify(digest)

    @cached_property
    def checked(self) -> Checked:
        """Blobs whose bytes somebody is about to use."""
        from renderer.store.checked import Checked  # noqa: PLC0415 - not for those who only look

        return Checked(self._blobs, self._seen)

    def copy_out(self, digest: Digest, target: Path) -> None:
        """Put the verified bytes at `target` by rename, a reflink where possible, never a hard link."""
        status = self.copies.put(digest, target.absolute())
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

        `askers` are named for generations alone, since `newest` takes all that a shot asked for as footage.
        `now` has a time zone.
        """
        trace = self._traces.record(key, manifest=manifest, result=result, askers=askers, now=now)
        self._results.learn(trace)
        return trace

    @cached_property
    def newest(self) -> Newest:
        """Which traces a shot asked for, the newest first."""
        from renderer.store.newest import Newest  # noqa: PLC0415 - for shots whose request changed

        return Newest(self._layout, self._index, self._traces, self._blobs, clock_ns=self._clock_ns)

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
