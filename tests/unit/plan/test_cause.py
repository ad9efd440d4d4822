"""Which line made a field what it is, where no line did."""

from renderer.diagnostic import Place
from renderer.plan.cause import Cause, causes_of
from renderer.plan.explain import Change
from renderer.storyboard import Shot


def test_an_address_from_the_environment_is_blamed_on_no_line() -> None:
    """Neither where a vendor on this machine is new, nor where it is gone."""
    shot = Shot("pad", Place("film.yaml", 5, 9, 12), None)
    for before, after in (("http://127.0.0.1:1", None), (None, "http://127.0.0.1:1")):
        assert (Cause("address of the provider"),) == causes_of(Change("base", before, after), shot)
