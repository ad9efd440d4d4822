"""The commands around a build: init, help, completion, schema, cache, doctor; and manners at a pipe."""

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import renderer.cli
from renderer.cli.main import UNHEARD
from renderer.cli.table import COMMANDS

from .stage import COMMAND, THREE_SHOTS, Stage, finish, frames_in

PACKAGE = Path(renderer.cli.__file__).parents[1]
CODE = re.compile(r'["\[]([SEMPGULD]\d{3})["\]]')


# init


def test_an_option_before_its_command_is_told_its_place(stage: Stage) -> None:
    """`renderer --cache-dir X build` names the order of words."""
    told = stage.run("--cache-dir", "elsewhere", "build")
    assert (2, "hint: options stand after a command; `renderer COMMAND --help` shows what it takes") == (
        told.code,
        told.stderr.splitlines()[-1],
    )


def test_init_then_build_works_in_an_empty_folder(stage: Stage) -> None:
    """Storyboard, still, schema, `.gitignore` and the editor's line; then a film, and nothing more to do."""
    begun = stage.run("init")
    assert (0, "") == (begun.code, begun.stdout)
    assert {"film.yaml", "stills/rocket.jpg", "storyboard.schema.json", ".gitignore"} == set(stage.files())
    text = (stage.root / "film.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=storyboard.schema.json\n")
    assert 0 == stage.run("validate").code
    stage.write("film.yaml", text.replace("1280x720, fps: 24", "64x36, fps: 6"))
    done = stage.built()
    assert {"ran"} == set(done.outcomes.values())
    assert done.json["sequence"]["frames"] == frames_in(stage.film())
    assert 0 == stage.plan("--check").code
    assert "/build/" in (stage.root / ".gitignore").read_text().splitlines()


def test_init_takes_a_folder_and_says_what_it_wrote(stage: Stage) -> None:
    """Each file on stderr, and what to do next."""
    begun = stage.run("init", "liftoff")
    assert (stage.root / "liftoff" / "film.yaml").is_file()
    assert "liftoff/film.yaml" in begun.stderr
    assert "cd liftoff && renderer build" in begun.stderr


@pytest.mark.parametrize("name", ["film.yaml", "stills/rocket.jpg", "storyboard.schema.json"])
def test_init_overwrites_nothing(stage: Stage, name: str) -> None:
    """One file in the way, and nothing at all is written."""
    stage.write(name, "mine")
    before = stage.files()
    done = stage.run("init")
    assert 2 == done.code
    assert done.stderr.startswith("error[U030]: ")
    assert f"`{name}` exists already" in done.stderr
    assert before == stage.files()


def test_init_adds_to_a_gitignore(stage: Stage) -> None:
    """One line, once, after what stood there."""
    stage.write(".gitignore", "*.tmp")
    stage.run("init")
    assert "*.tmp\n/build/\n" == (stage.root / ".gitignore").read_text()


def test_init_where_nothing_can_be_written_is_exit_4(stage: Stage) -> None:
    """A file stands where the folder should be."""
    stage.write("stills", "in the way")
    done = stage.run("init")
    assert 4 == done.code
    assert 1 == done.stderr.count("error[")


# help


def codes_in_source() -> set[str]:
    return {code for path in PACKAGE.rglob("*.py") for code in CODE.findall(path.read_text("utf-8"))}


def headings() -> list[str]:
    pages = sorted((PACKAGE / "codes").glob("*.md"))
    return [
        code for page in pages for code in re.findall(r"^## (\w+) ", page.read_text("utf-8"), re.MULTILINE)
    ]


def test_every_code_is_explained_once_and_no_other() -> None:
    """`renderer help CODE` knows what the program says, and nothing that it never says."""
    assert [] == [code for code, times in Counter(headings()).items() if times > 1]
    assert set(headings()) == codes_in_source()


def test_each_code_has_words_of_its_own(stage: Stage) -> None:
    """All of them in one list; one in full; a word for each that is unknown."""
    listed = stage.run("help", "codes").stdout.splitlines()
    assert sorted(headings()) == [line.split()[0] for line in listed]
    told = stage.run("help", "s204")
    assert told.stdout.startswith("S204: unknown shot\n\n")
    assert len(told.stdout) > 100
    unknown = stage.run("help", "S999")
    assert (2, "") == (unknown.code, unknown.stdout)
    assert unknown.stderr.startswith("error[U021]: there is no code or command `S999`")


