"""Which takes the command line means: shot ids and globs against the rows.

A shot means its variants too; `shot@output` one of them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from renderer.errors import UsageError, did_you_mean
from renderer.model import AT, base_of
from renderer.plan.rows import TakeRow


def select(
    takes: Sequence[TakeRow], patterns: Sequence[str], *, others: Sequence[str] = ()
) -> frozenset[int]:
    """The indices of the takes whose shot fits a pattern; all of them where there is no pattern.

    `others` are shots without takes (own footage), which may be named and select nothing. Raises
    `UsageError` for a pattern that fits no shot.
    """
    if not patterns:
        return frozenset(range(len(takes)))
    known = list(dict.fromkeys([row.shot for row in takes] + list(others)))
    for pattern in patterns:
        if not any(fits(shot, pattern) for shot in known):
            raise _no_such_shot(pattern, known)
    return frozenset(
        index for index, row in enumerate(takes) if any(fits(row.shot, pattern) for pattern in patterns)
    )


def fits(shot: str, pattern: str) -> bool:
    """Whether a pattern means a shot: by its whole id, or as a variant of one that it means.

    >>> fits("crew@tall", "cr*"), fits("crew@tall", "crew@tall"), fits("crew", "crew@*")
    (True, True, False)
    """
    return fnmatchcase(shot if AT in pattern else base_of(shot), pattern)


def _no_such_shot(pattern: str, known: Sequence[str]) -> UsageError:
    shown = ", ".join(f"`{shot}`" for shot in known[:12])
    parts = any(shot.startswith(f"{pattern}.") for shot in known)
    close = f"{pattern}.*" if parts else did_you_mean(pattern, known)
    return UsageError(
        f"no shot is called `{pattern}`",
        code="U006",
        facts=[("shots here", shown)],
        hint=f"did you mean `{close}`?" if close else None,
    )
