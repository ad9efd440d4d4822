"""The one line that is read without click, beside what click makes of it."""

import inspect
from collections.abc import Mapping

import pytest

from renderer.cli.build import command
from renderer.cli.building import build_storyboard
from renderer.cli.main import COMPLETION, plain_targets

PLAIN = [(), ("film.yaml",), ("film.yaml", "cr*", "sky@tall"), ("a b.yaml", ""), ("build",)]


@pytest.mark.parametrize("targets", PLAIN)
def test_a_plain_build_is_what_click_makes_of_the_same_line(targets: tuple[str, ...]) -> None:
    """The same targets, and for every option what it is where it is not given."""
    asked = dict(command.make_context("build", list(targets)).params)
    parameters = inspect.signature(build_storyboard).parameters.values()
    meant = {one.name: one.default for one in parameters if one.name != "targets"}
    assert asked == {"targets": plain_targets(["build", *targets], environ={}), **meant}


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        ([], {}),
        (["plan", "film.yaml"], {}),
        (["--help"], {}),
        (["-q", "build"], {}),
        (["build", "film.yaml", "-q"], {}),
        (["build", "--", "film.yaml"], {}),
        (["build", "-"], {}),
        (["build", "film.yaml"], {COMPLETION: "bash_complete"}),
    ],
)
def test_any_other_line_is_left_to_click(arguments: list[str], environ: Mapping[str, str]) -> None:
    """Another command, an option, or a shell that asks what may come next."""
    assert plain_targets(arguments, environ=environ) is None
