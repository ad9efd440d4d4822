"""Tables, graphs, dependencies and names."""

import csv
import os
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from io import StringIO
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.errors import UsageError
from renderer.export.depfile import UNTELLABLE, to_depfile
from renderer.export.graph import to_dot, to_mermaid
from renderer.export.plain import FORMULA, one_line, timecode
from renderer.export.shotlist import COLUMNS, to_csv
from renderer.export.timeline import Version, clip_name, safe_name, unique_names

from .films import NTSC, event, film, version

TOOLS = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
MAKE, NINJA, DOT = (shutil.which(tool, path=TOOLS) for tool in ("make", "ninja", "dot"))
ODD = [
    "film.yaml",
    "a b.png",
    "two  spaces.png",
    "cost$5.png",
    "#1.png",
    "c:d.png",
    "~tilde.png",
    "é ü.png",
    "q(1).png",
]
STRANGE = st.text(st.sampled_from("=+-@\t\r\n\x00\"',;\\]}>#a\u202e\u2028é語\ud800"), max_size=30)


@given(STRANGE, STRANGE)
def test_no_cell_is_a_formula_and_no_row_is_added(shot: str, prompt: str) -> None:
    """A spreadsheet that opens the list runs nothing, whatever a prompt begins with."""
    rows = list(
        csv.reader(StringIO(to_csv(film(event(version("pad", prompt=prompt)._replace(shot=shot), 0, 24)))))
    )
    assert (2, {len(COLUMNS)}) == (len(rows), set(map(len, rows)))
    assert not [found for found in rows[1] if found.startswith(FORMULA)]


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    """And it is what XML 1.0 and UTF-8 can hold."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert isinstance(line.encode(), bytes)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]", line)


@given(st.integers(0, 10**6), st.sampled_from([Fraction(24), Fraction(25), NTSC, Fraction(60000, 1001)]))
def test_timecode_is_that_of_opentimelineio(frame: int, fps: Fraction) -> None:
    """Two writings of SMPTE ST 12-1 agree on every frame of a day's first hours."""
    told = otio.opentime.to_timecode(otio.opentime.RationalTime(frame, float(fps)), float(fps))
    assert told == timecode(frame, fps=fps) or frame >= 24 * 3600 * fps


@given(st.text(), st.text(), st.integers(1, 99), st.text())
def test_no_name_leaves_its_folder(title: str, shot: str, take: int, ending: str) -> None:
    """Whatever films, shots and files are called."""
    name = clip_name(title, shot=shot, take=take, sha256="3f9a" * 16, ending=ending)
    assert re.fullmatch(r"[a-z0-9_][a-z0-9._-]*", name)
    assert len(name) < 255 or max(map(len, (title, shot, ending))) > 50
    assert safe_name(title) not in {"", ".", ".."}


def test_names_grow_where_they_would_clash() -> None:
    """Two clips never share a file; the same clip keeps its short name."""
    assert ["a_12", "b_34"] == unique_names([("a_12", "a_1234"), ("b_34", "b_3456")])
    assert ["a_1234", "a_1256"] == unique_names([("a_12", "a_1234"), ("a_12", "a_1256")])
    assert ["a_12", "a_12"] == unique_names([("a_12", "a_1234"), ("a_12", "a_1234")])


@settings(max_examples=60)
@given(STRANGE)
def test_a_label_stays_in_its_quotes(shot: str) -> None:
    """No shot's name ends a label, or a line, of a graph."""
    timeline = film(
        event(version("pad")._replace(shot=shot), 0, 24), event(Version("sky", 1, None, "aimlapi"), 0, 5)
    )
    dot = to_dot([timeline]).splitlines()
    assert all(
        re.fullmatch(r'  \w+ \[shape=\w+, label="(?:[^"\\]|\\.)*"(, style=dashed)?\];', line)
        for line in dot
        if "label" in line
    )
    assert 5 == sum("label" in line for line in dot)
    mermaid = to_mermaid([timeline]).splitlines()
    assert 12 == len(mermaid)
    assert all(2 == line.count('"') for line in mermaid[1:6])


def test_a_take_that_is_shown_twice_stands_in_the_graph_once() -> None:
    """And the takes that are not shown lead nowhere."""
    first, second = version("pad"), version("pad", 2)
    slot = event(first, 0, 24)._replace(versions=(first, second))
    dot = to_dot([film(slot, slot)])
    assert 1 == dot.count("pad, take 1")
    assert ["  t1 -> s1_1;", "  s1_1 -> film1;", "  t1 -> s1_2;", "  s1_2 -> film1;"] == [
        line for line in dot.splitlines() if "->" in line
    ]


