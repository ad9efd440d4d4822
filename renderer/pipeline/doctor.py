"""What a build needs of this machine, tried for real: each thing once, nothing kept, no secret shown."""

from __future__ import annotations

import asyncio
import platform
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from renderer import __version__
from renderer.catalogue.library import models
from renderer.catalogue.providers import Provider, providers
from renderer.coding import CODECS, Coding
from renderer.errors import RendererError
from renderer.ffmpeg.binary import VARIABLE
from renderer.ffmpeg.codecs import ENCODERS
from renderer.media.manifests import reference_manifest
from renderer.media.segment import make_reference
from renderer.model import Size
from renderer.pipeline.film.able import lacking
from renderer.pipeline.workshop import Workshop
from renderer.providers.account import read_account
from renderer.row import Row

DISK_FREE_MIN_BYTES = 2 << 30
UNREAD_KEYS = ("RUNWAYML_API_SECRET",)
"""Keys that one may well have set, of vendors for which the catalogue has no provider."""
PLACES_MAX = 3
PROBE_SIZE = Size(64, 36)


class Finding(Row):
    """One thing looked at: `ok`, `note` (worth knowing) or `bad` (a build will fail)."""

    state: str
    subject: str
    says: str
    hint: str = ""


def examine(workshop: Workshop) -> list[Finding]:
    """Everything that a build needs, in the order in which it needs it. Writes a probe into the store's scratch."""
    checks: list[Callable[[Workshop], Iterator[Finding]]] = [
        _program,
        _ffmpeg,
        _encoders,
        _parser,
        _store,
        _disk,
        _fonts,
        _catalogue,
        _keys,
        _jobs,
    ]
    return [finding for check in checks for finding in _guarded(check, workshop)]


def _guarded(check: Callable[[Workshop], Iterator[Finding]], workshop: Workshop) -> list[Finding]:
    try:
        return list(check(workshop))
    except RendererError as error:
        return [Finding("bad", check.__name__.strip("_"), f"{error.code}: {error.message}", error.hint or "")]


def _program(_: Workshop) -> Iterator[Finding]:
    python = platform.python_version()
    yield Finding("ok", "renderer", f"{__version__} on Python {python}, {sys.platform} {platform.machine()}")


def _ffmpeg(workshop: Workshop) -> Iterator[Finding]:
    ffmpeg = workshop.ffmpeg
    with workshop.store.scratch() as folder:
        manifest = reference_manifest(PROBE_SIZE, Fraction(24), build=ffmpeg.build)
        facts = asyncio.run(make_reference(ffmpeg, manifest, output=folder / "probe.mp4"))
    yield Finding(
        "ok", "ffmpeg", f"{ffmpeg.build} at {ffmpeg.path}; a clip of {facts.frames} frames made and read"
    )


def _encoders(workshop: Workshop) -> Iterator[Finding]:
    missing = list(lacking(workshop))
    able = [codec for codec in CODECS if codec not in missing]
    if able:
        yield Finding("ok", "codecs", f"films in {', '.join(able)}")
    for codec in missing:
        says = f"no film in {codec}: this ffmpeg lacks the encoder {ENCODERS[codec]}"
        # What is drawn, cut or lettered is in the usual codec first.
        state = "bad" if codec == Coding().codec else "note"
        yield Finding(state, "codecs", says, f"unset `{VARIABLE}`, or name another ffmpeg there")


def _parser(_: Workshop) -> Iterator[Finding]:
    import yaml  # noqa: PLC0415 - only looked at here

    if yaml.__with_libyaml__:
        yield Finding("ok", "yaml", f"PyYAML {yaml.__version__} with libyaml")
    else:
        yield Finding(
            "note", "yaml", f"PyYAML {yaml.__version__} without libyaml: reading is slower", "install libyaml"
        )


def _store(workshop: Workshop) -> Iterator[Finding]:
    stats = workshop.store.audit.count()
    size = f"{stats.blobs:,} clips, {stats.blob_bytes / 1e6:,.1f} MB"
    yield Finding("ok", "store", f"{workshop.store.root}: {size}, {stats.traces:,} traces")
    if stats.damaged:
        yield Finding(
            "note",
            "store",
            f"{stats.damaged} damaged files were set aside",
            "look into `damaged/` in the store",
        )


def _disk(workshop: Workshop) -> Iterator[Finding]:
    folder = _nearest(workshop.store.root)
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:,.1f} GB free at {folder}"
    if free < DISK_FREE_MIN_BYTES:
        yield Finding(
            "note", "disk", says, "clips are some MB each; make room or move the store with `--cache-dir`"
        )
    else:
        yield Finding("ok", "disk", says)


def _fonts(_: Workshop) -> Iterator[Finding]:
    from PIL import features  # noqa: PLC0415 - only looked at here

    if features.check("raqm"):
        yield Finding("ok", "text", "cards and slates, with shaping for right-to-left scripts")
    else:
        yield Finding(
            "note", "text", "no text shaping: right-to-left scripts on cards will not join", "install libraqm"
        )


def _catalogue(_: Workshop) -> Iterator[Finding]:
    known = models()
    yield Finding("ok", "models", f"{len(known)} in the catalogue")


def _keys(workshop: Workshop) -> Iterator[Finding]:
    sellers = [provider for provider in providers().values() if provider.key_variables]
    for provider in sellers:
        yield _key(provider, workshop.environ)
    known = {variable for provider in sellers for variable in provider.key_variables}
    for variable in UNREAD_KEYS:
        if variable not in known and workshop.environ.get(variable):
            yield Finding("note", "keys", f"{variable} is set, and nothing here reads it")


def _key(provider: Provider, environ: Mapping[str, str]) -> Finding:
    """Whether the key of one provider is set, and by which fingerprint the journal knows its account."""
    assert provider.base_variable, "BUG: a provider with a key and no address"
    assert provider.base, "BUG: a provider with a key and no address"
    try:
        account = read_account(
            environ,
            provider=provider.name,
            key_variables=provider.key_variables,
            base_variable=provider.base_variable,
            home=provider.base,
        )
        at = f" at {account.own_base}" if account.own_base else ""
        if not account.key:
            return Finding(
                "note", "keys", f"{account.variable} is not set: {provider.title} sells nothing{at}"
            )
        return Finding("ok", "keys", f"{account.variable} is set, account {account.fingerprint}{at}")
    except RendererError as error:
        return Finding("bad", "keys", f"{error.code}: {error.message}", error.hint or "")


def _jobs(workshop: Workshop) -> Iterator[Finding]:
    journal = workshop.store.journal
    if damaged := journal.damaged_names():
        says = f"nothing is bought, since the journal is damaged at {', '.join(damaged[:PLACES_MAX])}"
        yield Finding("bad", "jobs", says, "`renderer help E619` tells what to do")
    states = Counter(job.state.value for job in journal.open_jobs())
    if states:
        says = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
        yield Finding("note", "jobs", f"{states.total():,} open: {says}", "`renderer jobs list` shows them")
    elif not damaged:
        yield Finding("ok", "jobs", "none open")


def _nearest(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())
