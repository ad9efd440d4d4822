"""What is compiled after an edit equals what the whole text compiles to, however the text was written and edited."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from renderer.errors import SpecError
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Project, Reach, open_project
from renderer.pipeline.reading.compile import compile_storyboard
from renderer.pipeline.reading.examine import examine
from renderer.pipeline.reading.recompile import find_details
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import Workshop
from renderer.plan.rows import Compiled, Detail

from .board import STILLS, Table

REACH = Reach(fetch=False)
HEADS = (
    "version: 1\ntitle: Liftoff\nshots:\n",
    "version: 1\noutput: {size: 64x36, fps: 24000/1001}\ndefaults:\n  style: dusk\n  duration: 0.7\nshots:   # the film\n\n",
    '# shots:\n#  - id: none\nversion: 1\nvars: {ship: a rocket, sea: "the ${ship}"}\ndefaults: {takes: 2}\nshots:\n',
    'version: 1\ntitle: "\nshots:\n  - id: none"\nshots:\n',
    "version: 1\ntitle: |\n  shots:\n   - id: none\ndefaults: &all {style: dusk}\nshots:\n",
    "\N{ZERO WIDTH NO-BREAK SPACE}version: 1\nshots:\n",
    "version: 1\nvars: {ship: a rocket}\ncharacters: {mara: {look: on ${ship}, images: [a.png]}}\nshots:\n",
    "version: 1\noutputs: {wide: {size: 64x36}, tall: {size: 36x64, fps: 12}}\nshots:\n",
    "version: 1\noutputs: {tall: {fps: 6}}\ndefaults: {use: 0.5, for: {tall: {style: dusk, seeds: [4, 5]}}}\nshots:\n",
    "version: 1\ntracks: [{id: music, file: tone.wav, bpm: 97, loop: true, duck: 9, start: {shot: s1}}]\ndefaults: {sound: {kind: voice}}\nshots:\n",
    "version: 1\ndefaults: {enter: {crossfade: 0.2}, duration: 2}\nshots:\n",
    "version: 1\noutputs: {wide: {size: 64x36}, tall: {size: 36x64, sequence: [s1, s0, s2]}}\ndefaults: {enter: {wipe: 0.1}, duration: 1}\nshots:\n",
    "version: 1\ndefaults: {provider: aimlapi, model: gen3a_turbo, image: a.png, negative_prompt: blur}\nshots:\n",
    "version: 1\nvars: {sea: tone.wav}\noutput: {audio: {loudness: -16}}\ntracks: [{id: hum, file: '${sea}', loop: true}]\nshots:\n",
)
TAILS = (
    "",
    "title: Later\n",
    "# the end\n\noutput: {fps: 12}\n",
    "sequence: [s0, s1, {shot: s2, use: 0.25}]\n",
    "sequence: [s1, {shot: s0, enter: {crossfade: 0.1}}, s2]\n",
    "...\n",
    "vars: {sea: calm}\n",
    "defaults: {provider: aimlapi, model: gen3a_turbo, image: b.png, audio: tone.wav}\n",
    "sequence: [s0.rome, s0.paris, s0.rome]\n",
    "tracks:\n- {id: hum, file: tone.wav, start: {shot: s2, at: {beats: 1}}, bpm: 90, fade_out: 0.1}\n",
)
FIELDS = (
    "prompt: steam\n",
    "prompt: ${ship} on the pad, R&D * 2 — Größe ☄ 🚀\n",
    'prompt: "two lines,\n    one text"\n',
    "prompt: plain text\n    that goes on\n",
    "prompt: |-\n  - id: no shot\n  steam # no comment\n",
    "prompt: >+\n  folded\n\n  text\n\n\n",
    "prompt: '${sea:-waves}'  # a comment\n",
    "prompt: *all\n",
    "prompt: **bold**\n",
    'prompt: "never closed\n',
    "image: a.png\n",
    "image: ./a.png\nlast_image: b.png\n",
    "image: gone.png\n",
    "use: 0.3\n",
    "use: {in: 0.1,\n  out: 0.5}\n",
    "duration: 0.01\n",
    "duration: 1.5\n",
    "takes: 3\n",
    "seed: 4294967295\n",
    "params: {slate: true}\n",
    "params:\n  slate: true\n",
    "<<: {style: dawn}\n",
    "\n# alone\n\n",
    "no field\n",
    "tone: warm\n",
    "matrix: {city: [rome, paris]}\nprompt: ${city:-nowhere} ${ship}\n",
    "matrix:\n  city: {rome: Rome, paris: the ${sea}}\n  hour: [day, night]\n  exclude: [{city: rome, hour: day}]\nprompt: ${city}\n",
    "matrix: {city: [rome, rome]}\n",
    "cast: [mara]\nprompt: she waves\n",
    "for: {tall: {reframe: left, use: 0.25}}\n",
    "for: {tall: {prompt: ${ship}, takes: 2, fit: pad}}\n",
    "for:\n  wide: {image: b.png}\n  tall: {use: {in: 0.2}, style: null}\n",
    "for: null\n",
    "use: {beats: 1}\n",
    "use: {in: 0.1, out: {beats: 1.5, track: music}}\n",
    "sound: {gain_db: -3, kind: effects}\n",
    "sound: {mute: true}\n",
    "image: {last_frame_of: s1}\n",
    "prompt: calm\nlast_image: {frame_of: s2, at: 0.1}\n",
    "enter: {crossfade: 0.2}\n",
    "enter: {dip: 0.3}\n",
    "enter: null\n",
    "enter: {wipe: 9}\n",
    "for: {tall: {enter: {crossfade: 0.1}}}\n",
    "speed: 2\n",
    "caption: hello\ndialogue: [{who: mara, line: it is late}]\n",
    "titles: [{text: one, at: before, for: 0.5}]\n",
    "for: {tall: {caption: less}}\n",
    "negative_prompt: rain\nseed: 7\n",
    "negative_prompt: null\n",
    "provider: aimlapi\nmodel: gen3a_turbo\nprompt: steam\nimage: a.png\nnegative_prompt: rain\n",
    "prompt: true\n",
    "prompt: steam\nstyle: null\n",
    "prompt: steam\ncamera: [slow, push in]\n",
    "prompt: steam\nnegative_prompt: 5\n",
    "prompt: steam\nmodel: [gen3a_turbo, another]\n",
    "clip: camera.mp4\n",
)
CAMERA = "camera.mp4"
IDS = ("s0", "s1", "s2", "s3", "s4", "s5", "s0.take2", "S")


@dataclass(frozen=True)
class Board:
    """A storyboard's text in its parts, and how they are written down."""

    head: int
    shots: tuple[tuple[str, tuple[int, ...]], ...]
    tail: int
    indent: int = 2
    newline: str = "\n"
    ended: bool = True

    @property
    def content(self) -> bytes:
        text = HEADS[self.head] + "".join(map(self._shot, self.shots)) + TAILS[self.tail]
        text = text if self.ended else text.removesuffix("\n")
        return text.replace("\n", self.newline).encode()

    def _shot(self, shot: tuple[str, tuple[int, ...]]) -> str:
        name, numbers = shot
        margin = " " * self.indent
        lines = f"id: {name}\n" + "".join(FIELDS[number] for number in numbers)
        first, *rest = lines.splitlines(keepends=True)
        return f"{margin}- {first}" + "".join(margin + "  " + line if line.strip() else line for line in rest)


