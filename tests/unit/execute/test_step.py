"""Laws of how a step ends that raised what no room translated."""

import errno
import os

import pytest

from renderer.execute.step import foreign


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "E611"), (errno.EDQUOT, "E611"), (errno.EIO, "E618")]
)
def test_a_full_disk_is_told_as_one_wherever_it_was_met(number: int, code: str) -> None:
    """With what to do about it, also where only a file that was read has a name."""
    told = foreign(OSError(number, os.strerror(number), "a.ttf"))
    assert (code, 4) == (told.code, told.exit_code)
    assert ("file", "a.ttf") in told.facts
    assert told.hint
    assert "run the same command again" in told.hint


def test_what_is_no_refusal_of_the_system_is_a_bug() -> None:
    """It is called one, in one line."""
    assert ("E699", "BUG: KeyError: 'a'") == ((told := foreign(KeyError("a"))).code, told.message)
