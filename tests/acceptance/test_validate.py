"""`validate`, and files made to break a reader: each is told what is wrong with it, quickly and in little memory."""

import os
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from .stage import COMMAND, THREE_SHOTS, Stage

MEGABYTE = 1 << 20
MEMORY_MAX_BYTES = 200 * MEGABYTE
CPU_MAX_S = 1.0
BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024
BOM = "\ufeff"

MEASURE = """
import resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
code = subprocess.call(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print()
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def bomb() -> str:
    lines = [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)]
    return "version: 1\nshots: [{id: a, prompt: x}]\nvars:\n  a0: &a0 [lol, lol, lol]\n" + "".join(lines)


TRAPS: dict[str, tuple[str, Callable[[], str | bytes]]] = {
    "fifty-megabytes": ("S101", lambda: b"version: 1\n" + b"# much ado about nothing\n" * 2_000_000),
    "fifty-megabytes-in-a-line": ("S101", lambda: b"version: 1\ntitle: " + b"a" * (50 * MEGABYTE)),
    "anchor-bomb": ("S111", bomb),
    "ten-thousand-brackets": ("S112", lambda: "version: 1\nshots: " + "[" * 10_000 + "]" * 10_000),
    "ten-thousand-braces": ("S112", lambda: "version: 1\nshots: " + "{a: " * 10_000 + "}" * 10_000),
    "ten-thousand-dashes": ("S112", lambda: "version: 1\nshots:\n  " + "- " * 10_000 + "a\n"),
    "a-staircase": ("S112", lambda: "".join(" " * n + f"k{n}:\n" for n in range(3000))),
    "empty": ("S201", lambda: ""),
    "a-byte-order-mark": ("S201", lambda: BOM),
    "blank": ("S201", lambda: " \n\n"),
    "list": ("S202", lambda: "- a\n- b\n"),
    "nul": ("S104", lambda: "version: 1\ntitle: a\0b\n"),
    "surrogate": ("S104", lambda: 'version: 1\ntitle: "\\ud83d"\n'),
    "binary": ("S102", lambda: zlib.compress(bytes(range(256)) * 400)),
    "utf-16": ("S103", lambda: "version: 1\n".encode("utf-16")),
    "no-version": ("S203", lambda: "shots: [{id: a, prompt: x}]\n"),
    "version-2": ("S203", lambda: "version: 2\nshots: [{id: a, prompt: x}]\n"),
    "large-seed": ("S209", lambda: "version: 1\nshots: [{id: a, prompt: x, seed: 4294967296}]\n"),
    "duplicate": ("S114", lambda: "version: 1\nshots: [{id: a, prompt: x, prompt: y}]\n"),
    "outside": ("S501", lambda: "version: 1\noutput: {file: ../a.mp4}\nshots: [{id: a, prompt: x}]\n"),
}


@dataclass(frozen=True)
class Used:
    """What a command needed: its exit code, processor seconds, memory at most, and what it said on stderr."""

    code: int
    cpu_s: float
    memory_bytes: int
    said: str


def measured(stage: Stage, *arguments: str) -> Used:
    """Run a command and take its own measure, whatever else the machine does.

    Between us and it stands a small process, because memory is counted from before a program is loaded.
    """
    done = stage.run(*arguments, command=[sys.executable, "-c", MEASURE, str(COMMAND)])
    code, cpu_s, memory = done.stdout.split()[-3:]
    return Used(int(code), float(cpu_s), int(memory) * BYTES_PER_UNIT, done.stderr)


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_refused_quickly_and_in_little_memory(stage: Stage, name: str) -> None:
    """Under a second and 200 MB, the program's own start included, with a place to look at."""
    code, content = TRAPS[name]
    stage.write("trap.yaml", content())
    used = measured(stage, "validate", "trap.yaml")
    assert 2 == used.code
    assert f"error[{code}]" in used.said
    assert "trap.yaml:" in used.said
    assert "BUG" not in used.said
    assert used.memory_bytes < MEMORY_MAX_BYTES
    assert used.cpu_s < CPU_MAX_S
    assert len(used.said) < 20_000


SOUND: dict[str, str] = {
    "crlf": THREE_SHOTS.replace("\n", "\r\n"),
    "byte-order-mark": BOM + THREE_SHOTS,
    "no-newline": THREE_SHOTS.rstrip("\n"),
    "ratio": THREE_SHOTS.replace("duration: 0.5", "duration: 0.5, ratio: 16:9"),
    "norway": THREE_SHOTS.replace("id: pad", "id: no").replace("prompt: steam", "prompt: on"),
    "yes": THREE_SHOTS.replace("prompt: steam", "prompt: yes, negative_prompt: off"),
    "date": THREE_SHOTS.replace("prompt: steam", "prompt: 2001-12-14"),
    "explicit-document": f"---\n{THREE_SHOTS}...\n",
}


