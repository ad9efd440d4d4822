"""What a film depends on, as compilers tell make and ninja: one rule, and an empty one for each file so that it may go."""

from __future__ import annotations

import re
from collections.abc import Sequence

from renderer.errors import UsageError

UNTELLABLE = re.compile(r"[^\w #:$+,./@(){}!~-]|[):]$")
"""What is written alike for make and ninja is letters, digits and these signs.

A name that ends in `)` is an archive's member to make, one that ends in `:` a target to ninja.
"""
_ESCAPED = re.compile(r"([ #:])")


def to_depfile(films: Sequence[str], needs: Sequence[str]) -> str:
    """The rule that makes films, ≥ 1, of what they need, each once, in order; paths relative to where make runs.

    Raises `UsageError` U104 for a path with a character that make or ninja cannot be told.
    """
    targets = [_escaped(path) for path in films]
    sources = [_escaped(path) for path in dict.fromkeys(needs)]
    rule = f"{' '.join(targets)}: \\\n  " + " \\\n  ".join(sources) + "\n"
    return rule + "".join(f"\n{source}:\n" for source in sources)


def _escaped(path: str) -> str:
    odd = UNTELLABLE.search(path)
    if odd:
        raise UsageError(
            "a file's name cannot be told to make and ninja",
            code="U104",
            facts=[("file", ascii(path)), ("because of", ascii(odd.group()))],
            hint="rename it",
        )
    path = f"./{path}" if path.startswith("~") else path
    return _ESCAPED.sub(r"\\\1", path).replace("$", "$$")
