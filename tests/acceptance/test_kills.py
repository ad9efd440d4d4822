"""A few kills of the sweep; `nox -s sweep` has all of them."""

from pathlib import Path

import pytest

from tests.sweep.film import undisturbed
from tests.sweep.trial import run_trial

SHOTS = 6


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the film when nothing happens to its build."""
    return undisturbed(tmp_path_factory.mktemp("undisturbed") / "stage", shots=SHOTS)


@pytest.mark.parametrize("seed", [57])
def test_a_build_that_is_killed_again_and_again_pays_once(seed: int, film: str, tmp_path: Path) -> None:
    """In bad weather, with a careful customer: one charge for each request, an exact ledger, the same film."""
    outcome = run_trial(seed, folder=tmp_path / "trial", film=film, kills_max=4, shots=SHOTS)
    assert "" == outcome.error
    assert 1 <= outcome.kills.total()
