"""Media in keys: by the digest of their bytes, wherever the author names them."""

import os
from pathlib import Path
from typing import Any

import pytest

from renderer.digest import digest_bytes
from renderer.pipeline.project import Reach, open_project
from renderer.pipeline.reading.examine import Examined, examine
from renderer.pipeline.workshop import open_workshop
from renderer.plan.explain import changes

from .test_golden_keys import DOT

CLIP = b"\0\0\0\x20ftypisom" + bytes(64)
VOICE = b"RIFF\0\0\0\0WAVEfmt " + bytes(64)
SEEDANCE = """\
version: 1
defaults: {provider: aimlapi, model: bytedance/seedance-2-0}
shots:
  - id: pad
    prompt: a launch
    references: [dot.png, copy.png]
    video: clip.mp4
    audio: voice.wav
    resolution: 480p
    params: {audio_urls: [voice.wav]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A still and its copy, a clip and a voice."""
    files = {"dot.png": DOT, "copy.png": DOT, "clip.mp4": CLIP, "voice.wav": VOICE}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def examined(folder: Path, text: str) -> Examined:
    """What a storyboard compiles to."""
    (folder / "film.yaml").write_text(text, encoding="utf-8")
    with open_workshop(os.environ, here=folder, cache_dir=folder / "store") as workshop:
        return examine(workshop, open_project(folder / "film.yaml"), reach=Reach(fetch=False))


def named(content: bytes) -> dict[str, Any]:
    """How a manifest names some bytes."""
    digest = digest_bytes(content)
    return {"sha256": digest.sha256, "size_bytes": digest.size_bytes}


def test_every_medium_is_keyed_by_its_digest(folder: Path) -> None:
    """One as a digest, several as digests in order; a file among `params` by its place."""
    found = examined(folder, SEEDANCE)
    assert [] == found.diagnostics
    (detail,) = found.details
    assert {
        "references": [named(DOT), named(DOT)],
        "video": named(CLIP),
        "audio": named(VOICE),
        "params.audio_urls": [named(VOICE)],
    } == detail.manifest["inputs"]
    assert {"prompt": "a launch", "resolution": "480p"} == detail.manifest["fields"]
    assert "params" not in detail.manifest


def test_the_files_of_a_take_are_known_by_role(folder: Path) -> None:
    """So that what was keyed is what is sent; each file is an input that a build watches."""
    found = examined(folder, SEEDANCE)
    paths = {role: [path for *_, path in given] for role, given in found.details[0].inputs.items()}
    assert {
        "references": ["dot.png", "copy.png"],
        "video": ["clip.mp4"],
        "audio": ["voice.wav"],
        "params.audio_urls": ["voice.wav"],
    } == paths
    assert {"dot.png", "copy.png", "clip.mp4", "voice.wav"} == {path for path, *_ in found.compiled.inputs}


def test_another_order_of_references_is_another_request(folder: Path) -> None:
    """And the reason names the field."""
    (folder / "copy.png").write_bytes(DOT + b"\0")
    before, after = (
        examined(folder, SEEDANCE.replace("[dot.png, copy.png]", f"[{names}]")).details[0].manifest
        for names in ("dot.png, copy.png", "copy.png, dot.png")
    )
    assert ["references"] == [change.field for change in changes(before, after)]
    assert str(changes(before, after)[0]).startswith("`references` changed: ")


def test_what_is_no_sound_is_told_at_its_place(folder: Path) -> None:
    """Before anything is paid for, also in a list and among `params`."""
    text = SEEDANCE.replace("[voice.wav]", "[voice.wav, dot.png]").replace("copy.png", "nothing.png")
    found = [(told.code, told.place and told.place.line) for told in examined(folder, text).diagnostics]
    assert [("S401", 6), ("S412", 10)] == found


def test_an_animatic_passes_over_what_it_cannot_draw(folder: Path) -> None:
    """A preview needs neither the files nor the words of another model, and its key is that without them."""
    bare = "version: 1\nshots:\n  - {id: pad, prompt: a launch, image: dot.png}\n"
    more = bare.replace(
        "image:", "references: [no.png], audio: no.wav, video: no.mp4, enhance_prompt: true, image:"
    )
    plain, whole = examined(folder, bare), examined(folder, more)
    assert [] == whole.diagnostics
    assert plain.compiled.takes[0].key == whole.compiled.takes[0].key


def test_a_model_without_the_field_neither_looks_nor_keys(folder: Path) -> None:
    """gen3a_turbo takes no references: a warning, and the file need not be there."""
    head = "version: 1\ndefaults: {provider: aimlapi, model: gen3a_turbo}\nshots:\n"
    bare = f"{head}  - {{id: pad, image: dot.png}}\n"
    plain = examined(folder, bare)
    more = examined(folder, bare.replace("image:", "resolution: 720p, references: [no.png], image:"))
    assert [("S308", "warning"), ("S308", "warning")] == [
        (told.code, told.severity) for told in more.diagnostics
    ]
    assert plain.compiled.takes[0].key == more.compiled.takes[0].key


def test_a_shot_may_be_made_from_a_clip_alone(folder: Path) -> None:
    """Without prompt and image, where the model asks for neither."""
    head = "version: 1\ndefaults: {provider: aimlapi, model: magic/video-to-video}\nshots:\n"
    found = examined(folder, f"{head}  - {{id: pad, video: clip.mp4}}\n")
    assert [] == found.diagnostics
    assert {"video": named(CLIP)} == found.details[0].manifest["inputs"]
