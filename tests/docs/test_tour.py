"""The README's tour: what it shows is what happens."""

from pathlib import Path

from .tour import README, Edit, found, read_tour, settled


def test_the_commands_of_the_tour_print_what_the_readme_shows(tmp_path: Path) -> None:
    """All commands and edits in order, in a small copy of the demo; times, digests and large numbers aside."""
    place = found(tmp_path, small=True)
    told: list[str] = []
    said: list[str] = []
    for stop in read_tour(README.read_text("utf-8")):
        if isinstance(stop, Edit):
            place.edit(stop)
        else:
            told += [f"$ {stop.command}", *settled(stop.told)]
            said += [f"$ {stop.command}", *settled(place.run(stop.command))]
    assert told == said
