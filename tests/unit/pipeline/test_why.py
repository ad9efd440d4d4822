"""Why a take is to be made: the fields that changed, and the line of the storyboard that changed them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from renderer.model import Asker, Result
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Project, Reach, open_project
from renderer.pipeline.reading.compile import remember_build
from renderer.pipeline.reasons.why import Why, explain_takes
from renderer.pipeline.run import Run
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import Workshop, open_workshop
from tests.builders import NOON

SPEC = """\
version: 1
vars: {ship: a white rocket, hour: dusk, still: a.png}
output: {size: 64x36, fps: 12}
defaults:
  provider: aimlapi
  model: alibaba/wan-2-7-r2v
  duration: 5
  seed: 7
  ratio: "16:9"
  style: ${hour}, 35 mm film
shots:
  - {id: pad, prompt: "${ship}, steam venting", camera: slow push in, image: "${still}", resolution: 720p}
  - {id: crew, prompt: she lowers her visor, references: [a.png, b.png], negative_prompt: text, enhance_prompt: true}
  - {id: sky, prompt: "${ship}s climb, slowly", image: b.png, params: {watermark: true}}
  - id: arm
    model: klingai/v2.1-master-image-to-video
    prompt: the arm of the crane
    seed: null
    ratio: null
    style: null
    image: b.png
    last_image: null
    params: {cfg_scale: 0.5}
    takes: 2
  - {id: card, provider: animatic, prompt: The end, duration: 2}
"""
EVERY = ("pad", "crew", "sky")
Causes = Mapping[str, str]


@dataclass(frozen=True)
class Desk:
    """A storyboard that was built: every take has a clip on record, and the same one."""

    workshop: Workshop
    project: Project

    @classmethod
    def at(cls, folder: Path) -> Desk:
        for name, shade in (("a.png", 1), ("b.png", 2), ("c.png", 3)):
            Image.new("RGB", (640, 360), (shade, 0, 0)).save(folder / name)
        workshop = open_workshop(os.environ, here=folder, cache_dir=folder / "store")
        project = open_project(folder / "film.yaml")
        desk = cls(workshop, project)
        desk.build()
        return desk

    def build(self) -> None:
        """Record a clip for every take, as a build does."""
        store, project = self.workshop.store, self.project
        digest = store.put_bytes(b"a clip")
        run = self.open(SPEC)
        for number, row in enumerate(run.compiled.takes):
            asker = Asker(project.identity, project.asker_spec, row.shot, row.take)
            manifest = run.details()[number].manifest
            store.record(row.key, manifest=manifest, result=Result(digest), askers=[asker], now=NOON)
        remember_build(self.workshop, project, run.compiled, films=(), recipes=dict)

    def open(self, text: str) -> Run:
        self.project.spec.write_text(text, encoding="utf-8")
        return open_run(self.workshop, self.project, Wishes(reach=Reach(fetch=False)))

    def explain(self, text: str) -> dict[str, Why]:
        """Why each take of a text is to be made, by its name."""
        run = self.open(text)
        return {run.compiled.takes[number].name: why for number, why in explain_takes(run).items()}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk.at(tmp_path_factory.mktemp("desk"))
    with desk.workshop:
        yield desk


def marked(why: Why, text: str) -> Causes:
    """What stands in the text where each cause points, by the cause's name."""
    lines = text.splitlines()
    found = {}
    for cause in why.causes:
        place = cause.place
        found[cause.field] = lines[place.line - 1][place.column - 1 : place.end_column - 1] if place else ""
    return found


