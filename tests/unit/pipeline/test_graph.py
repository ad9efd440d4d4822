"""The graph of what is made: which step the engine is given first."""

from pathlib import Path

from PIL import Image

from renderer.pipeline.graph import take_graph
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import open_project
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import open_workshop

SPEC = """\
version: 1
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9"}
shots:
  - {id: card, prompt: alone, image: a.png}
  - {id: pad, prompt: steam, image: a.png}
  - {id: sky, prompt: galaxies, image: {last_frame_of: pad}}
  - {id: end, prompt: credits, image: {last_frame_of: sky}}
"""


def test_the_longest_chain_goes_first(tmp_path: Path) -> None:
    """What most waits for comes first, wherever it stands in the file; the engine starts steps in this order."""
    Image.new("RGB", (96, 54)).save(tmp_path / "a.png")
    spec = tmp_path / "film.yaml"
    spec.write_text(SPEC)
    with open_workshop({"RENDERER_CACHE_DIR": str(tmp_path / "store")}, here=tmp_path) as workshop:
        run = open_run(workshop, open_project(spec), Wishes())
        steps = [step.name for step in take_graph(run, run.dirty()).steps]
    takes = [name for name in steps if name in {"card", "pad", "sky", "end"}]
    assert "pad" == takes[0]
    assert takes.index("pad") < takes.index("sky") < takes.index("end")
    assert takes.index("sky") < takes.index("card")