def test_every_explanation_is_of_use() -> None:
    """Two sentences at least: what it means, and how to mend it."""
    for page in (PACKAGE / "codes").glob("*.md"):
        for part in re.split(r"^## ", page.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            _, _, words = part.partition("\n")
            assert words.count(".") >= 2, part


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_examples(stage: Stage, name: str) -> None:
    """`NAME --help` and `help NAME` are one text, which ends with examples that begin with `renderer`."""
    shown = stage.run(name, "--help")
    assert (0, "") == (shown.code, shown.stderr)
    _, _, examples = shown.stdout.partition("Examples:\n")
    assert any("renderer " in line for line in examples.splitlines())
    assert shown.stdout == stage.run("help", name).stdout


def test_help_lists_every_command_in_a_line(stage: Stage) -> None:
    """Alone, with `--help` and with `help`."""
    shown = stage.run("--help").stdout
    for name, says in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(says)}$", shown, re.MULTILINE)
    assert shown == stage.run("help").stdout == stage.run("-h").stdout


def test_an_unknown_command_is_told_with_the_nearest(stage: Stage) -> None:
    """Exit 2, as every usage error."""
    done = stage.run("biuld")
    assert (2, "") == (done.code, done.stdout)
    assert "build" in done.stderr.partition("biuld")[2]
    assert 2 == stage.run("build", "--no-such-option").code
    assert 2 == stage.run("build", "-j", "0").code


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("build -j 0", "`0` is not a whole number from 1 to 256"),
        ("build -j two", "`two` is not a whole number from 1 to 256"),
        ("retake film.yaml pad -n 0", "`0` is not a whole number from 1 to 100"),
        ("retake film.yaml pad --seed -1", "`-1` is not a whole number of 0 or more"),
    ],
)
def test_a_number_out_of_range_is_told_in_words(stage: Stage, words: str, told: str) -> None:
    """One line that says what may be given."""
    done = stage.run(*words.split())
    assert (2, True) == (done.code, done.stderr.splitlines()[0].endswith(told))


def test_the_version_stands_in_one_place(stage: Stage) -> None:
    """The program says the package's."""
    assert f"renderer {renderer.__version__}\n" == stage.run("--version").stdout


# completion


def test_help_completion_names_every_shell(stage: Stage) -> None:
    """A line to paste for each."""
    shown = stage.run("help", "completion").stdout
    for shell in ("bash", "zsh", "fish"):
        assert f"_RENDERER_COMPLETE={shell}_source renderer" in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_made(stage: Stage, shell: str) -> None:
    """What the pasted line evaluates."""
    if shell == "bash" and subprocess.run(["bash", "-c", "true"], check=False).returncode:
        return
    made = stage.using(_RENDERER_COMPLETE=f"{shell}_source").run()
    assert 0 == made.code
    assert "_RENDERER_COMPLETE" in made.stdout


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("renderer va", {"validate"}),
        ("renderer build --pro", {"--provider", "--profile"}),
        ("renderer ", set(COMMANDS)),
        ("renderer help S20", {f"S20{digit}" for digit in range(10)}),
        ("renderer help bui", {"build"}),
        ("renderer plan --provider ani", {"animatic"}),
    ],
)
def test_completion_knows_commands_and_options(stage: Stage, words: str, found: set[str]) -> None:
    """As bash asks for it."""
    asking = stage.using(
        _RENDERER_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1)
    )
    assert found == {line.partition(",")[2] for line in asking.run().stdout.splitlines()}


FAULTY = """\
version: 1
include: acts/one.yaml
profiles: {draft: {takes: 1}, dusk: {style: dusk}}
shots:
  - {id: pad, prompt: steam, camra: static}
  - {id: verse, prompt: "${city}", matrix: {city: [rome, oslo]}}
"""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("build film.yaml ", {"pad", "verse.rome", "verse.oslo", "crew"}),
        ("build film.yaml pad verse.", {"verse.rome", "verse.oslo"}),
        ("build cr", {"crew"}),
        ("pick film.yaml pa", {"pad"}),
        ("build film.yaml --resubmit pa", {"pad"}),
        ("preview film.yaml --profile d", {"draft", "dusk"}),
        ("build nowhere.yaml ", {""}),
        ("takes /dev/zero ", {""}),
    ],
)
def test_completion_knows_the_storyboard(stage: Stage, words: str, found: set[str]) -> None:
    """Its shots and profiles, of included files and of a matrix, too, and while it has faults; nothing where there is none."""
    stage.write("film.yaml", FAULTY)
    stage.write("acts/one.yaml", "shots: [{id: crew, prompt: a visor}]\n")
    words = f"renderer {words}"
    asking = stage.using(
        _RENDERER_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1)
    )
    done = asking.run()
    assert (found, "") == ({line.partition(",")[2] for line in done.stdout.splitlines()} or {""}, done.stderr)


