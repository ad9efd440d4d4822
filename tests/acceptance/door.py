"""What came to the vendor's door."""

from tests.simulator.simulator import Simulator


def posts(vendor: Simulator) -> int:
    """How many requests to generate something were received, answered or not."""
    return len(vendor.received("submit"))
