"""What the store remembers of a project, and what it must not."""

from pathlib import Path

from .stage import THREE_SHOTS, Stage


def test_a_project_that_was_planned_and_then_moved_builds(built: Stage, tmp_path: Path) -> None:
    """Nothing that is remembered in the store says where a project was."""
    built.still("stills/a.png")
    built.edit("prompt: steam", "image: stills/a.png")
    assert {"pad": "run", "crew": "reused", "sky": "reused"} == built.plan().verdicts
    moved = Stage(built.root.rename(tmp_path / "moved"), built.store)
    assert ["pad"] == moved.built().ran


def test_a_clip_that_is_gone_is_not_called_never_made(stage: Stage) -> None:
    """The trace is still there: its request was made, its result is lost."""
    stage.write("film.yaml", THREE_SHOTS)
    stage.built()
    stage.blob_of("crew").unlink()
    assert {"crew": "its result is gone from the store"} == stage.plan().reasons