# schema


def test_the_schema_is_printed_whole(stage: Stage) -> None:
    """JSON Schema 2020-12, the very one that `init` lays beside a storyboard."""
    schema = json.loads(stage.run("schema").stdout)
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    stage.run("init")
    assert schema == json.loads((stage.root / "storyboard.schema.json").read_text())


# cache


def test_the_cache_tells_what_it_holds(built: Stage) -> None:
    """Counts, rows and paths, for people and for machines."""
    stats = built.run("cache", "stats", "--json").json
    assert (str(built.store), 4, 0) == (stats["root"], stats["traces"], stats["damaged"])
    rows = built.run("cache", "ls", "--json").json["traces"]
    assert 4 == len(built.run("cache", "ls").stdout.splitlines())
    assert Counter({"generate": 3, "join": 1}) == Counter(row["kind"] for row in rows)
    key = rows[0]["key"]
    shown = Path(built.run("cache", "path", key[:12]).stdout.strip())
    assert f"{key}.json" == shown.name
    assert f"{built.store}\n" == built.run("cache", "path").stdout
    assert 2 == built.run("cache", "path", "0000").code


def test_verify_and_repair_of_a_sound_store_find_nothing(built: Stage) -> None:
    """And repairing changes nothing."""
    blobs = sorted((built.store / "cas").rglob("*"))
    for command in ("verify", "repair"):
        done = built.run("cache", command, "--json")
        assert (0, [], []) == (done.code, done.json["damaged_clips"], done.json["damaged_traces"])
    assert blobs == sorted((built.store / "cas").rglob("*"))
    assert [] == built.built().ran


def test_a_store_of_another_version_is_left_alone(built: Stage) -> None:
    """Exit 4, and the version is named."""
    (built.store / "format").chmod(0o644)
    (built.store / "format").write_text("99\n")
    done = built.build()
    assert (4, ["E612"]) == (done.code, done.codes)


# doctor


def test_doctor_says_that_all_is_well(stage: Stage) -> None:
    """ffmpeg, store, disk, fonts, models, keys and jobs; nothing is written in the project; no key is shown."""
    done = stage.using(AIMLAPI_API_KEY="sk-secret").run("doctor")
    assert 0 == done.code
    for word in ("ffmpeg", "store", "disk", "keys", "AIMLAPI_API_KEY is set, account ", "none open"):
        assert word in done.stdout
    assert "sk-secret" not in done.stdout + done.stderr
    assert {} == stage.files()


def test_doctor_says_what_is_wrong(stage: Stage) -> None:
    """Exit 4, and everything else is looked at all the same."""
    done = stage.using(RENDERER_FFMPEG="/nonexistent").run("doctor", "--json")
    assert 4 == done.code
    states = {check["subject"]: check["state"] for check in done.json["checks"]}
    assert "bad" == states["ffmpeg"]
    assert {"disk", "keys"} <= set(states)


# manners


@pytest.mark.parametrize(
    "command", [["cache", "ls"], ["schema"], ["help", "codes"], ["plan", "--json"]], ids=" ".join
)
def test_a_reader_that_leaves_is_no_error(built: Stage, command: list[str]) -> None:
    """`renderer … | head -0`: silent, and told by the exit code alone."""
    reader, writer = os.pipe()
    os.close(reader)
    started = built.start(*command, stdout=writer)
    os.close(writer)
    done = finish(started)
    assert (UNHEARD, "") == (done.code, done.stderr)


CLOSING = "exec {} >&- 2>&- <&-"
FULL = Path("/dev/full")


