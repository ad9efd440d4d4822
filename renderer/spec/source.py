"""The sources that a shot names, as the author wrote them: pictures, clips, sounds, and frames of other shots."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.spec.chains import read_frame
from renderer.spec.merge import Merged
from renderer.spec.origins import Origins, Spans
from renderer.spec.scene import Scene, nearest_first
from renderer.spec.variables import Filled
from renderer.spec.wording import shorten
from renderer.storyboard import Frame, Source


def read_still(
    scene: Scene, fields: Merged, name: str, origins: Origins, spans: Spans
) -> Source | Frame | None:
    """The picture of a role, or the frame of another shot that stands for it; None where there is neither. Tells S224."""
    field = fields.get(name)
    if isinstance(field, Mapping):
        return read_frame(scene, field, name, origins)
    return read_source(scene, fields, name, origins, spans)


def read_source(
    scene: Scene, fields: Merged, name: str, origins: Origins, spans: Spans, *, path_only: bool = False
) -> Source | None:
    """The source that a field names, `path_only` if it can be nothing else; tells one that is none (S224)."""
    filled = scene.filled(fields.get(name))
    if not filled.text:
        return None
    origins[name] = nearest_first([*filled.places])
    spans[name] = filled.spans
    return _read(scene, filled, name, path_only=path_only)


def read_sources(
    scene: Scene, entries: tuple[Filled, ...], name: str, origins: Origins
) -> tuple[Source, ...]:
    """The sources of a list, without those that are none and told (S224); `name.0` is the origin of its first entry."""
    origins.update(
        {f"{name}.{number}": nearest_first([*filled.places]) for number, filled in enumerate(entries)}
    )
    if entries:
        origins[name] = nearest_first([place for filled in entries for place in filled.places])
    found = [_read(scene, filled, name) for filled in entries if filled.text]
    return tuple(source for source in found if source)


def _read(scene: Scene, filled: Filled, name: str, *, path_only: bool = False) -> Source | None:
    source = Source.read(filled.text)
    if source:
        source = source.below(scene.document.text.folders.get(filled.places[0].file, ""))
    if source is None or (path_only and source.kind != "path"):
        wanted = "a path" if path_only else "a path, an https URL or a data URI"
        message = f"`{name}` must be {wanted}, not `{shorten(filled.text)}`"
        hint = "fetch it, and give its path relative to this file" if path_only else None
        scene.problems.add("S224", message, filled.places[0], hint=hint)
        return None
    return source
