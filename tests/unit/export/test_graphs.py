"""What graphs and depfiles are, to the letter; and that Graphviz's grammar takes whatever a shot is called."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.export.depfile import to_depfile
from renderer.export.graph import LABEL_MAX, to_dot, to_mermaid
from renderer.export.plain import one_line
from renderer.export.timeline import Event, Motion, Sound, Version

from .dot import parse_dot
from .films import digest, event, film, version

STILL = {"sha256": digest("a still").sha256}
PAD, PAD_2 = version("pad"), version("pad", 2)
PAD = PAD._replace(request={**PAD.request, "inputs": {"image": STILL}})
SKY = version("sky")._replace(
    parents=("pad",), request={"inputs": {"image": {"frame": 119}, "references": [STILL]}}
)
LATE = Version('a "late" \\N one', 1, None, "aimlapi", "gen3a_turbo", 7)
OWN = Version("own", None, version("own").clip)
TRACK = Sound("music", "song.flac", digest("song"), 48_000, 480_000, 0, 0, 240)
CARD = Event(Version("pad", None, None), 0, 36, ground="#102030")
FILMS = [
    film(
        CARD,
        event(PAD, 0, 24)._replace(versions=(PAD, PAD_2)),
        event(SKY, 12, 48)._replace(motion=Motion(Fraction(2), reverse=True)),
    )._replace(file="my film.mp4", sounds=(TRACK,)),
    film(event(PAD, 0, 24), event(LATE, 0, 24), event(OWN, 0, 24))._replace(file="tall.mp4"),
]
NEEDS = ["film.yaml", "stills/a b.png", "cost$5.png", "#1.png", "film.yaml"]
GOLDENS = Path(__file__).with_name("goldens")
TEXTS = {
    "films.dot": to_dot(FILMS),
    "films.mmd": to_mermaid(FILMS),
    "films.d": to_depfile(["build/my film.mp4", "build/tall.mp4"], NEEDS),
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_form_is_written_to_the_letter(name: str) -> None:
    """Cards, takes that are not shown, frames of other shots, tracks, what is missing, names with spaces and signs."""
    assert (GOLDENS / name).read_text("utf-8") == TEXTS[name]


def test_graphviz_reads_the_graph() -> None:
    """Every edge leads from a node to a node, and labels come back as they were."""
    found = parse_dot(TEXTS["films.dot"])
    assert {name for edge in found.edges for name in edge} <= found.nodes.keys()
    assert 'a "late" \\N one, take 1, gen3a_turbo' == found.nodes["t7"]["label"]
    assert ["film2", "s2_2", "t7"] == [name for name, told in found.nodes.items() if "style" in told]


@settings(max_examples=200)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_shot_and_any_model_can_be_told_to_graphviz(shot: str, model: str) -> None:
    """Quotes, backslashes, line breaks and commands of Graphviz's own are nothing but letters of a label."""
    taken = version("pad")._replace(shot=shot, model=model or None)
    found = parse_dot(to_dot([film(event(taken, 0, 24))]))
    told = one_line(f"{shot}, take 1" + (f", {model}" if model else ""))
    label = told if len(told) <= LABEL_MAX else f"{told[: LABEL_MAX - 1]}…"
    assert label in [node["label"] for node in found.nodes.values()]


@pytest.mark.parametrize(
    "text",
    [
        "digraph film {",
        "graph film { a -- b; }",
        'digraph film { a [label="b"] }',
        'digraph film { a [label="b]; }',
        "digraph film { a [label=b c]; }",
        "digraph film { a -> ; }",
        "digraph film { } x",
    ],
)
def test_the_grammar_is_strict(text: str) -> None:
    """What it takes is worth something only if it does not take everything."""
    with pytest.raises((ValueError, IndexError)):
        parse_dot(text)
