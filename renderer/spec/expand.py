"""The storyboard as meant: validation in one pass over shape and meaning, and expansion to `Storyboard`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer.diagnostic import Diagnostic
from renderer.model import base_of
from renderer.spec.cast import read_characters
from renderer.spec.chains import check_loops, check_parents
from renderer.spec.cut import check_ids, read_budget, read_own_sequences, read_sequence, tell_left_out
from renderer.spec.document import Document
from renderer.spec.following import follow_parents
from renderer.spec.merge import Merged, Written, merge
from renderer.spec.nodes import Fields, Items
from renderer.spec.outputs import read_outputs, warn_grounds
from renderer.spec.overrides import check_overrides
from renderer.spec.problems import Problems
from renderer.spec.profiles import Profile, choose, read_profiles, variables_of
from renderer.spec.prompt import composed
from renderer.spec.scene import ALONE, Beside, Scene
from renderer.spec.shape import check_shape, check_version, prune
from renderer.spec.shots import expand_entry
from renderer.spec.takes import check_rivals
from renderer.spec.tempo import read_tempos
from renderer.spec.text import Path
from renderer.spec.tracks import read_tracks
from renderer.spec.variables import Variables
from renderer.storyboard import Storyboard


def validate(document: Document, *, schema: Mapping[str, Any]) -> list[Diagnostic]:
    """The faults of shape, and where there are any, those of meaning in all that is left, in order of place.

    `schema` is `storyboard.schema.json`, loaded. An empty list, or one of warnings, means that `expand` may be
    called, which tells the faults of meaning. An unknown `version` is looked at first and told alone.
    """
    problems = Problems()
    with problems.gathering():
        problems.extend(document.diagnostics)
        if check_version(document, problems):
            faults = check_shape(document, problems, schema=schema)
            if problems.errors:
                _expand(prune(document, faults), problems, provider=None, faults=tuple(faults))
    return problems.sorted()


def interpret(
    document: Document,
    *,
    schema: Mapping[str, Any],
    provider: str | None = None,
    profile: str | None = None,
    beside: Beside = ALONE,
) -> tuple[Storyboard | None, list[Diagnostic]]:
    """`validate` and `expand` at once: all that is wrong, and the storyboard as far as it can be understood.

    `profile` wins over defaults and shots, `provider` over all three. Of an excerpt, `beside` says what the shots that were
    left out add to the whole. Raises `UsageError` U010 for a profile that is not there. With an error among the diagnostics the storyboard lacks what is at fault, and is good only for looking
    for more faults; it is None where nothing can be understood.
    """
    problems = Problems()
    storyboard: Storyboard | None = None
    with problems.gathering():
        problems.extend(document.diagnostics)
        if check_version(document, problems):
            faults = [
                *check_shape(document, problems, schema=schema, forms=beside.forms),
                *document.faults,
            ]
            rest = prune(document, faults) if problems.errors else document
            storyboard = _expand(
                rest, problems, provider=provider, profile=profile, faults=tuple(faults), beside=beside
            )
    return storyboard, problems.sorted()


def expand(document: Document, *, provider: str | None = None) -> tuple[Storyboard, list[Diagnostic]]:
    """The storyboard that a document of valid shape means, and warnings in order of place.

    Defaults are merged, variables filled in, prompts put together; `provider` wins over defaults and shots.
    Shots come in the order of the text, slots in cut order. Raises `SpecError` with S204, S206 to S252 or
    S501 to S503, all at once.
    """
    problems = Problems()
    storyboard: Storyboard | None = None
    with problems.gathering():
        storyboard = _expand(document, problems, provider=provider, faults=())
    problems.raise_errors()
    assert storyboard, "BUG: an expansion without a storyboard and without an error"
    return storyboard, problems.sorted()


def _expand(
    document: Document,
    problems: Problems,
    *,
    provider: str | None,
    faults: tuple[Path, ...],
    profile: str | None = None,
    beside: Beside = ALONE,
) -> Storyboard:
    outputs = read_outputs(document, problems)
    profiles = read_profiles(document, problems)
    scene = Scene(
        document=document,
        problems=problems,
        variables=Variables(document, problems, faults=faults, characters=beside.characters),
        defaults=_defaults(document),
        outputs=outputs,
        provider=provider,
        faults=faults,
        places_known={},
        profile=choose(profiles, profile, faults=faults),
        tempos=read_tempos(document, faults=faults),
    )
    _check_shared(scene, profiles)
    title = scene.filled(_top(document, "title"))
    scene = scene._replace(characters=read_characters(scene))
    scene.variables.asked()
    node = document.node(("shots",))
    items = node.nodes if isinstance(node, Items) else ()
    shots = [
        shot
        for number, item in enumerate(items)
        if isinstance(item, Fields)
        for shot in expand_entry(scene, item, number)
    ]
    known = check_ids(problems, shots)
    complete = bool(items) and len({shot.item for shot in shots}) == len(items)
    check_parents(scene, known, complete=complete, elsewhere=beside.shots)
    known = follow_parents(known, outputs, elsewhere=beside.shots)
    check_loops(scene, known)
    sequence = read_sequence(scene, known, complete=complete, elsewhere=beside.shots)
    outputs = read_own_sequences(scene, known, complete=complete, elsewhere=beside.shots)
    ids = list(dict.fromkeys(map(base_of, [*known, *sorted(beside.shots)])))
    tracks = read_tracks(scene, ids, complete=complete)
    if not problems.errors:
        _warn_unused(scene, used=beside.variables)
    storyboard = Storyboard(
        file=document.file,
        title=composed(title.text) or None,
        outputs=outputs,
        shots=tuple(known.values()),
        sequence=sequence,
        is_cut=isinstance(document.node(("sequence",)), Items),
        budget=read_budget(document),
        tracks=tracks,
    )
    if complete:
        tell_left_out(problems, storyboard, elsewhere=beside.shots)
        warn_grounds(document, problems, storyboard)
    return storyboard


def _defaults(document: Document) -> Merged:
    node = document.node(("defaults",))
    return merge(node.entries, {}, ("defaults",)) if isinstance(node, Fields) else {}


def _check_shared(scene: Scene, profiles: Mapping[str, Profile]) -> None:
    """Tell what is wrong with the fields of many shots, each once, and count the variables of all profiles as used."""
    node = scene.document.node(("defaults",))
    if isinstance(node, Fields):
        check_rivals(scene, node.entries, ("defaults",))
        check_overrides(scene, node.entries, ("defaults",))
    for profile in profiles.values():
        check_rivals(scene, profile.entries, profile.path)
        check_overrides(scene, profile.entries, profile.path)
    scene.variables.used |= set(variables_of(profiles))


def _top(document: Document, name: str) -> Written | None:
    node = document.node((name,))
    return Written(node, (name,)) if node else None


def _warn_unused(scene: Scene, *, used: frozenset[str]) -> None:
    for name in scene.variables.written:
        if name not in scene.variables.used and name not in used:
            place = scene.document.place_of_key(("vars", name))
            if place.file != scene.document.file:
                continue  # what is shared need not be of use to everyone
            message = f"the variable `{name}` is never used"
            scene.problems.add(
                "S222", message, place, severity="warning", hint=f"put `${{{name}}}` into a prompt"
            )
