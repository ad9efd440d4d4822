"""The same film for GNU make, Snakemake and DVC: one prompt file and one rule a shot, and a film that needs all.

Not a benchmark itself. Each tool's own state is what it leaves after a build. The commands are copies of a few
bytes, for nothing is to run; the tools only find that out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.clock import Runner, say

CACHE = Path(".dvc/cache/files/md5")
NO_ANALYTICS = {"DVC_NO_ANALYTICS": "1"}


@dataclass(frozen=True, slots=True)
class Rival:
    """A tool that is here: its version, and how often the renderer must be as fast, if it must."""

    version: str
    runner: Runner
    factor_min: float | None


@dataclass(frozen=True, slots=True)
class Absent:
    """A tool that is not here, and why its row is left out."""

    reason: str


def prepare_make(folder: Path, *, shots: int) -> list[Rival | Absent]:
    """GNU make as it comes, and with its built-in rules switched off.

    Nearly all that make does here is to search its built-in rules for one that makes a prompt file.
    """
    make = shutil.which("make")
    said = say([make, "--version"], folder=Path.cwd()) if make else ""
    if not make or not said.startswith("GNU Make"):
        return [Absent("GNU make is not on the path: its rows are left out")]
    ids = write_prompts(folder, shots)
    rules = [f"build/{name}.mp4: prompts/{name}.txt\n\tcp $< $@\n" for name in ids]
    film = f"film.mp4: {' '.join(f'build/{name}.mp4' for name in ids)}\n\ttouch $@\n"
    (folder / "Makefile").write_text("".join([film, *rules]))
    say([make, "-s"], folder=folder)
    plain, bare = [make], [make, "--no-builtin-rules"]
    expect(plain, "up to date", folder=folder)
    number = said.split()[2]
    return [
        Rival(number, Runner("GNU make", plain, folder), 2),
        Rival(number, Runner("GNU make --no-builtin-rules", bare, folder), None),
    ]


def prepare_snakemake(folder: Path, *, shots: int) -> list[Rival | Absent]:
    """Snakemake, after a real run of every rule."""
    program = beside_python("snakemake")
    if not program:
        return [Absent("Snakemake is not installed beside this Python: its row is left out")]
    write_prompts(folder, shots)
    (folder / "Snakefile").write_text(
        'IDS = sorted(glob_wildcards("prompts/{id}.txt").id)\n'
        'rule film:\n    input: expand("build/{id}.mp4", id=IDS)\n'
        '    output: "film.mp4"\n    shell: "touch {output}"\n'
        'rule clip:\n    input: "prompts/{id}.txt"\n    output: "build/{id}.mp4"\n    shell: "cp {input} {output}"\n'
    )
    command = [program, "--cores", str(os.cpu_count() or 1)]
    say([*command, "--quiet"], folder=folder)
    expect(command, "Nothing to be done", folder=folder)
    return [Rival(version("snakemake"), Runner("Snakemake", command, folder), 12)]


def prepare_dvc(folder: Path, *, shots: int) -> list[Rival | Absent]:
    """DVC, with outputs, cache and `dvc.lock` as `dvc repro` leaves them.

    They are written here, since DVC rewrites `dvc.lock` after each of its stages, which takes minutes; a first
    `dvc repro` agrees that all is up to date, and fills DVC's own index of files.
    """
    program = beside_python("dvc")
    if not program:
        return [Absent("DVC is not installed beside this Python: its row is left out")]
    ids = write_prompts(folder, shots)
    say([program, "init", "--no-scm", "--quiet"], folder=folder, environ=NO_ANALYTICS)
    (folder / "dvc.yaml").write_text(dvc_stages(ids))
    (folder / "dvc.lock").write_text(dvc_lock(folder, ids))
    command = [program, "repro"]
    expect(command, "up to date", folder=folder, environ=NO_ANALYTICS)
    return [Rival(version("dvc"), Runner("DVC", command, folder, NO_ANALYTICS), 60)]


PREPARE: Sequence[Callable[..., list[Rival | Absent]]] = (prepare_make, prepare_snakemake, prepare_dvc)


def write_prompts(folder: Path, shots: int) -> list[str]:
    """A prompt file for each shot and an empty `build`; the shots' names, in order."""
    ids = [f"shot-{number:05}" for number in range(1, shots + 1)]
    (folder / "prompts").mkdir(parents=True)
    (folder / "build").mkdir()
    for name in ids:
        (folder / "prompts" / f"{name}.txt").write_bytes(prompt(name))
    return ids


def prompt(name: str) -> bytes:
    return f"{name} of many: a white rocket on the pad, steam venting\n".encode()


def dvc_stages(ids: Sequence[str]) -> str:
    clips = "".join(f"      - {name}\n" for name in ids)
    needs = "".join(f"      - build/{name}.mp4\n" for name in ids)
    return (
        f"stages:\n  clip:\n    foreach:\n{clips}    do:\n"
        "      cmd: cp prompts/${item}.txt build/${item}.mp4\n"
        "      deps:\n        - prompts/${item}.txt\n      outs:\n        - build/${item}.mp4\n"
        f"  film:\n    cmd: touch film.mp4\n    deps:\n{needs}    outs:\n      - film.mp4\n"
    )


def dvc_lock(folder: Path, ids: Sequence[str]) -> str:
    """Put every output into place and into the cache, and say so in the form of `dvc.lock` 2.0."""
    stages, needs = [], []
    for name in ids:
        clip = dvc_output(folder, f"build/{name}.mp4", prompt(name))
        source = clip.replace(f"build/{name}.mp4", f"prompts/{name}.txt")
        command = f"cp prompts/{name}.txt build/{name}.mp4"
        stages.append(f"  clip@{name}:\n    cmd: {command}\n    deps:\n{source}    outs:\n{clip}")
        needs.append(clip)
    film = dvc_output(folder, "film.mp4", b"")
    stages.append(f"  film:\n    cmd: touch film.mp4\n    deps:\n{''.join(needs)}    outs:\n{film}")
    return "schema: '2.0'\nstages:\n" + "".join(stages)


def dvc_output(folder: Path, path: str, content: bytes) -> str:
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    kept = folder / CACHE / digest[:2] / digest[2:]
    kept.parent.mkdir(parents=True, exist_ok=True)
    for target in (kept, folder / path):
        target.write_bytes(content)
    kept.chmod(0o444)
    return f"    - path: {path}\n      hash: md5\n      md5: {digest}\n      size: {len(content)}\n"


def beside_python(program: str) -> str | None:
    """A program of this Python's own environment, where its package is installed."""
    try:
        version(program)
    except PackageNotFoundError:
        return None
    return shutil.which(program, path=str(Path(sys.executable).parent))


def expect(
    command: Sequence[str], words: str, *, folder: Path, environ: dict[str, str] | None = None
) -> None:
    """Run a tool that must find nothing to do; raises `SystemExit` where it finds something."""
    said = say(command, folder=folder, environ=environ)
    if words not in said:
        raise SystemExit(f"`{' '.join(command)}` found something to do:\n{said[-2000:]}")