SHOT = st.tuples(st.sampled_from(IDS), st.lists(st.integers(0, len(FIELDS) - 1), max_size=3).map(tuple))
GOOD = st.tuples(
    st.sampled_from(IDS[:6]),
    st.sampled_from(
        [
            (0,),
            (0, 17),
            (10,),
            (3, 13),
            (4,),
            (1, 16),
            (25,),
            (26,),
            (28,),
            (0, 29),
            (0, 30),
            (10, 31),
            (25, 30),
            (37,),
            (38,),
            (38, 30),
            (0, 39),
            (0, 40),
            (0, 41),
            (0, 43),
            (10, 44),
            (0, 39, 17),
            (0, 45),
            (0, 46, 39),
            (0, 47),
            (0, 48),
            (0, 49),
            (50,),
            (55,),
            (56,),
            (56, 44),
            (56, 13, 39),
        ]
    ),
)
BOARDS = st.builds(
    Board,
    head=st.integers(0, len(HEADS) - 1),
    shots=st.lists(GOOD, min_size=1, max_size=5, unique_by=lambda shot: shot[0]).map(tuple),
    tail=st.integers(0, len(TAILS) - 1),
    indent=st.sampled_from([0, 2, 2, 5]),
    newline=st.sampled_from(["\n", "\n", "\r\n", "\r"]),
    ended=st.booleans(),
)
EDITS = st.one_of(
    st.tuples(st.just("replace"), st.integers(0, 5), SHOT | GOOD),
    st.tuples(st.just("insert"), st.integers(0, 5), SHOT | GOOD),
    st.tuples(st.just("delete"), st.integers(0, 5), st.none()),
    st.tuples(st.just("move"), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("head"), st.integers(0, len(HEADS) - 1), st.none()),
    st.tuples(st.just("tail"), st.integers(0, len(TAILS) - 1), st.none()),
    st.tuples(st.just("indent"), st.sampled_from([0, 2, 5]), st.none()),
    st.tuples(st.just("newline"), st.sampled_from(["\n", "\r\n"]), st.none()),
    st.tuples(st.just("ended"), st.booleans(), st.none()),
    st.tuples(st.just("file"), st.sampled_from(STILLS), st.sampled_from(["gone", "text", "1", "2"])),
    st.tuples(st.just("file"), st.just(CAMERA), st.sampled_from(["gone", "text", "1", "2", "3"])),
)


