"""A few films by chance; `nox -s films` has as many as one likes."""

from pathlib import Path

import pytest

from tests.films.trial import run_trial


@pytest.mark.parametrize("seed", [2, 5, 10])
def test_a_film_of_odd_footage_is_the_one_by_arithmetic(seed: int, tmp_path: Path) -> None:
    """Every frame, before an edit and after it, and from nothing elsewhere the same bytes."""
    outcome = run_trial(seed, folder=tmp_path / "trial")
    assert "" == outcome.error
    assert outcome.counted["frames"]
