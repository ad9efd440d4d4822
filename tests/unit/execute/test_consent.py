"""The last gate in front of a request."""

from decimal import Decimal

import pytest

from renderer.errors import GateError
from renderer.execute.consent import Consent, Purse

PRICE = Decimal("0.2625")


def test_what_nobody_agreed_to_is_not_bought() -> None:
    """A job that was on record when the build began, and is not any more, asks first."""
    purse = Purse(Consent({"a": PRICE}))
    with pytest.raises(GateError) as caught:
        purse.hold("b")
    assert ("G925", Decimal(0)) == (caught.value.code, purse.spent_usd)


def test_prices_beyond_their_estimates_reach_the_limit() -> None:
    """What was really charged counts, and makes later requests as much dearer; what was given back does not."""
    purse = Purse(Consent({"a": PRICE, "b": PRICE, "c": PRICE}, ceiling_usd=Decimal("0.80")))
    assert PRICE == purse.hold("a")
    purse.settle("a", Decimal("0.60"))
    with pytest.raises(GateError, match=r"the limit of \$0.80 is reached"):
        purse.hold("b")
    purse.give_back("a")
    assert (PRICE, Decimal("0.6")) == (purse.hold("b"), purse.spent_usd)
