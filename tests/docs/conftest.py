"""A place to try what the pages show."""

import pytest

from .tour import Place, found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The demo's project, small; the tests of a module share it."""
    return found(tmp_path_factory.mktemp("place"), small=True)
