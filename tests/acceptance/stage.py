"""A stage for acceptance tests: a project in a fresh folder, a store of its own, and the command as a process."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from renderer.ffmpeg.binary import locate_ffmpeg

COMMAND = Path(sys.executable).with_name("renderer")
RUN_TIMEOUT_S = 30.0
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")

THREE_SHOTS = """\
version: 1
output: {size: 64x36, fps: 12}
defaults: {provider: animatic, duration: 0.5}
shots:
  - {id: pad, prompt: steam}
  - {id: crew, prompt: a visor}
  - {id: sky, prompt: galaxies}
"""


def unprivileged() -> Sequence[str]:
    """The command as somebody runs it who may not read and write whatever there is; skips the test where root cannot."""
    if os.geteuid() != 0:
        return (str(COMMAND),)
    without = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
    if shutil.which("setpriv") is None or subprocess.run([*without, "true"], check=False).returncode:
        pytest.skip("root cannot do without its privileges here")
    return (*without, str(COMMAND))


@dataclass(frozen=True)
class Finished:
    """A command that has ended: its exit code and what it wrote."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout, which holds nothing else."""
        return json.loads(self.stdout)

    @property
    def outcomes(self) -> dict[str, str]:
        """How each take of a build ended, by shot; later takes as `shot.take2`."""
        return {_name(shot): shot["outcome"] for shot in self.json["shots"]}

    @property
    def verdicts(self) -> dict[str, str]:
        """What a plan says of each take."""
        return {_name(shot): shot["verdict"] for shot in self.json["shots"]}

    @property
    def reasons(self) -> dict[str, str]:
        """Why a plan says so, for each take that is to be made."""
        return {_name(shot): shot["reason"] for shot in self.json["shots"] if shot["reason"]}

    @property
    def ran(self) -> list[str]:
        """The takes that a build made, in order of the file."""
        return [name for name, outcome in self.outcomes.items() if outcome == "ran"]

    @property
    def codes(self) -> list[str]:
        """The codes of all errors in the object."""
        return [error["code"] for error in self.json["errors"]]


@dataclass(frozen=True)
class Stage:
    """A project at `root` and a store at `store`. Commands run in `root` with `environ` and little else."""

    root: Path
    store: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    # Setting it

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def edit(self, old: str, new: str, *, name: str = "film.yaml") -> None:
        """Replace the one place where `old` stands in a file."""
        text = (self.root / name).read_text("utf-8")
        assert 1 == text.count(old), f"`{old}` stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def still(self, name: str, *, colour: str = "navy", size: tuple[int, int] = (96, 54)) -> Path:
        """Write a small picture."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, colour).save(path)
        return path

    def footage(self, name: str, *, fps: str = "24", size: str = "64x36", duration_s: float = 1) -> Path:
        """Write a clip as some camera might have made it, without sound."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        source = f"testsrc2=size={size}:rate={fps}:duration={duration_s}"
        options = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-threads:v", "1"]
        ffmpeg = [str(real_ffmpeg()), "-nostdin", "-loglevel", "error", "-y"]
        subprocess.run([*ffmpeg, "-f", "lavfi", "-i", source, *options, str(path)], check=True)
        return path

    def copy(self, folder: Path, *, store: Path | None = None) -> Stage:
        """A clone of the project without what was built, with another store if one is named."""
        shutil.copytree(self.root, folder, ignore=shutil.ignore_patterns("build"))
        return replace(self, root=folder, store=store or self.store)

    def using(self, **environ: str) -> Stage:
        """The same stage with more in the environment."""
        return replace(self, environ={**self.environ, **environ})

    # Playing

    def start(
        self, *arguments: str, command: Sequence[str] = (str(COMMAND),), **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a command and leave it running, the leader of a group of its own."""
        environ = {name: os.environ[name] for name in KEPT if name in os.environ}
        environ |= {"RENDERER_CACHE_DIR": str(self.store), **self.environ}
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*command, *arguments],
            **{"cwd": self.root, "env": environ, "start_new_session": True, **pipes, **options},
        )

    def run(self, *arguments: str, timeout_s: float = RUN_TIMEOUT_S, **options: Any) -> Finished:
        """Run a command to its end; a bug's traceback is never taken for an answer."""
        ended = finish(self.start(*arguments, **options), timeout_s=timeout_s)
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended

    def build(self, *arguments: str, **options: Any) -> Finished:
        """Run `renderer build --json`."""
        return self.run("build", *arguments, "--json", **options)

    def built(self, *arguments: str) -> Finished:
        """Run `renderer build --json`, which succeeds."""
        ended = self.build(*arguments)
        assert 0 == ended.code, ended.stderr + ended.stdout
        return ended

    def plan(self, *arguments: str) -> Finished:
        """Run `renderer plan --json`."""
        return self.run("plan", *arguments, "--json")

    # Looking

    def film(self, name: str = "film.mp4") -> Path:
        return self.root / "build" / name

    def clip(self, shot: str, *, spec: str = "film") -> Path:
        return self.root / "build" / spec / f"{shot}.mp4"

    def blob_of(self, shot: str) -> Path:
        """Where the store keeps the clip of a shot that was built."""
        return blob(self.store, digest_of(self.clip(shot)))

    def files(self) -> dict[str, tuple[str, int]]:
        """Every file of the project by name, with the digest of its bytes and its time of change."""
        return {
            path.relative_to(self.root).as_posix(): (digest_of(path), path.stat().st_mtime_ns)
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }


def finish(started: subprocess.Popen[bytes], *, timeout_s: float = RUN_TIMEOUT_S) -> Finished:
    """Wait for a command; one that does not end is killed and fails the test."""
    try:
        stdout, stderr = started.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.communicate()
        raise
    return Finished(started.returncode, (stdout or b"").decode(), (stderr or b"").decode())


def digest_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def blob(store: Path, name: str) -> Path:
    """Where a store keeps the bytes of this digest."""
    return store / "cas" / name[:2] / name


def spoil(path: Path, *, at: int = -20) -> None:
    """Change one byte of a file and leave its size as it is."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def packets_in(film: Path) -> list[tuple[int | None, bytes]]:
    """All media of a film, each packet with its time."""
    with av.open(str(film)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux()]


def frames_in(path: Path) -> int:
    """How many pictures a film has, each decoded."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def duration_of(path: Path) -> float:
    """How long a film's picture lasts by its own account, in seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.duration is not None
        assert stream.time_base is not None
        return float(stream.duration * stream.time_base)


def real_ffmpeg() -> Path:
    return locate_ffmpeg({"PATH": os.environ.get("PATH", "")})


def _name(shot: Mapping[str, Any]) -> str:
    return str(shot["id"]) if shot["take"] == 1 else f"{shot['id']}.take{shot['take']}"


@contextmanager
def playing(started: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs while the test looks on; it is ended whatever the test finds."""
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.communicate()