def edited(board: Board, what: str, which: Any, value: Any) -> Board:
    """One edit of an author."""
    shots = list(board.shots)
    if what == "file":
        return board
    if what in ("head", "tail", "indent", "newline", "ended"):
        return replace(board, **{what: which})
    place = which % len(shots)
    match what:
        case "replace":
            shots[place] = value
        case "insert":
            shots.insert(place, value)
        case "delete" if len(shots) > 1:
            del shots[place]
        case "move":
            shots.insert(value % len(shots), shots.pop(place))
    return replace(board, shots=tuple(shots))


def paint(path: Path, *, shade: int) -> None:
    """Another picture in place of one, in another shape."""
    Image.new("RGB", (16 + shade, 9), (shade, 90, 0)).save(path)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A table whose store forgets nothing between examples, as an author's does not."""
    with Table.at(tmp_path_factory.mktemp("desk")).workshop as found:
        for seconds in (1, 2, 3):
            picture = f"testsrc2=size={16 * seconds}x16:rate=12:duration={seconds}"
            options = ["-c:v", "libx264", "-pix_fmt", "yuv420p", str(found.here / f"{seconds}.{CAMERA}")]
            subprocess.run(
                [found.ffmpeg.path, "-v", "error", "-f", "lavfi", "-i", picture, *options], check=True
            )
        yield found


def replace_file(workshop: Workshop, name: str, what: str) -> None:
    """Another still or clip in place of one, or none, or none that is either."""
    path = workshop.here / name
    path.unlink(missing_ok=True)
    if what == "text":
        path.write_text("no picture")
    elif what != "gone" and name == CAMERA:
        shutil.copy(workshop.here / f"{what}.{CAMERA}", path)
    elif what != "gone":
        paint(path, shade=int(what))


def at_once(workshop: Workshop, project: Project) -> tuple[Compiled, dict[int, Detail]] | None:
    """What the whole text compiles to, nothing remembered; None where something is wrong with it."""
    try:
        found = examine(workshop, project, reach=REACH)
    except SpecError:
        return None
    return (found.compiled, dict(enumerate(found.details))) if found.is_sound else None


def step_by_step(workshop: Workshop, project: Project) -> tuple[Compiled, dict[int, Detail]] | None:
    """What it compiles to with all that is remembered, and the details of all takes, read again where they were."""
    try:
        found = compile_storyboard(workshop, project, reach=REACH)
    except SpecError:
        return None
    rest = [number for number in range(len(found.compiled.takes)) if number not in found.details]
    again = find_details(workshop, project, found.compiled, rest, reach=REACH) if rest else {}
    return found.compiled, {**found.details, **again}


