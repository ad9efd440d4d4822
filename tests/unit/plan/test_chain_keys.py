"""Chained takes: which frame is meant, in which order keys become known, and what is in them for ever."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.digest import Digest, action_key, canonical_json
from renderer.model import MediaFacts, Size
from renderer.plan.action import Input
from renderer.plan.chain import frame_number, in_order, placeholder_key, rule_of, with_frames
from renderer.plan.rows import ChainRow, Compiled, LinkRow
from tests import builders

from .desk import Desk, desk_with
from .test_golden_keys import DOT

HEAD = "version: 1\ndefaults: {provider: aimlapi, model: gen3a_turbo}\nshots:\n"
CLIP = "c47dd9465c00e9a0c8b85e9ea58d3034a0d23b9cf926113602f3460752a4eb96"
ANOTHER = "5e1229a6fdb977a1b14cc7762c9ef9e9e7daf26f92a22e0a1f673433a9a72a05"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_with(tmp_path, {"dot.png": DOT}) as found:
        yield found


def facts(frames: int, fps: str) -> MediaFacts:
    """A clip of so many frames at this rate; nothing else of it counts here."""
    rate = Fraction(fps)
    return builders.facts(
        size=Size(64, 36), fps=rate, frames=frames, parameter_sets="", duration_s=frames / rate
    )


def clip(sha256: str = CLIP, *, frames: int = 120, fps: str = "24") -> Input:
    return Input(Digest(sha256, 1), facts=facts(frames, fps))


def compiled(desk: Desk, shots: str) -> Compiled:
    found = desk.examine(HEAD + shots)
    assert found.is_sound, [diagnostic.message for diagnostic in found.diagnostics]
    return found.compiled


def exact(time_s: str | Fraction | None) -> str | None:
    """A time as rows have it."""
    return None if time_s is None else str(Fraction(time_s))


@pytest.mark.parametrize(
    ("frames", "fps", "at", "until", "expected"),
    [
        (120, "24", None, None, 119),
        (120, "24", None, "3.5", 83),
        (120, "24", None, "3.51", 84),
        (120, "24", None, "3.4999", 83),
        (120, "24", None, "0.01", 0),
        (120, "24", None, "5", 119),
        (120, "24", None, "60", 119),
        (50, "10", None, "3.5", 34),
        (150, "30000/1001", None, "1001/1000", 29),
        (1, "24", None, None, 0),
        (120, "24", "0", None, 0),
        (120, "24", "1.2", None, 28),
        (120, "24", "1.25", None, 30),
        (120, "24", "4.99", None, 119),
        (120, "24", "60", None, 119),
        (150, "30000/1001", "1", None, 29),
    ],
)
def test_a_link_means_this_frame(
    frames: int, fps: str, at: str | None, until: str | None, expected: int
) -> None:
    """The last one that begins before the out point, or the one on screen at a time, at the clip's own rate."""
    link = LinkRow("image", "pad", exact(at), exact(until))
    assert expected == frame_number(link, facts(frames, fps))


