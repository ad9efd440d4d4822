"""`docs/cli.md` and the README against the command line: commands, options, examples, exit codes, variables."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from renderer.cli.building import PRECEDENCE
from renderer.cli.main import BUG
from renderer.cli.plan import WORK_TO_DO
from renderer.cli.table import COMMANDS, commands
from renderer.errors import RendererError

from .pages import PAGES, ROOT, blocks, code_words, rows, sections

README = (ROOT / "README.md").read_text("utf-8")
PAGE = (ROOT / "docs" / "cli.md").read_text("utf-8")
VARIABLE = re.compile(r"\b(?:RENDERER_(?!COMPLETE)[A-Z_]+|AIML(?:API)?_[A-Z_]+|RUNWAYML_[A-Z_]+|NO_COLOR)\b")
OPTION = re.compile(r"(?<![\w-])--?[a-zA-Z][a-z-]*")


def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, by full name."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found
            yield from walk(found, f"{name} {below}")


COMMAND_LINE = dict(walk(commands, "renderer"))


def context_of(command: click.Command) -> click.Context:
    """A context as the command gets it from the one above."""
    return click.Context(
        command, info_name="", help_option_names=commands.context_settings["help_option_names"]
    )


def options_of(command: click.Command) -> set[str]:
    """The options of a command, as `--help` shows them."""
    return {
        name
        for option in command.get_params(context_of(command))
        for name in option.opts
        if name.startswith("-")
    }


def arguments_of(command: click.Command) -> str:
    """The arguments of a command, as its usage line shows them; none for a group, whose are commands."""
    if isinstance(command, click.Group):
        return ""
    return " ".join(command.collect_usage_pieces(context_of(command))[1:])


def heading_of(name: str) -> str:
    """Under which heading the page tells of a command."""
    return "Every command and option" if name == "renderer" else name


@pytest.mark.parametrize("name", COMMAND_LINE)
def test_the_page_names_every_option_of_every_command(name: str) -> None:
    """Each command has a section whose table has its options, no more and no fewer."""
    told = {option for row in rows(sections(PAGE)[heading_of(name)]) for option in OPTION.findall(row[0])}
    assert options_of(COMMAND_LINE[name]) == told


def test_the_page_tells_of_no_command_that_there_is_not() -> None:
    """Sections that begin with `renderer` are commands."""
    told = [title for title in sections(PAGE) if title.startswith("renderer ")]
    assert [name for name in COMMAND_LINE if name != "renderer"] == sorted(told, key=list(COMMAND_LINE).index)


@pytest.mark.parametrize("name", [name for name in COMMAND_LINE if arguments_of(COMMAND_LINE[name])])
def test_the_page_shows_how_a_command_is_used(name: str) -> None:
    """A command that takes arguments has its usage line."""
    assert f"    {name} {arguments_of(COMMAND_LINE[name])}\n" in sections(PAGE)[name]


def test_the_readme_names_every_command_in_the_words_of_help() -> None:
    """The table of commands is that of `renderer --help`."""
    expected = {f"renderer {name}": says.rstrip(".") for name, says in COMMANDS.items()}
    told = {code_words(row[0])[0]: row[1] for row in rows(sections(README)["Commands"])}
    assert {name: says[0].lower() + says[1:] for name, says in expected.items()} == told


def test_options_in_the_readme_exist() -> None:
    """Each option that the prose names belongs to some command."""
    known = {option for command in COMMAND_LINE.values() for option in options_of(command)}
    words = [word for page in PAGES for word in code_words(page.read_text("utf-8")) if word.startswith("-")]
    told = {option for word in words for option in OPTION.findall(word)}
    assert set() == told - known - {"--group", "-loop"}


def examples() -> list[str]:
    """Every command line of the program in the pages' `sh` blocks."""
    texts = [block.text for page in PAGES for block in blocks(page.read_text("utf-8"), "sh")]
    lines = {re.split(r"[#>]|&&", line)[0].strip() for text in texts for line in text.splitlines()}
    return sorted(line for line in lines if line.startswith("renderer "))


@pytest.mark.parametrize("line", examples())
def test_every_example_is_a_command_line_that_is_understood(line: str) -> None:
    """Each is parsed by the command that it names; nothing runs."""
    words = shlex.split(line)
    name = max((name for name in COMMAND_LINE if f"{line} ".startswith(f"{name} ")), key=len)
    COMMAND_LINE[name].make_context(name, words[len(name.split()) :])


def test_the_readme_has_every_exit_code() -> None:
    """The table is that of the errors' types, of `plan --check`, of bugs and of interrupts."""
    kinds = [RendererError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    expected = {0, WORK_TO_DO, BUG, *PRECEDENCE, *(kind.exit_code for kind in kinds)}
    assert expected == {int(row[0]) for row in rows(sections(README)["Exit codes"])}


def test_the_readme_has_every_variable() -> None:
    """The table names each variable that the program reads, no more and no fewer."""
    sources = [path.read_text("utf-8") for path in (ROOT / "renderer").rglob("*.py")]
    expected = {name for source in sources for name in VARIABLE.findall(source)}
    told = {name for row in rows(sections(README)["Variables"]) for name in code_words(row[0])}
    assert expected == told
