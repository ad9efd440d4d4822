"""A storyboard as it was at another revision, compiled beside today's: which takes and films differ, and why.

The files of the revision are written to a folder of their own; the work tree is not touched. Nothing is spent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from renderer.errors import SpecError, UsageError
from renderer.git import Tree, read_tree
from renderer.model import Json
from renderer.pipeline.project import Project
from renderer.pipeline.reading.examine import Examined, examine
from renderer.pipeline.reasons.heard import CARD
from renderer.pipeline.reasons.joined import differences, enters_of, fits_of, sound_recipe, words_of
from renderer.pipeline.reasons.lines import cause_lines, outcome, shot_line_of
from renderer.pipeline.reasons.linkwhy import links_by_role
from renderer.pipeline.reasons.why import Why, why_of
from renderer.pipeline.run import Run
from renderer.plan.chain import symbols
from renderer.plan.film import OutputRow, SlotRow
from renderer.plan.manifest import without_frames
from renderer.plan.rows import Compiled, Detail, TakeRow
from renderer.report.diff import Comparison, Difference, Kind
from renderer.report.run import ShotLine
from renderer.row import Row
from renderer.storyboard import Source, Storyboard

TEXTS = (".yaml", ".yml")


class Former(Row):
    """A storyboard at a revision: its rows, and the details of its takes."""

    commit: str
    compiled: Compiled
    details: Sequence[Detail]


def compile_revision(run: Run, revision: str) -> Former:
    """The storyboard of a run as it was at a revision.

    Raises `SpecError` where it has errors there, `UsageError` U080 to U082 where it is not to be had.
    """
    project = run.project
    tree = read_tree(project.spec.parent, revision)
    spec = _below(project.spec, tree.top)
    if spec not in tree.blobs:
        raise UsageError(
            f"`{project.label}` is not in `{revision}`",
            code="U082",
            facts=[("commit", tree.commit[:12])],
            hint="`renderer plan` says what it would cost; all of it is new",
        )
    with TemporaryDirectory(prefix="renderer-") as folder:
        root = Path(folder).resolve()
        former = project._replace(
            root=root / _below(project.root, tree.top), spec=root / spec, label=f"{revision}:{project.label}"
        )
        examined = _examined(run, former, tree, root)
        return Former(tree.commit, examined.compiled, examined.details)


def _examined(run: Run, former: Project, tree: Tree, root: Path) -> Examined:
    """Write the texts, see which files they name, write those, and compile."""
    tree.export([path for path in tree.blobs if path.endswith(TEXTS)], folder=root)
    reach = run.wishes.reach
    named = {
        _named(source, former, root)
        for source in named_sources(examine(run.workshop, former, reach=reach).storyboard)
    }
    tree.export(sorted(named & tree.blobs.keys()), folder=root)
    examined = examine(run.workshop, former, reach=reach)
    if not examined.is_sound:
        raise SpecError(examined.diagnostics)
    return examined


def named_sources(storyboard: Storyboard) -> Iterator[Source]:
    """The files that a storyboard's shots and tracks name, as they are written."""
    found = [track.source for track in storyboard.tracks]
    for shot in storyboard.shots:
        if request := shot.request:
            asked = (request.image, request.last_image, request.video, request.audio, *request.references)
            found += [source for source in asked if isinstance(source, Source)]
        found += [shot.clip] if shot.clip else []
    return (source for source in found if source.kind == "path")


def _named(source: Source, former: Project, root: Path) -> str:
    """The path in the repository that a source means; one outside it is of today."""
    return _below((former.spec.parent / source.text).resolve(), root)


def _below(path: Path, top: Path) -> str:
    try:
        return path.resolve().relative_to(top.resolve()).as_posix()
    except ValueError:
        return PurePath(path).as_posix()


