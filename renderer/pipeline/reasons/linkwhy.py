"""Why a chained take is another request: its parent has another clip, or another frame of it is meant, and which line says so."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.model import Json
from renderer.pipeline.run import Run
from renderer.plan.cause import Cause
from renderer.plan.explain import Change
from renderer.plan.rows import LinkRow
from renderer.storyboard import Shot


def links_by_role(run: Run, number: int) -> dict[str, LinkRow]:
    """The links of a take, by role; none for one that is not chained."""
    chain = next((chain for chain in run.compiled.chains if chain.take == number), None)
    return {link.role: link for link in chain.links} if chain else {}


def causes_of_link(run: Run, link: LinkRow, change: Change, shot: Shot) -> tuple[Cause, ...] | None:
    """What moved the frame of a link; none where its parent has another clip, None where it was no frame before."""
    before, after = change.before, change.after
    if not (is_frame(before) and is_frame(after)):
        return None
    if before["sha256"] != after["sha256"]:
        return ()
    place = shot.origin(f"{link.role}.at")
    if link.at is None:
        numbers = [number for number, row in enumerate(run.compiled.takes) if row.shot == link.shot][:1]
        shots = (detail.shot for detail in run.details(numbers).values())
        parents = [parent for parent in shots if parent and parent.id == link.shot]
        place = parents[0].origin("use") if parents else place
    return (Cause(place.path.removeprefix("$."), place),)


def is_frame(value: Json) -> bool:
    """Whether what a manifest holds of an input is a frame of a clip."""
    return isinstance(value, Mapping) and "frame" in value


def named(value: Json, links: Mapping[str, LinkRow], today: Mapping[str, Json], role: str) -> Json:
    """A frame with the shot whose clip it is of, if that is a clip of today's parent."""
    link, now = links.get(role), today.get("inputs", {}).get(role)
    if link is None or not is_frame(value) or value["sha256"] != now["sha256"]:
        return value
    return {**value, "shot": link.shot}