@settings(max_examples=150, deadline=None)
@given(board=BOARDS, edits=st.lists(EDITS, min_size=1, max_size=6))
@example(
    Board(0, (("s0", (0,)), ("s1", (0,))), 0), [("replace", 0, ("s0", (9,))), ("replace", 1, ("s1", (9,)))]
)
@example(Board(2, (("s0", (1,)), ("s1", (6,))), 0), [("replace", 0, ("s0", (0,)))])
@example(
    Board(2, (("s1", (0,)), ("s0", (25,)), ("s2", (26, 13))), 0),
    [
        ("replace", 0, ("s3", (0, 17))),
        ("replace", 1, ("s0", (26,))),
        ("move", 0, 2),
        ("replace", 2, ("s4", (25,))),
    ],
)
@example(Board(0, (("s0", (0,)), ("s1", (0,))), 0, ended=False), [("insert", 2, ("s3", (5,)))])
@example(Board(1, (("s0", (0,)), ("s1", (0,)), ("s2", (0,))), 3), [("delete", 1, None)])
@example(
    Board(7, (("s0", (0, 29)), ("s1", (0, 30)), ("s2", (10,))), 3),
    [("replace", 2, ("s2", (10, 31))), ("move", 1, 0), ("replace", 0, ("s3", (0,)))],
)
@example(
    Board(7, (("s1", (0,)), ("s2", (37,)), ("s3", (38,))), 0),
    [("replace", 0, ("s1", (0, 30))), ("replace", 2, ("s3", (37,))), ("replace", 0, ("s1", (10,)))],
)
@example(
    Board(12, (("s0", (0, 48)), ("s1", (0,)), ("s2", (0, 49)), ("s3", (0, 48))), 0),
    [("replace", 1, ("s1", (10, 48))), ("move", 3, 0), ("delete", 0, None), ("replace", 0, ("s4", (0, 49)))],
)
@example(
    Board(0, (("s0", (0,)), ("s1", (50,)), ("s2", (0,))), 7),
    [("insert", 0, ("s3", (0, 2))), ("replace", 2, ("s4", (50,))), ("delete", 2, None)],
)
@example(Board(8, (("s0", (0,)), ("s1", (0, 32))), 0), [("replace", 1, ("s1", (0, 30)))])
@example(
    Board(10, (("s0", (0, 41)), ("s1", (0,)), ("s2", (0,))), 0),
    [("replace", 2, ("s2", (10,))), ("delete", 0, None)],
)
@example(
    Board(11, (("s0", (0, 41)), ("s1", (0, 39)), ("s2", (0,))), 0),
    [("replace", 2, ("s2", (0, 39))), ("replace", 1, ("s1", (10, 39))), ("delete", 0, None)],
)
@example(Board(1, (("s0", (55,)), ("s1", (0,))), 0), [("replace", 1, ("s1", (3,)))])
@example(
    Board(9, (("s0", (10,)), ("s1", (0,)), ("s2", (11,))), 0),
    [("file", "b.png", "2"), ("move", 2, 0), ("file", "a.png", "gone"), ("replace", 1, ("s1", (10,)))],
)
@example(
    Board(10, (("s0", (56,)), ("s1", (0,)), ("s2", (56, 13)), ("s3", (0, 39))), 3),
    [
        ("file", CAMERA, "3"),
        ("replace", 1, ("s1", (56, 44))),
        ("file", CAMERA, "1"),
        ("file", CAMERA, "text"),
        ("file", CAMERA, "2"),
    ],
)
def test_an_edit_compiles_to_what_the_whole_text_compiles_to(
    workshop: Workshop, board: Board, edits: list[tuple[str, Any, Any]]
) -> None:
    """The same rows, lines, inputs and details, whatever was edited; and nothing wrong is ever missed."""
    project = open_project(workshop.here / "film.yaml")
    for name in (*STILLS, CAMERA):
        replace_file(workshop, name, "1")
    for edit in [None, *edits]:
        board = edited(board, *edit) if edit else board
        if edit and edit[0] == "file":
            replace_file(workshop, edit[1], edit[2])
        project.spec.write_bytes(board.content)
        assert at_once(workshop, project) == step_by_step(workshop, project)


SHOTS = 30


def film(*prompts: str, head: str = HEADS[2]) -> str:
    """A storyboard of `SHOTS` shots, the first of which have these prompts."""
    texts = [*prompts, *(f"shot {number} of ${{ship}}" for number in range(len(prompts), SHOTS))]
    shots = "".join(f"  - id: s{number}\n    prompt: |-\n      {text}\n" for number, text in enumerate(texts))
    return f"{head}{shots}title: ${{sea}}\n"


