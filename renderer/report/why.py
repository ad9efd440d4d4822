"""Why each take and film stands as it does, at length: values for it, the text with the source lines, the JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from renderer.diagnostic import Place
from renderer.model import Json
from renderer.report.diagnostics import render_place
from renderer.report.run import FilmLine, ShotLine, id_json
from renderer.report.text import paint, take_name
from renderer.report.visible import visible
from renderer.row import Row

VERSION = 1
CONTEXT_CHARACTERS = 40
SOURCES_MAX = 12
"""How many places of one take are shown with their lines."""


class ChangeLine(Row):
    """One field before and after, as values of JSON; of two texts, `pieces` are the words that stayed, went and came."""

    field: str
    before: Json
    after: Json
    pieces: tuple[tuple[str, str], ...] = ()


class Story(Row):
    """All there is to say of one take: its line in a plan, what changed, where that is written, what can be done."""

    shot: ShotLine
    changes: tuple[ChangeLine, ...] = ()
    places: tuple[Place, ...] = ()
    hint: str = ""


def story_lines(story: Story, *, sources: Mapping[str, str | None], colour: bool) -> list[str]:
    """A headline, each place with its line, then the fields before and after."""
    shot = story.shot
    verdict = shot.verdict.replace("_", " ")
    lines = [
        f"{paint(verdict, shot.verdict, colour=colour)}  {visible(take_name(shot.id, shot.take))}: {visible(_reason(shot))}"
    ]
    for place in story.places[:SOURCES_MAX]:
        lines += render_place(place, source=sources.get(place.file), colour=colour)
    width = max((len(change.field) for change in story.changes), default=0)
    lines += [f"  {change.field:<{width}}  {visible(_difference(change))}" for change in story.changes]
    return [*lines, "", f"hint: {visible(story.hint)}"] if story.hint else lines


def _reason(shot: ShotLine) -> str:
    if not shot.causes:
        return shot.reason
    return f"{', '.join(f'`{cause.field}`' for cause in shot.causes)} changed"


def _difference(change: ChangeLine) -> str:
    if change.pieces:
        return "".join(_piece(*piece) for piece in _with_context(change.pieces))
    return f"{_value(change.before)} -> {_value(change.after)}"


def _piece(sign: str, text: str) -> str:
    return {"-": f"[-{text}-]", "+": f"{{+{text}+}}"}.get(sign, text)


def _with_context(pieces: Sequence[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """The pieces, of those that stayed only what stands next to the others."""
    for number, (sign, text) in enumerate(pieces):
        if sign != "=" or len(text) <= 2 * CONTEXT_CHARACTERS:
            yield sign, text
            continue
        head = text[:CONTEXT_CHARACTERS] if number else ""
        tail = text[-CONTEXT_CHARACTERS:] if number < len(pieces) - 1 else ""
        yield sign, f"{head}…{tail}"


def _value(value: Json) -> str:
    if value is None:
        return "(not given)"
    if isinstance(value, Mapping) and "path" in value:
        return f"{value['path']}, {_value({'sha256': value['sha256']})}"
    if isinstance(value, Mapping) and "frame" in value:
        whose = f"the clip of `{value['shot']}`" if "shot" in value else f"clip {value['sha256'][:8]}"
        return f"frame {value['frame']} of {whose}"
    if isinstance(value, Mapping):
        value = value.get("decimal") or str(value.get("sha256", ""))[:8] or value
    return ", ".join(map(_value, value)) if isinstance(value, list) else str(value)


def film_story(film: FilmLine, *, colour: bool) -> str:
    """One line for a film."""
    reason = film.reason or "its clips and its cut are as they were"
    return f"{paint(film.verdict, film.verdict, colour=colour)}  {visible(film.file)}: {visible(reason)}"


def why_json(*, spec: str, stories: Iterable[Story], films: Iterable[FilmLine]) -> dict[str, Json]:
    """The object that `why --json` prints."""
    return {
        "version": VERSION,
        "spec": spec,
        "shots": [_story_json(story) for story in stories],
        "sequences": [
            {"output": film.output, "verdict": film.verdict, "reason": film.reason} for film in films
        ],
    }


def _story_json(story: Story) -> dict[str, Json]:
    shot = story.shot
    return {
        **id_json(shot.id, shot.take),
        "key": shot.known_key,
        "verdict": shot.verdict,
        "reason": shot.reason,
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after}
            for change in story.changes
        ],
        "causes": [cause._asdict() for cause in shot.causes],
        "hint": story.hint or None,
    }
