"""Why an action is not what it was: the difference of two manifests, field by field.

Both sides come out of `manifest.generate_manifest`, so what is explained is what was keyed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from renderer.model import Json
from renderer.row import Row

NAMES = {
    ("picture", "size"): "output.size",
    ("picture", "fps"): "output.fps",
    ("tools", "ffmpeg"): "ffmpeg",
    ("tools", "design"): "animatic's look",
}
VALUE_CHARACTERS_MAX = 60


class Change(Row):
    """One field that differs. `before` or `after` is None where that side lacks the field."""

    field: str
    before: Json
    after: Json

    def __str__(self) -> str:
        return f"`{self.field}` changed: {_short(self.before)} -> {_short(self.after)}"


def changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[Change, ...]:
    """All fields in which two manifests differ, in the author's words, sorted by name; empty when equal."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    differing = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    found = {_name(path): Change(_name(path), old.get(path), new.get(path)) for path in differing}
    return tuple(found[name] for name in sorted(found))


def reason(before: Mapping[str, Json] | None, after: Mapping[str, Json]) -> str:
    """One line: why the result for `after` is not there, given the newest manifest made for the same shot."""
    if before is None:
        return "never made"
    names = [f"`{change.field}`" for change in changes(before, after)]
    return f"{', '.join(names)} changed" if names else "made before, for another take"


def _leaves(value: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json]]:
    if isinstance(value, Mapping) and set(value) != {"decimal"} and "sha256" not in value:
        for name, item in value.items():
            yield from _leaves(item, (*path, name))
    else:
        yield path, value


def _name(path: tuple[str, ...]) -> str:
    if path in NAMES:
        return NAMES[path]
    if path[0] in {"fields", "inputs"}:
        return ".".join(path[1:])
    return ".".join(path)


def _short(value: Json) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, Mapping) and "frame" in value:
        return f"frame {value['frame']} of clip {value['sha256'][:8]}"
    if isinstance(value, Mapping):
        value = value.get("decimal") or value.get("sha256", "")[:8] or value
    text = ", ".join(map(_short, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= VALUE_CHARACTERS_MAX else f"{text[: VALUE_CHARACTERS_MAX - 1]}…"