@pytest.mark.parametrize(
    ("edit", "field", "takes", "causes"),
    [
        # A shot's own fields
        (("steam venting", "fog"), "prompt", ["pad"], {"shots[0].prompt": '"${ship}, fog"'}),
        (("slow push in", "pan left"), "prompt", ["pad"], {"shots[0].camera": "pan left"}),
        (("lowers her", "lifts the"), "prompt", ["crew"], {"shots[1].prompt": "she lifts the visor"}),
        (("}s climb", "}s, slowly, climb"), "prompt", ["sky"], {"shots[2].prompt": '"${ship}s, slowly, climb, slowly"'}),
        (("s climb, slowly", "s climb"), "prompt", ["sky"], {"shots[2].prompt": '"${ship}s climb"'}),
        (("camera: slow push in, ", ""), "prompt", ["pad"], {"camera": '"${ship}, steam venting"'}),
        (("negative_prompt: text", "negative_prompt: words"), "negative_prompt", ["crew"], {"shots[1].negative_prompt": "words"}),
        ((", negative_prompt: text", ""), "negative_prompt", ["crew"], {"negative_prompt": "crew"}),
        (("enhance_prompt: true", "enhance_prompt: false"), "enhance_prompt", ["crew"], {"shots[1].enhance_prompt": "false"}),
        (("resolution: 720p", "resolution: 1080p"), "resolution", ["pad"], {"shots[0].resolution": "1080p"}),
        (("image: b.png, params", "image: c.png, params"), "image", ["sky"], {"shots[2].image": "c.png"}),
        (("image: b.png, params", "params"), "image", ["sky"], {"image": "sky"}),
        (("[a.png, b.png]", "[a.png, c.png]"), "references", ["crew"], {"shots[1].references[1]": "c.png"}),
        (("[a.png, b.png]", "[b.png, a.png]"), "references", ["crew"], {"shots[1].references[0]": "b.png"}),
        (("{watermark: true}", "{watermark: false}"), "params.watermark", ["sky"], {"shots[2].params.watermark": "false"}),
        (("cfg_scale: 0.5", "cfg_scale: 0.75"), "params.cfg_scale", ["arm", "arm.take2"], {"shots[3].params.cfg_scale": "0.75"}),
        (("last_image: null", "negative_prompt: rust"), "negative_prompt", ["arm", "arm.take2"], {"shots[3].negative_prompt": "rust"}),
        (("takes: 2", "takes: 3"), "take", ["arm.take3"], {"shots[3].takes": "3"}),
        (("duration: 2}", "duration: 3}"), "duration", ["card"], {"shots[4].duration": "3"}),
        # What shots share
        (("white rocket", "red rocket"), "prompt", ["pad", "sky"], {"vars.ship": "a red rocket"}),
        (("a white rocket", "a white boat"), "prompt", ["pad", "sky"], {"vars.ship": "a white boat"}),
        (("hour: dusk", "hour: dawn"), "prompt", [*EVERY, "card"], {"vars.hour": "dawn"}),
        (("still: a.png", "still: c.png"), "image", ["pad"], {"vars.still": "c.png"}),
        (("35 mm", "16 mm"), "prompt", [*EVERY, "card"], {"defaults.style": "${hour}, 16 mm film"}),
        (("seed: 7", "seed: 8"), "seed", [*EVERY, "card"], {"defaults.seed": "8"}),
        (("duration: 5", "duration: 10"), "duration", [*EVERY, "arm", "arm.take2"], {"defaults.duration": "10"}),
        (('"16:9"', '"9:16"'), "ratio", [*EVERY, "card"], {"defaults.ratio": '"9:16"'}),
        (("  duration:", '  prompt_template: "${style} — ${prompt}"\n  duration:'), "prompt", [*EVERY, "card"], {"defaults.prompt_template": '"${style} — ${prompt}"'}),
        (("wan-2-7-r2v", "happyhorse-1.1"), "model", EVERY, {"defaults.model": "alibaba/happyhorse-1.1"}),
        (("64x36", "32x18"), "output.size", ["card"], {"output.size": "32x18"}),
        (("fps: 12", "fps: 10"), "output.fps", ["card"], {"output.fps": "10"}),
    ],
)  # fmt: skip
def test_an_edit_is_traced_to_the_line_that_did_it(
    desk: Desk, edit: tuple[str, str], field: str, takes: list[str], causes: Causes
) -> None:
    """The changed field, the takes that it strikes, and the very words under the caret."""
    assert 1 == SPEC.count(edit[0])
    text = SPEC.replace(*edit)
    found = desk.explain(text)
    assert list(takes) == list(found)
    assert all(field in {change.field for change in why.changes} for why in found.values())
    assert dict.fromkeys(found, causes) == {name: marked(why, text) for name, why in found.items()}


def test_what_is_gone_from_the_defaults_is_named_where_it_is_clear(desk: Desk) -> None:
    """No line of today did it: the shot's own prompt is pointed at, and the part is named that the prompt lacks."""
    text = SPEC.replace("  style: ${hour}, 35 mm film\n", "")
    assert {
        "pad": {"style": '"${ship}, steam venting"'},
        "crew": {"prompt": "she lowers her visor"},
        "sky": {"prompt": '"${ship}s climb, slowly"'},
        "card": {"prompt": "The end"},
    } == {name: marked(why, text) for name, why in desk.explain(text).items()}


def test_a_changed_still_points_at_the_line_that_names_it(desk: Desk) -> None:
    """Other bytes under the same name."""
    still = desk.project.spec.parent / "b.png"
    kept = still.read_bytes()
    try:
        still.write_bytes((still.parent / "c.png").read_bytes())
        found = {name: marked(why, SPEC) for name, why in desk.explain(SPEC).items()}
    finally:
        still.write_bytes(kept)
    assert {
        "crew": {"shots[1].references[1]": "b.png"},
        "sky": {"shots[2].image": "b.png"},
        "arm": {"shots[3].image": "b.png"},
        "arm.take2": {"shots[3].image": "b.png"},
    } == found


def test_a_shot_that_was_never_made_has_no_cause(desk: Desk) -> None:
    """There is nothing to compare it with."""
    found = desk.explain(SPEC.replace("id: sky", "id: heaven").replace("climb", "soar"))
    assert Why("never made") == found["heaven"]
