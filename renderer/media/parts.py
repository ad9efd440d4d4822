"""What a film is joined of: all that whoever joins it needs to know before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from renderer.model import Json, Size
from renderer.row import NOTHING, Row


class Parts(Row):
    """What a film is joined of and where it is to be: pictures in cut order, ≥ 1, each whole and of so many frames.

    `notes` are what the film says of itself (`join_manifest`).
    """

    pictures: Sequence[Path]
    frames: Sequence[int]
    fps: Fraction
    size: Size
    sound: Path | None
    output: Path
    notes: Mapping[str, Json] = NOTHING

    @property
    def source(self) -> str | None:
        """What kind of source it is, in IPTC's word, where it says so."""
        return self.notes.get("source")

    def to_json(self) -> dict[str, Json]:
        return {
            "pictures": [str(path) for path in self.pictures],
            "frames": [*self.frames],
            "fps": str(self.fps),
            "size": str(self.size),
            "sound": self.sound and str(self.sound),
            "output": str(self.output),
            "notes": {**self.notes},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Parts:
        """The inverse of `to_json`."""
        return cls(
            pictures=[Path(path) for path in value["pictures"]],
            frames=value["frames"],
            fps=Fraction(value["fps"]),
            size=Size.parse(value["size"]),
            sound=value["sound"] and Path(value["sound"]),
            output=Path(value["output"]),
            notes=value["notes"],
        )
