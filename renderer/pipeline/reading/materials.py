"""The media of one request by role: each source found, checked and digested, every fault a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from renderer.catalogue.entry import Model
from renderer.catalogue.media import Role, sort_of
from renderer.catalogue.resolve import resolve
from renderer.diagnostic import Finding
from renderer.digest import Digest
from renderer.model import Size
from renderer.pipeline.reading.inputs import InputDesk, Material
from renderer.row import Row
from renderer.storyboard import Frame, Request, Source

STILLS = ("image", "last_image")
"""What is always looked at, also for a model that takes neither, and all that a free provider draws."""

PARAMS = "params."

NO_FRAMES: Mapping[Role, Frame] = MappingProxyType({})
Given = Material | tuple[Material, ...]


class Materials(Row):
    """What was found for each role: a material, or those of a list in order. Roles with a fault are left out.

    `frames` are the roles that frames of other shots stand in, which there is nothing to be found of yet.
    """

    given: Mapping[Role, Given]
    findings: tuple[Finding, ...] = ()
    frames: Mapping[Role, Frame] = NO_FRAMES

    @property
    def sizes(self) -> dict[Role, Size]:
        """The size of each still that stands alone in its role."""
        return {
            role: given.size
            for role, given in self.given.items()
            if isinstance(given, Material) and given.size
        }

    @property
    def digests(self) -> dict[Role, Digest | Sequence[Digest]]:
        """What a key holds of each role."""
        return {
            role: given.digest if isinstance(given, Material) else [item.digest for item in given]
            for role, given in self.given.items()
        }


def find_materials(
    desk: InputDesk, request: Request, *, model: Model, folder_of: Callable[[Role], str]
) -> Materials:
    """The materials of all media that a model takes of a request; a still that it does not take is looked at, too.

    `folder_of` says where a path among `params` begins, which are media only to those who know the model.
    """
    taken = {
        role: _below(sources, folder_of(role)) if role.startswith(PARAMS) else sources
        for role, sources in resolve(request, model=model).media.items()
    }
    frames = {role: given for role, given in taken.items() if isinstance(given, Frame)}
    stills = {
        role: source for role in STILLS if isinstance(source := getattr(request, role), Source) and source
    }
    given: dict[Role, Given] = {}
    findings: list[Finding] = []
    for role, sources in (stills if model.lenient else {**stills, **taken}).items():
        if role in frames:
            continue
        found = _find(desk, role, sources, model=model)
        findings.extend(item for item in found if isinstance(item, Finding))
        materials = tuple(item for item in found if isinstance(item, Material))
        if role in taken and materials and len(materials) == len(found):
            given[role] = materials[0] if isinstance(sources, Source) else materials
    return Materials(given, tuple(findings), frames)


def _below(sources: Source | tuple[Source, ...], folder: str) -> Source | tuple[Source, ...]:
    if isinstance(sources, Source):
        return sources.below(folder)
    return tuple(source.below(folder) for source in sources)


def _find(
    desk: InputDesk, role: Role, sources: Source | tuple[Source, ...], *, model: Model
) -> list[Material | Finding | None]:
    sort = sort_of(role, model=model)
    if isinstance(sources, Source):
        return [_on(desk.medium(sort, sources), role)]
    return [_on(desk.medium(sort, source), f"{role}.{number}") for number, source in enumerate(sources)]


def _on(found: Material | Finding | None, role: Role) -> Material | Finding | None:
    return found._replace(field=tuple(role.split("."))) if isinstance(found, Finding) else found
