"""The graph of the takes that a build makes: parent, frame, child; each key known as soon as what it starts from is there.

One step for each request, and one for each frame that some request starts from. Chains that have nothing to do with one
another run side by side; where there is a choice, the one that will take longest goes first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from renderer.errors import GateError
from renderer.execute.events import Finished, Outcome
from renderer.execute.step import Ending, Step
from renderer.media.manifests import frame_manifest
from renderer.model import Asker, Result
from renderer.pipeline.actions import askers_of, take_action, take_inputs
from renderer.pipeline.clips.chains import Parents
from renderer.pipeline.clips.locked import lost_error
from renderer.pipeline.clips.shots import select
from renderer.pipeline.film.pieces import with_reading
from renderer.pipeline.order import longest_first
from renderer.pipeline.run import Run
from renderer.pipeline.steps import LOCAL, Decide, run_all, take_step
from renderer.plan.action import Action, Input
from renderer.plan.chain import frame_number, with_frames
from renderer.plan.rows import ChainRow, Detail, LinkRow

if TYPE_CHECKING:
    import asyncio

    from renderer.execute.engine import Chore
    from renderer.execute.events import Emit, Event
    from renderer.pipeline.buying.shop import Shop


class Graph:
    """The steps that make some takes of a run. `keys` are those of the takes by their steps' names: of one that is not known yet, its placeholder.

    `shop` buys; without one nothing is bought.
    """

    def __init__(self, run: Run, makers: Mapping[str, int]) -> None:
        self.run, self.makers = run, makers
        self.steps: list[Step] = []
        self.keys: dict[str, str] = {}
        self.shop: Shop | None = None

    @property
    def names(self) -> dict[str, str]:
        """The names of the takes by their keys, as far as those are known."""
        return {key: name for name, key in self.keys.items()}

    def part(self, names: Sequence[str]) -> Graph:
        """Some of its takes, by name, once more, with whatever is there by now of what they need."""
        takes = self.run.compiled.takes
        return take_graph(self.run, [n for n in self.makers.values() if takes[n].name in names])


def take_graph(run: Run, numbers: Sequence[int]) -> Graph:
    """The steps of some takes, in order of the file; where some are chained, those on the longest way first."""
    takes = run.compiled.takes
    graph = Graph(run, {takes[number].key: number for number in reversed(numbers)})
    if not numbers:
        return graph
    wanted = sorted(graph.makers.values())
    chains = {chain.take: chain for chain in run.bare.chains}
    chains = {number: chains[number] for number in wanted if number in chains}
    details, askers = run.details(wanted), askers_of(run, graph.makers)
    losses = run.losses()
    if losses:
        run.workshop.store.check_writable()  # a store that nobody may write to is more likely another one than was meant
    parents = Parents.of(run) if chains else None
    for number in wanted:
        row = takes[number]
        graph.keys[row.name] = row.key
        if parents and (chain := chains.get(number)):
            _add_chained(graph, parents, chain, details[number], askers[row.key])
        elif row.key in losses:
            graph.steps.append(take_step(run, row, _raising(losses[row.key])))
        else:
            graph.steps.append(take_step(run, row, _Making(run, number, askers[row.key])))
    if chains:
        graph.steps = longest_first(
            graph.steps, rows={takes[number].name: takes[number] for number in wanted}
        )
    return graph


async def run_graph(
    graph: Graph,
    *,
    emit: Emit,
    stop: asyncio.Event,
    shop: Shop | None = None,
    chores: deque[Chore] | None = None,
) -> dict[str, Ending]:
    """Make the takes of a graph and say, by key, how each ended; of a frame that failed, those tell that start from it.

    `chores` as in `run_steps`. May spend money through `shop`.
    """
    graph.shop = shop
    tell = _letting_go(graph, emit)
    endings = await run_all(graph.run, graph.steps, emit=tell, stop=stop, shop=shop, chores=chores)
    found: dict[str, Ending] = {}
    for step in graph.steps:
        if step.name in graph.keys:
            key, ending = graph.keys[step.name], _told(step, endings, graph)
            found[key] = _weightier(found.get(key), ending)
    graph.run.made |= {key for key, ending in found.items() if ending.result}
    return found


def _weightier(one: Ending | None, other: Ending) -> Ending:
    """Of two endings the one that tells of a request: two shots turn out to ask for the same, one makes it and one reuses it."""
    if one is None or other.outcome is Outcome.RAN:
        return other
    return one if one.result or not other.result else other


def _told(step: Step, endings: Mapping[str, Ending], graph: Graph) -> Ending:
    """How a take ended: one that a frame blocked, by what was wrong with the frame."""
    frames = (endings[need] for need in step.needs if need not in graph.keys)
    failed = next((ending.error for ending in frames if ending.outcome is Outcome.FAILED), None)
    return endings[step.name]._replace(error=failed) if failed else endings[step.name]


class _Making:
    """The action of a take, put together when it is started: a thousand that wait are not held in memory, nor are closures of them."""

    __slots__ = ("askers", "number", "run")

    def __init__(self, run: Run, number: int, askers: tuple[Asker, ...]) -> None:
        self.run, self.number, self.askers = run, number, askers

    def __call__(self, _: Mapping[str, Result]) -> Action:
        run, number = self.run, self.number
        return take_action(run, run.compiled.takes[number], run.details([number])[number], askers=self.askers)


def _letting_go(graph: Graph, emit: Emit) -> Emit:
    """What tells of events, and lets go of what a take was made of once that has a result."""
    numbers = {graph.run.compiled.takes[number].name: number for number in graph.makers.values()}

    def tell(event: Event) -> None:
        emit(event)
        if isinstance(event, Finished) and event.result and event.step in numbers:
            graph.run.let_go_of(numbers[event.step])

    return tell


def _raising(error: GateError) -> Decide:
    def decide(_: Mapping[str, Result]) -> Action:
        raise error

    return decide


def _add_chained(
    graph: Graph, parents: Parents, chain: ChainRow, detail: Detail, askers: tuple[Asker, ...]
) -> None:
    """Add the step of a chained take, and those of the frames that it starts from."""
    run, row = graph.run, graph.run.compiled.takes[chain.take]
    wait = run.chained.waits.get(chain.take)
    if wait and wait.error:
        graph.steps.append(take_step(run, row, _raising(wait.error)))
        return
    links = [_Link(graph, parents, link) for link in chain.links]
    needs = dict.fromkeys(need for link in links for need in (*link.needs, link.name))

    def decide(results: Mapping[str, Result]) -> Action | Result:
        # What was asked of a vendor before, and may be paid for, stands though its parent was drawn anew.
        asked = run.chained.manifests.get(chain.take) if row.paid else None
        manifest = asked or with_frames(chain, {link.row: link.clip(results) for link in links})
        stills = {link.row.role: (Input(results[link.name].digest),) for link in links}
        action = Action.of(
            manifest, name=row.name, inputs={**take_inputs(run, detail), **stills}, askers=askers
        )
        graph.keys[row.name] = action.key
        return _admitted(graph, chain.take, action) if row.paid else action

    # Before its frames, so that of a parent that fails, and not of the frame, is told what blocks it.
    graph.steps.append(take_step(run, row, decide, needs=tuple(needs)))
    known = {step.name for step in graph.steps}
    graph.steps += [
        link.step() for link in {link.name: link for link in links}.values() if link.name not in known
    ]


class _Link:
    """One link of a chained take while a build runs: the clip that stands for its parent, now or when it is made."""

    def __init__(self, graph: Graph, parents: Parents, row: LinkRow) -> None:
        self.run, self.row = graph.run, row
        self.stand = parents.stand(row.shot)
        takes, makers = graph.run.compiled.takes, graph.makers
        maker = None if self.stand.take is None else makers.get(takes[self.stand.take].key)
        self.needs = () if maker is None else (takes[maker].name,)
        self.name = f"{row.shot} {_which(row)}"

    def clip(self, results: Mapping[str, Result]) -> Input:
        """The clip of the parent: the one that was just made, else the one that was there."""
        if self.needs:
            made = results[self.needs[0]]
            return Input(made.digest, facts=made.facts)
        assert self.stand.clip, f"BUG: nobody makes `{self.row.shot}`"
        return self.stand.clip

    def step(self) -> Step:
        """The step that takes the frame out of the clip."""

        def decide(results: Mapping[str, Result]) -> Action:
            clip = self.clip(results)
            assert clip.facts, "BUG: a clip without facts"
            number = frame_number(self.row, clip.facts)
            build = self.run.workshop.ffmpeg.build
            rate = None if clip.facts.constant_rate else clip.facts.fps
            manifest = frame_manifest(clip.digest.sha256, number, build=build, rate=rate)
            return Action.of(with_reading(manifest, clip), name=self.name, inputs={"clip": (clip,)})

        return Step(self.name, decide, needs=self.needs, pool=LOCAL, always=self.run.wishes.always)


def _which(row: LinkRow) -> str:
    if row.at is not None:
        return f"at {float(Fraction(row.at)):g} s"
    return "last frame" if row.until is None else f"before {float(Fraction(row.until)):g} s"


def _admitted(graph: Graph, number: int, action: Action) -> Action | Result:
    """A paid action whose key is known at last: reused by what the lock says, agreed to as its placeholder was, or held back."""
    run, row = graph.run, graph.run.compiled.takes[number]
    patterns = run.wishes.replace_lost
    is_replaced = bool(patterns) and number in select(run.compiled.takes, patterns)
    there = run.workshop.store.lookup(action.key)
    found = run.locked.settled(row._replace(key=action.key), there, is_replaced=is_replaced)
    if found:
        return found
    if action.key in run.locked.lost:
        raise lost_error(run.locked.lost[action.key])
    if graph.shop is None:
        raise _not_to_be_bought(run)
    graph.shop.purse.agree(action.key, placeholder=row.key)
    return action


def _not_to_be_bought(run: Run) -> GateError:
    how = "the build is frozen" if run.wishes.frozen else "the network is not to be used"
    return GateError(
        f"what it starts from was made now, so it is another request, and {how}",
        code="G951",
        hint="`renderer plan` shows what it costs; build without `--frozen` and `--offline` to buy it",
    )