def takes_compiled(workshop: Workshop, text: str) -> int:
    """How many takes are compiled, not remembered, for a text."""
    project = open_project(workshop.here / "counted.yaml")
    project.spec.write_text(text, encoding="utf-8")
    return len(compile_storyboard(workshop, project, reach=REACH)[1])


def test_only_edited_shots_are_compiled() -> None:
    """Two takes a shot: all at first, then those of the edited shots alone, wherever they stand; none where none is."""
    with TemporaryDirectory() as folder, Table.at(Path(folder)).workshop as workshop:
        counts = [
            takes_compiled(workshop, text)
            for text in (
                film(),
                film("steam"),
                film("steam", "stars", "sea"),
                film("steam", "stars", "sea"),
                film("steam", "stars", "sea").replace("  - id: s7\n", "  # later\n\n  - id: s7\n"),
            )
        ]
    assert counts == [2 * SHOTS, 2, 4, 0, 2]


def test_only_shots_whose_files_changed_are_compiled(tmp_path: Path) -> None:
    """One still is replaced, of those of many shots, and then also a text is edited."""
    head, still = HEADS[2], "steam\n    image: {}.png"
    with Table.at(tmp_path).workshop as workshop:
        text = film(still.format("a"), still.format("b"), "calm", still.format("b"), head=head)
        assert 2 * SHOTS == takes_compiled(workshop, text)
        paint(tmp_path / "b.png", shade=3)
        assert 2 * 2 == takes_compiled(workshop, text)
        assert 0 == takes_compiled(workshop, text)
        paint(tmp_path / "a.png", shade=2)
        assert 2 * 2 == takes_compiled(workshop, text.replace("calm", "storm"))


def test_shots_with_transitions_are_compiled_alone_too() -> None:
    """A shot that goes over into another has nothing before it in an excerpt, and that is no reason to compile the others."""
    head = (
        "version: 1\ndefaults: {enter: {crossfade: 0.5}, takes: 2}\nvars: {ship: rocket, sea: ''}\nshots:\n"
    )
    with TemporaryDirectory() as folder, Table.at(Path(folder)).workshop as workshop:
        counts = [
            takes_compiled(workshop, text)
            for text in (
                film("steam", head=head),
                film("steam", "stars", head=head),
                film("steam", "stars", head=head).replace("id: s7\n", "id: s7\n    enter: {wipe: 1}\n"),
            )
        ]
    assert counts == [2 * SHOTS, 2, 2]


def test_what_one_shot_alone_is_warned_of_keeps_no_other_from_being_remembered() -> None:
    """A field that a model lacks is told again at its place, by a thousand shots or by one, without any of them being compiled."""
    head = "version: 1\ndefaults: {provider: aimlapi, model: gen3a_turbo, image: a.png, negative_prompt: rain}\nvars: {ship: rocket, sea: ''}\nshots:\n"
    own = "id: s7\n    negative_prompt: fog\n"
    with TemporaryDirectory() as folder, Table.at(Path(folder)).workshop as workshop:
        texts = (film(head=head), film("steam", head=head), film(head=head).replace("id: s7\n", own))
        counts = [takes_compiled(workshop, text) for text in texts]
        warned = examine(workshop, open_project(workshop.here / "counted.yaml"), reach=REACH).diagnostics
    assert [SHOTS, 1, 2] == counts
    assert [("S308", 2), ("S308", 27)] == [(found.code, found.place and found.place.line) for found in warned]


def test_a_track_that_ends_early_keeps_no_shot_from_being_remembered() -> None:
    """What is told of tracks is told anew of the film as it is now: a longer one, or one that the music outlasts."""
    head = "version: 1\noutput: {fps: 24}\ntracks: [{id: hum, file: tone.wav}]\ndefaults: {takes: 2}\nvars: {ship: rocket, sea: ''}\nshots:\n"
    texts = [film("steam", head=head), film("steam", "stars", head=head)]
    with TemporaryDirectory() as folder, Table.at(Path(folder)).workshop as workshop:
        told = []
        for text in texts:
            count = takes_compiled(workshop, text)
            run = open_run(workshop, open_project(workshop.here / "counted.yaml"), Wishes(reach=REACH))
            told.append((count, [warning.code for warning in run.warnings]))
    assert [(2 * SHOTS, ["S268"]), (2, ["S268"])] == told