@pytest.mark.parametrize("name", SOUND)
def test_what_yaml_1_1_would_misread_is_read_as_written(stage: Stage, name: str) -> None:
    """Line ends, byte order mark, `16:9`, `no`, `on`, `yes` and dates are what they look like."""
    stage.write("film.yaml", SOUND[name])
    assert (0, "") == ((done := stage.run("validate", "film.yaml")).code, done.stdout)
    assert "1 storyboard checked: all well" in done.stderr
    assert 0 == stage.plan().code


def a_folder(stage: Stage) -> None:
    (stage.root / "still.png").mkdir()


def a_pipe(stage: Stage) -> None:
    os.mkfifo(stage.root / "still.png")


def a_device(stage: Stage) -> None:
    (stage.root / "still.png").symlink_to("/dev/zero")


def nothing(stage: Stage) -> None:
    del stage


def an_empty_file(stage: Stage) -> None:
    stage.write("still.png", b"")


def a_pointer(stage: Stage) -> None:
    stage.write(
        "still.png",
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 12345\n",
    )


def a_cut_jpeg(stage: Stage) -> None:
    path = stage.still("whole.jpg", size=(300, 200))
    stage.write("still.png", path.read_bytes()[: path.stat().st_size // 2])


def a_bomb(stage: Stage) -> None:
    header = b"IHDR" + (20_000).to_bytes(4) + (20_000).to_bytes(4) + bytes([1, 0, 0, 0, 0])
    chunk = b"IDAT" + zlib.compress(bytes(2501 * 20_000), 9)
    parts = [header, chunk, b"IEND"]
    body = b"".join((len(part) - 4).to_bytes(4) + part + zlib.crc32(part).to_bytes(4) for part in parts)
    stage.write("still.png", b"\x89PNG\r\n\x1a\n" + body)


def words(stage: Stage) -> None:
    stage.write("still.png", "not a picture at all\n")


BAD_STILLS = [
    (nothing, "S401"),
    (a_folder, "S402"),
    (a_pipe, "S402"),
    (a_device, "S511"),
    (a_pointer, "S403"),
    (an_empty_file, "S404"),
    (words, "S406"),
    (a_cut_jpeg, "S408"),
    (a_bomb, "S409"),
]


@pytest.mark.parametrize(("lay_out", "code"), BAD_STILLS, ids=lambda value: getattr(value, "__name__", value))
@pytest.mark.parametrize(
    "provider", ["animatic", "aimlapi, model: gen3a_turbo, duration: 5"], ids=["free", "paid"]
)
def test_what_is_no_picture_is_told_at_its_place(
    stage: Stage, lay_out: Callable[[Stage], None], code: str, provider: str
) -> None:
    """Nothing hangs, nothing is read without end, and the caret stands under the path."""
    lay_out(stage)
    stage.write(
        "film.yaml",
        f"version: 1\nshots:\n  - {{id: pad, prompt: steam, image: still.png, provider: {provider}}}\n",
    )
    used = measured(stage, "validate", "film.yaml")
    assert 2 == used.code
    assert f"error[{code}]" in used.said
    assert "film.yaml:3:37" in used.said
    assert used.memory_bytes < MEMORY_MAX_BYTES
    assert used.cpu_s < 2 * CPU_MAX_S


@pytest.mark.parametrize("lay_out", [a_pipe, a_device, a_folder], ids=lambda lay_out: str(lay_out.__name__))
@pytest.mark.parametrize("command", ["validate", "plan", "build"])
def test_a_storyboard_that_is_no_file_is_told(
    stage: Stage, command: str, lay_out: Callable[[Stage], None]
) -> None:
    """A pipe never delivers and a device never ends: neither is read."""
    lay_out(stage)
    (stage.root / "still.png").rename(stage.root / "film.yaml")
    used = measured(stage, command, "film.yaml")
    assert 2 == used.code
    assert 1 == used.said.count("error[U005]")
    assert used.memory_bytes < MEMORY_MAX_BYTES


def test_a_still_outside_the_project_needs_leave(stage: Stage) -> None:
    """By a path or through a link; one option allows it."""
    Stage(stage.root.parent, stage.store).still("secret.png")
    (stage.root / "linked.png").symlink_to("../secret.png")
    for name in ("../secret.png", "linked.png"):
        stage.write("film.yaml", THREE_SHOTS.replace("prompt: steam", f"image: {name}"))
        done = stage.build()
        assert (2, ["S511"]) == (done.code, done.codes)
        assert 0 == stage.run("validate", "--allow-outside").code


def test_a_wrong_shape_is_an_error_for_a_model_that_minds(stage: Stage) -> None:
    """gen3a_turbo takes stills between 1:2 and 2:1 where no ratio is asked for."""
    stage.still("wide.png", size=(210, 100))
    text = "version: 1\nshots:\n  - {id: pad, prompt: steam, image: wide.png, provider: aimlapi, model: gen3a_turbo}\n"
    stage.write("film.yaml", text)
    done = stage.run("validate", "--json")
    assert (2, ["S309"]) == (done.code, done.codes)
    stage.write("film.yaml", text.replace("model:", 'ratio: "16:9", model:'))
    assert 0 == stage.run("validate").code


def test_many_files_are_checked_at_once(stage: Stage) -> None:
    """All errors of all files, each with its file; missing files too."""
    stage.write("good.yaml", THREE_SHOTS)
    stage.write("bad.yaml", THREE_SHOTS.replace("prompt: steam", "promt: steam"))
    stage.write("worse.yaml", THREE_SHOTS.replace("id: crew", "id: pad"))
    done = stage.run("validate", "good.yaml", "bad.yaml", "worse.yaml", "missing.yaml")
    assert (2, "") == (done.code, done.stdout)
    for place in ("bad.yaml:5:", "worse.yaml:6:", "missing.yaml:1:1"):
        assert place in done.stderr
    assert "4 storyboards checked: " in done.stderr.splitlines()[-1]


def test_diagnostics_as_json(stage: Stage) -> None:
    """Errors and warnings apart; nothing else on stdout."""
    stage.write(
        "film.yaml", THREE_SHOTS.replace("prompt: steam", "promt: steam").replace("fps: 12", "fps: 23.98")
    )
    done = stage.run("validate", "--format", "json")
    assert (2, "") == (done.code, done.stderr)
    listed = {"type": "array", "items": {"required": ["code", "message", "file", "line", "column", "hint"]}}
    shape = {
        "type": "object",
        "required": ["version", "errors", "warnings"],
        "additionalProperties": False,
        "properties": {"version": {"const": 1}, "errors": listed, "warnings": listed},
    }
    jsonschema.validate(done.json, shape)
    assert ("S205", "film.yaml", 5, 15) == tuple(
        done.json["errors"][0][name] for name in ("code", "file", "line", "column")
    )
    assert "`prompt`" in done.json["errors"][0]["hint"]


def test_diagnostics_as_annotations(stage: Stage) -> None:
    """One line each on stdout, as a pull request shows them."""
    stage.write("film.yaml", THREE_SHOTS.replace("prompt: steam", "promt: steam"))
    done = stage.run("validate", "--format", "github", "film.yaml")
    assert 2 == done.code
    assert done.stdout.startswith("::error file=film.yaml,line=5,col=15,endColumn=20,title=S205::")
    assert all(line.startswith("::") for line in done.stdout.splitlines())


DRAWN = """\
error[S205]: unknown field `promt`
 --> film.yaml:5:15  $.shots[0].promt
  |
5 |   - {id: pad, promt: steam}
  |               ^^^^^

hint: did you mean `prompt`?
"""


def test_a_diagnostic_reads_like_this(stage: Stage) -> None:
    """What is wrong, where, the line, the caret under the token, and what to do."""
    stage.write("film.yaml", THREE_SHOTS.replace("prompt: steam", "promt: steam"))
    assert DRAWN == stage.run("build").stderr


def test_validating_writes_nothing(stage: Stage) -> None:
    """Neither in the project nor where the store would be."""
    stage.still("a.png")
    stage.write("film.yaml", THREE_SHOTS.replace("prompt: steam", "image: a.png"))
    before = stage.files()
    assert 0 == stage.run("validate").code
    assert before == stage.files()
    assert not stage.store.exists()


def test_every_storyboard_that_comes_along_is_sound() -> None:
    """`specs/` validates and plans, without a key or a network."""
    specs = Path(__file__).parents[2] / "specs"
    stage = Stage(specs.parent, specs.parent / "build" / "no-such-store")
    names = sorted(str(path.relative_to(specs.parent)) for path in specs.glob("*.yaml"))
    assert 0 == stage.run("validate", *names).code
    for name in names:
        assert 0 == stage.plan(name, "--offline").code