GOLDEN = {
    "the first frame": (
        "image: {last_frame_of: pad}",
        f'"image":{{"frame":119,"sha256":"{CLIP}"}}',
        "89a217a966ec0c7e88ceb1bab698fb3e3113596a9405895c30ab9e3d62bb48c7",
    ),
    "both": (
        "image: {frame_of: pad, at: 1.2}, last_image: {last_frame_of: pad}",
        f'"image":{{"frame":28,"sha256":"{CLIP}"}},"last_image":{{"frame":119,"sha256":"{CLIP}"}}',
        "47d88715c1433a5b316912022bf88c3e82113dddbd350e4df4ccfe123a5d64bb",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_chained_request_has_this_key(desk: Desk, name: str) -> None:
    """What is bought today is found under the same key for ever: a clip's digest and a frame's number."""
    fields, inputs, key = GOLDEN[name]
    rows = compiled(
        desk, f"  - {{id: pad, prompt: a, image: dot.png}}\n  - {{id: sky, prompt: to the stars, {fields}}}\n"
    )
    [chain] = rows.chains
    manifest = with_frames(chain, dict.fromkeys(chain.links, clip()))
    expected = (
        f'{{"action":"generate","fields":{{"prompt":"to the stars"}},"inputs":{{{inputs}}},'
        '"model":"gen3a_turbo","provider":"aimlapi","seed":"1","version":1}'
    )
    assert expected == canonical_json(manifest).decode()
    assert key == action_key(manifest)


@given(
    name=st.sampled_from(["pad", "pads"]),
    use=st.none() | st.fractions(Fraction(1, 100), 6, max_denominator=1000),
    other=st.none() | st.fractions(Fraction(1, 100), 6, max_denominator=1000),
)
def test_a_key_follows_the_clip_and_the_frame_alone(
    name: str, use: Fraction | None, other: Fraction | None
) -> None:
    """Whatever the parent is called and however its out point is written."""
    manifest = {"action": "generate", "fields": {"prompt": "b"}}
    one = ChainRow(0, (LinkRow("image", "pad", None, exact(use)),), manifest)
    two = ChainRow(7, (LinkRow("image", name, None, exact(other)),), manifest)

    def key(chain: ChainRow, sha256: str) -> str:
        return action_key(with_frames(chain, dict.fromkeys(chain.links, clip(sha256))))

    is_one_frame = frame_number(one.links[0], facts(120, "24")) == frame_number(
        two.links[0], facts(120, "24")
    )
    assert is_one_frame == (key(one, CLIP) == key(two, CLIP))
    assert key(one, CLIP) != key(one, ANOTHER)


def test_what_stands_for_a_key_is_no_key_that_anything_has(desk: Desk) -> None:
    """Two shots that ask for the same have one; another frame, prompt or parent is another, and so is no frame at all."""
    rows = compiled(
        desk,
        """\
  - {id: pad, prompt: a, image: dot.png, use: 2}
  - {id: b1, prompt: b, image: {last_frame_of: pad}}
  - {id: b2, prompt: b, image: {last_frame_of: pad}}
  - {id: b3, prompt: b, image: {frame_of: pad, at: 1}}
  - {id: b4, prompt: b, image: {last_frame_of: b1}}
  - {id: b5, prompt: c, image: {last_frame_of: pad}}
  - {id: b6, prompt: b, image: dot.png, last_image: {last_frame_of: pad}}
""",
    )
    keys = [placeholder_key(chain.manifest, chain.links) for chain in rows.chains]
    assert keys[0] == keys[1]
    assert 5 == len(set(keys))
    assert not set(keys) & {action_key(chain.manifest) for chain in rows.chains}


def test_links_name_the_out_point_of_the_parents_own_use(desk: Desk) -> None:
    """Of `use: 2` and of a range; a slot's is not asked. What is remembered is read back."""
    rows = compiled(
        desk,
        """\
  - {id: end, prompt: b, image: {last_frame_of: pad}, last_image: {last_frame_of: crew}}
  - {id: pad, prompt: a, image: dot.png, use: 2}
  - {id: crew, prompt: c, image: dot.png, use: {in: 1, out: 3.5}}
  - {id: open, prompt: d, image: {last_frame_of: end}}
  - {id: at, prompt: e, image: {frame_of: pad, at: 12f}}
sequence: [{shot: pad, use: 1}, crew, end, open, at]
""",
    )
    told = {(chain.take, link.role): rule_of(link) for chain in rows.chains for link in chain.links}
    assert {
        (0, "image"): "before 2",
        (0, "last_image"): "before 7/2",
        (3, "image"): "last",
        (4, "image"): "at 1/2",
    } == told
    assert rows == Compiled.from_json(json.loads(json.dumps(rows.to_json())))


def test_parents_come_in_an_earlier_level(desk: Desk) -> None:
    """However they are written; what starts from nobody is in no level."""
    rows = compiled(
        desk,
        """\
  - {id: c, prompt: c, image: {last_frame_of: b}, last_image: {last_frame_of: a}}
  - {id: b, prompt: b, image: {last_frame_of: a}, takes: 2}
  - {id: a, prompt: a, image: dot.png}
  - {id: d, prompt: d, image: {last_frame_of: a}}
""",
    )
    names = [[rows.takes[chain.take].name for chain in level] for level in in_order(rows)]
    assert [["b", "b.take2", "d"], ["c"]] == names


def test_what_a_model_does_not_take_is_not_in_its_key(desk: Desk) -> None:
    """Of two models, one without a last frame: it is warned about, and its take is not chained by it."""
    rows = desk.examine(
        "version: 1\nshots:\n  - {id: a, prompt: a}\n"
        "  - {id: b, provider: runway, model: gen4_turbo, prompt: b, image: {last_frame_of: a}, last_image: {last_frame_of: a}}\n"
    )
    assert ["S308"] == [diagnostic.code for diagnostic in rows.diagnostics]
    assert [["image"]] == [[link.role for link in chain.links] for chain in rows.compiled.chains]
