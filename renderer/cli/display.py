"""What a terminal shows while a build works: a bar over all steps, and below it a line for each that is at work.

It stands under the lines that are written for good, and leaves nothing behind when it stops.
"""

from __future__ import annotations

import asyncio

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

TICK_S = 0.2


class Display:
    """A display on stderr, drawn from its beginning on; `label` names the whole. Made while a loop runs."""

    def __init__(self, label: str) -> None:
        self._bar = _progress()
        self._bar.start()
        self._bar.console.show_cursor(True)  # a second Ctrl-C, or a kill, leaves nobody to give it back
        self._total = self._bar.add_task(label, total=0, share="")
        self._lines: dict[str, TaskID] = {}
        self._steps = self._ended = 0
        self._tick()

    def grow(self, steps: int) -> None:
        """Let the total grow by the steps of a round."""
        self._steps += steps
        self._draw_share()

    def advance(self) -> None:
        """Count a step as ended."""
        self._ended += 1
        self._draw_share()

    def show(self, step: str, text: str) -> None:
        """Say what is done for a step, in its own line."""
        if step in self._lines:
            self._bar.update(self._lines[step], description=text)
        else:
            self._lines[step] = self._bar.add_task(f"  {text}", total=None, share="")

    def hide(self, step: str) -> None:
        """Take a step's line away, if it has one."""
        if step in self._lines:
            self._bar.remove_task(self._lines.pop(step))

    def write(self, text: str) -> None:
        """Write a line for good, above the display; whether it has colours was decided by whoever made it."""
        self._bar.console.print(Text.from_ansi(text), soft_wrap=True)

    def stop(self) -> None:
        """Take the display away; what is written after stands where it was."""
        self._bar.stop()

    def _draw_share(self) -> None:
        share = f"{self._ended} of {self._steps}"
        self._bar.update(self._total, completed=self._ended, total=self._steps, share=share)

    def _tick(self) -> None:
        """Draw from the loop's own thread: another thread's drawing could wipe out a printed line."""
        if self._bar.live.is_started:
            self._bar.refresh()
            asyncio.get_running_loop().call_later(TICK_S, self._tick)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[share]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True, highlight=False),
        transient=True,
        auto_refresh=False,
    )