@pytest.mark.parametrize(
    ("command", "code"),
    [("build", 0), ("build --json", 4), ("plan", 4), ("validate", 0), ("validate no.yaml", 2), ("schema", 4)],
)
def test_without_streams_a_command_does_what_it_can(built: Stage, command: str, code: int) -> None:
    """Closed, as daemons close them, or on a full disk: what has no data to write does its work, and the rest says so."""
    closed = built.run("-c", CLOSING.format(f"{COMMAND} {command}"), command=["sh"])
    assert (code, "", "") == (closed.code, closed.stdout, closed.stderr)
    if FULL.exists():
        full = built.run("-c", f"exec {COMMAND} {command} > {FULL}", command=["sh"])
        assert (code, "Traceback" in full.stderr) == (full.code, False)
        assert ("error[E611]" in full.stderr) == (code == 4)


def test_a_current_folder_that_is_gone_is_told(stage: Stage) -> None:
    """As one, and not as something wrong with stdout."""
    done = stage.run("-c", f"mkdir gone; cd gone; rmdir ../gone; exec {COMMAND} validate", command=["sh"])
    assert (2, True) == (done.code, "error[U001]: the current folder is not there any more" in done.stderr)


def test_a_terminal_never_loses_its_cursor(stage: Stage) -> None:
    """Whoever ends the program at once, by a second Ctrl-C, finds the terminal as it was."""
    stage.write("film.yaml", THREE_SHOTS)
    shown = on_a_terminal(stage.using(TERM="xterm-256color"), "build")
    hidden, given_back = "\x1b[?25l", "\x1b[?25h"
    assert shown.split(hidden)[1].startswith(given_back)


@pytest.mark.parametrize(
    "command", [["plan"], ["build", "-B"], ["validate", "bad.yaml"], ["cache", "ls"]], ids=" ".join
)
def test_colour_goes_to_terminals_alone_and_not_where_it_is_unwanted(
    built: Stage, command: list[str]
) -> None:
    """Into a pipe never; on a terminal not with `NO_COLOR`."""
    built.write("bad.yaml", "version: 2\n")
    done = built.run(*command)
    assert "\x1b" not in done.stdout + done.stderr
    shown = on_a_terminal(built.using(NO_COLOR="1", TERM="xterm-256color"), *command)
    assert not re.search(r"\x1b\[[0-9;]*m", shown)


def test_a_terminal_sees_colour(built: Stage) -> None:
    """Words say the same without it."""
    assert "\x1b[" in on_a_terminal(built.using(TERM="xterm-256color"), "plan")
    assert "\x1b[" not in on_a_terminal(built.using(TERM="dumb"), "plan")


def on_a_terminal(stage: Stage, *arguments: str) -> str:
    """What a terminal is sent by a command."""
    master, slave = os.openpty()
    started = stage.start(*arguments, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    shown = bytearray()
    while part := _read(master):
        shown += part
    os.close(master)
    finish(started)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the last writer has gone
        return b""


def test_quiet_says_nothing_when_all_is_well(built: Stage) -> None:
    """And errors all the same."""
    done = built.run("build", "-q", "-B")
    assert (0, "", "") == (done.code, done.stdout, done.stderr)
    built.edit("a visor", "a visor, promt: x")
    assert "S205" in built.run("build", "-q").stderr


def test_verbose_lists_what_was_reused(built: Stage) -> None:
    """A line for each shot, in order of the file."""
    lines = [line.split()[:2] for line in built.run("build", "-v").stderr.splitlines()]
    assert [["reused", "pad"], ["reused", "crew"], ["reused", "sky"]] == lines[:3]


def test_a_build_prints_a_line_for_each_shot_and_closes(built: Stage) -> None:
    """On stderr; what was made, the film, and what it came to."""
    built.edit("a visor", "a glove")
    done = built.run("build")
    assert "" == done.stdout
    *shots, film, closing = done.stderr.splitlines()
    told = sorted(line.split() for line in shots)
    assert [["ran", "crew"], ["reused", "pad"], ["reused", "sky"]] == [line[:2] for line in told]
    assert ["build/film/crew.mp4", "build/film/pad.mp4", "build/film/sky.mp4"] == [line[-1] for line in told]
    assert ["film", "build/film.mp4"] == film.split()[:2]
    assert re.fullmatch(r"2 reused, 1 ran, 0 failed in \d+\.\d s", closing)


def test_the_command_is_the_one_that_was_installed() -> None:
    """These tests run what a user runs."""
    assert COMMAND.is_file()
