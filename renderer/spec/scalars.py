"""What plain scalars mean: the core schema of YAML 1.2.2, section 10.3.2, with exact numbers.

`16:9`, `no` and `2024-01-01` are text. An integer is an `int` and a float the `Decimal` that was written.
"""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER_CHARACTERS_MAX = 40
EXPONENT_MAX = 40

Value = str | int | bool | Decimal | None

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(
    r"(?P<int>[-+]?[0-9]+)|0o(?P<octal>[0-7]+)|0x(?P<hex>[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<special>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_NUMBER_START = frozenset("+-.0123456789")


def resolve(text: str) -> Value:
    """The value of a plain scalar; raises `ValueError` for a number that is not finite or out of all proportion.

    >>> resolve("16:9"), resolve("no"), resolve("0o17"), resolve("2.40")
    ('16:9', 'no', 15, Decimal('2.40'))
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START or not (number := _NUMBER.fullmatch(text)):
        return text
    kind = number.lastgroup
    if kind == "special":
        raise ValueError(f"`{text}` is not a finite number")
    if len(text) > NUMBER_CHARACTERS_MAX:
        raise ValueError(f"a number of {len(text)} characters is too long")
    if kind == "float":
        return _decimal(text)
    digits = number.group(kind or 0)
    return int(digits, {"octal": 8, "hex": 16}.get(kind or "", 10))


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if value and abs(value.adjusted()) > EXPONENT_MAX:
        raise ValueError(f"`{text}` is out of range")
    return value
