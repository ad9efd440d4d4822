"""What is known of films before their last clips are there, told to whoever will join them."""

from __future__ import annotations

from renderer.pipeline.run import Run
from renderer.plan.film import OutputRow

READ = "renderer.media.splicer:read_ahead"
AT_ONCE = 50
"""So many parts are read in a few milliseconds: no longer does anybody wait who asks for something else."""


def mention_parts(run: Run) -> None:
    """Have the parts that stand in films as they are read meanwhile. A guess, which costs nothing where it is wrong."""
    mates = run.workshop.mates
    for output in run.compiled.outputs if mates.are_there else ():
        parts = _parts(run, output)
        mates.mention(
            READ,
            [
                {
                    "pictures": [path for path, _ in parts[start : start + AT_ONCE]],
                    "frames": [frames for _, frames in parts[start : start + AT_ONCE]],
                    "fps": output.fps,
                }
                for start in range(0, len(parts), AT_ONCE)
            ],
        )


def _parts(run: Run, output: OutputRow) -> list[tuple[str, int]]:
    """The clips that an output shows whole and by themselves, and how many frames each has."""
    path, moved = run.workshop.store.path, {motion.slot for motion in output.motions}
    found = []
    for number, slot in enumerate(output.slots):
        result = run.results[slot.take] if slot.take >= 0 else None
        if result and result.facts and result.facts.frames == slot.frames and number not in moved:
            found.append((str(path(result.digest)), slot.frames))
    return found
