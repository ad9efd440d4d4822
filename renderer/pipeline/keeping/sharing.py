"""Shares clips without a server: what one lock needs as a folder or a tar file, and back into another store.

What is exported is a store itself, so that it can also be used as one. Nothing is believed by its name: every blob is read on the way
out and named anew by its bytes on the way in, and a trace proves its own key.
"""

from __future__ import annotations

import contextlib
import os
import re
import tarfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from renderer.digest import Digest
from renderer.errors import StoreError, UsageError
from renderer.model import Trace
from renderer.pipeline.clips.locked import read_lock
from renderer.pipeline.clips.picked import read_picks
from renderer.pipeline.project import Project
from renderer.pipeline.workshop import Workshop
from renderer.row import Row
from renderer.store.authored import unwritable
from renderer.store.store import Store

ENDING = ".tar"
MEMBERS_MAX = 1_000_000
_MEMBER = re.compile(
    r"format|cas/[0-9a-f]{2}/[0-9a-f]{64}|(ac|fetched)/[0-9a-f]{2}/[0-9a-f]{64}\.json", re.ASCII
)


class Shared(Row):
    """What went over: clips and other blobs, traces, bytes. `lost` are takes whose clips are not in the store."""

    blobs: int
    traces: int
    size_bytes: int
    lost: tuple[str, ...] = ()


def export_clips(workshop: Workshop, project: Project, target: Path) -> Shared:
    """Put what the lock and the picks of a storyboard need into a folder, or into a tar file where the name ends so.

    Raises `StoreError` E614 for a damaged clip, E617 where the target cannot be written, `UsageError` U070 for a folder that
    is neither empty nor a store, U071 for a storyboard without a lock.
    """
    if not project.lock.exists():
        raise UsageError(
            f"there is no `{project.label_of_lock}`",
            code="U071",
            hint="`renderer build` writes it, `renderer lock repair` makes it anew",
        )
    if target.suffix != ENDING:
        _refuse_full(target)
        with Store.open(target) as there:
            return _export(workshop.store, project, there)
    with workshop.store.scratch() as folder:
        with Store.open(folder / "export") as there:
            shared = _export(workshop.store, project, there)
        _pack(folder / "export", target)
    return shared


def import_clips(workshop: Workshop, source: Path) -> Shared:
    """Take all that a store in a folder or a tar file has into ours. What we have already stays as it is.

    Raises `UsageError` U070 where there is no store, `StoreError` E640 for a tar file that ends early, with nothing taken in, E614 for bytes that
    are not those of their name.
    """
    if source.is_dir():
        return _import(source, workshop.store)
    with workshop.store.scratch() as folder:
        _unpack(source, folder / "import")
        return _import(folder / "import", workshop.store)


def _export(store: Store, project: Project, there: Store) -> Shared:
    lock = read_lock(project)
    lost, blobs = [], {digest: None for _, digest in lock.fetched if store.has(digest)}
    for take in lock.takes:
        if store.has(take.clip):
            blobs[take.clip] = None
        else:
            lost.append(take.name)
    for sha256 in _decided(store, project):
        if found := store.find(sha256):
            blobs[found] = None
        else:
            lost.append(f"@{sha256[:8]}")
    for digest in blobs:
        _copy(store, digest, there)
    keys = {take.key: store.trace(take.key) for take in lock.takes}
    traces = [trace for trace in keys.values() if trace and _record(trace, there)]
    for name, pinned in lock.fetched:
        there.fetched.put_named(name, pinned)
    return Shared(len(blobs), len(traces), sum(digest.size_bytes for digest in blobs), tuple(lost))


def _decided(store: Store, project: Project) -> list[str]:
    """The sha256 of every clip that was picked, kept or approved."""
    decisions = read_picks(store, project).values()
    named = (sha256 for one in decisions for sha256 in (one.clip, one.keep, one.approved) if sha256)
    return list(dict.fromkeys(named))


def _import(source: Path, store: Store) -> Shared:
    if not (source / "format").is_file():
        raise _no_store(source)
    with Store.open(source) as there:
        new = [digest for digest in there.audit.blobs() if not store.has(digest)]
        for digest in new:
            _copy(there, digest, store)
        traces = sum(_record(trace, store) for trace in there.audit.traces())
        for name in there.fetched.names():
            if (pinned := there.fetched.named(name)) and store.fetched.named(name) is None:
                store.fetched.put_named(name, pinned)
    return Shared(len(new), traces, sum(digest.size_bytes for digest in new))


def _copy(store: Store, digest: Digest, there: Store) -> None:
    store.verify(digest)
    there.put_file(store.path(digest), move=False)


def _record(trace: Trace, there: Store) -> bool:
    """Add those results of a trace whose blobs came along; whether any did."""
    results = [result for result in trace.results if there.has(result.digest)]
    now = datetime.fromisoformat(trace.made_at)
    for result in results:
        there.record(trace.key, manifest=trace.manifest, result=result, askers=trace.askers, now=now)
    return bool(results)


def _refuse_full(target: Path) -> None:
    """Refuse to spread a store among other files."""
    is_taken = target.exists() and not target.is_dir()
    with contextlib.suppress(OSError):
        is_taken = is_taken or (any(target.iterdir()) and not (target / "format").is_file())
    if is_taken:
        raise UsageError(
            f"`{target}` has something else in it",
            code="U070",
            hint=f"name a new folder, or a file that ends in {ENDING}",
        )


def _pack(folder: Path, target: Path) -> None:
    """Write the files of a store into a tar file, by rename: in order, without times or owners."""
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(aside, "w", format=tarfile.PAX_FORMAT) as tar:
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and _MEMBER.fullmatch(name):
                    _add(tar, path, name)
        aside.replace(target)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        aside.unlink(missing_ok=True)


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = path.stat().st_size, 0o444
    with path.open("rb") as stream:
        tar.addfile(member, stream)


def _unpack(source: Path, folder: Path) -> None:
    """Read the files of a store out of a tar file; whatever else is in it is passed over."""
    folder.mkdir()
    files = 0
    try:
        with tarfile.open(source, "r:") as tar:
            for member in _members(tar):
                _extract(tar, member, folder / member.name)
                files += 1
    except FileNotFoundError:
        raise _no_store(source) from None
    except tarfile.TarError:
        if not files and not any(folder.iterdir()):
            raise _no_store(source) from None
        raise _ended_early(source, files) from None
    if files and not (folder / "format").is_file():  # which an export writes last
        raise _ended_early(source, files)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = tar.extractfile(member)
    assert stream, "BUG: a file without bytes"
    with stream, path.open("wb") as writer:
        while chunk := stream.read(1 << 20):
            writer.write(chunk)


def _ended_early(source: Path, files: int) -> StoreError:
    return StoreError(
        f"`{source}` ends early: nothing was taken in",
        code="E640",
        facts=[("whole files in it", files)],
        hint="copy it again from where it was exported, or export it anew",
    )


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for number, member in enumerate(tar):
        if number >= MEMBERS_MAX:
            raise tarfile.TarError("too many members")
        if member.isreg() and _MEMBER.fullmatch(member.name):
            yield member


def _no_store(source: Path) -> UsageError:
    return UsageError(
        f"there is no store in `{source}`",
        code="U070",
        hint="name a folder or tar file that `renderer cache export` wrote",
    )