def test_a_shot_that_begins_with_a_frame_of_another_hangs_on_it() -> None:
    """The frame comes from what the film shows of the other shot, whichever of them stands first."""
    pad, sky = version("pad"), version("sky")._replace(parents=("pad",))
    dot = to_dot([film(event(sky, 0, 24), event(pad, 0, 24))])
    names = {label: name for name, label in re.findall(r'(\w+) \[.*label="([^"]*)"', dot)}
    frame = names["a frame of pad"]
    assert {
        f"  {names['pad, take 1, gen3a_turbo']} -> {frame};",
        f"  {frame} -> {names['sky, take 1, gen3a_turbo']};",
    } <= set(dot.splitlines())


@pytest.mark.skipif(MAKE is None, reason="there is no make here")
def test_make_reads_every_name(tmp_path: Path) -> None:
    """make asks for the very files, and for the film again when one of them is newer."""
    assert MAKE
    for name in ODD:
        (tmp_path / name).touch()
    (tmp_path / "film.d").write_text(to_depfile(["my film.mp4"], ODD))
    (tmp_path / "Makefile").write_text("my\\ film.mp4:\n\t$(info $^)@touch 'my film.mp4'\ninclude film.d\n")

    def make() -> str:
        done = subprocess.run(
            [MAKE, "-s", "my film.mp4"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    told = make()
    assert [] == [name for name in ODD if name not in told]
    assert not make()
    (tmp_path / "c:d.png").unlink()
    assert make(), "a file that is gone is no error: the film is made again"


@pytest.mark.skipif(NINJA is None, reason="there is no ninja here")
def test_ninja_reads_every_name(tmp_path: Path) -> None:
    """ninja takes the rule up and keeps the very names."""
    assert NINJA
    for name in ODD:
        (tmp_path / name).touch()
    (tmp_path / "film.dep").write_text(to_depfile(["film.mp4"], ODD))
    rule = "rule film\n  command = cp film.dep film.d && touch film.mp4\n  depfile = film.d\n  deps = gcc\nbuild film.mp4: film\n"
    (tmp_path / "build.ninja").write_text(rule)
    subprocess.run([NINJA], cwd=tmp_path, check=True, capture_output=True)
    told = subprocess.run(
        [NINJA, "-t", "deps"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert {f"./{name}" if name.startswith("~") else name for name in ODD} <= {
        line.strip() for line in told.splitlines()
    } | {"~tilde.png", "./~tilde.png"}


@pytest.mark.parametrize(
    "name", ["a\nb", "a;b", "a=b", "a*b", "a\\b", "a|b", "a%b", 'a"b', "a(b)", "a`b", "a'b", "a\ud800b"]
)
def test_what_cannot_be_told_is_refused(name: str) -> None:
    """No dependency is told wrong."""
    with pytest.raises(UsageError) as told:
        to_depfile(["film.mp4"], [name])
    assert "U104" == told.value.code


@pytest.mark.skipif(MAKE is None or NINJA is None, reason="there is no make or no ninja here")
def test_every_sign_that_is_told_is_read(tmp_path: Path) -> None:
    """Each printable sign of ASCII, at the beginning, within and at the end of a name, is refused, or read by both."""
    assert MAKE
    assert NINJA
    names = [place.format(chr(sign)) for sign in range(33, 127) for place in ("{}a.png", "a{}b.png", "a b{}")]
    told = [name for name in names if not UNTELLABLE.search(name) and "/" not in name]
    assert len(told) > 200
    for name in told:
        (tmp_path / name).touch()
    (tmp_path / "film.dep").write_text(to_depfile(["film.mp4"], told))
    (tmp_path / "Makefile").write_text("film.mp4:\n\t@touch $@\ninclude film.dep\n")
    for path in (*tmp_path.iterdir(), tmp_path / "film.mp4"):
        path.touch()
        os.utime(path, (1000, 2000 if path.name == "film.mp4" else 1000))
    assert [] == [name for name in told if not is_asked_for(tmp_path, name)]
    rule = "rule film\n  command = cp film.dep film.d && touch film.mp4\n  depfile = film.d\n  deps = gcc\nbuild film.mp4: film\n"
    (tmp_path / "build.ninja").write_text(rule)
    subprocess.run([NINJA], cwd=tmp_path, check=True, capture_output=True)
    deps = subprocess.run(
        [NINJA, "-t", "deps"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    read = {line.removeprefix("    ").removeprefix("./") for line in deps.splitlines()}
    assert set() == {name for name in told if name not in read}


def is_asked_for(folder: Path, name: str) -> bool:
    """Whether make would make the film again if this file changed; it is as it was afterwards."""
    assert MAKE
    codes = []
    for changed_s in (3000, 1000):
        os.utime(folder / name, (1000, changed_s))
        codes.append(subprocess.run([MAKE, "-rRq", "film.mp4"], cwd=folder, check=False).returncode)
    return codes == [1, 0]
