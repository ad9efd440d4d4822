"""How findings put values into words: choices, bounds, numbers, and the word that was meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from renderer.errors import did_you_mean as nearest_word
from renderer.model import Json

NAMES_SHOWN_MAX = 12


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint with the known word most like this one, or None."""
    close = nearest_word(word, known)
    return f"did you mean `{close}`?" if close else None


def listed(names: Iterable[str]) -> str:
    """Names in alphabetical order, the first dozen of them.

    >>> listed(["b", "a"])
    '`a`, `b`'
    """
    known = sorted(names)
    more = len(known) - NAMES_SHOWN_MAX
    shown = ", ".join(f"`{name}`" for name in known[:NAMES_SHOWN_MAX])
    return f"{shown} and {more} more" if more > 0 else shown


def either(words: Sequence[str]) -> str:
    """A choice of ≥ 1 words.

    >>> either(["5", "10"]), either(["`a`", "`b`", "`c`"])
    ('5 or 10', '`a`, `b` or `c`')
    """
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def either_number(numbers: Iterable[Fraction]) -> str:
    """A choice of ≥ 1 numbers in ascending order; four or more in a row by their ends.

    >>> either_number(map(Fraction, [3, 4, 5, 6])), either_number(map(Fraction, [4, 6, 8]))
    ('3 to 6', '4, 6 or 8')
    """
    ascending = sorted(numbers)
    low, high = ascending[0], ascending[-1]
    in_a_row = len(ascending) > 3 and ascending == [low + step for step in range(len(ascending))]
    return bounds(low, high) if in_a_row else either([number(item) for item in ascending])


def bounds(low: Fraction | int | None, high: Fraction | int | None) -> str:
    """A range with one end open or none.

    >>> bounds(Fraction(1, 2), 2), bounds(0, None)
    ('0.5 to 2', '0 or more')
    """
    assert low is not None or high is not None, "BUG: a range without ends"
    if low is None or high is None:
        return f"{number(high)} or less" if high is not None else f"{number(low or 0)} or more"
    return f"{number(low)} to {number(high)}"


def number(value: Fraction | int) -> str:
    """A number as an author writes it.

    >>> number(Fraction(5, 2)), number(Fraction(10))
    ('2.5', '10')
    """
    return (
        f"{float(value):.10g}" if isinstance(value, Fraction) and value.denominator > 1 else str(int(value))
    )


def literal(value: Json) -> str:
    """A value as YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
