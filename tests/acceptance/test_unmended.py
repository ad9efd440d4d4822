"""A law that does not hold yet."""

import os

from .stage import Stage


def test_a_storyboard_whose_name_is_no_text_builds(built: Stage) -> None:
    """Names of files are bytes; one of Latin-1 letters is a name."""
    name = os.fsdecode(b"caf\xe9.yaml")
    (built.root / "film.yaml").rename(built.root / name)
    built.edit("a visor", "a glove", name=name)
    assert ["crew"] == built.built(name).ran
