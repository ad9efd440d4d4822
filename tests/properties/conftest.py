"""One table for all properties of a module: compiling leaves nothing behind that another could see."""

from collections.abc import Iterator

import pytest

from .board import Table


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    found = Table.at(tmp_path_factory.mktemp("table"))
    with found.workshop:
        yield found
