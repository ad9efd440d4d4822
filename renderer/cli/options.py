"""Options that several commands share, and how targets are read."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click

from renderer.cli import completing
from renderer.coding import ENDINGS
from renderer.errors import UsageError, did_you_mean
from renderer.pipeline.project import Project, no_storyboard, open_project, split_targets
from renderer.pipeline.workshop import Workshop, open_workshop

Command = TypeVar("Command", bound=Callable[..., Any])


class Whole(click.IntRange):
    """A range of whole numbers, told in words where something else is given, and by the help."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"`{value}` is not a whole number {self._describe_range()}", param, ctx)

    def _describe_range(self) -> str:
        return f"of {self.min} or more" if self.max is None else f"from {self.min} to {self.max}"


class Dollars(click.ParamType[Decimal]):
    """An amount of money, exact, ≥ 0."""

    name = "usd"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            amount = Decimal(str(value).strip().removeprefix("$"))
        except ArithmeticError:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.fail(f"`{value}` is not an amount of dollars such as 2.50", param, ctx)
        return amount


targets = click.argument(
    "targets",
    nargs=-1,
    type=click.Path(),
    metavar="[SPEC] [SHOT]...",
    shell_complete=completing.targets,
)
shot = click.argument("shot", metavar="SHOT", shell_complete=completing.shots)
shots = click.argument("shots", nargs=-1, required=True, metavar="SHOT...", shell_complete=completing.shots)
spec = click.argument("spec", required=False, type=click.Path(), metavar="[SPEC]")
cache_dir = click.option(
    "--cache-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where clips are stored. [default: $RENDERER_CACHE_DIR, else your data folder]",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
provider = click.option(
    "--provider",
    metavar="NAME",
    callback=lambda _ctx, _param, value: known_provider(value),
    shell_complete=completing.providers,
    help="Use this provider for every shot, as in `--provider animatic`; films go to `<name>.NAME.mp4`.",
)
profile = click.option(
    "--profile",
    metavar="NAME",
    shell_complete=completing.profiles,
    help="Let this profile of the storyboard win over its shots; films go to `<name>.NAME.mp4`.",
)
offline = click.option("--offline", is_flag=True, help="Use no network at all.")
outside = click.option(
    "--allow-outside", is_flag=True, help="Let the storyboard name files outside the project."
)
jobs = click.option(
    "-j",
    "--jobs",
    type=Whole(1, 256),
    metavar="N",
    help="Generations in flight at once; by default as many as the provider allows, or as there are cores.",
)
output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    callback=lambda _ctx, _param, value: film_path(value),
    help="Write the film here: a .mp4 file, or a .mov file where the storyboard says so.",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="Print errors only.")


def known_provider(name: str | None) -> str | None:
    """A provider's name that the catalogue knows; `UsageError` for another, which would name files too."""
    if name is None:
        return None
    from renderer.catalogue.providers import providers  # noqa: PLC0415 - only where one is named

    if name not in providers():
        close = did_you_mean(name, providers())
        known = ", ".join(f"`{provider}`" for provider in providers())
        hint = f"did you mean `{close}`?" if close else f"providers here: {known}"
        raise UsageError(f"unknown provider `{name}`", code="S300", hint=hint)
    return name


def film_path(path: Path | None) -> Path | None:
    """A path that a film can be written to; `UsageError` for another ending."""
    if path is not None and path.suffix.lower() not in ENDINGS:
        endings = " or ".join(ENDINGS)
        raise UsageError(f"a film is a {endings} file, and `{path}` does not end so", code="U007")
    return path


def grouped(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, in the order in which `--help` shows them."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


consent = grouped(
    click.option("-y", "--yes", is_flag=True, help="Buy without asking."),
    click.option(
        "--max-cost",
        type=Dollars(),
        metavar="USD",
        help="Buy without asking, up to this; above it nothing is sent.",
    ),
    click.option(
        "--allow-unpriced", is_flag=True, help="Let an unknown price pass a limit: it counts as nothing."
    ),
    click.option(
        "--resubmit",
        multiple=True,
        metavar="SHOT",
        shell_complete=completing.shots,
        help="Send again a request whose outcome is not known. It may have been charged already.",
    ),
    click.option(
        "--retry-failed",
        multiple=True,
        metavar="SHOT",
        shell_complete=completing.shots,
        help="Try again a request that was refused or failed before.",
    ),
    click.option(
        "--replace-lost",
        multiple=True,
        metavar="SHOT",
        shell_complete=completing.shots,
        help="Let another clip take the place of one that the lock names and no store has. It may have to be bought.",
    ),
)
common = grouped(provider, profile, offline, outside, cache_dir, as_json)


def workshop_for(cache_dir: Path | None) -> Workshop:
    """The adapters for this process and this directory."""
    return open_workshop(os.environ, here=Path.cwd(), cache_dir=cache_dir)


def project_for(
    targets: tuple[str, ...], *, provider: str | None = None, profile: str | None = None
) -> tuple[Project, tuple[str, ...]]:
    """The storyboard that the targets mean, and the shot patterns after it."""
    spec, shots = split_targets(targets, here=Path.cwd())
    return open_project(spec, provider=provider, profile=profile), shots


def project_named(spec: str | None) -> Project | None:
    """The project of a storyboard that must be there, None where none is named; `UsageError` U004, U005."""
    if spec is None:
        return None
    project = open_project(Path(spec))
    if not project.spec.is_file():
        raise no_storyboard(project)
    return project
