"""What a build with nothing to do leaves alone: it is met at every save, so it loads little."""

import sys

from .stage import THREE_SHOTS, Stage

COSTLY = {"asyncio", "httpx", "rich", "av", "yaml", "jsonschema", "watchfiles", "fontTools", "opentimelineio"}
"""Tens of milliseconds each, for what such a build does not do."""

DEAR = {"click", "inspect", "dataclasses", "PIL", "signal", "subprocess"}
"""Milliseconds each: a fifth of such a build, together."""


def test_a_build_with_nothing_to_do_loads_nothing_costly(stage: Stage) -> None:
    """Neither a loop nor a parser, network, decoder or display; nothing that reads options, and nothing that draws."""
    stage.write("film.yaml", THREE_SHOTS)
    stage.built()
    told = stage.run("build", command=(sys.executable, "-X", "importtime", "-m", "renderer")).stderr
    assert "nothing to do" in told
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.splitlines() if "|" in line}
    assert "renderer" in loaded
    assert set() == (COSTLY | DEAR) & loaded
