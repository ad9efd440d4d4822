"""Storyboards as values: drawn by hypothesis, written as YAML in any order, compiled by the library."""

from __future__ import annotations

import os
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st
from PIL import Image

from renderer.pipeline.project import Reach, open_project
from renderer.pipeline.reading.examine import Examined, examine
from renderer.pipeline.workshop import Workshop, open_workshop

STILLS = ("a.png", "b.png", "c.png")
TONE = "tone.wav"
PAID = {"provider": "aimlapi", "model": "gen3a_turbo"}
FREE = {"provider": "animatic"}

Shot = dict[str, Any]
Storyboard = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """Where storyboards are compiled: a folder with stills, and a store that remembers ffmpeg's name."""

    folder: Path
    workshop: Workshop

    @classmethod
    def at(cls, folder: Path) -> Table:
        for number, name in enumerate(STILLS):
            Image.new("RGB", (16, 9), (number, 0, 0)).save(folder / name)
        (folder / TONE).write_bytes(tone())
        workshop = open_workshop(os.environ, here=folder, cache_dir=folder / "store")
        workshop.store.put_bytes(b"so that there is a store")
        return cls(folder, workshop)

    def examine(self, text: str) -> Examined:
        """Compile a text, remembering nothing; it is without errors."""
        spec = self.folder / "film.yaml"
        spec.write_text(text, encoding="utf-8")
        found = examine(self.workshop, open_project(spec), reach=Reach(fetch=False))
        assert found.is_sound, [diagnostic.message for diagnostic in found.diagnostics]
        return found

    def keys(self, storyboard: Mapping[str, Any]) -> list[str]:
        """The key of each take, in order of the file."""
        return self.keys_of(written(storyboard))

    def keys_of(self, text: str) -> list[str]:
        return [row.key for row in self.examine(text).compiled.takes]


def tone() -> bytes:
    """A tenth of a second of silence, as a WAV file."""
    content = BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    return content.getvalue()


def written(storyboard: Mapping[str, Any]) -> str:
    """A storyboard as YAML, fields in the order in which they stand."""
    return yaml.safe_dump(dict(storyboard), sort_keys=False, allow_unicode=True, width=10_000)


def storyboard(shots: Sequence[Shot], *, defaults: Mapping[str, Any], **more: Any) -> Storyboard:
    return {"version": 1, "defaults": dict(defaults), "shots": list(shots), **more}


WORDS = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), max_size=20
)
PROMPTS = WORDS.map(lambda words: f"a {words.replace('$', '')} launch")


def requests(*, paid: bool) -> st.SearchStrategy[Shot]:
    """What a shot may ask for; few values each, so that equal requests come up."""
    optional = {
        "last_image": st.sampled_from(STILLS),
        "seed": st.sampled_from([1, 2, 3]),
        "camera": st.sampled_from(["pan left", "slow push in"]),
        "style": st.sampled_from(["dusk", "35 mm film"]),
        "duration": st.sampled_from([5, 10] if paid else [0.5, 1, 2.5]),
        "ratio": st.sampled_from(["16:9", "9:16"]),
        "takes": st.integers(1, 3),
    }
    return st.fixed_dictionaries(
        {"prompt": PROMPTS | st.sampled_from(["steam", "stars"]), "image": st.sampled_from(STILLS)},
        optional=optional,
    )


def shots(*, paid: bool) -> st.SearchStrategy[list[Shot]]:
    """Two to four shots with ids of their own."""
    return st.lists(requests(paid=paid), min_size=2, max_size=4).map(
        lambda asked: [{"id": f"s{number}", **request} for number, request in enumerate(asked)]
    )
