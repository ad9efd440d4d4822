"""Does what one action asks: brings its inputs, has the bytes made, checks them, puts them into the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from renderer.digest import Digest
from renderer.execute.bring import bring
from renderer.execute.events import Emit, Event, Told
from renderer.execute.sides import side_of
from renderer.ffmpeg.binary import Ffmpeg
from renderer.mate import ALONE, Mates
from renderer.media.crossing import ROLES, Along, Side, make_crossing
from renderer.media.manifests import is_crossing, picture_frames
from renderer.media.segment import make_card, make_reference, make_segment
from renderer.media.sounding import is_mix
from renderer.media.text import TextDesk
from renderer.model import MediaFacts, Result, Size
from renderer.plan.action import Action
from renderer.row import NOTHING, Row
from renderer.store.store import Store

if TYPE_CHECKING:
    from renderer.execute.purchase import Buyer
    from renderer.providers.base import Maker

JOINING = "renderer.media.splicer"
"""What a film needs when its pictures are there; imported while ffmpeg makes them, and nothing that ffmpeg does not need before."""


class StoreShelf(Row):
    """The store as the engine's shelf. `now` is the clock for traces, with a time zone."""

    store: Store
    now: Callable[[], datetime]

    def find(self, key: str) -> Result | None:
        return self.store.lookup(key)

    async def record(self, action: Action, result: Result) -> None:
        await asyncio.to_thread(
            self.store.record,
            action.key,
            manifest=action.manifest,
            result=result,
            askers=action.askers,
            now=self.now(),
        )
        self.store.save_some()

    def exclusive(self, key: str, *, on_wait: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        return self.store.lock(key, on_wait=on_wait)


class Made(Row):
    """A file just made, not in the store yet; `sealed` is its digest where it is ready to be stored."""

    path: Path
    facts: MediaFacts | None
    price_usd: Decimal = Decimal(0)
    sealed: Digest | None = None


def _unheard(_: Event) -> None:
    """Nobody listens."""


class Performer(Row):
    """Performs actions with real tools. What is free is made here; a paid take is left to `buyer`, which spends money.

    `places` are where films will be put, by the names of their actions; `mates` compute beside this process.
    """

    store: Store
    ffmpeg: Ffmpeg
    maker: Maker
    buyer: Buyer | None = None
    emit: Emit = _unheard
    places: Mapping[str, Path] = MappingProxyType({})
    mates: Mates = ALONE

    async def perform(self, action: Action) -> Result:
        """Make the result of an action and store it; the caller records it.

        Raises `MediaError`, `ProviderError` or `StoreError`; nothing of a failed action enters the store.
        """
        makers = {
            "generate": self._generate,
            "frame": self._frame,
            "segment": self._segment,
            "sound": self._sound,
            "join": self._join,
        }
        if action.kind == "generate" and action.manifest["provider"] != self.maker.name:
            assert self.buyer, "BUG: nobody may buy"
            with self.store.scratch() as folder:
                return await self.buyer.buy(action, folder)
        inputs = await bring(action, self.store)
        with self.store.scratch() as folder:
            made = await makers[action.kind](action, inputs, folder)
            digest = await asyncio.to_thread(self.store.put_file, made.path, sealed=made.sealed)
        return Result(digest, made.facts, made.price_usd)

    async def perform_along(self, action: Action) -> list[Result]:
        """Make a transition, and with the same reading of its clips what is cut beside it; all are stored, its own result first.

        Raises as `perform` does.
        """
        inputs = await bring(action, self.store)
        fonts = [await bring(one, self.store) for one in action.along]
        with self.store.scratch() as folder:
            sides = [side_of(action, inputs, folder, role=role) for role in ROLES]
            along = [
                Along(one.manifest, folder / f"{n}.mp4", _text_desk(one, given, folder, below=f"along{n}"))
                for n, (one, given) in enumerate(zip(action.along, fonts, strict=True))
            ]
            output = folder / "segment.mp4"
            facts = await self._cross(action, sides, output=output, along=along)
            paths = [output, *(one.output for one in along)]
            digests = await asyncio.gather(*(asyncio.to_thread(self.store.put_file, path) for path in paths))
        return [Result(digest, made) for digest, made in zip(digests, facts, strict=True)]

    async def _cross(
        self,
        action: Action,
        sides: Sequence[Side | None],
        *,
        output: Path,
        along: Sequence[Along] = (),
    ) -> list[MediaFacts]:
        making = make_crossing(self.ffmpeg, action.manifest, sides, output=output, along=along)
        facts, _ = await asyncio.gather(making, asyncio.to_thread(import_module, JOINING))
        return facts

    async def _generate(self, action: Action, inputs: Mapping[str, list[Path]], folder: Path) -> Made:
        from renderer.media.probe import probe  # noqa: PLC0415 - for generations
        from renderer.providers.base import Order  # noqa: PLC0415

        output = folder / "clip.mp4"
        order = Order(action.manifest, {role: paths[0] for role, paths in inputs.items()})
        await self.maker.generate(order, output=output, mates=self.mates)
        return Made(output, await asyncio.to_thread(probe, output))

    async def _frame(self, action: Action, inputs: Mapping[str, list[Path]], folder: Path) -> Made:
        from renderer.media.frame import make_frame  # noqa: PLC0415 - for frames

        output, clip = folder / "frame.png", inputs["clip"][0]
        facts = action.inputs["clip"][0].facts
        assert facts, "BUG: a frame of a clip without facts"
        await make_frame(self.ffmpeg, clip, facts, number=action.manifest["frame"], output=output)
        return Made(output, None)

    async def _segment(self, action: Action, inputs: Mapping[str, list[Path]], folder: Path) -> Made:
        output, manifest = folder / "segment.mp4", action.manifest
        if is_crossing(manifest):
            sides = [side_of(action, inputs, folder, role=role) for role in ROLES]
            return Made(output, (await self._cross(action, sides, output=output))[0])
        desk = _text_desk(action, inputs, folder)
        if manifest["clip"] is None:
            making = make_card(self.ffmpeg, manifest, output=output, desk=desk) if desk else None
            return Made(output, await (making or make_reference(self.ffmpeg, manifest, output=output)))
        facts = action.inputs["clip"][0].facts
        assert facts, "BUG: a segment of a clip without facts"
        overlay = next(iter(inputs.get("overlay", [])), None)
        clip = inputs["clip"][0]
        made = await make_segment(
            self.ffmpeg, clip, facts, manifest, output=output, overlay=overlay, desk=desk
        )
        return Made(output, made)

    async def _sound(self, action: Action, inputs: Mapping[str, list[Path]], folder: Path) -> Made:
        from renderer.media.mixing import make_mix  # noqa: PLC0415 - for sound
        from renderer.media.sound import make_sound  # noqa: PLC0415

        output = folder / "sound.mp4"
        clips = {
            given.digest.sha256: (path, given.facts)
            for given, path in zip(action.inputs["clips"], inputs["clips"], strict=True)
            if given.facts
        }
        if not is_mix(action.manifest):
            await make_sound(self.ffmpeg, action.manifest, clips=clips, output=output)
            return Made(output, None)
        given = zip(action.inputs["sounds"], inputs["sounds"], strict=True)
        sounds = {sound.digest.sha256: path for sound, path in given}
        await make_mix(
            self.ffmpeg, action.manifest, clips=clips, sounds=sounds, output=output, scratch=folder
        )
        return Made(output, None)

    async def _join(self, action: Action, inputs: Mapping[str, list[Path]], folder: Path) -> Made:
        from renderer.media.join import join  # noqa: PLC0415 - for films
        from renderer.media.parts import Parts  # noqa: PLC0415

        output, manifest = folder / "film.mp4", action.manifest
        sound = inputs.get("sound")
        parts = Parts(
            inputs["pictures"],
            frames=picture_frames(manifest),
            fps=Fraction(manifest["fps"]),
            size=Size.parse(manifest["size"]),
            sound=sound[0] if sound else None,
            output=output,
            notes=manifest.get("notes", NOTHING),
        )
        sealed: list[Digest] = []
        place = self.places.get(action.name)
        with self.mates.lend() as call:
            facts = await join(
                self.ffmpeg,
                parts,
                scratch=folder,
                container=manifest.get("container", "mp4"),
                tell=lambda text: self.emit(Told(action.name, text)),
                meanwhile=[lambda: sealed.append(self.store.seal(output, place=place and place.absolute()))],
                call=call,
            )
        return Made(output, facts, sealed=sealed[0])


def _text_desk(
    action: Action, inputs: Mapping[str, list[Path]], folder: Path, *, below: str = ""
) -> TextDesk | None:
    """Where a segment's texts are set, with its fonts by digest; None for one without texts."""
    if "texts" not in action.manifest:
        return None
    given = zip(action.inputs.get("fonts", ()), inputs.get("fonts", ()), strict=True)
    return TextDesk(folder.absolute(), {font.digest.sha256: path for font, path in given}, below)