def compare_with(run: Run, revision: str) -> Comparison:
    """The takes of a run, and its films, against those of a revision. Raises as `compile_revision`."""
    former = compile_revision(run, revision)
    shots = differences_of(run, former)
    return Comparison(
        spec=run.project.label,
        revision=revision,
        commit=former.commit,
        shots=shots,
        films=film_differences(run, former),
        same=len(run.selected) - sum(one.kind != "removed" for one in shots),
    )


def differences_of(run: Run, former: Former) -> list[Difference]:
    """What became of each take, those of today in order, then those that are gone; takes as they were are left out."""
    old = {row.name: number for number, row in enumerate(former.compiled.takes)}
    before_keys, today_keys = symbols(former.compiled), symbols(run.bare)
    names_of = dict(
        zip(reversed(before_keys), (row.name for row in reversed(former.compiled.takes)), strict=True)
    )
    found = []
    for number in sorted(run.selected):
        row = run.compiled.takes[number]
        before = old.get(row.name)
        if before is not None and before_keys[before] == today_keys[number]:
            continue
        kind: Kind = "added" if before is None else "changed"
        why = Why("new") if before is None else _why(run, number, former.details[before])
        if name := names_of.get(today_keys[number]):
            kind, why = "renamed", Why(f"the clip that `{name}` had")
        line = _line(run, number, why)
        if kind == "renamed":
            line = line._replace(estimate_usd=Decimal(0))
        found.append(Difference(kind, line, cause_lines(why)))
    names = {row.name for row in run.compiled.takes}
    gone = [row for row in former.compiled.takes if row.name not in names and not run.wishes.shots]
    return found + [Difference("removed", _gone(run, row), ()) for row in gone]


def _why(run: Run, number: int, before: Detail) -> Why:
    """In what a take differs; a chained one that asks for the same itself differs by its parents."""
    detail = run.details([number])[number]
    links = links_by_role(run, number)
    if not links:
        return why_of(without_frames(before.manifest), detail)
    why = why_of(before.manifest, detail._replace(manifest=without_frames(detail.manifest)))
    if why.changes:
        return why
    parents = " and ".join(f"`{shot}`" for shot in dict.fromkeys(link.shot for link in links.values()))
    return why._replace(reason=f"it starts from another frame or clip of {parents}")


def _line(run: Run, number: int, why: Why) -> ShotLine:
    row, result = run.compiled.takes[number], run.results[number]
    return shot_line_of(
        run, row, result, outcome=outcome(run, row, result), verdict=run.verdict(number).value, why=why
    )


def _gone(run: Run, row: TakeRow) -> ShotLine:
    return shot_line_of(
        run, row, None, outcome="reused", verdict="reused", why=Why("not in the storyboard any more")
    )


def film_differences(run: Run, former: Former) -> list[tuple[str, str]]:
    """In what each film differs, by its output's name; films that are as they were are left out."""
    old = {output.name: _recipe(former.compiled, output) for output in former.compiled.outputs}
    new = {output.name: _recipe(run.bare, output) for output in run.compiled.outputs}
    told = [
        (name, "new" if name not in old else differences(old[name], made, output=name))
        for name, made in new.items()
    ]
    gone = [(name, "not in the storyboard any more") for name in old if name not in new]
    return [(name, words) for name, words in told if words] + gone


def _recipe(compiled: Compiled, output: OutputRow) -> Mapping[str, Json]:
    """What a film is to be joined of, each clip by what its take asks for or by the digest of its file."""
    asked = symbols(compiled)
    slots = [
        [
            slot.shot,
            _shown(compiled, slot, asked),
            slot.first,
            slot.frames,
        ]
        for slot in output.slots
    ]
    settings = {"size": output.size, "fps": output.fps, "fit": output.fit, "ffmpeg": ""}
    sound = sound_recipe(output, compiled.tracks)
    return {**settings, "slots": slots, **fits_of(output), **sound, **words_of(output), **enters_of(output)}


def _shown(compiled: Compiled, slot: SlotRow, asked: Sequence[str]) -> str:
    if slot.take >= 0:
        return asked[slot.take]
    return compiled.footage[slot.footage].sha256 if slot.footage >= 0 else CARD
